"""``jobyard submit``: a job from the command line, or many from a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from jobyard.core.errors import BadInput
from jobyard.core.models import Dependency, JobSpec, Submitted
from jobyard.core.states import PENDING, After
from jobyard.tui.cli import complete
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import (
    DURATION,
    FACTOR,
    MOMENT,
    NEED,
    PRIORITY,
    SIZE,
    UMASK,
    comma_separated,
    json_option,
)
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say, say_all, say_json

if TYPE_CHECKING:
    from jobyard.core.yard import Yard


@click.command(cls=Verb, context_settings={"allow_interspersed_args": False})
@click.option(
    "-q",
    "--queue",
    default="default",
    metavar="[SESSION/]QUEUE",
    shell_complete=complete.queues,
    help="The queue (default: default).",
)
@click.option("-n", "--name", default="", metavar="NAME", help="A name; need not be unique, may not look like an id.")
@click.option(
    "-p",
    "--priority",
    type=PRIORITY,
    default=0,
    metavar="N|WORD",
    help="A number, higher runs first, or high (10), medium (0), low (-10).",
)
@click.option(
    "--after",
    multiple=True,
    metavar="ID,...",
    shell_complete=complete.jobs,
    help="Wait until these completed; ids, names or last. Repeatable. Skipped if one fails.",
)
@click.option(
    "--after-any",
    multiple=True,
    metavar="ID,...",
    shell_complete=complete.jobs,
    help="Wait until these ended, however.",
)
@click.option(
    "--after-fail",
    multiple=True,
    metavar="ID,...",
    shell_complete=complete.jobs,
    help="Wait until these failed; skipped if one completes.",
)
@click.option("--time-limit", type=DURATION, metavar="TIME", help="Stop it after this long: 90, 90s, 10m, 1h30m.")
@click.option("--estimate", type=DURATION, metavar="TIME", help="How long it will probably run.")
@click.option(
    "--retries",
    "--max-retries",
    type=click.IntRange(0, 1000),
    metavar="N",
    help="Try again up to N times (default 0).",
)
@click.option(
    "--retry-delay",
    type=DURATION,
    metavar="TIME",
    help="Before the first retry (default 60s).",
)
@click.option(
    "--retry-factor",
    type=FACTOR,
    metavar="X",
    help="Every further delay is so many times as long (default 2).",
)
@click.option("--retry-max", type=DURATION, metavar="TIME", help="The longest delay (default 1h).")
@click.option("--idempotent", is_flag=True, help="May run twice: it is retried also when its outcome was lost.")
@click.option("--cpus", type=click.IntRange(min=1), metavar="N", help="Cores of the host that it takes.")
@click.option("--mem", type=SIZE, metavar="SIZE", help="Memory that it takes: 512M, 2G. Counted, not enforced.")
@click.option("--gpus", type=click.IntRange(min=1), metavar="N", help="GPUs; CUDA_VISIBLE_DEVICES tells it which.")
@click.option(
    "--need",
    "needs",
    type=NEED,
    multiple=True,
    metavar="NAME[=N]",
    shell_complete=complete.resources,
    help="Units of a resource (1 unless told): an instrument, a licence. Repeatable.",
)
@click.option("--at", type=MOMENT, metavar="TIME", help="Not before: ISO 8601, 22:00 (the next), or +15m.")
@click.option("--hold", is_flag=True, help="Keep it from starting until it is released.")
@click.option("--cwd", type=click.Path(), metavar="DIR", help="Where it runs (default: here).")
@click.option("--env", multiple=True, metavar="NAME=VALUE", help="Add to its environment. Repeatable.")
@click.option("--clean-env", is_flag=True, help="Only what --env gives, not the environment of this shell.")
@click.option("--stdin", default="", type=click.Path(), metavar="FILE", help="Its standard input (default: nothing).")
@click.option("--umask", type=UMASK, metavar="OCTAL", help="Of the files that it makes (default: that of this shell).")
@click.option("--on-end", default="", metavar="CMD", help="A line for the shell that gets the ended job's JSON.")
@click.option(
    "--unique",
    default="",
    metavar="KEY",
    help="Refuse it while a pending or running job has the same key.",
)
@click.option(
    "--array",
    default="",
    metavar="I-J[%N]",
    help="A job for each index, at most N at a time: 1-100, 1,5,9-20, 0-100:10. {i} in CMD is the index.",
)
@click.option("--wait", "wait", is_flag=True, help="Wait for its end and exit with its code (125 if it has none).")
@click.option(
    "--file",
    "file",
    metavar="F|-",
    type=click.Path(allow_dash=True),
    help="Many jobs, all or nothing: JSON lines, or a YAML list.",
)
@json_option
@click.argument("command", metavar="-- CMD...", nargs=-1, type=click.UNPROCESSED)
def submit(command: tuple[str, ...], file: str | None, wait: bool, as_json: bool, **options: Any) -> int:
    """Submit a job, or many from a file.

    The job gets this folder, this umask and this environment, runs when its queue has a free slot and outlives
    this terminal. On stdout: its id (with its place, on a terminal).

    \b
    Examples:
      jobyard submit -- make -j4
      jobyard submit -n fit -q gpu -p high --time-limit 2h -- python fit.py
      jobyard submit --after last -- ./report.sh
      jobyard submit --cpus 4 --mem 8G --need qick -- python sweep.py
      jobyard submit --unique nightly --at 22:00 -- ./backup.sh
      jobyard submit --array 1-100%10 -n scan -- python scan.py --point {i}
      jobyard submit --after-fail nightly -- mail -s broken me
      id=$(jobyard submit -- sleep 60); jobyard wait $id
      jobyard submit --wait -- ./test.sh; echo $?
      jobyard submit --file jobs.jsonl

    \b
    A line of such a file:
      {"command": ["make", "all"], "key": "build", "queue": "gpu", "time_limit": "10m"}
      {"command": "make test | tee log", "name": "test", "after": ["build"]}

    What a job of the file leaves out comes from the options; defaults of retries are the yard's, see config-check.

    An array is one job for each index. Its {i}, or {i:03} with zeros, in CMD, --name and --stdin is the index, which
    JOBYARD_ARRAY_INDEX holds as well. It is printed as ID[1-100]; ID[] means all of it, ID[5] or ID[1-10,20] some,
    ID[failed] those that failed.

    \b
    --json prints {"id","state","reason","position"}; with --file an array of ids. Of an array id is ID[1-100].
    """
    if file is not None:
        return submit_file(file, command, spec_of((), **options), wait, as_json)
    if not command:
        raise BadInput("There is no command to run", "", "Write it after --: jobyard submit -- CMD ARGUMENT…")
    spec = spec_of(command, **options)
    with open_yard() as yard:
        answer = yard.submit(spec)
        hint_at_shell(command)
        hint_at_past(options["at"])
        if not (wait and as_json):
            tell(answer, as_json)
        warn_without_worker(yard, [answer.id] if answer.state is PENDING else [])
        return finish(yard, [answer.id], as_json) if wait else 0


def spec_of(command: tuple[str, ...], **options: Any) -> JobSpec:
    """The job that the options describe."""
    session, _, queue = options["queue"].rpartition("/")
    return JobSpec(
        fields={"command": list(command)} if command else {},
        name=options["name"],
        session=session or "default",
        queue=queue,
        priority=options["priority"],
        dependencies=dependencies(options["after"], options["after_any"], options["after_fail"]),
        time_limit=options["time_limit"],
        estimate=options["estimate"],
        retries=-1 if options["retries"] is None else options["retries"],
        retry_delay=or_default(options["retry_delay"]),
        retry_factor=or_default(options["retry_factor"]),
        retry_most=or_default(options["retry_max"]),
        idempotent=options["idempotent"],
        not_before=options["at"],
        held=options["hold"],
        cwd=os.path.abspath(options["cwd"]) if options["cwd"] else "",
        env=additions(options["env"]),
        clean_env=options["clean_env"],
        stdin=os.path.abspath(options["stdin"]) if options["stdin"] else "",
        umask=-1 if options["umask"] is None else options["umask"],
        needs=needs_of(options["cpus"], options["mem"], options["gpus"], options["needs"]),
        unique=key_of(options["unique"]),
        array=options["array"],
        on_end=options["on_end"],
    )


def or_default(value: float | None) -> float:
    """A number, or the sign for what the yard says."""
    return -1.0 if value is None else value


def needs_of(
    cpus: int | None, mem: int | None, gpus: int | None, others: tuple[tuple[str, int], ...]
) -> dict[str, int]:
    """All that the job wants; one option may not contradict another."""
    own = (("cpus", cpus), ("mem", mem), ("gpus", gpus))
    given = [*((name, units) for name, units in own if units is not None), *others]
    if not given:
        return {}
    from jobyard.core import yard

    return yard.wanted_needs(yard.merged_needs(given))


def key_of(text: str) -> str:
    """The key of --unique."""
    if not text:
        return ""
    from jobyard.core.yard import check_unique

    return check_unique(text)


def hint_at_past(at: float | None) -> None:
    """A time that is over is no obstacle."""
    import time

    if at is not None and at <= time.time():
        note(f"{time.strftime('%F %T', time.localtime(at))} is over: it may start at once.")


SHELLS = frozenset("|&;<>()$`*? \t\n")  # what a shell would read as more than a letter


def hint_at_shell(command: tuple[str, ...]) -> None:
    """A command line given as one word is a program of that name; say so before its attempt fails."""
    if len(command) == 1 and not SHELLS.isdisjoint(command[0]) and not os.path.exists(command[0]):
        note(f"No shell reads the command: {command[0]} is taken for the name of a program. Use: sh -c '…'")


def dependencies(ok: tuple[str, ...], ended: tuple[str, ...], failed: tuple[str, ...]) -> tuple[Dependency, ...]:
    """The three kinds of wishes, each repeatable and comma-separated."""
    wishes = ((After.OK, ok), (After.ANY, ended), (After.FAIL, failed))
    return tuple(Dependency(parent, after) for after, given in wishes for parent in comma_separated(given))


def additions(given: tuple[str, ...]) -> dict[str, str]:
    """What --env adds; a value is never quoted in an error, it may be a secret."""
    env: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise BadInput("--env takes NAME=VALUE", "There is no = in it or no name before it")
        env[name] = value
    return env


def tell(answer: Submitted, as_json: bool) -> None:
    """The id on stdout, with its place where a person looks."""
    import sys

    if as_json:
        from jobyard.tui.cli import jsonview

        say_json(jsonview.submitted(answer))
    elif sys.stdout.isatty() and answer.reason:
        say(f"{answer.id}  {answer.state.value}: {answer.reason} (position {answer.position})")
    else:
        say(answer.id)
    sys.stdout.flush()


def warn_without_worker(yard: Yard, ids: list[str]) -> None:
    """Say that nothing will start, and how to change that; and once to each what a group's yard means."""
    word = yard.first_word()
    if word:
        note(word)
    if ids and not yard.worker_alive():
        who = f"{ids[0]} waits" if len(ids) == 1 else f"{len(ids)} jobs wait"
        todo = (
            "Start it with `jobyard worker start`, or open the app" if yard.mine else f"Only {yard.owner} can start it"
        )
        note(f"No worker lives here. {who} for one. {todo}.")


def submit_file(file: str, command: tuple[str, ...], base: JobSpec, wait: bool, as_json: bool) -> int:
    """All jobs of the file, or none; *base*, which the options describe, gives what a job leaves out."""
    import sys

    if command:
        raise BadInput("--file and a command were both given", "", "Give one of them")
    with open_yard() as yard:
        ids = yard.submit_many(yard.load_jobs(sys.stdin.buffer if file == "-" else file, base))
        if as_json and not wait:
            say_json(ids)
        elif not as_json:
            say_all(ids)
        sys.stdout.flush()
        warn_without_worker(yard, ids)
        return finish(yard, ids, as_json) if wait else 0


def finish(yard: Yard, ids: list[str], as_json: bool) -> int:
    """``--wait``: the rest is what ``jobyard wait`` does."""
    from jobyard.tui.cli.verbs.wait import wait_for

    return wait_for(yard, ids, None, as_json)
