"""What can be put on the clipboard of whoever sits at the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jobyard.core.models import Job
from jobyard.core.yard import Yard

from ..actions import Action, any_job
from ..format import plural
from ..text import plain

if TYPE_CHECKING:
    from ..desk import Desk

Rows = tuple[int, ...]
TOLD = 300  # characters of a copied text that are shown
NOTHING = {
    "log path": "There is no log yet: the job has not started.",
    "name": "The job has no name.",
    "folder": "The job was not given a folder.",
}


class Thing(NamedTuple):
    """Something to copy, under its name."""

    what: str
    text: str


def copy(desk: Desk) -> None:
    """Offer what there is of the job, or the ids of several."""
    desk.with_targets(lambda rows: desk.ask(lambda yard: _things(yard, rows), lambda things: offer(desk, things)))


def _things(yard: Yard, rows: Rows) -> list[Thing]:
    if len(rows) == 1:
        return things_of(yard.job(rows[0]), yard.log_path(rows[0]))
    found = yard.rows(rows)
    jobs = [found[row] for row in rows if row in found]
    ids = [job.id for job in jobs]
    named = [job.name for job in jobs if job.name]
    return [
        Thing(f"ids of {plural(len(ids), 'job')}", " ".join(ids)),
        Thing("ids, a line each", "\n".join(ids)),
        Thing("names, a line each", "\n".join(named)),
    ]


def things_of(job: Job, log: Path | None) -> list[Thing]:
    """What there is of one job."""
    from ..commandline import command_line, submit_line

    return [
        Thing("id", job.id),
        Thing("command line", command_line(job)),
        Thing("log path", str(log) if log else ""),
        Thing("submit line", submit_line(job)),
        Thing("folder", job.cwd),
        Thing("name", job.name),
    ]


def offer(desk: Desk, things: list[Thing]) -> None:
    """Ask which of these to copy."""
    options = [(thing.what, plain(thing.text[:TOLD]) or "(none)") for thing in things]
    desk.choose("Copy", options, lambda number: put(desk, things[number]))


def put(desk: Desk, thing: Thing) -> None:
    """Put it on the clipboard, and say so with the text itself."""
    if not thing.text:
        desk.tell(NOTHING.get(thing.what, "There is nothing to copy."), "warning")
        return
    desk.app.copy_to_clipboard(thing.text)
    desk.tell(*copied_words(thing))


def copied_words(thing: Thing) -> tuple[str, str]:
    """What was copied, in words, with the text itself for a terminal that did not take it; and how grave that is."""
    from ..clipboard import CAREFUL, has_clipboard, size_of

    shown = plain(thing.text[:TOLD]) + ("…" if len(thing.text) > TOLD else "")
    if not has_clipboard():
        return f"This terminal has no clipboard. The {thing.what}: {shown}", "warning"
    cautions = []
    if (size := size_of(thing.text)) > CAREFUL:
        cautions.append(f"It has {size:,} bytes, and many terminals take no more than {CAREFUL:,}.")
    if _odd(thing.text):
        cautions.append("It has control characters: look before you paste it into a shell.")
    return " ".join([f"Copied the {thing.what}: {shown}", *cautions]), "warning" if cautions else "information"


def _odd(text: str) -> bool:
    """Whether there is something in it that does not show, other than the ends of lines."""
    return any(plain(line) != line for line in text.split("\n"))


COPYING = (
    Action(
        "copy",
        ("y",),
        "copy",
        "Copy the id, command line, log path, submit line, folder or name; of several jobs the ids.",
        "Look",
        copy,
        any_job,
        footer=14,
    ),
)
