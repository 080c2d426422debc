"""What the account that runs the jobs can read: by the modes of files, since nobody can try in its place."""

from __future__ import annotations

import os
import pwd
import stat
from functools import lru_cache

from ..errors import BadInput
from ..text import visible

_ACL = "system.posix_acl_access"


def check(path: str, owner: int, what: str, *, runs: bool = False) -> None:
    """Refuse a path that this account (uid; -1: our own) cannot read, or with *runs* not run. Raises BadInput."""
    if not reachable(path, owner, runs):
        who = account(owner)
        todo = f"Make it readable to {who} (chmod), or use another place"
        raise BadInput(f"{what} {visible(path)} cannot be used", f"{who}, who runs the jobs, cannot read it", todo)


def reachable(path: str, owner: int, runs: bool = False) -> bool:
    """Whether it can, as far as modes tell; with an access list it is taken to."""
    if owner in (-1, os.geteuid()):
        return os.access(path, os.X_OK if runs else os.R_OK)
    if owner == 0:
        return True
    whole = os.path.realpath(path)
    try:
        above = [os.path.dirname(whole)]
        while above[-1] != "/":
            above.append(os.path.dirname(above[-1]))
        wanted = 1 if runs else 5 if os.path.isdir(whole) else 4
        return _may(whole, owner, wanted) and all(_may(folder, owner, 1) for folder in above)
    except OSError:
        return False


def _may(path: str, owner: int, wanted: int) -> bool:
    found = os.stat(path)
    if _ACL in os.listxattr(path):
        return True
    mode = stat.S_IMODE(found.st_mode)
    shift = 6 if found.st_uid == owner else 3 if found.st_gid in groups(owner) else 0
    return (mode >> shift) & wanted == wanted


@lru_cache(16)
def groups(owner: int) -> frozenset[int]:
    """The groups of an account; none of one without a name."""
    try:
        found = pwd.getpwuid(owner)
    except KeyError:
        return frozenset()
    return frozenset(os.getgrouplist(found.pw_name, found.pw_gid))


def account(owner: int) -> str:
    """Its name."""
    try:
        return pwd.getpwuid(owner if owner >= 0 else os.geteuid()).pw_name
    except KeyError:
        return f"account {owner}"
