"""What waits for a job: others that shall wait for it too."""

from __future__ import annotations

from typing import Any

from jobyard.core.errors import JobyardError
from jobyard.core.models import Change, JobRow
from jobyard.core.states import After
from jobyard.core.yard import Yard

from ..cli.options import comma_separated
from ..text import plain
from ..toasts import told
from .edges import HOW, TYPES
from .fields import As, Field, Form, Note, Notes, Reading, Step, Texts


class Dependants(Form):
    """``jobyard after add`` of other jobs, each with this one as its parent."""

    doing = "do it"

    def __init__(self, job: JobRow) -> None:
        self._job = job
        self.title = f"Jobs that shall wait for {f'{plain(job.name)}  ' if job.name else ''}{job.id}"
        self.fields = (
            Field("jobs", "jobs", "Ids, names or numbers of today; with commas between.", kind=As.WORDS, source="jobs"),
            HOW,
        )
        self.initial = {"how": After.OK.value}

    def read(self, texts: Texts) -> Reading:
        """A command for each of them."""
        children = comma_separated((texts.get("jobs", ""),))
        after = After(texts.get("how") or After.OK)
        return Reading({}, tuple(self._add(child, after) for child in children), children)

    def _add(self, child: str, after: After) -> Step:
        row, kind = self._job.row, TYPES[after]
        words = ("after", "add", child, self._job.id, *((kind,) if kind else ()))
        return Step(words, lambda yard: yard.after_add(child, [row], after))

    def look(self, yard: Yard, reading: Reading) -> Notes:
        """Whether they can wait for it: are there, have not started, and are not waited for by it, over any way."""
        for child in reading.subject:
            try:
                yard.after_check(child, [self._job.row])
            except JobyardError as error:
                return {"jobs": Note(plain(error.line()))}
        return {}

    def told(self, answers: tuple[Any, ...]) -> str:
        """How many wait for it now."""
        changes: tuple[Change, ...] = answers
        return " ".join(told("added a wait for", change)[0] for change in changes)
