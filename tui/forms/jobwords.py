"""Jobs that a field may name, and a word about each: the words of the command line's completion, told apart."""

from __future__ import annotations

from collections.abc import Iterator

from jobyard.core.models import ArrayRow, JobRow
from jobyard.core.yard import Yard

from ..cli.complete import MOST
from ..format import plural, state_glyph, state_word
from ..text import plain


def job_words(yard: Yard) -> dict[str, str]:
    """Ids, those of arrays as ``ID[]``, names of the newest jobs, ``last``; with name and state, or id and state."""
    rows = yard.list(limit=MOST)
    found = {f"{row.id}[]": _array(row) for row in yard.folded(limit=MOST) if isinstance(row, ArrayRow)}
    found |= {row.id: " ".join(_job(row)) for row in rows}
    named: dict[str, list[JobRow]] = {}
    for row in rows:
        if row.name:
            named.setdefault(row.name, []).append(row)
    found |= {name: _named(some) for name, some in named.items() if name not in found}
    return {**found, "last": "the job submitted last"}


def _array(row: ArrayRow) -> str:
    return " ".join(part for part in (plain(row.name), f"array of {row.size:,}") if part)


def _job(row: JobRow) -> Iterator[str]:
    if row.name:
        yield plain(row.name)
    yield f"{state_glyph(row)} {state_word(row)}"


def _named(some: list[JobRow]) -> str:
    if len(some) > 1:
        return plural(len(some), "job")
    return f"{some[0].id} {state_glyph(some[0])} {state_word(some[0])}"
