"""After a keeper's death: jobs go on, the next keeper finds them, and nothing false is told."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobyard.core.runners.base import Ended, Started
from jobyard.core.runners.keeper import pidfd
from tests.running.keeperkit import Yard, alive, held, kill, result, until, witness, witnessed


@functools.cache
def kernel_tells_exits() -> bool:
    """Whether PIDFD_GET_INFO gives exit codes here (Linux 6.15)."""
    process = subprocess.Popen(["sh", "-c", "exit 7"])
    fd = os.pidfd_open(process.pid)
    process.wait()
    status = pidfd.exit_status(fd)
    os.close(fd)
    return status is not None


def true_or_lost(outcome: object, code: int | None, number: int | None = None) -> None:
    """The true numbers where the kernel gives them, else lost; never anything else."""
    assert isinstance(outcome, Ended)
    told = outcome.outcome
    if kernel_tells_exits():
        assert (told.exit_code, told.signal, told.cause) == (code, number, "")
    else:
        assert told.cause == "lost"
        assert "the keeper was killed" in told.message


def test_jobs_go_on_and_are_adopted(keeper_yard: Yard) -> None:
    """A killed keeper's jobs go on; the next one watches them and tells their exit codes."""
    keeper_yard.connect()
    specs = [keeper_yard.start(f"until [ -e go ]; do sleep 0.01; done; exit {code}") for code in (0, 9)]
    shot = keeper_yard.start("sleep 60")
    keeper_yard.kill_keeper()
    mark = len(keeper_yard.seen)
    keeper_yard.connect()
    keeper_yard.runner.adopt([held(spec) for spec in (*specs, shot)])
    for spec in (*specs, shot):
        keeper_yard.expect(Started, spec.token, since=mark)
    (keeper_yard.home / "go").touch()
    os.kill(keeper_yard.pid(shot), signal.SIGUSR1)
    for spec, code in zip(specs, (0, 9), strict=True):
        true_or_lost(keeper_yard.expect(Ended, spec.token), code)
    true_or_lost(keeper_yard.expect(Ended, shot.token), None, signal.SIGUSR1)


def test_ended_while_no_keeper_lived(keeper_yard: Yard) -> None:
    """A descriptor that the worker kept tells the true end of a job that ended between two keepers."""
    keeper_yard.connect()
    spec = keeper_yard.start("until [ -e go ]; do sleep 0.01; done; exit 6")
    pid = keeper_yard.pid(spec)
    keeper_yard.kill_keeper()
    (keeper_yard.home / "go").touch()
    until(lambda: not alive(pid))
    keeper_yard.connect()
    keeper_yard.runner.adopt([held(spec)])
    true_or_lost(keeper_yard.expect(Ended, spec.token), 6)


def test_ended_while_nobody_lived(keeper_yard: Yard) -> None:
    """Keeper and worker both dead when the job ended: lost with the reason, never a false success."""
    keeper_yard.connect()
    spec = keeper_yard.start("until [ -e go ]; do sleep 0.01; done")
    pid = keeper_yard.pid(spec)
    keeper_yard.kill_keeper()
    keeper_yard.runner.close()
    (keeper_yard.home / "go").touch()
    until(lambda: not Path(f"/proc/{pid}").exists())
    keeper_yard.runner = keeper_yard.another()
    keeper_yard.connect()
    keeper_yard.runner.adopt([held(spec)])
    outcome = keeper_yard.ended(spec.token)
    assert (outcome.cause, outcome.exit_code) == ("lost", None)
    assert "keeper was killed" in outcome.message


def test_adopted_job_is_stopped_with_its_tree(keeper_yard: Yard) -> None:
    """An adopted job's tree is known by its marks: session, token, log; a cancel ends all of it."""
    keeper_yard.connect()
    script = f"setsid sleep 60 & env -i setsid sleep 61 & echo $! > {keeper_yard.home}/pid; sleep 62"
    spec = keeper_yard.start(script)
    until((keeper_yard.home / "pid").exists)
    until(lambda: (keeper_yard.home / "pid").read_text())
    keeper_yard.kill_keeper()
    keeper_yard.connect()
    keeper_yard.runner.adopt([held(spec)])
    keeper_yard.runner.stop(spec.token, "cancel")
    outcome = keeper_yard.ended(spec.token)
    assert outcome.stopped == "cancel"
    assert not alive(keeper_yard.pid(spec))
    assert not alive(int((keeper_yard.home / "pid").read_text()))


