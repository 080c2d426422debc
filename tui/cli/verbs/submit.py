"""``jobyard submit``: a job from the command line, or many from a file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from jobyard.core.errors import BadInput
from jobyard.core.models import JobSpec, Submitted
from jobyard.core.states import PENDING
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.joboptions import job_options, spec_of
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say, say_all, say_json
from jobyard.tui.cli.waiting import waiting

if TYPE_CHECKING:
    from jobyard.core.yard import Yard


@click.command(cls=Verb, context_settings={"allow_interspersed_args": False})
@job_options
@click.option("--wait", "wait", is_flag=True, help="Wait for its end and exit with its code (125 if it has none).")
@click.option(
    "--file",
    "file",
    metavar="F|-",
    type=click.Path(allow_dash=True),
    help="Many jobs, all or nothing: JSON lines, or a YAML list.",
)
@json_option
@click.argument("command", metavar="-- CMD...", nargs=-1, type=click.UNPROCESSED)
def submit(command: tuple[str, ...], file: str | None, wait: bool, as_json: bool, **options: Any) -> int:
    """Submit a job, or many from a file.

    The job gets this folder, this umask and this environment, runs when its queue has a free slot and outlives
    this terminal. On stdout: its id (with its place, on a terminal).

    \b
    Examples:
      jobyard submit -- make -j4
      jobyard submit -n fit -q gpu -p high --time-limit 2h -- python fit.py
      jobyard submit --after last -- ./report.sh
      jobyard submit --cpus 4 --mem 8G --need qick -- python sweep.py
      jobyard submit --unique nightly --at 22:00 -- ./backup.sh
      jobyard submit --array 1-100%10 -n scan -- python scan.py --point {i}
      jobyard submit --after-fail nightly -- mail -s broken me
      id=$(jobyard submit -- sleep 60); jobyard wait $id
      jobyard submit --wait -- ./test.sh; echo $?
      jobyard submit --file jobs.jsonl

    \b
    A line of such a file:
      {"command": ["make", "all"], "key": "build", "queue": "gpu", "time_limit": "10m"}
      {"command": "make test | tee log", "name": "test", "after": ["build"]}

    What a job of the file leaves out comes from the options; defaults of retries are the yard's, see config-check.

    An array is one job for each index. Its {i}, or {i:03} with zeros, in CMD, --name and --stdin is the index, which
    JOBYARD_ARRAY_INDEX holds as well. It is printed as ID[1-100]; ID[] means all of it, ID[5] or ID[1-10,20] some,
    ID[failed] those that failed.

    \b
    --json prints {"id","state","reason","position"}; with --file an array of ids. Of an array id is ID[1-100].
    """
    if file is not None:
        return submit_file(file, command, base_of(options), wait, as_json)
    if not command:
        raise BadInput("There is no command to run", "", "Write it after --: jobyard submit -- CMD ARGUMENT…")
    spec = spec_of(command, **options)
    with open_yard() as yard:
        answer = yard.submit(spec)
        hint_at_shell(command)
        hint_at_past(options["at"])
        if not (wait and as_json):
            tell(answer, as_json)
        warn_without_worker(yard, [answer.id] if answer.state is PENDING else [])
        return finish(yard, [answer.id], as_json) if wait else 0


def base_of(options: dict[str, Any]) -> JobSpec:
    """What the jobs of a file have unless they say otherwise; their queue is their kind's own unless -q names one."""
    named = click.get_current_context().get_parameter_source("queue") is ParameterSource.COMMANDLINE
    return spec_of((), **{**options, "queue": options["queue"] if named else ""})


def hint_at_past(at: float | None) -> None:
    """A time that is over is no obstacle."""
    import time

    if at is not None and at <= time.time():
        note(f"{time.strftime('%F %T', time.localtime(at))} is over: it may start at once.")


SHELLS = frozenset("|&;<>()$`*? \t\n")  # what a shell would read as more than a letter


def hint_at_shell(command: tuple[str, ...]) -> None:
    """A command line given as one word is a program of that name; say so before its attempt fails."""
    if len(command) == 1 and not SHELLS.isdisjoint(command[0]) and not os.path.exists(command[0]):
        note(f"No shell reads the command: {command[0]} is taken for the name of a program. Use: sh -c '…'")


def tell(answer: Submitted, as_json: bool, more: Mapping[str, Any] = MappingProxyType({})) -> None:
    """The id on stdout, with its place where a person looks; *more* is added to the JSON."""
    import sys

    if as_json:
        from jobyard.tui.cli import jsonview

        say_json({**jsonview.submitted(answer), **more})
    elif sys.stdout.isatty() and answer.reason:
        say(f"{answer.id}  {answer.state.value}: {answer.reason} (position {answer.position})")
    else:
        say(answer.id)
    sys.stdout.flush()


def warn_without_worker(yard: Yard, ids: list[str]) -> None:
    """Say that nothing will start, and how to change that; and once to each what a group's yard means."""
    word = yard.first_word()
    if word:
        note(word)
    if ids and not yard.worker_alive():
        who = f"{ids[0]} waits" if len(ids) == 1 else f"{len(ids)} jobs wait"
        todo = (
            "Start it with `jobyard worker start`, or open the app" if yard.mine else f"Only {yard.owner} can start it"
        )
        note(f"No worker lives here. {who} for one. {todo}.")


def submit_file(file: str, command: tuple[str, ...], base: JobSpec, wait: bool, as_json: bool) -> int:
    """All jobs of the file, or none; *base*, which the options describe, gives what a job leaves out."""
    import sys

    if command:
        raise BadInput("--file and a command were both given", "", "Give one of them")
    with open_yard() as yard:
        ids = submit_all(yard, yard.load_jobs(sys.stdin.buffer if file == "-" else file, base))
        if as_json and not wait:
            say_json(ids)
        elif not as_json:
            say_all(ids)
        sys.stdout.flush()
        warn_without_worker(yard, ids)
        return finish(yard, ids, as_json) if wait else 0


def submit_all(yard: Yard, specs: Iterable[JobSpec]) -> list[str]:
    """Their ids. Of very many it is told how far they are."""
    with waiting("Reading the jobs") as told:
        count = 0

        def read() -> Iterator[JobSpec]:
            nonlocal count
            for spec in specs:
                count += 1
                if count % 1000 == 0:
                    told.say(f"{count:,} jobs read")
                yield spec

        def stored(jobs: int) -> None:
            told.say(f"{jobs:,} jobs stored", min(1.0, jobs / max(1, count)))

        return yard.submit_many(read(), stored)


def finish(yard: Yard, ids: list[str], as_json: bool) -> int:
    """``--wait``: the rest is what ``jobyard wait`` does."""
    from jobyard.tui.cli.verbs.wait import wait_for

    return wait_for(yard, ids, None, as_json)
