"""``jobyard run``: a task file, from validation to the final table."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobyard.core.errors import BadInput
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say_json
from jobyard.tui.cli.taskrun import report
from jobyard.tui.cli.taskrun.control import Control
from jobyard.tui.cli.taskrun.follow import Follower
from jobyard.tui.cli.taskrun.host import Host
from jobyard.tui.cli.taskrun.printer import Printer
from jobyard.tui.cli.taskrun.signals import Signals
from jobyard.tui.cli.taskrun.tasks import Track, submit_tasks

if TYPE_CHECKING:
    from jobyard.core.yard import Yard


@click.command(cls=Verb)
@click.argument("file", required=False, type=click.Path())
@click.option("--input", "-i", "input_file", type=click.Path(), metavar="FILE", help="The same as FILE.")
@click.option("--schema", type=click.Path(), metavar="S", help="A JSON Schema (draft-07) that the file must satisfy.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Tasks at a time (default: one a core).")
@json_option
def run(file: str | None, input_file: str | None, schema: str | None, jobs: int | None, as_json: bool) -> int:
    """Run a task file: follow it, report, exit 1 if a task failed.

    The file is checked before anything runs. Its tasks become jobs in a queue of their own, run as soon as their
    dependencies allow, and are skipped when one of those fails. All output is labelled with its task. If no worker
    lives, this process is one.

    \b
    Examples:
      jobyard run build.json
      jobyard run build.json -j 4
      jobyard run --input build.json --schema tasks.schema.json
      jobyard run build.json --json | jq '.tasks[] | select(.status == "failed").name'

    \b
    Such a file:
      {"tasks": [{"name": "fetch", "type": "exec", "arguments": "curl -O https://example.org/data.csv"},
                 {"name": "sum", "type": "eval", "arguments": "print(sum(range(10)))", "dependencies": ["fetch"]}]}

    \b
    A task is ok when its job completed.
    Exit: 0 all ok, 1 some failed, 2 the file is not right.
    Ctrl-C cancels what is left; twice within a second leaves and lets it go on.

    --json prints {"file","queue","ok","exit_code","tasks":[{"name","status","type","arguments","dependencies","id",
    "exit_code","signal","cause","message","started_at","ended_at"}]} on stdout; what happens goes to stderr.
    """
    path = chosen(file, input_file)
    with open_yard(face="run") as yard, Signals() as signals:
        specs = yard.load_tasks(path, schema)
        since = yard.changes(-1).version
        queue, tracks = submit_tasks(yard, specs, Path(path).stem, jobs)
        left = follow(yard, Follower(yard, tracks, Printer(sys.stderr if as_json else sys.stdout), since), signals)
    if left is not None:
        return told_how_to_look(queue, left)
    return finish(tracks, queue, path, as_json)


def chosen(file: str | None, input_file: str | None) -> str:
    """The file, given once, either way."""
    if file and input_file:
        raise BadInput("Two task files were given", "", "Give FILE or --input FILE")
    path = file or input_file
    if not path:
        raise BadInput("There is no task file", "", "Name it: jobyard run FILE.json")
    return path


def follow(yard: Yard, follower: Follower, signals: Signals) -> int | None:
    """Tell everything until the end; answers the signal that made us leave early, if one did."""
    host = Host(yard)
    try:
        with yard.listen() as bell:
            left = Control(yard, follower, host, signals).run(bell)
        if left is not None:
            host.hand_over()
        return left
    finally:
        host.close()


def told_how_to_look(queue: str, number: int) -> int:
    """Say where the tasks are now; the exit code is that of a process ended by the signal."""
    note(f"Left; the tasks go on. See them with `jobyard list --queue {queue}`, or open the app.")
    return 128 + number


def finish(tracks: Sequence[Track], queue: str, path: str, as_json: bool) -> int:
    """The report and the exit code."""
    code = 0 if report.all_ok(tracks) else 1
    if as_json:
        say_json(report.as_json(tracks, queue, path, code))
        return code
    printer = Printer()
    limit = shutil.get_terminal_size((report.PIPED, 24)).columns
    printer.event("")
    for line in report.lines(tracks, limit):
        printer.write(line.encode("utf-8", "backslashreplace") + b"\n")
    return code
