"""What is not committed: ``git diff HEAD`` and the names of new files, with nothing run but git itself.

A repository's configuration can name programs (file system monitors, external diffs, text converters, filters,
transports); each of them is switched off here. Whether the repository may be looked at at all is git's to say.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

MOST_DIFF = 1 << 20  # bytes that are kept
MOST_NAMES = 1 << 16  # bytes of names of new files that are looked at
MOST_UNTRACKED = 200  # names that are kept
PATIENCE = 10.0  # seconds for a command

_SAFE = (
    "core.fsmonitor=false", "core.untrackedCache=false", "core.hooksPath=/dev/null", "core.sshCommand=false",
    "protocol.allow=never", "credential.helper=", "diff.external=", "submodule.recurse=false", "color.ui=never",
    "diff.noprefix=false", "diff.mnemonicPrefix=false", "core.quotePath=false",
)  # fmt: skip
_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty", "HEAD", "--")
_NEW = ("ls-files", "-z", "--others", "--exclude-standard")
_FILTERS = ("config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|smudge|process|required)$")
_DISTRUST = "git does not take it for a repository; perhaps it belongs to another account"


class Dirty(NamedTuple):
    """What is not committed. ``why`` says why it is not known; ``cut``, that more was there than is kept."""

    diff: bytes = b""
    cut: bool = False
    untracked: tuple[str, ...] = ()
    more: bool = False  # there are more new files than are named
    why: str = ""


class _Output(NamedTuple):
    data: bytes
    cut: bool
    why: str  # "" = it ended well


def take(root: str, given_up: Callable[[], bool] = lambda: False) -> Dirty:
    """What is not committed in the repository whose files begin at *root*; takes up to some 30 seconds."""
    git = shutil.which("git")
    if git is None:
        return Dirty(why="git is not installed")
    filters = _run((git, *_options(_SAFE), *_FILTERS), root, MOST_NAMES, given_up)
    keys = list(dict.fromkeys(os.fsdecode(name) for name in filters.data.split(b"\0") if name))
    if filters.why or filters.cut or any("=" in key for key in keys):
        return Dirty(why=filters.why or "its configuration has filters that cannot be switched off")
    safe = (git, *_options((*_SAFE, *map(_unfiltered, keys))))
    diff = _run((*safe, *_DIFF), root, MOST_DIFF, given_up)
    if diff.why:
        return Dirty(why=_DISTRUST if "ot a git repository" in diff.why else diff.why)
    new = _run((*safe, *_NEW), root, MOST_NAMES, given_up)
    names = [os.fsdecode(name) for name in new.data.split(b"\0")[:-1]]
    return Dirty(diff.data, diff.cut, tuple(names[:MOST_UNTRACKED]), new.cut or len(names) > MOST_UNTRACKED, new.why)


def _options(settings: Sequence[str]) -> list[str]:
    return ["--no-pager", "--no-optional-locks", *(word for one in settings for word in ("-c", one))]


def _unfiltered(key: str) -> str:
    """The setting that switches a filter's key off."""
    return key + ("=false" if key.endswith(".required") else "=")


def _environment() -> dict[str, str]:
    """Ours without what would direct git elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


def _run(argv: Sequence[str], root: str, most: int, given_up: Callable[[], bool]) -> _Output:
    try:
        errors = os.memfd_create("git", os.MFD_CLOEXEC)
    except OSError as error:
        return _Output(b"", False, f"git cannot be run: {error.strerror}")
    try:
        process = subprocess.Popen(
            argv, cwd=root, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
            start_new_session=True,
        )  # fmt: skip
        with process:
            data, why = _read(process, most + 1, given_up)
            if why or len(data) > most:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        said = os.pread(errors, 4096, 0).decode(errors="replace").strip().partition("\n")[0]
    except (OSError, ValueError) as error:
        return _Output(b"", False, f"git cannot be run: {error}")
    finally:
        os.close(errors)
    if len(data) > most:
        return _Output(data[:most], True, "")
    failed = process.returncode not in (0, 1)  # 1: `git config` has found nothing
    return _Output(data, False, why or (f"git says: {said or process.returncode}" if failed else ""))


def _read(process: subprocess.Popen[bytes], most: int, given_up: Callable[[], bool]) -> tuple[bytes, str]:
    """Its output up to *most* bytes; and why there is no more to come."""
    assert process.stdout is not None
    parts: list[bytes] = []
    until = time.monotonic() + PATIENCE
    poll = select.poll()
    poll.register(process.stdout)
    while most > 0:
        if given_up():
            return b"".join(parts), "the worker left"
        if time.monotonic() > until:
            return b"".join(parts), f"git took longer than {PATIENCE:.0f} s"
        if not poll.poll(100):  # milliseconds
            continue
        part = os.read(process.stdout.fileno(), min(most, 1 << 16))
        if not part:
            break
        parts.append(part)
        most -= len(part)
    return b"".join(parts), ""
