"""Foreign text made safe."""

from __future__ import annotations

import subprocess
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import text

BIDI = set(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x61C]))
ANY_TEXT = st.text(st.characters(), max_size=80) | st.text(
    "\x1b[]0;31mK\r\n\t\b\x07\x9b\x9d\\ab\x00é漢\udcff\u202e", max_size=80
)
ANY_BYTES = st.binary(max_size=200) | ANY_TEXT.map(lambda value: value.encode("utf-8", "surrogatepass"))


def is_safe(value: str, newline: bool = False) -> bool:
    """No control character but, if allowed, newline; no direction override, no half character."""
    allowed = {"\n"} if newline else set()
    bad = [char for char in value if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in BIDI]
    return set(bad) <= allowed


@given(ANY_TEXT)
def test_visible_text_contains_no_controls(value: str) -> None:
    """Nothing that a terminal obeys is left, and what is left can be encoded."""
    shown = text.visible(value)
    assert is_safe(shown)
    shown.encode()


@given(ANY_TEXT)
def test_visible_is_idempotent(value: str) -> None:
    """What has been made visible stays as it is."""
    once = text.visible(value)
    assert text.visible(once) == once


@given(ANY_TEXT)
def test_visible_may_keep_newlines(value: str) -> None:
    """For blocks of text newlines stay, and nothing else."""
    shown = text.visible(value, newline="\n")
    assert is_safe(shown, newline=True)
    assert shown.count("\n") == value.count("\n")


def test_harmless_text_is_left_alone() -> None:
    """Umlauts, other scripts, emoji with joiners and markup are themselves."""
    for value in ("rabi", "größe µs", "漢字", "👩\u200d💻", "[bold]no[/bold]", "back\\slash"):
        assert text.visible(value) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("a\nb", "a↵b"),
        ("a\r\nb", "a↵b"),
        ("a\tb", "a␉b"),
        ("\x9b2J", "\\x9b2J"),
        ("\x7f", "␡"),
        ("abc\u202edef", "abc\\u202edef"),
        ("\udcff", "\\xff"),
        ("\ud800", "\\ud800"),
        ("\u2028", "\\u2028"),
        ("\0", "␀"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_is_invisible_is_shown(value: str, shown: str) -> None:
    """Each kind of character that could deceive has a form that can be read."""
    assert text.visible(value) == shown


@given(ANY_BYTES)
def test_cleaned_output_contains_no_controls_but_newlines(data: bytes) -> None:
    """Whatever a program writes, nothing reaches the terminal but text and line ends."""
    assert is_safe(text.clean_output(data), newline=True)


@given(ANY_BYTES)
def test_cleaning_is_idempotent(data: bytes) -> None:
    """Cleaning what is clean changes nothing, also where lines were capped."""
    for cap in (text.LINE_CAP, 40):
        once = text.clean_output(data, cap)
        assert text.clean_output(once.encode(), cap) == once


@given(ANY_BYTES)
def test_cleaning_keeps_every_line(data: bytes) -> None:
    """Line numbers stay true."""
    assert text.clean_output(data).count("\n") == data.count(b"\n")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=200))
def test_plain_output_is_left_alone(value: str) -> None:
    """What a well-behaved program prints is shown as it is."""
    assert text.clean_output(value.encode()) == value


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"\x1b[1;31merror\x1b[0m", "error"),
        (b"\x1b]0;title\x07text", "text"),
        (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"10%\r20%\r100%", "100%"),
        (b"10%\r20%\r", "20%"),
        (b"dos\r\n", "dos\n"),
        (b"a\tb", "a       b"),
        (b"N\bNA\bA", "NA"),
        (b"caf\xe9", "caf�"),
        (b"\x1b(Bx\x1b=y", "xy"),
        (b"\0\0\0x", "x"),
        (b"\x1b]unfinished", "␛]unfinished"),
        (b"\x07", "␇"),
        (b"\x1b\x1b[0m[2J", "␛[2J"),
        (b"\x1bPq#0\x1b\\pic", "pic"),
    ],
)
def test_output_is_flattened(data: bytes, shown: str) -> None:
    """Colours, titles, links, progress bars and overstriking leave the text that people would have read."""
    assert text.clean_output(data) == shown


