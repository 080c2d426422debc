"""Several accounts on one machine: what each may do in a private yard and in a group's, with real processes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.accounts import MEMBER, OWNER, STRANGER, TEAM, Account, Machine, Result, machine

CANARY = "canary-7f3a9c"
SECRET = {"LAB_PASSWORD": CANARY, "PLAIN_WORD": CANARY}

# Prints each way in that is open: argv are paths and, after them, process ids.
BURGLAR = """
import os, socket, sys
def attempt(what, path, way):
    try:
        way(path)
    except OSError:
        return
    print(what, path)
def write(path):
    os.close(os.open(path, os.O_WRONLY | os.O_APPEND))
def make(path):
    os.close(os.open(path + "/made", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    os.unlink(path + "/made")
def remove(path):
    os.rename(path, path + ".gone")
    os.rename(path + ".gone", path)
def connect(kind):
    def way(path):
        with socket.socket(socket.AF_UNIX, kind) as sock:
            sock.connect(path)
    return way
def read_link(path):
    if os.readlink(path): return
for word in sys.argv[1:]:
    if word.isdigit():
        for name in ("environ", "fd", "maps", "mem", "root"):
            attempt("read", f"/proc/{word}/{name}", os.listdir if name == "fd" else lambda p: open(p, "rb").read(1))
        attempt("read", f"/proc/{word}/cwd", read_link)
        continue
    attempt("read", word, lambda path: open(path, "rb").close())
    attempt("write", word, write)
    attempt("list", word, os.listdir)
    attempt("make in", word, make)
    attempt("remove", word, remove)
    attempt("chmod", word, lambda path: os.chmod(path, 0o777))
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        attempt("connect to", word, connect(kind))
"""


def until(condition: Callable[[], object], seconds: float = 30.0) -> object:
    """Wait for what should come."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, "this should have happened by now"
        time.sleep(0.02)
    return answer


def paths(home: Path) -> list[Path]:
    """Everything in a yard, itself included."""
    return [home, *home.rglob("*")]


def processes(folder: Path) -> list[int]:
    """Worker, keeper and jobs of the yards in *folder*."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and str(folder).encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found


def break_in(there: Machine, thief: Account, home: Path) -> list[str]:
    """What *thief* could do to the yard and its processes."""
    marks = [*paths(home), *processes(there.folder)]
    assert len(marks) > 15, "a yard at work was meant"
    result = there.script(thief, BURGLAR, *marks)
    assert result.err == ""
    return [line.replace(str(home), "YARD") for line in result.out.splitlines()]


@pytest.fixture(scope="module")
def there() -> Iterator[Machine]:
    with machine() as found:
        yield found


@pytest.fixture(scope="module")
def lab(there: Machine) -> Machine:
    """A group's yard at work: a worker, its keeper, a job that runs and one that has ended."""
    assert there.call(OWNER, "init", "--group", TEAM, "--yes", "--slots", 4).code == 0
    assert there.call(OWNER, "worker", "start", env=SECRET).code == 0
    assert there.call(OWNER, "submit", "-n", "ended", "--wait", "--", "echo", "hello", cwd="/").code == 0
    assert there.call(OWNER, "submit", "-n", "long", "--", "sleep", "600", cwd="/", env=SECRET).code == 0
    until(lambda: state(there, "long") == "running")
    return there


def state(there: Machine, name: str) -> str:
    """A job's state, as a member sees it."""
    return str(shown(there.call(MEMBER, "show", name, "--json"))["state"])


def shown(result: Result) -> dict[str, object]:
    assert result.code == 0, result.err
    found: dict[str, object] = json.loads(result.out)
    return found


# -- a group's yard ----------------------------------------------------------------------------------


def test_every_path_of_a_group_yard_is_as_open_as_it_should_be(lab: Machine) -> None:
    """Folders 2770 or 2750, the store 0660, logs 0640, the keeper's things 0600, whatever anybody's umask (077)."""
    told = {str(path.relative_to(lab.yard)): path.lstat() for path in paths(lab.yard)}
    assert all(found.st_gid == TEAM for found in told.values())
    modes = {name: stat.S_IMODE(found.st_mode) for name, found in told.items()}
    assert [name for name, mode in modes.items() if mode & 0o007] == []
    assert {name: modes[name] for name in (".", "run/bells", "run/batches")} == {
        ".": 0o2770, "run/bells": 0o2770, "run/batches": 0o2770,
    }  # fmt: skip
    assert {modes[name] for name in modes if name.startswith("jobyard.db")} == {0o660}
    assert {modes[name] for name in modes if name.startswith("run/bells/")} <= {0o660}
    assert {modes[name] for name in ("run", "run/workers", "jobs")} == {0o2750}
    logs = {name: mode for name, mode in modes.items() if name.endswith(("stdout", "stderr", "started"))}
    assert len(logs) == 6
    assert set(logs.values()) == {0o640}
    private = [name for name in modes if name.startswith(("run/keeper", "run/outcomes", "run/worker.log"))]
    assert len(private) >= 4
    assert {modes[name] for name in private} == {0o600}


def test_a_member_submits_looks_and_edits(lab: Machine) -> None:
    """Submit, list, logs, hold, priority, requeue: all of it; the job runs under the owner's account."""
    done = lab.call(MEMBER, "submit", "-n", "who", "--wait", "--", "sh", "-c", "id -u; echo $HOME; pwd", cwd="/tmp")
    assert done.code == 0, done.err
    assert lab.call(MEMBER, "logs", "who").out.splitlines()[::2] == [str(OWNER.uid), "/tmp"]
    assert str(lab.home(MEMBER)) not in lab.call(MEMBER, "logs", "who").out
    assert {"who", "long", "ended"} <= {row["name"] for row in json.loads(lab.call(MEMBER, "list", "--json").out)}
    assert lab.call(MEMBER, "logs", "ended").out == "hello\n"
    for words in (["requeue", "ended"], ["submit", "--hold", "-n", "held", "--", "true"], ["priority", "held", "3"]):
        assert lab.call(MEMBER, *words).code == 0, words
    assert lab.call(MEMBER, "cancel", "held").code == 0
    assert shown(lab.call(OWNER, "show", "who", "--json"))["user"] == MEMBER.name


def test_a_member_cancels_a_running_job(lab: Machine) -> None:
    """The stop reaches it through the owner's worker."""
    lab.call(OWNER, "submit", "-n", "doomed", "--", "sleep", "600", cwd="/")
    until(lambda: state(lab, "doomed") == "running")
    assert lab.call(MEMBER, "cancel", "doomed").code == 0
    assert lab.call(MEMBER, "wait", "doomed").code == 125
    assert state(lab, "doomed") == "cancelled"


def test_bells_ring_between_accounts(lab: Machine) -> None:
    """A member's listener hears the owner's command, and what a dead listener left is cleared by anybody."""
    script = (
        "import os, select, sys; from jobyard.core.yard import Yard\n"
        "with Yard.open() as yard, yard.listen() as bell:\n"
        "    print(bell.name, flush=True)\n"
        "    print(bool(select.select([bell], [], [], 30)[0] and bell.drain()), flush=True)\n"
        "    os._exit(0)\n"  # leaves its socket behind
    )
    with lab.start(MEMBER, [lab.python, "-c", script]) as listener:
        assert listener.stdout is not None
        name = listener.stdout.readline().decode().strip()
        assert lab.call(OWNER, "submit", "--hold", "--", "true").code == 0
        assert listener.stdout.readline() == b"True\n"
    assert (lab.yard / "run" / "bells" / name).exists()
    lab.call(OWNER, "submit", "--hold", "--", "true")
    assert not (lab.yard / "run" / "bells" / name).exists()
    assert not (lab.yard / "run" / "bells" / f"{name}.lock").exists()


def test_a_members_bulk_submit_that_died_is_swept_by_the_owner(lab: Machine) -> None:
    """The lock of another account's batch tells whether it lives, and its rows are taken back."""
    lines = lab.folder / "many.jsonl"
    lines.write_text('{"command": ["true"], "name": "swept", "hold": true}\n' * 6000)
    env = {"JOBYARD_CRASH_AT": "submit.chunk"}
    died = lab.call(MEMBER, "submit", "--file", lines, env=env)
    assert died.code == -signal.SIGKILL
    until(lambda: not list((lab.yard / "run" / "batches").iterdir()))
    assert json.loads(lab.call(OWNER, "list", "swept", "--json").out) == []


@pytest.mark.parametrize(
    "words", ["worker start", "worker stop", "worker drain", "worker detach", "worker attach", "--worker --once"]
)
def test_a_member_runs_no_worker(lab: Machine, words: str) -> None:
    """Only the owner's account does; it is said in a line."""
    told = lab.call(MEMBER, *words.split())
    assert (told.code, told.out) == (2, "")
    assert told.err.count("\n") == 1
    assert f"for account {OWNER.uid} alone, who owns this yard" in told.err


def test_a_task_file_of_a_member_is_run_by_the_owners_worker(lab: Machine) -> None:
    """`run` hosts no worker of a member's; the tasks are run all the same."""
    path = lab.folder / "tasks.json"
    path.write_text(json.dumps({"tasks": [{"name": "one", "type": "exec", "arguments": "id -u"}]}))
    done = lab.call(MEMBER, "run", path, cwd="/")
    assert done.code == 0, done.err
    assert str(OWNER.uid) in done.out


def test_a_folder_that_the_owner_cannot_enter_is_told(lab: Machine) -> None:
    """A job in a member's closed home fails at launch, and the words say as whom."""
    done = lab.call(MEMBER, "submit", "--wait", "--", "true")
    assert done.code == 125
    assert f"cannot enter the folder {lab.home(MEMBER)} as account {OWNER.uid}: Permission denied" in done.err


def test_the_environment_of_a_shared_job_is_a_short_list(lab: Machine) -> None:
    """Of the submitter's variables only those of the list reach the job and the store; it is told the first time."""
    more = {**SECRET, "LC_TIME": "C", "CONDA_TOKEN": CANARY}
    guest = Account("gast", MEMBER.uid, True)
    (lab.folder / "gast").mkdir()
    first = lab.call(guest, "submit", "-n", "env", "--wait", "--", "env", env=more, cwd="/")
    assert "Of your environment they get only PATH, LANG" in first.err
    again = lab.call(guest, "submit", "--wait", "--env", "MINE=given", "--", "env", env=more, cwd="/")
    assert "Of your environment" not in again.err
    got = dict(line.split("=", 1) for line in lab.call(guest, "logs", "env").out.splitlines())
    assert got["LC_TIME"] == "C"
    assert not {*SECRET, "CONDA_TOKEN", "MAIL"} & set(got)
    assert got["LOGNAME"] != "gast"
    assert "MINE=given" in lab.call(guest, "logs", "last").out
    assert all(CANARY.encode() not in path.read_bytes() for path in lab.yard.rglob("jobyard.db*"))


def test_a_member_pushes_configs(lab: Machine) -> None:
    """A member's push is a version that the owner's worker reads, whatever the member's umask; nobody writes it."""
    source = lab.folder / "hw.yml"
    source.write_text("f_ge: 4.8\n")
    source.chmod(0o644)
    assert lab.call(MEMBER, "config", "push", "hardware_config", source, cwd="/").code == 0
    (path,) = (lab.yard / "configs/versions/hardware_config").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o440
    shell = 'cat "$JOBYARD_CONFIG_HARDWARE_CONFIG"'
    done = lab.call(MEMBER, "submit", "--config", "hardware_config", "--wait", "--", "sh", "-c", shell, cwd="/")
    assert done.code == 0, done.err
    assert lab.call(MEMBER, "logs", "last").out == "f_ge: 4.8\n"
    source.chmod(0o600)
    told = lab.call(MEMBER, "submit", "--config", f"hardware_config={source}", "--", "true", cwd="/")
    assert "who runs the jobs, cannot read it" in told.err


def test_a_member_touches_nothing_of_the_owners(lab: Machine) -> None:
    """Not the jobs' folders, not run/, not the keeper's socket, no process."""
    found = [tuple(line.rsplit(" ", 1)) for line in break_in(lab, MEMBER, lab.yard)]
    looked = {path for what, path in found if what in ("read", "list")}
    assert {"YARD", "YARD/jobyard.db", "YARD/jobs", "YARD/run/workers"} <= looked
    assert not any(path.startswith(("YARD/run/keeper", "YARD/run/outcomes", "YARD/run/worker.log")) for path in looked)
    assert not any("/proc/" in path for _, path in found)
    common = ("YARD/jobyard.", "YARD/run/bells", "YARD/run/batches", "YARD/configs/versions")
    changed = {(what, path) for what, path in found if what not in ("read", "list") and not path.startswith(common)}
    # In the yard's own folder SQLite makes its files, so members may make, and rename, what lies right in it.
    assert changed == {("make in", "YARD"), ("remove", "YARD/run"), ("remove", "YARD/jobs"), ("remove", "YARD/configs")}


def test_a_stranger_gets_nothing_of_a_group_yard(lab: Machine) -> None:
    """No path, no socket, no process; every command is refused in a line that names the group."""
    assert break_in(lab, STRANGER, lab.yard) == []
    for words in (["list"], ["submit", "--", "true"], ["logs", "ended"], ["cancel", "long"], ["init"], ["--worker"]):
        told = lab.call(STRANGER, *words)
        assert (told.code, told.out, told.err.count("\n")) == (2, "", 1), told
        assert f"the group number {TEAM}" in told.err


def test_doctor_speaks_to_owner_and_member(lab: Machine) -> None:
    """Both are told whose yard it is; a group without a name is noticed; nothing is bad."""
    for account in (OWNER, MEMBER):
        done = lab.call(account, "doctor", "--json")
        assert done.code == 0, done
        texts = {finding["what"]: finding["level"] for finding in json.loads(done.out)}
        assert texts[f"it is shared with the group number {TEAM}; its jobs run as account {OWNER.uid}"] == "warn"


# -- a private yard --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def private(lab: Machine) -> Path:
    """A private yard of the owner's at work, in a folder that everybody may enter."""
    home = lab.folder / "private"
    home.mkdir()
    os.chown(home, OWNER.uid, OWNER.uid)
    home.chmod(0o700)
    yard = ("--yard", home)
    assert lab.call(OWNER, *yard, "worker", "start", env=SECRET, umask=0).code == 0
    assert lab.call(OWNER, *yard, "submit", "--wait", "--", "echo", "x", cwd="/", env=SECRET, umask=0).code == 0
    assert lab.call(OWNER, *yard, "submit", "-n", "long", "--", "sleep", "600", cwd="/", env=SECRET, umask=0).code == 0
    until(lambda: json.loads(lab.call(OWNER, *yard, "list", "--state", "running", "--json").out))
    return home


@pytest.mark.parametrize("thief", [MEMBER, STRANGER], ids=lambda account: account.name)
def test_another_account_gets_nothing_of_a_private_yard(lab: Machine, private: Path, thief: Account) -> None:
    """Every path of it, its sockets, its processes: nothing can be read, made, changed or reached, umask 0 or not."""
    assert break_in(lab, thief, private) == []
    told = lab.call(thief, "--yard", private, "list")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert f"belongs to account {OWNER.uid}. It is private." in told.err


def test_everything_in_a_private_yard_is_its_owners_alone(lab: Machine, private: Path) -> None:
    """Folders 0700, files 0600, sockets too, with a umask of 0."""
    loose = {str(path): oct(path.lstat().st_mode) for path in paths(private) if path.lstat().st_mode & 0o077}
    assert loose == {}


def test_no_command_line_holds_an_environment(lab: Machine, private: Path) -> None:
    """What the machine shows to everybody of a process, its arguments, holds nothing of a job's environment."""
    told = b"".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in processes(lab.folder))
    assert b"keeper" in told
    assert b"sleep" in told
    assert CANARY.encode() not in told


def test_root_is_refused_at_a_private_yard_of_somebody_else(private: Path) -> None:
    """What root made in it, its owner could not use: it is told how to act as the owner."""
    from jobyard.core.errors import YardError
    from jobyard.core.yard import Yard

    with pytest.raises(YardError, match=f"sudo -u '#{OWNER.uid}' jobyard"):
        Yard.open(private)


def test_a_worker_of_root_on_a_groups_yard_is_refused(lab: Machine) -> None:
    """Root may look and submit as any member, but runs nothing there."""
    from jobyard.core.errors import YardError
    from jobyard.core.yard import Yard

    with Yard.open(lab.yard) as yard:
        assert yard.counts()
        with pytest.raises(YardError, match="who owns this yard"):
            yard.start_worker("app")


# -- from one to the other and back ------------------------------------------------------------------------


@pytest.fixture
def own(there: Machine) -> Path:
    """A private yard with a job whose environment holds a secret."""
    home = there.folder / f"own-{time.monotonic_ns()}"
    home.mkdir(mode=0o700)
    os.chown(home, OWNER.uid, OWNER.uid)
    assert there.call(OWNER, "--yard", home, "submit", "--hold", "--", "true", env=SECRET).code == 0
    return home


def store_holds(home: Path, text: str) -> bool:
    """Whether any file of the yard holds these bytes."""
    return any(text.encode() in path.read_bytes() for path in paths(home) if path.is_file())


def test_sharing_leaves_no_trace_of_what_jobs_had_taken(there: Machine, own: Path) -> None:
    """Members can read the store: variables that are not on the list are gone from it, and it is sound."""
    assert store_holds(own, CANARY)
    told = there.call(OWNER, "--yard", own, "init", "--group", TEAM, "--yes")
    assert told.code == 0
    assert "cut down" in told.err
    assert not store_holds(own, CANARY)
    with contextlib.closing(sqlite3.connect(own / "jobyard.db")) as store:
        assert json.loads(store.execute("SELECT data FROM environment").fetchone()[0])["PATH"] == "/usr/bin:/bin"
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert there.call(MEMBER, "--yard", own, "list").code == 0


@pytest.mark.parametrize("point", ["share.inside", "unshare.closed"])
def test_a_conversion_that_dies_halfway_leaves_the_yard_private(there: Machine, own: Path, point: str) -> None:
    """Killed between its steps: nobody but the owner gets in; doing it again finishes it."""
    words = ["--yard", own, "init", "--group", TEAM, "--yes"]
    if point == "unshare.closed":
        assert there.call(OWNER, *words).code == 0
        assert there.call(MEMBER, "--yard", own, "list").code == 0
        words = ["--yard", own, "init", "--private"]
    assert there.call(OWNER, *words, env={"JOBYARD_CRASH_AT": point}).code == -signal.SIGKILL
    assert there.call(MEMBER, "--yard", own, "list").code == 2
    assert there.call(OWNER, *words).code == 0
    assert there.call(MEMBER, "--yard", own, "list").code == (0 if point == "share.inside" else 2)
    loose = 0o007 if point == "share.inside" else 0o077
    assert [path for path in paths(own) if path.lstat().st_mode & loose] == []


def test_sharing_asks(there: Machine, own: Path) -> None:
    """Without a terminal and without --yes it is refused, with what it would mean; nothing has changed."""
    told = there.call(OWNER, "--yard", own, "init", "--group", TEAM)
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert f"may run commands as account {OWNER.uid}" in told.err
    assert stat.S_IMODE(own.stat().st_mode) == 0o700


@pytest.mark.parametrize(("group", "words"), [("nosuchgroup", "There is no group"), ("64999", "You are not in")])
def test_a_group_that_cannot_be_given_a_yard(there: Machine, own: Path, group: str, words: str) -> None:
    """One that does not exist, or that the owner is not in."""
    told = there.call(OWNER, "--yard", own, "init", "--group", group, "--yes")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert words in told.err


def test_only_the_owner_shares_or_closes(lab: Machine) -> None:
    """A member may do neither."""
    for words in (["--group", TEAM, "--yes"], ["--private"]):
        told = lab.call(MEMBER, "init", *words)
        assert told.code == 2
        assert "who owns this yard" in told.err


# -- folders that were there before -------------------------------------------------------------------------


def old_folder(there: Machine, *, content: str = "") -> Path:
    """A folder of the owner's that the group may write to, as `mkdir` makes them below a set-group-id one."""
    folder = there.folder / f"old-{time.monotonic_ns()}"
    folder.mkdir()
    os.chown(folder, OWNER.uid, TEAM)
    folder.chmod(0o2775)
    if content:
        (folder / content).touch()
    return folder


def test_a_yard_in_a_folder_that_a_group_shares_is_private_all_the_same(there: Machine) -> None:
    """Nobody asked for a group's yard: the folder is closed, and members are refused."""
    folder = old_folder(there)
    assert there.call(OWNER, "--yard", folder, "submit", "--hold", "--", "true", cwd="/").code == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path for path in paths(folder) if path.lstat().st_mode & 0o077] == []
    assert there.call(MEMBER, "--yard", folder, "list").code == 2


