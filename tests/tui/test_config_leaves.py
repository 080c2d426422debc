"""What the Configs screen shows, without it: contents, differences, versions as they are read, words about them."""

from __future__ import annotations

import difflib
import string
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size

from jobyard.core.configs import textual
from jobyard.core.labmodels import ConfigChange, ConfigKind, ConfigVersion, MainChange
from jobyard.tui.configs import head
from jobyard.tui.configs.colours import coloured, cut, seen
from jobyard.tui.configs.contents import Contents, starts_of
from jobyard.tui.configs.copying import things
from jobyard.tui.configs.differences import HEAD, NONE, Beside, Unified, Values, differing, numbered
from jobyard.tui.configs.leaf import WIDEST, Stacked, Words, within
from jobyard.tui.configs.versions import (
    FILE,
    Known,
    columns_of,
    heading,
    longer,
    renewed,
    shown_columns,
    version_line,
)
from jobyard.tui.text import plain
from jobyard.tui.widgets.lines import Line

TEXTS = st.text(st.sampled_from("ab1.:-#{}[],\" '\t&*é\x1b\udcff"), max_size=60)
LINES = st.lists(st.sampled_from(["a: 1", "b: 2", "  c: 3", "", "- x", "a: 2"]), max_size=12)


def text(line: Line) -> str:
    return "".join(part for part, _ in line)


def version(row: int, type: str = "hardware_config") -> ConfigVersion:
    id = f"CFG-HW-20261122-{row:05}"
    return ConfigVersion(row, id, type, "0" * 64, 9, "hw.yml", f"configs/{id}", 1e9 + row, "mira", "")


# -- colours ------------------------------------------------------------------------------------------------------


@given(TEXTS, st.sampled_from(["YAML", "JSON", "CSV", ""]), st.booleans())
def test_colours_add_and_lose_nothing(raw: str, form: str, first: bool) -> None:
    """The parts of a line are the line, with what is invisible shown, whatever it holds."""
    assert text(coloured(raw, form, first)) == "".join(map(plain, raw))


@given(TEXTS, st.integers(0, 70))
def test_a_line_can_be_cut_anywhere(raw: str, left: int) -> None:
    """What is right of a character is what the whole line has there."""
    line = coloured(raw, "YAML")
    assert text(cut(line, left)) == text(line)[left:]


@pytest.mark.parametrize(
    ("raw", "form", "part", "style"),
    [
        ("f_ge: [4884.871]", "YAML", "f_ge", "title"),
        ("f_ge: [4884.871]", "YAML", "4884.871", "accent"),
        ("at: 12:03", "YAML", "12", "accent"),
        ("a: b # why", "YAML", "# why", "dim"),
        ("a: 'it''s'", "YAML", "'it'", "completed"),
        ("a: yes", "YAML", "yes", "accent"),
        ("a: &x 1", "YAML", "&x 1", "skipped"),
        ('{"a":1}', "JSON", '"a"', "title"),
        ('{"a":"b"}', "JSON", '"b"', "completed"),
        ("pi,2.5", "CSV", "2.5", "accent"),
    ],
)
def test_keys_numbers_texts_and_comments(raw: str, form: str, part: str, style: str) -> None:
    """Each has a style of its own."""
    assert (part, style) in coloured(raw, form)


def test_of_a_long_line_only_what_is_in_sight_is_looked_at() -> None:
    """A line of megabytes gives one part of a window's width."""
    assert seen("x" * 1_000_000, "YAML", 500, 80) == [("x" * 80, "")]


# -- contents -----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200))
def test_lines_are_those_of_the_file(data: bytes) -> None:
    """As many as there are, the last without an end as well; each shown is the file's."""
    found = Contents(data, "")
    lines = data.split(b"\n")
    lines = lines[:-1] if lines[-1] == b"" else lines
    assert found.lines == len(lines) == len(starts_of(data))
    for number, line in enumerate(lines):
        shown = line.decode("utf-8", "surrogateescape").removesuffix("\r").removeprefix("" if number else "\ufeff")
        assert found.text(number) == shown


