"""Random keys on the real app, on a yard where a worker runs jobs and another person changes everything.

``python -m tests.tui.fuzz --keys 20000 --seed 1``: exit 1 with what is broken. What must hold:

* the app does not crash, no thread of it meets anything unexpected, ``run/app-crash.txt`` is not there;
* nothing irreversible and nothing in bulk (`Watched`) is done unless a question was on the screen and answered
  with Enter right before;
* every action of the registry was done at least once: now and then the next key is one of an action that was not;
* afterwards the store is sound, and its audit tells of lawful ways only (tests/running/audit.py).

Forms and prompts get random words; none of them is a command that does harm. Leaving is prevented.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot

from jobyard.core.models import CancelPreview, Change
from jobyard.core.store import check
from jobyard.core.yard import Yard
from jobyard.tui.actions import Action
from jobyard.tui.app import JobyardApp
from jobyard.tui.desk import Acting
from jobyard.tui.registry import SCREENS
from jobyard.tui.screens.confirm import Confirm
from tests.running import audit, clients, promise
from tests.tui import prepared

WORDS = (
    "true", "sleep 0.1", "two", "5", "-3", "10m", "2G", "qick=1", "wide", "state:failed", "not held", "age<2d", "zz",
    "default", "last", "[b]bold", "état", "\u202e", "1-3", "a=b", "x" * 40, "name~z or", '"', "after:", " ",
)  # fmt: skip
ODD = (
    "tab",
    "shift+tab",
    "f1",
    "f5",
    "ctrl+a",
    "ctrl+e",
    "ctrl+w",
    "insert",
    "delete",
    "backspace",
    "é",
    "7",
    "[",
    "@",
)
DIALOG = {"enter": 5, "escape": 8, "word": 4, "down": 2, "up": 2, "tab": 3, "space": 2, "pagedown": 1, "odd": 2}
SIZES = ((160, 50), (160, 50), (120, 36), (80, 24), (20, 5))
SELDOM = frozenset({  # only once all others were done, until they were done once
    "worker", "quit", "queue-end", "queue-remove", "session-end", "workers-stop", "workers-drain", "workers-repair",
})  # fmt: skip
ABOUT = ("j", "k", "g", "G", "tab", "space", "enter", "escape")  # to where on a screen something more is possible
STAY = 0.4  # of the keys are of those, on a screen that has an action which is missing, once only few are
AWAY = 0.3  # of the times that nothing new is possible on a screen somebody goes to another
NEW = 0.2  # of the keys are one of an action that was not done yet
HOME = 0.03  # of the keys lead back to jobs that wait, once only few actions are missing
MOST = 6000  # more keys are pressed at most, where some action was not possible before
PATIENCE = 20.0  # seconds


# -- the facade, watched -----------------------------------------------------------------------------------


class Watched(Yard):
    """A yard that complains when something irreversible, or something in bulk, comes without an answered question."""

    allowed = 0  # questions answered with Enter that have not been acted upon
    complaints: list[str]
    looked: dict[tuple[int, ...], CancelPreview]
    replaced: set[int]  # jobs that a form has cloned: it told what a cancel of the original skips

    def need(self, what: str) -> None:
        """This needs an answered question."""
        if self.allowed:
            self.allowed -= 1
        else:
            self.complaints.append(f"{what} without a question")

    def cancel_preview(self, refs: Sequence[Any]) -> CancelPreview:
        """What whoever asks gets to know."""
        found = super().cancel_preview(refs)
        self.looked[tuple(self.resolve(refs))] = found
        return found

    def clone(self, ref: Any, *words: Any, **more: Any) -> Any:
        """The form may cancel the original then."""
        self.replaced.update(self.resolve([ref]))
        return super().clone(ref, *words, **more)

    def cancel(self, refs: Sequence[Any], *, only_pending: bool = False) -> Change:
        """Stops a process, or means several, or skips others: by what was looked at before, others may come since."""
        rows = self.resolve(refs, destructive=True)
        seen = self.looked.pop(tuple(rows), None) or super().cancel_preview(rows)
        skips = seen.skipped and not self.replaced.issuperset(rows)
        if len(rows) > 1 or skips or (not only_pending and super().cancel_preview(rows).running):
            self.need(f"cancel of {len(rows)}")
        return super().cancel(refs, only_pending=only_pending)

    def requeue(self, refs: Sequence[Any], cascade: bool = False) -> Change:
        """Means several."""
        if cascade or len(self.resolve(refs, destructive=True)) > 1:
            self.need("requeue of several")
        return super().requeue(refs, cascade=cascade)

    def queue_pause(self, *words: Any, **more: Any) -> Any:
        """Means all of a queue."""
        self.need("a pause")
        return super().queue_pause(*words, **more)

    def queue_end(self, *words: Any, **more: Any) -> Any:
        """Cannot be taken back by a key."""
        self.need("the end of a queue")
        return super().queue_end(*words, **more)

    def queue_remove(self, *words: Any, **more: Any) -> Any:
        """Cannot be taken back."""
        self.need("the removal of a queue")
        return super().queue_remove(*words, **more)

    def config_pull(self, ref: str, to: Path, replace: bool = False) -> Path:
        """What was in the file is lost."""
        if replace:
            self.need("a file written over")
        return super().config_pull(ref, to, replace)

    def session_end(self, *words: Any, **more: Any) -> Any:
        """Cannot be taken back by a key."""
        self.need("the end of a session")
        return super().session_end(*words, **more)

    def worker_stop(self, name: str = "") -> Any:
        """Nothing new starts any more."""
        self.need("the stop of a worker")
        return super().worker_stop(name)

    def worker_drain(self, name: str = "") -> Any:
        """The same."""
        self.need("the draining of a worker")
        return super().worker_drain(name)


@contextmanager
def watched(home: Path) -> Iterator[Watched]:
    """The yard as the app gets it."""
    with Watched.open(home, face="app") as yard:
        assert isinstance(yard, Watched)
        yard.complaints, yard.looked, yard.replaced = [], {}, set()
        yield yard


# -- one walk ------------------------------------------------------------------------------------------------


class Walk:
    """Presses random keys and remembers what was done."""

    pilot: Pilot[Any]

    def __init__(self, app: JobyardApp, yard: Watched, dice: random.Random) -> None:
        self.app, self.yard, self.dice = app, yard, dice
        self.done: Counter[str] = Counter()
        self.pressed = 0
        self.left = 0
        self.recent: list[str] = []

    async def go(self, keys: int) -> list[str]:
        """Press so many, and more until every action was done; what is broken."""
        while not self._found() and (self.pressed < keys or (self._missing() and self.pressed < MOST + keys)):
            await self._step(keen=self.pressed >= keys)
        await asyncio.sleep(1.0)  # what was begun last is there before the app is taken down
        missing = [f"never done within {self.pressed} keys: {' '.join(self._missing())}"] if self._missing() else []
        return self._found() + missing

    async def _step(self, keen: bool) -> None:
        screen = self.app.screen
        if self.dice.random() < 0.002:
            await self.pilot.resize_terminal(*self.dice.choice(SIZES))
        if self.dice.random() < 0.02:
            await asyncio.sleep(0.05)  # people look now and then
        wanted = keen or self.dice.random() < NEW
        if isinstance(screen, Acting) and wanted and (action := self._new(screen)) is not None:
            await self._do(screen, action)
        elif keen and self.dice.random() < HOME:
            await self._keys(["escape", "escape", "1", "slash", *"state:pending", "enter"])  # where most is possible
        elif keen and self._due() & {one.id for one in getattr(screen, "actions", ())} and self.dice.random() < STAY:
            await self._keys([self.dice.choice(ABOUT)])
        elif isinstance(screen, Acting) and not self._typing():
            await self._keys(self._any(screen))
        else:
            await self._keys(self._answer())

    def _typing(self) -> bool:
        """Whether letters go into a line of text."""
        return hasattr(self.app.focused, "cursor_position")

    def _new(self, screen: Acting) -> Action | None:
        """An action that was not done yet and is possible now; else, now and then, one that leads to others."""
        context = screen.context()
        possible = [action for action in screen.actions if action.when(context)]
        due = self._due()
        found = [one for one in possible if one.id in due]
        if not found and self.dice.random() < AWAY:
            found = [action for action in possible if self._lacking(action.id)]
        return self.dice.choice(found) if found else None

    def _lacking(self, id: str) -> bool:
        """Whether an action leads to a screen that has some which were not done."""
        due = self._due()
        return any(action.id in due for action in SCREENS.get(id.removeprefix("screen-"), ()))

    def _due(self) -> set[str]:
        """What was not done yet; what ends things comes last, for afterwards little is possible."""
        missing = set(self._missing())
        return missing - SELDOM or missing

    async def _do(self, screen: Acting, action: Action) -> None:
        """Do an action by its key, or by its name in the help if it has none."""
        if self._typing():
            await self._keys(["escape"])
        elif action.keys:
            await self._keys([self.dice.choice(action.keys)])
        elif "help" in {one.id for one in screen.actions}:
            await self._keys(["question_mark", *f"{action.label} {action.tooltip}", "enter"])

    def _any(self, screen: Acting) -> list[str]:
        """A key of any action, or of none."""
        if self.dice.random() < 0.05:
            return [self.dice.choice(ODD)]
        keys = [key for action in screen.actions if action.id not in SELDOM for key in action.keys]
        return [self.dice.choice(keys)]

    def _answer(self) -> list[str]:
        """What somebody presses in a dialog or types into a line."""
        what = self.dice.choices(list(DIALOG), list(DIALOG.values()))[0]
        if what == "word":
            return list(self.dice.choice(WORDS))
        return [self.dice.choice(ODD) if what == "odd" else what]

    async def _keys(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.pressed += 1
            self.recent = [*self.recent[-40:], key]
            self._send(key)
            await self._quiet()
            if self.yard.allowed:
                await self._answered()

    def _send(self, key: str) -> None:
        """As Textual's pilot does it, without its waiting."""
        name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
        try:
            letter: str | None = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name)))
        except KeyError:
            letter = key if len(key) == 1 else None
        event = events.Key(name, letter)
        event.set_sender(self.app)
        assert self.app._driver is not None
        self.app._driver.send_message(event)

    async def _quiet(self) -> None:
        """Let the app handle the key and what follows from it at once."""
        for _ in range(200):
            await asyncio.sleep(0)
            if not self.app.message_queue_size and not self.app.screen.message_queue_size:
                break
        await asyncio.sleep(0.001)

    async def _answered(self) -> None:
        """What was allowed is done, or will not be done."""
        done, loop = asyncio.Event(), asyncio.get_running_loop()

        def letter() -> None:
            loop.call_soon_threadsafe(done.set)

        await asyncio.sleep(0.01)  # the answer's way to whoever asked
        self.app.acting.put(letter, self.app)
        async with asyncio.timeout(PATIENCE):
            await done.wait()
        self.yard.allowed = 0

    # -- what came of it ---------------------------------------------------------------------------------

    def _found(self) -> list[str]:
        broken = list(self.yard.complaints)
        if self.app._exception is not None:
            broken.append("it crashed")
        story = self.yard.home / "run" / "app-crash.txt"
        if (self.pressed % 50 == 0 or broken) and story.exists():
            broken.append(story.read_text())
        return self.told(*broken)

    def told(self, *broken: str) -> list[str]:
        """What is broken, and the way there."""
        return [f"{line}\n  after {self.pressed} keys, the last: {' '.join(self.recent)}" for line in broken]

    def _missing(self) -> list[str]:
        every = {action.id for actions in SCREENS.values() for action in actions}
        return sorted(every - self.done.keys())


