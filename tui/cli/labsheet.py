"""``jobyard experiment MODULE:CLASS --fields``: what an experiment may be asked with, and what main has beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jobyard.core.errors import Unknown
from jobyard.core.yard import quoted
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say_all, say_json
from jobyard.tui.cli.words import clean

if TYPE_CHECKING:
    from jobyard.core.labmodels import Asked, MainValue, Parameter, Sheet

Json = dict[str, Any]
NEEDED = "needed"


def describe(target: str, paths: Sequence[str], as_json: bool) -> int:
    """Print the parameters of a class. Raises BadInput, and Unknown for a class that no folder has."""
    from jobyard.core.yard import experimenting

    module, name = experimenting.split_target(target)
    with open_yard() as yard:
        sheet = yard.experiment_sheet(module, name, paths)
        last = next((one for one in yard.experiments_asked() if (one.module, one.name) == (module, name)), None)
    if not sheet.file:
        why = "It was looked for in the text of modules, in this folder and PYTHONPATH or where --path says"
        raise Unknown(f"There is no experiment {quoted(target)}", why, "See: jobyard experiment --list")
    if as_json:
        say_json(_json(sheet, last))
    else:
        _tell(sheet, last)
    return 0


def _tell(sheet: Sheet, last: Asked | None) -> None:
    from jobyard.core.yard import experimenting
    from jobyard.tui.cli.table import Column, table

    known = dict(experimenting.flat(last.config)) if last is not None else {}
    columns = [
        Column("parameter"), Column("default", weight=1), Column("last", weight=1), Column("unit"),
        Column("main", weight=2), Column("about", weight=3, wraps=True),
    ]  # fmt: skip
    rows = [_row(one, known, sheet.beside.get(one.key, ())) for one in sheet.parameters]
    used = [at for at in range(len(columns)) if any(row[at] for row in rows)]
    if sheet.parameters:
        say_all(table([columns[at] for at in used], [[row[at] for at in used] for row in rows]))
    else:
        note(f"{clean(sheet.name)} names no parameters in its text.")
    if sheet.reads:
        say_all(
            ["", f"It reads of {sheet.main}:", *(f"  {clean(one.path)}  {clean(one.value)}" for one in sheet.reads)]
        )
    if sheet.wrong:
        note(clean(sheet.wrong))
    if last is not None:
        say_all(["", f"Last asked for as {last.job}"])


def _row(of: Parameter, last: Mapping[str, Any], beside: Sequence[MainValue]) -> list[str]:
    default = NEEDED if of.required and not of.known else _word(of.default) if of.known else of.said
    was = _word(last[of.key]) if of.key in last else ""
    main = "  ".join(f"{one.path} {one.value}" for one in beside)
    return [clean(text) for text in (of.key, default, was, of.unit, main, _about(of))]


def _about(of: Parameter) -> str:
    """Its help, with the choices and limits that are stated."""
    choices = f"one of {', '.join(map(_word, of.choices[:8]))}" if of.choices else ""
    limits = " ".join(f"{word} {limit:g}" for word, limit in (("from", of.least), ("to", of.most)) if limit is not None)
    return "; ".join(part for part in (of.help, of.type if of.stated and not choices else "", choices, limits) if part)


def _word(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value)


def _json(sheet: Sheet, last: Asked | None) -> Json:
    """As documented in the help of the command."""
    return {
        "target": f"{sheet.module}:{sheet.name}", "about": sheet.about, "file": sheet.file, "main": sheet.main or None,
        "parameters": [
            {"key": one.key, "default": one.default, "has_default": one.known, "required": one.required,
             "type": one.type or None, "unit": one.unit or None, "help": one.help or None, "choices": list(one.choices),
             "main": [value._asdict() for value in sheet.beside.get(one.key, ())]}
            for one in sheet.parameters
        ],
        "reads": [one._asdict() for one in sheet.reads],
        "last": {"job": last.job, "config": last.config} if last is not None else None,
    }  # fmt: skip
