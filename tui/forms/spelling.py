"""The options of the command line that say what the fields of a job say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jobyard.core.jobkeys import arguments

from ..cli.options import comma_separated
from .fields import YES, As, Field, Texts
from .reading import UNITS, variables

EMPTIED = {"time_limit": "none", "estimate": "none", "retries": "0", "priority": "0"}


def option_words(
    given: Texts, fields: tuple[Field, ...], values: Mapping[str, Any], initial: Texts | None = None
) -> Iterator[str]:
    """The options that say the same; *initial*: of a job once more, where what was emptied is said too."""
    for field in fields:
        text = given.get(field.key, "")
        if field.key not in given or field.key == "command" or (not text and initial is None):
            continue
        if field.key == "queue" and initial is None and text == "default":
            continue
        if field.key in (*UNITS, "needs"):
            continue
        yield from _option(field, text, values)
    yield from _need_words(given, values, initial)


def _option(field: Field, text: str, values: Mapping[str, Any]) -> Iterator[str]:
    match field.kind:
        case As.FLAG:
            yield field.option if text == YES else f"--not-{field.option.removeprefix('--')}"
        case As.WORDS if field.key == "configs":
            wishes = (values["configs"] or {}).items()
            yield from (
                word for type, wish in wishes if wish is not None
                for word in (field.option, f"{type}={wish}" if wish else type)
            )  # fmt: skip
        case As.WORDS:
            yield from (field.option, ",".join(comma_separated((text,))))
        case As.VARIABLES:
            for name, value in variables(text).items():
                yield from (field.option, f"{name}={value}")
        case As.PATH:
            yield from (field.option, values[arguments(field.key)[0]])
        case _:
            yield from (field.option, text or EMPTIED.get(field.key, ""))


def _need_words(given: Texts, values: Mapping[str, Any], initial: Texts | None) -> Iterator[str]:
    needs = values.get("needs", {})
    for key in UNITS:
        if given.get(key) and needs.get(key):
            yield from (f"--{key}", given[key])
    for name, units in needs.items():
        if (name not in UNITS and (units or initial is not None)) or (
            name in UNITS and not units and initial is not None
        ):
            yield from ("--need", name if units == 1 else f"{name}={units}")
