"""A log into a file, to a pager, to the clipboard. Runs in a thread, but for the pager, which has the terminal."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from jobyard.core.errors import BadInput, YardError
from jobyard.core.logbook import START, Book, Place, Row
from jobyard.core.yard import quoted

from .model import Sieve
from .searching import Stopping
from .text import text_of

PAGERS = ("less", "more")
CHUNK = 1 << 20
AT_ONCE = 0.5  # seconds: a pager that ends within them with an error has shown nothing
PATIENCE = 0.2  # seconds for which the one who feeds a pager that was left is waited
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
    path = Path(os.path.expanduser(text.strip())).absolute()
    if why := _why_not(path) if text.strip() else "A file has a name":
        raise BadInput(f"The file {quoted(text)} cannot be used", why, "Name a file")
    return path


def _why_not(path: Path) -> str:
    """Why nothing can be saved there, "" if it can as far as one sees."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    except (OSError, ValueError) as error:  # a name that is too long, or that has a NUL
        return str(getattr(error, "strerror", None) or error)
    if not stat.S_ISREG(mode):
        return "It is a folder" if stat.S_ISDIR(mode) else "It is no ordinary file"
    if not path.parent.is_dir():
        return "Its folder is not there"
    return "" if os.access(path.parent, os.W_OK) else "Its folder may not be written"


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
    if sieve is None and len(book.sources) == 1 and not book.sources[0].holes.exists():
        return _copy(book, part, stop, tell)
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


def _copy(book: Book, part: Path, stop: Stopping, tell: Callable[[float], None]) -> int | None:
    """The same in big blocks, for one source without holes: what came between two samples is copied as it is."""
    written = 0
    with open(part, "xb", buffering=CHUNK) as file:
        for block in _blocks(book):
            if stop():
                return None
            written += file.write(block)
            tell(min(1.0, written / max(1, book.size)))
    return None if stop() else written


def _blocks(book: Book) -> Iterator[bytes]:
    """The bytes of the only source in the order of its rows; the last line of a stream ends as the others do."""
    with book.weave(0) as weave:
        heads, steps = weave.start(), weave.growth.steps if len(weave.readers) > 1 else 1
        for step in range(1, max(1, steps) + 1):
            ahead = weave.at_step(step) if step < steps else weave.end()
            for name, reader in weave.readers.items():
                for at in range(heads[name], ahead[name], CHUNK):
                    block = reader.data(at, min(at + CHUNK, ahead[name]))
                    yield block if at + len(block) < reader.size or block[-1:] == b"\n" else block + b"\n"
                heads[name] = max(heads[name], ahead[name])


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
    """Show a log in a pager, which has the terminal until it is left.

    Its exit code if it ended at once with an error, else 0: what it says when one leaves it is no error. Raises
    OSError if it cannot be started.
    """
    path = only_file(book) if sieve is None else None
    less = Path(command[0]).name == "less"
    words = [*command, *(["+G"] if less and at_end and path is not None else []), *([str(path)] if path else [])]
    env = {**os.environ, "LESS": os.environ.get("LESS", "-R")}
    before = signal.signal(signal.SIGINT, lambda *_: None)  # ^C is the pager's
    began = time.monotonic()
    try:
        process = subprocess.Popen(words, stdin=None if path else subprocess.PIPE, env=env)
        code = _left(process, book, sieve)
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code > 0 and time.monotonic() - began < AT_ONCE else 0


def only_file(book: Book) -> Path | None:
    """The file that all of a book is in, if it is but one: a pager reads it faster than we could tell it."""
    if len(book.sources) != 1:
        return None
    source = book.sources[0]
    streams = ("stdout", "stderr") if book.streams == "both" else (book.streams,)
    full = [path for path in map(source.path, streams) if path.is_file() and path.stat().st_size]
    return full[0] if len(full) == 1 else None


def _left(process: subprocess.Popen[bytes], book: Book, sieve: Sieve | None) -> int:
    """Tell the pager the log while it is there; its exit code, as soon as it is left."""
    stop = Stopping()
    feeder = threading.Thread(
        target=_feed, args=(process.stdin, raw(rows_of(book, sieve, stop=stop)), stop), daemon=True
    )
    if process.stdin is not None:
        feeder.start()
    try:
        return process.wait()
    finally:
        stop.stop()
        if process.stdin is not None:
            feeder.join(PATIENCE)  # what the pager has started may still have the other end


def _feed(pipe: IO[bytes], data: Iterable[bytes], stop: Stopping) -> None:
    with suppress(OSError):  # it was left
        for block in data:
            if stop():
                break
            pipe.write(block)
    with suppress(OSError):  # closing writes the rest
        pipe.close()
