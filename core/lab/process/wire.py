"""Messages between an attempt's process, the guard of a station and the station itself: JSON behind its length.

Descriptors ride on the first byte of a message. Standard library alone: both sides of the fence use it.
"""

from __future__ import annotations

import array
import json
import socket
import struct
from typing import Any, Dict, List, Optional, Sequence, Tuple

LONGEST = 64 << 20  # bytes: an environment and little else
MOST_FDS = 3
HEAD = struct.Struct("!I")
PEER = struct.Struct("3i")  # struct ucred: process, account, group


def send(sock: socket.socket, message: Dict[str, Any], fds: Sequence[int] = ()) -> None:
    """Send all of it. Raises OSError."""
    body = json.dumps(message).encode("ascii")
    data = HEAD.pack(len(body)) + body
    if fds:
        sent = sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])
        data = data[sent:]
    sock.sendall(data)


def receive(sock: socket.socket) -> Tuple[Optional[Dict[str, Any]], List[int]]:
    """A message and its descriptors; None where the other side has hung up. Raises OSError, ValueError."""
    fds = array.array("i")
    space = socket.CMSG_SPACE(MOST_FDS * fds.itemsize)
    head, notes, _, _ = sock.recvmsg(HEAD.size, space, socket.MSG_CMSG_CLOEXEC)
    for level, kind, data in notes:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    body = _rest(sock, head)
    return (None if body is None else _message(body)), list(fds)


def peer(sock: socket.socket) -> int:
    """The account of the other side."""
    return int(PEER.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size))[1])


def _message(body: bytes) -> Dict[str, Any]:
    found = json.loads(body.decode("ascii"))
    if not isinstance(found, dict):
        raise ValueError("a message is an object")
    return found


def _rest(sock: socket.socket, head: bytes) -> Optional[bytes]:
    """The body that belongs to the beginning of a message; None at the end of the stream."""
    begun = _exactly(sock, HEAD.size, head) if head else None
    if begun is None:
        return None
    size = HEAD.unpack(begun)[0]
    if size > LONGEST:
        raise ValueError(f"a message of {size} bytes")
    return _exactly(sock, size)


def _exactly(sock: socket.socket, size: int, found: bytes = b"") -> Optional[bytes]:
    parts, left = [found], size - len(found)
    while left:
        part = sock.recv(min(left, 1 << 20))
        if not part:
            return None
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
