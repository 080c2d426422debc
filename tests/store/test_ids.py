"""Ids: a counter a day that never runs twice over the same number, whoever submits and whatever the clock does."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from jobyard.core.store import edits, ids, submit
from tests.store.kit import Lab

DAY = 86_400.0

SUBMITTER = """
import sys
from pathlib import Path
from tests.store.kit import Lab
from jobyard.core.store import submit
lab = Lab.__new__(Lab)
lab.home, lab.now = Path(sys.argv[1]), 1_790_000_000.0
lab.store, lab.env = lab.another(), 1
for size in (1, 7, submit.CHUNK + 3, 40):
    submit.add(lab.store, [lab.new(held=True) for _ in range(size)])
"""


def id_of(lab: Lab, row: int) -> str:
    day, number = lab.store.db.row("SELECT day, number FROM job WHERE id = ?", (row,)) or (0, 0)
    return ids.text(day, number)


def day(now: float) -> str:
    return time.strftime("%Y%m%d", time.localtime(now))


def test_numbers_count_up_and_begin_anew_each_day(lab: Lab) -> None:
    """The first of a day is 00001."""
    today = day(lab.now)
    assert [id_of(lab, lab.submit()) for _ in range(2)] == [f"JOB-{today}-00001", f"JOB-{today}-00002"]
    lab.now += DAY
    assert id_of(lab, lab.submit()) == f"JOB-{day(lab.now)}-00001"


def test_the_day_never_goes_backwards(lab: Lab) -> None:
    """A clock set back keeps counting in the latest day; no id comes twice when that day comes again."""
    first = id_of(lab, lab.submit())
    lab.now -= 3 * DAY
    second = id_of(lab, lab.submit())
    lab.now += 3 * DAY
    third = id_of(lab, lab.submit())
    assert [first[:12], second[:12]] == [third[:12]] * 2
    assert [first[-5:], second[-5:], third[-5:]] == ["00001", "00002", "00003"]


def test_numbers_grow_wider_beyond_five_digits(lab: Lab) -> None:
    """99,999 is followed by 100,000; the order stays that of the rows."""
    lab.submit()
    lab.store.db.rows("UPDATE counter SET value = 99998 WHERE name = ?", (f"JOB-{day(lab.now)}",))
    rows = [lab.submit() for _ in range(2)]
    found = [id_of(lab, row) for row in rows]
    assert [one.rpartition("-")[2] for one in found] == ["99999", "100000"]
    assert ids.parse(found[1]) == (int(day(lab.now)), 100_000)
    assert rows == sorted(rows)


def test_ids_and_rows_are_never_used_again(lab: Lab) -> None:
    """Not after a submit that was taken back, and not after the newest jobs are gone."""
    last = lab.submit()

    def fail(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        submit.add(lab.store, [lab.new() for _ in range(submit.CHUNK + 1)], fail)
    row = lab.submit()
    assert row == last + submit.CHUNK + 2
    assert id_of(lab, row).endswith(f"-{submit.CHUNK + 3:05d}")
    lab.store.db.rows("DELETE FROM event WHERE job_id = ?", (row,))
    lab.store.db.rows("DELETE FROM job WHERE id = ?", (row,))
    assert lab.submit() == row + 1


def test_a_requeue_keeps_the_id(lab: Lab) -> None:
    """Same id, next attempt."""
    row = lab.submit()
    before = id_of(lab, row)
    edits.cancel(lab.store, [row])
    lab.now += DAY
    edits.requeue(lab.store, [row])
    assert id_of(lab, row) == before


def test_concurrent_submitters_share_the_counter(lab: Lab) -> None:
    """Three processes at once: every number once, none left out, each submit in one piece."""
    command = [sys.executable, "-c", SUBMITTER, str(lab.home)]
    processes = [subprocess.Popen(command, cwd=Path(__file__).parents[2]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    numbers = [number for (number,) in lab.store.db.rows("SELECT number FROM job ORDER BY id")]
    assert numbers == list(range(1, 3 * (1 + 7 + submit.CHUNK + 3 + 40) + 1))


@pytest.mark.parametrize(
    "word", ["JOB-20261122-1", "JOB-2026112-00001", "job-20261122-00001x", "XOB-20261122-00001", ""]
)
def test_what_is_no_id_is_none(word: str) -> None:
    """Too few digits, other prefixes, other letters."""
    assert ids.parse(word) is None
