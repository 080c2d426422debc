"""Provenance in the store: frozen with the claim, completed a moment later, shared by those whose it is the same."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobyard.core import recording
from jobyard.core.models import JobSpec, Provenance
from jobyard.core.provenance import gitdiff
from jobyard.core.recording import Recorder
from jobyard.core.store import blobs, claims, provenance, submit
from jobyard.core.store.claims import Claimed
from jobyard.core.store.store import Retrying
from tests.core.test_provenance import git
from tests.store.kit import COMPLETED, Lab


class Bench(Lab):
    """A store whose claims are recorded."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, slots=64)
        self.recorder = Recorder(self.store)

    def add(self, *argv: str, cwd: str = "/", env: str = "{}") -> int:
        """A job of this command; its row."""
        fields = json.dumps({"command": list(argv)})
        job = submit.NewJob(
            JobSpec(fields={}, cwd=cwd, umask=0o27, **Retrying()._asdict()), 1, fields, " ".join(argv),
            submit.intern_environment(self.store, env),
        )  # fmt: skip
        return submit.add(self.store, [job])[0]

    def begin(self) -> list[Claimed]:
        """Claim what there is."""
        with self.store.db.transaction() as connection:
            claimed = claims.claim(self.store, connection, self.worker, {}, None, self.recorder.freeze)
        self.tokens.update((job.row, job.token) for job in claimed)
        return claimed

    def settle(self) -> None:
        """Until everything that was asked is answered."""
        until(lambda: self.recorder._answers or not self.recorder._waiting)
        self.recorder.turn()
        if self.recorder._waiting:
            self.settle()

    def came(self, row: int) -> Provenance:
        found = provenance.load(self.store, row, 1)
        assert found is not None
        return found

    def count(self) -> int:
        return int(self.store.db.value("SELECT count(*) FROM blob"))


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "this should have happened by now"
        time.sleep(0.002)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A store with a recorder."""
    found = Bench(tmp_path / "yard")
    yield found
    found.recorder.close()
    found.sound()
    found.close()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with a commit and a change."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "a").write_text("one\n")
    git(folder, "add", "a")
    git(folder, "commit", "-qm", "first")
    (folder / "a").write_text("two\n")
    return folder


def test_what_went_in_is_frozen_with_the_claim(bench: Bench) -> None:
    """Before anybody has looked at a file, and whatever becomes of the worker."""
    row = bench.add("sh", "-c", "true", cwd="/tmp", env='{"A":"1"}')
    bench.begin()
    came = bench.came(row)
    assert (came.argv, came.cwd, came.umask) == (("sh", "-c", "true"), "/tmp", 0o27)
    assert came.environment == {"A": "1"}
    assert (came.host, came.user) == ("host", "ada")
    assert came.kernel.startswith("Linux ")
    assert came.taken_at is None
    assert "worker left" in came.git.why


def test_what_files_tell_is_added(bench: Bench, repo: Path) -> None:
    """Interpreter, revision, branch, and what was not committed, with the time at which it was taken."""
    row = bench.add("sh", "-c", "true", cwd=str(repo), env='{"PATH":"/bin"}')
    bench.begin()
    bench.settle()
    came = bench.came(row)
    assert came.interpreter["program"] == "/bin/sh"
    assert (came.git.revision, came.git.branch) == (git(repo, "rev-parse", "HEAD"), "main")
    assert "-one\n+two\n" in came.git.diff
    assert came.taken_at == bench.now


def test_jobs_of_a_second_share_one_look_and_their_rows(
    bench: Bench, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred jobs: one look at git, three blobs, and the later ones are complete with their claim."""
    looks = []
    take = gitdiff.take
    monkeypatch.setattr(gitdiff, "take", lambda *words: looks.append(words) or take(*words))
    monkeypatch.setattr("jobyard.core.provenance.facts.FRESH", 3600.0)
    first = [bench.add("true", cwd=str(repo)) for _ in range(40)]
    while bench.begin():
        pass
    bench.settle()
    for row in first:
        bench.end(row, COMPLETED)
    later = [bench.add("true", cwd=str(repo)) for _ in range(40)]
    while bench.begin():
        pass
    assert not bench.recorder._waiting
    assert len({str(bench.came(row)) for row in first + later}) == 1
    assert (len(looks), bench.count()) == (1, 3)


