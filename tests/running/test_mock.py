"""Workers without hardware: they and their jobs know it, and it stays with whoever takes over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.tui.cli.main import main
from tests.running.crewkit import Crew


@pytest.fixture
def crew(yard_home: Path) -> Iterator[Crew]:
    """A yard whose workers are those of the test."""
    found = Crew(yard_home)
    yield found
    found.close()


def test_mock_stays_from_hand_to_hand(crew: Crew) -> None:
    """A worker in a face, the process that it is handed to, and the one that takes it back: all are without hardware,
    and so are their jobs.
    """
    says = 'test "$JOBYARD_MOCK" = 1'
    crew.yard.start_worker("app", mock=True)
    assert [job.exit_code for job in crew.ended(crew.submit(says))] == [0]
    assert crew.yard.worker_detach().mock
    assert [job.exit_code for job in crew.ended(crew.submit(says))] == [0]
    attached = crew.yard.worker_attach()
    assert [info.mock for info in crew.yard.workers()] == [True]
    assert attached.stop()


def test_hardware_is_not_mock(crew: Crew) -> None:
    """A worker that was told nothing has the hardware, though one of its name had none before."""
    assert crew.yard.start_worker("app", name="bench", mock=True).stop()
    lasting = crew.yard.start_worker("app", name="bench")
    assert [info.mock for info in crew.yard.workers()] == [False]
    assert [job.exit_code for job in crew.ended(crew.submit('test -z "$JOBYARD_MOCK"'))] == [0]
    assert lasting.stop()


def test_no_mock_worker_beside_the_hardware(crew: Crew, capsys: pytest.CaptureFixture[str]) -> None:
    """Asked for one while another has the hardware, the answer is no; nor has an app without a worker any."""
    living = crew.yard.start_worker("app")
    assert main(["--yard", str(crew.home), "worker", "start", "--mock"]) != 0
    assert "has the hardware" in capsys.readouterr().err
    assert len(crew.yard.workers()) == 1
    assert living.stop()
    assert main(["--yard", str(crew.home), "--read-only", "--mock"]) == 2
    assert "--mock belongs to a worker" in capsys.readouterr().err
