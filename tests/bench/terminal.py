"""A program on a pseudo terminal: when its first picture is there, what a key costs, what it uses."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROWS, COLUMNS = 50, 160
TICKS = os.sysconf("SC_CLK_TCK")


class Terminal:
    """The far end of the pseudo terminal, and the process on it."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int, began: float) -> None:
        self.process = process
        self.descriptor = descriptor
        self.began = began  # time.perf_counter() before the process was started

    def until(self, words: bytes, seconds: float = 60.0) -> float:
        """Read until *words* were printed; seconds since the start."""
        seen = b""
        while words not in seen:
            seen = seen[-len(words) :] + self._read(seconds)
        return time.perf_counter() - self.began

    def until_quiet(self, pause: float = 0.15) -> int:
        """Read until nothing comes for *pause* seconds; how many bytes came."""
        total = 0
        while select.select([self.descriptor], [], [], pause)[0]:
            total += len(self._read(pause))
        return total

    def keys(self, keys: bytes) -> None:
        """Press keys without waiting for an answer."""
        os.write(self.descriptor, keys)

    def press(self, key: bytes) -> tuple[float, int]:
        """Press a key: seconds until the answer begins to arrive, and its bytes until it is quiet again."""
        began = time.perf_counter()
        self.keys(key)
        first = len(self._read(10.0))
        return time.perf_counter() - began, first + self.until_quiet()

    def resident(self) -> int:
        """Bytes of memory that the process has resident now."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def _read(self, seconds: float) -> bytes:
        if not select.select([self.descriptor], [], [], seconds)[0]:
            raise TimeoutError(f"nothing printed for {seconds} s")
        return os.read(self.descriptor, 1 << 16)


def processor_seconds(pid: int) -> float:
    """Processor time that a process has used, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def on_terminal(argv: Sequence[str], env: dict[str, str]) -> Iterator[Terminal]:
    """Run a program on a terminal of 160×50; it is killed at the end."""
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    began = time.perf_counter()
    process = subprocess.Popen(
        argv, env={**env, "TERM": "xterm-256color"}, stdin=far, stdout=far, stderr=far, start_new_session=True
    )
    os.close(far)
    try:
        yield Terminal(process, near, began)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
        os.close(near)
