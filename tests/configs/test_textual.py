"""The unified diff of two texts."""

from __future__ import annotations

import difflib
import subprocess
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.configs.textual import Block, blocks, unified

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "{", "}", ""]), max_size=30)


@given(TEXTS, TEXTS)
def test_blocks_cover_both_texts_and_equal_ones_are_equal(one: list[str], other: list[str]):
    """Every line is in one block, in its order, and what is told to be the same is."""
    found = blocks(one, other)
    assert [line for b in found for line in one[b.a : b.b]] == one
    assert [line for b in found for line in other[b.c : b.d]] == other
    assert all(not block.same or one[block.a : block.b] == other[block.c : block.d] for block in found)
    assert all(before.same != after.same for before, after in pairwise(found))
    assert bool([block for block in found if not block.same]) == (one != other)


@given(TEXTS, TEXTS, st.integers(0, 4))
def test_hunks_are_written_as_difflib_writes_them(one: list[str], other: list[str], context: int):
    """For the same matches the lines and heads of the hunks are those of the standard library."""
    found = blocks(one, other)
    assert list(unified(one, other, ("x", "y"), context))[2:] == hunks_of(found, one, other, context)


def hunks_of(found: list[Block], one: list[str], other: list[str], context: int) -> list[str]:
    matcher = difflib.SequenceMatcher(None, one, other)
    tags = {True: "equal", False: "replace"}
    matcher.opcodes = [(tags[block.same], *block[1:]) for block in found]
    lines: list[str] = []
    for group in matcher.get_grouped_opcodes(context):
        (_, a, _, c, _), (_, _, b, _, d) = group[0], group[-1]
        lines.append(f"@@ -{range_of(a, b)} +{range_of(c, d)} @@")
        for tag, i, j, k, m in group:
            if tag == "equal":
                lines += [" " + line for line in one[i:j]]
            else:
                lines += ["-" + line for line in one[i:j]] + ["+" + line for line in other[k:m]]
    return lines


def range_of(start: int, stop: int) -> str:
    return str(start + 1) if stop - start == 1 else f"{start + (stop > start)},{stop - start}"


def test_a_changed_line_among_many_equal_ones_is_found():
    """Lines that occur once hold on to each other, whatever stands between them."""
    one = [f"  q{number}:\n" if number % 2 else "{" for number in range(400)]
    other = [*one[:100], "new", *one[100:301], "changed", *one[302:]]
    found = [block for block in blocks(one, other) if not block.same]
    assert found == [Block(False, 100, 100, 100, 101), Block(False, 301, 302, 302, 303)]


def test_blocks_without_a_unique_line_are_compared_in_turn():
    """Lines that occur again and again are matched first with first, and shifted ones in a small block all the same."""
    one = ["- 0", "- 1"] * 3000
    other = [*one[:2000], "- 7", *one[2000:4000], "- 7", *one[4000:]]
    assert sum(block.b - block.a for block in blocks(one, other) if block.same) == 6000
    assert sum(block.b - block.a for block in blocks(one[:30], one[1:30]) if block.same) == 29


def test_patch_makes_the_other_of_the_one(tmp_path: Path):
    """patch(1) understands it."""
    one, other = [f"l{n % 17}" for n in range(200)], [f"l{n % 19}" for n in range(180)]
    (tmp_path / "x").write_text("\n".join(one) + "\n")
    text = "\n".join(unified(one, other, ("x", "x"))) + "\n"
    subprocess.run(["patch", "-s", "x"], cwd=tmp_path, input=text.encode(), check=True, timeout=20)
    assert (tmp_path / "x").read_text().splitlines() == other
