"""What people call a job, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from .. import names
from ..errors import BadInput, Unknown
from ..store import Store, ids, jobs
from ..words import nearest


def rows(store: Store, refs: Sequence[str | int], *, destructive: bool = False) -> list[int]:
    """The rows that these references mean, each once, in order. Raises Unknown, Ambiguous, BadInput."""
    found: dict[int, None] = {}
    for ref in refs:
        found.update(dict.fromkeys([ref] if isinstance(ref, int) else _rows(store, ref, destructive)))
    return list(found)


def one(store: Store, ref: str | int, *, destructive: bool = True) -> int:
    """The one row that a reference means."""
    found = rows(store, [ref], destructive=destructive)
    if len(found) != 1:
        raise BadInput(f"{ref} means {len(found)} jobs", "here it must be one", "Give a single id")
    return found[0]


def _rows(store: Store, ref: str, destructive: bool) -> list[int]:
    match names.parse_reference(ref):
        case names.FullId(id=id):
            day_number = ids.parse(id)
            assert day_number is not None
            return [_known(jobs.by_id(store, *day_number), ref)]
        case names.Number(number=number):
            return [_known(jobs.by_id(store, _today(store), number), ref, "no job of today has this number")]
        case names.Range(first=first, last=last):
            return _some(jobs.by_range(store, _today(store), first, last), ref)
        case names.Last():
            return [_known(jobs.last(store, store.actor.user), ref, "nothing was submitted by you so far")]
        case names.Name(name=name):
            return [_named(store, name, destructive)]


def _today(store: Store) -> int:
    return ids.today(store.db.connection, store.clock())


def _known(row: int | None, ref: str, why: str = "") -> int:
    if row is None:
        raise Unknown(f"There is no job {ref}", why, "See: jobyard list --all")
    return row


def _some(found: list[int], ref: str) -> list[int]:
    if not found:
        raise Unknown(f"There are no jobs {ref}", "no job of today has such a number", "See: jobyard list")
    return found


def _named(store: Store, name: str, destructive: bool) -> int:
    row = jobs.by_name(store, name, only=destructive)
    if row is None:
        near = nearest(name, jobs.names_like(store, name[:1]))
        raise Unknown(
            f"There is no job {name}", f"the nearest name is {near}" if near else "", "See: jobyard list --all"
        )
    return row
