"""``jobyard demo``: a yard of its own in which real work is under way."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobyard.core.models import JobFilter
from jobyard.core.states import PENDING, RUNNING, State
from jobyard.tui.cli import demo_jobs, demo_lab
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import given_home, home
from jobyard.tui.cli.printing import say, say_json
from jobyard.tui.cli.words import clean, plural

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

UNENDED = JobFilter(states=frozenset({PENDING, RUNNING}))
PATIENCE = 20.0  # seconds for the lab's first experiment


@click.command(cls=Verb)
@click.option("--open", "open_", is_flag=True, help="Open the app on it.")
@click.option("--stop", is_flag=True, help="Cancel its work and stop its worker.")
@click.option("--lab", is_flag=True, help="A lab day: experiments on mock hardware, in a yard of its own.")
@json_option
def demo(open_: bool, stop: bool, lab: bool, as_json: bool) -> int:
    """Make a demo yard in which real work is under way, or with --lab one of a lab.

    Queues, a dependency graph with a diamond and a failing branch, a held job, an instrument that takes one job at a
    time, another one that is locked, an array, and long simulations. Its folder lies beside your own yard, unless
    --yard names one. Safe to run again: work under way is left alone, finished work is begun anew.

    With --lab, three people's experiments in line for one station of mock hardware: some done in seconds, with data,
    a sweep, one that goes on, one that failed, one that waits for a locked board; three versions of their hardware
    config, and its file, which has been edited since. The lab's modules are in its folder lab: what you change there is
    what runs next. --open shows the first one's data on the Results screen: a Rabi oscillation.

    \b
    Examples:
      jobyard demo --open
      jobyard demo; jobyard --yard ~/.local/share/jobyard-demo list
      jobyard demo --lab --open
      jobyard demo --stop

    --json prints {"yard": DIR, "submitted": N, "unended": N}.
    """
    from jobyard.core.yard import Yard
    from jobyard.tui.cli.verbs import face

    if open_:
        face.need_terminal()
    folder = demo_home(lab)
    with Yard.open(folder, face="cli") as yard:
        if stop:
            return stop_all(yard, folder, as_json)
        submitted = renew_lab(yard) if lab else renew(yard)
        if not open_ and not yard.worker_alive():
            yard.worker_start(mock=lab)
        first = yard.job(demo_lab.FIRST).id if lab else None
        tell(folder, submitted, len(yard.list(UNENDED, None)), as_json)
        if not as_json:
            tell_lab(yard, first, open_) if first else tell_more(folder)
    if open_:
        return face.open_app(folder, worker=True, mock=lab, screen="results" if first else "jobs", job=first)
    return 0


def demo_home(lab: bool = False) -> Path:
    """``--yard``, else a folder beside the yard."""
    folder = home()
    return folder if given_home() is not None else folder.with_name(f"{folder.name}-{'lab' if lab else 'demo'}")


def renew(yard: Yard) -> int:
    """Submit the work unless some of it is still under way; answers how many jobs."""
    there = yard.list(UNENDED, None)
    if any(not row.held and row.name not in demo_jobs.STAYING for row in there):
        return 0
    make_queues(yard)
    make_instruments(yard)
    return len(yard.submit_many(demo_jobs.specs(frozenset(row.name for row in there))))


def renew_lab(yard: Yard) -> int:
    """The same of the lab day."""
    there = yard.list(UNENDED, None)
    if any(row.name not in demo_lab.STAYING for row in there):
        return 0
    demo_lab.furnish(yard)
    lab, old = yard.home / demo_lab.LAB, demo_lab.configs(yard)
    specs = demo_lab.specs(lab, old, frozenset(row.name for row in there))
    yard.submit_many(specs)
    return len(yard.list(UNENDED, None)) - len(there)  # a sweep is as many as it has points


def make_queues(yard: Yard) -> None:
    """The queues that are not there yet."""
    known = {queue.name for queue in yard.queues() if queue.session == "default"}
    for name, options in demo_jobs.QUEUES.items():
        if name not in known:
            yard.queue_create(
                name, slots=int(options.get("slots", 0)) or None, exclusive=bool(options.get("exclusive"))
            )


def make_instruments(yard: Yard) -> None:
    """The instruments that are not there yet, locked."""
    known = {resource.name for resource in yard.resources()}
    for name, note in demo_jobs.LOCKED.items():
        if name not in known:
            yard.resource_set(name, capacity=1, new=True)
            yard.resource_lock(name, note)


def stop_all(yard: Yard, folder: Path, as_json: bool) -> int:
    """Cancel what has not ended, wait until it has, and stop the workers."""
    rows = [row.row for row in yard.list(UNENDED, None)]
    if rows:
        yard.cancel(rows)
        if yard.worker_alive():
            yard.wait([row.id for row in yard.rows(rows).values()], 30.0)
    if yard.worker_alive():
        yard.worker_stop()
    yard.stations_leave()
    stopped(folder, len(rows), len(yard.list(UNENDED, None)), as_json)
    return 0


def stopped(folder: Path, cancelled: int, unended: int, as_json: bool) -> None:
    """What has been ended, and how to get rid of the rest."""
    if as_json:
        say_json({"yard": str(folder), "cancelled": cancelled, "unended": unended})
        return
    left = f", {unended} not ended yet" if unended else ""
    say(f"demo yard {clean(str(folder))}: {plural(cancelled, 'job')} cancelled, its workers stopped{left}")
    say(f"its files stay until you remove them: rm -r {clean(shlex.quote(str(folder)))}")


def tell(folder: Path, submitted: int, unended: int, as_json: bool) -> None:
    """Where it is, and what is under way there."""
    if as_json:
        say_json({"yard": str(folder), "submitted": submitted, "unended": unended})
    else:
        say(f"demo yard {clean(str(folder))}: {plural(submitted, 'job')} submitted, {unended} not ended yet")


def tell_more(folder: Path) -> None:
    """How to look at it and to end it."""
    where = at(folder)
    say(f"look: jobyard {where}    or: jobyard {where} list    end it: jobyard {again(folder)}demo --stop")


def tell_lab(yard: Yard, first: str, opens: bool) -> None:
    """The same of the lab: once the first experiment has its data, what to press to see that."""
    if opens:
        return
    where = at(yard.home)
    took = "" if yard.wait([first], PATIENCE)[0].state is State.COMPLETED else " (it is not there yet)"
    say("a Rabi oscillation, plotted in the app" + took)
    say(f"  jobyard {where} --screen results {demo_lab.FIRST}")
    say("  j k another run   tab its file, its plot   space draw it over others   d what differs   5 configs   q leave")
    say(f"or here: jobyard {where} data show {demo_lab.FIRST}")
    say(f"  what made it: show {demo_lab.FIRST}   configs: config list   why one waits: why {demo_lab.WAITING}")
    say(f"end it: jobyard {again(yard.home)}demo --lab --stop")


def at(folder: Path) -> str:
    """The option that names the yard."""
    return f"--yard {clean(shlex.quote(str(folder)))}"


def again(folder: Path) -> str:
    """The same where the demo needs it to find its yard."""
    return f"{at(folder)} " if given_home() is not None else ""
