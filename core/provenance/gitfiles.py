"""The repository that a folder is in, and its revision, from git's own files: microseconds, and nothing is run.

Worktrees and submodules have a file ``.git`` that says where their folder is; a worktree shares all but its HEAD and
index with the repository that it came from (``commondir``). See gitrepository-layout(5).
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from .reading import read, signature

SMALL = 4096  # bytes of HEAD, of a reference, of a .git file
PACKED = 64 << 20  # bytes of packed-refs
HOPS = 5  # references to references
_HASH = re.compile(rb"(?:[0-9a-f]{64}|[0-9a-f]{40})(?=\s|$)")


class Repository(NamedTuple):
    """``root`` is the top of the files, ``folder`` git's own for them, ``common`` what worktrees share."""

    root: str
    folder: str
    common: str


class Head(NamedTuple):
    """What is checked out. No ``revision`` before the first commit or, with *why*, when it cannot be read."""

    revision: str = ""
    branch: str = ""  # "" = detached
    why: str = ""


def find(folder: str) -> Repository | None:
    """The repository that *folder* is in; as git does, it is not looked for beyond the file system."""
    at = os.path.realpath(folder)
    try:
        device = os.stat(at).st_dev
        while os.stat(at).st_dev == device:
            found = _here(at)
            if found or at == "/":
                return found
            at = os.path.dirname(at)
    except (OSError, ValueError):
        pass
    return None


def _here(root: str) -> Repository | None:
    dot = root + "/.git"
    if not os.path.lexists(dot):
        return None
    folder = dot
    if not os.path.isdir(dot):
        said = read(dot, SMALL) or b""
        if not said.startswith(b"gitdir:"):
            return None
        folder = os.path.normpath(os.path.join(root, os.fsdecode(said[7:].strip())))
    if not os.path.isfile(folder + "/HEAD"):
        return None
    shared = read(folder + "/commondir", SMALL)
    common = os.path.normpath(os.path.join(folder, os.fsdecode(shared.strip()))) if shared else folder
    return Repository(root, folder, common)


def head(repository: Repository) -> Head:
    """What is checked out there."""
    content = read(repository.folder + "/HEAD", SMALL)
    if content is None:
        return Head(why="its HEAD cannot be read")
    name = _points_to(content)
    if not name:
        found = _HASH.match(content)
        return Head(found[0].decode()) if found else Head(why="its HEAD cannot be understood")
    if name == "refs/heads/.invalid":
        return Head(why="its references are in a form that only git reads")
    return Head(_resolved(repository, name), name.removeprefix("refs/heads/"))


def watched(repository: Repository) -> tuple[object, ...]:
    """What changes with every commit, checkout, reset or addition."""
    name = _points_to(read(repository.folder + "/HEAD", SMALL) or b"")
    paths = [repository.folder + "/HEAD", repository.folder + "/index", repository.common + "/packed-refs"]
    if name:
        paths += [f"{repository.folder}/{name}", f"{repository.common}/{name}"]
    return tuple(map(signature, paths))


def _points_to(content: bytes) -> str:
    """The reference that a file names, "" if it names none that is safe to follow."""
    if not content.startswith(b"ref:"):
        return ""
    name = os.fsdecode(content[4:].strip())
    safe = name.startswith("refs/") and ".." not in name.split("/") and "\n" not in name and "\0" not in name
    return name if safe else ""


def _resolved(repository: Repository, name: str) -> str:
    for _ in range(HOPS):
        content = read(f"{repository.folder}/{name}", SMALL) or read(f"{repository.common}/{name}", SMALL)
        if content is None:
            return _packed(repository, name)
        further = _points_to(content)
        if not further:
            found = _HASH.match(content)
            return found[0].decode() if found else ""
        name = further
    return ""


def _packed(repository: Repository, name: str) -> str:
    content = read(repository.common + "/packed-refs", PACKED) or b""
    found = re.search(rb"^([0-9a-f]{40,64}) " + re.escape(os.fsencode(name)) + rb"$", content, re.MULTILINE)
    return found[1].decode() if found else ""
