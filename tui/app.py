"""The full-screen app: one yard, three threads that speak to it, and, unless told otherwise, its worker."""

from __future__ import annotations

import gc
import os
import sys
import time
import traceback
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.screen import ModalScreen, Screen
from textual.theme import Theme

from jobyard.core.errors import JobyardError
from jobyard.core.models import JobFilter, JobRow
from jobyard.core.yard import Yard

from .arrangement import recall
from .desk import Desk
from .embedded import Embedded
from .forgetting import let_go
from .keymap import load as load_keymap
from .lanes import Lane
from .leaving import Leaving
from .memory import Memory
from .messages import Broke, Failing, Loaded, Refused, Told, Written
from .paging import FirstView, load
from .screens.jobs import Jobs
from .signals import on_last_call
from .text import plain
from .theme import Palette, css_colours, palette
from .themes import OURS, first_theme
from .typeahead import TypeAhead
from .widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.await_complete import AwaitComplete

    from .screens.place import Place

TOAST = 5.0  # seconds
SWITCH = 0.001  # seconds after which a thread that computes lets the screen go on; a key takes several such turns


class JobyardApp(Leaving, TypeAhead):
    """Owns the yard, the threads and the worker; everything that is seen is a screen's."""

    CSS_PATH = "jobyard.tcss"
    TITLE = "jobyard"
    ALLOW_SELECT = False
    ENABLE_COMMAND_PALETTE = False  # ours is an action of the registry; Textual's would offer what we do not have
    ESCAPE_TO_MINIMIZE: ClassVar[bool] = False

    def __init__(
        self,
        yard: Yard,
        *,
        worker: bool = True,
        read_only: bool = False,
        job: str | None = None,
        attach: bool = False,
        screen: str = "jobs",
        mock: bool = False,
        begun: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self.yard = yard
        self.read_only = self.asked_read_only = read_only or bool(yard.looks)
        self.memory = Memory()
        self._places: dict[str, Place] = {}
        self.drafts: dict[str, dict[str, str]] = {}  # what was typed into forms that were left
        self._forgetful = False  # what it remembers cannot be written
        self.keymap = load_keymap()
        self.embedded = Embedded(yard, mock)
        self.member = not yard.mine
        self._worker_wanted = worker and not self.read_only and not self.member
        self._take_over = attach
        self._first_job, self._first_place = job, screen
        self._begun = begun  # called after the first paint
        for theme, _ in OURS:
            self.register_theme(theme)
        self.theme = first_theme(self.available_themes, self.memory.get("theme"), self.console.color_system)
        self.palette: Palette = palette(self.current_theme, self.no_color)
        self.animation_level = "none"
        self.reading, self.siding = (Lane(name, yard.close, looks=True) for name in ("rows", "side"))
        self.acting = Lane("acts", yard.close)
        self.lanes = [self.reading, self.siding, self.acting]
        self.crash: BaseException | None = None
        self._stories: deque[list[str]] = deque(maxlen=50)  # the ends of what threads met
        self.first_view = self._read_ahead()

    def lane(self, name: str, *, looks: bool = False) -> Lane:
        """One more thread that speaks to the yard; whoever asks for it closes it, or the app at its end.

        It *looks*: it is asked again and again.
        """
        self.lanes = [lane for lane in self.lanes if lane.lives] + [Lane(name, self.yard.close, looks=looks)]
        return self.lanes[-1]

    def _read_ahead(self) -> FirstView:
        """Begin to read the first page while Textual starts."""
        first = FirstView(recall(self.memory).arranged(JobFilter()))
        self.reading.put(lambda: Loaded(load(self.yard, first.wish)), first)
        return first

    # -- the screens ----------------------------------------------------------------------------------

    @property
    def place(self) -> Desk:
        """The screen that is in front, whatever dialog is before it."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Desk)), self.jobs)

    def pop_screen(self) -> AwaitComplete:
        """Go back to the screen before; the one that is left leaves nothing behind."""
        let_go()
        return super().pop_screen()

    def show_place(self, name: str, job: JobRow | None = None) -> Desk | None:
        """Go to a screen, coming from this job (see `screenlist`); to the one that is in front: turn it to the job.

        Nothing leads away from a question that came in front while it was found out where to go: it is None then,
        else the screen.
        """
        if isinstance(self.screen, ModalScreen):
            return None
        here = self.place
        if name == "jobs":
            if here is not self.jobs:
                self.pop_screen()
            return self.jobs
        if name not in self._places:
            from .screenlist import make

            self._places[name] = make(name)
            self.install_screen(self._places[name], name)
        place = self._places[name]
        place.way_back = "jobs"
        if place is here:
            place.turn_to(job)
            if place.is_mounted:
                place.look()
            return place
        place.turn_to(job)
        if here is self.jobs:
            self.push_screen(name)
        else:
            self.switch_screen(name)
        return place

    def place_called(self, name: str) -> Desk | None:
        """The screen of that name, if somebody has been there."""
        return self.jobs if name == "jobs" else self._places.get(name)

    def show_job(self, row: int) -> None:
        """Go to a job in the list of jobs."""
        if self.show_place("jobs"):
            self.jobs.go_to_job(row)

    def get_default_screen(self) -> Screen[None]:
        """The Jobs screen."""
        self.jobs = Jobs()
        return self.jobs

    def on_mount(self) -> None:
        """Be ready for the end, then begin."""
        on_last_call(self.last_call)
        self.theme_changed_signal.subscribe(self, self._restyle)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._begun()
        if self.keymap.trouble:
            self.tell(self.keymap.trouble, "error")
        if self._worker_wanted:
            self.acting.put(self._start_worker, self)
        if self.yard.looks:
            self.tell(f"{plain(self.yard.looks)}: the app only looks.")
        elif self.member:
            self.tell(f"This yard is {self.yard.owner}'s, who alone runs its jobs. This app has no worker.")
        if self._first_place != "jobs":  # whoever typed ahead is elsewhere already
            self.show_place(self._first_place)
        if self._first_job:
            from .verbs.choosing import look_for

            look_for(self.place, self._first_job)

    def _start_worker(self) -> None:
        if self.embedded.start(attach=self._take_over):
            self.call_from_thread(self.jobs.feeds.survey)

    def get_css_variables(self) -> dict[str, str]:
        """What the style sheets call colours: the theme's, made legible."""
        return {**super().get_css_variables(), **css_colours(self.current_theme)}

    def _restyle(self, theme: Theme) -> None:
        self.palette = palette(theme, self.no_color)
        for screen in {*self.screen_stack, *self._places.values()}:  # seen through a dialog, or come back to
            for widget in screen.query(Lines):
                widget.forget()

    def obey(self, *, writable: bool) -> None:
        """Only look while the yard cannot be written, or if that was asked for."""
        self.read_only = self.asked_read_only or not writable

    def copy_to_clipboard(self, text: str) -> None:
        """As Textual does, but also through tmux, and whatever bytes the text stands for."""
        from .clipboard import has_clipboard, request

        self._clipboard = text
        if self._driver is not None and has_clipboard():
            self._driver.write(request(text))

    def remember(self, name: str, value: Any) -> None:
        """Keep a value for the next time; that it cannot be kept is told once."""
        try:
            self.memory.put(name, value)
        except OSError as error:
            if not self._forgetful:
                self._forgetful = True
                self.tell(f"This layout will not be remembered: {error.strerror or error}.", "warning")

    # -- words in the corner --------------------------------------------------------------------------

    def tell(self, text: str, severity: str = "information") -> None:
        """A word in the corner. Names in it are data: markup is off."""
        level = severity if severity in ("warning", "error") else "information"
        self.notify(text, severity=level, timeout=TOAST * (2 if level == "error" else 1), markup=False)  # type: ignore[arg-type]

    def call_out(self, text: str) -> None:
        """Tell somebody who looks elsewhere; how, depends on the terminal, which is asked in a thread."""
        from .notifying import notification

        self.siding.put(lambda: Written(notification(text)), self)

    def on_written(self, message: Written) -> None:
        """Send a sequence to the terminal."""
        if self._driver is not None:
            self._driver.write(message.text)

    def on_told(self, message: Told) -> None:
        """A word from a thread."""
        self.tell(message.text, message.severity)

    def on_refused(self, message: Refused) -> None:
        """What could not be done, why, and what to do."""
        self.tell(message.error.line(), "error")

    def on_failing(self, message: Failing) -> None:
        """The store cannot be looked at, or can again: a state of the header."""
        self.jobs.fails(message.kind, message.error)

    def on_broke(self, message: Broke) -> None:
        """A thread met something unexpected; the screen goes on. What is met at every look is told once."""
        story = traceback.format_exception(message.error)[-2:]
        if story in self._stories:
            return
        self._stories.append(story)
        where = note_crash(self.yard.home, message.error)
        self.tell(f"Something went wrong in jobyard: {message.error!r}. {where}", "error")

    # -- crashes --------------------------------------------------------------------------------------

    def _fatal_error(self) -> None:
        """Textual would print a traceback; people get one line and the file with the rest."""
        error = self.crash = sys.exc_info()[1] or self._exception
        where = note_crash(self.yard.home, error) if error is not None else ""
        self._exit_renderables.append(Text(f"jobyard: The app crashed: {_one_line(error)}. {where}"))
        self._close_messages_no_wait()


def note_crash(home: Path, error: BaseException) -> str:
    """Append the story of a crash to the yard's ``run/app-crash.txt``; answers a sentence that says so."""
    path = home / "run" / "app-crash.txt"
    try:
        with open(path, "a", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(time.strftime("%Y-%m-%d %H:%M:%S\n") + "".join(traceback.format_exception(error)) + "\n")
    except OSError:
        return "The jobs go on."
    return f"The jobs go on; the details are in {path}."


def _one_line(error: BaseException | None) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def run_app(
    home: Path | str | None,
    *,
    worker: bool = True,
    read_only: bool = False,
    screen: str = "jobs",
    job: str | None = None,
    attach: bool = False,
    mock: bool = False,
) -> int:
    """Open the app on a yard; the exit code. With *attach* it takes over from a headless worker.

    *screen* is one of `screenlist`; *job* what is looked for there. *mock*: its worker has no hardware.
    """
    try:
        yard = Yard.open(home, face="app", create=not read_only)
        if read_only:
            yard.only_look()  # no action asks for a change; should one slip through, the store refuses it
        if attach:
            yard.require_owner("Attaching a worker")
    except JobyardError as error:
        print(f"jobyard: {error.line()}", file=sys.stderr)
        return error.exit_code
    sys.setswitchinterval(SWITCH)
    gc.disable()  # until the first paint: collecting while everything is new costs a quarter of that time
    app = JobyardApp(
        yard, worker=worker, read_only=read_only, job=job, attach=attach, screen=screen, mock=mock, begun=_collect_anew
    )
    try:
        code = app.run()
    finally:
        gc.enable()
        app.put_away()
    return 1 if app.crash is not None else code or 0


def _collect_anew() -> None:
    """What is there now stays as long as the process: the collector looks through what comes."""
    gc.freeze()
    gc.enable()
