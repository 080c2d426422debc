"""What an action may use: the jobs that are meant, dialogs, and threads that do what the yard is asked.

The base of the screens. It knows nothing of single commands; those are in ``verbs``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, cast

from textual.message import Message

from jobyard.core.errors import JobyardError
from jobyard.core.models import Change, Changes, JobFilter, JobRow, QueueInfo
from jobyard.core.yard import Yard

from .actions import Action, Context, bindings, why_not
from .haste import Swift
from .lanes import Letter
from .messages import Answered, Did
from .spans import Sparing

if TYPE_CHECKING:
    from .app import JobyardApp
    from .commands import Item

NAMED = 2  # jobs named in a toast
Answer = TypeVar("Answer")
Command = Callable[[Yard], Change]
Rows = tuple[int, ...]


class Movable(Protocol):
    """Anything with a cursor or a window that the movement keys move."""

    def move(self, delta: int) -> None:
        """By so many lines."""
        ...

    def page(self, delta: float) -> None:
        """By so many screens."""
        ...

    def home(self) -> None:
        """To the beginning."""
        ...

    def end(self) -> None:
        """To the end."""
        ...


class Acting(Swift[None]):
    """A screen whose keys come from the registry."""

    ACTIONS: ClassVar[Sequence[Action]] = ()

    def __init__(self) -> None:
        super().__init__()
        self._compositor = Sparing()
        self.actions = self.yard_app.keymap.applied(self.ACTIONS)
        for key, found in bindings(self.actions).key_to_bindings.items():
            self._bindings.key_to_bindings[key] = found  # not BINDINGS: those are the class's, the keymap is the user's

    @property
    def yard_app(self) -> JobyardApp:
        """The app, by its own type."""
        return cast("JobyardApp", self.app)

    def context(self) -> Context:
        """What is the case just now."""
        return Context(read_only=self.yard_app.read_only)

    def action_act(self, id: str) -> None:
        """Do an action of the registry, if it is possible."""
        action = next(action for action in self.actions if action.id == id)
        if action.when(self.context()):
            action.run(self)
        else:
            self.refuse(action)

    def refuse(self, action: Action) -> None:
        """Say that an action is not possible just now."""
        self.tell(f"{action.label}: {why_not(action, self.context())}", "warning")

    def more_commands(self) -> Iterable[Item]:
        """What this screen adds to the palette beside its actions."""
        return ()

    def tell(self, text: str, severity: str = "information") -> None:
        """A word in the corner."""
        self.yard_app.tell(text, severity)

    def moved(self) -> Movable | None:
        """What the movement keys move."""
        focused = self.focused
        return cast("Movable", focused) if focused is not None and hasattr(focused, "move") else None

    # -- dialogs, imported when first needed: the first paint does not wait for them ------------------

    def confirm(self, title: str, body: Sequence[str], act: Callable[[], None], line: str = "") -> None:
        """Do it after Enter, not after Escape. *line* is the command line that does the same."""
        from .screens.confirm import Confirm

        self.app.push_screen(Confirm(title, body, line=line), lambda yes: act() if yes else None)

    def prompt(self, title: str, initial: str, act: Callable[[str], None], hint: str = "") -> None:
        """Ask for a line of text."""
        from .screens.prompt import Prompt

        self.app.push_screen(Prompt(title, initial, hint), lambda text: act(text) if text is not None else None)

    def choose(
        self, title: str, options: Sequence[tuple[str, str]], act: Callable[[int], None], *, at: int = 0
    ) -> None:
        """Ask for one of several; each is a label and a word of explanation. The cursor begins *at* one of them."""
        from .screens.choice import Choice

        self.app.push_screen(Choice(title, options, at=at), lambda number: act(number) if number is not None else None)


def _can_be_undone(yard: Yard, change: Change, began: float) -> bool:
    """Whether the next undo takes back what was changed just now: a process that was stopped cannot be."""
    if not change.done or change.of is not None:
        return False
    try:
        found = yard.undoable()
    except JobyardError:  # the change is made; the next look tells what is wrong
        return False
    return found is not None and found.verb == change.verb and found.at >= began


def _names(yard: Yard, change: Change) -> tuple[str, ...]:
    """The names of the jobs that were changed, where they are few enough to be told."""
    if not 0 < len(change.done) <= NAMED or change.of is not None:
        return ()
    try:
        rows = yard.resolve(change.done)
        found = yard.rows(rows)
    except JobyardError:  # the change is made
        return ()
    return tuple(found[row].name if row in found else "" for row in rows)


class Desk(Acting):
    """A screen on which jobs are selected and commanded."""

    def _compositor_refresh(self) -> None:
        """Behind another screen of this kind nothing is seen: Textual would have that one paint itself whole."""
        if self.app.screen is not self and isinstance(self.app.screen, Desk):
            self._compositor._dirty_regions.clear()
            self._dirty_widgets.clear()
        else:
            super()._compositor_refresh()

    NAME: ClassVar[str] = ""  # among those that keys lead to
    several = False  # whether an action means more than the one job that is selected

    # -- which jobs are meant -------------------------------------------------------------------------

    @property
    def job(self) -> JobRow | None:
        """The selected job, or the line that stands for several."""
        return None

    @property
    def where(self) -> JobFilter | None:
        """What the list of jobs shows; None where there is no such list."""
        return None

    @property
    def queue(self) -> QueueInfo | None:
        """The queue of the selection."""
        return self.yard_app.jobs.queue_of(self.job)

    def whole(self) -> list[str]:
        """What a question says first where it is about a line that stands for several jobs."""
        return []

    def with_targets(self, act: Callable[[Rows], None]) -> None:
        """Call *act* with the jobs that are meant."""
        if self.job is not None:
            act((self.job.row,))

    def note_order(self) -> None:
        """Jobs are about to be moved in their queue."""

    def watch_selected(self) -> None:
        """Watch the selected job, or no more."""
        if self.job is not None:
            self.yard_app.jobs.toggle_watches([self.job])

    # -- what is shown --------------------------------------------------------------------------------

    def look(self) -> None:
        """Fetch what is shown anew, in a thread."""

    def rang(self, changes: Changes) -> None:
        """The yard changed while this screen is in front; at most ten times a second."""
        self.look()

    def tell_facts(self) -> None:
        """Say in the top line what is shown, and what is wrong with the yard."""

    def seek(self, row: int) -> None:
        """Fetch it anew; this job shall be in sight if it is shown at all."""
        self.look()

    def go_to_job(self, row: int, *, inside: bool = True) -> None:
        """Turn to a job; *inside*: not to the line that stands for it and others."""

    def go_to_queue(self, queue: int) -> None:
        """Turn to a queue."""

    # -- what the yard is asked -----------------------------------------------------------------------

    def command(self, verb: str, call: Command, *, again: bool = False, keep: bool = False) -> None:
        """Have the yard do it in a thread; the result comes back as a word in the corner.

        *keep*: it may be wanted once more, so the marks stay; *again*: they do, and what is plain to see is not told.
        """
        yard = self.yard_app.yard

        def letter() -> Message:
            began = time.time()
            change = call(yard)
            undoable = _can_be_undone(yard, change, began)
            return Did(verb, change, again, undoable, keep, () if again else _names(yard, change))

        self.in_thread(letter)

    def hint(self, action: str, words: str) -> str:
        """``  u undoes``: the key of an action, to be put after a sentence; "" where it has none."""
        key = next((one.shown_key for one in self.actions if one.id == action), "")
        return f"  {key} {words}" if key else ""

    def in_thread(self, letter: Letter) -> None:
        """Do something slow in the acting thread."""
        self.yard_app.acting.put(letter, self)

    def ask(self, question: Callable[[Yard], Answer], then: Callable[[Answer], None]) -> None:
        """Ask the yard in a thread and go on with its answer on the screen."""
        yard = self.yard_app.yard

        def letter() -> Message:
            answer = question(yard)
            return Answered(lambda: then(answer))

        self.in_thread(letter)

    def on_answered(self, message: Answered) -> None:
        """Go on."""
        message.then()

    def on_did(self, message: Did) -> None:
        """A command was done: say what became of it, and look."""
        from .toasts import told  # the first paint does not wait for it

        if message.change.left or message.change.crossed or not message.again:
            words, severity = told(message.verb, message.change, self.yard_app.yard.user, time.time(), message.names)
            self.tell(words + self._way_back(message), severity)
        self.look()

    def _way_back(self, message: Did) -> str:
        """The key that takes it back, or does again what an undo took back."""
        if message.change.of is not None and message.change.verb.startswith("undo"):
            return self.hint("redo", "does it again")
        return self.hint("undo", "undoes") if message.undoable else ""