@contextmanager
def heard(walk: Walk) -> Iterator[None]:
    """Every action that is done and every question that is answered with Enter is counted, and nobody leaves."""
    original, answer = Acting.action_act, Confirm.action_answer

    def act(screen: Acting, id: str) -> None:
        action = next(action for action in screen.actions if action.id == id)
        if action.when(screen.context()):
            walk.done[id] += 1
        original(screen, id)

    def answered(question: Confirm, yes: bool) -> None:
        walk.yard.allowed += yes and question.is_current and bool(question.size)
        answer(question, yes)

    def stay(*_: object, **__: object) -> None:
        walk.left += 1

    Acting.action_act = act  # type: ignore[method-assign]
    Confirm.action_answer = answered  # type: ignore[method-assign]
    walk.app.exit = stay  # type: ignore[method-assign]
    try:
        yield
    finally:
        Acting.action_act = original  # type: ignore[method-assign]
        Confirm.action_answer = answer  # type: ignore[method-assign]
        del walk.app.exit


# -- the yard around it ------------------------------------------------------------------------------------


def fuzz(home: Path, seed: int, keys: int, seconds: float) -> list[str]:
    """Press so many keys, for at most so many *seconds* of the other person's time; what is broken."""
    dice = random.Random(seed)
    clients.prepare(home).close()
    with Yard.open(home) as yard:
        prepared.configs(yard, home)
        prepared.data(yard, home)
    worker = promise.worker(home, JOBYARD_KILL_GRACE="0.2s")
    person = clients.start_person(home, dice.randrange(1 << 30), seconds, 0)
    try:
        found, walk = asyncio.run(_walk(home, dice, keys))
        found += _person(person)
    finally:
        promise.put_down(home, [worker, person])
    print(f"fuzz: {walk.pressed} keys, {sum(walk.done.values())} actions, {walk.left} times stayed", flush=True)
    return found + _sound(home)


