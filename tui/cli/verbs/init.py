"""``jobyard init``: a yard, made on purpose."""

from __future__ import annotations

import click

from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import home, open_yard
from jobyard.tui.cli.printing import say, say_json
from jobyard.tui.cli.words import clean, plural


@click.command(cls=Verb)
@click.option(
    "--slots", type=click.IntRange(min=1), metavar="N", help="Slots of the default queue (default: one a core)."
)
@json_option
def init(slots: int | None, as_json: bool) -> int:
    """Create a yard.

    Any command creates a missing yard; this one says where it is and sets its options. It may be run again.

    \b
    Examples:
      jobyard init
      jobyard --yard /srv/lab init --slots 8

    --json prints {"yard": DIR, "created": true|false, "slots": N}.
    """
    folder = home()
    created = not (folder / "jobyard.db").exists()
    with open_yard() as yard:
        if slots is not None:
            yard.queue_set("default", slots=slots)
        queue = next(each for each in yard.queues() if (each.session, each.name) == ("default", "default"))
    if as_json:
        say_json({"yard": str(folder), "created": created, "slots": queue.slots})
    else:
        verb = "created" if created else "is there already"
        say(f"yard {clean(str(folder))} {verb}; its queue default has {plural(queue.slots, 'slot')}")
    return 0
