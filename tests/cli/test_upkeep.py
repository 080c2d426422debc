"""Cleaning up, copying, examining and installing a worker, on the command line."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from jobyard.core.yard import Yard, hostcheck, unit
from tests.cli.conftest import Call, one_line
from tests.results.kit import left as left_by_run

DAY = 86_400.0


@pytest.fixture
def ended(call: Call, work: Callable[[], None], yard_home: Path) -> list[str]:
    """Three jobs that ended 1, 3 and 9 days ago, and one that waits for the oldest."""
    ids = [call("submit", "--", "true").id for _ in range(3)]
    work()
    with Yard.open(yard_home) as yard:
        for id, days in zip(ids, (9, 3, 1), strict=True):
            yard._store.db.rows(f"UPDATE job SET ended_at = ended_at - {days * DAY} WHERE id = ?", (yard.job(id).row,))
    call("submit", "--hold", "--after", ids[0], "--", "true")
    return ids


def left(call: Call) -> list[str]:
    return [job["id"] for job in call("list", "--all", "--json", "--state", "completed").json]


# -- cleanup -------------------------------------------------------------------------------------------------


def test_cleanup_says_what_it_would_do(call: Call, ended: list[str]) -> None:
    """--dry-run deletes nothing."""
    done = call("cleanup", "--keep-days", "2", "--dry-run", "--json")
    assert done.json == {"jobs": 1, "kept": 1, "folders": 2, "queues": {"default": 1}, "dry_run": True}
    assert len(left(call)) == 3
    assert "1 job would be deleted" in call("cleanup", "--keep-days", "2", "--dry-run").out


def test_cleanup_keeps_seven_days_unless_told(call: Call, ended: list[str], yard_home: Path) -> None:
    """And what something waits for; hours are hours; logs go too."""
    assert call("cleanup").out.startswith("0 jobs deleted; 1 old job kept: something waits for it")
    assert call("cleanup", "--keep", "48h", "--json").json["jobs"] == 1
    assert sorted(left(call)) == [ended[0], ended[2]]
    assert call("cleanup", "--keep", "0s").out.startswith("1 job deleted; with 1 folder")
    assert left(call) == [ended[0]]
    assert len(list((yard_home / "jobs").glob("*/*"))) == 1


def test_cleanup_of_one_queue(call: Call, ended: list[str]) -> None:
    """The others are not looked at; one that does not exist is told."""
    call("queue", "create", "other")
    assert call("cleanup", "-q", "other", "--keep", "0s", "--json").json["jobs"] == 0
    assert "There is no queue othr" in one_line(call("cleanup", "-q", "othr"))


@pytest.mark.parametrize("words", [["--keep", "soon"], ["--keep-days", "-1"], ["--keep", "1d", "--keep-days", "1"]])
def test_cleanup_refuses_what_makes_no_sense(call: Call, words: list[str]) -> None:
    """In a line, and deletes nothing."""
    one_line(call("cleanup", *words))


def test_a_requeued_job_is_not_old(call: Call, ended: list[str], work: Callable[[], None]) -> None:
    """What runs again counts from its new end; a child whose parent is purged meanwhile runs all the same."""
    child = call("submit", "--after", ended[1], "--", "true").id
    work()
    call("cleanup", "--keep", "48h")
    assert ended[1] not in left(call)
    assert call("requeue", child).code == 0
    work()
    assert call("show", child, "--json").json["state"] == "completed"
    assert call("show", child, "--json").json["depends_on"] == []


# -- backup --------------------------------------------------------------------------------------------------


def test_a_backup_opens_as_a_yard(call: Call, ended: list[str], tmp_path: Path) -> None:
    """As the help says; private, checked, with everything in it."""
    file = tmp_path / "copy.db"
    done = call("backup", file, "--json").json
    assert (done["file"], done["jobs"], done["bytes"]) == (str(file), 4, file.stat().st_size)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if "copy.db" in path.name] == ["copy.db"]
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(file, other / "jobyard.db")
    listed = call("--yard", other, "list", "--all", "--json").json
    assert {job["id"] for job in listed} >= set(ended)


def test_a_backup_says_what_is_not_in_it(call: Call, ended: list[str], yard_home: Path, tmp_path: Path) -> None:
    """Files of configs and of data lie beside the store."""
    assert "Not in it" not in call("backup", tmp_path / "1.db").out
    with Yard.open(yard_home) as yard:
        version = yard.config_push("hardware_config", b"a: 1", filename="hw.yml").version
        left_by_run(yard._store, yard.job(ended[0]).row, tmp_path / "JOB.h5")
    said = call("backup", tmp_path / "2.db").out
    assert "Not in it: the files of 1 version of configs" in said
    assert "Not in it: the data of 1 run;" in said
    (yard_home / version.path).unlink()
    (tmp_path / "hw.yml").write_bytes(b"a: 1")
    pushed = call("config", "push", "hardware_config", tmp_path / "hw.yml").out
    assert pushed == f"{version.id} was damaged and is put right; it is main hardware_config\n"


def test_a_backup_replaces_nothing_unless_told(call: Call, tmp_path: Path) -> None:
    """Nor the store itself, whatever is told."""
    file = tmp_path / "copy.db"
    file.write_text("precious")
    assert "is there already" in one_line(call("backup", file))
    assert file.read_text() == "precious"
    assert call("backup", "--force", file).code == 0
    assert file.read_bytes().startswith(b"SQLite format 3")
    assert "is the store itself" in one_line(call("backup", "--force", Path(os.environ["JOBYARD_HOME"]) / "jobyard.db"))
    assert "is a folder" in one_line(call("backup", tmp_path))
    one_line(call("backup", tmp_path / "nowhere" / "copy.db"))


def test_a_backup_of_a_busy_yard_is_one_instant(yard_home: Path, tmp_path: Path) -> None:
    """Written to all the while: it comes to an end, is sound, and nothing in it is half done."""
    from jobyard.core.models import JobSpec
    from jobyard.core.store import backup

    with Yard.open(yard_home) as yard:
        many = [JobSpec({"command": ["true"]}, name="x" * 200, held=True, cwd="/") for _ in range(400)]
        yard.submit_many(many)
        stop = threading.Event()

        def write() -> None:
            while not stop.is_set():
                yard.submit_many(many[:7])
            yard.close()

        writer = threading.Thread(target=write)
        writer.start()
        pages, backup.PAGES = backup.PAGES, 5
        try:
            parts: list[float] = []
            yard.backup(tmp_path / "copy.db", progress=parts.append)
        finally:
            backup.PAGES = pages
            stop.set()
            writer.join()
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert (connection.execute("SELECT count(*) FROM job").fetchone()[0] - 400) % 7 == 0
        assert (
            connection.execute("SELECT sum(n) FROM tally").fetchone()
            == connection.execute("SELECT count(*) FROM job").fetchone()
        )


# -- doctor --------------------------------------------------------------------------------------------------


def findings(call: Call) -> dict[str, str]:
    return {each["what"]: each["level"] for each in call("doctor", "--json").json}


def test_doctor_looks_at_folders_log_limits_and_clock(call: Call, ended: list[str], yard_home: Path) -> None:
    """Each is told with its level."""
    found = findings(call)
    assert found["every attempt has its folder, every folder its attempt"] == "ok"
    assert found["the clock agrees with the yard's history"] == "ok"
    assert any(what.startswith("the write-ahead log has") for what in found)
    shutil.rmtree(next((yard_home / "jobs").glob("*/*")))
    assert findings(call)["1 attempts have no folder"] == "warn"


def test_doctor_says_what_to_do_in_full(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """However narrow the terminal, why and what to do are whole, below the finding."""
    monkeypatch.setenv("COLUMNS", "60")
    call("submit", "--", "true")
    lines = call("doctor").out.splitlines()
    at = lines.index("! warn  no worker lives")
    advice = next(each for each in call("doctor", "--json").json if each["what"] == "no worker lives")
    below = []
    for line in lines[at + 1 :]:
        if not line.startswith("        "):
            break
        below.append(line.strip())
    assert advice["todo"] in " ".join(below)
    assert advice["why"].lower() in " ".join(below).lower()


def test_doctor_tells_of_a_clock_that_was_set_back(call: Call, yard_home: Path) -> None:
    """The yard's last change lies in the future."""
    call("submit", "--", "true")
    with Yard.open(yard_home) as yard:
        yard._store.db.rows("UPDATE event SET at = at + 86400")
    assert any("behind the yard's last change" in what for what, level in findings(call).items() if level == "warn")


