"""The keeper's socket and those who are connected to it. A slow or stuck one is never waited for."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import struct
import time
from collections.abc import Callable

from . import system
from .channel import Channel, Gone
from .protocol import Message

SOCKET = "keeper.sock"
_BACKLOG = 64
_PEER = struct.Struct("3i")


class Client(Channel):
    """A worker's connection, with the environment that its starts share."""

    env: dict[str, str]

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.env = {}


class Hub:
    """All connections."""

    def __init__(self, listener: socket.socket, selector: selectors.BaseSelector) -> None:
        self.clients: list[Client] = []
        self.on_message: Callable[[Client, Message], None] = lambda client, message: None
        self.on_welcome: Callable[[Client], None] = lambda client: None
        self._listener = listener
        self._selector = selector
        self._blocked: set[Client] = set()
        self._unsent_since = 0.0  # monotonic
        selector.register(listener, selectors.EVENT_READ, self._accept)

    def broadcast(self, line: bytes, fd: int = -1) -> None:
        """Say it to everybody."""
        self.owe()
        for client in self.clients:
            client.say(line, fd)

    def say(self, client: Client, line: bytes, fd: int = -1) -> None:
        """Say it to one."""
        self.owe()
        client.say(line, fd)

    def owe(self) -> None:
        """There is news, to be told before long."""
        self._unsent_since = self._unsent_since or time.monotonic()

    def unsent_for(self) -> float:
        """Seconds since the oldest news that have not been sent; 0.0 when there are none."""
        return time.monotonic() - self._unsent_since if self._unsent_since else 0.0

    def flush(self) -> None:
        """Send what there is to say."""
        self._unsent_since = 0.0
        for client in list(self.clients):
            try:
                self._watch(client, blocked=not client.flush())
            except Gone:
                self._drop(client)

    def close(self) -> None:
        """Hang up on all, and listen no more."""
        for client in list(self.clients):
            self._drop(client)
        self._selector.unregister(self._listener)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            sock, _ = self._listener.accept()
            if _peer_uid(sock) != os.geteuid():
                system.tell("refused a connection of another account")
                sock.close()
                return
            client = Client(sock)
            self.clients.append(client)
            self._selector.register(client, selectors.EVENT_READ, lambda: self._receive(client))
            self.on_welcome(client)

    def _receive(self, client: Client) -> None:
        try:
            messages = client.receive()
        except Gone:
            self._drop(client)
            return
        for message in messages:
            self.on_message(client, message)

    def _watch(self, client: Client, blocked: bool) -> None:
        """Wake for a client that could not take everything once it can take more."""
        if blocked == (client in self._blocked):
            return
        self._blocked ^= {client}
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if blocked else 0)
        self._selector.modify(client, events, lambda: self._receive(client))

    def _drop(self, client: Client) -> None:
        if client in self.clients:
            self.clients.remove(client)
            self._blocked.discard(client)
            self._selector.unregister(client)
            client.close()


def listen(run: str) -> socket.socket:
    """The socket in the folder *run*, for us alone; its path may be longer than a socket's address."""
    folder = os.open(run, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    mask = os.umask(0o177)
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(SOCKET, dir_fd=folder)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(f"/proc/self/fd/{folder}/{SOCKET}")
        listener.listen(_BACKLOG)
        listener.setblocking(False)
        return listener
    finally:
        os.umask(mask)
        os.close(folder)


def connect(run: str) -> socket.socket:
    """A connection to the keeper of the folder *run*. Raises OSError when none answers."""
    folder = os.open(run, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.connect(f"/proc/self/fd/{folder}/{SOCKET}")
        if _peer_uid(sock) != os.geteuid():
            raise PermissionError("the keeper belongs to another account")
        return sock
    except OSError:
        sock.close()
        raise
    finally:
        os.close(folder)


def _peer_uid(sock: socket.socket) -> int:
    content = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    return int(_PEER.unpack(content)[1])
