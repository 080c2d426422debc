"""JSON lines with descriptors over a Unix stream socket; the same for both ends. Nothing here blocks."""

from __future__ import annotations

import array
import contextlib
import os
import socket
from collections import deque

from .protocol import Message, parsed

MAX_FDS = 200  # the kernel takes 253 at once
MAX_BUFFERED = 16 * 1024 * 1024  # bytes a peer may leave unread before it is dropped
MAX_LINE = 64 * 1024 * 1024
_CHUNK = 256 * 1024
_ROUNDS = 8  # chunks taken in one go, so that one peer does not starve the others
_ANCILLARY = socket.CMSG_SPACE(253 * 4)


class Gone(Exception):
    """The peer has hung up, or reads nothing."""


class Channel:
    """A connection that collects what is said in one turn and sends it together."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.fds: deque[int] = deque()
        self._rest = b""
        self._lines: list[bytes] = []
        self._line_fds: list[int] = []
        self._out: deque[tuple[bytes, list[int]]] = deque()
        self._buffered = 0

    def fileno(self) -> int:
        """The socket."""
        return self.sock.fileno()

    def say(self, line: bytes, fd: int = -1) -> None:
        """Say *line* with the next flush, with a copy of *fd* if there is one."""
        self._lines.append(line)
        self._buffered += len(line)
        if fd >= 0:
            self._line_fds.append(os.dup(fd))
            if len(self._line_fds) >= MAX_FDS:
                self._seal()

    def flush(self) -> bool:
        """Send what goes; True when all is said. Raises Gone."""
        self._seal()
        try:
            while self._out:
                self._send_first()
        except BlockingIOError:
            if self._buffered > MAX_BUFFERED:
                raise Gone("it reads nothing") from None
            return False
        except OSError as error:
            raise Gone(error.strerror) from None
        return True

    def receive(self) -> list[Message]:
        """The messages that have come. Raises Gone once the peer has hung up and everything has been told."""
        messages: list[Message] = []
        for _ in range(_ROUNDS):
            try:
                data = self._receive_some()
            except BlockingIOError:
                break
            except OSError as error:
                raise Gone(error.strerror) from None
            if not data:
                if messages:
                    break
                raise Gone("it hung up")
            messages += self._split(data)
        return messages

    def take_fd(self) -> int:
        """The descriptor that belongs to the line at hand, or -1."""
        return self.fds.popleft() if self.fds else -1

    def close(self) -> None:
        """Hang up."""
        for fd in (*self.fds, *self._line_fds, *(fd for _, fds in self._out for fd in fds)):
            os.close(fd)
        self.fds.clear()
        self._line_fds.clear()
        self._out.clear()
        with contextlib.suppress(OSError):
            self.sock.close()

    def _seal(self) -> None:
        if self._lines:
            self._out.append((b"".join(self._lines), self._line_fds))
            self._lines, self._line_fds = [], []

    def _send_first(self) -> None:
        data, fds = self._out[0]
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        sent = self.sock.sendmsg([data], rights, socket.MSG_NOSIGNAL)
        for fd in fds:
            os.close(fd)
        self._buffered -= sent
        if sent < len(data):
            self._out[0] = (data[sent:], [])
        else:
            self._out.popleft()

    def _receive_some(self) -> bytes:
        data, ancillary, _, _ = self.sock.recvmsg(_CHUNK, _ANCILLARY, socket.MSG_CMSG_CLOEXEC)
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                got = array.array("i")
                got.frombytes(content[: len(content) - len(content) % got.itemsize])
                self.fds.extend(got)
        return data

    def _split(self, data: bytes) -> list[Message]:
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > MAX_LINE:
            raise Gone("a line without end")
        return [parsed(line) for line in lines]
