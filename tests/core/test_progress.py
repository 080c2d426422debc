"""How far a job is, by what it prints: what counts as progress, what does not, and when it may end."""

from __future__ import annotations

import math
import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.headway import Headway, written_at
from jobyard.core.progress import FORMS, SAID, TAIL, Form, Found, expected_end, newest, parse

BAR = "\r{n:3}%|{bar:10}| {n}/100 [00:{n:02}<00:30,  1.00it/s]"


def told(text: str) -> float | None:
    """The fraction that a whole output tells."""
    found = parse(text.encode())
    return None if found is None else round(found.fraction, 4)


@pytest.mark.parametrize("form", [SAID, *FORMS], ids=lambda form: form.example)
def test_each_form_is_read_from_its_example(form: Form) -> None:
    """The example that stands beside each form in the table is read, as the last line of an output."""
    fractions = {"::progress": 0.4, "[ 12/340]": 12 / 340, "Epoch": 0.3}
    expected = next((found for start, found in fractions.items() if form.example.startswith(start)), 0.45)
    start = "Receiving objects:  44%\r" if form.overwritten else "some line\n"
    found = parse(f"{start}{form.example}\n".encode())
    assert found is not None
    assert found.fraction == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "fraction", "words", "left"),
    [
        ("::progress 40%\n", 0.4, "", None),
        ("::progress 3/10 third of ten\n", 0.3, "third of ten", None),
        ("::progress 1\n", 1.0, "", None),
        ("  ::progress 0.25   \x1b[31mred\x1b[0m <b>[bold]\n", 0.25, "red <b>[bold]", None),
        ("fit:  45%|███▌    | 45/100 [00:12<01:15,  3.6it/s]", 0.45, "fit · 45/100", 75.0),
        ("fit:  45%|███▌    | 45/100 [00:05<00:235, 3.6it/s]", 0.45, "fit · 45/100", None),
        ("  0%|          | 0/100 [00:00<?, ?it/s]", 0.0, "0/100", None),
        ("  1,234,567  45%   10.00MB/s    0:00:12 (xfr#1)\r", 0.45, "", None),
        ("45/100 [=====>......] - ETA: 12s\r", 0.45, "45/100", 12.0),
        ("==> [3/12] Installing zlib\n", 0.25, "3/12", None),
        ("readout scan: point 15 of 60, 42 counts\n", 0.25, "15/60", None),
        ("Receiving objects:  40%\rReceiving objects:  45% (450/1000)", 0.45, "450/1000", None),
    ],
)
def test_what_stands_beside_it(text: str, fraction: float, words: str, left: float | None) -> None:
    """The job's words, its count and its own estimate of the time that is left are read too, as plain text."""
    found = parse(text.encode())
    assert found is not None
    assert (round(found.fraction, 4), found.text, found.left) == (fraction, words, left)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\r\n",
        "100% of tests passed\n",
        "100% tests passed, 0 tests failed out of 3\n",
        "val accuracy: 92.5%\n",
        "CPU 45%\rCPU 46%\r",
        "2026/11/22 starting\n",
        "see a/12/340 or 12/340/x\n",
        "[ 13/12] too far\n",
        "[ 0/0] nothing\n",
        "::progress\n::progress soon\n::progress 1.5\n::progress 140%\n::progress 3/0\n",
        "0it [00:00, ?it/s]",
        "v1.45% nothing",
        "Progress: 45%\nand then something else",
        "Progress: 45%\n" + "\n".join("abcdefgh"),
        "[ 12/340] Building\n" + "line\n" * 8,
        " 45%|####      | 45/100 [00:12<00:15, 3it/s]\n" + "line\n" * 4,
    ],
)
def test_what_is_no_progress(text: str) -> None:
    """Prose, ratios of something else, counts beyond their total, and what stands too far from the end do not count."""
    assert told(text) is None


def test_only_the_last_counts() -> None:
    """The newest line, and of a line written over its newest whole state, is what a job says."""
    assert told("[1/4] a\n[2/4] b\nwarning: something\n") == 0.5
    bars = "".join(BAR.format(n=n, bar="#" * (n // 10)) for n in (10, 20, 30))
    assert told(bars) == 0.3
    assert told(bars + "\r 4") == 0.3


def test_what_a_job_says_in_so_many_words_goes_before() -> None:
    """``::progress`` holds although tools that the job calls print bars of their own, but only whole lines of it."""
    text = "::progress 0.1 download\n" + "log\n" * 100 + BAR.format(n=99, bar="#")
    assert told(text) == 0.1
    assert told("::progress 1/4\n::progress 1/1") == 0.25
    assert told("::progress 0.5\n" + "x" * TAIL) is None


def test_a_torn_first_line_is_left_out() -> None:
    """Of a stream that is longer than what was read, the first line may be the end of something else."""
    assert parse(b"3/4] Building\n", cut=False) is None
    assert parse(b"[3/4] Building\n", cut=True) is None
    assert parse(b"x\n[3/4] Building\n", cut=True) is not None


PIECES = st.sampled_from(
    [form.example for form in (SAID, *FORMS)] + ["\r", "\n", "%", "100%", "::progress ", "\x1b[A", "1/", "█", "[", " "]
)


@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=12).map(lambda some: "".join(some).encode())))
def test_nothing_that_is_printed_is_too_much(tail: bytes) -> None:
    """Whatever bytes a job prints: no error, a fraction from 0 to 1, text without control characters."""
    for cut in (False, True):
        found = parse(tail, cut)
        if found is not None:
            assert 0.0 <= found.fraction <= 1.0
            assert found.text.isprintable()
            assert 0 <= found.behind <= len(tail)
            assert found.left is None or 0 <= found.left < math.inf


