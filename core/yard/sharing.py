"""Opening a private yard to a group, and closing it again.

The mode of the yard's own folder is the switch: it is turned last when a yard is opened, first when it is closed.
So a conversion that dies halfway leaves a yard that is private, with some files that would let members in if the
folder did; doing it again finishes it. Nothing here opens the database: a close would drop this process's locks on it.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .. import capture, crash, modes, settings
from ..errors import BadInput, Unknown, YardError
from ..labmodels import VERSIONS
from ..models import Finding
from ..store import Store, environments, once
from ..text import one_line, quoted
from . import access, home

TOLD = "told what is captured: "  # of meta, then a user
STORE = ("jobyard.db", "jobyard.db-wal", "jobyard.db-shm", "jobyard.yml", "upgrade.lock")
OWNERS = ("keeper.sock", "keeper.lock", "worker.log", "keeper.log", "app-crash.txt", "outcomes-")  # of run/

crash.register(
    share_inside="what is in the yard is open to the group, the yard itself is not",
    unshare_closed="the yard is closed, what is in it still has a group yard's modes",
)


class Wish(NamedTuple):
    """How a path of the yard is to be."""

    path: str
    mode: int


def environment(folder: Path, whose: access.Access) -> dict[str, str]:
    """What a job of a group yard takes of this process's environment."""
    return capture.for_group(os.environ, access.login(whose.owner), settings.load(folder).captured_environment)


def first_word(store: Store) -> str:
    """What somebody is told who submits to a group yard for the first time; "" in any other case."""
    whose, key = access.of(store.home), TOLD + store.actor.user
    if not whose.shared or once.done(store, key):
        return ""
    once.remember(store, key)
    names = ", ".join(settings.load(store.home).captured_environment)
    return (
        f"This yard is shared with the group {whose.group_name}; its jobs run as {whose.owner_name}. "
        f"Of your environment they get only {names}; add others with --env."
    )


def find_group(name: str) -> int:
    """The number of a group by its name, or of one without a name. Raises Unknown, BadInput, YardError."""
    import grp

    try:
        gid = grp.getgrnam(name).gr_gid
    except (KeyError, ValueError, UnicodeError):
        gid = _number(name)
    if not access.is_member(gid):
        raise YardError(
            f"You are not in the group {access.group(gid)}",
            "only a member can give it a yard",
            "See which are yours: id -nG; after being taken in, log in again",
        )
    return gid


def _number(name: str) -> int:
    if not (name.isascii() and name.isdigit()):
        raise Unknown(f"There is no group {quoted(name)}", "", "See which are yours: id -nG")
    if len(name) > 10 or int(name) >= 2**32 - 1:
        raise BadInput(f"{one_line(name, 60)} is no number of a group", "", "See which are yours: id -G")
    return int(name)


def before(store: Store, gid: int) -> Iterator[str]:
    """What its owner must know before the yard is shared, a sentence each. Raises YardError for any but the owner."""
    access.require_owner(store.home, "Sharing the yard")
    owner, group = access.of(store.home).owner_name, access.group(gid)
    members = ", ".join(name for name in access.members(gid) if name != owner)
    yield (
        f"Every member of the group {group}{f' ({members})' if members else ''} will see all jobs, commands and logs "
        f"of {store.home}, and may submit and change jobs."
    )
    yield f"Jobs run as {owner}: who may write here may run commands as {owner}, and read and change what {owner} can."
    stored = environments.count(store)
    if stored and not access.of(store.home).shared:
        yield f"The environments that jobs took so far ({stored}) are cut down to what members may see of them."
    closed = _closed_above(store.home, gid)
    if closed is not None:
        yield f"Members cannot reach it yet: {closed} is closed to them (chmod g+x, or another --yard)."


def share(store: Store, gid: int) -> int:
    """Open the yard to the group; how many paths were changed. Raises YardError for any but the owner."""
    folder = store.home
    access.require_owner(folder, "Sharing the yard")
    _cut_down(store)
    changed = sum(_apply(wish, gid) for wish in _inside(folder, group=True))
    crash.point("share.inside")
    changed += _apply(Wish(str(folder), modes.WRITTEN_FOLDER), gid)
    _cut_down(store)  # whatever was submitted meanwhile
    return changed


def _cut_down(store: Store) -> None:
    patterns = settings.load(store.home).captured_environment
    environments.reduce(store, lambda found: capture.listed(found, (*patterns, *capture.ACCOUNT)))


