"""``jobyard optimize``: the planned order with its times, and what another policy would give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from jobyard.core.models import JobRow, QueueInfo
from jobyard.core.text import people_duration, shell_quote
from jobyard.tui.cli import complete, jsonview
from jobyard.tui.cli.folding import called
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, paint, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.words import clean, plural
from jobyard.tui.gauges import clock

if TYPE_CHECKING:
    from jobyard.core.forecast import Expected
    from jobyard.core.forecast.plans import Choice, Plan
    from jobyard.core.yard import Yard

SHOWN = 20  # jobs
NAMED = 5  # jobs without a start, of each reason

ORDER = (
    Column("START", right=True),
    Column("BY", right=True, drop=2),
    Column("END", right=True),
    Column("ID"),
    Column("NAME", weight=2, least=9),
    Column("QUEUE", weight=1, least=7, drop=1),
    Column("TAKES", right=True, drop=3),
)
POLICY = (
    Column("POLICY"),
    Column("LAST ENDS IN", right=True),
    Column("MEAN WAIT", right=True),
    Column("", weight=1),
)


@click.command(cls=Verb)
@click.option("-q", "--queue", default="", metavar="Q", shell_complete=complete.queues, help="Only this queue.")
@click.option("--limit", type=click.IntRange(min=1), default=SHOWN, metavar="N", help=f"Print N jobs ({SHOWN}).")
@json_option
def optimize(queue: str, limit: int, as_json: bool) -> int:
    """Print the planned order of the waiting jobs with start times, and what another policy would give.

    The scheduler is played forward on estimates and on earlier runs of the same commands, for the first 10,000 waiting
    jobs; BY is the start that nine of ten keep to, ~ marks what rests on a guess. Then the same is played for each
    policy of a queue: fifo, shortest (the shortest estimates first) and chain (what most others wait for first). The
    best is the one under which jobs wait least on average, among those that get the last one done hardly later than
    the quickest. Jobs that wait for each other, and jobs that nothing will start, are named with the reason. Nothing is
    changed: it prints the command that would.

    \b
    Examples:
      jobyard optimize
      jobyard optimize --queue gpu --limit 100
      jobyard optimize --json | jq -r '.policies[] | select(.best) | .command'

    --json prints {"at","idle","order":[{"id","name","queue","expected"}],"without":[{"id","name","queue","expected"}],
    "cycle":[ids],"policies":[{"queue","policy","present","best","makespan","mean_wait","command"}],"more"}: "expected"
    as `jobyard why --json` has it, times in seconds, all jobs that were looked at; "more" wait beyond them.
    """
    with open_yard() as yard:
        plan = yard.optimize(queue)
        queues = {one.id: one for one in yard.queues()}
        only = yard.queue(queue).id if queue else None
        if as_json:
            say_json(view(yard, plan, queues, only))
        else:
            say_all(report(yard, plan, queues, only, limit))
            if plan.idle:
                note(f"Nothing starts just now: {plan.idle}. This is what would, if something did.")
    return 0


# -- for people ------------------------------------------------------------------------------------


def report(yard: Yard, plan: Plan, queues: Mapping[int, QueueInfo], only: int | None, limit: int) -> Iterator[str]:
    """The order, what has none, the policies."""
    forecast = plan.forecast
    starts, without = split(yard, plan, only)
    if starts:
        now = forecast.now
        yield from table(ORDER, [cells(job, forecast.of(job.row), now) for job in list(starts.values())[:limit]])
        yield from left_out(len(starts) - limit, "waiting job starts", "waiting jobs start", "--limit N shows more")
    elif not without:
        yield "Nothing waits."
    yield from stuck(yard, plan, without)
    if plan.cycle:
        yield ""
        yield paint(f"These wait for each other: {' → '.join(yard.ids(plan.cycle))}", "red")
    for choice in plan.choices:
        yield ""
        yield from compared(choice, queues[choice.queue])
    yield from left_out(plan.more, "queue has a choice too", "queues have a choice too", "name one with --queue")
    yield from left_out(forecast.more, "job waits behind these", "jobs wait behind these", "too far ahead")


def left_out(count: int, one: str, many: str, hint: str) -> Iterator[str]:
    """``and 12 more jobs start; --limit N shows more``."""
    if count > 0:
        yield f"… {count:,} more {one if count == 1 else many}; {hint}"


def split(yard: Yard, plan: Plan, only: int | None) -> tuple[dict[int, JobRow], dict[int, JobRow]]:
    """The jobs that are expected to start, in that order, and those that are not; of one queue, if it is told."""
    forecast = plan.forecast
    never = [row for row, one in forecast.by_row.items() if one.end is None]
    jobs = yard.rows([*forecast.order, *never])
    kept = {row: job for row, job in jobs.items() if only is None or job.queue_id == only}
    return (
        {row: kept[row] for row in forecast.order if row in kept},
        {row: kept[row] for row in never if row in kept},
    )


def cells(job: JobRow, expected: Expected, now: float) -> list[Cell | str]:
    """A line of the order."""
    start, end, late = expected.start or now, expected.end or now, expected.late_start or now
    guess = "~" if expected.guess else ""
    return [
        guess + (clock(start, now) if start > now else "now"),
        clock(late, now) if late - start >= 60 else "",
        clock(end, now),
        job.id,
        called(job),
        full_name(job.session, job.queue),
        people_duration(end - start),
    ]


def full_name(session: str, queue: str) -> str:
    """``gpu``, ``lab/qick``."""
    return clean(queue if session == "default" else f"{session}/{queue}")


def stuck(yard: Yard, plan: Plan, without: Mapping[int, JobRow]) -> Iterator[str]:
    """What has no start, by the reason."""
    reasons: dict[str, list[int]] = {}
    for row in without:
        reasons.setdefault(plan.forecast.of(row).why_not, []).append(row)
    if reasons:
        yield ""
        yield paint(f"{plural(len(without), 'job')} without a start:", "yellow")
    for why_not, rows in reasons.items():
        some = ", ".join(called_by(yard, plan, without[row]) for row in rows[:NAMED])
        more = f" and {len(rows) - NAMED:,} more" if len(rows) > NAMED else ""
        yield f"  {clean(why_not)}: {some}{more}"


def called_by(yard: Yard, plan: Plan, job: JobRow) -> str:
    """Its id and name, and the job that it waits for if that is the reason."""
    behind = plan.forecast.of(job.row).behind
    name = f" ({clean(job.name)})" if job.name else ""
    return job.id + name + (f" behind {yard.ids([behind])[0]}" if behind else "")


def compared(choice: Choice, queue: QueueInfo) -> Iterator[str]:
    """What each policy would give a queue, and the command for the best."""
    name = full_name(queue.session, queue.name)
    yield f"Queue {name}: {plural(queue.slots, 'slot')}, policy {choice.present}"
    rows: list[list[Cell | str]] = []
    for one in choice.outcomes:
        word = "best" if one.policy == choice.best else ""
        present = "as it is" if one.policy == choice.present else ""
        told = Cell(", ".join(part for part in (present, word) if part), "green" if word else "")
        rows.append([one.policy, people_duration(one.makespan), people_duration(one.mean_wait), told])
    yield from (f"  {line}" for line in table(POLICY, rows))
    yield f"  {command(choice, queue)}" if choice.best != choice.present else "  No other policy is better."


def command(choice: Choice, queue: QueueInfo) -> str:
    """What sets the best policy."""
    name = queue.name if queue.session == "default" else f"{queue.session}/{queue.name}"
    return f"jobyard queue set {shell_quote(name)} --policy {choice.best}"


# -- for programs ------------------------------------------------------------------------------------


def view(yard: Yard, plan: Plan, queues: Mapping[int, QueueInfo], only: int | None) -> jsonview.Json:
    """Everything that was looked at."""
    starts, without = split(yard, plan, only)
    return {
        "at": jsonview.moment(plan.forecast.now),
        "idle": plan.idle or None,
        "order": [job_view(yard, plan, job) for job in starts.values()],
        "without": [job_view(yard, plan, job) for job in without.values()],
        "cycle": yard.ids(plan.cycle),
        "policies": [one for choice in plan.choices for one in policy_views(choice, queues[choice.queue])],
        "more": plan.forecast.more,
    }


def job_view(yard: Yard, plan: Plan, job: JobRow) -> jsonview.Json:
    """A job."""
    expected = plan.forecast.of(job.row)
    behind = yard.ids([expected.behind])[0] if expected.behind else ""
    told = jsonview.expected(expected, behind)
    return {"id": job.id, "name": job.name, "queue": full_name(job.session, job.queue), "expected": told}


def policy_views(choice: Choice, queue: QueueInfo) -> Iterator[jsonview.Json]:
    """What each policy would give a queue."""
    for one in choice.outcomes:
        best = one.policy == choice.best
        yield {
            "queue": full_name(queue.session, queue.name),
            "policy": one.policy,
            "present": one.policy == choice.present,
            "best": best,
            "makespan": round(one.makespan, 3),
            "mean_wait": round(one.mean_wait, 3),
            "command": command(choice, queue) if best and choice.best != choice.present else None,
        }