@given(st.sampled_from([form.example for form in (SAID, *FORMS)]), st.data())
def test_a_cut_anywhere_is_survived(example: str, data: st.DataObject) -> None:
    """A tail may begin and end in the middle of a character."""
    whole = f"{example}\r{example}\n{example}".encode()
    start = data.draw(st.integers(0, len(whole)))
    found = parse(whole[start : data.draw(st.integers(start, len(whole)))], cut=start > 0)
    assert found is None or 0.0 <= found.fraction <= 1.0


# -- when it may end ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fraction", "left", "usual", "at", "now", "end"),
    [
        (0.25, None, None, 100.0, 100.0, 400.0),  # a quarter in 100 seconds
        (0.25, 60.0, None, 100.0, 100.0, 160.0),  # it says so itself
        (0.25, None, 200.0, 100.0, 100.0, 250.0),  # a quarter of 400, three of 200
        (0.25, None, 10.0, 100.0, 100.0, 175.0),  # it has taken longer already
        (0.0, None, 200.0, 10.0, 10.0, 200.0),
        (0.0, None, None, 10.0, 10.0, None),
        (0.5, None, None, 100.0, 300.0, 600.0),  # late: the pace is worse than it was
        (0.5, 10.0, None, 100.0, 300.0, 600.0),
        (1.0, None, None, 100.0, 130.0, 130.0),
        (0.5, None, None, -5.0, 10.0, None),  # a clock that jumped
        (1e-9, None, None, 100.0, 100.0, None),
    ],
)
def test_the_end_is_estimated(
    fraction: float, left: float | None, usual: float | None, at: float, now: float, end: float | None
) -> None:
    """By its own word, else by its pace, in which earlier runs weigh the more the less is done; never in the past."""
    found = expected_end(Found(fraction, left=left), at, 0.0, now, usual)
    assert found == (None if end is None else pytest.approx(end))


NUMBERS = st.floats(0, 2e9)


@given(st.floats(0, 1), NUMBERS, NUMBERS, NUMBERS, st.none() | NUMBERS, st.none() | NUMBERS)
def test_an_estimate_is_never_in_the_past(
    fraction: float, at: float, started: float, now: float, left: float | None, usual: float | None
) -> None:
    """Whatever the clocks say."""
    end = expected_end(Found(fraction, left=left), at, started, now, usual)
    assert end is None or now <= end < math.inf


# -- files -----------------------------------------------------------------------------------------------


def test_of_two_streams_the_newest_word_counts(tmp_path: Path) -> None:
    """Either stream may tell; an explicit word goes before a newer bar."""
    bar, said = Found(0.9), Found(0.1, said=True)
    assert newest([(bar, 5.0), (Found(0.2), 9.0)]) == (Found(0.2), 9.0)
    assert newest([(bar, 5.0), (said, 1.0)]) == (said, 1.0)
    assert newest([]) is None
    (tmp_path / "stdout").write_text("working\n")
    (tmp_path / "stderr").write_text(BAR.format(n=50, bar="#####"))
    progress = Headway().of(tmp_path, 0.0, 1e12)
    assert progress is not None
    assert progress.fraction == 0.5


def test_the_time_of_a_word_is_when_it_was_written(tmp_path: Path) -> None:
    """What a job said a while ago is as old as the keeper's samples say, though it has written more since."""
    words, more = "::progress 0.5\n", "log\n" * 50
    (tmp_path / "stdout").write_text(words + more)
    samples = [(100.0, 4, 0), (200.0, len(words), 0), (300.0, len(words + more), 0)]
    (tmp_path / "growth").write_bytes(b"".join(struct.pack("<dQQ", *sample) for sample in samples))
    progress = Headway().of(tmp_path, 100.0, 300.0)
    assert progress is not None
    assert progress.at == 200.0
    assert progress.expected_end == 300.0
    assert written_at(tmp_path / "growth", "stdout", 10_000) is None
    assert written_at(tmp_path / "nothing", "stdout", 1) is None


def test_an_unchanged_log_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of the same size and time says what it said; one that grew, shrank or went away is looked at anew."""
    log, head = tmp_path / "stdout", Headway()
    log.write_text("::progress 0.5\n")
    assert head.of(tmp_path, 0.0, 1.0) is not None
    with monkeypatch.context() as patch:
        patch.setattr("os.pread", None)
        assert head.of(tmp_path, 0.0, 1.0) is not None
    log.write_text("::progress 0.75 more\n")
    assert (again := head.of(tmp_path, 0.0, 1.0)) is not None
    assert again.fraction == 0.75
    log.unlink()
    assert head.of(tmp_path, 0.0, 1.0) is None
    log.mkdir()
    assert head.of(tmp_path, 0.0, 1.0) is None


def test_logs_that_are_none_are_survived(tmp_path: Path) -> None:
    """Nothing, holes, binary, a pipe in a log's place: no progress, and no waiting."""
    (tmp_path / "stdout").write_bytes(b"")
    with open(tmp_path / "stderr", "wb") as file:
        file.truncate(10 << 30)
    assert Headway().of(tmp_path, 0.0, 1.0) is None
    (tmp_path / "stdout").unlink()
    os.mkfifo(tmp_path / "stdout")
    (tmp_path / "stderr").write_bytes(bytes(range(256)) * 64)
    assert Headway().of(tmp_path, 0.0, 1.0) is None
