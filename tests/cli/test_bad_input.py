"""Bad input of every command: one line that says what, why and what to do; the exit code; nothing lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Call, one_line

BAD: list[tuple[str, str]] = [
    ("lisst", "list"),
    ("submit", "no command"),
    ("submit --queu x -- true", "--queue"),
    ("submit -q nowhere -- true", "nowhere"),
    ("submit -q lab/nowhere -- true", "lab"),
    ("submit -p urgent -- true", "urgent"),
    ("submit -p 99999999999 -- true", "priority"),
    ("submit --time-limit soon -- true", "--time-limit"),
    ("submit --estimate -5 -- true", "--estimate"),
    ("submit --retries -1 -- true", "--retries"),
    ("submit --retries many -- true", "--retries"),
    ("submit --retry-delay x -- true", "--retry-delay"),
    ("submit --at yesterday -- true", "--at"),
    ("submit --env NONSENSE -- true", "NAME=VALUE"),
    ("submit --env =value -- true", "NAME=VALUE"),
    ("submit --after nobody -- true", "nobody"),
    ("submit --after JOB-20200101-00001 -- true", "JOB-20200101-00001"),
    ("submit --after twin -- true", "twin"),
    ("submit -n 17 -- true", "17"),
    ("submit -n last -- true", "last"),
    ("submit -n JOB-20200101-00001 -- true", "JOB-20200101-00001"),
    ("submit --file", "--file"),
    ("submit --file /nowhere.jsonl", "nowhere.jsonl"),
    ("submit --file /nowhere.jsonl -- true", "--file"),
    ("run", "FILE"),
    ("run /nowhere.json", "nowhere.json"),
    ("run a.json --input b.json", "Two"),
    ("run a.json -j 0", "--jobs"),
    ("run a.json --jobs x", "--jobs"),
    ("list --state broken", "broken"),
    ("list --queue nowhere", "nowhere"),
    ("list --limit 0", "--limit"),
    ("list --limit x", "--limit"),
    ("failed --limit none", "--limit"),
    ("show", "ID"),
    ("show nobody", "nobody"),
    ("show 99999", "99999"),
    ("show JOB-20200101-00001", "JOB-20200101-00001"),
    ("logs nobody", "nobody"),
    ("logs solo --attempt 7", "7"),
    ("logs solo --attempt 0", "--attempt"),
    ("logs solo --grep (", "("),
    ("logs solo -f --json", "--json"),
    ("why nobody", "nobody"),
    ("wait", "ID"),
    ("wait nobody", "nobody"),
    ("wait solo --timeout never", "--timeout"),
    ("history nobody", "nobody"),
    ("cancel", "ID"),
    ("cancel nobody", "nobody"),
    ("cancel twin", "twin"),
    ("cancel 9..3", "9..3"),
    ("cancel 901-903", "Several are written 901..903"),
    ("cancel 901,903", "Several are written 901 903"),
    ("requeue nobody", "nobody"),
    ("requeue twin", "twin"),
    ("requeue solo", "pending"),
    ("clone nobody", "nobody"),
    ("hold nobody", "nobody"),
    ("hold twin", "twin"),
    ("release nobody", "nobody"),
    ("priority solo", "VALUE"),
    ("priority solo urgent", "urgent"),
    ("priority nobody 5", "nobody"),
    ("priority solo 5x", "5x"),
    ("after", ""),
    ("queue lst", "list"),
    ("queue create", "QUEUE"),
    ("queue create default", "default"),
    ("queue create a/b/c", "a/b/c"),
    ("queue create 17", "17"),
    ("queue create x --slots 0", "--slots"),
    ("queue create x --slots many", "--slots"),
    ("queue create x --slots 3 --exclusive", "exclusive"),
    ("queue set nowhere --slots 2", "nowhere"),
    ("queue set default", "nothing to set"),
    ("queue set default --slots -3", "--slots"),
    ("queue pause nowhere", "nowhere"),
    ("queue pause default --until then", "--until"),
    ("queue resume nowhere", "nowhere"),
    ("queue end nowhere", "nowhere"),
    ("queue remove nowhere", "nowhere"),
    ("queue remove default", "default"),
    ("session create default", "default"),
    ("session create a/b", "a/b"),
    ("session end nowhere", "nowhere"),
    ("worker stat", "start"),
    ("worker stop nobody", "nobody"),
    ("worker drain nobody", "nobody"),
    ("worker attach", "terminal"),
    ("completion tcsh", "tcsh"),
    ("init --slots 0", "--slots"),
    ("demo --opne", "--open"),
    ("--screen jobs", "terminal"),
    ("--screen jobs JOB-20200101-00001", "terminal"),
    ("--screen nowhere", "nowhere"),
    ("--once", "--worker"),
    ("--max-jobs 0 --worker", "--max-jobs"),
    ("--worker --read-only", "--read-only"),
    ("--read-only submit -- true", "--read-only does not go with submit"),
    ("--no-worker cancel solo", "--no-worker does not go with cancel"),
    ("--worker list", "--worker does not go with list"),
    ("--mock demo", "--mock does not go with demo"),
    ("--screen logs run", "a job of that name has an id too"),
]


@pytest.fixture
def populated(call: Call) -> Call:
    """A yard with one job named solo and two named twin."""
    for name in ("solo", "twin", "twin"):
        assert call("submit", "-n", name, "--hold", "--", "true").code == 0
    return call


@pytest.mark.parametrize(("words", "told"), BAD, ids=[words or "nothing" for words, _ in BAD])
def test_bad_input_is_one_line_and_exit_2(populated: Call, words: str, told: str):
    """One line that names the culprit, exit 2, and the jobs that were there are there still."""
    before = populated("list", "--json").json
    assert told in one_line(populated(*words.split()))
    assert populated("list", "--json").json == before


def test_a_mistyped_command_names_the_nearest(call: Call):
    """``jobyard cancle`` says cancel."""
    assert "Did you mean cancel?" in one_line(call("cancle", "1"))


@pytest.mark.parametrize(
    ("words", "here"),
    [
        ("squeue", "`jobyard list`"),
        ("add -- true", "`jobyard submit`"),
        ("kill 1", "`jobyard cancel`"),
        ("submit -d 1 -- true", "--after"),
        ("submit --timeout 3 -- true", "--time-limit"),
    ],
)
def test_words_of_other_tools_are_translated(call: Call, words: str, here: str):
    """Who comes from Slurm or pueue is told what their command or option is called here."""
    assert f"Here it is {here}." in one_line(call(*words.split()))


def test_a_translation_is_a_command_or_an_option_that_exists():
    """The table of foreign words leads nowhere but to what there is."""
    from jobyard.tui.cli import commands, elsewhere
    from jobyard.tui.cli.verbs.submit import submit

    heads = {here.split()[0] for here in elsewhere.COMMANDS} - {"--version", "--help"}
    assert heads <= set(commands.COMMANDS)
    words = " ".join(elsewhere.COMMANDS.values()).split()
    assert len(words) == len(set(words))
    assert not set(words) & set(commands.COMMANDS)
    known = {option for param in submit.params for option in param.opts}
    assert set(elsewhere.SUBMIT) <= known
    foreign = " ".join(elsewhere.SUBMIT.values()).split()
    assert len(foreign) == len(set(foreign))
    assert not set(foreign) & known


@pytest.mark.parametrize("family", ["queue", "resource", "session", "worker"])
def test_a_family_alone_lists(call: Call, family: str):
    """``jobyard queue`` is ``jobyard queue list``."""
    alone, listed = call(family), call(family, "list")
    assert (alone.code, alone.out) == (listed.code, listed.out)


def test_a_mistyped_option_names_the_nearest(call: Call):
    """``--tim-limit`` says --time-limit."""
    assert "Did you mean --time-limit?" in one_line(call("submit", "--tim-limit", "1", "--", "true"))


def test_a_job_cannot_wait_for_itself(call: Call, tmp_path: Path):
    """A file in which a job depends on itself is refused, and none of its jobs is submitted."""
    path = tmp_path / "jobs.jsonl"
    path.write_text('{"command": "true", "key": "fine"}\n{"command": "true", "key": "a", "after": ["a"]}\n')
    assert "a" in one_line(call("submit", "--file", path))
    assert call("list", "--json").json == []


def test_one_bad_line_refuses_the_whole_file(call: Call, tmp_path: Path):
    """All or nothing: the line is named, and nothing is submitted."""
    path = tmp_path / "jobs.jsonl"
    path.write_text('{"command": "true"}\n{"command": "true", "priority": "urgent"}\n')
    assert "2" in one_line(call("submit", "--file", path))
    assert call("list", "--json").json == []


def test_the_value_of_a_bad_variable_is_not_printed(call: Call):
    """``--env`` without a name may be a secret that slipped: it is not repeated."""
    assert "hunter2" not in one_line(call("submit", "--env", "hunter2", "--", "true"))


def test_a_yard_that_is_a_file(call: Call, yard_home: Path):
    """A file in the yard's place is left as it is."""
    yard_home.write_text("precious")
    one_line(call("list"))
    assert yard_home.read_text() == "precious"


