"""A yard's folder: where it is, whether it can be used, and what is in it when new.

SQLite's WAL needs shared memory between all who open the file, so a file system that other hosts
share cannot hold a yard (https://sqlite.org/wal.html, "Disadvantages").
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from .. import modes
from ..errors import YardError
from ..labmodels import VERSIONS
from . import access

SHARED = {
    "nfs", "nfs4", "lustre", "gpfs", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "beegfs", "ceph", "glusterfs",
    "9p", "virtiofs", "pvfs2", "orangefs", "panfs", "ocfs2", "gfs2", "ncpfs",
}  # fmt: skip
FOLDERS = ("run", "run/workers", "run/bells", "run/batches", "jobs", "configs", VERSIONS)
COMMON = ("run/bells", "run/batches", VERSIONS)  # in a group yard every member makes files there


def default(environ: Mapping[str, str] = os.environ) -> Path:
    """``JOBYARD_HOME``, else ``$XDG_DATA_HOME/jobyard``, else ``~/.local/share/jobyard``."""
    if environ.get("JOBYARD_HOME"):
        return Path(environ["JOBYARD_HOME"])
    data = environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return Path(data) / "jobyard"


def absolute(home: Path | str) -> Path:
    """The path in full; ``~NAME`` of nobody stays as it is."""
    return Path(os.path.abspath(os.path.expanduser(home)))


def prepare(home: Path, *, create: bool = True) -> Path:
    """The yard's folder, absolute and ready. Raises YardError with the reason when it cannot be one."""
    home = absolute(home)
    try:
        if home.exists() and not home.is_dir():
            raise YardError(f"The yard {home} is not a folder", "a file of that name is there", "Choose another --yard")
        if not home.exists() and not create:
            raise YardError(f"There is no yard at {home}", "", "Make one with: jobyard init")
        refuse_shared(home)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.path.exists(home / "jobyard.db"):
            _close(home)
        if access.admit(home).mine:
            _furnish(home)
    except OSError as error:
        raise YardError(f"The yard {home} cannot be used", _why(error), "Choose another folder with --yard") from error
    if not os.access(home, os.W_OK):
        raise access.read_only(home)
    return home


def only_look(home: Path) -> YardError | None:
    """What somebody is told who wants to change the yard but can only look at it; None for whoever can do more, or
    nothing (`prepare` says why). Raises YardError."""
    store = home / "jobyard.db"
    if os.access(home, os.W_OK) or not (os.access(home, os.R_OK | os.X_OK) and os.access(store, os.R_OK)):
        return None
    refuse_shared(home)
    return access.read_only(home)


def _close(home: Path) -> None:
    """A folder that becomes a yard is its owner's alone, however open it is: sharing one is asked about. See `sharing`.

    Raises YardError where that cannot be: it is another account's, or holds other things that its group works on.
    """
    found = access.of(home)
    if not found.mine:
        if os.access(home, os.W_OK):
            what = f"There is no yard at {home}, and only {found.owner_name} can make one there"
            raise YardError(what, "the folder belongs to that account", "Choose another --yard")
        return  # `access.admit` says why not
    if not home.stat().st_mode & 0o077:
        return
    if {"jobyard.yml", *FOLDERS}.issuperset(os.listdir(home)):
        home.chmod(modes.PRIVATE_FOLDER)
    elif modes.file_mode(home.stat().st_mode) == modes.WRITTEN_FILE:
        why = "its group may write there, and who may write in a yard may run commands as you"
        raise YardError(f"The folder {home} holds other things", why, "Choose a folder of its own with --yard")


def common(path: str) -> bool:
    """Whether every member makes files in that folder of a group yard (*path* is relative to it)."""
    return path in COMMON or os.path.dirname(path) == VERSIONS


def _furnish(home: Path) -> None:
    """Make the folders that are missing; members leave that to the owner, whose they must be."""
    for name in FOLDERS:
        if not (home / name).is_dir():
            with contextlib.suppress(FileExistsError):  # somebody else was faster
                (modes.make_common if name in COMMON else modes.make_folder)(home / name)


def _why(error: OSError) -> str:
    name = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror}{name}"


def refuse_shared(home: Path) -> None:
    """Refuse a file system that several hosts share."""
    kind = file_system(home)
    if kind in SHARED or (kind.startswith("fuse") and kind != "fuse.lxcfs"):
        raise YardError(
            f"The yard {home} lies on {kind}",
            "SQLite's write-ahead log does not work on file systems that hosts share",
            "Choose a folder on a local disk with --yard or JOBYARD_HOME",
        )


def file_system(path: Path, mountinfo: str | None = None) -> str:
    """The type of the file system that *path* lies on, as the kernel names it; "" when it cannot be told."""
    if mountinfo is None:
        try:
            mountinfo = Path("/proc/self/mountinfo").read_text(errors="surrogateescape")
        except OSError:
            return ""
    real = os.path.realpath(path)
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        mount = _unescape(before.split(" ")[4])
        inside = real == mount or real.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= best:
            best, kind = len(mount), after.split(" ")[0]
    return kind


def _unescape(text: str) -> str:
    """mountinfo writes blanks and backslashes in octal."""
    for code in ("040", "011", "012", "134"):
        text = text.replace("\\" + code, chr(int(code, 8)))
    return text
