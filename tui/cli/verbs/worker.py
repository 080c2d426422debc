"""``jobyard worker``: those who decide what starts."""

from __future__ import annotations

from collections.abc import Sequence

import click

from jobyard.core.models import WorkerInfo
from jobyard.tui.cli import complete, jsonview
from jobyard.tui.cli.group import VerbGroup
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import say, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.words import clean, plural, when

COLUMNS = (
    Column("WORKER", weight=1),
    Column("STATE"),
    Column("FACE"),
    Column("HOST", weight=1, drop=3),
    Column("PID", right=True),
    Column("RUNNING", right=True),
    Column("SINCE", drop=1),
    Column("HEARD", drop=2),
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
@json_option
def list_(everyone: bool, as_json: bool) -> int:
    """List the workers.

    \b
    Examples:
      jobyard worker list
      jobyard worker list --json | jq '.[] | select(.alive).name'

    --json prints an array of {"id","name","host","pid","face","mode","alive","hung","started_at","heartbeat_at",
    "running","max_jobs"}.
    """
    with open_yard() as yard:
        workers = yard.workers(all=everyone)
    if as_json:
        say_json([jsonview.worker(each) for each in workers])
    elif workers:
        say_all(table(COLUMNS, [cells(each) for each in workers]))
    else:
        say("No worker lives here. Start one with `jobyard worker start`, or open the app.")
    return 0


@worker.command()
@json_option
def start(as_json: bool) -> int:
    """Start a headless worker, unless one lives.

    It goes on when you log out. If the app's own worker lives, use `worker detach`.

    \b
    Example:
      jobyard worker start

    --json prints the worker as `worker list --json` does.
    """
    with open_yard() as yard:
        yard.require_owner("Starting a worker")
        living = next((each for each in yard.workers() if each.alive), None)
        return told("lives already" if living else "started", [living or yard.worker_start()], as_json)


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
        return told("stopped", yard.worker_stop(name) if name or yard.worker_alive() else [], as_json)


@worker.command()
@name_argument
@json_option
def drain(name: str, as_json: bool) -> int:
    """Let a worker finish its jobs and leave; it starts no more.

    \b
    Example:
      jobyard worker drain

    --json prints an array of workers as `worker list --json` does.
    """
    with open_yard() as yard:
        yard.require_owner("Draining a worker")
        return told("draining", yard.worker_drain(name) if name or yard.worker_alive() else [], as_json)


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
        return told("detached", [yard.worker_detach()], as_json)


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


def told(verb: str, workers: Sequence[WorkerInfo], as_json: bool) -> int:
    """Which workers it concerned."""
    if as_json:
        views = [jsonview.worker(each) for each in workers]
        say_json(views[0] if verb in {"detached", "started", "lives already"} else views)
    elif workers:
        for each in workers:
            say(f"worker {clean(each.name)} {verb} (process {each.pid}, {plural(each.running, 'job')} running)")
    else:
        say("No worker lives here.")
    return 0


def cells(worker: WorkerInfo) -> list[Cell | str]:
    """A line of the table."""
    return [
        clean(worker.name),
        state_of(worker),
        worker.face,
        clean(worker.host),
        str(worker.pid),
        str(worker.running) + (f"/{worker.max_jobs}" if worker.max_jobs else ""),
        when(worker.started_at),
        when(worker.heartbeat_at),
    ]


def state_of(worker: WorkerInfo) -> Cell:
    """Glyph and word."""
    if not worker.alive:
        return Cell(f"✗ {worker.mode}", "grey")
    if worker.hung:
        return Cell("! hung", "red")
    return Cell("● working", "green") if worker.mode == "working" else Cell(f"■ {worker.mode}", "yellow")
