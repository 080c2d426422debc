"""What a job may be asked with: the options that ``submit`` and ``clone`` share, and the job that they describe."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import click

from jobyard.core.errors import BadInput
from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import After
from jobyard.tui.cli import complete
from jobyard.tui.cli.options import DURATION, FACTOR, MOMENT, NEED, PRIORITY, SIZE, SPAN, UMASK, comma_separated

F = TypeVar("F", bound=Callable[..., Any])

JOB_OPTIONS = (
    click.option(
        "-q",
        "--queue",
        default="default",
        metavar="[SESSION/]QUEUE",
        shell_complete=complete.queues,
        help="The queue (default: default; of experiments: experiments).",
    ),
    click.option(
        "-n", "--name", default="", metavar="NAME", help="A name; need not be unique, may not look like an id."
    ),
    click.option(
        "-p",
        "--priority",
        type=PRIORITY,
        default=0,
        metavar="N|WORD",
        help="A number, higher runs first, or high (10), medium (0), low (-10).",
    ),
    click.option(
        "--after",
        multiple=True,
        metavar="ID,...",
        shell_complete=complete.jobs,
        help="Wait until these completed; ids, names or last. Repeatable. Skipped if one fails.",
    ),
    click.option(
        "--after-any",
        multiple=True,
        metavar="ID,...",
        shell_complete=complete.jobs,
        help="Wait until these ended, however.",
    ),
    click.option(
        "--after-fail",
        multiple=True,
        metavar="ID,...",
        shell_complete=complete.jobs,
        help="Wait until these failed; skipped if one completes.",
    ),
    click.option("--time-limit", type=SPAN, metavar="TIME", help="Stop it after this long: 90, 90s, 10m, 1h30m."),
    click.option("--estimate", type=SPAN, metavar="TIME", help="How long it will probably run."),
    click.option(
        "--retries",
        "--max-retries",
        type=click.IntRange(0, 1000),
        metavar="N",
        help="Try again up to N times (default 0).",
    ),
    click.option(
        "--retry-delay",
        type=DURATION,
        metavar="TIME",
        help="Before the first retry (default 60s).",
    ),
    click.option(
        "--retry-factor",
        type=FACTOR,
        metavar="X",
        help="Every further delay is so many times as long (default 2).",
    ),
    click.option("--retry-max", type=DURATION, metavar="TIME", help="The longest delay (default 1h)."),
    click.option("--idempotent/--not-idempotent", help="May run twice: it is retried also when its outcome was lost."),
    click.option("--cpus", type=click.IntRange(min=1), metavar="N", help="Cores of the host that it takes."),
    click.option("--mem", type=SIZE, metavar="SIZE", help="Memory that it takes: 512M, 2G. Counted, not enforced."),
    click.option("--gpus", type=click.IntRange(min=1), metavar="N", help="GPUs; CUDA_VISIBLE_DEVICES tells it which."),
    click.option(
        "--need",
        "needs",
        type=NEED,
        multiple=True,
        metavar="NAME[=N]",
        shell_complete=complete.resources,
        help="Units of a resource (1 unless told): an instrument, a licence. Repeatable.",
    ),
    click.option("--at", type=MOMENT, metavar="TIME", help="Not before: ISO 8601, 22:00 (the next), or +15m."),
    click.option("--hold", is_flag=True, help="Keep it from starting until it is released."),
    click.option("--cwd", type=click.Path(), metavar="DIR", help="Where it runs (default: here)."),
    click.option("--env", multiple=True, metavar="NAME=VALUE", help="Add to its environment. Repeatable."),
    click.option(
        "--stdin", default="", type=click.Path(), metavar="FILE", help="Its standard input (default: nothing)."
    ),
    click.option(
        "--umask", type=UMASK, metavar="OCTAL", help="Of the files that it makes (default: that of this shell)."
    ),
    click.option(
        "--config",
        "configs",
        multiple=True,
        metavar="TYPE[=VERSION|FILE]",
        shell_complete=complete.config_types,
        help="Run with this version of a config, with a file as it is at the start, or with the main version. "
        "Its path is in JOBYARD_CONFIG_TYPE. Repeatable.",
    ),
    click.option("--on-end", default="", metavar="CMD", help="A line for the shell that gets the ended job's JSON."),
    click.option(
        "--unique",
        default="",
        metavar="KEY",
        help="Refuse it while a pending or running job has the same key.",
    ),
)

NEW_OPTIONS = (  # of a new job alone
    click.option("--clean-env", is_flag=True, help="Only what --env gives, not the environment of this shell."),
    click.option(
        "--array",
        default="",
        metavar="I-J[%N]",
        help="A job for each index, at most N at a time: 1-100, 1,5,9-20, 0-100:10. {i} in CMD is the index.",
    ),
)


def job_options(function: F) -> F:
    """All of them, for a new job."""
    return _with((*JOB_OPTIONS, *NEW_OPTIONS), function)


def change_options(function: F) -> F:
    """Those that may be otherwise in a copy of a job."""
    return _with(JOB_OPTIONS, function)


def _with(options: Iterable[Callable[[F], F]], function: F) -> F:
    for option in reversed([*options]):
        function = option(function)
    return function


def changes_of(ctx: click.Context, command: tuple[str, ...], options: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a JobSpec that were really given: what was not stays as it was."""
    from click.core import ParameterSource

    from jobyard.core.jobkeys import arguments

    given = [name for name in options if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if not given and not command:
        return {}
    spec = spec_of(command, clean_env=False, array="", **options)
    keys = [*given, *(["command"] if command else [])]
    changes = {name: getattr(spec, name) for key in keys for name in arguments(key)}
    return {**changes, "needs": needs_of(options)} if "needs" in changes else changes


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
        needs=wanted(needs_of(options)),
        unique=key_of(options["unique"]),
        array=options["array"],
        on_end=options["on_end"],
        configs=configs_of(options["configs"]),
    )


def or_default(value: float | None) -> float:
    """A number, or the sign for what the yard says."""
    return -1.0 if value is None else value


def needs_of(options: Mapping[str, Any]) -> dict[str, int]:
    """All that is said of what the job wants, also of what it does not (0); one option may not contradict another."""
    own = [(name, options[name]) for name in ("cpus", "mem", "gpus") if options[name] is not None]
    if not own and not options["needs"]:
        return {}
    from jobyard.core import yard

    return yard.merged_needs([*own, *options["needs"]])


def configs_of(texts: Sequence[str]) -> dict[str, str] | None:
    """What --config says, files absolute; None where it says nothing."""
    if not texts:
        return None
    from jobyard.core.jobkeys import is_config_file, parse_config

    wishes = dict(parse_config(text) for text in texts)
    files = {type: os.path.abspath(os.path.expanduser(wish)) for type, wish in wishes.items() if is_config_file(wish)}
    return wishes | files


def wanted(needs: dict[str, int]) -> dict[str, int]:
    """Without what is not wanted."""
    return {name: units for name, units in needs.items() if units}


def key_of(text: str) -> str:
    """The key of --unique."""
    if not text:
        return ""
    from jobyard.core.yard import check_unique

    return check_unique(text)


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
