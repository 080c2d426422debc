"""Another account, or the owner without the right to write: looking works, changing is refused, nothing is written."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import leftovers
from tests.accounts import OWNER, STRANGER, Account, Machine, machine

READING = (
    "list", "list --all --json", "show done", "why held", "logs done", "history done", "graph done", "diff done done",
    "failed", "top --once", "queue list", "session list", "resource list", "worker list", "config-check",
)  # fmt: skip
CHANGING = (
    "cancel held", "requeue done", "clone done", "priority held 3", "move held --top", "after add held done",
    "queue pause default", "queue create other", "session create other", "resource lock cpus", "init",
)  # fmt: skip
OWNERS = ("submit -- true", "hold held", "worker start", "worker stop", "cleanup", "--worker --once", "doctor --repair")


@pytest.fixture(scope="module")
def there() -> Iterator[Machine]:
    """A private yard with a job that has ended and one that is held; its owner has opened it to readers."""
    with machine() as found:
        assert found.call(OWNER, "submit", "-n", "done", "--", "echo", "hello", cwd="/").code == 0
        assert found.call(OWNER, "--worker", "--once").code == 0
        assert found.call(OWNER, "submit", "-n", "held", "--hold", "--", "true", cwd="/").code == 0
        assert not leftovers.wait_until_gone(found.yard), "the keeper leaves"
        subprocess.run(["chmod", "-R", "a+rX", found.yard], check=True)
        yield found


def lying(home: Path) -> dict[str, tuple[int, int, int]]:
    """All that is in a yard."""
    found = {str(path): path.lstat() for path in [home, *home.rglob("*")]}
    return {name: (stat.st_size, stat.st_mode, stat.st_mtime_ns) for name, stat in found.items()}


def look_on(there: Machine, who: Account, reading: tuple[str, ...], changing: tuple[str, ...]) -> None:
    """Each reading command answers as usual, without a word more; each other one is refused in a line."""
    before = lying(there.yard)
    for words in reading:
        told = there.call(who, *words.split())
        assert (told.code, told.err) == (0, ""), words
    assert there.call(who, "logs", "done").out == "hello\n"
    for words in changing:
        told = there.call(who, *words.split())
        assert (told.code, told.out, told.err.count("\n")) == (2, "", 1), words
    assert "this account may not write there" in there.call(who, "hold", "held").err.lower()
    assert lying(there.yard) == before


def test_a_yard_that_nobody_has_open(there: Machine) -> None:
    """Its store has no log; a stranger reads the file, and makes none."""
    look_on(there, STRANGER, READING, CHANGING + OWNERS)
    assert not (there.yard / "jobyard.db-wal").exists()


def test_the_owner_without_the_right_to_write(there: Machine) -> None:
    """A folder of mode 0555, files of mode 0444: as for a stranger."""
    for mode, kind in (("555", "d"), ("444", "f")):
        subprocess.run(["find", there.yard, "-type", kind, "-exec", "chmod", mode, "{}", "+"], check=True)
    try:
        look_on(there, OWNER, READING[:3], OWNERS)
    finally:
        subprocess.run(["chmod", "-R", "u+w", there.yard], check=True)


def test_while_the_owners_worker_works_on(there: Machine) -> None:
    """A stranger sees what it does: `wait` and `logs -f` end with the job; the worker is seen to live."""
    assert there.call(OWNER, "worker", "start").code == 0
    try:
        there.call(OWNER, "submit", "-n", "slow", "--", "sh", "-c", "echo begun; sleep 1; echo over", cwd="/")
        there.yard.chmod(0o555)
        assert there.call(STRANGER, "wait", "slow").code == 0
        assert '"state":"completed"' in there.call(STRANGER, "show", "slow", "--json").out
        assert "working" in there.call(STRANGER, "worker", "list").out
        assert there.call(STRANGER, "hold", "held").code == 2
    finally:
        there.yard.chmod(0o755)
        there.call(OWNER, "worker", "stop")


def test_what_is_closed_is_told(there: Machine) -> None:
    """A log that readers may not open: which one, and what its owner is to do. A closed yard: as ever."""
    with there.start(OWNER, [there.python, "-c", HOLDING]) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        (there.yard / "jobyard.db-wal").chmod(0o600)
        told = there.call(STRANGER, "list")
        assert (told.code, told.err.count("\n")) == (2, 1)
        assert f"chmod a+r {there.yard}/jobyard.db-wal" in told.err
        holder.terminate()
    there.yard.chmod(0o700)
    assert "It is private" in there.call(STRANGER, "list").err
    there.yard.chmod(0o755)


HOLDING = """
import time
from jobyard.core.yard import Yard
with Yard.open() as yard:
    yard.hold(["held"]), yard.release(["held"]), yard.hold(["held"])
    print("open", flush=True)
    time.sleep(60)
"""
