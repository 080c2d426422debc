"""The settings in force: default, then ``jobyard.yml``, then the environment.

A yard without ``jobyard.yml`` costs one look at the folder; one whose file has not changed the reading of a small
JSON. Only an edit is parsed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import BadFile
from . import environment
from .table import BY_NAME, KEYS

if TYPE_CHECKING:
    from .document import Document, Problem

FILE = "jobyard.yml"


def _default(name: str) -> Any:
    return BY_NAME[name].default


class Settings(NamedTuple):
    """Durations in seconds, sizes in bytes. What each means says the table; a test holds the two together."""

    synchronous: str = _default("synchronous")
    kill_grace: float = _default("kill_grace")
    log_cap: int = _default("log_cap")
    kept_output: int = _default("kept_output")
    disk_floor: int = _default("disk_floor")
    heartbeat: float = _default("heartbeat")
    hung_after: float = _default("hung_after")
    max_jobs: int = _default("max_jobs")
    time_limit_factor: float = _default("time_limit_factor")
    retries: int = _default("retries")
    retry_delay: float = _default("retry_delay")
    retry_factor: float = _default("retry_factor")
    retry_max: float = _default("retry_max")
    retention: float = _default("retention")
    on_end: str = _default("on_end")
    captured_environment: tuple[str, ...] = _default("captured_environment")
    provenance_git: bool = _default("provenance_git")
    station_idle: float = _default("station_idle")
    spack_setup: str = _default("spack_setup")


class Loaded(NamedTuple):
    """The settings, and where they come from.

    ``document`` is what the file says, or said while it could be used; None where there is none. ``problems`` are
    those of the file as it is now. ``file`` names it in errors.
    """

    settings: Settings
    document: Document | None = None
    problems: tuple[Problem, ...] = ()
    given: Mapping[str, environment.Given] = {}  # by the environment
    file: str = FILE
    broken: str = ""  # digest of a file that cannot be used

    @property
    def digest(self) -> str:
        """Of the text in force; "" where there is none."""
        return self.document.digest if self.document is not None else ""

    def trouble(self) -> str:
        """What is wrong with the file, in a line; "" if nothing is."""
        if not self.problems:
            return ""
        first, *more = (problem.error(self.file) for problem in self.problems)
        rest = f" ({len(more)} more: jobyard config-check)" if more else ""
        return f"{first.line()}{rest} The settings of before hold."


def load(home: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force in the yard at *home* (None: without a file). Raises BadInput for a bad variable."""
    return read(home, environ).settings


def read(home: Path | None = None, environ: Mapping[str, str] = os.environ) -> Loaded:
    """The same with its origins; a file that cannot be used leaves what it said before."""
    given = environment.read(environ)
    if home is None:
        return Loaded(combine(None, given), given=given)
    try:
        found = os.stat(home / FILE)
    except FileNotFoundError:
        return Loaded(combine(None, given), given=given)
    except OSError as error:
        return _unreadable(home, given, error)
    return _from_file(home, found, given)


def check(path: Path, environ: Mapping[str, str] = os.environ, name: str = "") -> Loaded:
    """Settings as this very file would have them. Raises BadFile when it cannot be read; problems are in the answer."""
    from . import document

    given, name = environment.read(environ), name or str(path)
    try:
        data = _bytes(path)
    except OSError as error:
        raise BadFile(f"{name} cannot be read", error.strerror or str(error), "Check the path") from None
    try:
        found = document.read(data)
    except document.Broken as broken:
        return Loaded(combine(None, given), None, broken.problems, given, name)
    return Loaded(combine(found, given), found, (), given, name)


Times = tuple[int, ...]


def times(home: Path) -> Times:
    """What tells that the file is another one, or was written: times, size, inode; of a missing one the error."""
    try:
        found = os.stat(home / FILE)
    except OSError as error:
        return (error.errno or 0,)
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def combine(document: Document | None, given: Mapping[str, environment.Given]) -> Settings:
    """Defaults, overridden by the file, overridden by the environment."""
    found = {name: value for name, (value, _) in document.values.items()} if document is not None else {}
    found.update((name, one.value) for name, one in given.items())
    return Settings(**found)


def recalled(loaded: Loaded, text: bytes) -> Loaded:
    """The same with the last good text, where nothing else remembered it."""
    from . import document

    try:
        found = document.read(text)
    except document.Broken:  # another version's
        return loaded
    return loaded._replace(document=found, settings=combine(found, loaded.given))


def _from_file(home: Path, found: os.stat_result, given: Mapping[str, environment.Given]) -> Loaded:
    from . import cache

    mark, known = cache.mark(found), cache.load(home)
    if known is not None and known[0] == mark:
        return Loaded(combine(known[1], given), known[1], (), given)
    return _parse(home, mark, known[1] if known else None, given)


def _parse(home: Path, mark: list[int], last_good: Document | None, given: Mapping[str, environment.Given]) -> Loaded:
    import hashlib

    from . import cache, document

    try:
        data = _bytes(home / FILE)
    except OSError as error:
        return _unreadable(home, given, error)
    try:
        now = document.read(data)
    except document.Broken as broken:
        digest = hashlib.sha256(data).hexdigest()
        return Loaded(combine(last_good, given), last_good, broken.problems, given, broken=digest)
    cache.save(home, mark, now)
    return Loaded(combine(now, given), now, (), given)


def _unreadable(home: Path, given: Mapping[str, environment.Given], error: OSError) -> Loaded:
    from . import cache, document

    known = cache.load(home)
    last_good = known[1] if known else None
    why = error.strerror or str(error)
    problem = document.Problem(0, f"It cannot be read. {why}", "Check its mode and owner")
    return Loaded(combine(last_good, given), last_good, (problem,), given, broken=why)


def _bytes(path: Path) -> bytes:
    """The file, but no more of it than shows that it is too large. Neither a pipe nor a device is waited for."""
    import stat

    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(0, "It is no plain file")
        return file.read((1 << 20) + 1)


assert Settings._fields == tuple(key.name for key in KEYS)
