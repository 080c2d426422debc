"""A new experiment: its class, its parameters, what is swept, and whatever a job may be asked with."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jobyard.core.errors import BadInput
from jobyard.core.labmodels import Asked, Parameter, Sheet
from jobyard.core.models import JobSpec, Submitted
from jobyard.core.yard import Yard, experimenting, wanted_needs

from ..cli.options import comma_separated
from ..cli.verbs.experiment import FLAGS, experiment, program
from ..format import plural
from ..text import plain
from . import parameters
from .fields import YES, As, Field, Form, Note, Notes, Reading, Step, Texts
from .jobfields import job_fields, option_of
from .jobs import look_at, submitted_words
from .parameters import EXPT, OTHERS
from .reading import PLAIN, values_of
from .spelling import option_words

CLASS, ZIP = "class", "zip"
SHOWN = 8  # classes that are shown at once
NO = "no"
BELOW = ("queue", "name", "priority", "user", "after", "time_limit")  # of a job, below the parameters
MORE = "experiment"  # the group of what few experiments need
_CLASS = Field(
    CLASS,
    "class",
    "MODULE:CLASS, of a module of the lab's; some letters of it and tab.",
    source="experiments",
    lines=SHOWN,
)
_OTHERS = Field(
    OTHERS,
    "others",
    "Further parameters: KEY=VALUE KEY=VALUE; dotted keys nest.",
    kind=As.VARIABLES,
    placeholder="none",
)
_ZIP = Field(
    ZIP, "zip", "Of a sweep: go through all of them together, first with first; else each with each.", kind=As.FLAG
)
_EMPTY = {"user": "you", "queue": "experiments", "python": "the queue's, else python3 of the app's PATH"}


class NewExperiment(Form):
    """``jobyard experiment``. What its class is asked with comes later: :meth:`learn`."""

    title = "New experiment"
    doing = "submit"
    taken_back = False  # a new job is cancelled
    draft = "experiment"
    can_cancel = True  # where the form was opened, c cancels the job that is selected

    def __init__(self, queue: str = "", clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._paths: tuple[str, ...] = ()  # where its class was found, if that has to be said
        self._prefilled: dict[str, str] = {}
        self.sheet = Sheet("", "", "", "")
        self._more: list[str] = []  # parameters that have no field
        self.last: Asked | None = None
        self.initial = {"queue": queue} if queue else {}
        self.fields = self._all()

    # -- what is known of the class -------------------------------------------------------------------

    def learn(self, sheet: Sheet, last: Asked | None, paths: tuple[str, ...], texts: Texts) -> dict[str, str]:
        """Take what a class is asked with; the texts that its fields have then."""
        kept, known = dict(texts), {EXPT + one.key for one in self.known}
        if not self._is(sheet):  # what another class' form began with is nobody's wish
            kept, known = {key: text for key, text in texts.items() if text and self._prefilled.get(key) != text}, set()
        kept = parameters.spread(kept, parameters.shown(sheet.parameters))
        first = {key: text for key, text in self.at_first(sheet).items() if key not in known and not kept.get(key)}
        self._prefilled = {**(self._prefilled if known else {}), **first}
        self.sheet, self.last, self._paths = sheet, last, paths
        known = {one.key for one in self.known}
        self._more = [one.key for one in sheet.parameters if one.key not in known]
        self.fields = self._all()
        return {**kept, **first}

    def at_first(self, sheet: Sheet) -> dict[str, str]:
        """What stands in the fields of its parameters before anybody types."""
        return parameters.at_first(sheet)

    def again(self, texts: Texts) -> dict[str, str]:
        """The texts with what the last job of the class had, where nothing stands."""
        if self.last is None:
            return dict(texts)
        known = dict(experimenting.flat(self.last.config))
        mine = {one.key for one in self.known}
        filled = {EXPT + key: parameters.text_of(value) for key, value in known.items() if key in mine}
        filled[OTHERS] = parameters.words_of({key: value for key, value in known.items() if key not in mine})
        return {**texts, **{field: text for field, text in filled.items() if text and not texts.get(field, "").strip()}}

    def learned(self, texts: Texts) -> bool:
        """Whether what is known is that of the class that stands there."""
        return texts.get(CLASS, "").strip() == f"{self.sheet.module}:{self.sheet.name}"

    def awaits(self, texts: Texts) -> bool:
        """Whether a class stands there of which nothing is known yet."""
        return not self.learned(texts) and not self._unnamed(texts.get(CLASS, "").strip())

    def has(self, sheet: Sheet) -> bool:
        """Whether the parameters of that class are known."""
        return self._is(sheet) and bool(self.sheet.file)

    def _is(self, sheet: Sheet) -> bool:
        return (sheet.module, sheet.name) == (self.sheet.module, self.sheet.name)

    @property
    def known(self) -> tuple[Parameter, ...]:
        """The parameters that have fields."""
        return parameters.shown(self.sheet.parameters)

    @property
    def main(self) -> tuple[str, tuple[str, ...]]:
        """What the class takes out of main, each with its value, after some words; or why that cannot be told."""
        if self.sheet.wrong:
            return plain(self.sheet.wrong), ()
        told = tuple(f"{plain(one.path)} {plain(one.value)}" for one in self.sheet.reads)
        return (f"It reads of {self.sheet.main}:" if told else ""), told

    # -- fields ---------------------------------------------------------------------------------------

    def _all(self) -> tuple[Field, ...]:
        last = dict(experimenting.flat(self.last.config)) if self.last is not None else {}
        own = parameters.fields(self.known, self.sheet.beside, last)
        return (_CLASS, *own, self._others(), _ZIP, *_job_fields(self._paths))

    def _others(self) -> Field:
        more = f" {len(self._more):,} have no field of their own: {', '.join(self._more[:6])}, …" if self._more else ""
        return _OTHERS._replace(help=_OTHERS.help + plain(more))

    # -- what the texts say -----------------------------------------------------------------------------

    def read(self, texts: Texts) -> Reading:
        """An experiment or a sweep of it, or what is wrong with it."""
        texts_ = {field.key: texts.get(field.key, "").strip() for field in self.fields}
        found = parameters.given(texts_, self.known)
        notes = {**found.notes, **self._class_note(texts_)}
        if found.axes:
            notes = {**_sweep_notes(found, texts_[ZIP] == YES), **notes}
        of_job = {field.key: text for field in _of_job() if (text := texts_[field.key])}
        values, wrong = values_of(of_job, _of_job(), self._clock())
        notes |= wrong
        if any(note.wrong for note in notes.values()):
            return Reading(notes)
        own = {key: text for key in (*_OWN, *FLAGS) if (text := texts_[key])}
        spec = self._spec(texts_, found, own, values)
        words = ("experiment", *self._words(own), *option_words(of_job, _of_job(), values, {}))
        zipped = ("--zip",) if found.axes and texts_[ZIP] == YES else ()
        sweep = (word for axis in found.swept for word in ("--sweep", axis))
        line = (*words, *sweep, *zipped, texts_[CLASS], *found.words)
        return Reading(notes, (Step(line, lambda yard: yard.submit(spec)),), spec)

    def _class_note(self, texts: Texts) -> dict[str, Note]:
        if wrong := self._unnamed(texts[CLASS]):
            return {CLASS: Note(wrong)}
        return {} if self.learned(texts) else {CLASS: Note("Its parameters are being read.")}

    @staticmethod
    def _unnamed(text: str) -> str:
        """Why a text names no class, "" where it does."""
        if not text:
            return "There is no class to run."
        try:
            experimenting.split_target(text)
        except BadInput as error:
            return plain(error.line())
        return ""

    def _spec(self, texts: Texts, found: parameters.Given, own: Texts, values: Mapping[str, Any]) -> JobSpec:
        module, name = experimenting.split_target(texts[CLASS])
        sweep = {"axes": [[key, values_] for key, values_ in found.axes], "zip": texts[ZIP] == YES}
        fields = {
            "module": module, "class": name, "config": found.config, "python": program(own.get("python", "")),
            "paths": self._folders(own), "station": own.get("station", ""),
            **{flag: own[flag] == YES if flag in own else None for flag in FLAGS},
            **({"sweep": sweep} if found.axes else {}),
        }  # fmt: skip
        plain_ = {**PLAIN, "queue": "", **values, "needs": wanted_needs(values.get("needs", {}))}
        return JobSpec(**{**plain_, "fields": fields, "kind": "experiment"})

    def _folders(self, own: Texts) -> list[str]:
        """Absolute, as the command line has them."""
        said = comma_separated((own.get("paths", ""),)) or self._paths
        return [os.path.abspath(os.path.expanduser(path)) for path in said]

    def _words(self, own: Texts) -> Iterator[str]:
        """The options that only experiments have."""
        for folder in self._folders(own):
            yield from ("--path", folder)
        for key in ("python", "station"):
            if key in own:
                yield from (f"--{key}", program(own[key]) if key == "python" else own[key])
        for flag in FLAGS:
            if flag in own:
                yield f"--{flag}" if own[flag] == YES else f"--no-{flag}"

    def look(self, yard: Yard, reading: Reading) -> Notes:
        """Whether the yard would take it: module and class, interpreter and libraries, config, queue."""
        notes = look_at(yard, reading.subject)
        return {CLASS if key == "command" else key: note for key, note in notes.items()}

    def told(self, answers: tuple[Any, ...]) -> str:
        """Where it stands."""
        return submitted_words(_first(answers), " c cancels it." if self.can_cancel else "")


def _first(answers: tuple[Any, ...]) -> Submitted:
    found: Submitted = answers[0]
    return found


# -- fields of a job, and of experiments alone --------------------------------------------------------

_OWN = ("python", "paths", "station")


def _of_job() -> tuple[Field, ...]:
    """The fields that every job has, as far as an experiment has them; whose it is beside."""
    user = Field("user", "user", option_of(experiment, "user").help or "", option="--user", placeholder=_EMPTY["user"])
    return (*(field for field in job_fields() if field.key != "command"), user)


def _job_fields(paths: tuple[str, ...]) -> Iterator[Field]:
    every = {field.key: field for field in _of_job()}
    for key in BELOW:
        yield every[key]._replace(group="", placeholder=_EMPTY.get(key, every[key].placeholder))
    yield from _own_fields(paths)
    yield from (field for key, field in every.items() if key not in BELOW)


def _own_fields(paths: tuple[str, ...]) -> Iterator[Field]:
    """Those of the experiment's own options; names and help are those of the command line."""
    empty = {"paths": ", ".join(map(plain, paths)) or "the app's folder, then PYTHONPATH", "station": "the queue's"}
    for key in _OWN:
        help_ = (option_of(experiment, key).help or "").replace(" Repeatable.", "")
        kind = As.WORDS if key == "paths" else As.TEXT
        yield Field(key, key, help_, MORE, kind, placeholder=empty.get(key, _EMPTY.get(key, "")))
    for key in FLAGS:
        option = option_of(experiment, key)
        default = NO if key == "display" else YES
        yield Field(key, key, option.help or "", MORE, As.CHOICE, choices=("", YES, NO), placeholder=default)


# -- notes ----------------------------------------------------------------------------------------------


def _sweep_notes(found: parameters.Given, zipped: bool) -> dict[str, Note]:
    """What is swept, under each of its fields, and how many jobs it makes."""
    try:
        experimenting.checked(found.axes, zipped)
    except BadInput as error:
        return {found.fields[-1]: Note(plain(error.line()))}
    jobs = plural(found.size(zipped), "job")
    how = "" if len(found.axes) == 1 else " together, first with first" if zipped else ", each with each"
    return {
        field: Note(f"sweeps {plain(experimenting.spelled(axis))}: {jobs}{how}", wrong=False)
        for field, axis in zip(found.fields, found.axes, strict=True)
    }