def test_complaints_stand_below_their_lines() -> None:
    """A complaint without a line stands above all; n leads from one to the next; numbers are the file's."""
    found = Contents(b"a: 1\nb: x\nc: 3\n", "YAML", ["line 2: b: 'x' is no number", "it needs d", "line 9: odd"])
    shown = [text(found.line(number, 0, 80)).strip() for number in range(found.count)]
    assert shown == ["✗ it needs d", "1 a: 1", "2 b: x", "✗ b: 'x' is no number", "3 c: 3", "✗ odd"]
    assert [text(found.line(stop, 0, 80)).strip()[0] for stop in found.stops] == ["✗"] * 3


def test_what_is_no_utf_8_is_shown_and_told() -> None:
    """Bytes that are none are visible at their place, and the first such line has a word."""
    found = Contents(b"a: 1\nb: \xff\xfe\n", "YAML")
    shown = [text(found.line(number, 0, 80)) for number in range(found.count)]
    assert "\\xff\\xfe" in shown[1]
    assert "not UTF-8" in shown[2]


def test_a_line_without_end() -> None:
    """A file that is one line of ten megabytes is shown from any character that one can scroll to."""
    found = Contents(b'{"a": ' + b"1234567890" * 1_000_000 + b"}", "JSON")
    assert found.count == 1
    assert text(found.line(0, WIDEST - 100, 100))[6:16].isdigit()


@given(st.lists(st.sampled_from(["a: 1", "B: 2", "", "aB"]), max_size=8), st.booleans(), st.integers(0, 12))
def test_words_are_found_where_they_are(lines: list[str], back: bool, start: int) -> None:
    """The same line as by going through one after another, on or back, round the end; capitals may count."""
    data = "".join(f"{line}\n" for line in lines).encode()
    for words in ("b", "B", "a", "z"):
        found = Contents(data, "", ["line 2: odd"])
        hit = found.find(words, start, back)
        has = [n for n in range(found.count) if words in _folded(text(found.line(n, 0, 80))[6:], words)]
        has = [n for n in has if "odd" not in text(found.line(n, 0, 80))]
        assert (hit in has) if has else hit is None
        if has and start < found.count and not back:
            assert hit == next((n for n in has if n >= start), has[0])
        if has and start < found.count and back:
            assert hit == next((n for n in reversed(has) if n <= start), has[-1])


def _folded(line: str, words: str) -> str:
    return line.lower() if words == words.lower() else line


def test_what_differs_is_looked_through() -> None:
    """A line of a diff, wherever it stands; values by their paths."""
    lines = diffed(["a: 1", "b: 2"], ["a: 1", "b: 3"])
    assert Unified(lines, "", "").find("b: 3", 0) == 3
    assert Beside(lines, "", "").find("b: 3", 0) == 2
    assert Values([ConfigChange("x.y", "1", "2"), ConfigChange("z", None, "3")], "").find("z", 0) == 1


# -- differences --------------------------------------------------------------------------------------------------


def diffed(one: list[str], other: list[str]) -> list[str]:
    return list(textual.unified(one, other, ("one", "other")))


@given(LINES, LINES)
def test_numbers_are_those_of_both_sides(one: list[str], other: list[str]) -> None:
    """Wherever a line of a diff has a number, that line of its side is what it shows; mates are mates both ways."""
    lines = diffed(one, other)[HEAD:]
    found = numbered(lines)
    for number, line in enumerate(lines):
        if line[0] in " -":
            assert one[found.one[number] - 1] == line[1:]
        if line[0] in " +":
            assert other[found.other[number] - 1] == line[1:]
        if (mate := found.mate[number]) != NONE:
            assert found.mate[mate] == number
            assert {line[0], lines[mate][0]} == {"-", "+"}


@given(LINES, LINES)
def test_beside_each_other_nothing_is_lost(one: list[str], other: list[str]) -> None:
    """What went is at the left in its order, what came at the right in its."""
    lines = diffed(one, other)
    if not lines:
        return
    found = Beside(lines, "", "")
    half = (80 - 1) // 2
    left = [text(found.line(n, 0, 80))[:half] for n in range(found.count)]
    right = [text(found.line(n, 0, 80))[half + 1 :] for n in range(found.count)]
    assert [side[8:].rstrip() for side in left if side[6:7] == "-"] == [x[1:] for x in lines[HEAD:] if x[0] == "-"]
    assert [side[8:].rstrip() for side in right if side[6:7] == "+"] == [x[1:] for x in lines[HEAD:] if x[0] == "+"]


