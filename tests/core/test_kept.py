"""The part of an output that is kept: short ones whole, of long ones head and tail, with the true totals."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobyard.core.kept import LEAST, Kept, kept

LINES = st.lists(st.text(st.sampled_from("aé漢😀 \r"), max_size=200), max_size=60).map("\n".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, st.integers(0, 4000))
def test_never_more_never_torn(tmp_path: Path, text: str, limit: int) -> None:
    """At most the limit; begins as it begins and ends as it ends; no character is split; the totals are true."""
    data = text.encode()
    (tmp_path / "log").write_bytes(data)
    found = kept(tmp_path / "log", limit)
    assert len(found.text) <= max(LEAST, limit)
    assert (found.size, found.lines) == (len(data), len(text.split("\n")) - (text.endswith("\n") or not text))
    if len(data) <= max(LEAST, limit):
        assert found == Kept(data, len(data), found.lines)
        return
    head, _, rest = found.text.decode().partition("[… ")
    marker, _, tail = rest.partition(" …]\n")
    assert marker == f"{found.left_out:,} bytes left out; {len(data):,} bytes in {found.lines:,} lines in all"
    assert text.startswith((head, head.removesuffix("\n")))
    assert text.endswith(tail)


def test_lines_are_kept_whole(tmp_path: Path) -> None:
    """Of many lines: a quarter from the beginning, the rest from the end, none of them cut."""
    lines = [f"line {number:05}\n" for number in range(10_000)]
    (tmp_path / "log").write_text("".join(lines))
    text = kept(tmp_path / "log", 4096).text.decode().splitlines(keepends=True)
    cut = next(number for number, line in enumerate(text) if line.startswith("[…"))
    assert text[:cut] == lines[:cut]
    assert text[cut + 1 :] == lines[-(len(text) - cut - 1) :]
    assert 4096 - 24 < sum(len(line.encode()) for line in text) <= 4096
    assert 2 < (len(text) - cut) / cut < 4


@pytest.mark.parametrize("hole", [False, True])
def test_what_is_not_there_costs_nothing(tmp_path: Path, hole: bool) -> None:
    """No file is no output; the hole of ten GiB in a log is not read."""
    path = tmp_path / "log"
    if hole:
        path.write_bytes(b"begin\n")
        os.truncate(path, 10 << 30)
        with path.open("ab") as file:
            file.write(b"\nend\n")
    found = kept(path, 1 << 20)
    assert (found.size, found.lines) == ((10 << 30) + 5, 3) if hole else (0, 0)
    assert found.text.endswith(b"\nend\n") is hole
