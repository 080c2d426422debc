"""What a command would do, in words for a question: counts, the first few jobs, whether undo can take it back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from jobyard.core.models import CancelPreview, CascadePreview, Change, JobRow, QueueInfo
from jobyard.core.states import ENDED, State
from jobyard.core.yard import shell_join

from .columns import name_of
from .format import number, plural, state_glyph, state_word
from .text import plain

NAMED = 3  # jobs that are named of several
SHOWN = 8  # dependants that are named
SHORT = 6  # ids in a command line that is worth showing
MANY = 1000  # jobs from which also what undo can take back is asked for

Rows = Sequence[int]


class Question(NamedTuple):
    """A title, lines below it, and the command line that does the same, where it is short."""

    title: str
    body: tuple[str, ...]
    line: str = ""


def cancel(job: JobRow | None, preview: CancelPreview, some: Sequence[JobRow], ids: Sequence[str]) -> Question:
    """Cancel the one *job*, or several, of which *some* are shown."""
    line = command_line("cancel", ids, () if preview.running else ("--pending",))
    if job is not None:
        also = [f"{plural(preview.skipped, 'job')} that {_waits(preview.skipped)} for it will be skipped."]
        undo = "It is stopped for good: u cannot start it again where it was."
        return Question("Cancel this running job?", (named(job), *(also if preview.skipped else ()), undo), line)
    total, meant = preview.running + preview.pending, [row for row in some if row.state not in ENDED]
    body = [_counted(preview), *_ended(preview.ended), "", *names(meant, total), "", _undo_of_cancel(preview)]
    return Question(f"Cancel {plural(total, 'job')}?", tuple(body), line)


def cancel_waiting(job: JobRow, skips: int) -> Question:
    """Cancel the one *job*, which is pending, and with it so many that wait for it."""
    return Question(
        f"Cancel this pending job, and skip {plural(skips, 'other')}?",
        (named(job), f"{plural(skips, 'job')} that {_waits(skips)} for it will be skipped.", "u takes it back."),
        command_line("cancel", [job.id], ("--pending",)),
    )


def _counted(preview: CancelPreview) -> str:
    """``This cancels 3 running and 41 pending; 12 more will be skipped.``"""
    counts = ((preview.running, "running"), (preview.pending, "pending"))
    what = " and ".join(f"{number(count)} {word}" for count, word in counts if count)
    more = f"; {number(preview.skipped)} more will be skipped" if preview.skipped else ""
    return f"This cancels {what}{more}."


def _waits(count: int) -> str:
    return "waits" if count == 1 else "wait"


def _ended(count: int) -> Iterable[str]:
    if count:
        yield f"{plural(count, 'other')} ended already and {'stays' if count == 1 else 'stay'} so."


def _undo_of_cancel(preview: CancelPreview) -> str:
    if not preview.running:
        return "u takes it back."
    stopped = "The running one is stopped with all it started"
    if preview.running > 1:
        stopped = "Those that run are stopped with all they started"
    again = f" u takes back the {number(preview.pending)} pending." if preview.pending else ""
    return f"{stopped}, for good.{again}"


def requeue(preview: Change, some: Sequence[JobRow], ids: Sequence[str]) -> Question:
    """Requeue several, of which *some* that will run again are shown."""
    done, also = len(preview.done), len(preview.also)
    body = [f"{plural(done, 'ended job')} will run again, as the next attempt."]
    if also:
        body.append(f"{plural(also, 'other')} skipped because of them will wait again.")
    body += left(preview)
    undo = "u takes back those that have not started."
    return Question(
        f"Requeue {plural(done, 'job')}?", (*body, "", *names(some, done), "", undo),
        command_line("requeue", ids),
    )  # fmt: skip


def cascade(count: int, preview: CascadePreview, ids: Sequence[str]) -> Question:
    """Requeue with all dependants."""
    more = len(preview.rows) - len(preview.shown)
    body = [named(job) for job in preview.shown] or ["Nothing that depends on it has run."]
    body += [f"and {plural(more, 'job')} more"] if more > 0 else []
    if preview.pending:
        body.append(f"{plural(preview.pending, 'other')} waiting already will follow.")
    title = f"Requeue {plural(count, 'job')} with {plural(len(preview.rows), 'dependant')}?"
    body.append("u takes back those that have not started.")
    return Question(title, tuple(body), command_line("requeue", ("--cascade", *ids)))


def left(change: Change) -> list[str]:
    """How many stay as they are, by reason."""
    why: dict[str, int] = {}
    for _, reason in change.left:
        why[plain(reason)] = why.get(plain(reason), 0) + 1
    return [f"{plural(count, 'job')} {_stays(count, reason)}." for reason, count in why.items()][:NAMED]


def _stays(count: int, reason: str) -> str:
    """``stays: it is running``, of several ``stay: they are running``."""
    if count == 1:
        return f"stays: {reason}"
    return f"stay: they are {reason.removeprefix('it is ')}" if reason.startswith("it is ") else f"stay, each: {reason}"


def many(verb: str, count: int, command: str) -> Question:
    """Something that undo takes back, on more jobs than fit on any screen."""
    return Question(f"{verb} {plural(count, 'job')}?", ("Only pending ones can be meant. u takes it back.",), command)


def end_queue(queue: QueueInfo, name: str) -> Question:
    """End a queue."""
    return Question(
        f"End the queue {plain(name)}?", (*_of_lane([queue]), "u takes it back."), f"jobyard queue end {name}"
    )


def end_session(session: str, queues: Sequence[QueueInfo]) -> Question:
    """End a session with its queues."""
    title = f"End the session {plain(session)} with {plural(len(queues), 'queue')}?"
    return Question(title, (*_of_lane(queues), "u takes it back."), f"jobyard session end {session}")


def _of_lane(queues: Sequence[QueueInfo]) -> Iterable[str]:
    def count(state: State) -> int:
        return sum(queue.counts.get(state, 0) for queue in queues)

    yield "It takes no more jobs and starts none."
    if count(State.PENDING):
        yield f"{plural(count(State.PENDING), 'job')} waiting there will not start."
    if count(State.RUNNING):
        yield f"{plural(count(State.RUNNING), 'job')} running there {'goes' if count(State.RUNNING) == 1 else 'go'} on."


def remove_queue(name: str) -> Question:
    """Delete an empty queue."""
    body = ("It is deleted with its settings; one that has jobs is refused.", "u takes it back.")
    return Question(f"Remove the queue {plain(name)}?", body, f"jobyard queue remove {name}")


# -- jobs in words --------------------------------------------------------------------------------------


def named(job: JobRow) -> str:
    """State, name, id."""
    return f"{state_glyph(job)} {state_word(job)}  {plain(name_of(job))}  {job.id}"


def names(some: Sequence[JobRow], total: int) -> list[str]:
    """The first few of several."""
    shown = [named(job) for job in some[:NAMED]]
    return [*shown, f"and {plural(total - len(shown), 'job')} more"] if shown and total > len(shown) else shown


def command_line(verb: str, words: Sequence[str], options: Sequence[str] = ()) -> str:
    """The same command, where it is short enough to be read."""
    return shell_join(("jobyard", verb, *options, *words)) if 0 < len(words) <= SHORT else ""


def first(found: Mapping[int, JobRow], rows: Rows) -> list[JobRow]:
    """The lines of the first few that are meant, those that still go on before those that have ended."""
    known = [found[row] for row in rows if row in found]
    order = {State.RUNNING: 0, State.PENDING: 1}
    return sorted(known, key=lambda job: order.get(job.state, 2))
