"""What a table shows of a million jobs: pages, and how the view keeps hold of jobs while they move.

Runs in a thread, on the facade's queries alone. The table says what it shows (:class:`Wish`), the answer
(:class:`View`) has the pages around it and where its jobs are now.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import NamedTuple

from textual.message import Message

from jobyard.core.models import JobFilter, JobRow, Page
from jobyard.core.yard import Yard

PAGE = 200  # rows
FAR = 3  # screens; a selected job that moves further than this goes on without the view
TRIES = 3  # looks, while jobs move between two questions of one
MARK_LIMIT = 100_000  # jobs that can be marked or ranged at once


class Wish(NamedTuple):
    """What the table shows. Rows are row ids; ``cursor`` and ``top`` are offsets, ``height`` is lines."""

    where: JobFilter
    generation: int
    top: int
    height: int
    cursor: int
    selected: int | None = None
    first_shown: int | None = None  # the job on the top line
    range_start: int | None = None
    seek: bool = False  # bring the selected job into view wherever it is
    fresh: bool = False  # another filter: without the selected job, begin at the top
    page: int | None = None  # only this page is missing; nothing moved
    shift: tuple[int, int] = (0, 0)  # how far views have moved top and cursor so far


class View(NamedTuple):
    """Pages and positions. ``cursor`` is where the selected job is now; None: it is not shown any more."""

    wish: Wish
    total: int
    version: int
    top: int
    cursor: int | None
    range_start: int | None
    pages: dict[int, tuple[JobRow, ...]]


class FirstView:
    """The first view, read before there is a screen; whoever mounts the table takes it if it is there."""

    def __init__(self, where: JobFilter) -> None:
        self.wish = Wish(where, generation=0, top=0, height=PAGE // 2, cursor=0)
        self._view: View | None = None
        self._here = threading.Event()

    def wait(self, seconds: float) -> View | None:
        """The view, if it comes within *seconds*; there is no screen yet that could wait for it."""
        self._here.wait(seconds)
        return self._view

    def post_message(self, message: Message) -> bool:
        """From the reading thread."""
        self._view = getattr(message, "view", None)
        self._here.set()
        return True


def load(yard: Yard, wish: Wish) -> View:
    """Answer a wish: one more page, or the whole view anew."""
    return _one_page(yard, wish, wish.page) if wish.page is not None else _anew(yard, wish)


def _one_page(yard: Yard, wish: Wish, number: int) -> View:
    page = yard.page(wish.where, number * PAGE, PAGE)
    return View(wish, page.total, page.version, wish.top, wish.cursor, None, {number: page.rows})


def _anew(yard: Yard, wish: Wish) -> View:
    """The view; once more if jobs moved between two of its questions, so that its cursor is on another job."""
    for _ in range(TRIES):
        view = _looked(yard, wish)
        if _agrees(view):
            break
    return view


def _agrees(view: View) -> bool:
    """Whether the cursor is on its job, as far as that can be seen.

    A folded line has a job of its own choice; a filter that does not show the job begins at the top.
    """
    if view.cursor is None or view.wish.selected is None or (view.wish.fresh and view.cursor == 0):
        return True
    rows, place = view.pages.get(view.cursor // PAGE, ()), view.cursor % PAGE
    return place >= len(rows) or rows[place].fold is not None or rows[place].row == view.wish.selected


def _looked(yard: Yard, wish: Wish) -> View:
    cursor = _offset(yard, wish.where, wish.selected)
    if cursor is None and wish.fresh:
        cursor = 0
    top = _new_top(yard, wish, cursor)
    pages = _pages_around(yard, wish.where, top, wish.height)
    total = pages[0].total
    last_top = max(0, total - wish.height)
    if top > last_top:
        top = last_top
        pages = _pages_around(yard, wish.where, top, wish.height)
    ranged = _offset(yard, wish.where, wish.range_start)
    return View(wish, total, pages[-1].version, top, cursor, ranged, {p.offset // PAGE: p.rows for p in pages})


def _offset(yard: Yard, where: JobFilter, row: int | None) -> int | None:
    return None if row is None else yard.offset_of(where, row)


def _new_top(yard: Yard, wish: Wish, cursor: int | None) -> int:
    """The offset of the new top line, so that the eye finds its job where it was."""
    if cursor is not None and (wish.seek or wish.fresh or _near(wish, cursor)):
        return _holding(wish, cursor)
    if wish.top == 0 or wish.fresh:
        return 0
    first = _offset(yard, wish.where, wish.first_shown)
    return wish.top if first is None or abs(first - wish.top) > FAR * wish.height else first


def _near(wish: Wish, cursor: int) -> bool:
    shown = wish.top <= wish.cursor < wish.top + wish.height
    return shown and abs(cursor - wish.cursor) <= FAR * wish.height


def _holding(wish: Wish, cursor: int) -> int:
    if cursor < wish.height and (wish.top == 0 or wish.fresh):
        return 0  # the beginning stays in sight: what runs is there
    line = wish.cursor - wish.top
    if not 0 <= line < wish.height or not _near(wish, cursor):
        line = wish.height // 2
    return max(0, cursor - line)


def _pages_around(yard: Yard, where: JobFilter, top: int, height: int) -> list[Page]:
    first, last = top // PAGE, (top + max(1, height) - 1) // PAGE
    pages = [yard.page(where, first * PAGE, PAGE)]
    for number in range(first + 1, last + 1):
        if len(pages[-1].rows) < PAGE:
            break
        pages.append(yard.page(where, number * PAGE, PAGE, pages[-1]))
    return pages


def rows_between(yard: Yard, where: JobFilter, first: int, last: int) -> tuple[int, ...]:
    """The row ids from job *first* to job *last* in the order shown, both included, folded lines with all of theirs.

    At most MARK_LIMIT lines.
    """
    ends = sorted(offset for row in (first, last) if (offset := yard.offset_of(where, row)) is not None)
    if not ends:
        return ()
    count = min(ends[-1] - ends[0] + 1, MARK_LIMIT)
    return tuple(row for page in _run(yard, where, ends[0], count) for row in page)


def rows_shown(yard: Yard, where: JobFilter) -> tuple[tuple[int, ...], int]:
    """The row ids of the first MARK_LIMIT jobs that *where* shows, and how many it shows; nothing is folded."""
    where = where._replace(folded=False)
    total = yard.page(where, 0, 1).total
    return tuple(row for page in _run(yard, where, 0, min(total, MARK_LIMIT)) for row in page), total


def _run(yard: Yard, where: JobFilter, start: int, count: int) -> Iterator[tuple[int, ...]]:
    anchor: Page | None = None
    while count > 0:
        anchor = yard.page(where, start, min(count, 1000), anchor)
        if not anchor.rows:
            return
        yield tuple(row for line in anchor.rows for row in jobs_of(yard, line))
        start, count = start + len(anchor.rows), count - len(anchor.rows)


def jobs_of(yard: Yard, line: JobRow) -> tuple[int, ...]:
    """The row ids of the jobs that a line stands for."""
    return (line.row,) if line.fold is None else tuple(yard.folded_rows(line.row))


def line_with(yard: Yard, where: JobFilter, row: int) -> JobRow | None:
    """The line of a list that shows a job, or that it is folded into."""
    place = yard.offset_of(where, row)
    return None if place is None else next(iter(yard.page(where, place, 1).rows), None)
