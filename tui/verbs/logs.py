"""What can be done while a log is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from jobyard.core.models import JobRow

from ..actions import Action, Context

if TYPE_CHECKING:
    from ..desk import Desk
    from ..screens.logs import Logs

GROUP = "Log"


def show_attempt(desk: Desk, job: JobRow | None, number: int) -> None:
    """Go to the log of an attempt."""
    if job is None:
        desk.tell("That job is gone, and its logs with it.", "warning")
        return
    logs = cast("Logs | None", desk.yard_app.show_place("logs", job))
    if logs is not None and logs.read_of is not None:
        logs.read(logs.read_of._replace(attempt=number))


def follow(desk: Logs) -> None:
    """To the end, and stay there."""
    desk.pane.end()


def next_streams(desk: Logs) -> None:
    """Both, standard output, standard error, both."""
    from ..screens.logs import STREAMS

    if desk.read_of is not None:
        desk.read(desk.read_of._replace(streams=STREAMS[desk.read_of.streams]))


def with_parents(desk: Logs) -> None:
    """The logs of the jobs that it waited for before its own, or its own alone."""
    if desk.read_of is not None:
        desk.read(desk.read_of._replace(parents=not desk.read_of.parents))


def attempt(desk: Logs, step: int) -> None:
    """An earlier or a later attempt."""
    story = desk.pane.story
    goal = story.attempt + step
    if desk.read_of is None or not story.attempts:
        desk.tell("It has no attempt yet.")
    elif not 1 <= goal <= story.attempts:
        desk.tell(f"There is no {'earlier' if step < 0 else 'later'} attempt: it has {story.attempts}.")
    else:
        desk.read(desk.read_of._replace(attempt=None if goal == story.attempts else goal))


def wrap(desk: Logs) -> None:
    """Break long lines, or let them run out of the window."""
    desk.pane.wrap, desk.pane.left = not desk.pane.wrap, 0
    desk.pane.arranged()
    desk.show_context()


def times(desk: Logs) -> None:
    """When lines arrived: by the clock, since the start, not at all."""
    from ..widgets.logpaint import TIMES

    desk.pane.times = TIMES[(TIMES.index(desk.pane.times) + 1) % len(TIMES)]
    desk.pane.arranged()


def sideways(desk: Logs, way: int) -> None:
    """Half a window to the right or back."""
    desk.pane.sideways(way * max(8, desk.pane.size.width // 2))


def back(desk: Logs) -> None:
    """Out of whatever is innermost; then to the screen before."""
    desk.back()


def _has(context: Context) -> bool:
    return context.job is not None


def _log(
    id: str, keys: str, label: str, tooltip: str, run: Callable[[Logs], None],
    when: Callable[[Context], bool] = _has, footer: int = 0,
) -> Action:  # fmt: skip
    return Action(f"logs-{id}", tuple(keys.split()), label, tooltip, GROUP, run, when, footer)


LOGS = (
    _log("search", "slash", "search", "Look for a regular expression; at the end of a log backwards. Enter begins.",
         lambda desk: desk.ask_search()),
    _log("next", "n", "next match", "The next line that matches; round the end if need be.",
         lambda desk: desk.seek_next(False)),
    _log("previous", "N", "match before", "The line before that matches.", lambda desk: desk.seek_next(True)),
    _log("filter", "ampersand", "filter", "Only lines that match a regular expression; empty: all lines.",
         lambda desk: desk.ask_filter()),
    _log("context", "C", "lines around", "Of a filter: 0, 1, 3 or 10 lines around each match.",
         lambda desk: desk.next_context()),
    _log("jump", "t", "go to time", "To a time, a percentage or a line: 14:02, -10m, +90s, 50%, 1200.",
         lambda desk: desk.ask_jump()),
    _log("follow", "f", "follow", "To the end, and stay there while it grows.", follow),
    _log("stream", "s", "stdout/stderr", "Both streams, standard output, standard error (▌ in the margin).",
         next_streams),
    _log("wrap", "W", "wrap", "Break long lines, or let them run out of the window.", wrap),
    _log("times", "T", "times", "When lines arrived: by the clock, since the start, not at all.", times),
    _log("left", "left", "left", "Back to the left, where lines are not wrapped.", lambda desk: sideways(desk, -1)),
    _log("right", "right", "right", "To the right, where lines are not wrapped.", lambda desk: sideways(desk, 1)),
    _log("earlier", "left_square_bracket", "earlier attempt", "The log of the attempt before.",
         lambda desk: attempt(desk, -1)),
    _log("later", "right_square_bracket", "later attempt", "The log of the attempt after.",
         lambda desk: attempt(desk, 1)),
    _log("chain", "A", "with its parents", "Before it the logs of the jobs that it waited for, or its own alone.",
         with_parents),
    _log("range", "v", "range", "Mark lines from here to where the cursor goes.", lambda desk: desk.range()),
    _log("copy", "y", "copy", "Copy the marked lines; without marks: the lines in sight, id, path, command line.",
         lambda desk: desk.copy()),
    _log("save", "S", "save", "What is shown, as the job wrote it, into a file; never over one without asking.",
         lambda desk: desk.ask_save()),
    _log("pager", "vertical_line", "pager", "Open it in $PAGER; the app comes back when that is left.",
         lambda desk: desk.page_out()),
    _log("back", "escape", "back", "From within outwards: input, range, search, filter; then to where you came from.",
         back, lambda context: True),
    _log("leave", "q l", "leave", "To the screen from which you came, as it was.", lambda desk: desk.leave(),
         lambda context: True),
)  # fmt: skip