async def _walk(home: Path, dice: random.Random, keys: int) -> tuple[list[str], Walk]:
    with watched(home) as yard:
        app = JobyardApp(yard, worker=False)
        walk = Walk(app, yard, dice)
        try:
            async with app.run_test(size=SIZES[0]) as walk.pilot:
                with heard(walk), chdir(home.parent):  # what it saves lies beside the yard, and goes with it
                    found = await walk.go(keys)
                found += [f"the thread {lane} ended" for lane in _dead(app)]
        except Exception as error:
            found = walk.told("".join(traceback.format_exception(error)))
        finally:
            app.put_away()
        return found, walk


def _dead(app: JobyardApp) -> list[str]:
    lanes = {"reading": app.reading, "siding": app.siding, "acting": app.acting}
    return [name for name, lane in lanes.items() if not lane._thread.is_alive()]


def _person(person: subprocess.Popen[bytes]) -> list[str]:
    """The other one's complaints, if it ended by itself."""
    if person.poll() is None:
        return []
    told = person.communicate()[0].decode()
    return [f"the other person: {told[-2000:]}"] if person.returncode or "broken" in told else []


def _sound(home: Path) -> list[str]:
    with Yard.open(home) as yard:
        bad = [f"doctor: {one.what}: {one.why}" for one in yard.doctor() if one.level == "bad"]
        return bad + check.problems(yard._store) + audit.unlawful(yard._store)[:5]


def main(words: list[str]) -> int:
    """Exit 1 with what is broken and the seed."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--keys", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    given = parser.parse_args(words)
    print(f"SEED={given.seed} KEYS={given.keys}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jobyard-fuzz-") as folder:
        os.environ |= {"JOBYARD_KEEPER_IDLE": "1", "XDG_STATE_HOME": f"{folder}/state"}
        found = fuzz(Path(folder) / "yard", given.seed, given.keys, seconds=3600.0)
    for line in found:
        print(f"BROKEN: {line}")
    print(f"SEED={given.seed}: {len(found)} broken, {time.monotonic() - began:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