def test_a_shared_folder_with_other_things_in_it_becomes_no_yard(there: Machine) -> None:
    """It is neither closed, which others may need open, nor made a group's yard by the way."""
    folder = old_folder(there, content="thesis.tex")
    told = there.call(OWNER, "--yard", folder, "list")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "may run commands as you" in told.err
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2775


def test_nobody_makes_a_yard_in_somebody_elses_folder(there: Machine) -> None:
    """A member of the group could write there, but the yard would be neither one's nor the other's."""
    folder = old_folder(there)
    told = there.call(MEMBER, "--yard", folder, "list")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert f"only account {OWNER.uid} can make one there" in told.err
    assert list(folder.iterdir()) == []


def test_a_private_yard_whose_folder_somebody_opened_stays_private(there: Machine, own: Path) -> None:
    """A chmod is no sharing: members are refused, and jobs take their whole environment as before."""
    os.chown(own, OWNER.uid, TEAM)
    own.chmod(0o2775)
    assert there.call(MEMBER, "--yard", own, "list").code == 2
    assert there.call(OWNER, "--yard", own, "submit", "--hold", "--", "true", env=SECRET).code == 0
    assert store_holds(own, CANARY)
    doctor = there.call(OWNER, "--yard", own, "doctor", "--json")
    assert any("the yard's mode is 2775" in each["what"] for each in json.loads(doctor.out))
