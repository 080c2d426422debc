"""Choosing columns and their order: a list with check marks, as a value."""

from __future__ import annotations

from typing import NamedTuple

from .columns import BY_KEY, SHIPPED


class Picking(NamedTuple):
    """Every column's key in order, those that are checked, and the line of the cursor."""

    keys: tuple[str, ...]
    checked: frozenset[str]
    cursor: int = 0

    @property
    def chosen(self) -> tuple[str, ...]:
        """The checked columns in order; none when they are what ships, which then follows the width."""
        chosen = tuple(key for key in self.keys if key in self.checked)
        return () if chosen == SHIPPED else chosen

    def to(self, line: int) -> Picking:
        """The cursor on another line."""
        return self._replace(cursor=max(0, min(line, len(self.keys) - 1)))

    def toggled(self) -> Picking:
        """With or without the column under the cursor; the last one stays."""
        left = self.checked ^ {self.keys[self.cursor]}
        return self._replace(checked=left) if left else self

    def moved(self, delta: int) -> Picking:
        """The column under the cursor *delta* lines further down, the cursor with it."""
        after = self.to(self.cursor + delta)
        keys = list(self.keys)
        keys.insert(after.cursor, keys.pop(self.cursor))
        return after._replace(keys=tuple(keys))


def picking(chosen: tuple[str, ...]) -> Picking:
    """The chosen columns first, in their order, then all others; none chosen: what ships."""
    first = chosen or SHIPPED
    return Picking((*first, *(key for key in BY_KEY if key not in first)), frozenset(first))
