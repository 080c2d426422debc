"""Logs: bounded, with their growth on record, whatever the job does to them."""

from __future__ import annotations

import json
import os
import shutil
import struct
from pathlib import Path

from jobyard.core.logbook import START, Book, Source
from jobyard.core.runners.base import Noted
from jobyard.core.text import people_size
from tests.running.keeperkit import Yard

CAP = 256 * 1024


def shown(folder: str) -> list[str]:
    """The rows of an attempt's log as a person is shown them."""
    return [row.data.decode() for row in Book([Source.of(Path(folder))]).window(START, 0, 999)]


def gap(size: int) -> bytes:
    """What stands where so much is gone."""
    return f"{people_size(size)} dropped here".encode()


def test_endless_writer_is_bounded(keeper_yard: Yard) -> None:
    """A job that writes without end keeps head and tail on disk; the middle is a recorded hole, told once."""
    keeper_yard.connect()
    script = "echo HEAD; for i in $(seq 40); do head -c 100000 /dev/zero | tr '\\0' x; sleep 0.03; done; echo TAIL"
    spec = keeper_yard.spec(script, log_cap=CAP)
    keeper_yard.runner.start([spec])
    outcome = keeper_yard.ended(spec.token)
    log = Path(spec.folder, "stdout")
    assert outcome.stdout_bytes == log.stat().st_size == 4_000_010
    assert log.stat().st_blocks * 512 <= CAP + 16 * 4096
    content = log.read_bytes()
    low, high = json.loads(Path(spec.folder, "holes.json").read_text())["stdout"]
    assert content.startswith(b"HEAD\nxxx")
    assert content.endswith(b"xTAIL\n")
    assert set(content[low:high]) == {0}
    assert 0 not in content[:low] + content[high:]
    assert keeper_yard.count(Noted, spec.token) == 1
    book = Book([Source.of(Path(spec.folder))])
    rows = book.window(START, 0, 999)
    assert [(row.data, row.size) for row in rows if row.kind == "gap"] == [(gap(high - low), high - low)]
    assert (rows[0].data, rows[-1].data[-5:]) == (b"HEAD", b"xTAIL")
    assert book.size == 4_000_010 - (high - low)


def test_writer_of_devstdout(keeper_yard: Yard) -> None:
    """A job that opens /dev/stdout, and so empties its log, is survived; what it wrote last is there."""
    keeper_yard.connect()
    spec = keeper_yard.spec(
        "head -c 1000000 /dev/zero; sleep 0.6; echo new > /dev/stdout; echo more; sleep 0.6; echo end", log_cap=CAP
    )
    keeper_yard.runner.start([spec])
    assert keeper_yard.ended(spec.token).exit_code == 0
    assert Path(spec.folder, "stdout").read_text() == "new\nmore\nend\n"
    assert shown(spec.folder) == ["new", "more", "end"]


def test_growth_is_recorded(keeper_yard: Yard) -> None:
    """Each look that finds more output appends time and sizes, in order, up to the final ones."""
    keeper_yard.connect()
    spec = keeper_yard.spec("echo a; sleep 0.6; echo bb >&2; sleep 0.6; echo c")
    keeper_yard.runner.start([spec])
    outcome = keeper_yard.ended(spec.token)
    rows = list(struct.iter_unpack("<dQQ", Path(spec.folder, "growth").read_bytes()))
    assert [row[1:] for row in rows] == [(2, 0), (2, 3), (4, 3)]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert rows[-1][0] <= outcome.ended_at + 1
    assert shown(spec.folder) == ["a", "bb", "c"]
    assert [row.at for row in Book([Source.of(Path(spec.folder))]).window(START, 0, 9)] == [row[0] for row in rows]


def test_where_no_hole_can_be_made_the_job_is_stopped(keeper_yard: Yard) -> None:
    """Where the middle of a log cannot be given back, a log beyond its cap ends its job: log limit."""
    keeper_yard.connect()
    shell = keeper_yard.home / "shell"
    shutil.copy(os.path.realpath("/bin/sh"), shell)
    os.truncate(shell, 4 * CAP)
    spec = keeper_yard.start("", argv=(str(shell), "-c", "sleep 60 & wait"), log_cap=CAP)
    out = Path(spec.folder, "stdout")
    out.unlink()
    out.symlink_to(shell)  # a running program: big enough, and the kernel lets nobody write to it
    assert keeper_yard.ended(spec.token).cause == "log limit"
