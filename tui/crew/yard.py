"""The yard's health: room, store, history, settings; and what the doctor says, once it was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from jobyard.core.models import Finding
from jobyard.core.yard import people_age

from ..format import clock, number, size
from ..gauges import bar
from ..painting import fit
from ..text import plain
from ..widgets.lines import Line
from .entries import Content, Entry, still, words
from .sight import Verdict

if TYPE_CHECKING:
    from jobyard.core.yard.staffed import Vitals

LABEL = 10  # cells
LOG = 64 << 20  # bytes of the write-ahead log above which a worker truncates it
LEVELS = {"ok": ("✓", "completed"), "warn": ("!", "warning"), "bad": ("✗", "failed")}
ORDER = {"bad": 0, "warn": 1, "ok": 2}


def content(
    vitals: Vitals, verdict: Verdict | None, asking: bool, width: int, now: float, keys: Mapping[str, str]
) -> Content:
    """The panel; *asking*: the doctor looks just now."""
    entries = [*_vital(vitals, width, now), *_settings(vitals, width), *_doctor(verdict, asking, width, now, keys)]
    return Content("yard", summary(vitals, verdict), tuple(entries))


def summary(vitals: Vitals, verdict: Verdict | None) -> Line:
    """In a word: what is bad, or that nothing is known to be."""
    if vitals.low:
        return [("▲ disk below its floor", "failed")]
    wrong = [one for one in (verdict.findings if verdict else ()) if one.level != "ok"]
    if wrong or vitals.trouble:
        return [(f"▲ {len(wrong) or 1} to look at", "warning")]
    return [("✓ healthy", "completed")] if verdict else []


def _vital(vitals: Vitals, width: int, now: float) -> Iterator[Entry]:
    taken = 1 - vitals.disk_free / vitals.disk_size if vitals.disk_size else 0.0
    style = "failed" if vitals.low else "dim"
    free = f"{size(vitals.disk_free)} free"
    floor = f", {'nothing starts below' if vitals.low else 'floor'} {size(vitals.disk_floor)}"
    yield row("disk", "disk", [(bar(taken, 10) + " ", style), (free, "failed" if vitals.low else ""), (floor, "faint")])
    log = "warning" if vitals.log_bytes > LOG else "dim"
    some: Line = [(size(vitals.store_bytes), ""), (f" + {size(vitals.log_bytes)} of log (WAL)", log)]
    yield row("store", "store", some)
    yield row("jobs", "jobs", [(number(vitals.jobs), ""), (" in all", "faint")])
    if vitals.oldest_event is not None:
        age = f"the oldest {people_age(now - vitals.oldest_event)} old, {clock(vitals.oldest_event, now)}"
        yield row("events", "events", [(number(vitals.events), ""), (f", {age}", "faint")])


def row(key: str, label: str, value: Line) -> Entry:
    """A label and what is said of it."""
    return still(key, [(" " + fit(label, LABEL), "faint"), *value])


def _settings(vitals: Vitals, width: int) -> Iterator[Entry]:
    if vitals.trouble:
        yield words("settings", (f"▲ {plain(vitals.trouble)}",), width, "warning")
    if not vitals.settings:
        yield row("settings", "settings", [("as they ship", "dim")] if not vitals.trouble else [])
    for number_, one in enumerate(vitals.settings):
        label = "settings" if number_ == 0 else ""
        value: Line = [(f"{one.name} ", "dim"), (plain(one.shown), ""), (f"  {plain(one.origin)}", "faint")]
        yield row(f"setting {one.name}", label, value)


def _doctor(verdict: Verdict | None, asking: bool, width: int, now: float, keys: Mapping[str, str]) -> Iterator[Entry]:
    """What it found, the worst first; what is well in one line."""
    if verdict is None or asking:
        text = "examines the yard…" if asking else f"{keys['doctor']}  examines the yard and its host"
        yield row("doctor", "doctor", [(text, "dim")])
        return
    well = [one for one in verdict.findings if one.level == "ok"]
    wrong = sorted((one for one in verdict.findings if one.level != "ok"), key=lambda one: ORDER[one.level])
    said = f"✓ {len(well)} well, ! {len(wrong)} not" if wrong else f"✓ all {len(well)} well"
    style = "warning" if wrong else "completed"
    yield row("doctor", "doctor", [(said, style), (f"  {clock(verdict.at, now)}", "faint")])
    for number_, one in enumerate(wrong):
        yield from finding(f"finding {number_}", one, width, keys)
    for number_, one in enumerate(well):
        yield words(f"well {number_}", (f"✓ {plain(one.what)}",), width, "faint")


def finding(key: str, one: Finding, width: int, keys: Mapping[str, str]) -> Iterator[Entry]:
    """What is wrong, why, and what to do."""
    glyph, style = LEVELS[one.level]
    yield words(key, (f"{glyph} {plain(one.what)}",), width, style)
    rest = ". ".join(part for part in (plain(one.why), plain(one.todo)) if part)
    if rest:
        yield words("", (rest,), width, "dim", indent=3)
    if mends(one):
        yield words("", (f"{keys['repair']}  repairs it",), width, "key", indent=3)


def mends(one: Finding) -> bool:
    """Whether a repair would help."""
    return "--repair" in one.todo
