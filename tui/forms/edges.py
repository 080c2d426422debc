"""What a job waits for: more, or less."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jobyard.core.errors import JobyardError
from jobyard.core.models import Change, Edge, Job
from jobyard.core.states import After
from jobyard.core.yard import Yard

from ..cli.options import comma_separated
from ..format import GLYPHS, plural, short_id
from ..text import plain
from ..toasts import told
from .fields import As, Field, Form, Note, Notes, Reading, Step, Texts

SHOWN = 30  # dependencies with a line of their own; of more the field below cuts the rest
CUT = "cut"
TYPES = {After.OK: "", After.ANY: "--any", After.FAIL: "--fail"}
HOW = Field(
    "how",
    "how",
    "Space: after-ok, it completed · after-any, it ended · after-fail, it failed.",
    kind=As.CHOICE,
    choices=tuple(after.value for after in After),
)
VERBS = {"after add": "added a wait for", "after cut": "cut the wait for"}


class Dependencies(Form):
    """``jobyard after add`` and ``cut``."""

    doing = "do it"

    def __init__(self, job: Job) -> None:
        self._job, self._edges = job, job.depends_on[:SHOWN]
        parents = plural(len(job.depends_on), "job") if job.depends_on else "no job"
        self.title = f"{f'{plain(job.name)}  ' if job.name else ''}{job.id} waits for {parents}"
        self.fields = (
            Field(
                "add", "wait for", "Ids, names or numbers of today; with commas between.", kind=As.WORDS, source="jobs"
            ),
            HOW,
            *map(_line, self._edges),
            *self._rest(),
        )
        self.initial = {"how": After.OK.value}

    def read(self, texts: Texts) -> Reading:
        """Cuts first, then those that become waits of another kind, then new ones."""
        parents = comma_separated((texts.get("add", ""),))
        after = After(texts.get("how") or After.OK)
        return Reading({}, (*self._cut(texts), *self._change(texts), *self._add(parents, after)), parents)

    def look(self, yard: Yard, reading: Reading) -> Notes:
        """Whether there are such jobs, and whether they wait for this one already."""
        for parent in reading.subject:
            try:
                yard.after_check(self._job.row, [parent])
            except JobyardError as error:
                return {"add": Note(plain(error.line()))}
        return {}

    def told(self, answers: tuple[Any, ...]) -> str:
        """What was cut and what was added; what was left, and why."""
        changes: tuple[Change, ...] = answers
        return " ".join(told(VERBS.get(change.verb, change.verb), change)[0] for change in changes)

    def _rest(self) -> Iterator[Field]:
        more = len(self._job.depends_on) - SHOWN
        if more > 0:
            yield Field(CUT, CUT, f"{more:,} more, by their ids or names.", kind=As.WORDS)

    def _cut(self, texts: Texts) -> Iterator[Step]:
        row, others = self._job.row, comma_separated((texts.get(CUT, ""),))
        gone = [edge for edge in self._edges if texts.get(str(edge.row)) == CUT]
        refs: list[int | str] = [*(edge.row for edge in gone), *others]
        if refs:
            words = ("after", "cut", self._job.id, *(edge.id for edge in gone), *others)
            yield Step(words, lambda yard: yard.after_cut(row, refs))

    def _change(self, texts: Texts) -> Iterator[Step]:
        """One command a kind."""
        for after in After:
            wanted = [edge for edge in self._edges if texts.get(str(edge.row)) == after.value]
            yield from self._add([edge.id for edge in wanted], after, tuple(edge.row for edge in wanted))

    def _add(self, parents: list[str], after: After, rows: tuple[int, ...] = ()) -> Iterator[Step]:
        row, kind, refs = self._job.row, TYPES[after], list[int | str](rows or parents)
        if parents:
            words = ("after", "add", self._job.id, *parents, *((kind,) if kind else ()))
            yield Step(words, lambda yard: yard.after_add(row, refs, after))


def _line(edge: Edge) -> Field:
    """One of those that it waits for: the space bar cuts it, or makes it a wait of another kind."""
    state = f"{GLYPHS[edge.job_state]} {edge.job_state.value}"
    what = "  ".join(part for part in (edge.after.value, edge.state.value, state, plain(edge.name)) if part)
    others = (CUT, *(after.value for after in After if after is not edge.after))
    return Field(
        str(edge.row),
        short_id(edge.id),
        f"Space: {', '.join(others)}.",
        kind=As.CHOICE,
        choices=("", *others),
        placeholder=what,
    )
