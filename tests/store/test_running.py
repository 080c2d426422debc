"""Attempts that run: where they lie, what such jobs usually take, how far they are, what they use."""

from __future__ import annotations

from jobyard.core.runners.keeper.usagefile import UsageFile
from jobyard.core.store import running
from jobyard.core.usage import Sample
from jobyard.core.yard import Yard
from tests.store.kit import COMPLETED, FAILED, Lab


def began(lab: Lab, **fields: object) -> int:
    """A job that runs."""
    row = lab.submit(**fields)
    lab.claim()
    lab.start(row)
    return row


def ran(lab: Lab, seconds: float, ending: object = COMPLETED, **fields: object) -> int:
    """A job that has run for so long."""
    row = began(lab, **fields)
    lab.now += seconds
    lab.end(row, ending)
    return row


def test_only_what_runs_has_an_attempt_that_runs(lab: Lab) -> None:
    """Neither pending nor claimed nor ended jobs: only those whose process has started."""
    ended, runs, waits = ran(lab, 5.0), began(lab, estimate=7.0), lab.submit()
    found = running.attempts(lab.store, [ended, runs, waits, 999])
    assert found.keys() == {runs}
    assert (found[runs].number, found[runs].estimate) == (1, 7.0)
    assert found[runs].folder
    assert running.attempts(lab.store, []) == {}


def test_a_job_usually_takes_what_it_took(lab: Lab) -> None:
    """The median of completed runs of the same command in the same queue; failures and other commands do not count."""
    for seconds in (10.0, 30.0, 20.0):
        ran(lab, seconds, name="fit")
    ran(lab, 500.0, FAILED, name="fit")
    runs = began(lab, name="fit")
    assert running.usual(lab.store, [runs]) == {runs: 20.0}
    assert running.usual(lab.store, [999]) == {}


def test_progress_leans_on_earlier_runs(lab: Lab) -> None:
    """Early on, the end of a job that prints progress is where earlier runs ended, whatever its pace."""
    for _ in range(3):
        ran(lab, 100.0)
    runs, estimated = began(lab), began(lab, estimate=1000.0)
    with Yard.open(lab.home) as yard:
        yard._store.clock = lambda: lab.now
        for row, one in running.attempts(lab.store, [runs, estimated]).items():
            folder = lab.home / one.folder
            folder.mkdir(parents=True)
            (folder / "stdout").write_text("::progress 0.1 warm\n")
            UsageFile(str(folder)).add(Sample(lab.now + row, 4.0, 5, 6, 0.5), 1.0)
        lab.now += 1.0
        found = yard.progress([runs, estimated, 999])
        began_at = lab.now - 1.0
        assert found.keys() == {runs, estimated}
        assert (found[runs].fraction, found[runs].text) == (0.1, "warm")
        assert found[runs].expected_end == began_at + 0.1 * 10 + 0.9 * 100
        assert found[estimated].expected_end == began_at + 0.1 * 10 + 0.9 * 1000
        assert yard.progress([runs]).keys() == {runs}
        assert yard.usage_now([runs, 999]) == {runs: Sample(lab.now - 1.0 + runs, 4.0, 5, 6, 0.5)}
        assert yard.usage(runs) == (Sample(lab.now - 1.0 + runs, 4.0, 5, 6, 0.5),)
        assert yard.usage(lab.submit()) == ()
