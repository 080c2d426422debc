"""``jobyard logs``: what jobs wrote."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobyard.core.errors import BadInput
from jobyard.core.logbook import Book, Place, Row, Streams, pattern
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.jsonview import Json
from jobyard.tui.cli.logchoice import Wanted, chosen, texts, whole_lines
from jobyard.tui.cli.logfollow import Followed, Sieve, follow
from jobyard.tui.cli.logtext import CAP, Printer, Style
from jobyard.tui.cli.options import json_option, refs_argument
from jobyard.tui.cli.pager import through_pager
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import coloured, note, say_json
from jobyard.tui.cli.tail import Tail
from jobyard.tui.cli.verbs.history import moment_of
from jobyard.tui.format import size

if TYPE_CHECKING:
    from jobyard.core.models import Job
    from jobyard.core.yard import Yard


SOME = 100  # jobs of which it is said that they have not run


@click.command(cls=Verb)
@refs_argument
@click.option("--follow", "-f", "following", is_flag=True, help="Go on until the jobs have ended.")
@click.option("--stderr", "stderr", is_flag=True, help="Standard error instead of standard output.")
@click.option(
    "--stream",
    type=click.Choice(["stdout", "stderr", "both"]),
    help="Which output (default: stdout); both: in the order in which it came.",
)
@click.option("--attempt", type=click.IntRange(min=1), metavar="N", help="Of this attempt (default: the newest).")
@click.option("--chain", is_flag=True, help="Before them the jobs that they waited for, as they started.")
@click.option("--grep", metavar="RE", help="Only lines in which this regular expression is found.")
@click.option("--ignore-case", "-i", is_flag=True, help="Upper and lower case are the same to --grep.")
@click.option("--context", "-C", type=click.IntRange(min=0), default=0, metavar="N", help="N lines around each found.")
@click.option("--since", metavar="WHEN", help="What arrived from then on: an age such as 10m, or a time such as 14:02.")
@click.option("--tail", "-n", "last", type=click.IntRange(min=0), metavar="N", help="Only the last N lines.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most N lines.")
@click.option("--times", is_flag=True, help="Before each line when it arrived.")
@click.option("--plain", is_flag=True, help="As plain text, without colours, also on a pipe.")
@click.option("--pager", is_flag=True, help="On a terminal: through $PAGER (default: less).")
@json_option
def logs(
    refs: tuple[str, ...], following: bool, stderr: bool, stream: Streams | None, attempt: int | None, chain: bool,
    grep: str | None, ignore_case: bool, context: int, since: str | None, last: int | None, limit: int | None,
    times: bool, plain: bool, pager: bool, as_json: bool,
) -> int:  # fmt: skip
    """Print or follow what jobs wrote.

    On a terminal the job's colours are shown, other control sequences made harmless and very long lines shortened; on
    a pipe or into a file the bytes are passed on exactly as the job wrote them (--plain: as text without colours).
    What a job wrote to standard error is not shown, but told of. Several jobs come one after the other; followed,
    their lines mix, each with the job's id before it.

    \b
    Examples:
      jobyard logs last -f
      jobyard logs rabi --stderr --tail 20
      jobyard logs 17 --grep 'error|warning' -C 3
      jobyard logs 17 --stream both --times --since 10m
      jobyard logs fit --chain --pager
      jobyard logs 17 --attempt 1 > first.log

    --json prints {"id","attempt","stream","path","lines":[text]}, a list of them for several jobs; "path" is null for
    both streams.
    """
    refuse_together(follow=following, json=as_json, pager=pager, limit=limit is not None)
    wanted = Wanted(
        attempt, streams_of(stderr, stream), pattern(grep, ignore_case=ignore_case) if grep is not None else None,
        context, moment_of(since) if since else None, last, limit,
    )  # fmt: skip
    with open_yard() as yard:
        named = yard.resolve(refs)
        rows = {row: wanted.of(row in named) for row in (yard.chain(named) if chain else named)}
        if following:
            follow(yard, [_followed(yard, *each) for each in rows.items()], Printer(write, style(times, plain)))
        elif as_json:
            views = [view(yard, yard.job(row), one) for row, one in rows.items()]
            say_json(views if len(views) > 1 else views[0])
        else:
            book = yard.logbook(named, attempt=attempt, streams=wanted.streams, parents=chain)
            mention_unborn(yard, list(rows))
            with through_pager(pager, write) as out:
                print_book(book, wanted, Printer(out, style(times, plain, pager)))
        if not (stderr or stream or as_json or grep is not None):
            mention_errors(yard, {row: rows[row] for row in named})
    return 0


def refuse_together(**options: bool) -> None:
    """Options of which one rules out the other. Raises BadInput."""
    for one, other in (("follow", "json"), ("follow", "pager"), ("json", "pager"), ("follow", "limit")):
        if options[one] and options[other]:
            raise BadInput(f"--{one} and --{other} do not go together", "", "Leave one of them out")


def streams_of(stderr: bool, stream: Streams | None) -> Streams:
    """The output that is meant. Raises BadInput."""
    if stderr and stream not in (None, "stderr"):
        raise BadInput(f"--stderr and --stream {stream} do not go together", "", "Leave one of them out")
    return "stderr" if stderr else stream or "stdout"


def style(times: bool, plain: bool, pager: bool = False) -> Style:
    """How lines are printed where stdout leads."""
    terminal = sys.stdout.isatty()
    return Style(
        text=terminal or plain, colours=coloured() and not plain, cap=CAP if terminal and not pager else 0, times=times
    )


def mention_unborn(yard: Yard, rows: Sequence[int]) -> None:
    """Say which of the jobs have not run yet."""
    for job in (yard.job(row) for row in rows[:SOME]):
        if not job.attempts:
            note(f"{job.id} has not run yet. `jobyard why {job.id}` says what it waits for.")


def mention_errors(yard: Yard, rows: Mapping[int, Wanted]) -> None:
    """Say which of the jobs wrote to standard error, whose output was not asked for: a traceback is there."""
    for job, wanted in ((yard.job(row), wanted) for row, wanted in list(rows.items())[:SOME]):
        path = yard.log_path(job.row, "stderr", wanted.attempt) if job.attempts else None
        if path is not None and (written := _size(path)):
            attempt = "" if wanted.attempt is None else f" --attempt {wanted.attempt}"
            both = f"jobyard logs {job.id}{attempt} --stream both"
            note(f"{job.id} wrote {size(written)} to standard error too. `{both}` shows both.")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def print_book(book: Book, wanted: Wanted, printer: Printer) -> None:
    """The logs as they are now; where nothing has to be looked at, byte by byte as they are."""
    if not printer.raw or not wanted.every or wanted.streams == "both":
        rows = chosen(book, wanted)
        printer.rows(map(wanted.around, rows) if printer.shortens else whole_lines(book, rows))
        return
    last = b""
    for number, source in enumerate(book.sources):
        if len(book.sources) > 1:
            printer.write(b"" if last.endswith(b"\n") or not last else b"\n")
            printer.rows(book.window(Place(number, "", 0), 0, 1))
        tail = Tail(source.path(wanted.streams))
        while data := tail.chunk():
            printer.write(data)
            last = data


def _followed(yard: Yard, row: int, wanted: Wanted) -> Followed:
    def begin(book: Book) -> Iterator[Row]:
        return chosen(book, wanted)

    sieve = Sieve(wanted.pattern, wanted.context)
    return Followed(yard, row, wanted.attempt, wanted.streams, begin, sieve)


def view(yard: Yard, job: Job, wanted: Wanted) -> Json:
    """``logs --json``."""
    newest = job.attempts[-1].number if job.attempts else None
    path: Path | None = None
    if wanted.streams != "both":
        path = yard.log_path(job.row, wanted.streams, wanted.attempt)
    book = yard.logbook([job.row], attempt=wanted.attempt, streams=wanted.streams)
    return {
        "id": job.id,
        "attempt": wanted.attempt or newest,
        "stream": wanted.streams,
        "path": str(path) if path else None,
        "lines": [line.decode("utf-8", "replace") for line in texts(whole_lines(book, chosen(book, wanted)))],
    }


def write(data: bytes) -> None:
    """Bytes to stdout; on a terminal at once."""
    sys.stdout.buffer.write(data)
    if sys.stdout.isatty():
        sys.stdout.buffer.flush()
