"""What is asked of the list at a million jobs: the next page, its end, a filter that no index serves, every order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from jobyard.core.models import JobFilter, Sort
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.bench_app import APP
from tests.bench.harness import Check, Figure, Medians
from tests.bench.screen import Holds, Screen
from tests.bench.terminal import on_terminal

FULL = 40  # names on the screen that are a page
PRESSES = 8
COMMON, RARE = "7", "99999"  # ends of names; some of a page at once, some of ten in the whole yard
FIRST = 200  # rows of a first page, as the table asks for them
MILLI = 1000


@contextmanager
def shown(home: Path) -> Iterator[Screen]:
    """The app on that yard, its first page whole and quiet."""
    with on_terminal(APP, yards.surroundings(home)) as terminal:
        screen = Screen(terminal)
        screen.until(lambda now: len(now.names()) >= FULL)
        screen.listen(1.0)
        yield screen


@contextmanager
def at_rest() -> Iterator[Screen]:
    """The app on the mixed million, which nobody changes."""
    with shown(yards.mixed()) as screen:
        yield screen


def other_page(screen: Screen) -> Holds:
    """A whole page of which nothing was on the screen before."""
    before = set(screen.names())
    return lambda now: len(now.names()) >= FULL and not before & set(now.names())


def further(screen: Screen) -> Holds:
    """A whole page, and the cursor on a job that was not on the screen before."""
    before = {"", *screen.names()}
    return lambda now: len(now.names()) >= FULL and now.under_cursor() not in before


def page_down(screen: Screen) -> float:
    """Milliseconds to a whole new page, the slowest of a round's presses."""
    screen.terminal.keys(b"g")
    screen.listen(1.0)
    times = []
    for _ in range(PRESSES):
        times.append(screen.after(b"\x1b[6~", further(screen)))
        screen.listen(0.3)
    return MILLI * max(times)


def far_end(screen: Screen) -> float:
    """Milliseconds from ``G`` to the last page, the slowest of a round's presses."""
    times = []
    for _ in range(PRESSES):
        screen.terminal.keys(b"g")
        screen.listen(0.5)
        times.append(screen.after(b"G", other_page(screen)))
        screen.listen(0.3)
    return MILLI * max(times)


def filtered(text: str, screen: Screen) -> float:
    """Milliseconds from the last letter of ``name~TEXT`` to the first page of what has it, and only of that."""
    type_in(screen, f"name~{text[:-1]}")
    screen.listen(2.0)
    took = screen.after(text[-1:].encode(), lambda now: now.names() and all(text in name for name in now.names()))
    leave(screen)
    return MILLI * took


def held_meanwhile(screen: Screen) -> float:
    """Milliseconds until a letter is on the screen while filters before it are at work, the slowest of all letters."""
    type_in(screen, "name~")
    text, times = "name~", []
    for letter in "9999x":
        text += letter
        times.append(screen.after(letter.encode(), partial(has, text)))
    leave(screen)
    return MILLI * max(times)


def has(text: str, screen: Screen) -> bool:
    return any(text in line for line in screen.lines)


def type_in(screen: Screen, text: str) -> None:
    """Open the filter line and type."""
    screen.terminal.keys(b"/")
    screen.listen(0.5)
    screen.after(text.encode(), partial(has, text))


def leave(screen: Screen) -> None:
    """Drop the filter; everything is shown again."""
    screen.terminal.keys(b"\x15")
    screen.listen(0.3)
    screen.terminal.keys(b"\x1b")
    screen.listen(0.5)
    screen.terminal.keys(b"\x1b")
    screen.listen(1.0)
    screen.until(lambda now: len(now.names()) >= FULL)


# -- orders ------------------------------------------------------------------------------------------------


@contextmanager
def opened() -> Iterator[Yard]:
    with Yard.open(yards.mixed()) as yard:
        yield yard


def first_page(key: str, yard: Yard) -> float:
    """Milliseconds to the first page in the order of a column, the slower of both ways."""
    return MILLI * max(yards.timed(lambda down=down: asked(yard, key, down)) for down in (False, True))  # type: ignore[misc]


def asked(yard: Yard, key: str, down: bool) -> None:
    assert len(yard.page(JobFilter(sort=Sort(key, down)), 0, FIRST).rows) == FIRST


def on_screen(screen: Screen) -> float:
    """Milliseconds from Enter in the sort menu to the first page by name; natural order again afterwards."""
    from jobyard.tui.columns import COLUMNS

    keys = [column.sort for column in COLUMNS if column.sort]
    choose(screen, 1 + keys.index("name"))
    took = screen.after(b"\r", other_page(screen))
    choose(screen, 0)
    screen.terminal.keys(b"\r")
    screen.listen(1.0)
    return MILLI * took


def choose(screen: Screen, number: int) -> None:
    screen.terminal.keys(b"o")
    screen.listen(0.5)
    screen.terminal.keys(b"k" * 40 + b"j" * number)
    screen.listen(0.5)
    time.sleep(0.1)


def worst(of: Medians) -> float:
    return max(of.values())


def orders() -> dict[str, Callable[[Yard], float]]:
    """A side for each column by which jobs can be put in order."""
    return {key: partial(first_page, key) for key in Yard.sortable()}


FIGURES = [
    Figure(
        "app-pages",
        "the app at 1,000,000 jobs: to a whole page, page by page and from one end to the other; slowest of a round",
        "ms",
        {"page down": page_down, "G": far_end},
        (Check("milliseconds", worst, at_most=50.0),),
        prepare=at_rest,
    ),
    Figure(
        "app-filter",
        "the app at 1,000,000 jobs: a filter by a part of the name, from its last letter to the first page",
        "ms",
        {"one in ten has it": partial(filtered, COMMON), "ten jobs have it": partial(filtered, RARE)},
        (Check("milliseconds", worst, at_most=300.0),),
        prepare=at_rest,
    ),
    Figure(
        "app-filter-keys",
        "the app at 1,000,000 jobs: the slowest letter while the filters before it are at work",
        "ms",
        {"letter": held_meanwhile},
        (Check("milliseconds", worst, at_most=50.0),),
        prepare=at_rest,
    ),
    Figure(
        "sort",
        f"first page ({FIRST} rows) of 1,000,000 jobs by each column, the slower of both ways",
        "ms",
        orders(),
        (Check("slowest column, milliseconds", worst, at_most=100.0),),
        prepare=opened,
    ),
    Figure(
        "app-sort",
        "the app at 1,000,000 jobs: from Enter in the sort menu to the first page by name",
        "ms",
        {"by name": on_screen},
        (Check("milliseconds", worst, at_most=100.0),),
        prepare=at_rest,
    ),
]
