"""Lists at a million jobs, asked of the store: an order by any column, a filter without an index, folded arrays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from jobyard.core.models import SORTABLE, JobFilter, JobSpec, Sort
from jobyard.core.store import views
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.harness import Check, Figure

PAGE = 200  # rows
FILTERS = {
    "nothing": JobFilter(words=("no such word",)),
    "one job": JobFilter(words=("sweep-0500000",)),
    "a thousandth": JobFilter(words=("shots 77 ",)),
    "every job": JobFilter(words=("sweep",)),
    "every job, by name": JobFilter(words=("sweep",), sort=Sort("name")),
}
ELEMENTS, ARRAYS = 50_000, 4


@contextmanager
def mixed() -> Iterator[Yard]:
    """The million of a year."""
    with Yard.open(yards.mixed()) as yard:
        yield yard


@contextmanager
def arrays() -> Iterator[Yard]:
    """Large arrays and some jobs between."""
    with yards.fresh() as home, Yard.open(home) as yard:
        for _ in range(ARRAYS):
            yard.submit_many([JobSpec({"command": ["true"]}, name="scan", array=f"1-{ELEMENTS}", cwd="/")])
            yard.submit_many([JobSpec({"command": ["true"]}, name="alone", cwd="/")] * 100)
        yield yard


def page(yard: Yard, where: JobFilter, *, last: bool = False) -> float:
    """Milliseconds of the first page, or of the last."""
    views.forget()
    offset = yard.page(where, 0, 0).total - PAGE if last else 0
    return 1000 * yards.timed(lambda: yard.page(where, max(0, offset), PAGE))


def sorted_page(yard: Yard, key: str) -> float:
    """Milliseconds of the first page of an order, of both directions the slower."""
    return max(page(yard, JobFilter(sort=Sort(key, down))) for down in (False, True))


FIGURES = [
    Figure(
        "sort",
        "the first page of a million jobs in the order of a column, the slower direction",
        "ms",
        {key: lambda yard, key=key: sorted_page(yard, key) for key in SORTABLE},
        tuple(Check(f"by {key}", lambda of, key=key: of[key], at_most=100.0) for key in SORTABLE),
        prepare=mixed,
    ),
    Figure(
        "filter",
        "the first page of a filter that no index serves, of a million jobs, with its count",
        "ms",
        {name: lambda yard, where=where: page(yard, where) for name, where in FILTERS.items()},
        tuple(Check(name, lambda of, name=name: of[name], at_most=300.0) for name in FILTERS),
        prepare=mixed,
    ),
    Figure(
        "folded",
        f"a page of a list with {ARRAYS} arrays of {ELEMENTS:,} elements as a line each",
        "ms",
        {
            "first": lambda yard: page(yard, JobFilter(folded=True)),
            "last": lambda yard: page(yard, JobFilter(folded=True), last=True),
        },
        (
            Check("first", lambda of: of["first"], at_most=50.0),
            Check("last", lambda of: of["last"], at_most=50.0),
        ),
        prepare=arrays,
    ),
]  # fmt: skip
