"""From the texts of a job's fields to arguments of a JobSpec, by the readers of the job file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from jobyard.core.errors import BadInput
from jobyard.core.jobkeys import SpecMaker, arguments, parse_configs
from jobyard.core.models import JobSpec
from jobyard.core.yard import merged_needs, parse_need

from ..cli.options import comma_separated
from ..text import plain
from . import shellwords
from .fields import YES, As, Field, Note, Texts

PLAIN = JobSpec(fields={})._asdict()
UNITS = ("cpus", "mem", "gpus")


def values_of(given: Texts, fields: tuple[Field, ...], now: float) -> tuple[dict[str, Any], dict[str, Note]]:
    """The arguments of a JobSpec that the texts say, and what is wrong with each that cannot be read."""
    maker, values, notes = SpecMaker(JobSpec(fields={}, cwd=os.getcwd()), now), dict(PLAIN), dict[str, Note]()
    for field in fields:
        if field.key in given:
            try:
                _put(maker, values, field, given[field.key])
            except BadInput as error:
                notes[field.key] = Note(plain(error.line()))
    try:
        values["needs"] = merged_needs(_all_needs(given, notes))
    except BadInput as error:
        notes["needs"] = Note(plain(error.line()))
    return {name: values[name] for key in given for name in arguments(key)}, notes


def _put(maker: SpecMaker, values: dict[str, Any], field: Field, text: str) -> None:
    """One field by the reader of its key."""
    value: object = text
    match field.kind:
        case As.COMMAND if field.key == "command":
            values["fields"] = {"command": list(shellwords.command(text).words)}
            return
        case As.FLAG:
            value = text == YES
        case As.WORDS:
            value = comma_separated((text,))
        case As.PATH:
            value = os.path.abspath(os.path.expanduser(text))
        case As.VARIABLES:
            value = variables(text)
    if field.key == "clean_env":
        values["clean_env"] = value
    else:
        maker.put(values, field.key, value)


def _all_needs(given: Texts, notes: Mapping[str, Note]) -> list[tuple[str, int]]:
    """What each field says of the needs, also that none is wanted."""
    own = [parse_need(f"{key}={given[key]}") for key in UNITS if key in given and key not in notes]
    words = comma_separated((given.get("needs", ""),)) if "needs" not in notes else []
    return [*own, *map(parse_need, words)]


def variables(text: str) -> dict[str, str]:
    """``A=1 B='two words'``. A value is never quoted in an error: it may be a secret."""
    found = {}
    for word in shellwords.split(text):
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise BadInput("Variables are written NAME=VALUE", "There is no = in one of them or no name before it")
        found[name] = value
    return found


def changes_of(
    edited: Texts, initial: Texts, fields: tuple[Field, ...], now: float
) -> tuple[dict[str, Any], dict[str, Note]]:
    """The same of a job once more: what was emptied goes back to nothing."""
    values, notes = values_of({key: text for key, text in edited.items() if text}, fields, now)
    for key, text in edited.items():
        if not text and key not in (*UNITS, "needs"):
            values |= {name: 0 if name == "retries" else PLAIN[name] for name in arguments(key)}
    if values.get("configs"):  # None: it does not ask for that one any more
        old = parse_configs(comma_separated((initial.get("configs", ""),)))
        values["configs"] = {**dict.fromkeys(old), **values["configs"]}
    gone = _gone(edited, initial, notes)
    if gone:
        values["needs"] = {**dict.fromkeys(gone, 0), **values.get("needs", {})}
    return values, notes


def _gone(edited: Texts, initial: Texts, notes: Mapping[str, Note]) -> list[str]:
    """The resources that were wanted and are not any more."""
    gone = [key for key in UNITS if key in edited and not edited[key]]
    if "needs" in edited and "needs" not in notes:
        old, new = (
            [parse_need(word)[0] for word in comma_separated((of.get("needs", ""),))] for of in (initial, edited)
        )
        gone += [name for name in old if name not in new]
    return gone
