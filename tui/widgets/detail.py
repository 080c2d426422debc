"""The detail pane: the selected job in full, and the live end of its log."""

from __future__ import annotations

import time

from textual.strip import Strip

from jobyard.core.models import Job

from .lines import Line, Lines

LOG_LEAST = 6  # lines kept for the log when there is one
BRIEF_BELOW = 16  # lines; a lower pane says less


class Detail(Lines, can_focus=True):
    """What is known about a job. Text above, the end of the log below."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.job: Job | None = None
        self.tail: tuple[str, ...] = ()
        self._top = 0
        self._lines: list[Line] = []

    def take(self, job: Job | None) -> None:
        """Show this job; another job's log goes."""
        if (job.row if job else None) != (self.job.row if self.job else None):
            self._top, self.tail = 0, ()
        self.job = job
        self.compose_lines()

    def take_tail(self, lines: tuple[str, ...]) -> None:
        """Show this end of the log."""
        self.tail = lines
        self.compose_lines()

    def compose_lines(self) -> None:
        """Write the text anew and send what changed."""
        self._lines = self._text() if self.size else []
        self.repaint()

    def tick(self) -> None:
        """A second has passed."""
        if self.job is not None and self.job.started_at is not None and self.job.ended_at is None:
            self.compose_lines()

    def _text(self) -> list[Line]:
        if self.job is None:
            return []
        from ..describe import brief, describe  # the first paint does not wait for it

        width = self.size.width - 2
        low = self.size.height < BRIEF_BELOW
        text = (brief if low else describe)(self.job, time.time(), width)
        if not self.job.attempts:
            return text
        rule: Line = [("log " + "─" * (width - 4), "faint")]
        room = max(2 if low else LOG_LEAST, self.size.height - len(text) - (1 if low else 2))
        silence = "nothing was written" if self.job.ended_at else "nothing written yet"
        tail: list[Line] = [[(line, "")] for line in self.tail[-room:]] or [[(silence, "faint")]]
        return [*text, *([] if low else [[]]), rule, *tail]

    # -- movement ---------------------------------------------------------------------------------

    def move(self, delta: int) -> None:
        """Scroll by *delta* lines."""
        self._top = max(0, min(self._top + delta, len(self._lines) - self.size.height))
        self.repaint()

    def page(self, delta: float) -> None:
        """Scroll by *delta* screens."""
        self.move(int(delta * self.size.height))

    def home(self) -> None:
        """To the beginning."""
        self.move(-len(self._lines))

    def end(self) -> None:
        """To the end."""
        self.move(len(self._lines))

    def on_mouse_scroll_down(self) -> None:
        """The wheel scrolls."""
        self.move(2)

    def on_mouse_scroll_up(self) -> None:
        """The wheel scrolls."""
        self.move(-2)

    # -- painting ---------------------------------------------------------------------------------

    def line_at(self, y: int) -> Strip:
        """A line of the text, a cell away from the border; the border shows who has the keys."""
        number = self._top + y
        line = self._lines[number] if number < len(self._lines) else []
        edge = ("▏", "title" if self.has_focus else "faint")
        return self.strip([edge, *line])

    def on_resize(self) -> None:
        """Wrap the text anew."""
        self._top = 0
        self._lines = self._text()
        self.repaint()

    def on_focus(self) -> None:
        """The border lights up."""
        self.repaint()

    def on_blur(self) -> None:
        """The border fades."""
        self.repaint()
