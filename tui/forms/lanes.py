"""Queues and sessions: what a queue allows, a new queue, a new session."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from jobyard.core.errors import BadInput, Unknown
from jobyard.core.models import QueueInfo
from jobyard.core.names import check_class, check_lane, check_program, split_queue
from jobyard.core.units import FOREVER, NEVER, format_span, format_time
from jobyard.core.yard import Yard, format_duration, one_line, parse_count, parse_duration, parse_time

from ..cli.verbs.queue import create, set_
from ..format import clock, queue_title
from ..text import plain
from .fields import YES, As, Field, Form, Note, Notes, Reading, Step, Texts

POLICIES = ("fifo", "shortest", "chain")
SETTINGS = ("slots", "policy", "time_limit", "limit_factor", "retention", "instructions", "python", "station", "warm")
TOLD = 40  # characters of a value in a toast
EMPTIED = {"time_limit": "none", "limit_factor": "none", "retention": "default"}
EMPTY = {
    "time_limit": "none", "limit_factor": "none", "retention": "as jobyard.yml says", "instructions": "none",
    "policy": "fifo", "slots": "one a core", "python": "that of whoever submits", "station": "none",
}  # fmt: skip
LABELS = {"time_limit": "time limit", "limit_factor": "limit factor"}
KINDS = {"policy": As.CHOICE, "python": As.PATH, "warm": As.FLAG}
PAUSE_HELP = "yes, or until when: 22:00, +30m, ISO 8601. Empty: its jobs may start."


def rules_of(command: click.Command) -> Iterator[Field]:
    """What a queue allows, as fields; names and help are those of the command line."""
    options = {option.name: option for option in command.params if isinstance(option, click.Option)}
    for key in SETTINGS:
        kind, choices = KINDS.get(key, As.TEXT), POLICIES if key == "policy" else ()
        option = options[key]
        yield Field(
            key, LABELS.get(key, key), option.help or "", kind=kind, option=option.opts[0], choices=choices,
            placeholder=EMPTY.get(key, ""),
        )  # fmt: skip


class NewQueue(Form):
    """``jobyard queue create``."""

    title = "New queue"
    doing = "create"

    def __init__(self, session: str = "default") -> None:
        self.fields = (Field("name", "name", "QUEUE, or SESSION/QUEUE."), *rules_of(create))
        self.initial = {} if session == "default" else {"name": f"{session}/"}

    def read(self, texts: Texts) -> Reading:
        """A queue, or what is wrong with it."""
        given = {field.key: texts.get(field.key, "").strip() for field in self.fields}
        values, notes = values_of({key: text for key, text in given.items() if text and key != "name"})
        name = given["name"]
        try:
            for part, what in zip(split_queue(name), ("session", "queue"), strict=True):
                check_lane(part, what)
        except BadInput as error:
            notes["name"] = Note(plain(error.line()) if name else "It has no name yet.")
        if notes:
            return Reading(notes)
        words = ("queue", "create", name, *option_words(self.fields, given, values))
        return Reading({}, (Step(words, lambda yard: yard.queue_create(name, **values)),), name)

    def look(self, yard: Yard, reading: Reading) -> Notes:
        """Whether it is there already."""
        try:
            yard.queue(reading.subject)
        except Unknown:
            return {}
        return {"name": Note("There is such a queue already.")}

    def told(self, answers: tuple[Any, ...]) -> str:
        """Its name."""
        return f"Created the queue {plain(queue_title(answers[0]))}."


class QueueSettings(Form):
    """``jobyard queue set``, ``pause`` and ``resume``."""

    doing = "set"

    def __init__(self, queue: QueueInfo, clock: Callable[[], float] = time.time) -> None:
        self.title = f"Queue {plain(queue_title(queue))}"
        self._queue, self._clock = queue, clock
        self.initial = texts_of(queue)
        paused = Field("paused", "paused", PAUSE_HELP, placeholder="no")
        fields = tuple(field._replace(help=_origin(field, queue)) for field in (*rules_of(set_), paused))
        self.fields = (*fields, *_declared(queue))

    def read(self, texts: Texts) -> Reading:
        """What is to be otherwise."""
        given = {field.key: texts.get(field.key, "").strip() for field in self.fields}
        edited = {key: text for key, text in given.items() if text != self.initial.get(key, "")}
        paused, declared = edited.pop("paused", None), edited.pop("declared", "")
        values, notes = values_of(edited)
        if declared and edited:
            notes["declared"] = Note("That goes alone: either jobyard.yml decides, or what is said above.")
        steps = list(self._set(edited, values, declared == YES))
        try:
            steps += self._pause(paused) if paused is not None else ()
        except BadInput as error:
            notes["paused"] = Note(plain(error.line()))
        return Reading(notes, () if notes else tuple(steps))

    def told(self, answers: tuple[Any, ...]) -> str:
        """What is otherwise now: ``Queue qick: slots 1 → 3, paused until 14:12.``"""
        now: QueueInfo = answers[-1]
        before, after = self.initial, texts_of(now)
        changed = [key for key in (*SETTINGS, "paused") if before.get(key) != after.get(key)]
        parts = (_paused(now, self._clock()) if key == "paused" else _change(key, before, after) for key in changed)
        return f"{self.title}: {', '.join(parts) or 'as it was'}."

    def _set(self, edited: Texts, values: Mapping[str, Any], declared: bool) -> Iterator[Step]:
        name, path = queue_title(self._queue), f"{self._queue.session}/{self._queue.name}"
        if declared:
            yield Step(("queue", "set", name, "--as-declared"), lambda yard: yard.queue_as_declared(path))
        elif edited:
            words = option_words(self.fields, edited, values, emptied=True)
            yield Step(("queue", "set", name, *words), lambda yard: yard.queue_set(path, **values))

    def _pause(self, text: str) -> Iterator[Step]:
        name, path = queue_title(self._queue), f"{self._queue.session}/{self._queue.name}"
        if text in ("", "no"):
            if self._queue.paused:
                yield Step(("queue", "resume", name), lambda yard: yard.queue_resume(path))
        elif text == YES:
            yield Step(("queue", "pause", name), lambda yard: yard.queue_pause(path))
        else:
            until = parse_time(text, self._clock())
            yield Step(("queue", "pause", name, "--until", text), lambda yard: yard.queue_pause(path, until))


class NewSession(Form):
    """``jobyard session create``."""

    title = "New session"
    doing = "create"
    fields = (Field("name", "name", "A session is a group of queues."),)

    def read(self, texts: Texts) -> Reading:
        """A session, or what is wrong with its name."""
        name = texts.get("name", "").strip()
        try:
            check_lane(name, "session")
        except BadInput as error:
            return Reading({"name": Note(plain(error.line()) if name else "It has no name yet.")})
        return Reading({}, (Step(("session", "create", name), lambda yard: yard.session_create(name)),))

    def told(self, answers: tuple[Any, ...]) -> str:
        """Its name."""
        return f"Created the session {plain(answers[0].name)}."


def values_of(given: Texts) -> tuple[dict[str, Any], dict[str, Note]]:
    """The arguments of `queue_set`; what was emptied is taken away."""
    values, notes = dict[str, Any](), dict[str, Note]()
    for key, text in given.items():
        try:
            values[key] = _value(key, text)
        except BadInput as error:
            notes[key] = Note(plain(error.line()))
    return values, notes


def _value(key: str, text: str) -> Any:
    if key == "slots":
        return parse_count(text, "number of slots", least=1, most=100_000)
    if key in ("policy", "instructions"):
        return text
    if key in _CHECKS:
        return _CHECKS[key](text, key)
    if key == "warm":
        return text == YES
    if text.lower() in ("", "none", "default"):
        return 0.0
    if key == "limit_factor":
        return _factor(text)
    if key == "retention" and text.lower() == NEVER:
        return FOREVER
    return parse_duration(text, LABELS.get(key, key))


_CHECKS: dict[str, Callable[[str, str], str]] = {"python": check_program, "station": check_class}


def _factor(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e6:
        raise BadInput("The limit factor cannot be used", "It is no positive number", "Write it like 2 or 1.5")
    return number


def option_words(
    fields: tuple[Field, ...], given: Texts, values: Mapping[str, Any], emptied: bool = False
) -> Iterator[str]:
    """The options that say the same."""
    for field in fields:
        text = given.get(field.key, "")
        if field.key not in values or not (text or emptied):
            continue
        if field.kind is As.FLAG:
            yield field.option if text == YES else f"--not-{field.option.removeprefix('--')}"
        else:
            yield from (field.option, text or EMPTIED.get(field.key, ""))


def texts_of(queue: QueueInfo) -> dict[str, str]:
    """What holds for the queue now, as it is typed."""
    until = format_time(queue.paused_until, None)[:16] if queue.paused_until else YES
    texts = {
        "slots": str(queue.slots),
        "policy": queue.policy,
        "time_limit": format_duration(queue.time_limit) if queue.time_limit else "",
        "limit_factor": f"{queue.limit_factor:g}" if queue.limit_factor else "",
        "retention": format_span(queue.retention) if queue.retention else "",
        "instructions": plain(queue.instructions),
        "python": plain(queue.python),
        "station": queue.station,
        "warm": YES if queue.warm else "",
        "paused": until if queue.paused else "",
    }
    return {key: text for key, text in texts.items() if text}


def _paused(queue: QueueInfo, now: float) -> str:
    if not queue.paused:
        return "goes on"
    return f"paused until {clock(queue.paused_until, now)}" if queue.paused_until else "paused"


def _change(key: str, before: Texts, after: Texts) -> str:
    was, is_ = (one_line(texts.get(key) or "none", TOLD) for texts in (before, after))
    return f"{LABELS.get(key, key)} {was} → {is_}"


def _origin(field: Field, queue: QueueInfo) -> str:
    """The help, and where the value comes from."""
    said = [field.help]
    if queue.declared is not None and field.key in queue.declared:
        said.append(f"jobyard.yml says {plain(_shown(field.key, queue.declared[field.key]))}.")
    if field.key in queue.by_hand:
        said.append(f"Set by hand by {plain(queue.by_hand[field.key])}.")
    return " ".join(said)


def _shown(key: str, value: Any) -> str:
    if value is None:
        return "none"
    if key == "warm":
        return YES if value else "no"
    return format_span(value) if key in ("time_limit", "retention") else str(value)


def _declared(queue: QueueInfo) -> Iterator[Field]:
    """Where something was set by hand although the settings file speaks of the queue."""
    if queue.declared is not None and queue.by_hand:
        yield Field("declared", "as declared", "Let jobyard.yml decide again what was set by hand.", kind=As.FLAG)
