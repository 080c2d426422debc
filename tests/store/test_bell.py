"""The doorbell reaches every listener, never blocks the one who rings, and sweeps up after the dead."""

from __future__ import annotations

import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jobyard.core.store import Bell
from jobyard.core.store.bell import Ringer
from tests.store.kit import Lab

LISTENER = """
import sys
from pathlib import Path
from jobyard.core.store import Bell
bell = Bell(Path(sys.argv[1]))
print(bell.name, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def rings(bell: Bell, seconds: float = 5.0) -> bool:
    return bool(select.select([bell], [], [], seconds)[0])


def listener(run: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", LISTENER, str(run)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_a_ring_reaches_everybody_but_oneself(run: Path) -> None:
    """Twenty listeners hear one ring; the one who rings does not wake itself."""
    bells = [Bell(run) for _ in range(20)]
    ringer = Ringer(run)
    ringer.but = bells[0].name
    ringer.ring()
    assert all(rings(bell) for bell in bells[1:])
    assert not rings(bells[0], 0)
    assert all(bell.drain() for bell in bells[1:])
    assert not any(bell.drain() for bell in bells)
    for bell in bells:
        bell.close()
    assert list((run / "bells").iterdir()) == []


def test_a_dead_listeners_socket_is_removed(run: Path) -> None:
    """Killed, it leaves socket and lock; the next ring takes them away and goes on to the others."""
    process, name = listener(run)
    process.kill()
    process.communicate()
    assert (run / "bells" / name).exists()
    with Bell(run) as bell:
        Ringer(run).ring()
        assert rings(bell)
        assert {path.name for path in (run / "bells").iterdir()} == {bell.name, f"{bell.name}.lock"}


def test_a_listener_that_lives_is_left_alone(run: Path) -> None:
    """Another process' bell stays where it is however often it is rung."""
    process, name = listener(run)
    for _ in range(100):
        Ringer(run).ring()
    assert (run / "bells" / name).exists()
    process.communicate("\n")


def test_a_full_buffer_blocks_nobody(run: Path) -> None:
    """A listener that never drains has been rung: that is all there is to tell it."""
    with Bell(run) as bell:
        ringer = Ringer(run)
        began = time.monotonic()
        for _ in range(2000):
            ringer.ring()
        assert time.monotonic() - began < 10
        assert bell.drain()


def test_paths_longer_than_a_sockets_name_do(tmp_path: Path) -> None:
    """A yard deep down in the tree has a bell as any other."""
    run = tmp_path / ("x" * 100) / ("y" * 100) / "run"
    run.mkdir(parents=True)
    with Bell(run) as bell:
        Ringer(run).ring()
        assert rings(bell)


def test_no_folder_no_ring(tmp_path: Path) -> None:
    """A yard that is gone keeps nobody from finishing."""
    Ringer(tmp_path / "nowhere" / "run").ring()


def test_a_commit_rings_and_a_heartbeat_does_not(lab: Lab) -> None:
    """Others hear of what they should see, and of nothing else."""
    from jobyard.core.store import workers

    with Bell(lab.store.run) as bell:
        workers.heartbeat(lab.store, lab.worker)
        assert not rings(bell, 0)
        lab.submit()
        assert rings(bell)


def test_a_transaction_that_fails_does_not_ring(lab: Lab) -> None:
    """Nothing was committed, so there is nothing to see."""
    with Bell(lab.store.run) as bell:
        with pytest.raises(ZeroDivisionError), lab.store.db.transaction():
            raise ZeroDivisionError
        assert not rings(bell, 0)


def test_the_backstop_sees_what_no_bell_told(lab: Lab) -> None:
    """data_version changes with every commit of another connection, and with none of one's own."""
    other = lab.another()
    before = lab.store.db.data_version()
    lab.submit()
    assert lab.store.db.data_version() == before
    with other.db.transaction(quiet=True) as connection:
        connection.execute("UPDATE worker SET heartbeat = 1")
    assert lab.store.db.data_version() != before
    other.close()
