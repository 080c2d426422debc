"""Provenance: revisions read from git's own files, changes asked of git with nothing of a repository's own run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jobyard.core.provenance import gitdiff, gitfiles, interpreter
from jobyard.core.provenance.facts import FRESH, FactFinder, question

NAME = {"GIT_AUTHOR_NAME": "ada", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "ada", "GIT_COMMITTER_EMAIL": "a@b"}


def git(folder: Path, *words: str) -> str:
    """What git prints."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *words], cwd=folder, env={**clean, **NAME}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with one commit on main."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.txt").write_text("one\n")
    git(folder, "add", "a.txt")
    git(folder, "commit", "-qm", "first")
    return folder


def head(folder: Path) -> gitfiles.Head:
    """What the files of the repository around *folder* say."""
    found = gitfiles.find(str(folder))
    assert found is not None
    return gitfiles.head(found)


# -- revisions --------------------------------------------------------------------------------------


def test_a_branch(repo: Path) -> None:
    """The revision that git names, from a folder below."""
    (repo / "deep/er").mkdir(parents=True)
    assert head(repo / "deep/er") == (git(repo, "rev-parse", "HEAD"), "main", "")


def test_a_detached_head(repo: Path) -> None:
    """There is no branch."""
    git(repo, "checkout", "-q", "--detach")
    assert head(repo) == (git(repo, "rev-parse", "HEAD"), "", "")


def test_packed_references(repo: Path) -> None:
    """Of several whose names are alike, the right one."""
    git(repo, "branch", "x/main")
    git(repo, "commit", "-qm", "second", "--allow-empty")
    git(repo, "branch", "mainly")
    git(repo, "pack-refs", "--all")
    assert not (repo / ".git/refs/heads/main").exists()
    assert head(repo) == (git(repo, "rev-parse", "HEAD"), "main", "")


def test_a_worktree(repo: Path, tmp_path: Path) -> None:
    """Its HEAD is its own, its branches are the repository's, packed or not."""
    git(repo, "worktree", "add", "-q", "-b", "side", str(tmp_path / "tree"))
    git(tmp_path / "tree", "commit", "-qm", "second", "--allow-empty")
    assert head(tmp_path / "tree") == (git(tmp_path / "tree", "rev-parse", "HEAD"), "side", "")
    git(repo, "pack-refs", "--all")
    assert head(tmp_path / "tree").revision == git(tmp_path / "tree", "rev-parse", "HEAD") != head(repo).revision


def test_a_submodule(repo: Path, tmp_path: Path) -> None:
    """Its file .git leads to its folder, which is not the outer repository's."""
    inner = tmp_path / "inner"
    shutil.copytree(repo, inner)
    git(inner, "commit", "-qm", "its own", "--allow-empty")
    git(repo, "submodule", "--quiet", "add", str(inner), "sub")
    found = gitfiles.find(str(repo / "sub"))
    assert found is not None
    assert found.root == str(repo / "sub")
    assert gitfiles.head(found).revision == git(inner, "rev-parse", "HEAD") != head(repo).revision


def test_before_the_first_commit(tmp_path: Path) -> None:
    """A branch, and no revision."""
    git(tmp_path, "init", "-q", "-b", "main")
    assert head(tmp_path) == ("", "main", "")


def test_no_repository(tmp_path: Path) -> None:
    """Neither where there is none, nor where something only looks like one."""
    assert gitfiles.find(str(tmp_path)) is None
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    assert gitfiles.find(str(tmp_path)) is None
    (tmp_path / ".git").write_text("something else")
    assert gitfiles.find(str(tmp_path)) is None
    assert gitfiles.find(str(tmp_path / "missing")) is None


@pytest.mark.parametrize(
    "content", ["ref: ../../etc/passwd", "ref: refs/../../x", "nonsense", "", "ref: refs/heads/a\0b"]
)
def test_a_head_that_makes_no_sense(repo: Path, content: str) -> None:
    """Nothing outside is read, nothing is made up."""
    (repo / ".git/HEAD").write_text(content)
    assert head(repo).revision == ""


def test_pipes_in_place_of_files_do_not_block(repo: Path) -> None:
    """A reader would wait for a writer for ever."""
    (repo / ".git/refs/heads/main").unlink()
    os.mkfifo(repo / ".git/refs/heads/main")
    os.mkfifo(repo / ".git/packed-refs")
    assert head(repo).revision == ""


# -- what is not committed ----------------------------------------------------------------------------


def test_changes_and_new_files(repo: Path) -> None:
    """Staged or not, against the last commit; what is ignored is not listed."""
    (repo / ".gitignore").write_text("*.log\n")
    git(repo, "add", ".gitignore")
    (repo / "a.txt").write_text("two\n")
    (repo / "nëw").write_text("")
    (repo / "x.log").write_text("")
    found = gitdiff.take(str(repo))
    assert b"-one\n+two\n" in found.diff
    assert b"+*.log" in found.diff
    assert (found.untracked, found.more, found.cut, found.why) == (("nëw",), False, False, "")


