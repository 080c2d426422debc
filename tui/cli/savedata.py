"""Where an export goes: stdout, or a file that is whole or not there at all."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from jobyard.core import replacing
from jobyard.core.errors import BadFile, BadInput
from jobyard.tui.cli.words import plural

if TYPE_CHECKING:
    from jobyard.core.results import Exported, SweepData


def save(source: Path | SweepData, target: str, kind: str, names: Sequence[str], *, force: bool) -> Exported:
    """Write the export of a data file, or of a sweep; ``-`` is stdout. Raises BadInput, BadFile."""
    if target == "-":
        if kind == "npz" and sys.stdout.isatty():
            raise BadInput("npz cannot be printed on a terminal", "", "Write it into a file: -o FILE")
        sys.stdout.flush()
        done = _write(source, sys.stdout.buffer, kind, names)
        sys.stdout.buffer.flush()
        return done
    with _replacing(target, force, [source] if isinstance(source, Path) else source.files) as out:
        return _write(source, out, kind, names)


def _write(source: Path | SweepData, out: BinaryIO, kind: str, names: Sequence[str]) -> Exported:
    from jobyard.core import results

    if kind == "npz":
        return results.export_npz(source, out, names) if isinstance(source, Path) else source.export_npz(out, names)
    text = io.TextIOWrapper(out, encoding="utf-8", errors="surrogateescape", newline="", write_through=False)
    try:
        return results.export_csv(source, text, names) if isinstance(source, Path) else source.export_csv(text, names)
    finally:
        text.flush()
        text.detach()


@contextlib.contextmanager
def _replacing(target: str, force: bool, sources: Sequence[Path | str]) -> Iterator[BinaryIO]:
    """A file beside the target, which takes its place once it is whole."""
    _may_write(target, force, sources)
    folder, name = os.path.split(target)
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{name[:100]}.", delete=False) as file:
            try:
                yield file  # type: ignore[misc]
                file.flush()
                os.fchmod(file.fileno(), 0o666 & ~_umask())
                _put(file.name, target, force)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(file.name)
                raise
    except OSError as error:
        raise BadFile(f"{target} cannot be written", (error.strerror or str(error)).lower(), "") from None


def _may_write(target: str, force: bool, sources: Sequence[Path | str]) -> None:
    if os.path.isdir(target):
        raise BadFile(f"{target} cannot be written", "it is a folder", "Give a file: -o FILE")
    replacing.check(target)
    for source in sources if os.path.exists(target) else ():
        with contextlib.suppress(OSError):
            if os.path.samefile(target, source):
                raise BadInput(f"{target} is the data itself", "", "Give another file: -o FILE")
    if os.path.lexists(target) and not force:
        raise BadInput(f"{target} is there already", "", "Replace it with --force, or give another: -o FILE")


def _put(made: str, target: str, force: bool) -> None:
    """Whoever made a file of that name meanwhile keeps it, unless it may be replaced."""
    if force:
        os.replace(made, target)
        return
    try:
        os.link(made, target)
    except FileExistsError:
        raise BadInput(f"{target} is there already", "", "Replace it with --force, or give another: -o FILE") from None
    except OSError:  # a disk without links
        os.replace(made, target)
        return
    os.unlink(made)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def said(done: Exported, kind: str) -> str:
    """``101 rows, 3 columns`` or ``5 arrays``."""
    if kind == "npz":
        return plural(len(done.names), "array")
    return f"{plural(done.rows, 'row')}, {plural(len(done.names), 'column')}"
