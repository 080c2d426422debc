"""What stands in a table without jobs: why it is empty, and the first keys to know. ``{new}`` stands for a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from jobyard.core.models import QueueInfo

from .format import queue_title
from .text import plain

HELP = "{help}  every key     {palette}  every command     {quit}  quit"
BACK = "{back}  all jobs     {queues}  the list of queues     {help}  every key"


class Emptiness(NamedTuple):
    """What is known of a table without jobs."""

    filtered: bool = False
    queue: QueueInfo | None = None  # the one that it is limited to
    chosen: str = ""  # what it is limited to, if it is not a queue: a session, say
    read_only: bool = False
    owner: str = ""  # of a yard that is somebody else's
    worker: bool = True  # one lives


def empty_words(what: Emptiness) -> tuple[str, ...]:
    """The lines; the first says why."""
    if what.filtered:
        return ("No job matches.", "{back}  drops the filter     {filter}  another one     {help}  every key")
    if what.queue is not None:
        return (*_queue(what.queue, what.read_only), "", BACK)
    if what.chosen:
        return (f"No jobs in {_data(what.chosen)}.", "", BACK)
    return ("No jobs yet.", *_how(what), "", HELP)


def folded_words(lines: Sequence[str], width: int) -> list[tuple[str, str]]:
    """The lines in *width* cells with their styles: a key stays with what it does, words stay whole."""
    folded = [(part, "dim" if number else "bold") for number, line in enumerate(lines) for part in _parts(line, width)]
    return [(piece, style) for part, style in folded for piece in _pieces(part, width)]


def _parts(line: str, width: int) -> list[str]:
    return [line] if len(line) <= width else line.split("     ")


def _pieces(part: str, width: int) -> list[str]:
    if len(part) <= width:
        return [part]
    from textwrap import wrap  # the first paint seldom needs it

    return wrap(part, max(8, width))


def _queue(queue: QueueInfo, read_only: bool) -> tuple[str, ...]:
    name = _data(queue_title(queue))
    if queue.ended or queue.session_ended:
        return (f"No jobs in queue {name}, which has ended: it takes no more.",)
    lines = [f"No jobs in queue {name}."]
    if queue.paused:
        lines = [f"No jobs in queue {name}, which is paused: what comes waits."]
    if queue.paused and not read_only:
        lines.append("{pause}  resumes it")
    if not read_only:
        lines.append("{new}  a new job")
    return tuple(lines)


def _how(what: Emptiness) -> tuple[str, ...]:
    """How the first job comes, and who will run it."""
    if what.read_only:
        return ("This app only looks. Elsewhere:  jobyard submit -- COMMAND…",)
    lines = ["Submit one:  {new}  here, or  jobyard submit -- COMMAND…"]
    if what.owner:
        lines.append(f"It runs under the account of {_data(what.owner)}, whose yard this is, and whose worker runs it.")
    elif not what.worker:
        lines.append("No worker lives, which would run it:  {worker}  starts one")
    return tuple(lines)


def _data(text: str) -> str:
    """Somebody's name: control characters are visible, and a brace is a brace."""
    return plain(text).replace("{", "{{").replace("}", "}}")