@given(st.text(string.ascii_lowercase + " .1", max_size=20), st.text(string.ascii_lowercase + " .1", max_size=20))
def test_what_differs_in_a_line(one: str, other: str) -> None:
    """Around the stretch both lines are equal; of equal lines it is empty."""
    start, end = differing(one, other)
    assert 0 <= start <= end <= len(one)
    assert other.startswith(one[:start])
    assert other.endswith(one[end:])
    assert differing(one, one)[0] == len(one)


def test_of_a_number_the_whole_stands_out() -> None:
    """4884.871 is one word, however much of it stayed."""
    one, other = "f_ge: [4885.312]", "f_ge: [4884.871]"
    start, end = differing(one, other)
    assert one[start:end] == "4885.312"
    lines = list(difflib.unified_diff([one], [other], "a", "b", lineterm=""))
    assert ("4885.312", "failed") in Unified(lines, "YAML", "").line(1, 0, 80)
    assert ("4884.871", "completed") in Unified(lines, "YAML", "").line(2, 0, 80)


WORDS = st.lists(st.sampled_from(["ab", " ", "1.5", ", ", "[", "x: ", "\x1b", "é"]), max_size=60).map("".join)


@given(WORDS, st.sampled_from(["1", "22.5", "a long word with parts"]), WORDS, st.integers(44, 120))
def test_what_differs_is_in_sight(before: str, value: str, after: str, width: int) -> None:
    """Below and beside each other: however far to the right it begins, where it begins is on the screen."""
    lines = diffed([f"{before}|{value}|{after}"], [f"{before}|7|{after}"])
    for leaf, at in ((Unified(lines, "YAML", ""), 1), (Beside(lines, "YAML", ""), 1)):
        room = width if isinstance(leaf, Unified) else (width - 1) // 2
        line = leaf.line(at, 0, width)
        found = next(number for number, (_, style) in enumerate(line[2:], 2) if style == "failed")
        assert sum(len(part) for part, _ in line[:found]) < room
        assert text(leaf.line(at, 5, width)) != text(line) or not before


def test_where_what_differs_is_far_to_the_right_both_sides_leave_out_the_same() -> None:
    """They stand beside each other still, with the beginning of the line, and three dots for what is not shown."""
    long = "  pi_ge: {type: [gauss], sigma: [0.035], more: [1, 2, 3, 4, 5, 6, 7, 8], gain: [%s]}"
    line = text(Beside(diffed([long % 10950], [long % 9840]), "YAML", "").line(1, 0, 99))
    left, right = line.split("│")
    assert left.strip() == "1 -   pi_ge: {type:… gain: [10950]}"
    assert right.strip() == "1 +   pi_ge: {type:… gain: [9840]}"


def test_values_that_changed_came_and_went() -> None:
    """An arrow, or a sign: never colour alone."""
    found = Values([ConfigChange("a.b", "1", "2"), ConfigChange("c", None, "3"), ConfigChange("d", "4", None)], "")
    assert [text(found.line(n, 0, 80)).strip() for n in range(3)] == ["a.b  1 → 2", "+ c    3", "- d    4"]


def test_parts_below_each_other() -> None:
    """With an empty line between; each line is its part's."""
    found = Stacked(Words("one", "two"), Words("three"))
    found.lay(40)
    assert [text(found.line(n, 0, 40)).strip() for n in range(found.count)] == ["one", "two", "", "three"]


@given(TEXTS, st.integers(1, 40))
def test_a_line_in_exactly_so_many_cells(raw: str, width: int) -> None:
    """Whatever it holds, padded or cut."""
    assert cell_len(text(within([(plain(raw), "")], width))) == width


# -- versions -----------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 7), st.integers(0, 5))
def test_what_is_known_has_no_gap(before: int, new: int, limit: int, pages: int) -> None:
    """However many come between two looks and however far one has read on: newest first, nothing left out."""

    def newest(total: int, below: int) -> list[ConfigVersion]:
        return [version(row) for row in range(min(total, below - 1), 0, -1)][:limit]

    known = renewed(Known(), newest(before, 1 << 62), limit)
    for _ in range(pages):
        if known.versions and not known.whole:
            known = longer(known, known.versions[-1].row, newest(before, known.versions[-1].row), limit)
    known = renewed(known, newest(before + new, 1 << 62), limit)
    rows = [one.row for one in known.versions]
    assert rows == list(range(before + new, before + new - len(rows), -1))
    assert not known.whole or len(rows) == before + new


