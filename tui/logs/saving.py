"""A log into a file, to a pager, to the clipboard. Runs in a thread, but for the pager, which has the terminal."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from jobyard.core.errors import BadInput, YardError
from jobyard.core.logbook import START, Book, Place, Row
from jobyard.core.yard import quoted

from .model import Sieve
from .searching import Stopping
from .text import text_of

PAGERS = ("less", "more")
CHUNK = 1 << 20
COPY_MOST = 1 << 20  # characters that are put on a clipboard


class Copied(NamedTuple):
    """Text for the clipboard: how many lines, and whether there were more than it takes."""

    text: str
    lines: int
    cut: bool


def rows_of(book: Book, sieve: Sieve | None, place: Place = START, stop: Stopping | None = None) -> Iterator[Row]:
    """The rows that are shown, from a place on."""
    if sieve is None:
        return book.rows(place)
    return book.matching(sieve.pattern, sieve.context).rows(place, stop or Stopping())


def raw(rows: Iterable[Row]) -> Iterator[bytes]:
    """Rows as the job wrote them, a line each; what is no line in brackets."""
    for row in rows:
        if row.kind == "line":
            yield row.data if row.more else row.data + b"\n"
        else:
            yield b"[" + row.data + b"]\n"


# -- into a file -------------------------------------------------------------------------------------


def target_of(text: str) -> Path:
    """The file that somebody means. Raises BadInput."""
    path = Path(os.path.expanduser(text.strip()))
    if not text.strip() or path.is_dir():
        why = "It is a folder" if text.strip() else ""
        raise BadInput(f"The file {quoted(text)} cannot be used", why, "Name a file")
    return path.absolute()


def save(
    book: Book, sieve: Sieve | None, path: Path, *, replace: bool, stop: Stopping, tell: Callable[[float], None]
) -> int | None:
    """Write what is shown into a file; its bytes, or None if it was stopped, and then there is no file.

    Raises YardError for one that cannot be written, and, unless *replace*, for one that is there.
    """
    part = path.with_name(f".{path.name[:200]}.{os.getpid()}.part")
    try:
        written = _write(book, sieve, part, stop, tell)
        if written is not None:
            _put(part, path, replace)
    except FileExistsError:
        raise YardError(f"The file {quoted(str(path))} is there already", "", "Choose another name") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise YardError(f"The file {quoted(str(path))} cannot be written", why, "Choose another place") from error
    finally:
        part.unlink(missing_ok=True)
    return written


def _write(book: Book, sieve: Sieve | None, part: Path, stop: Stopping, tell: Callable[[float], None]) -> int | None:
    written = shown = 0
    with open(part, "xb", buffering=CHUNK) as file:
        for row, data in _both(rows_of(book, sieve, stop=stop)):
            written += file.write(data)
            if written - shown >= CHUNK:
                shown = written
                if stop():
                    return None
                tell(book.fraction(row.place))
    return None if stop() else written


def _both(rows: Iterator[Row]) -> Iterator[tuple[Row, bytes]]:
    for row in rows:
        yield row, next(raw([row]))


def _put(part: Path, path: Path, replace: bool) -> None:
    """Give the file its name; not that of another one unless that is meant."""
    if replace:
        os.replace(part, path)
    else:
        os.link(part, path)


# -- to the clipboard --------------------------------------------------------------------------------


def copied(book: Book, sieve: Sieve | None, one: Place, other: Place) -> Copied:
    """The lines between two places, both of them included, as they are shown."""
    low, high = sorted((one, other), key=lambda place: (book.passed(place), place))
    lines, room = list[str](), COPY_MOST
    for row in rows_of(book, sieve, low):
        text = text_of(row.data).plain
        room -= len(text) + 1
        if room < 0:
            return Copied("\n".join(lines), len(lines), True)
        lines.append(text)
        if row.place == high:
            break
    return Copied("\n".join(lines), len(lines), False)


# -- to a pager --------------------------------------------------------------------------------------


def pager(env: Mapping[str, str] = os.environ) -> list[str]:
    """The command of the pager: ``$PAGER``, or what there is. Raises BadInput."""
    wanted = env.get("PAGER", "").strip()
    try:
        words = shlex.split(wanted)
    except ValueError as error:
        raise BadInput(f"The pager {quoted(wanted)} cannot be used", str(error), "Set PAGER") from None
    if words and shutil.which(words[0], path=env.get("PATH")) is None:
        raise BadInput(f"There is no pager {quoted(words[0])}", "PAGER names it", "Set PAGER to another")
    found = words or [name for name in PAGERS if shutil.which(name, path=env.get("PATH"))][:1]
    if not found:
        raise BadInput("There is no pager", "Neither PAGER is set nor is there less or more", "Set PAGER")
    return found


def page_out(command: list[str], book: Book, sieve: Sieve | None, *, at_end: bool) -> int:
    """Show a log in a pager, which has the terminal until it is left; its exit code. Raises OSError."""
    path = only_file(book) if sieve is None else None
    less = Path(command[0]).name == "less"
    words = [*command, *(["+G"] if less and at_end and path is not None else []), *([str(path)] if path else [])]
    env = {**os.environ, "LESS": os.environ.get("LESS", "-R")}
    before = signal.signal(signal.SIGINT, lambda *_: None)  # ^C is the pager's
    try:
        with subprocess.Popen(words, stdin=None if path else subprocess.PIPE, env=env) as process:
            if process.stdin is not None:
                _feed(process, raw(rows_of(book, sieve)))
            return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def only_file(book: Book) -> Path | None:
    """The file that all of a book is in, if it is but one: a pager reads it faster than we could tell it."""
    if len(book.sources) != 1:
        return None
    source = book.sources[0]
    streams = ("stdout", "stderr") if book.streams == "both" else (book.streams,)
    full = [path for path in map(source.path, streams) if path.is_file() and path.stat().st_size]
    return full[0] if len(full) == 1 else None


def _feed(process: subprocess.Popen[bytes], data: Iterable[bytes]) -> None:
    assert process.stdin is not None
    try:
        for block in data:
            process.stdin.write(block)
        process.stdin.close()
    except BrokenPipeError:  # it was left
        pass
