"""A new job, and a job once more but for what is said: from texts to a JobSpec and to the same command line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jobyard.core.indexes import fill
from jobyard.core.models import JobSpec, Submitted
from jobyard.core.yard import Yard, wanted_needs

from ..text import plain
from . import looking, shellwords
from .fields import LONGEST, As, Field, Form, Note, Notes, Reading, Step, Texts
from .jobfields import job_fields
from .jobtexts import command_text, texts_of
from .reading import PLAIN, changes_of, values_of
from .spelling import option_words


class NewJob(Form):
    """``jobyard submit``."""

    title = "New job"
    doing = "submit"
    taken_back = False  # a new job is cancelled
    draft = "job"

    def __init__(self, queue: str = "", clock: Callable[[], float] = time.time) -> None:
        self.fields = job_fields()
        self.initial = {"queue": queue or "default"}
        self._clock = clock

    def read(self, texts: Texts) -> Reading:
        """A job, or what is wrong with it."""
        given = {field.key: texts.get(field.key, "").strip() for field in self.fields}
        values, notes = values_of({key: text for key, text in given.items() if text}, self.fields, self._clock())
        if not given["command"]:
            notes["command"] = Note("There is no command to run.")
        elif "command" not in notes and shellwords.command(given["command"]).shell:
            notes["command"] = Note("A shell reads it: sh -c", wrong=False)
        notes = {**(_holes(given) if not given["array"] else {}), **notes}
        if values.get("array") and values.get("unique"):
            notes["unique"] = Note("A key is for one job, and an array is many.")
        spec = JobSpec(**{**PLAIN, **values, "needs": wanted_needs(values.get("needs", {}))})
        if any(note.wrong for note in notes.values()):
            return Reading(notes, subject=spec)
        words = ("submit", *option_words(given, self.fields, values), "--", *spec.fields["command"])
        return Reading(notes, (Step(words, lambda yard: yard.submit(spec)),), spec)

    def look(self, yard: Yard, reading: Reading) -> Notes:
        """Whether the yard would take it, and whether folder and program are there."""
        return look_at(yard, reading.subject)

    def told(self, answers: tuple[Any, ...]) -> str:
        """Where it stands."""
        return submitted_words(answers[0])


class OnceMore(Form):
    """``jobyard clone ID``, edited: what was not touched stays as it was."""

    doing = "submit"
    taken_back = False  # a new job is cancelled

    def __init__(
        self, row: int, id: str, spec: JobSpec, *, pending: bool = False, skips: int = 0, whole: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.title = f"New {'array' if whole else 'job'} like {id}"
        self._ref: str | int = id if whole else row
        self.head = (WAITS_FOR_NOTHING, *_head(spec, whole))
        self.fields = tuple(_once_more(field, whole) for field in job_fields() if _may_differ(field, spec, whole))
        if pending:
            self.fields = (*self.fields[:6], instead_field(id, skips), *self.fields[6:])
        texts = {key: text for key, text in texts_of(spec).items() if not (whole and key == "command")}
        self.initial = {field.key: text for field in self.fields if (text := texts.get(field.key))}
        self._id, self._spec, self._clock = id, spec, clock

    def read(self, texts: Texts) -> Reading:
        """What is to be otherwise, or what is wrong with it."""
        given = {field.key: texts.get(field.key, "").strip() for field in self.fields if field.key != "instead"}
        edited = {key: text for key, text in given.items() if text != self.initial.get(key, "")}
        kept = {key for key, text in edited.items() if not text and key in KEPT}
        edited = {key: text for key, text in edited.items() if key not in kept}
        values, notes = changes_of(edited, self.initial, self.fields, self._clock())
        if self.initial.get("command") and not given["command"]:
            notes["command"] = Note("There is no command to run.")
        if any(note.wrong for note in notes.values()):
            return Reading(notes)
        return Reading(notes, tuple(self._steps(texts, edited, values)), self._changed(values))

    def look(self, yard: Yard, reading: Reading) -> Notes:
        """Whether the yard would take it."""
        return look_at(yard, reading.subject) if reading.subject is not None else {}

    def told(self, answers: tuple[Any, ...]) -> str:
        """Where it stands, and what became of the other."""
        gone = f" {self._id} is cancelled." if len(answers) > 1 else ""
        return submitted_words(answers[0]) + gone

    def _steps(self, texts: Texts, edited: Texts, values: Mapping[str, Any]) -> Iterator[Step]:
        ref, words = self._ref, tuple(option_words(edited, self.fields, values, self.initial))
        fields = values.get("fields")
        tail = ("--", *fields["command"]) if fields else ()
        yield Step(("clone", self._id, *words, *tail), lambda yard: yard.clone(ref, values))
        if texts.get("instead"):
            yield Step(("cancel", "--pending", self._id), lambda yard: yard.cancel([ref], only_pending=True))

    def _changed(self, values: Mapping[str, Any]) -> JobSpec:
        needs = wanted_needs({**self._spec.needs, **values.get("needs", {})})
        env = {**self._spec.env, **values.get("env", {})}
        configs = {type: wish for type, wish in (values.get("configs") or {}).items() if wish is not None} or None
        asked = {"configs": configs} if "configs" in values else {}
        return self._spec._replace(**{**values, "needs": needs, "env": env, **asked})


# Of a job once more: what stays as it was when its field is emptied, since there is no job without it.
KEPT = frozenset({"queue", "cwd", "umask", "retry_delay", "retry_factor", "retry_max"})


WAITS_FOR_NOTHING = "It waits for nothing and has no unique key unless you give them."
HOLED = ("command", "name", "stdin")  # where an element's index is filled in
OF_ELEMENTS = ("name", "stdin", "unique")  # each element has its own


def _holes(given: Texts) -> dict[str, Note]:
    """What is meant for the elements of an array, where there is none."""
    odd = Note("{i} stays as it is: it is filled in for the elements of an array.", wrong=False)
    return {key: odd for key in HOLED if fill(given[key], 0) != given[key]}


def _head(spec: JobSpec, whole: bool) -> Iterator[str]:
    if whole:
        yield "Every element is made once more, with its own name and input."
    elif not _may_edit(spec):
        yield "Its command stays as it is: it cannot be edited here."


def _may_differ(field: Field, spec: JobSpec, whole: bool) -> bool:
    if whole and field.key in OF_ELEMENTS:
        return False
    return field.key not in ("array", "clean_env") and (field.key != "command" or _may_edit(spec))


def _may_edit(spec: JobSpec) -> bool:
    return spec.kind == "exec" and len(command_text(spec.fields["command"])) <= LONGEST


def _once_more(field: Field, whole: bool) -> Field:
    if whole and field.key == "command":
        return field._replace(help=f"{field.help}. {{i}} is the index.", placeholder="each its own, as before")
    helps = {"env": "Added to the environment that it had.", "cwd": "Where it runs.", "umask": "Of the files it makes."}
    return field._replace(help=helps.get(field.key, field.help))


def instead_field(id: str, skips: int) -> Field:
    """Whether the pending job is cancelled for which this one is made; *skips*: how many wait for that."""
    more = f"; {skips:,} that wait for it will be skipped" if skips else ""
    help_ = f"Cancel {id} once this one is submitted, unless it has started{more}."
    return Field("instead", "instead", help_, kind=As.FLAG, placeholder=f"no: {id} stays as it is")


def look_at(yard: Yard, spec: JobSpec) -> dict[str, Note]:
    """What a submit would refuse, under the field that says it; and what is not there on this host."""
    notes = {key: Note(text, wrong=False) for key, text in looking.odd(spec)}
    checkable = spec._replace(array="") if spec.array and spec.unique else spec
    return notes | {one.key: Note(plain(one.error.line())) for one in yard.submit_check(checkable)}


def submitted_words(answer: Submitted, hint: str = " c cancels it.") -> str:
    """``Submitted JOB-…: no free slot, position 3.``, and how to take that back."""
    place = f", position {answer.position}" if answer.reason and answer.position else ""
    why = f": {plain(answer.reason)}{place}" if answer.reason else f": {answer.state.value}"
    return f"Submitted {answer.id}{why}.{hint}"
