"""What people call a job, as rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .. import names
from ..errors import BadInput, Unknown
from ..store import Store, arrays, ids, jobs
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
        array = whole(store, ref)
        todo = f"Give one element: {arrays.id_of(store, array)}[INDEX]" if array is not None else "Give a single id"
        raise BadInput(f"{ref} means {len(found)} jobs", "here it must be one", todo)
    return found[0]


def ended_of_arrays(store: Store, refs: Sequence[str | int]) -> list[int]:
    """The same as `rows`, but of whole arrays only the elements that have ended, if any has."""
    found: dict[int, None] = {}
    for ref in refs:
        array = whole(store, ref)
        some = None if array is None else arrays.ended(store, array)
        found.update(dict.fromkeys(some or rows(store, [ref], destructive=True)))
    return list(found)


def whole(store: Store, ref: str | int) -> int | None:
    """The array that a reference means as a whole, or None. Raises Unknown."""
    if isinstance(ref, int):
        return None
    match names.parse_reference(ref):
        case names.Elements(of=of, indexes=None, state=""):
            return _array(store, of, ref)
        case names.Elements(of=of, indexes=indexes) if indexes is not None:
            array = _array(store, of, ref)
            return array if list(indexes) == list(arrays.indexes_of(store, array)) else None
        case names.Last():
            row = jobs.last(store, store.actor.user)
            return None if row is None else arrays.of_job(store, row)
        case names.Name(name=name):
            return _array_of_name(store, name)
    return None


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
            row = _known(jobs.last(store, store.actor.user), ref, "nothing was submitted by you so far")
            array = arrays.of_job(store, row)
            return [row] if array is None else arrays.elements(store, array)
        case names.Elements() as elements:
            return _elements(store, elements, ref)
        case names.Name(name=name):
            return _named_rows(store, name, destructive)


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


def _elements(store: Store, ref: names.Elements, text: str) -> list[int]:
    """The elements that are meant. Raises Unknown for an index that the array never had."""
    array = _array(store, ref.of, text)
    if ref.state:
        return _some_elements(arrays.in_state(store, array, ref.state), text, f"none of its elements is {ref.state}")
    if ref.indexes is None:
        return arrays.elements(store, array)
    known = arrays.indexes_of(store, array)
    strange = next((index for index in ref.indexes if index not in known), None)
    if strange is not None:
        shown = arrays.shown_as(store, array)
        raise Unknown(
            f"There is no element {strange} in {shown}", "", f"See: jobyard show {arrays.id_of(store, array)}[]"
        )
    return _some_elements(arrays.elements(store, array, ref.indexes), text, "those elements have been purged")


def _some_elements(found: list[int], ref: str, why: str) -> list[int]:
    if not found:
        raise Unknown(f"There are no jobs {ref}", why, "See: jobyard list --all")
    return found


def _array(store: Store, of: names.FullId | names.Number | names.Last | names.Name, ref: str) -> int:
    """The array that the part before the brackets names. Raises Unknown."""
    match of:
        case names.FullId(id=id):
            day_number = ids.parse(id)
            assert day_number is not None
            found = arrays.by_id(store, *day_number)
        case names.Number(number=number):
            found = arrays.by_id(store, _today(store), number)
        case names.Last():
            row = jobs.last(store, store.actor.user)
            found = None if row is None else arrays.of_job(store, row)
        case names.Name(name=name):
            found = arrays.by_name(store, name)
    if found is None:
        raise Unknown(f"There is no array {ref}", "no array has that id or name", "See: jobyard list --all")
    return found


def _named_rows(store: Store, name: str, destructive: bool) -> list[int]:
    """A job by its name, an array by the name that all its elements bear, or elements of it by ``NAME[5]``."""
    array = _array_of_name(store, name)
    if array is not None and (not destructive or arrays.alone(store, array, name)):
        return arrays.elements(store, array)
    elements = bracketed(store, name)
    return [_named(store, name, destructive)] if elements is None else elements


def bracketed(store: Store, ref: str) -> list[int] | None:
    """The elements that ``ID[…]`` or ``NAME[…]`` means, None for anything else. Raises Unknown, BadInput."""
    elements = names.parse_elements(ref) if ref.endswith("]") else None
    if elements is None or (isinstance(elements.of, names.Name) and jobs.by_name(store, ref, only=False) is not None):
        return None
    return _elements(store, elements, ref)


def _array_of_name(store: Store, name: str) -> int | None:
    """The array whose elements all bear this name, if its are the newest jobs that do."""
    row = jobs.by_name(store, name, only=False)
    if row is not None:
        array = arrays.of_job(store, row)
        return array if array is not None and arrays.by_name(store, name) == array else None
    elements = names.parse_elements(name)
    if elements is None or elements.state or elements.indexes is not None:
        return None
    return _array(store, elements.of, name)


def _written_otherwise(name: str) -> str:
    """What to write for ``3-5``, ``3,4`` or ``all``, as other tools have it, or ""."""
    if found := re.fullmatch(r"(\d+)-(\d+)", name):
        return f"Several are written {found[1]}..{found[2]}"
    if re.fullmatch(r"\d+(,\d+)+", name):
        return f"Several are written {name.replace(',', ' ')}"
    return ""


def _named(store: Store, name: str, destructive: bool) -> int:
    row = jobs.by_name(store, name, only=destructive)
    if row is None:
        near = nearest(name, jobs.names_like(store, name[:1]))
        raise Unknown(
            f"There is no job {name}",
            f"the nearest name is {near}" if near else "",
            _written_otherwise(name) or "See: jobyard list --all",
        )
    return row
