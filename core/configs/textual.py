"""A unified diff of two texts that is quick at any size.

`difflib` looks at every pair of equal lines, which takes minutes for two files of a megabyte that have a brace in
every second line. Here what is equal at both ends is cut off, then lines that are unique in both hold on to each
other (Bram Cohen's patience diff), then the same between them. Where no line is unique the first of equal ones
belongs to the first of the other side, and so on; `difflib` is for the small ones of such blocks. Each level costs
n·log n, and there are `LEVELS` at most.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

LEVELS = 24
SMALL = 32 * 32  # pairs of lines that difflib may look at
CONTEXT = 3  # equal lines around a difference


class Block(NamedTuple):
    """``one[a:b]`` stands where ``other[c:d]`` does; *same* says whether they are equal."""

    same: bool
    a: int
    b: int
    c: int
    d: int


def unified(one: Sequence[str], other: Sequence[str], names: tuple[str, str], context: int = CONTEXT) -> Iterator[str]:
    """The lines of a unified diff without their ends, its head first; nothing of equal texts."""
    found = blocks(one, other)
    if all(block.same for block in found):
        return
    yield f"--- {names[0]}"
    yield f"+++ {names[1]}"
    for hunk in _hunks(found, context):
        first, last = hunk[0], hunk[-1]
        yield f"@@ -{_range(first.a, last.b)} +{_range(first.c, last.d)} @@"
        for block in hunk:
            if block.same:
                yield from (" " + line for line in one[block.a : block.b])
            else:
                yield from ("-" + line for line in one[block.a : block.b])
                yield from ("+" + line for line in other[block.c : block.d])


def blocks(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[Block]:
    """Both sequences from begin to end, equal and unequal stretches in turn."""
    found: list[Block] = []
    a = c = 0
    for start, other_start, size in [*_joined(_matches(one, other)), (len(one), len(other), 0)]:
        if a < start or c < other_start:
            found.append(Block(False, a, start, c, other_start))
        if size:
            found.append(Block(True, start, start + size, other_start, other_start + size))
        a, c = start + size, other_start + size
    return found


def _joined(pairs: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Stretches that touch, as one."""
    found: list[tuple[int, int, int]] = []
    for a, c, size in sorted(pairs):
        if found and found[-1][0] + found[-1][2] == a and found[-1][1] + found[-1][2] == c:
            found[-1] = (*found[-1][:2], found[-1][2] + size)
        else:
            found.append((a, c, size))
    return found


def _matches(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[tuple[int, int, int]]:
    """Where which lines are equal: begin, begin on the other side, how many."""
    found: list[tuple[int, int, int]] = []
    todo = [(0, len(one), 0, len(other), 0)]
    while todo:
        a, b, c, d, level = todo.pop()
        head = a
        while a < b and c < d and one[a] == other[c]:
            a, c = a + 1, c + 1
        if a > head:
            found.append((head, c - (a - head), a - head))
        tail = b
        while a < b and c < d and one[b - 1] == other[d - 1]:
            b, d = b - 1, d - 1
        if tail > b:
            found.append((b, d, tail - b))
        if a == b or c == d:
            continue
        pairs = _unique(one, other, a, b, c, d) if level < LEVELS else []
        if not pairs:
            found += _in_turn(one, other, a, b, c, d) if (b - a) * (d - c) > SMALL else _small(one, other, a, b, c, d)
            continue
        for i, j in pairs:
            todo.append((a, i, c, j, level + 1))
            found.append((i, j, 1))
            a, c = i + 1, j + 1
        todo.append((a, b, c, d, level + 1))
    return found


def _unique(
    one: Sequence[Hashable], other: Sequence[Hashable], a: int, b: int, c: int, d: int
) -> list[tuple[int, int]]:
    """Lines that occur once on each side, as far as they stand in the same order."""
    mine, yours = Counter(one[a:b]), Counter(other[c:d])
    at = {other[j]: j for j in range(c, d) if yours[other[j]] == 1}
    return _rising([(i, at[one[i]]) for i in range(a, b) if mine[one[i]] == 1 and one[i] in at])


def _in_turn(
    one: Sequence[Hashable], other: Sequence[Hashable], a: int, b: int, c: int, d: int
) -> list[tuple[int, int, int]]:
    """The first of equal lines taken for the first of the other side, the second for the second."""
    at = dict(_numbered(other, c, d))
    return [(i, j, 1) for i, j in _rising([(i, at[key]) for key, i in _numbered(one, a, b) if key in at])]


def _small(
    one: Sequence[Hashable], other: Sequence[Hashable], a: int, b: int, c: int, d: int
) -> list[tuple[int, int, int]]:
    """Whatever difflib finds."""
    matcher = SequenceMatcher(None, one[a:b], other[c:d], autojunk=False)
    return [(a + i, c + j, size) for i, j, size in matcher.get_matching_blocks() if size]


def _numbered(lines: Sequence[Hashable], start: int, stop: int) -> Iterator[tuple[tuple[Hashable, int], int]]:
    seen: Counter[Hashable] = Counter()
    for at in range(start, stop):
        seen[lines[at]] += 1
        yield (lines[at], seen[lines[at]]), at


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of them in which both numbers rise; the first ones do already."""
    ends: list[int] = []  # of a rising run of each length, the smallest last number, and which pair that is
    which: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        at = bisect_left(ends, j)
        before.append(which[at - 1] if at else -1)
        ends[at : at + 1], which[at : at + 1] = [j], [number]
    found = []
    number = which[-1] if which else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _hunks(found: list[Block], context: int) -> Iterator[list[Block]]:
    """Differences with what is equal around them; those with little between them together."""
    hunk: list[Block] = []
    for number, block in enumerate(found):
        if not block.same:
            hunk.append(block)
            continue
        first, last = number == 0, number == len(found) - 1
        size = block.b - block.a
        if not first and (last or size > 2 * context):
            hunk.append(Block(True, block.a, block.a + min(size, context), block.c, block.c + min(size, context)))
            yield hunk
            hunk = []
        if not last and (first or size > 2 * context):
            hunk.append(Block(True, block.b - min(size, context), block.b, block.d - min(size, context), block.d))
        elif not first and not last:
            hunk.append(block)
    if hunk:
        yield hunk


def _range(start: int, stop: int) -> str:
    """As diff(1) writes it: an empty one stands behind the line before it."""
    size = stop - start
    return f"{start + 1}" if size == 1 else f"{start + (1 if size else 0)},{size}"
