"""``jobyard`` itself: the app, the headless worker, or a command."""

from __future__ import annotations

from typing import Any

import click

from jobyard.tui.cli.group import SETTINGS, LazyGroup, yard_option
from jobyard.tui.screenlist import NAMES

JOB = "JOB"  # instead of a command: the job that follows --screen NAME


def print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """``--version``: name and number, nothing else."""
    if value and not ctx.resilient_parsing:
        from jobyard.core import __version__

        click.echo(f"jobyard {__version__}")
        ctx.exit()


class Root(LazyGroup):
    """Without a command: the app or the worker. ``--screen NAME JOB`` opens the app on a job."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take the JOB that may follow ``--screen NAME``; it is no command."""
        if ctx.params.get("screen") and args[0] not in self.list_commands(ctx):
            return JOB, opening(ctx.params), args
        return super().resolve_command(ctx, args)


def opening(params: dict[str, Any]) -> click.Command:
    """The app on one job, as a command that takes the job."""

    def open_on(job: str) -> int:
        from jobyard.tui.cli.verbs import face

        return face.app(job=job, **params)

    return click.Command(JOB, callback=open_on, params=[click.Argument(["job"])])


@click.group(cls=Root, name="jobyard", invoke_without_command=True, context_settings=SETTINGS)
@click.option("--worker", "worker", is_flag=True, help="Be a headless worker instead of the app.")
@click.option("--once", is_flag=True, help="With --worker: until nothing can run any more, then exit.")
@click.option("--name", metavar="N", help="With --worker: its name (default: made from the host's).")
@click.option(
    "--max-jobs", type=click.IntRange(min=1), metavar="N", help="With --worker: at most N jobs at a time in all."
)
@click.option("--mock", is_flag=True, help="The worker has no hardware: experiments get simulated instruments.")
@click.option("--replaces", type=int, hidden=True)
@click.option("--no-worker", is_flag=True, help="The app without its embedded worker.")
@click.option("--read-only", is_flag=True, help="The app changes nothing.")
@click.option(
    "--screen",
    metavar="NAME",
    help=f"Open the app on this screen ({', '.join(NAMES)}); a JOB may follow.",
    shell_complete=lambda _context, _option, begun: [name for name in NAMES if name.startswith(begun)],
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=print_version, help="The version.")
@click.pass_context
def cli(ctx: click.Context, /, **options: Any) -> int | None:
    """A full-screen control room for the jobs of a shared machine.

    Without a command it opens the app, with a worker of its own unless one lives.

    \b
    Examples:
      jobyard                              the app
      jobyard demo --open                  the app on a demo yard
      jobyard demo --lab --open            the app on a lab's day, with data
      jobyard submit -- make -j4           a job
      jobyard run build.json               a task file, followed and reported
      jobyard experiment lab.t1:T1 reps=9  an experiment, which leaves data
      jobyard --worker --once              run everything there is, then exit

    Every command that prints has --json. Errors are one line. Exit codes: 0; 1 for a failed outcome; 2 for bad input;
    130 when interrupted; `wait` and `submit --wait` the job's own, 125 if it has none.
    """
    command = ctx.invoked_subcommand
    if command == JOB or (command is not None and not any(options.values())):
        return None
    from jobyard.tui.cli.verbs import face

    if command is not None:
        face.beside(command, options)
    return face.worker(**options) if options["worker"] else face.app(**options)


cli.params.append(yard_option())