def unshare(folder: Path) -> int:
    """Close the yard to all but its owner; how many paths were changed. Whoever has it open keeps what is open."""
    access.require_owner(folder, "Closing the yard")
    changed = _apply(Wish(str(folder), modes.PRIVATE_FOLDER), None)
    crash.point("unshare.closed")
    return changed + sum(_apply(wish, None) for wish in _inside(folder, group=False))


def _closed_above(folder: Path, gid: int) -> Path | None:
    """The nearest folder above the yard that members of the group cannot pass, as far as its mode says."""
    for parent in folder.parents:
        found = parent.stat()
        if not found.st_mode & (0o010 if found.st_gid == gid else 0o001):
            return parent
    return None


def _inside(folder: Path, *, group: bool) -> Iterator[Wish]:
    """How everything in the yard is to be."""
    for where, folders, files in os.walk(folder):
        inside = os.path.relpath(where, folder)
        for name in folders:
            path = os.path.normpath(os.path.join(inside, name))
            yield Wish(os.path.join(where, name), _folder_mode(path) if group else modes.PRIVATE_FOLDER)
        for name in files:
            mode = _file_mode(inside, name) if group else modes.PRIVATE_FILE
            yield Wish(os.path.join(where, name), mode & ~0o222 if _written_once(inside) else mode)


def _folder_mode(path: str) -> int:
    return modes.WRITTEN_FOLDER if home.common(path) else modes.READ_FOLDER


def _written_once(inside: str) -> bool:
    """Whether the files of that folder are never written again: versions of configs."""
    return os.path.dirname(inside) == VERSIONS


def _file_mode(inside: str, name: str) -> int:
    """Of a file in the folder *inside* of a group yard ("." the yard itself)."""
    if inside == ".":  # backups hold more than members may see
        return modes.WRITTEN_FILE if name in STORE else modes.PRIVATE_FILE
    if inside == "run" and name.startswith(OWNERS):
        return modes.PRIVATE_FILE
    return modes.WRITTEN_FILE if home.common(inside) else modes.READ_FILE


def _apply(wish: Wish, gid: int | None) -> bool:
    """Change group and mode where they differ; what is another account's, or gone meanwhile, is left as it is."""
    try:
        found = os.lstat(wish.path)
        if stat.S_ISLNK(found.st_mode) or found.st_uid != os.geteuid():
            return False
        if stat.S_IMODE(found.st_mode) == wish.mode and gid in (None, found.st_gid):
            return False
        if gid is not None:
            os.chown(wish.path, -1, gid, follow_symlinks=False)  # first: it takes the set-group-id bit away
        os.chmod(wish.path, wish.mode)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise YardError(f"{wish.path} cannot be changed", error.strerror or "", "Do it again when it can") from error
    return True


def examine(folder: Path) -> Iterator[Finding]:
    """Whether the yard is as open as it should be, for the doctor."""
    mode, whose = stat.S_IMODE(folder.stat().st_mode), access.of(folder)
    if not whose.shared:
        if mode & 0o077:
            todo = f"Close it: chmod 700 {folder}; or share it: jobyard init --group"
            yield Finding("warn", f"the yard's mode is {mode:o}", "other accounts can look into it", todo)
        return
    yield _whose_group(whose)
    if mode & 0o007:
        todo = f"Close it: chmod o= {folder}"
        yield Finding("warn", f"the yard's mode is {mode:o}", "accounts beyond the group can look into it", todo)
    if _half_done(folder):
        todo = f"Have {whose.owner_name} do it again: jobyard init --group {_as_argument(whose)}"
        yield Finding("warn", "some of its folders are not open to the group", "sharing it was not finished", todo)


def _whose_group(whose: access.Access) -> Finding:
    text = f"it is shared with the group {whose.group_name}; its jobs run as {whose.owner_name}"
    if access.group_exists(whose.group):
        return Finding("ok", text)
    why = "no group of this machine has that number any more; only who still bears it gets in"
    return Finding("warn", text, why, "Share it anew: jobyard init --group, or --private")


def _as_argument(whose: access.Access) -> str:
    return whose.group_name if access.group_exists(whose.group) else str(whose.group)


def _half_done(folder: Path) -> bool:
    """Whether some of the yard's own folders are not as they should be: a conversion died, or somebody said chmod."""
    with contextlib.suppress(OSError):
        return any(stat.S_IMODE((folder / name).stat().st_mode) != _folder_mode(name) for name in home.FOLDERS)
    return True
