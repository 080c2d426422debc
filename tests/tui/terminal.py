"""The real app on a pseudo terminal, its screen read back through an emulator."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyte

DEADLINE = 30.0  # seconds
JOBYARD = (sys.executable, "-m", "jobyard.tui")


class Terminal:
    """A terminal with a program on it."""

    def __init__(self, process: subprocess.Popen[bytes], near: int, columns: int, rows: int) -> None:
        self.process, self.near = process, near
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.received = 0  # bytes
        self.raw = bytearray()

    def keys(self, text: str) -> None:
        """Press keys."""
        os.write(self.near, text.encode())

    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.screen.display)

    def until(self, condition: Callable[[], object], what: str, seconds: float = DEADLINE) -> None:
        """Read what the program paints until *condition* holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"did not come true: {what}\n{self.text()}")
            self._read(0.05)

    def shown(self, words: str) -> None:
        """Read until the screen has these words."""
        self.until(lambda: words in self.text(), repr(words))

    def resize(self, columns: int, rows: int) -> None:
        """Another size, as a terminal window has it."""
        self.screen.resize(rows, columns)
        _set_size(self.near, columns, rows)

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        os.close(self.near)
        self.near = -1

    def wait(self, seconds: float = DEADLINE) -> int:
        """The program's exit code; it is read from until it ends."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "the program does not end"
            self._read(0.02)
        return self.process.returncode

    def _read(self, seconds: float) -> None:
        if self.near < 0:
            time.sleep(seconds)
            return
        if not select.select([self.near], [], [], seconds)[0]:
            return
        try:
            data = os.read(self.near, 1 << 16)
        except OSError:  # the program is gone
            time.sleep(seconds)
            return
        self.received += len(data)
        self.raw += data
        # pyte takes the kitty keyboard protocol's sequences and the like for text.
        with contextlib.suppress(TypeError):
            self._stream.feed(known(data))


def known(data: bytes) -> bytes:
    """Without the sequences that pyte takes for text."""
    for unknown in (b"\x1b[>25u", b"\x1b[<u", b"\x1b[?2026$p", b"\x1b[?2048$p", b"\x1b]22;default\x07"):
        data = data.replace(unknown, b"")
    return data


def _set_size(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@contextmanager
def app_on(
    home: Path,
    *words: str,
    size: tuple[int, int] = (160, 50),
    env: Mapping[str, str] = {},
    controlling: bool = True,
) -> Iterator[Terminal]:
    """``jobyard WORDS`` on a terminal of its own, the *controlling* one of its session; killed at the end."""
    near, far = pty.openpty()
    _set_size(far, *size)
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    surroundings = {**inherited, "JOBYARD_HOME": str(home), "TERM": "xterm-256color", **env}
    process = subprocess.Popen(
        [*JOBYARD, *words], stdin=far, stdout=far, stderr=far, env=surroundings, start_new_session=True,
        preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if controlling else None,
    )  # fmt: skip
    os.close(far)
    terminal = Terminal(process, near, *size)
    try:
        yield terminal
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
        if terminal.near >= 0:
            os.close(terminal.near)
