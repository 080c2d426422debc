"""``jobyard init``: a yard, made on purpose; opened to a group, or closed again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from jobyard.core.errors import BadInput
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import home, open_yard
from jobyard.tui.cli.printing import ask, can_ask, note, say, say_json
from jobyard.tui.cli.words import clean, plural

if TYPE_CHECKING:
    from jobyard.core.yard import Yard


@click.command(cls=Verb)
@click.option(
    "--slots", type=click.IntRange(min=1), metavar="N", help="Slots of the default queue (default: one a core)."
)
@click.option("--group", metavar="G", help="Let the members of this group look, submit and change jobs.")
@click.option("--private", is_flag=True, help="Close a group's yard to all but you again.")
@click.option("--yes", is_flag=True, help="With --group: you know what it means, do not ask.")
@json_option
def init(slots: int | None, group: str | None, private: bool, yes: bool, as_json: bool) -> int:
    """Create a yard.

    Any command creates a missing yard; this one says where it is and sets its options. It may be run again.
    Its settings are in jobyard.yml, every one with its default and a line of help: see `jobyard config-check`.

    A yard is private unless it is shared with a group. Its jobs, workers and keeper run as you in any case: whoever
    may submit to it may run commands as you. In a shared yard jobs take only a few variables of the environment.

    \b
    Examples:
      jobyard init
      jobyard --yard /srv/lab init --slots 8
      jobyard --yard /srv/lab init --group lab
      jobyard --yard /srv/lab init --private

    --json prints {"yard": DIR, "created": true|false, "slots": N, "group": NAME|null}.
    """
    if group is not None and private:
        raise BadInput("--group and --private contradict each other", "", "Give one of them")
    folder = home()
    created = not os.path.exists(folder / "jobyard.db")
    if created and group is not None:
        refuse_early(group, yes)
    with open_yard() as yard:
        refused = "The yard is private." if created else "Nothing was changed."
        shared = share_or_close(yard, group, private, yes, refused)
        yard.settings_begin()
        if slots is not None:
            yard.queue_set("default", slots=slots)
        queue = next(each for each in yard.queues() if (each.session, each.name) == ("default", "default"))
        members = yard.group
    if as_json:
        say_json({"yard": str(folder), "created": created, "slots": queue.slots, "group": members or None})
    elif shared:
        verb = "created" if created else "is there already"
        whose = f"shared with the group {clean(members)}" if members else "private"
        say(f"yard {clean(str(folder))} {verb}, {whose}; its queue default has {plural(queue.slots, 'slot')}")
    return 0 if shared else 1


WANTS_A_WORD = "Sharing a yard needs your word"
ADD_YES = "Nobody can be asked here: add --yes"


def refuse_early(group: str, yes: bool) -> None:
    """What would be refused anyway, before a yard is made for it. Raises Unknown, BadInput, YardError."""
    from jobyard.core.yard.sharing import find_group

    find_group(group)
    if not (yes or can_ask()):
        raise BadInput(WANTS_A_WORD, "Who may write in it may run commands as you", ADD_YES)


def share_or_close(yard: Yard, group: str | None, private: bool, yes: bool, refused: str) -> bool:
    """Do what was asked; False if the answer was no, which *refused* tells the outcome of."""
    if private:
        was = yard.group
        yard.unshare()
        if was:
            note(f"Members of {was} who have it open can go on until they leave it.")
    elif group is not None:
        sentences = list(yard.before_sharing(group))
        if not (yes or can_ask()):
            raise BadInput(WANTS_A_WORD, sentences[1], ADD_YES)
        for sentence in sentences:
            note(sentence)
        if not (yes or ask("Share it?")):
            note(refused)
            return False
        yard.share(group)
    return True
