"""``init``, ``demo``, ``doctor``, ``completion``, ``--yard``, and what a call costs."""

from __future__ import annotations

import grp
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import leftovers
from tests.cli.conftest import Call, one_line


def test_any_command_creates_a_private_yard(call: Call, yard_home: Path):
    """A missing yard is made without a word, for its owner alone."""
    call("list")
    assert yard_home.stat().st_mode & 0o777 == 0o700


def test_init_says_what_it_did(call: Call, yard_home: Path):
    """The first time it creates, then it finds; ``--slots`` is set either way."""
    first = call("init", "--json").json
    assert (first["yard"], first["created"]) == (str(yard_home), True)
    assert first["slots"] >= 1
    assert call("init", "--slots", 3, "--json").json == {
        "yard": str(yard_home),
        "created": False,
        "slots": 3,
        "group": None,
    }


def test_a_refused_group_makes_no_yard(call: Call, yard_home: Path):
    """Without a word nobody shares a yard, nor with a group that is none: and then none has been made."""
    own = grp.getgrgid(os.getegid()).gr_name
    assert "add --yes" in one_line(call("init", "--group", own))
    call("init", "--group", "no-such-group", "--yes")
    assert not yard_home.exists()
    call("init")
    assert "add --yes" in one_line(call("init", "--group", own))


@pytest.mark.parametrize("place", ["before", "after"])
def test_yard_may_stand_before_or_after_the_command(call: Call, tmp_path: Path, place: str):
    """``--yard`` names another yard, wherever it stands; a name with ~ or without a slash is a folder too."""
    other = tmp_path / "other"
    words = ["--yard", other, "init", "--json"] if place == "before" else ["init", "--json", "--yard", other]
    assert call(*words).json["yard"] == str(other)


def test_doctor_creates_nothing(call: Call, yard_home: Path):
    """Of a yard that is not there it says so."""
    result = call("doctor")
    assert not yard_home.exists()
    assert "Traceback" not in result.err


def test_doctor_of_a_sound_yard(call: Call):
    """Every line has a glyph and a word; nothing is bad."""
    call("submit", "--", "true")
    result = call("doctor")
    assert result.code == 0, result.out
    assert "✓ ok" in result.out
    assert "✗ bad" not in result.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(call: Call, shell: str):
    """Each shell gets a script that calls jobyard."""
    result = call("completion", shell)
    assert result.code == 0
    assert f"{shell}_complete" in result.out


def test_the_bash_script_is_bash(process: Call):
    """bash takes the script and registers it."""
    script = process("completion", "bash").out
    done = subprocess.run(["bash", "-c", f"{script}\ncomplete -p jobyard"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert "jobyard" in done.stdout


def completed(call: Call, monkeypatch: pytest.MonkeyPatch, line: str) -> list[str]:
    """What bash would offer at the end of a line."""
    words = line.split(" ")
    with monkeypatch.context() as patch:
        patch.setenv("_JOBYARD_COMPLETE", "bash_complete")
        patch.setenv("COMP_WORDS", line)
        patch.setenv("COMP_CWORD", str(len(words) - 1))
        result = call()
    assert result.code == 0
    return [found.partition(",")[2] for found in result.out.split()]


def test_completion_knows_the_yard(call: Call, monkeypatch: pytest.MonkeyPatch):
    """Commands, ids, names, queues, sessions and states; names that a shell might obey are left out."""
    call("session", "create", "lab")
    call("queue", "create", "lab/qick")
    job = call("submit", "-n", "rabi", "--", "true").id
    call("submit", "-n", "evil;reboot", "--", "true")
    assert completed(call, monkeypatch, "jobyard canc") == ["cancel"]
    assert completed(call, monkeypatch, "jobyard show ra") == ["rabi"]
    assert completed(call, monkeypatch, "jobyard show ev") == []
    assert job in completed(call, monkeypatch, "jobyard logs JOB-")
    assert completed(call, monkeypatch, "jobyard submit --after x,ra") == ["x,rabi"]
    assert completed(call, monkeypatch, "jobyard submit -q lab") == ["lab/qick"]
    assert completed(call, monkeypatch, "jobyard session end l") == ["lab"]
    assert completed(call, monkeypatch, "jobyard --screen g") == ["graph"]
    assert completed(call, monkeypatch, "jobyard list --state comp") == ["completed"]
    assert "--time-limit" in completed(call, monkeypatch, "jobyard submit --time")


def test_completion_creates_no_yard(call: Call, yard_home: Path, monkeypatch: pytest.MonkeyPatch):
    """Pressing tab leaves no trace and prints no error."""
    assert completed(call, monkeypatch, "jobyard show J") == []
    assert not yard_home.exists()


HEAVY = ("rich", "textual", "yaml", "jsonschema", "numpy", "h5py", "psutil", "watchfiles", "asyncio", "multiprocessing")
LISTS = tuple(f"jobyard.core.{name}" for name in ("filters.reading", "store.filtering.sql", "store.listing.paging"))


def test_submit_imports_nothing_heavy(yard_home: Path):
    """The start-up of ``submit`` stays small because what it does not need is not imported."""
    program = (
        "import sys; from jobyard.tui.cli.main import main; code = main(['submit', '--', 'true']);"
        f"print(code, [name for name in {HEAVY + LISTS!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "0 []", done.stdout + done.stderr


def test_the_app_needs_a_terminal(process: Call):
    """``jobyard`` on a pipe is one line, not a hanging screen."""
    result = process(stdin=subprocess.DEVNULL)
    assert result.code == 2
    assert "terminal" in result.err


def test_demo_is_real_work(call: Call, yard_home: Path):
    """A yard beside the own one: queues, a diamond, a held job, an array, a lock; calling it again changes nothing."""
    demo = yard_home.with_name("yard-demo")
    try:
        first = call("demo", "--json").json
        assert first["yard"] == str(demo)
        assert not yard_home.exists()
        assert call("demo", "--json").json["submitted"] == 0
        jobs = call("--yard", demo, "list", "--json").json
        elements = [job for job in jobs if job["array"]]
        assert len(elements) == 12
        assert len(jobs) - len(elements) + 1 == first["submitted"] > 15
        assert sum(job["held"] for job in jobs) == 1
        assert any(len(job["depends_on"]) == 2 for job in jobs)
        queues = {queue["name"]: queue for queue in call("--yard", demo, "queue", "list", "--json").json}
        assert queues["qick"]["exclusive"]
        (locked,) = (one for one in call("--yard", demo, "resource", "list", "--json").json if one["locked_by"])
        assert locked["name"] == "cryostat"
        assert call("demo", "--stop", "--json").json["unended"] == 0
    finally:
        call("demo", "--stop")
        left = leftovers.wait_until_gone(demo)
        os.rename(demo, demo.with_name("gone"))
    assert left == {} or leftovers.wait_until_gone(demo) == {}
