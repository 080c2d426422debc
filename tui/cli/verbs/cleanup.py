"""``jobyard cleanup``: what ended long ago goes."""

from __future__ import annotations

import click

from jobyard.core.errors import BadInput
from jobyard.core.models import Cleanup
from jobyard.tui.cli import complete
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import DURATION, json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import say, say_json
from jobyard.tui.cli.waiting import waiting
from jobyard.tui.cli.words import clean, plural

DAY = 86_400.0  # seconds


@click.command(cls=Verb)
@click.option("--keep-days", type=click.FloatRange(min=0), metavar="DAYS", help="Keep what ended in the last DAYS.")
@click.option("--keep", type=DURATION, metavar="TIME", help="The same as a time: 48h, 10d.")
@click.option("-q", "--queue", default="", metavar="[SESSION/]QUEUE", shell_complete=complete.queues, help="This only.")
@click.option("--dry-run", is_flag=True, help="Say what would go; delete nothing.")
@click.option("--force", is_flag=True, help="Although the clock of this host has jumped lately.")
@json_option
def cleanup(keep_days: float | None, keep: float | None, queue: str, dry_run: bool, force: bool, as_json: bool) -> int:
    """Delete jobs that ended long ago, with their logs.

    Each queue keeps its ended jobs for its own time (`queue set --retention`), else for the one of the settings
    (`retention`, 7 days). A time given here holds for every queue instead. Hours are hours: --keep 48h deletes what
    ended 48 hours ago and earlier. Jobs that a pending or running job waits for stay. Workers do the same by
    themselves, when they come up and every hour. Nothing of this can be undone, so nothing is deleted for a day
    after the clock of this host has jumped, unless it goes back or you say --force.

    \b
    Examples:
      jobyard cleanup --dry-run
      jobyard cleanup --keep-days 30
      jobyard cleanup --keep 48h -q scratch --json

    --json prints {"jobs","kept","folders","queues": {QUEUE: jobs},"dry_run"}; kept are old but waited for.
    """
    if keep is not None and keep_days is not None:
        raise BadInput("--keep and --keep-days exclude each other", "both say how long", "Give one of them")
    wanted = keep if keep_days is None else keep_days * DAY
    with open_yard() as yard, waiting("Looking for what may go") as told:
        done = yard.cleanup(
            keep=wanted, queue=queue, dry_run=dry_run, force=force,
            progress=lambda jobs: told.say(f"{plural(jobs, 'job')} deleted"),
        )  # fmt: skip
    if as_json:
        say_json(as_plain(done))
    else:
        say(in_words(done))
    return 0


def as_plain(done: Cleanup) -> dict[str, object]:
    """Its JSON."""
    counts = {"jobs": done.jobs, "kept": done.kept, "folders": done.folders}
    return {**counts, "queues": dict(done.by_queue), "dry_run": done.dry_run}


def in_words(done: Cleanup) -> str:
    """One line for people."""
    verb = "would be deleted" if done.dry_run else "deleted"
    where = ", ".join(f"{jobs:,} of {clean(queue)}" for queue, jobs in done.by_queue.items())
    parts = [f"{plural(done.jobs, 'job')} {verb}" + (f" ({where})" if len(done.by_queue) > 1 else "")]
    if done.folders:
        parts.append(f"with {plural(done.folders, 'folder')} of attempts")
    if done.kept:
        parts.append(f"{plural(done.kept, 'old job')} kept: something waits for {'it' if done.kept == 1 else 'them'}")
    return "; ".join(parts)