@pytest.mark.parametrize("words", ["list", "submit -- true", "doctor"])
def test_a_corrupt_store_is_left_alone(call: Call, yard_home: Path, words: str):
    """A database that is none is told, and not a byte of it is changed."""
    yard_home.mkdir(mode=0o700)
    store = yard_home / "jobyard.db"
    store.write_bytes(b"this is no database" * 1000)
    result = call(*words.split())
    assert result.code == (1 if words == "doctor" else 2)
    assert "Traceback" not in result.err
    assert store.read_bytes() == b"this is no database" * 1000


def test_a_newer_store_is_left_alone(populated: Call, yard_home: Path):
    """A store of a later version is refused untouched."""
    with sqlite3.connect(yard_home / "jobyard.db") as store:
        store.execute("PRAGMA user_version = 9999")
    store.close()
    assert "newer" in one_line(populated("list"))


def test_an_unexpected_mistake_is_one_line_too(call: Call, monkeypatch: pytest.MonkeyPatch):
    """The last resort: no traceback, unless JOBYARD_DEBUG asks for it."""
    from jobyard.core.yard import Yard

    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(Yard, "open", broken)
    assert "JOBYARD_DEBUG=1" in one_line(call("list"), 1)
    monkeypatch.setenv("JOBYARD_DEBUG", "1")
    assert "Traceback" in call("list").err


def test_an_interrupt_is_130(call: Call, monkeypatch: pytest.MonkeyPatch):
    """Ctrl-C ends any command quietly."""
    from jobyard.core.yard import Yard

    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Yard, "open", interrupted)
    assert (call("list").code, call("list").err) == (130, "")
