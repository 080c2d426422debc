"""What jobs use is sampled by the keeper, whoever holds them, and read through the yard."""

from __future__ import annotations

import os
from pathlib import Path

from jobyard.core import usage
from jobyard.core.runners.keeper import procfs, sampling
from tests.running.keeperkit import Yard, held, until

_BURN = "python3 -c 'x = bytearray(30_000_000)\nwhile True: pass'"


def test_a_tree_is_sampled_and_goes_on_with_the_next_keeper(keeper_yard: Yard) -> None:
    """CPU time and memory of a job's children are on record a second after its start; adopted, it is sampled on."""
    keeper_yard.connect()
    burning, short = keeper_yard.start(f"{_BURN} & wait"), keeper_yard.spec("exit 0")
    keeper_yard.runner.start([short])
    keeper_yard.ended(short.token)
    path = Path(burning.folder, "usage")
    until(lambda: (found := usage.last(path)) and found.cpu_seconds > 0.2 and found.rss > 30_000_000, "a sample")
    first = usage.last(path)
    assert first is not None
    assert first.processes >= 2
    assert not Path(short.folder, "usage").exists()
    keeper_yard.kill_keeper()
    keeper_yard.connect()
    keeper_yard.runner.adopt([held(burning)])
    until(lambda: (found := usage.last(path)) and found.cpu_seconds > first.cpu_seconds + 0.2, "more samples")
    assert usage.read(path)[0].at <= first.at
    keeper_yard.runner.stop(burning.token, "cancel")
    keeper_yard.ended(burning.token)


def test_what_a_station_uses_is_its_attempts(tmp_path: Path) -> None:
    """From the moment it was lent, as long as it is the same process; a folder without a loan has nothing of it."""
    assert sampling.lent_to(str(tmp_path)) == []
    seen, spent = procfs.stat(os.getpid()), procfs.spent(os.getpid())
    assert seen
    assert spent
    (tmp_path / sampling.LENT).write_text(f"{os.getpid()} {seen.ticks} {spent.ticks - 30}\n")
    (found,) = sampling.lent_to(str(tmp_path))
    assert 30 <= found.ticks < 3000
    assert found.rss > 1_000_000
    (tmp_path / sampling.LENT).write_text(f"{os.getpid()} {seen.ticks + 1} 0\n")
    assert sampling.lent_to(str(tmp_path)) == []