def test_a_line_of_ten_megabytes_costs_nothing() -> None:
    """Only its head is looked at, whatever it consists of."""
    for unit in (b"x", b"\x1b]", b"\x9d", "\x9d".encode(), b"\r", b"a\b", b"\x1b[", b"\xff", b"\t"):
        data = unit * (10_000_000 // len(unit))
        start = time.process_time()
        shown = text.clean_line(data)
        assert time.process_time() - start < 0.5
        assert len(shown) <= text.LINE_CAP
        assert shown.endswith("more)")


@given(st.lists(st.text("ab'\"\\ $`\n\t\x1b\x7fé漢\udcff\u202e!*0", max_size=8), min_size=1, max_size=4))
def test_a_shell_reads_back_the_same_words(argv: list[str]) -> None:
    """A copied command line is exactly the command, whatever it contains, and free of control characters."""
    line = text.shell_join(argv)
    assert is_safe(line)
    script = b"printf '%s\\0' " + line.encode("utf-8", "surrogateescape")
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    assert done.stdout.split(b"\0")[:-1] == [word.encode("utf-8", "surrogateescape") for word in argv]


def test_one_line_takes_commands_and_texts() -> None:
    """A command as its shell line, a text with its line ends visible, both cut to the width."""
    assert text.one_line(["sh", "-c", "exit 3"]) == "sh -c 'exit 3'"
    assert text.one_line("a\nb") == "a↵b"
    assert text.one_line("x" * 10_000_000, 5) == "xxxx…"
    assert text.one_line(["echo"] * 1_000_000, 12) == "echo echo e…"


@given(ANY_TEXT, st.integers(0, 30))
def test_a_clipped_line_fits(value: str, width: int) -> None:
    """It never takes more cells than it was given, wide characters included."""
    assert text.cells(text.one_line(value, width)) <= width


def test_wide_characters_take_two_cells() -> None:
    """A character that does not fit whole is left out."""
    assert text.clip("漢字漢字", 5) == "漢字…"
    assert text.clip("漢字", 4) == "漢字"
    assert text.clip("e\u0301e\u0301", 2) == "e\u0301e\u0301"


def test_a_path_keeps_its_end() -> None:
    """Where a path does not fit, its beginning is left out, never half a character."""
    assert text.clip_start("/a/b/hw.yml", 11) == "/a/b/hw.yml"
    assert text.clip_start("/a/b/hw.yml", 7) == "…hw.yml"
    assert text.clip_start("漢字漢字", 6) == "…漢字"
    assert text.clip_start("e\u0301e\u0301", 1) == "…"
    assert text.clip_start("abc", 0) == ""


@given(st.text(), st.integers(0, 40))
def test_what_is_cut_at_its_start_fits(value: str, width: int) -> None:
    """It never takes more cells than it was given, and ends as the text does."""
    shown = text.clip_start(value, width)
    assert text.cells(shown) <= width
    assert value.endswith(shown.removeprefix("…")) or shown == value


def test_spans_for_people() -> None:
    """Two units at most, none that says nothing."""
    spans = [0, 0.04, 0.3, 5, 12, 192, 7200, 7260, 345_600, 356_400]
    shown = ["0s", "0s", "0.3s", "5s", "12s", "3m12s", "2h", "2h1m", "4d", "4d3h"]
    assert [text.people_duration(value) for value in spans] == shown
    assert [text.people_age(value) for value in (0.2, 12, 192, 7300, 345_700)] == ["now", "12s", "3m", "2h", "4d"]


def test_sizes_for_people() -> None:
    """Three digits or so, in powers of 1024."""
    sizes = [0, 12, 1023, 1536, 9_437_184, 268_435_456, 1 << 42]
    shown = ["0 B", "12 B", "1023 B", "1.5 KiB", "9 MiB", "256 MiB", "4 TiB"]
    assert [text.people_size(value) for value in sizes] == shown


def test_values_in_errors_are_short_and_safe() -> None:
    """An error stays one line whatever was given."""
    assert text.quoted("a\x1bb") == '"a␛b"'
    assert text.quoted([1, None]) == "[1, null]"
    assert text.quoted(b"x") == "(bytes)"
    assert text.quoted({"a": 1}) == "(an object)"
    assert text.quoted([[1]]) == "(a list)"
    assert len(text.quoted("x" * 1000)) < 70
