"""``jobyard diff``, and where runs came from: ``show`` with provenance and environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobyard.core.yard import Yard
from tests.cli.conftest import Call, one_line
from tests.core.test_provenance import git

Work = Callable[[], None]

PROVENANCE = "attempt argv cwd umask environment_hash host kernel user jobyard taken_at interpreter git grants"
GIT = "root revision branch diff cut untracked more why"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with a commit."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "fit.py").write_text("steps = 1\nrate = 2\n")
    git(folder, "add", "fit.py")
    git(folder, "commit", "-qm", "first")
    return folder


def differences(call: Call, *words: object) -> dict[str, tuple[Any, Any]]:
    """What differs, with both sides."""
    found = call("diff", *words, "--json").json
    return {each["what"]: (each["one"], each["other"]) for each in found["differences"] if each["counts"]}


def test_two_runs_of_the_same(call: Call, work: Work):
    """Exit 0, whatever was measured."""
    one, other = (call("submit", "--", "true").id for _ in range(2))
    work()
    found = call("diff", one, other)
    assert found.code == 0, found
    assert found.out.splitlines()[:2] == [f"--- {one} attempt 1", f"+++ {other} attempt 1"]
    assert "Nothing that counts differs." in found.out
    assert call("diff", one, other, "--json").json["same"] is True


def test_what_went_in_and_what_came_out(call: Call, work: Work, tmp_path: Path):
    """Command, folder, umask, resources, limits, and how they ended; exit 1 as of diff(1)."""
    one = call("submit", "--cwd", "/", "--umask", "022", "--", "sh", "-c", "exit 0").id
    other = call(
        "submit", "--cwd", tmp_path, "--umask", "077", "--time-limit", "1m", "--cpus", "1", "--", "sh", "-c", "exit 3"
    ).id
    work()
    assert call("diff", one, other).code == 1
    found = differences(call, one, other)
    assert found["command"] == ("sh -c 'exit 0'", "sh -c 'exit 3'")
    assert found["folder"] == ("/", str(tmp_path))
    assert found["umask"] == ("022", "077")
    assert found["time limit"] == (None, "1m")
    assert found["resources"] == (None, "cpus=1")
    assert (found["state"], found["exit code"]) == (("completed", "failed"), ("0", "3"))


def test_environments_by_name_and_never_a_secret(call: Call, work: Work):
    """Added, removed, changed; of what looks like a secret only that."""
    plain, secret = (
        ("--env", "PLAIN=1", "--env", "GONE=x"),
        ("--env", "MY_TOKEN=hush-one", "--env", "DB=p://u:hush-a@h/"),
    )
    more = ("--env", "PLAIN=2", "--env", "NEW=y", "--env", "MY_TOKEN=hush-two", "--env", "DB=p://u:hush-b@h/")
    one, other = call("submit", *plain, *secret, "--", "true").id, call("submit", *more, "--", "true").id
    work()
    found = {what.removeprefix("environment "): sides for what, sides in differences(call, one, other).items()}
    assert found == {
        "DB": ("***", "***"), "GONE": ("x", None), "MY_TOKEN": ("***", "***"), "NEW": (None, "y"), "PLAIN": ("1", "2"),
    }  # fmt: skip
    assert "hush" not in call("diff", one, other).out


def test_revisions_and_what_was_not_committed(call: Call, work: Work, repo: Path):
    """The state of the code at each start, file by file."""
    one = call("submit", "--cwd", repo, "--", "true").id
    work()
    (repo / "fit.py").write_text("steps = 1\nrate = 3\n")
    (repo / "notes").write_text("")
    before = git(repo, "rev-parse", "HEAD")
    git(repo, "commit", "-qm", "second", "--allow-empty")
    other = call("submit", "--cwd", repo, "--", "true").id
    work()
    found = differences(call, one, other)
    assert found["revision"] == (before, git(repo, "rev-parse", "HEAD"))
    assert found["new files"] == (None, "notes")
    assert "+-rate = 2\n++rate = 3\n" in call("diff", one, other).out


def test_attempts_of_one_job(call: Call, work: Work):
    """Its last two, or those that are named."""
    script = "echo cannot do $JOBYARD_NUMBER; exit $JOBYARD_NUMBER"
    id = call("submit", "--retries", 2, "--retry-delay", 0, "--", "sh", "-c", script).id
    work()
    assert differences(call, id) == {"exit code": ("2", "3")}
    assert differences(call, id, id, "--attempt", 1, "--attempt", 3) == {"exit code": ("1", "3")}
    assert "no attempt 7" in one_line(call("diff", id, id, "--attempt", 7))


def test_code_is_compared_line_by_line(call: Call, work: Work, tmp_path: Path):
    """What an eval job ran, as a unified diff."""
    jobs = tmp_path / "jobs.jsonl"
    lines = [
        '{"kind":"eval","code":"a = 1\\nb = 2\\n","name":"x"}',
        '{"kind":"eval","code":"a = 1\\nb = 3\\n","name":"y"}',
    ]
    jobs.write_text("\n".join(lines))
    assert call("submit", "--file", jobs).code == 0
    found = call("diff", "x", "y").out
    assert "\n a = 1\n-b = 2\n+b = 3\n" in found


def test_jobs_that_were_never_started(call: Call):
    """What was asked for is compared; there is nothing else yet."""
    one, other = call("submit", "--", "true").id, call("submit", "--", "false").id
    assert differences(call, one, other) == {"command": ("true", "false")}
    assert f"--- {one}, never started" in call("diff", one, other).out


def test_one_job_alone(call: Call):
    """Without an earlier attempt there is nothing to compare it with."""
    id = call("submit", "--", "true").id
    assert "0 attempts" in one_line(call("diff", id))
    three = [word for number in (1, 2, 3) for word in ("--attempt", number)]
    assert "3 times" in one_line(call("diff", id, id, *three))


# -- show ------------------------------------------------------------------------------------------------


def test_show_has_a_section_on_provenance(call: Call, work: Work, repo: Path):
    """Where the last attempt came from, in short."""
    (repo / "new").write_text("")
    id = call("submit", "--cwd", repo, "--", "sh", "-c", "exit 0").id
    assert "Provenance" not in call("show", id).out
    work()
    shown = call("show", id).out.partition("Provenance of attempt 1\n")[2]
    facts = {line.split("  ")[0]: line.split("  ")[-1].strip() for line in shown.splitlines()}
    assert facts["folder"] == str(repo)
    assert facts["revision"] == f"{git(repo, 'rev-parse', 'HEAD')} (main)"
    assert (facts["uncommitted"], facts["new files"]) == ("none", "new")
    assert facts["program"].endswith("/sh")
    assert {"host", "kernel", "user", "jobyard", "umask", "looked at", "environment"} <= set(facts)


def test_provenance_with_the_whole_diff(call: Call, work: Work, repo: Path):
    """As text and as JSON with its documented keys; null for a job that was never started."""
    (repo / "fit.py").write_text("steps = 9\n")
    id = call("submit", "--cwd", repo, "--", "true").id
    assert call("show", id, "--provenance", "--json").json is None
    assert "never started" in call("show", id, "--provenance").err
    work()
    assert "\n+steps = 9\n" in call("show", id, "--provenance").out
    found = call("show", id, "--provenance", "--attempt", 1, "--json").json
    assert set(found) == set(PROVENANCE.split())
    assert set(found["git"]) == set(GIT.split())
    assert found["argv"] == ["true"]
    assert "no attempt 2" in one_line(call("show", id, "--provenance", "--attempt", 2))


def test_the_environment_is_masked_wherever_it_is_shown(call: Call, work: Work, yard_home: Path):
    """No --json and no text prints what looks like a secret."""
    id = call("submit", "-n", "quiet", "--env", "API_KEY=hush", "--env", "URL=http://u:hush@h/", "--", "false").id
    work()
    shown = call("show", id, "--environment", "--json").json
    assert (shown["API_KEY"], shown["URL"]) == ("***", "http://***@h/")
    assert "API_KEY=***" in call("show", id, "--environment").out.splitlines()
    for words in (
        ["show", id], ["show", id, "--json"], ["list", "--json"], ["show", id, "--provenance", "--json"],
        ["failed", "--json"], ["history", id, "--json"], ["why", id, "--json"], ["diff", id, id, "--json"],
        ["show", id, "--environment"],
    ):  # fmt: skip
        assert "hush" not in call(*words).out, words


# -- failed ----------------------------------------------------------------------------------------------


def test_failed_lists_what_failed_with_its_telling_line(call: Call, work: Work):
    """Newest first: cause, tries, and the line of its output that says most."""
    script = "echo starting; echo 'error: no\033[2J beam'; echo cleaning up; exit 3"
    first = call("submit", "-n", "first", "--retries", 1, "--retry-delay", 0, "--", "sh", "-c", script).id
    work()
    call("session", "create", "lab")
    call("queue", "create", "lab/q")
    second = call("submit", "-q", "lab/q", "--", "sh", "-c", "kill -9 $$").id
    work()
    lines = call("failed").out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [second, first]
    assert "2 of 2  exit code 3: error: no beam" in " ".join(lines[1].split("   "))
    assert "signal" in lines[0]
    assert "killed by SIGKILL (9)" in lines[0]
    assert call("show", first, "--json").json["message"] == "exit code 3: error: no beam"
    assert [job["id"] for job in call("failed", "--queue", "lab/q", "--json").json] == [second]
    assert [job["id"] for job in call("failed", "--limit", 1, "--json").json] == [second]
    assert call("failed", "--user", "nobody-here").out == "No such job has failed.\n"
    assert len(call("failed", "--since", "1h").out.splitlines()) == 3
    assert call("failed", "--since", "0s").out == "No such job has failed.\n"


def test_a_line_that_was_not_looked_for_is_found_when_it_is_shown(call: Call, work: Work, yard_home: Path):
    """In a storm of failures a worker records some without it."""
    id = call("submit", "--", "sh", "-c", "echo unable to go on; exit 2").id
    work()
    with Yard.open(yard_home) as yard:
        yard._store.db.rows("UPDATE job SET message = 'exit code 2'")
    assert "exit code 2: unable to go on" in call("failed").out
    assert call("failed", "--json").json[0]["message"] == "exit code 2: unable to go on"
    assert call("show", id, "--json").json["message"] == "exit code 2"
