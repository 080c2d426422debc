"""The pages that a table keeps: rows by offset, the least recently shown page goes first."""

from __future__ import annotations

from jobyard.core.models import JobRow

from .paging import PAGE

KEEP = 12  # pages


class RowCache:
    """Rows by offset, in pages; and by row id, for the rows that are here."""

    def __init__(self) -> None:
        self._pages: dict[int, tuple[JobRow, ...]] = {}

    def clear(self) -> None:
        """Know nothing."""
        self._pages.clear()

    def replace(self, pages: dict[int, tuple[JobRow, ...]]) -> None:
        """Know these pages and nothing else: positions have moved."""
        self._pages = dict(pages)

    def add(self, pages: dict[int, tuple[JobRow, ...]]) -> None:
        """Know these pages too."""
        for number, rows in pages.items():
            self._pages.pop(number, None)
            self._pages[number] = rows
        while len(self._pages) > KEEP:
            del self._pages[next(iter(self._pages))]

    def at(self, offset: int) -> JobRow | None:
        """The row at *offset*, if it is here."""
        rows = self._pages.get(offset // PAGE, ())
        place = offset % PAGE
        return rows[place] if 0 <= place < len(rows) else None

    def has(self, offset: int) -> bool:
        """Whether the page of *offset* is here (short or not)."""
        return offset // PAGE in self._pages

    def between(self, first: int, last: int) -> tuple[JobRow, ...] | None:
        """The rows at *first* … *last*, or None if one of them is not here."""
        rows = [self.at(offset) for offset in range(first, last + 1)] if last - first < KEEP * PAGE else [None]
        return None if None in rows else tuple(row for row in rows if row is not None)
