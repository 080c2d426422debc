"""What jobs run with is read, hashed and verified before they are claimed, in threads: a file system may hang.

A claim that meets a job whose configs are not ready leaves it and asks for them here; when they are, the worker looks
again. What was decided holds for seconds only, and only as long as the same versions are main.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from . import crash, kinds
from .chores import Chore
from .configs import codes, snapshots, versions
from .errors import BadInput, JobyardError, Unknown
from .labmodels import MAIN, ConfigLink, ConfigVersion
from .store import Store, config_ids, configs
from .store.wishes import Configs, Ready, Wanting, relevant

FRESH = 5.0  # seconds for which what was read counts
PATIENCE = 30.0  # seconds after which a file system counts as hanging
THREADS = 4  # that read at a time; those that hang are not counted

crash.register(config_prepared="the configs of a job are read and verified, the job is not claimed")


class Preparer(Chore, Configs):
    """Finds out what jobs run with. ``look`` is called in the worker's thread when there is something new."""

    name = "configs"

    def __init__(
        self,
        store: Store,
        known: Callable[[], Mapping[str, str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._store, self._known, self._clock = store, known, clock
        self.look: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        self._done: dict[int, tuple[float, Ready]] = {}
        self._under_way: dict[int, tuple[float, Wanting]] = {}

    # -- in the worker's thread ---------------------------------------------------------------------

    def needs(self, kind: str) -> tuple[str, ...]:
        """The types that jobs of a kind need; of one that is of another version of jobyard none."""
        try:
            return kinds.get(kind).configs
        except Unknown:
            return ()

    def ready(self, wanting: Sequence[Wanting], mains: Mapping[str, int]) -> Mapping[int, Ready]:
        """What is ready, fresh and still right; for the others somebody is sent."""
        found = {one.row: ready for one in wanting if (ready := self._taken(one, mains)) is not None}
        for one in wanting:
            if one.row not in found:
                self._send(one)
        return found

    def turn(self) -> float:
        """Have the worker look again; seconds until somebody who was sent counts as lost."""
        now = self._clock()
        with self._lock:
            self._done = {row: one for row, one in self._done.items() if now - one[0] < FRESH}
            lost = [row for row, (since, _) in self._under_way.items() if now - since >= PATIENCE]
            for row in lost:
                self._done[row] = now, _without(self._store, self._under_way.pop(row)[1], _hangs())
            busy, done = bool(self._under_way), bool(self._done)
        if done:
            self.look()
        return PATIENCE / 10 if busy else float("inf")

    def _taken(self, wanting: Wanting, mains: Mapping[str, int]) -> Ready | None:
        """What is ready for a job, once."""
        with self._lock:
            at, ready = self._done.pop(wanting.row, (0.0, None))
        if ready is None or self._clock() - at >= FRESH:
            return None
        return ready if ready.holds(wanting, mains) else None

    def _send(self, wanting: Wanting) -> None:
        with self._lock:
            if wanting.row in self._under_way or len(self._under_way) >= THREADS:
                return
            self._under_way[wanting.row] = self._clock(), wanting
        self.poked = True  # for a turn that waits for it
        threading.Thread(target=self._find, args=(wanting,), name="jobyard-configs", daemon=True).start()

    # -- in a thread of its own -----------------------------------------------------------------------

    def _find(self, wanting: Wanting) -> None:
        try:
            ready = prepared(self._store, wanting, self._known())
            with self._lock:
                if self._is_awaited(wanting):  # the file system has answered: what follows takes time of its own
                    self._under_way[wanting.row] = self._clock(), wanting
            parse(ready)
        except Exception as error:  # whatever a file system may think of: it is the job's failure
            trouble = error if isinstance(error, JobyardError) else JobyardError(f"{type(error).__name__}: {error}")
            ready = _without(self._store, wanting, trouble)
        finally:
            self._store.close()  # this thread's connection
        crash.point("config.prepared")
        with self._lock:
            if self._is_awaited(wanting):
                del self._under_way[wanting.row]
                self._done[wanting.row] = self._clock(), ready
        self.poke()

    def _is_awaited(self, wanting: Wanting) -> bool:
        """Whether nobody has given it up."""
        return self._under_way.get(wanting.row, (0.0, None))[1] is wanting


def prepared(store: Store, wanting: Wanting, known: Mapping[str, str]) -> Ready:
    """What a job would run with now. Raises BadInput, Unknown, ConfigDamaged, StoreFull, YardError."""
    mains = {type: main.version for type, main in configs.mains(store).items() if main.version is not None}
    found = [_version(store, wanting, type, wish, known) for type, wish in sorted(wanting.wishes(mains).items())]
    links = tuple(ConfigLink(one.type, one.id, one.checksum, str(store.home / one.path)) for one in found)
    return Ready(wanting, relevant(wanting, mains), tuple(one.row for one in found), links)


def parse(ready: Ready) -> None:
    """What the job's kind needs is parsed here, once: ten megabytes of YAML would keep the worker for many seconds.

    What is wrong with it is told at the claim.
    """
    from .kinds import snapshots as parsed  # few workers meet a kind that needs any

    for link in ready.links:
        if link.type in ready.wanting.needs:
            with contextlib.suppress(JobyardError):
                parsed.as_json(link)


def _version(store: Store, wanting: Wanting, type: str, wish: str, known: Mapping[str, str]) -> ConfigVersion:
    """The version of a type that a wish means, verified."""
    if wish == MAIN:
        return _verified(store, configs.find(store, type))
    if config_ids.parse(wish):
        return _verified(store, of_type(configs.find(store, wish), type))
    maker = versions.Maker(type, codes.find(type, known), wanting.row)
    return versions.push(store, maker, Path(wish), "", False, lambda type, data, name: ()).version


def of_type(version: ConfigVersion, type: str) -> ConfigVersion:
    """The version, which has to be one of that type. Raises BadInput."""
    if version.type != type:
        raise BadInput(f"{version.id} is no {type}", f"it is a version of {version.type}", "See: jobyard config list")
    return version


def _verified(store: Store, version: ConfigVersion) -> ConfigVersion:
    snapshots.verify(store.home, version)
    return version


def _without(store: Store, wanting: Wanting, trouble: JobyardError) -> Ready:
    """The job cannot run, as long as the same is main."""
    mains = {type: main.version for type, main in configs.mains(store).items() if main.version is not None}
    return Ready(wanting, relevant(wanting, mains), trouble=trouble)


def _hangs() -> JobyardError:
    return JobyardError(
        "Its configs could not be read", f"their file system has not answered for {PATIENCE:.0f} s",
        "See whether it is mounted, then requeue the job",
    )  # fmt: skip
