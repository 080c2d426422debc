"""Several accounts of one machine, for tests that run as root: numbers without an entry, in processes of their own.

None of them may read the checkout or the virtual environment, perhaps, so they get a copy of what they need, and the
first Python that they may run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import leftovers

ROOT = Path(__file__).parents[1]
NEEDED = (
    "click", "peewee", "yaml", "watchfiles", "anyio", "sniffio", "idna", "typing_extensions", "jsonschema",
    "jsonschema_specifications", "referencing", "rpds", "attr", "attrs",
)  # fmt: skip
TEAM = 64100  # the group's number; it has no name either


class Account(NamedTuple):
    """A user of the machine; a member of the team or not."""

    name: str
    uid: int
    member: bool

    @property
    def groups(self) -> list[int]:
        return [TEAM] if self.member else []


OWNER = Account("olga", 64101, True)
MEMBER = Account("mira", 64102, True)
STRANGER = Account("sven", 64103, False)


class Result(NamedTuple):
    """How a call ended and what it printed."""

    code: int
    out: str
    err: str


class Machine:
    """The folder of everything: homes, yards, the copied program."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder, self.python = folder, python
        self.yard = folder / "yard"
        self.log: list[tuple[Account, tuple[str, ...], Result]] = []
        for account in (OWNER, MEMBER, STRANGER):
            self.home(account).mkdir(mode=0o700)
            os.chown(self.home(account), account.uid, account.uid)
        self.yard.mkdir(mode=0o700)
        os.chown(self.yard, OWNER.uid, OWNER.uid)

    def home(self, account: Account) -> Path:
        """Where the account's own files lie, closed to others."""
        return self.folder / account.name

    def environment(self, account: Account, more: dict[str, str]) -> dict[str, str]:
        """What a fresh login of it would have."""
        return {
            "PATH": "/usr/bin:/bin", "HOME": str(self.home(account)), "USER": account.name, "LOGNAME": account.name,
            "LANG": "C.UTF-8", "PYTHONPATH": str(self.folder / "lib"), "PYTHONDONTWRITEBYTECODE": "1",
            "JOBYARD_HOME": str(self.yard), "JOBYARD_KEEPER_IDLE": "1", **more,
        }  # fmt: skip

    def start(self, account: Account, argv: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """A process of the account, in a folder that it may enter."""
        more = options.pop("env", {})
        return subprocess.Popen(
            argv,
            env=self.environment(account, more),
            cwd=options.pop("cwd", self.home(account)),
            user=account.uid,
            group=account.uid,
            extra_groups=account.groups,
            umask=options.pop("umask", 0o077),
            stdin=subprocess.DEVNULL,
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            **options,
        )

    def run(self, account: Account, argv: list[str], **options: Any) -> Result:
        """The same, until it has ended."""
        with self.start(account, argv, **options) as process:
            out, err = process.communicate(timeout=60)
        return Result(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))

    def call(self, account: Account, *words: object, **options: Any) -> Result:
        """``jobyard WORDS`` by the account."""
        argv = [self.python, "-m", "jobyard.tui.cli", *map(str, words)]
        result = self.run(account, argv, **options)
        self.log.append((account, tuple(map(str, words)), result))
        return result

    def script(self, account: Account, text: str, *arguments: object) -> Result:
        """A Python script by the account."""
        return self.run(account, [self.python, "-c", text, *map(str, arguments)])


@contextmanager
def machine(more: tuple[str, ...] = ()) -> Iterator[Machine]:
    """One for a few tests, with these packages *more*; everything of it is ended and removed."""
    if os.geteuid() != 0:
        pytest.skip("only root can be several accounts")
    with tempfile.TemporaryDirectory(prefix="jobyard-") as name:
        os.chmod(name, 0o755)
        folder = Path(name)
        _copy(folder / "lib", NEEDED + more)
        try:
            python = _python(folder)
            subprocess.run(
                [python, "-m", "compileall", "-q", folder / "lib" / "jobyard"], check=False
            )  # once, not at each call
            yield Machine(folder, python)
        finally:
            leftovers.end_all(folder)


def _copy(lib: Path, needed: tuple[str, ...]) -> None:
    (lib / "jobyard").mkdir(parents=True)
    for name in ("core", "tui", "config"):
        shutil.copytree(ROOT / name, lib / "jobyard" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in needed:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            continue  # not every version of the others needs it
        origin = Path(spec.origin)
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, lib / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, lib)
    subprocess.run(["chmod", "-R", "a+rX", str(lib)], check=True)


def _python(folder: Path) -> str:
    """The first that an ordinary account may run and that can import the command line; else a copy of ours."""
    base = getattr(sys, "_base_executable", sys.executable)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for path in dict.fromkeys([base, f"/usr/bin/{version}", f"/usr/local/bin/{version}", "/usr/bin/python3"]):
        if _works(path, folder):
            return path
    copy = _copied_python(folder / "python", version)
    assert _works(copy, folder), "no Python that an ordinary account may run"
    return copy


def _works(python: str, folder: Path) -> bool:
    try:
        done = subprocess.run(
            [python, "-c", "import jobyard.tui.cli.main"], user=STRANGER.uid, group=STRANGER.uid, extra_groups=[],
            env={"PYTHONPATH": str(folder / "lib"), "PYTHONDONTWRITEBYTECODE": "1"}, cwd="/", capture_output=True,
            timeout=60,
        )  # fmt: skip
    except OSError:
        return False
    return done.returncode == 0


def _copied_python(target: Path, version: str) -> str:
    """Binary and standard library; it finds the one beside the other."""
    prefix = Path(sys.base_prefix)
    (target / "bin").mkdir(parents=True)
    shutil.copy(prefix / "bin" / version, target / "bin")
    dropped = shutil.ignore_patterns("__pycache__", "site-packages", "dist-packages", "test", "tests", "config-*")
    shutil.copytree(prefix / "lib" / version, target / "lib" / version, ignore=dropped)
    for library in (prefix / "lib").glob("libpython*.so*"):
        shutil.copy(library, target / "lib")
    subprocess.run(["chmod", "-R", "a+rX", str(target)], check=True)
    return str(target / "bin" / version)
