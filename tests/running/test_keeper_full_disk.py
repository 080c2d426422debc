"""A full disk: nothing false, nothing forgotten, and it goes on when there is room."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import contextlib, os, sys
from pathlib import Path
from jobyard.core.runners.base import Ended, Started
from tests.running.keeperkit import Yard, held, until

yard = Yard(Path(sys.argv[1]) / "yard")
yard.connect()
try:
    running = yard.start("read x < fifo; exit 7", cwd=sys.argv[2])
    ballast = yard.home / "ballast"
    with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    refused = yard.spec("true")
    yard.runner.start([refused])
    answer = yard.disowned(refused.token)
    assert (answer.answer, answer.why) == ("never", "not started: No space left on device"), answer
    Path(sys.argv[2], "fifo").write_text("go")
    assert yard.ended(running.token).exit_code == 7
    assert not any(log.stat().st_size for log in (yard.home / "run").glob("outcomes-*"))
    ballast.unlink()
    log = lambda: b"".join(path.read_bytes() for path in (yard.home / "run").glob("outcomes-*"))
    until(lambda: running.token.encode() in log(), "the outcome on disk")
    yard.kill_keeper()
    mark = len(yard.seen)
    yard.connect()
    assert yard.ended(running.token, since=mark).exit_code == 7
    assert yard.run("exit 1").exit_code == 1
    assert yard.count(Started, refused.token) == 0
    print("fine")
finally:
    yard.close()
"""


def test_full_disk(tmp_path: Path) -> None:
    """On a full disk a start is put off, an end is told all the same, and written as soon as there is room."""
    disk, elsewhere = tmp_path / "disk", tmp_path / "elsewhere"
    disk.mkdir()
    elsewhere.mkdir()
    os.mkfifo(elsewhere / "fifo")
    (tmp_path / "script.py").write_text(SCRIPT)
    mount = 'mount -t tmpfs -o size=512k,nr_inodes=200 tmpfs "$1" && exec "$2" "$3" "$1" "$4"'
    command = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), "sh", "-c", mount, "sh"]
    done = subprocess.run(
        [*command, str(disk), sys.executable, str(tmp_path / "script.py"), str(elsewhere)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.stdout == "fine\n", done.stderr
