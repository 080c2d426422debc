"""A screen beside the list of jobs that a filter limits, of jobs unless it says otherwise: its line, what it says."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from textual import events, on
from textual.message import Message
from textual.widgets._input import Input

from jobyard.core.models import JobFilter

from ..actions import FILTER, Context
from ..filtering import Answer, answer, remembered, unfinished, with_newest
from ..messages import Filtered
from ..widgets.filterhelp import FilterHelp
from ..widgets.filterline import FilterLine
from .filtered import PAST
from .place import Place


class Narrowed(Place):
    """Typing filters at once, Enter goes back to the chart, Escape drops the filter.

    A text is read in a thread. While its last part is being written what stands before it is in force, and while there
    is another mistake in it the last filter without one.
    """

    PAST: ClassVar[str] = PAST  # the name under which the filters of before are remembered
    SAMPLE: ClassVar[str] = "words, state:failed, name~rabi, age<2d"  # what an empty line says
    nothing: ClassVar[Any] = JobFilter()  # a filter that lets everything through
    filter_text = ""
    narrow: Any = nothing

    def narrowed(self) -> None:
        """Another filter is in force."""
        self.look()

    def answer_to(self, text: str, cursor: int | None) -> Answer:
        """Read a text. In a thread."""
        return answer(self.yard_app.yard, text, JobFilter(), cursor)

    def give_keys(self) -> None:
        """Whoever has the keys when nobody writes gets them."""
        raise NotImplementedError

    @property
    def filter_line(self) -> FilterLine | None:
        """The line, once it has been needed."""
        return cast("FilterLine | None", next(iter(self.query("FilterLine")), None))

    async def open_filter(self) -> None:
        """Show the filter line and give it the keys."""
        if (line := self.filter_line) is None:
            help = FilterHelp()
            line = FilterLine(help, remembered(self.yard_app.memory.get(self.PAST)), self.SAMPLE)
            await self.mount(line, help, after="#place-line")
        line.display = line.written = True
        line.input.focus()
        self._read_filter(line)

    def drop_filter(self) -> None:
        """Show everything again and put the line away."""
        line, self.filter_text = self.filter_line, ""
        if line is not None:
            line.display = False
            line.tell(None)
            with self.prevent(Input.Changed):
                line.input.value = ""
        self._limit_to(self.nothing)

    def _limit_to(self, where: Any) -> None:
        if where != self.narrow:
            self.narrow = where
            self.narrowed()

    def counted(self, total: int, what: str, *, more: bool = False) -> None:
        """Say how many are left, or that there are *more*."""
        if (line := self.filter_line) is not None:
            line.count(total, what, more=more)

    # -- what is typed --------------------------------------------------------------------------------

    @on(Input.Changed, "#filter-input")
    def filter_typed(self, event: Input.Changed) -> None:
        """Every letter filters."""
        self.filter_text = event.value if event.value.strip() else ""
        if (line := self.filter_line) is not None:
            self._read_filter(line)

    def _read_filter(self, line: FilterLine) -> None:
        text = self.filter_text
        cursor = line.input.cursor_position if line.written else None

        def letter() -> Message:
            return Filtered(self.answer_to(text, cursor))

        self.yard_app.siding.put(letter, self, key="filter")

    def on_filtered(self, message: Filtered) -> None:
        """A text has been read."""
        found, line = message.answer, self.filter_line
        if line is None or found.text != self.filter_text:
            return  # written on since
        line.tell(found)
        if found.where is not None:
            self._limit_to(found.where if found.text else self.nothing)
        elif found.before is not None and unfinished(found):
            self._limit_to(found.before)  # what stands before the part that is being written

    @on(Input.Submitted, "#filter-input")
    def filter_taken(self, event: Input.Submitted) -> None:
        """Enter: to the chart; an empty filter goes away, and one with a mistake keeps the keys."""
        line, text = self.filter_line, event.value.strip()
        assert line is not None
        if not text:
            self.give_keys()
            self.drop_filter()
        elif _mistaken(line.answer, event.value):
            line.tell(line.answer, insist=True)
        else:
            self.give_keys()
            line.past = with_newest(line.past, text)
            self.yard_app.remember(self.PAST, line.past)

    # -- who has the keys -------------------------------------------------------------------------------

    def context(self) -> Context:
        """Whoever writes a filter has other keys."""
        context = super().context()._replace(filtered=bool(self.filter_text))
        return context._replace(focus=FILTER) if isinstance(self.focused, Input) else context

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The footer tells of other keys."""
        self.show_context()

    def back(self) -> None:
        """Escape: out of the line, then the filter, then to the jobs."""
        if isinstance(self.focused, Input):
            self.give_keys()
            if not self.filter_text:
                self.drop_filter()
        elif self.filter_text:
            self.drop_filter()
        else:
            super().back()


def _mistaken(found: Answer | None, text: str) -> bool:
    return found is not None and found.text == text and found.mistake is not None
