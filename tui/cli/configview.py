"""Configs for people: tables, the state of a file, differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from jobyard.core.labmodels import ConfigDiff, ConfigKind, ConfigVersion, Drift, MainChange
from jobyard.tui.cli.printing import paint
from jobyard.tui.cli.table import Cell, Column, pairs, table
from jobyard.tui.cli.words import clean, plural, size, when

LOOK = {  # glyph and colour of each state of a file
    "same": ("✓", "green"), "valid": ("✓", "green"), "differs": ("≠", "yellow"), "no main": ("○", "grey"),
    "no file": ("·", "grey"), "missing": ("✗", "red"), "unreadable": ("✗", "red"), "invalid": ("✗", "red"),
    "damaged": ("✗", "red"),
}  # fmt: skip
COLOURS = {"-": "red", "+": "green", "@": "cyan"}
TYPES = (
    Column("TYPE"),
    Column("CODE", drop=3),
    Column("MAIN"),
    Column("SINCE", drop=2),
    Column("BY", drop=4),
    Column("VERSIONS", right=True, drop=5),
    Column("STATE", weight=2, least=10),
    Column("FILE", weight=2, least=10, path=True, drop=1),
)
VERSIONS = (
    Column("VERSION"),
    Column("MAIN"),
    Column("TYPE", drop=5),
    Column("AT", drop=1),
    Column("BY", drop=3),
    Column("SIZE", right=True, drop=6),
    Column("FILE", weight=2, least=8, path=True, drop=2),
    Column("ATTEMPTS", right=True, drop=4),
)
HISTORY = (Column("AT"), Column("MAIN"), Column("BY"), Column("HOW", drop=1))
CHECKED = (
    Column("TYPE"),
    Column("STATE"),
    Column("FILE", weight=1, least=10, path=True),
    Column("WHY", weight=3, least=10),
)


def types(kinds: Sequence[ConfigKind], drifts: Iterable[Drift]) -> list[str]:
    """The table of types."""
    states = {drift.type: drift for drift in drifts}
    return table(TYPES, [_type(kind, states.get(kind.name)) for kind in kinds])


def _type(kind: ConfigKind, drift: Drift | None) -> list[Cell | str]:
    return [
        clean(kind.name), kind.code or "-", kind.main.id if kind.main else "none", when(kind.set_at),
        clean(kind.set_by), str(kind.versions), state(drift) if drift else Cell("○ no main", "grey"), clean(kind.file),
    ]  # fmt: skip


def state(drift: Drift) -> Cell:
    """``≠ differs``, ``✗ invalid: line 3: …``."""
    glyph, colour = LOOK[drift.state]
    why = f": {drift.why}" if drift.wrong and drift.why else ""
    return Cell(clean(f"{glyph} {drift.state}{why}"), colour)


def versions(found: Iterable[ConfigVersion]) -> list[str]:
    """The table of versions."""
    return table(VERSIONS, [_version(version) for version in found])


def _version(version: ConfigVersion) -> list[Cell | str]:
    return [
        version.id, Cell("● main", "green") if version.main else "", clean(version.type), when(version.created_at),
        clean(version.created_by), size(version.size), clean(version.filename), str(version.attempts),
    ]  # fmt: skip


def version(found: ConfigVersion, runs: Sequence[tuple[str, int]], damage: str) -> Iterator[str]:
    """All about a version."""
    some = ", ".join(f"{job} attempt {number}" for job, number in runs)
    more = found.attempts - len(runs)
    yield from pairs([
        ("version", f"{found.id}  ● main" if found.main else found.id),
        ("type", clean(found.type)),
        ("made", f"{when(found.created_at)} by {clean(found.created_by)}" + (f" for {found.job}" if found.job else "")),
        ("from", clean(found.filename)),
        ("size", size(found.size)),
        ("sha256", found.checksum),
        ("kept in", clean(found.path)),
        ("state", clean(f"✗ damaged: {damage}") if damage else "✓ as it was pushed"),
        ("attempts", f"{found.attempts}" + (f": {some}" if some else "") + (f" and {more} more" if more > 0 else "")),
    ])  # fmt: skip


def history(found: Iterable[MainChange]) -> list[str]:
    """What was main since when."""
    return table(HISTORY, [[when(c.at), c.version or "none", clean(c.by), c.way] for c in found])


def checked(drifts: Iterable[Drift]) -> list[str]:
    """What was found, a line each; why is a column of its own."""
    return table(CHECKED, [_checked(drift) for drift in drifts])


def _checked(drift: Drift) -> list[Cell | str]:
    return [clean(drift.type) or "-", state(drift._replace(why="")), clean(drift.file) or "-", clean(drift.why)]


def diff(found: ConfigDiff, structural: bool) -> Iterator[str]:
    """A unified diff, or the values that differ."""
    if structural and found.changes is not None:
        yield from changes(found)
        return
    for number, line in enumerate(found.lines):
        colour = "bold" if number < 2 else COLOURS.get(line[:1], "")
        yield paint(clean(line), colour)


def changes(found: ConfigDiff) -> Iterator[str]:
    """``device.qubit.f_ge  4.8 → 4.85``; what is on one side alone has a sign."""
    wide = min(60, max((len(clean(change.path)) for change in found.changes or ()), default=0))
    for path, before, after in found.changes or ():
        name = f"{clean(path):<{wide}}"
        if before is not None and after is not None:
            yield f"  {name}  {paint(clean(before), 'red')} → {paint(clean(after), 'green')}"
        elif after is not None:
            yield paint(f"+ {name}  {clean(after)}", "green")
        else:
            yield paint(f"- {name}  {clean(before or '')}", "red")


def counted(found: ConfigDiff) -> str:
    """``3 values changed``, or lines of what has no values; "" for nothing."""
    if found.changes:
        return f"{plural(len(found.changes), 'value')} changed"
    if not found.lines:
        return ""
    if found.changes is not None:
        return "no value changed, only how it is written"
    return f"{plural(sum(line[:1] in '+-' for line in found.lines[2:]), 'line')} changed"
