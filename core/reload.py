"""Settings while the yard is at work: applied to the store, followed by the worker, refused when they are broken."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import Any

from .chores import Chore
from .settings import FILE, Loaded, Settings, recalled
from .settings.document import EMPTY, Declared
from .settings.origins import listed
from .settings.watch import Watcher
from .store import Store, declared


def apply(store: Store, loaded: Loaded) -> list[str]:
    """Have the store follow what the file says now; what people should know, in sentences. Nothing when it does."""
    if loaded.problems or declared.digest(store) == loaded.digest:
        return []
    text = _text(store, loaded.digest)
    if text is None:  # it has been edited since it was read; whoever reads it next applies that
        return []
    return declared.apply(store, wish(loaded, text))


def wish(loaded: Loaded, text: str) -> declared.Wish:
    """What a file says, as the store takes it."""
    document = loaded.document or EMPTY
    factor = loaded.settings.time_limit_factor
    plain = {one.name: one.shown for one in listed(loaded) if one.name in document.values}
    queues = {place: _queue(one, factor) for place, one in document.queues.items()}
    resources = {name: _resource(one) for name, one in document.resources.items()}
    return declared.Wish(loaded.digest, text, plain, queues, resources, {"on_end": loaded.settings.on_end})


def _queue(one: Declared, factor: float) -> dict[str, Any]:
    """A queue's columns; ``limit_factor: true`` is the yard's."""
    found = {key: value for key, (value, _) in one.values.items()}
    if isinstance(found.get("limit_factor"), bool):
        found["limit_factor"] = factor if found["limit_factor"] else None
    if "paused" in found:
        found["paused"] = int(found["paused"])
    return found


def _resource(one: Declared) -> tuple[int, str]:
    return int(one.values["capacity"][0]), str(one.values.get("note", ("", 0))[0])


def _text(store: Store, digest: str) -> str | None:
    """The text that has this digest, if it is still there."""
    if not digest:
        return ""
    try:
        data = (store.home / FILE).read_bytes()
    except OSError:
        return None
    return data.decode() if hashlib.sha256(data).hexdigest() == digest else None


def remembered(store: Store, loaded: Loaded) -> Loaded:
    """The same; a file that cannot be used, and that nobody remembers from before, as it was applied last."""
    if loaded.problems and loaded.document is None:
        return recalled(loaded, declared.last_good(store))
    return loaded


class SettingsChore(Chore):
    """Follows every edit of the file. ``take`` gets the settings that jobs are started by from then on."""

    name = "settings"

    def __init__(
        self,
        store: Store,
        loaded: Loaded,
        tell: Callable[[str], None],
    ) -> None:
        super().__init__()
        loaded = remembered(store, loaded)
        self.settings = loaded.settings
        self.take: Callable[[Settings], None] = lambda now: None
        self._store, self._say = store, tell
        self._waiting: Loaded | None = loaded  # to be followed
        self._told = ""  # the broken state that was told last
        self._watcher: Watcher | None = None

    def turn(self) -> float:
        """Follow what was read last."""
        if self._watcher is None:
            self._watcher = Watcher(self._store.home, self.poke)
        self._waiting = self._watcher.take() or self._waiting
        if self._waiting is not None:
            self._follow(self._waiting)
            self._waiting = None  # only now: a store that was busy is tried again
        return math.inf

    def _follow(self, loaded: Loaded) -> None:
        loaded = remembered(self._store, loaded)
        if loaded.problems:
            self._refuse(loaded)
        else:
            self._accept(loaded)
        self.settings = loaded.settings
        self.take(loaded.settings)

    def _refuse(self, loaded: Loaded) -> None:
        lines = [problem.text(loaded.file) for problem in loaded.problems]
        declared.refuse(self._store, loaded.broken, lines)
        if self._told != loaded.broken:
            self._told = loaded.broken
            for line in [*lines, "The settings of before hold."]:
                self._say(line)

    def _accept(self, loaded: Loaded) -> None:
        told = apply(self._store, loaded)
        declared.refuse(self._store, "", [])
        if self._told:
            self._say(f"{loaded.file} can be used again.")
        self._told = ""
        for line in told:
            self._say(f"{loaded.file}: {line}")

    def close(self) -> None:
        """End the thread."""
        if self._watcher is not None:
            self._watcher.close()
