"""``jobyard worker``: those who decide what starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from jobyard.core.errors import WrongState
from jobyard.core.models import WorkerInfo
from jobyard.core.yard import Yard
from jobyard.tui import gauges
from jobyard.tui.cli import complete, crewview
from jobyard.tui.cli.folding import called
from jobyard.tui.cli.group import VerbGroup
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import say, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.words import clean, lasted, plural, when

if TYPE_CHECKING:
    from jobyard.core.usage import Sample
    from jobyard.core.yard.staffed import Assigned, Staff

COLUMNS = (
    Column("WORKER", weight=1),
    Column("STATE"),
    Column("FACE"),
    Column("HOST", weight=1, drop=3),
    Column("PID", right=True),
    Column("RUNNING", right=True),
    Column("CPU", right=True, drop=4),
    Column("MEM", right=True, drop=5),
    Column("SINCE", drop=1),
    Column("HEARD", drop=2),
)
JOB_COLUMNS = (
    Column("WORKER", weight=1),
    Column("JOB"),
    Column("QUEUE", weight=1, drop=2),
    Column("TIME", right=True),
    Column("CPU", right=True),
    Column("MEM", right=True),
    Column("PROCESSES", right=True, drop=1),
    Column("NAME", weight=2),
)


@click.group(cls=VerbGroup)
def worker() -> None:
    """Start, stop, drain, detach, attach, install or list workers.

    A worker decides what starts and records how it ended. Running jobs need none: whatever happens to workers, jobs go
    on, and the next worker takes them over.

    \b
    Examples:
      jobyard worker start
      jobyard worker list
      jobyard worker drain
    """


def name_argument(function: click.decorators.FC) -> click.decorators.FC:
    """``[NAME]``: all of them unless told."""
    return click.argument("name", metavar="[NAME]", default="", shell_complete=complete.workers)(function)


@worker.command("list")
@click.option("--all", "everyone", is_flag=True, help="Also those that have left.")
@click.option("--jobs", "with_jobs", is_flag=True, help="With what each of them runs.")
@json_option
def list_(everyone: bool, with_jobs: bool, as_json: bool) -> int:
    """List the workers, what their jobs use, and the keeper, which owns the jobs' processes.

    CPU is of one core: two cores in full use are 200%. A worker that has died stays in the list until another one has
    taken over what it ran.

    \b
    Examples:
      jobyard worker list
      jobyard worker list --jobs
      jobyard worker list --json | jq '.[] | select(.alive).name'

    --json prints an array of {"id","name","host","pid","face","mode","alive","hung","started_at","heartbeat_at",
    "running","max_jobs","mock","jobs":[{"id","name","session","queue","started_at","usage":{"at","cpu","cpu_seconds","rss",
    "processes"}}],"keeper":{"alive","silent","pid","started_at","rss"}}; of jobs the 500 that run longest.
    """
    with open_yard() as yard:
        workers = yard.workers(all=everyone)
        if as_json:
            say_json(crewview.views(yard, workers))
            return 0
        staff = yard.staff()
        samples = yard.usage_now([one.job.row for one in staff.running])
    if workers:
        say_all(table(COLUMNS, [cells(each, staff, samples) for each in workers]))
    else:
        say("No worker lives here. Start one with `jobyard worker start`, or open the app.")
    if words := crewview.keeper_words(staff.keeper, staff.total):
        say(words)
    if with_jobs and staff.running:
        say_all(["", *table(JOB_COLUMNS, job_cells(staff, samples))])
    return 0


@worker.command()
@click.option("--mock", is_flag=True, help="It has no hardware: experiments get simulated instruments.")
@json_option
def start(mock: bool, as_json: bool) -> int:
    """Start a headless worker, unless one is at work.

    It goes on when you log out. If the app's own worker lives, use `worker detach`. One that drains starts nothing
    new, so that another may be started.

    \b
    Examples:
      jobyard worker start
      jobyard worker start --mock

    --json prints the worker as `worker list --json` does.
    """
    with open_yard() as yard:
        yard.require_owner("Starting a worker")
        living = next((each for each in yard.workers() if each.starts), None)
        if living and mock and not living.mock:
            why, todo = f"{clean(living.name)} lives and has the hardware", "Drain it first: jobyard worker drain"
            raise WrongState("No worker with simulated instruments is started", why, todo)
        return told(yard, "lives already" if living else "started", [living or yard.worker_start(mock=mock)], as_json)


@worker.command()
@name_argument
@json_option
def stop(name: str, as_json: bool) -> int:
    """Stop a worker at once, or all of them; running jobs go on.

    \b
    Examples:
      jobyard worker stop
      jobyard worker stop host-1a2b

    --json prints an array of workers as `worker list --json` does.
    """
    with open_yard() as yard:
        yard.require_owner("Stopping a worker")
        return told(yard, "stopped", yard.worker_stop(name) if name or yard.worker_alive() else [], as_json)


@worker.command()
@name_argument
@json_option
def drain(name: str, as_json: bool) -> int:
    """Let a worker finish its jobs and leave, or all of them; they start no more.

    \b
    Example:
      jobyard worker drain

    --json prints an array of workers as `worker list --json` does.
    """
    with open_yard() as yard:
        yard.require_owner("Draining a worker")
        return told(yard, "draining", yard.worker_drain(name) if name or yard.worker_alive() else [], as_json)


@worker.command()
@json_option
def detach(as_json: bool) -> int:
    """Replace the app's own worker by a headless one; no job notices.

    The app may then be closed; the headless worker goes on when you log out.

    \b
    Example:
      jobyard worker detach

    --json prints the worker as `worker list --json` does.
    """
    with open_yard() as yard:
        return told(yard, "detached", [yard.worker_detach()], as_json)


@worker.command()
def attach() -> int:
    """Open the app and take the work over from the headless worker; no job notices.

    \b
    Example:
      jobyard worker attach
    """
    from jobyard.tui.cli.verbs import face

    return face.attach()


@worker.command()
@click.option("--user", "user", is_flag=True, help="A unit of your own account (always so).")
@click.option("--now", is_flag=True, help="Start it at once.")
@click.option("--print", "only_print", is_flag=True, help="Print the unit; install nothing.")
@json_option
def install(user: bool, now: bool, only_print: bool, as_json: bool) -> int:
    """Have systemd run a worker of this yard.

    A user unit: it starts when you log in, or with the machine once `loginctl enable-linger` allows it, and again
    if it dies. Stopping the unit ends the worker alone; running jobs go on. Without systemd, --print still prints it.

    \b
    Examples:
      jobyard worker install --now
      jobyard worker install --print > ~/.config/systemd/user/lab.service

    --json prints {"unit": FILE, "todo": TEXT}, with --print {"text": UNIT}.
    """
    with open_yard() as yard:
        if only_print:
            text = yard.unit()
            say_json({"text": text}) if as_json else say(text.rstrip())
            return 0
        unit, todo = yard.unit_install(now=now)
    if as_json:
        say_json({"unit": unit, "todo": todo})
    else:
        say(f"{clean(unit)} is installed and {'started' if now else 'enabled'}")
        if todo:
            say(todo)
    return 0


@worker.command()
@json_option
def uninstall(as_json: bool) -> int:
    """Stop and remove the unit that `worker install` made; jobs go on.

    \b
    Example:
      jobyard worker uninstall

    --json prints {"unit": FILE}, "" if there was none.
    """
    with open_yard() as yard:
        unit = yard.unit_uninstall()
    if as_json:
        say_json({"unit": unit})
    else:
        say(f"{clean(unit)} is removed" if unit else "There is no unit of this yard")
    return 0


def _told_of(worker: WorkerInfo) -> str:
    some = f"process {worker.pid}, {plural(worker.running, 'job')} running"
    return some + (", simulated instruments" if worker.mock else "")


def told(yard: Yard, verb: str, workers: Sequence[WorkerInfo], as_json: bool) -> int:
    """Which workers it concerned."""
    if as_json:
        views = crewview.views(yard, workers)
        say_json(views[0] if verb in {"detached", "started", "lives already"} else views)
    elif workers:
        for each in workers:
            say(f"worker {clean(each.name)} {verb} ({_told_of(each)})")
    else:
        say("No worker lives here.")
    return 0


def cells(worker: WorkerInfo, staff: Staff, samples: Mapping[int, Sample]) -> list[Cell | str]:
    """A line of the table."""
    mine = [samples[one.job.row] for one in staff.running if one.worker == worker.id and one.job.row in samples]
    cpu, rss = crewview.used(mine)
    return [
        clean(worker.name),
        state_of(worker),
        worker.face + (", mock" if worker.mock else ""),
        clean(worker.host),
        str(worker.pid),
        str(worker.running) + (f"/{worker.max_jobs}" if worker.max_jobs else ""),
        gauges.cores(cpu) if mine else "",
        gauges.memory(rss) if mine else "",
        when(worker.started_at),
        when(worker.heartbeat_at),
    ]


def job_cells(staff: Staff, samples: Mapping[int, Sample]) -> Iterator[list[Cell | str]]:
    """A line for each job that runs, by worker."""
    order = {worker.id: place for place, worker in enumerate(staff.workers)}
    names = {worker.id: clean(worker.name) for worker in staff.workers}

    def place(one: Assigned) -> int:
        return order.get(one.worker, len(order))

    for one in sorted(staff.running, key=place):
        sample = samples.get(one.job.row)
        some = [gauges.cores(sample.cpu), gauges.memory(sample.rss), str(sample.processes)] if sample else ["", "", ""]
        yield [
            names.get(one.worker, ""), one.job.id, clean(one.job.queue), lasted(one.job.started_at, None, staff.at),
            *some, called(one.job),
        ]  # fmt: skip


def state_of(worker: WorkerInfo) -> Cell:
    """Glyph and word."""
    if not worker.alive:
        return Cell(f"✗ {worker.mode}", "grey")
    if worker.hung:
        return Cell("! hung", "red")
    return Cell("● working", "green") if worker.mode == "working" else Cell(f"■ {worker.mode}", "yellow")
