"""``jobyard cancel``, ``hold``, ``release``, ``priority``, ``clone``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jobyard.core.errors import BadInput
from jobyard.core.models import Change
from jobyard.core.states import PENDING
from jobyard.tui.cli import complete, jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.joboptions import change_options, changes_of
from jobyard.tui.cli.options import NegativeNumbers, is_negative, json_option, refs_argument
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say, say_json
from jobyard.tui.cli.words import plural

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

MANY = 10  # ids that are listed one by one


@click.command(cls=Verb)
@refs_argument
@click.option("--pending", "only_pending", is_flag=True, help="Only those that have not started; leave what runs.")
@json_option
def cancel(refs: tuple[str, ...], only_pending: bool, as_json: bool) -> int:
    """Cancel jobs: pending ones at once, running ones by stopping them.

    A running job gets SIGTERM, after its grace SIGKILL, with all its children. What waits for the jobs is skipped.
    A name that several jobs have is refused.

    \b
    Examples:
      jobyard cancel last
      jobyard cancel 12..20 --pending
      jobyard cancel JOB-20261122-00017 rabi

    --json prints {"verb","done":[ids],"left":[{"id","why"}],"also":[ids]}; also are those skipped with them.
    """
    with open_yard() as yard:
        return report(yard.cancel(refs, only_pending=only_pending), as_json)


@click.command(cls=Verb)
@refs_argument
@json_option
def hold(refs: tuple[str, ...], as_json: bool) -> int:
    """Keep pending jobs from starting.

    \b
    Examples:
      jobyard hold last
      jobyard hold 12..20

    --json prints {"verb","done":[ids],"left":[{"id","why"}],"also":[ids]}.
    """
    with open_yard() as yard:
        return report(yard.hold(refs), as_json)


@click.command(cls=Verb)
@refs_argument
@json_option
def release(refs: tuple[str, ...], as_json: bool) -> int:
    """Let held jobs start.

    \b
    Examples:
      jobyard release last
      jobyard release 12..20

    --json prints {"verb","done":[ids],"left":[{"id","why"}],"also":[ids]}.
    """
    with open_yard() as yard:
        return report(yard.release(refs), as_json)


class PriorityVerb(NegativeNumbers, Verb):
    """``priority 17 -5``, ``priority 17 --by -5``: the last word may be negative."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the number that belongs to ``--by`` with it."""
        for at in range(len(args) - 1, 0, -1):
            if args[at - 1] == "--by" and is_negative(args[at]):
                args[at - 1 : at + 1] = [f"--by={args[at]}"]
        return super().parse_args(ctx, args)


@click.command(cls=PriorityVerb)
@click.argument("words", metavar="ID... [VALUE]", nargs=-1, required=True, shell_complete=complete.jobs)
@click.option("--by", type=int, metavar="N", help="Raise by N, or lower by it if it is negative, instead of a VALUE.")
@json_option
def priority(words: tuple[str, ...], by: int | None, as_json: bool) -> int:
    """Set the priority of pending jobs.

    Higher runs first; VALUE is a number, or high (10), medium (0), low (-10). With a plus sign it is added to what
    each has; --by N says the same, and --by -N lowers it. (VALUE -3 sets it to -3.)

    \b
    Examples:
      jobyard priority last 5
      jobyard priority 12..20 -3
      jobyard priority rabi high
      jobyard priority rabi +1
      jobyard priority rabi --by -1

    --json prints {"verb","done":[ids],"left":[{"id","why"}],"also":[ids],"priorities":{id: value}}.
    """
    from jobyard.core.yard import parse_priority

    if len(words) + (by is not None) < 2:
        raise BadInput("priority takes at least one ID and a VALUE", "", "For instance: jobyard priority last 5")
    refs, value = (words, "") if by is not None else (words[:-1], words[-1])
    if value.startswith("+"):
        by = parse_priority(value)
    with open_yard() as yard:
        change = yard.priority(refs, parse_priority(value)) if by is None else yard.priority_by(refs, by)
        now = {row.id: row.priority for row in yard.rows(yard.resolve(change.done)).values()}
    if as_json:
        say_json({**jsonview.change(change), "priorities": now})
    else:
        for each in sorted({*now.values()}, reverse=True):
            say(f"priority {each}: {listed(tuple(id for id in change.done if now.get(id) == each))}")
        told_left(change)
    return 0 if change.done or not change.left else 2