ODD = st.builds(
    lambda row, name, runs, bytes_, file: version(row)._replace(
        created_by=name, attempts=runs, size=bytes_, filename=file, created_at=1.8e9 - row * 5e4
    ),
    st.integers(1, 10**6), TEXTS, st.integers(0, 10**7), st.integers(0, 1 << 26), TEXTS,
)  # fmt: skip


@given(st.lists(ODD, min_size=1, max_size=6), st.integers(1, 130))
def test_versions_stand_in_columns(versions: list[ConfigVersion], width: int) -> None:
    """Whatever they hold: no line is wider than there is room, and in each a column begins where its heading does."""
    columns = columns_of(versions, 1.8e9)
    shown = shown_columns(columns, width)
    starts = list(accumulate((column.cells + 1 for column in shown), initial=2))[: len(shown)]
    above = heading(columns, width)
    for one in versions:
        line = text(version_line(one, versions[0].row, 1.8e9, width, columns))
        assert cell_len(line.rstrip()) <= max(width, 2)
        for column, start in zip(shown, starts, strict=True):
            assert above[start : start + column.cells] == f"{column.head:{'>' if column.right else '<'}{column.cells}}"
            assert cell_len(set_cell_size(line, start)) == start
    assert {cell_len(text(version_line(one, None, 1.8e9, width, columns))) for one in versions} == {
        2 + sum(column.cells + 1 for column in shown)
    }


def test_columns_give_way_from_the_right() -> None:
    """The file first, then size, runs, who, when; the mark of main stays with the id."""
    columns = columns_of([version(1), version(2)], 2e9)
    heads = [[column.head for column in shown_columns(columns, width)] for width in (90, 60, 52, 44, 39, 29, 12)]
    assert heads[0] == ["", "", "pushed", "by", "runs", "size", "file"]
    assert [len(one) for one in heads] == sorted((len(one) for one in heads), reverse=True)
    assert heads[-1] == [""]


def test_a_page_that_comes_too_late_is_left() -> None:
    """What is known does not end where it was asked for any more."""
    known = Known((version(9), version(8)))
    assert longer(known, 5, [version(4)]) is known


# -- words --------------------------------------------------------------------------------------------------------


def test_how_long_a_version_was_main() -> None:
    """Since when it is, from when to when it was, or that it never was."""
    changes = [MainChange("t", version(2).id, 2e9, "lea"), MainChange("t", version(1).id, 1e9, "mira")]
    now = head.of_version(head.Told(version(2)._replace(main=True), "", changes), 2e9)
    assert "● main since" in text(now[0])
    assert "by lea" in text(now[0])
    assert "main from" in text(head.of_version(head.Told(version(1), "", changes), 2e9)[0])
    assert "never was main" in text(head.of_version(head.Told(version(3), "", changes), 2e9)[0])


def test_whether_it_is_sound_is_told_once_it_is_known() -> None:
    """Not before somebody has looked at its bytes; damage is told as such."""
    assert "as it was pushed" not in text(head.of_version(head.Told(version(1)), 0.0)[2])
    assert "✓ as it was pushed" in text(head.of_version(head.Told(version(1), ""), 0.0)[2])
    assert "✗ damaged: gone" in text(head.of_version(head.Told(version(1), "gone"), 0.0)[2])


def test_what_can_be_copied(tmp_path: Path) -> None:
    """Commands are as the shell takes them; with a mark also the one that compares."""
    kind = ConfigKind("hardware_config", "HW", "/lab/my files/hw.yml")
    lines = {thing.what: thing.text for thing in things(kind, version(2), FILE, tmp_path)}
    assert lines["id"] == version(2).id
    assert lines["command that compares them"] == f"jobyard config diff '/lab/my files/hw.yml' {version(2).id}"
    (path, command) = things(kind, None, "", tmp_path)
    assert (path.text, command.text) == (kind.file, "jobyard config push hardware_config '/lab/my files/hw.yml'")
