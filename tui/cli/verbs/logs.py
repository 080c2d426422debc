"""``jobyard logs``: what a job wrote."""

from __future__ import annotations

import re
import select
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobyard.core.errors import BadInput
from jobyard.core.models import Job
from jobyard.core.states import ENDED
from jobyard.core.yard import clean_line, compile_log_pattern, grep_log, tail_log
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.jsonview import Json
from jobyard.tui.cli.options import json_option, ref_argument
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say_json
from jobyard.tui.cli.tail import Tail

if TYPE_CHECKING:
    from jobyard.core.yard import Bell, Yard

LOOK = 0.1  # seconds between looks at a log that is followed
WHOLE = 1 << 40  # bytes: as far back as it takes


@click.command(cls=Verb)
@ref_argument
@click.option("--follow", "-f", is_flag=True, help="Go on until the job has ended.")
@click.option("--stderr", "stderr", is_flag=True, help="Standard error instead of standard output.")
@click.option("--attempt", type=click.IntRange(min=1), metavar="N", help="Of this attempt (default: the newest).")
@click.option("--grep", metavar="RE", help="Only lines in which this regular expression is found.")
@click.option("--tail", "-n", "last", type=click.IntRange(min=0), metavar="N", help="Only the last N lines.")
@json_option
def logs(
    ref: str, follow: bool, stderr: bool, attempt: int | None, grep: str | None, last: int | None, as_json: bool
) -> int:
    """Print or follow what a job wrote.

    On a terminal control sequences are made harmless and very long lines shortened; on a pipe or into a file the bytes
    are passed on exactly as the job wrote them.

    \b
    Examples:
      jobyard logs last -f
      jobyard logs rabi --stderr --tail 20
      jobyard logs 17 --grep 'error|warning'
      jobyard logs 17 --attempt 1 > first.log

    --json prints {"id","attempt","stream","path","lines":[text]}.
    """
    if follow and as_json:
        raise BadInput("--follow and --json do not go together", "", "Leave one of them out")
    stream = "stderr" if stderr else "stdout"
    pattern = compile_log_pattern(grep) if grep is not None else None
    with open_yard() as yard:
        job = yard.job(ref)
        path = chosen(yard, job, stream, attempt)
        if follow:
            write_lines(matching(following(yard, job, stream, attempt, last), pattern))
        elif as_json:
            say_json(view(job, stream, attempt, path, lines_of(path, pattern, last)))
        elif path is None:
            note(f"{job.id} has not run yet. `jobyard why {job.id}` says what it waits for.")
        else:
            write_whole(path, pattern, last)
    return 0


def chosen(yard: Yard, job: Job, stream: str, attempt: int | None) -> Path | None:
    """The file of the attempt. Raises BadInput if there is no such attempt."""
    numbers = [each.number for each in job.attempts]
    if attempt is not None and attempt not in numbers:
        known = f"It has {', '.join(map(str, numbers))}" if numbers else "It has none yet"
        raise BadInput(f"{job.id} has no attempt {attempt}", known)
    return yard.log_path(job.row, stream, attempt)


def write_whole(path: Path, pattern: re.Pattern[bytes] | None, last: int | None) -> None:
    """The log as it is now; where nothing has to be looked at, byte by byte as it is."""
    if sys.stdout.isatty() or pattern is not None or last is not None:
        write_lines(lines_of(path, pattern, last))
        return
    tail = Tail(path)
    while data := tail.chunk():
        write(data)


def lines_of(path: Path | None, pattern: re.Pattern[bytes] | None, last: int | None) -> Iterable[bytes]:
    """The lines that are wanted."""
    if path is None:
        return []
    if pattern is not None:
        found = (line.data for line in grep_log(path, pattern))
        return list(found)[-last:] if last else found
    return tail_log(path, last, WHOLE) if last is not None else Tail(path).lines(to_end=True)


def matching(lines: Iterable[bytes], pattern: re.Pattern[bytes] | None) -> Iterator[bytes]:
    """Only those in which the pattern is found."""
    return (line for line in lines if pattern is None or pattern.search(line))


def following(yard: Yard, job: Job, stream: str, attempt: int | None, last: int | None) -> Iterator[bytes]:
    """Lines as they come, through all attempts that follow, until the job has ended."""
    version = yard.changes(-1).version
    tail: Tail | None = None
    with yard.listen() as bell:
        while True:
            job = yard.job(job.row)  # before its file is read: what it wrote before its end is then there
            path = yard.log_path(job.row, stream, attempt)
            if path is not None and (tail is None or tail.path != path):
                yield from rest(tail)
                tail = Tail(path)
                yield from begun(tail, last)
            if job.state in ENDED:
                yield from rest(tail)
                return
            while True:
                yield from [] if tail is None else tail.lines()
                changes = yard.changes(version)
                version = changes.version
                if changes.rows is None or job.row in changes.rows:
                    break
                ring(bell)


def rest(tail: Tail | None) -> Iterator[bytes]:
    """What an attempt that has ended still has to say."""
    return iter(()) if tail is None else tail.lines(to_end=True)


def begun(tail: Tail, last: int | None) -> Iterable[bytes]:
    """What is there at the beginning: all of it, or the last lines."""
    lines = tail.lines()
    return lines if last is None else deque(lines, maxlen=last)


def ring(bell: Bell) -> None:
    """Show what there is; wait for the bell, but not for long: a log grows without a ring."""
    sys.stdout.buffer.flush()
    if select.select([bell], [], [], LOOK)[0]:
        bell.drain()


def view(job: Job, stream: str, attempt: int | None, path: Path | None, lines: Iterable[bytes]) -> Json:
    """``logs --json``."""
    newest = job.attempts[-1].number if job.attempts else None
    return {
        "id": job.id,
        "attempt": attempt or newest,
        "stream": stream,
        "path": str(path) if path else None,
        "lines": [line.decode("utf-8", "replace") for line in lines],
    }


def write_lines(lines: Iterable[bytes]) -> None:
    """Lines to stdout, harmless ones to a terminal; what is there is shown before waiting for more."""
    terminal = sys.stdout.isatty()
    for line in lines:
        write((clean_line(line).encode("utf-8", "backslashreplace") if terminal else line) + b"\n", flush=terminal)


def write(data: bytes, flush: bool = True) -> None:
    """Bytes to stdout."""
    sys.stdout.buffer.write(data)
    if flush:
        sys.stdout.buffer.flush()
