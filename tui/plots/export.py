"""Pictures of figures as files: SVG by ourselves, PNG by rsvg-convert where it is."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from jobyard.core import replacing
from jobyard.core.errors import BadFile, BadInput

from .model import Figure, View

CONVERTER = "rsvg-convert"
SECONDS = 60
ENDINGS = (".svg", ".png")


def write(figure: Figure, path: Path | str, view: View | None = None, *, force: bool = False) -> Path:
    """Write what is seen in *view* (else everything) as the ending of *path* says. Returns the path, made absolute.

    Raises BadInput for another ending, a file that is there already (unless *force*), or PNG without rsvg-convert;
    BadFile where it cannot be written.
    """
    from .svg import svg

    target = Path(os.path.abspath(os.path.expanduser(path)))
    if target.suffix.lower() not in ENDINGS:
        raise BadInput(
            f"{target.name} is no picture", "it ends in neither .svg nor .png", "Give it one of these endings"
        )
    if os.path.lexists(target) and not force:
        raise BadInput(f"{target} is there already", "", "Choose another name")
    replacing.check(target)
    png = target.suffix.lower() == ".png"
    if png and shutil.which(CONVERTER) is None:
        raise BadInput("PNG cannot be written", f"{CONVERTER} is not installed", "Write .svg, or install librsvg")
    text = svg(figure, view).encode()
    _put(target, _converted(text) if png else text)
    return target


def _converted(text: bytes) -> bytes:
    """Raises BadFile."""
    try:
        done = subprocess.run([CONVERTER, "--zoom", "2"], input=text, capture_output=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BadFile("PNG could not be made", f"{CONVERTER}: {error}", "Write .svg") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise BadFile("PNG could not be made", f"{CONVERTER}: {said[-1] if said else done.returncode}", "Write .svg")
    return done.stdout


def _put(target: Path, data: bytes) -> None:
    """Whole or not at all."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        os.replace(beside, target)
    except OSError as error:
        raise BadFile(f"{target} could not be written", (error.strerror or str(error)).lower(), "") from None
    finally:
        try:
            beside.unlink(missing_ok=True)
        except OSError:
            pass  # its folder is gone as well