def test_time_limit_goes_on_counting(keeper_yard: Yard) -> None:
    """An adopted job's limit counts from its start, not from its adoption; a stop asked for before is done."""
    keeper_yard.connect()
    limited = keeper_yard.start("sleep 60", time_limit=0.3)
    cancelled = keeper_yard.start("sleep 60")
    os.kill(max(keeper_yard.keepers), signal.SIGSTOP)
    keeper_yard.kill_keeper()
    keeper_yard.connect()
    keeper_yard.runner.adopt([held(limited), held(cancelled, stop="cancel")])
    assert keeper_yard.ended(limited.token).cause == "time limit"
    assert keeper_yard.ended(cancelled.token).stopped == "cancel"


def test_reused_pid(keeper_yard: Yard) -> None:
    """A process that merely has the pid of a job is neither watched nor stopped."""
    keeper_yard.connect()
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        spec = keeper_yard.spec("true")
        write_started(spec.folder, spec.token, pid=stranger.pid, ticks=1)
        keeper_yard.runner.adopt([held(spec, stop="cancel")])
        outcome = keeper_yard.ended(spec.token)
        assert outcome.cause == "lost"
        assert not outcome.stopped
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_host_restarted(keeper_yard: Yard) -> None:
    """An attempt of an earlier boot is lost, with that reason."""
    keeper_yard.connect()
    spec = keeper_yard.spec("true")
    write_started(spec.folder, spec.token, pid=os.getpid(), ticks=1, boot="another")
    keeper_yard.runner.adopt([held(spec)])
    outcome = keeper_yard.ended(spec.token)
    assert (outcome.cause, outcome.message) == ("lost", "the host was restarted")


def write_started(folder: str, token: str, pid: int, ticks: int, boot: str = "") -> None:
    """A ``started`` file as a keeper would have left it."""
    boot = boot or Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    facts = {"pid": pid, "ticks": ticks, "boot": boot, "at": 1.0, "boot_at": 1.0}
    intent = {"token": token, "job": "JOB-20260101-00001", "boot": boot, "boot_at": 1.0}
    Path(folder).mkdir(parents=True)
    lines = [json.dumps(line).ljust(255) + "\n" for line in (intent, facts)]
    Path(folder, "started").write_text("".join(lines))


@pytest.mark.parametrize("ask", ["adopt", "disown"])
def test_what_never_started_never_will(keeper_yard: Yard, ask: str) -> None:
    """An attempt without a trace is answered never, after a tombstone; a late start does not run it."""
    keeper_yard.connect()
    spec = keeper_yard.spec(witness(keeper_yard.home))
    getattr(keeper_yard.runner, ask)([held(spec)])
    assert keeper_yard.disowned(spec.token).answer == "never"
    assert json.loads(Path(spec.folder, "starting").read_text().splitlines()[0])["tombstone"] is True
    mark = len(keeper_yard.seen)
    keeper_yard.runner.start([spec])
    assert keeper_yard.disowned(spec.token, since=mark).answer == "never"
    assert witnessed(keeper_yard.home) == []


def test_a_folder_that_another_attempt_was_in(keeper_yard: Yard) -> None:
    """Ids come again where an old backup was restored: nothing is started, nothing is taken for its own, it is told."""
    keeper_yard.connect()
    before = keeper_yard.spec("exit 5")
    keeper_yard.runner.start([before])
    assert keeper_yard.ended(before.token).exit_code == 5
    again = keeper_yard.spec(witness(keeper_yard.home), folder=before.folder)
    keeper_yard.runner.start([again])
    answer = keeper_yard.disowned(again.token)
    assert (answer.answer, answer.why) == ("never", f"{before.folder} belongs to another attempt")
    assert witnessed(keeper_yard.home) == []
    assert result(before)["exit_code"] == 5


