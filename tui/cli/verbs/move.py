"""``jobyard move``: where a job stands among those that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jobyard.core.errors import BadInput
from jobyard.tui.cli import complete, jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option, refs_argument
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import say_json
from jobyard.tui.cli.verbs.change import report

if TYPE_CHECKING:
    from typing import Literal

    Where = Literal["before", "after", "top", "bottom", "up", "down"]


@click.command(cls=Verb)
@refs_argument
@click.option("--before", metavar="ID", shell_complete=complete.jobs, help="Right before this job.")
@click.option("--after", metavar="ID", shell_complete=complete.jobs, help="Right after this job.")
@click.option("--top", is_flag=True, help="First of its queue.")
@click.option("--bottom", is_flag=True, help="Last of its queue.")
@click.option("--up", is_flag=True, help="One place up.")
@click.option("--down", is_flag=True, help="One place down.")
@json_option
def move(
    refs: tuple[str, ...],
    before: str | None,
    after: str | None,
    top: bool,
    bottom: bool,
    up: bool,
    down: bool,
    as_json: bool,
) -> int:
    """Move pending jobs within their queue.

    Several move as a block, in the order given. A job that crosses a priority takes the one of its new neighbour.
    Where the queue's policy is shortest or chain, a moved job stays where it was put until the policy is set anew.

    \b
    Examples:
      jobyard move last --top
      jobyard move 17 --before 12
      jobyard move 12..15 --after rabi
      jobyard move rabi --down

    --json prints {"verb","done":[ids],"left":[{"id","why"}],"also":[ids],"priorities":{id: value}}.
    """
    where, anchor = wanted({"before": before, "after": after, "top": top, "bottom": bottom, "up": up, "down": down})
    with open_yard() as yard:
        change = yard.move(refs, where, anchor)
    if not as_json:
        return report(change, as_json)
    say_json({**jsonview.change(change), "priorities": {id: now for id, _, now in change.priorities}})
    return 0 if change.done or not change.left else 2


def wanted(options: dict[Where, str | bool | None]) -> tuple[Where, str | None]:
    """The one place that was asked for, and the job beside it. Raises BadInput for none and for several."""
    given = [(where, value) for where, value in options.items() if value not in (None, False)]
    if len(given) != 1:
        what = "move needs a place" if not given else "A job has one place"
        raise BadInput(what, "", "Give one of --before ID, --after ID, --top, --bottom, --up, --down")
    ((where, value),) = given
    return where, value if isinstance(value, str) else None
