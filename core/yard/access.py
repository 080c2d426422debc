"""Whose a yard is, and what that means for the account that opens it.

Only the owner's account runs workers, keeper and jobs. A group yard (its folder is 2770) lets members of its group
look, submit and edit; anybody else is refused in words, as is every other account at a private yard, root included:
what root makes there, the owner could not open any more.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from .. import modes
from ..capture import Account
from ..errors import YardError


class Access(NamedTuple):
    """Owner and group of a yard by number; whether the group may write; whether it is this account's own."""

    owner: int
    group: int
    shared: bool
    mine: bool

    @property
    def owner_name(self) -> str:
        """The owner, for people."""
        return account(self.owner)

    @property
    def group_name(self) -> str:
        """The group, for people."""
        return group(self.group)


def of(home: Path) -> Access:
    """Whose the yard is. Raises OSError."""
    found = os.stat(home)
    shared = modes.file_mode(found.st_mode) == modes.WRITTEN_FILE and _opened(home)
    return Access(found.st_uid, found.st_gid, shared, found.st_uid == os.geteuid())


def _opened(home: Path) -> bool:
    """Whether `sharing` has opened it: a private yard in a folder that a group shares for other reasons is private."""
    try:
        return modes.shared(os.stat(home / "run").st_mode)
    except PermissionError:  # a stranger's look: the yard's own mode has said it
        return True
    except OSError:
        return False


def admit(home: Path) -> Access:
    """Whose the yard is, if this account may use it at all. Raises YardError, OSError."""
    found = of(home)
    if not found.mine and not (found.shared and is_member(found.group)):
        raise _stranger(home, found)
    return found


def is_member(gid: int) -> bool:
    """Whether this process acts for the group; root does for any."""
    return os.geteuid() == 0 or gid == os.getegid() or gid in os.getgroups()


def require_owner(home: Path, what: str) -> None:
    """Refuse what only the owner's account may do, with a yard that it can write: *what*, as a command or a noun.

    Raises YardError.
    """
    try:
        found = of(home)
    except OSError as error:
        raise YardError(f"The yard {home} cannot be used", error.strerror or "") from error
    if not found.mine:
        raise YardError(
            f"{what} is for {found.owner_name} alone, who owns this yard",
            f"workers and jobs run under that account, and this is {account(os.geteuid())}",
            f"Ask {found.owner_name} to do it",
        )
    if not os.access(home, os.W_OK):
        raise read_only(home)


def on_read_only_disk(home: Path) -> bool:
    """Whether nobody can write there."""
    return bool(os.statvfs(home).f_flag & os.ST_RDONLY)


def read_only(home: Path) -> YardError:
    """The error for whoever may not write there."""
    what = f"The yard {home} is read-only"
    if on_read_only_disk(home):
        todo = "Make it writable: mount -o remount,rw; or work on a copy of the whole folder: cp -a, then --yard COPY"
        return YardError(what, "its disk is mounted so; after errors the kernel does that (see dmesg)", todo)
    return YardError(what, "this account may not write there", "Choose another with --yard")


def _stranger(home: Path, found: Access) -> YardError:
    what = f"The yard {home} belongs to {found.owner_name}"
    if found.shared:
        todo = f"Ask to be taken into the group {found.group_name}, then log in again; or use another --yard"
        return YardError(what, f"it is for the group {found.group_name}, and you are not in it", todo)
    if os.geteuid() == 0:
        todo = f"Act as its owner: sudo -u {_as_sudo(found.owner)} jobyard …; or use another --yard"
        return YardError(what, "what root made in it, its owner could not use any more", todo)
    return YardError(what, "it is private", f"Use another --yard, or ask {found.owner_name} for: jobyard init --group")


def _as_sudo(uid: int) -> str:
    name = account(uid)
    return f"'#{uid}'" if name.startswith("account ") else name


def members(gid: int) -> list[str]:
    """The accounts of a group, as far as the system lists them."""
    import grp
    import pwd

    try:
        listed = grp.getgrgid(gid).gr_mem
    except KeyError:
        listed = []
    return sorted({*listed, *(entry.pw_name for entry in pwd.getpwall() if entry.pw_gid == gid)})


def login(uid: int) -> Account:
    """The account as it would log in; of one without an entry only what is certain."""
    import pwd

    try:
        found = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), "/", "/bin/sh")
    return Account(found.pw_name, found.pw_dir, found.pw_shell)


def account(uid: int) -> str:
    """An account's name, or what there is of one."""
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"account {uid}"


def group_exists(gid: int) -> bool:
    """Whether the machine knows the group by name."""
    return not group(gid).startswith("number ")


def group(gid: int) -> str:
    """A group's name, or what there is of one."""
    import grp

    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return f"number {gid}"