class CloneVerb(Verb):
    """``clone ID... [OPTIONS] [-- CMD...]``: what stands behind ``--`` is the command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the command for `clone`."""
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[COMMAND] = tuple(args[at + 1 :])
        if args[at:] == ["--"]:
            raise BadInput(
                "There is no command behind --", "", "Leave the two dashes out, or write it: -- CMD ARGUMENT…"
            )
        return super().parse_args(ctx, args[:at])


COMMAND = "jobyard.command"


@click.command(cls=CloneVerb)
@refs_argument
@change_options
@json_option
@click.pass_context
def clone(ctx: click.Context, /, refs: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """Submit a copy of a job, linked to it.

    What is to be otherwise is said as for submit. The copy has a new id, the same command, queue, environment and
    wishes, and waits for nothing. It has no unique key, which is its job's alone. The copy of an array is an array,
    that of an element a job with the same index. {i} in an array's new command is the index, as for submit.

    --env and --need add to what the job has (--need NAME=0 takes away); --time-limit none lifts a limit. Without
    options and without a command behind -- it is the same job once more.

    \b
    Examples:
      jobyard clone last
      jobyard clone 17 18
      jobyard clone rabi --time-limit 2h --need cpus=4
      jobyard clone rabi -- python rabi.py --shots 5000

    --json prints {"id","state","reason","position"}, an array of them for several jobs.
    """
    from jobyard.tui.cli.verbs.submit import tell, warn_without_worker

    changes = changes_of(ctx, ctx.meta[COMMAND], options)
    with open_yard() as yard:
        answers = [yard.clone(each, changes) for ref in refs for each in copied(yard, ref)]
        if as_json:
            views = [jsonview.submitted(answer) for answer in answers]
            say_json(views[0] if len(views) == 1 else views)
        else:
            for answer in answers:
                tell(answer, False)
        warn_without_worker(yard, [answer.id for answer in answers if answer.state is PENDING])
    return 0


def copied(yard: Yard, ref: str) -> list[str | int]:
    """What is cloned one by one: the jobs that a reference means, or an array as a whole."""
    return [ref] if yard.array(ref) is not None else [*yard.resolve([ref])]


def report(change: Change, as_json: bool) -> int:
    """What was done on stdout, what was left and why on stderr; exit 2 if nothing could be done."""
    if as_json:
        say_json(jsonview.change(change))
    else:
        told(change)
    return 0 if change.done or not change.left else 2


def told(change: Change) -> None:
    """The same for people."""
    told_done(change)
    told_left(change)


def told_done(change: Change) -> None:
    """What was done, and what changed with it; where a move has changed priorities, how."""
    steps = {f"priority {before} → {now}": some for (before, now), some in change.crossed.items()}
    alike = [*steps.values()] == [change.done]
    if change.done:
        say(f"{change.verb}: {listed(change.done)}" + (f" ({next(iter(steps))})" if alike else ""))
    for step, some in steps.items() if not alike else ():
        say(f"{step}: {listed(some)}")
    if change.also:
        say(f"with {'it' if len(change.done) == 1 else 'them'}: {listed(change.also)}")


def told_left(change: Change, tense: tuple[str, str] = ("was left", "were left")) -> None:
    """What was left as it is, and why, on stderr: a line for each reason."""
    reasons: dict[str, list[str]] = {}
    for identity, why in change.left:
        reasons.setdefault(why, []).append(identity)
    for why, some in [*reasons.items()][:MANY]:
        one = len(some) == 1
        note(f"{listed(tuple(some))} {tense[not one]} as {'it is' if one else 'they are'}: {why}.")
    others = sum(len(some) for some in [*reasons.values()][MANY:])
    if others:
        note(f"and {plural(others, 'other')}, for reasons of their own.")


def listed(ids: tuple[str, ...]) -> str:
    """A few ids one by one; of many the first and how many."""
    if len(ids) <= MANY:
        return " ".join(ids)
    return f"{' '.join(ids[:3])} … {ids[-1]} ({len(ids)} jobs)"
