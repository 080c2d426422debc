"""Starting: what runs, what cannot, how it ended; never twice, never beyond the lane."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from jobyard.core.runners.base import Ended, Started
from tests.running.keeperkit import Yard, alive, as_nobody, open_folder, result, until, witness, witnessed


def test_exit_code_and_files(keeper_yard: Yard) -> None:
    """A job's exit code, times, sizes and output are told and lie in its folder, for its owner alone."""
    keeper_yard.connect()
    before = time.time()
    spec = keeper_yard.spec("echo out; echo error >&2; exit 7")
    keeper_yard.runner.start([spec])
    outcome = keeper_yard.ended(spec.token)
    assert (outcome.exit_code, outcome.signal, outcome.cause, outcome.message) == (7, None, "", "")
    assert outcome.started_at is not None
    assert before - 0.01 <= outcome.started_at <= outcome.ended_at <= time.time()
    assert (outcome.stdout_bytes, outcome.stderr_bytes) == (4, 6)
    folder = Path(spec.folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert (folder / "stdout").read_text() == "out\n"
    assert result(spec)["exit_code"] == 7
    assert not (folder / "starting").exists()


def test_signal(keeper_yard: Yard) -> None:
    """A job that a signal ended is told so, with its number."""
    keeper_yard.connect()
    outcome = keeper_yard.run("kill -SEGV $$")
    assert (outcome.exit_code, outcome.signal, outcome.stopped) == (None, signal.SIGSEGV, "")


def test_surroundings_of_a_job(keeper_yard: Yard) -> None:
    """A job gets its folder, umask, environment, standard input and a session of its own, and no signal ignored."""
    keeper_yard.connect()
    (keeper_yard.home / "in put").write_text("from the file")
    # Of grep itself: the shell blocks every signal while it starts one.
    script = "pwd; umask; echo $A; cat; echo; ps -o sid= -p $$; echo $$; grep -E 'Sig(Ign|Blk)' /proc/self/status"
    spec = keeper_yard.spec(
        script, cwd="/usr", umask=0o027, env={"A": "b\udcff", "PATH": os.environ["PATH"]},
        stdin=str(keeper_yard.home / "in put"),
    )  # fmt: skip
    keeper_yard.runner.start([spec])
    assert keeper_yard.ended(spec.token).exit_code == 0
    lines = Path(spec.folder, "stdout").read_bytes().splitlines()
    assert lines[:4] == [b"/usr", b"0027", b"b\xff", b"from the file"]
    assert lines[4].strip() == lines[5]
    libc_own = 0b11 << 31  # signals 32 and 33, which no program can set
    assert [int(line.split()[1], 16) & ~libc_own for line in lines[6:]] == [0, 0]


def test_no_descriptor_leaks_into_a_job(keeper_yard: Yard) -> None:
    """A job inherits its three streams and nothing else of the keeper's."""
    keeper_yard.connect()
    spec = keeper_yard.spec("ls /proc/self/fd")
    keeper_yard.start("sleep 60")
    keeper_yard.runner.start([spec])
    keeper_yard.ended(spec.token)
    assert Path(spec.folder, "stdout").read_text().split() == ["0", "1", "2", "3"]  # 3 is ls's own


def test_launch_errors(keeper_yard: Yard) -> None:
    """A command, folder or input that is not to be had fails the attempt with the reason in plain words."""
    keeper_yard.connect()
    plain = keeper_yard.home / "plain"
    plain.write_text("no")
    odd = keeper_yard.home / "odd"
    odd.write_text("#!/no/such/interpreter\n")
    odd.chmod(0o755)
    cases = [
        ({"argv": ("foo-bar", "x")}, "no such command: foo-bar"),
        ({"argv": (str(plain),)}, f"not executable: {plain}"),
        ({"argv": (str(odd),)}, f"cannot run {odd}: its interpreter does not exist"),
        ({"cwd": "/no/such/folder"}, "cannot enter the folder /no/such/folder: No such file or directory"),
        ({"stdin": "missing"}, "cannot read standard input from missing: No such file or directory"),
        ({"folder": "/a\0b"}, "cannot use the attempt's folder '/a\\x00b': embedded null byte"),
        ({"argv": ("true", "a\0b")}, "cannot start 'true': embedded null byte"),
        ({"argv": ("true", "x" * 200_000)}, "cannot start true: Argument list too long"),
    ]
    for more, message in cases:
        outcome = keeper_yard.run("", **more)
        assert (outcome.cause, outcome.message, outcome.started_at) == ("launch", message, None)


def test_command_is_found_as_a_shell_finds_it(keeper_yard: Yard) -> None:
    """PATH is the job's, relative parts count from the job's folder, and a script without #! runs in sh."""
    keeper_yard.connect()
    tools = keeper_yard.home / "tools"
    tools.mkdir()
    (tools / "mine").write_text("echo $0 $1")
    (tools / "mine").chmod(0o755)
    spec = keeper_yard.spec("", argv=("mine", "one"), env={"PATH": "/usr/bin:tools"})
    keeper_yard.runner.start([spec])
    assert keeper_yard.ended(spec.token).exit_code == 0
    assert Path(spec.folder, "stdout").read_text() == "tools/mine one\n"


def test_start_is_idempotent(keeper_yard: Yard) -> None:
    """A token starts once, however often and from however many workers it is asked for, also after its end."""
    keeper_yard.connect()
    spec = keeper_yard.spec(witness(keeper_yard.home) + "; sleep 0.2")
    other = keeper_yard.another()
    other.ensure()
    keeper_yard.runner.start([spec, spec])
    other.start([spec])
    other.close()
    keeper_yard.ended(spec.token)
    keeper_yard.runner.start([spec])
    keeper_yard.run("true")
    assert witnessed(keeper_yard.home) == [spec.token]
    assert keeper_yard.count(Started, spec.token) == 1


def test_lane_limits_and_keeps_the_order(keeper_yard: Yard) -> None:
    """A lane of one runs its attempts one at a time, first come first served, over all workers."""
    keeper_yard.connect()
    other = keeper_yard.another()
    other.ensure()
    script = f"mkdir {keeper_yard.home}/busy && {witness(keeper_yard.home)} && rmdir {keeper_yard.home}/busy"
    specs = [keeper_yard.spec(script, lane_slots=1) for _ in range(30)]
    for number, spec in enumerate(specs):
        (keeper_yard.runner if number < 15 else other).start([spec])
    assert {keeper_yard.ended(spec.token).exit_code for spec in specs} == {0}
    other.close()
    order = witnessed(keeper_yard.home)
    assert order[0] == specs[0].token
    assert sorted(order) == sorted(spec.token for spec in specs)
    mine = [spec.token for spec in specs[:15]]
    assert [token for token in order if token in mine] == mine


def test_lane_widens(keeper_yard: Yard) -> None:
    """More slots let what waits start at once."""
    keeper_yard.connect()
    first, second = (keeper_yard.spec("sleep 60", lane_slots=1) for _ in range(2))
    keeper_yard.runner.start([first, second])
    keeper_yard.pid(first)
    keeper_yard.hear()
    assert not keeper_yard.count(Started, second.token)
    keeper_yard.runner.lane(first.lane, 2)
    assert alive(keeper_yard.pid(second))


def test_a_thousand_short_jobs(keeper_yard: Yard) -> None:
    """Many short jobs handed over at once all end, each once, with true numbers."""
    keeper_yard.connect()
    specs = [keeper_yard.spec("", argv=("sh", "-c", f"exit {number % 100}"), lane_slots=2) for number in range(500)]
    keeper_yard.runner.start(specs)
    for number, spec in enumerate(specs):
        assert keeper_yard.ended(spec.token).exit_code == number % 100
    assert all(keeper_yard.count(Ended, spec.token) == 1 for spec in specs[:20])


def test_folder_that_cannot_be_made(keeper_yard: Yard) -> None:
    """An attempt whose folder cannot be made fails with the reason; nothing runs."""
    keeper_yard.connect()
    (keeper_yard.home / "file").write_text("")
    outcome = keeper_yard.run("true", folder=str(keeper_yard.home / "file" / "1"))
    assert outcome.cause == "launch"
    assert "Not a directory" in outcome.message


def test_unwritable_folder_as_an_ordinary_account() -> None:
    """Without root's rights an unwritable folder fails the attempt, and asking for it back is answered honestly."""
    script = (
        "home = pathlib.Path(sys.argv[1]); home.mkdir(); yard = Yard(home)\n"
        "(home / 'shut').mkdir(mode=0o500)\n"
        "if not os.fork(): os._exit(keeper.main(['keeper', str(home)]))\n"
        "os.wait(); pid = yard.connect()\n"
        "spec = yard.spec('true', folder=str(home / 'shut' / '1'))\n"
        "yard.runner.start([spec]); outcome = yard.ended(spec.token)\n"
        "assert outcome.cause == 'launch' and 'Permission denied' in outcome.message, outcome\n"
        "other = held(yard.spec('true', folder=str(home / 'shut' / '2')))\n"
        "yard.runner.disown([other]); answer = yard.disowned(other.token)\n"
        "assert answer.answer == 'unknown' and 'Permission denied' in answer.why, answer\n"
        "long = yard.start('sleep 60 & sleep 60'); yard.runner.stop(long.token, 'cancel')\n"
        "assert yard.ended(long.token).stopped == 'cancel'\n"
        "yard.runner.close(); os.kill(pid, 15); until(lambda: not alive(pid))\n"
        "print('fine')\n"
    )
    with open_folder() as folder:
        done = as_nobody(script, str(folder / "yard"))
    assert done.stdout == "fine\n", done.stderr


def test_many_in_a_slow_lane_are_taken_back(keeper_yard: Yard) -> None:
    """What waits can be stopped before it starts: never, with the promise on disk, and the lane goes on."""
    keeper_yard.connect()
    first, second, third = (keeper_yard.spec("sleep 0.3", lane_slots=1) for _ in range(3))
    keeper_yard.runner.start([first, second, third])
    keeper_yard.runner.stop(second.token, "cancel")
    assert keeper_yard.disowned(second.token).answer == "never"
    assert "tombstone" in Path(second.folder, "starting").read_text()
    keeper_yard.runner.start([second])
    assert keeper_yard.ended(third.token).exit_code == 0
    until(lambda: keeper_yard.hear() or True)
    assert not keeper_yard.count(Started, second.token)