def test_a_long_diff_is_cut(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its most bytes, and it says so."""
    monkeypatch.setattr(gitdiff, "MOST_DIFF", 1000)
    (repo / "a.txt").write_text("x\n" * 10_000)
    found = gitdiff.take(str(repo))
    assert (len(found.diff), found.cut, found.why) == (1000, True, "")


@pytest.mark.parametrize(
    ("setting", "attributes"),
    [
        ("core.fsmonitor", ""),
        ("diff.external", ""),
        ("core.pager", ""),
        ("diff.evil.command", "* diff=evil"),
        ("diff.evil.textconv", "* diff=evil"),
        ("filter.evil.clean", "* filter=evil"),
        ("filter.evil.process", "* filter=evil"),
        ("filter.Ev il.clean", ""),
    ],
)
def test_no_program_of_a_repository_is_run(repo: Path, setting: str, attributes: str) -> None:
    """Whatever its configuration and attributes name."""
    witness = repo.parent / "witness"
    script = repo.parent / "evil"
    script.write_text(f"#!/bin/sh\ntouch {witness}\ncat\n")
    script.chmod(0o755)
    (repo / ".gitattributes").write_text(attributes + "\n")
    (repo / "a.txt").write_text("two\n")
    git(repo, "config", setting, str(script))
    found = gitdiff.take(str(repo))
    assert not witness.exists()
    assert b"+two" in found.diff


def test_hooks_of_a_submodule_are_not_run(repo: Path, tmp_path: Path) -> None:
    """Git would look into it with a process that has its configuration."""
    inner = tmp_path / "inner"
    shutil.copytree(repo, inner)
    git(repo, "submodule", "--quiet", "add", str(inner), "sub")
    git(repo, "commit", "-qm", "sub")
    witness = tmp_path / "witness"
    (tmp_path / "evil").write_text(f"#!/bin/sh\ntouch {witness}\n")
    (tmp_path / "evil").chmod(0o755)
    git(repo / "sub", "config", "core.fsmonitor", str(tmp_path / "evil"))
    (repo / "sub/a.txt").write_text("changed\n")
    assert gitdiff.take(str(repo)).why == ""
    assert not witness.exists()


def test_a_filter_that_cannot_be_switched_off(repo: Path) -> None:
    """Its name would be taken apart at the wrong place: then git is not asked."""
    git(repo, "config", "--file", ".git/config", "filter.a=b.clean", "false")
    assert "filters" in gitdiff.take(str(repo)).why


def test_somebody_elses_repository(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git refuses it, and that is told."""
    ours = gitdiff._environment()
    monkeypatch.setattr(gitdiff, "_environment", lambda: {**ours, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    (repo / "a.txt").write_text("two\n")
    found = gitdiff.take(str(repo))
    assert "another account" in found.why
    assert found.diff == b""


def test_no_git(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The revision is known all the same."""
    monkeypatch.setenv("PATH", "/nonexistent")
    assert gitdiff.take(str(repo)).why == "git is not installed"
    assert len(head(repo).revision) == 40


def test_git_that_takes_too_long_is_stopped(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job has long started; its provenance says why it lacks the diff."""
    (tmp_path / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(gitdiff, "PATIENCE", 0.2)
    assert "longer than" in gitdiff.take(str(repo)).why
    assert gitdiff.take(str(repo), given_up=lambda: True).why == "the worker left"


# -- interpreters --------------------------------------------------------------------------------------


def test_a_script_names_its_interpreter(tmp_path: Path) -> None:
    """Also through env; links are followed, and Python's version is read from where it stands."""
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin/python3").symlink_to(sys.executable)
    (venv / "pyvenv.cfg").write_text("home = /usr\nversion = 3.99.1\n")
    script = tmp_path / "run.py"
    script.write_text("#!/usr/bin/env -S python3 -u\nprint()\n")
    script.chmod(0o755)
    found = interpreter.program(("./run.py", "x"), str(tmp_path), str(venv / "bin"))
    assert found["program"] == str(script)
    assert found["interpreter"] == str(venv / "bin/python3")
    assert found["real"] == os.path.realpath(sys.executable)
    assert found["python"] == "3.99.1"


def test_a_program_is_found_in_the_jobs_own_path(tmp_path: Path) -> None:
    """Not in ours; relative parts of it are the job's folder."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/tool").write_bytes(b"\x7fELF")
    (tmp_path / "bin/tool").chmod(0o755)
    assert interpreter.program(("tool",), str(tmp_path), "/nowhere:bin") == {"program": str(tmp_path / "bin/tool")}
    assert interpreter.program(("tool",), "/", "/nowhere") == {}
    assert interpreter.program((), "/", "/bin") == {}


# -- facts ----------------------------------------------------------------------------------------------


class Looks:
    """A finder whose time goes when told."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.finder = FactFinder(lambda: self.now, lambda: self.now)


def test_facts_serve_for_a_second(repo: Path) -> None:
    """Jobs of one submit cost one look; what is older is looked for again."""
    looks = Looks()
    asked = question(("sh",), str(repo), "/bin")
    assert looks.finder.known(asked) is None
    facts = looks.finder.look(asked)
    assert facts.told["git"]["revision"] == head(repo).revision
    looks.now += FRESH * 0.9
    assert looks.finder.known(asked) is facts
    looks.now += FRESH
    assert looks.finder.known(asked) is None


def test_a_commit_is_seen_at_once(repo: Path) -> None:
    """Facts are never of another revision than the one that the job finds."""
    looks = Looks()
    asked = question(("sh",), str(repo), "/bin")
    looks.finder.look(asked)
    git(repo, "commit", "-qm", "second", "--allow-empty")
    assert looks.finder.known(asked) is None
    assert looks.finder.look(asked).told["git"]["revision"] == git(repo, "rev-parse", "HEAD")


def test_git_can_be_switched_off(repo: Path) -> None:
    """Then no file of it is read."""
    finder = FactFinder(lambda: 0.0, git=lambda: False)
    assert finder.look(question(("sh",), str(repo), "/bin")).told["git"] == {"why": "switched off"}