def test_doctor_tells_of_low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few descriptors, processes, watches or ids."""
    monkeypatch.setattr(hostcheck, "_soft", lambda which: 100)
    monkeypatch.setattr(hostcheck, "_kernel", lambda name: 100)
    told = [finding.what for finding in hostcheck.limits()]
    assert told == [
        f"only 100 {what} are allowed" for what in ("open files", "processes", "inotify watches", "process ids")
    ]


def test_doctor_repair_of_a_sound_yard(call: Call, ended: list[str], yard_home: Path) -> None:
    """There is nothing to be mended, or what was bent is told."""
    assert call("doctor", "--repair").out == "Nothing was to be mended\n"
    with Yard.open(yard_home) as yard:
        yard._store.db.rows("UPDATE tally SET n = 77 WHERE bucket = 'failed'")
        yard._store.db.rows("INSERT INTO trash VALUES ('jobs/20260101/JOB-20260101-00001.1')")
    done = call("doctor", "--repair", "--json").json
    assert done == {
        "done": ["Counts of 1 kinds of jobs were wrong", "1 of 1 folders of purged attempts were removed"],
        "lost": [], "store": "", "kept": "",
    }  # fmt: skip
    assert "There is no yard" in one_line(call("--yard", yard_home / "none", "doctor", "--repair"))


# -- worker install ------------------------------------------------------------------------------------------

ODD = 'od d 100% $HOME "q" \\ö'


def test_the_unit_is_what_systemd_reads(call: Call, tmp_path: Path) -> None:
    """Printed without installing; systemd finds no fault with it, whatever the yard is called."""
    home = tmp_path / ODD
    done = call("--yard", home, "worker", "install", "--print")
    assert done.code == 0
    assert "KillMode=process" in done.out and "Restart=on-failure" in done.out  # noqa: PT018 - both or neither
    assert call("--yard", home, "worker", "install", "--print", "--json").json["text"].rstrip() == done.out.rstrip()
    if shutil.which("systemd-analyze") is None:
        return
    file = tmp_path / "x.service"
    file.write_text(done.out)
    told = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(file)], env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, "")


def test_the_units_command_is_escaped(tmp_path: Path) -> None:
    """Read back by systemd's rules it is the very path."""
    text = unit.unit_text(tmp_path / ODD, "host", "/opt/p y/bin/python3")
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    words = shlex.split(line.partition("=")[2].replace("%%", "%").replace("$$", "$"))
    assert words[0] == "/opt/p y/bin/python3"
    assert words[words.index("--yard") + 1] == str(tmp_path / ODD)
    assert unit.unit_name(tmp_path / "a") != unit.unit_name(tmp_path / "b")


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A systemctl that writes down what it is asked; the file."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "systemctl").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    (tools / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "asked"


def test_install_and_uninstall(call: Call, systemctl: Path, tmp_path: Path) -> None:
    """Written, enabled, started; linger is told of; and taken back again."""
    done = call("worker", "install", "--now", "--json").json
    file = Path(done["unit"])
    assert file.parent == tmp_path / "config" / "systemd" / "user"
    assert f'"{sys.executable}"' in file.read_text()
    assert "enable-linger" in done["todo"] or hostcheck.lingers("root")
    asked = systemctl.read_text().splitlines()
    assert asked[1:] == ["--user daemon-reload", f"--user enable --now {file.name}"]
    assert call("worker", "uninstall", "--json").json == {"unit": str(file)}
    assert not file.exists()
    assert f"--user disable --now {file.name}" in systemctl.read_text()
    assert call("worker", "uninstall").out == "There is no unit of this yard\n"


def test_install_without_systemd_says_what_to_do(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One line, nothing written."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    told = one_line(call("worker", "install"))
    assert "--print" in told
    assert "@reboot" in told
    assert not (tmp_path / "config").exists()


def test_json_of_the_unit_is_one_document(call: Call) -> None:
    """For programs."""
    json.loads(call("worker", "install", "--print", "--json").out)
