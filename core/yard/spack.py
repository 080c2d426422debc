"""Where Spack is, and which: asked by ``config-check`` alone, and never a reason to fail."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

PATIENCE = 30.0  # seconds; Spack's first start compiles itself
SCRIPT = "share/spack/setup-env.sh"
SHELL = ("sh", "-c", '. "$1" >/dev/null && exec spack --version', "spack")


class Spack(NamedTuple):
    """What was found. Either ``version`` or ``why`` is empty."""

    where: str
    version: str
    why: str


def look(setup: str, environ: Mapping[str, str] = os.environ) -> Spack:
    """Spack's own answer. *setup* is the setting ``spack_setup``."""
    if setup and not Path(setup).is_file():
        return Spack(setup, "", "there is no such file; see spack_setup")
    where = setup or next((str(path) for path in usual(environ) if path.is_file()), "")
    if where:
        return _ask(where, (*SHELL, where))
    program = shutil.which("spack", path=environ.get("PATH"))
    if program:
        return _ask(program, (program, "--version"))
    return Spack("", "", "it was not found; if it is there, say where with spack_setup")


def usual(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where its setup script lies, as a rule."""
    if environ.get("SPACK_ROOT"):
        yield Path(environ["SPACK_ROOT"]) / SCRIPT
    yield Path("/opt/spack/setup-env.sh")
    yield Path("/opt/spack") / SCRIPT
    yield Path(os.path.expanduser("~/spack")) / SCRIPT


def _ask(where: str, argv: tuple[str, ...]) -> Spack:
    try:
        done = subprocess.run(argv, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return Spack(where, "", f"it did not answer within {PATIENCE:.0f} s")
    except OSError as error:
        return Spack(where, "", error.strerror or str(error))
    said = (done.stdout or done.stderr).decode(errors="replace").strip().splitlines()
    if done.returncode or not said:
        return Spack(where, "", f"spack --version ended with {done.returncode}" + (f": {said[-1]}" if said else ""))
    return Spack(where, said[0], "")