def test_a_start_never_waits_for_git(bench: Bench, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository that hangs costs its own jobs their facts, and nobody anything else."""
    gate = threading.Event()
    monkeypatch.setattr(gitdiff, "take", lambda *words: gate.wait(30) and gitdiff.Dirty(b"late"))
    row = bench.add("true", cwd=str(repo))
    assert len(bench.begin()) == 1
    bench.end(row, COMPLETED)
    assert bench.recorder.busy()
    gate.set()
    bench.settle()
    assert bench.came(row).git.diff == "late"
    assert not bench.recorder.busy()


def test_a_worker_does_not_stay_for_ever(bench: Bench, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few seconds are what the last facts are worth."""
    gate = threading.Event()
    monkeypatch.setattr(gitdiff, "take", lambda *words: gate.wait(30) and gitdiff.Dirty())
    now = [0.0]
    bench.recorder = Recorder(bench.store, lambda: now[0])
    bench.add("true", cwd=str(repo))
    bench.begin()
    assert bench.recorder.busy()
    now[0] += recording.STAY
    assert not bench.recorder.busy()
    gate.set()


def test_a_look_that_fails_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a file system may think of."""

    def broken(*words: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("jobyard.core.provenance.facts.gitfiles.find", broken)
    row = bench.add("true")
    bench.begin()
    bench.settle()
    assert "Input/output error" in bench.came(row).git.why


def test_a_transaction_that_is_rolled_back_leaves_no_reference(bench: Bench) -> None:
    """What was about to be shared is made again by the next claim."""
    row = bench.add("true")
    with pytest.raises(ZeroDivisionError), bench.store.db.transaction() as connection:
        claims.claim(bench.store, connection, bench.worker, {}, None, bench.recorder.freeze)
        raise ZeroDivisionError
    assert bench.count() == 0
    bench.begin()
    assert bench.came(row).cwd == "/"
    bench.settle()
    assert bench.came(row).git.why == "not in a git repository"


def test_long_commands_are_stored_once(bench: Bench) -> None:
    """A script of some length that a thousand jobs share is no part of a thousand rows."""
    script = "# " + "x" * 5000
    rows = [bench.add("sh", "-c", script) for _ in range(5)]
    bench.begin()
    assert all(bench.came(row).argv == ("sh", "-c", script) for row in rows)
    assert bench.store.db.value("SELECT max(length(provenance)) FROM attempt") < 200


def test_blobs_that_nothing_needs_are_removed(bench: Bench, repo: Path) -> None:
    """After a day in which nobody asked for them; what an attempt refers to stays."""
    gone = bench.add("true", cwd=str(repo))
    bench.begin()
    bench.settle()
    bench.end(gone, COMPLETED)
    bench.store.db.rows("DELETE FROM event WHERE job_id = ?", (gone,))
    bench.store.db.rows("DELETE FROM job WHERE id = ?", (gone,))
    kept = bench.add("sh", "-c", "x" * 3000)
    bench.begin()
    bench.settle()
    before = bench.count()
    assert sum(blobs.sweep(bench.store)) == 0
    bench.now += blobs.UNUSED + 1
    assert sum(blobs.sweep(bench.store)) == 3
    assert bench.count() == before - 3
    assert bench.came(kept).argv == ("sh", "-c", "x" * 3000)
    assert bench.came(kept).cwd == "/"


def test_a_blob_asked_for_again_is_not_removed(bench: Bench) -> None:
    """Also if its first row is long ago, and its new reference is not written yet."""
    with bench.store.db.transaction() as connection:
        row, existed = blobs.intern(bench.store, connection, "text")
    bench.now += blobs.UNUSED * 2
    with bench.store.db.transaction() as connection:
        again = blobs.intern(bench.store, connection, "text")
    assert (existed, again) == (False, (row, True))
    assert sum(blobs.sweep(bench.store)) == 0
    assert blobs.load(bench.store, row) == "text"
