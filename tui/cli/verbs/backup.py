"""``jobyard backup``: a copy of the store, made while people work on it."""

from __future__ import annotations

import click

from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import say, say_json
from jobyard.tui.cli.waiting import waiting
from jobyard.tui.cli.words import clean, plural, size


@click.command(cls=Verb)
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@json_option
def backup(file: str, force: bool, as_json: bool) -> int:
    """Copy the yard's store into a file while people work on it.

    FILE is the store as it was at one instant: jobs, queues, history; checked, and on the disk when the command is
    over. Logs are files in the yard's `jobs` folder, versions of configs in `configs`, results in `data`: copy those
    too if you need them. A backup opens as a yard:

    \b
      mkdir /srv/then && cp lab.db /srv/then/jobyard.db
      jobyard --yard /srv/then list --all

    To go back to it, end what uses the yard (`jobyard worker stop`, quit the apps), move `jobyard.db`, `jobyard.db-wal`
    and `jobyard.db-shm` away, and copy FILE to `jobyard.db`. What was pending then is pending again: `jobyard
    queue pause` before you start a worker, if it must not run a second time.

    \b
    Examples:
      jobyard backup lab.db
      jobyard backup --force /backups/lab-monday.db --json

    --json prints {"file","bytes","jobs","seconds"}.
    """
    with open_yard() as yard, waiting("Copying the store") as told:
        done = yard.backup(file, force=force, progress=lambda part: told.say(f"{part:.0%} copied", part))
    if as_json:
        say_json({"file": done.path, "bytes": done.bytes, "jobs": done.jobs, "seconds": round(done.seconds, 3)})
    else:
        say(f"{clean(done.path)}: {size(done.bytes)}, {plural(done.jobs, 'job')}, checked")
        if done.versions:
            files = plural(done.versions, "version")
            say(f"Not in it: the files of {files} of configs; copy the yard's configs folder.")
        if done.data:
            say(f"Not in it: the data of {plural(done.data, 'run')}; see where it is: jobyard data list --json")
    return 0
