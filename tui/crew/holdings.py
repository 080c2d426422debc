"""Resources: how much of each is taken, who has it, who waits, who keeps everybody off it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from jobyard.core.models import ResourceInfo, Share

from ..format import clock, short_id, size
from ..gauges import bar
from ..text import plain
from ..widgets.lines import Line
from .entries import Content, Entry, spaced, words

SHOWN = 3  # holders that are named
BAR = 12  # cells


def key_of(resource: ResourceInfo) -> str:
    """What the cursor holds on to."""
    return f"resource {resource.name}"


def content(resources: Sequence[ResourceInfo], used: Mapping[str, str], width: int, now: float) -> Content:
    """The panel; *used* says of the host's how much the jobs really use, as far as that is known."""
    resources = [one for one in resources if one.capacity or one.waiting or one.kind != "host"]
    if not resources:
        return Content("resources 0", [], (words("", ("Nobody declares any.", HOW), width),))
    entries = tuple(_entry(resource, used.get(resource.name, ""), now) for resource in resources)
    return Content(f"resources {len(resources)}", [("taken", "faint")], entries)


HOW = "jobyard.yml declares instruments and licences, or: jobyard resource set NAME --capacity 1 --new"


def _entry(resource: ResourceInfo, used: str, now: float) -> Entry:
    count = sum(1 for _ in lines(resource, used, 80, now))
    return Entry(key_of(resource), lambda width: tuple(lines(resource, used, width, now)), count)


def lines(resource: ResourceInfo, used: str, width: int, now: float) -> Iterator[Line]:
    """Its name and how much is taken; the lock; who has it; who waits."""
    taken = max(0, resource.capacity - resource.free)
    full = resource.capacity > 0 and not resource.free
    style = "faint" if not resource.given else "warning" if full or resource.locked_by else "running"
    right: Line = [(f" {amount(resource, taken)}/{amount(resource, resource.capacity)} ", "dim")]
    if width >= 40:
        right.insert(0, (bar(taken / resource.capacity if resource.capacity else 0.0, BAR), style))
    sign = "" if resource.given else " ■ not declared"
    yield spaced(
        [
            (f" {plain(resource.name)}", "bold"),
            (sign, "faint"),
            (used and f"  {used} in use", "running"),
            *_note(resource),
        ],
        right,
        width,
    )
    if resource.locked_by:
        yield _lock(resource, now)
    yield from (_holder(resource, share) for share in resource.holders[:SHOWN])
    if more := len(resource.holders) - SHOWN:
        yield from [[(f"   and {more} more", "faint")]] if more > 0 else []
    if resource.waiting:
        yield _waiters(resource)


def _note(resource: ResourceInfo) -> Line:
    return [(f"  {plain(resource.note)}", "faint")] if resource.note else []


def _lock(resource: ResourceInfo, now: float) -> Line:
    since = f" since {clock(resource.locked_at, now)}" if resource.locked_at is not None else ""
    note = f": {plain(resource.lock_note)}" if resource.lock_note else ""
    return [(f"   ‖ locked by {plain(resource.locked_by)}{since}", "warning"), (note, "dim")]


def _holder(resource: ResourceInfo, share: Share) -> Line:
    which = f" #{','.join(map(str, share.indices))}" if share.indices else f" {amount(resource, share.units)}"
    return [("   ● ", "running"), (f"{short_id(share.id)} {plain(share.name)}".rstrip(), ""), (which, "dim")]


def _waiters(resource: ResourceInfo) -> Line:
    some = ", ".join(short_id(id) for id in resource.waiters)
    count = f"{resource.waiting} {'waits' if resource.waiting == 1 else 'wait'}"
    return [(f"   ○ {count}", "pending"), (f": {some}" if some else "", "faint")]


def amount(resource: ResourceInfo, units: int) -> str:
    """Units, of memory as a size."""
    return size(units) if resource.name == "mem" else str(units)