def test_disown_of_what_runs_or_has_ended(keeper_yard: Yard) -> None:
    """Disowning tells the truth: runs; ended, and then how."""
    keeper_yard.connect()
    running, over = keeper_yard.start("sleep 60"), keeper_yard.spec("exit 2")
    keeper_yard.runner.start([over])
    keeper_yard.ended(over.token)
    mark = len(keeper_yard.seen)
    keeper_yard.runner.disown([held(running), held(over)])
    assert keeper_yard.disowned(running.token).answer == "runs"
    assert keeper_yard.disowned(over.token).answer == "ended"
    assert keeper_yard.ended(over.token, since=mark).exit_code == 2


def test_outcomes_are_repeated_until_acknowledged(keeper_yard: Yard) -> None:
    """An outcome outlives keeper and workers; an acknowledged one is not told again, and its segment goes."""
    keeper_yard.connect()
    kept, done = keeper_yard.spec("exit 3"), keeper_yard.spec("exit 4")
    keeper_yard.runner.start([kept, done])
    keeper_yard.ended(kept.token), keeper_yard.ended(done.token)
    keeper_yard.kill_keeper()
    mark = len(keeper_yard.seen)
    keeper_yard.connect()
    assert keeper_yard.ended(kept.token, since=mark).exit_code == 3
    keeper_yard.runner.acknowledge([kept.token, done.token])
    until(lambda: not list((keeper_yard.home / "run").glob("outcomes-*.log")))


def test_torn_outcomes_log(keeper_yard: Yard) -> None:
    """Torn and foreign lines are skipped; whole ones before and after them are told."""
    keeper_yard.connect()
    spec = keeper_yard.spec("exit 3")
    keeper_yard.runner.start([spec])
    keeper_yard.ended(spec.token)
    keeper_yard.kill_keeper()
    log = next((keeper_yard.home / "run").glob("outcomes-*.log"))
    whole = log.read_bytes()
    log.write_bytes(b'{"ev":"ended","tok\n\0\0garbage\n[1]\n{"token":1}\n' + whole + whole[: len(whole) // 2])
    mark = len(keeper_yard.seen)
    keeper_yard.connect()
    assert keeper_yard.ended(spec.token, since=mark).exit_code == 3
    assert keeper_yard.run("exit 5").exit_code == 5


def test_process_without_record_is_found_by_its_token(
    keeper_yard: Yard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A keeper that dies between spawn and record leaves a process that the next one finds, watches and stops."""
    monkeypatch.setenv("JOBYARD_CRASH_AT", "keeper.after_spawn")
    monkeypatch.setenv("JOBYARD_CRASH_ONCE", str(tmp_path))
    keeper_yard.connect()
    spec = keeper_yard.spec(f"{witness(keeper_yard.home)}; sleep 60")
    mark = len(keeper_yard.seen)
    keeper_yard.runner.start([spec])
    until(lambda: keeper_yard.hear() or not keeper_yard.runner.connected)
    keeper_yard.connect()
    keeper_yard.runner.adopt([held(spec)])
    pid = keeper_yard.expect(Started, spec.token, since=mark).pid
    keeper_yard.runner.stop(spec.token, "cancel")
    assert keeper_yard.ended(spec.token).stopped == "cancel"
    assert not alive(pid)


def test_leftovers_of_a_job_that_ended_meanwhile(keeper_yard: Yard) -> None:
    """What a job left behind while no keeper lived is stopped before its end is told."""
    keeper_yard.connect()
    spec = keeper_yard.start("sleep 60 & echo $! > pid; until [ -e go ]; do sleep 0.01; done; exit 1")
    pid = keeper_yard.pid(spec)
    keeper_yard.kill_keeper()
    (keeper_yard.home / "go").touch()
    until(lambda: not alive(pid))
    child = int((keeper_yard.home / "pid").read_text())
    assert alive(child)
    keeper_yard.connect()
    keeper_yard.runner.adopt([held(spec)])
    true_or_lost(keeper_yard.expect(Ended, spec.token), 1)
    assert not alive(child)


def test_only_one_keeper(keeper_yard: Yard) -> None:
    """A second keeper of a yard leaves at once; many workers at once share one."""
    pid = keeper_yard.connect()
    command = [sys.executable, "-P", "-m", "jobyard.core.runners.keeper", str(keeper_yard.home)]
    assert subprocess.run(command, check=False, timeout=20).returncode == 0
    others = [keeper_yard.another() for _ in range(4)]
    for other in others:
        other.ensure()
        assert other.events()[0].pid == pid  # type: ignore[union-attr]
        other.close()
    kill(pid)
