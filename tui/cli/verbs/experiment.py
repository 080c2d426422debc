"""``jobyard experiment``: an experiment of the lab's own modules, with its parameters."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from jobyard.core.errors import BadInput
from jobyard.core.models import JobSpec
from jobyard.core.states import PENDING
from jobyard.tui.cli import complete, labsheet, sweeping
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.joboptions import job_options, spec_of
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say_all, say_json
from jobyard.tui.cli.verbs.submit import finish, hint_at_past, tell, warn_without_worker
from jobyard.tui.cli.waiting import waiting
from jobyard.tui.cli.words import clean

FLAGS = ("save", "analyze", "display", "progress")


@click.command(cls=Verb)
@click.option(
    "--expt",
    metavar="FILE.json|-",
    type=click.Path(allow_dash=True),
    help="Parameters as a JSON object; KEY=VALUE comes on top.",
)
@click.option(
    "--sweep",
    "axes",
    multiple=True,
    metavar="KEY=VALUES",
    shell_complete=complete.experiment_keys,
    help="A job for each value: amp=0:1:11 (from, to, how many), freq=log:1e3:1e6:7, gain=1,2,5. Repeatable: each with "
    "each, the first changing slowest.",
)
@click.option("--zip", "zipped", is_flag=True, help="Go through all --sweep together: first with first, and so on.")
@click.option("--dry-run", is_flag=True, help="Print the points of the sweep and submit nothing.")
@click.option(
    "--user", default="", metavar="NAME", help="Whose it is, for lists; who submitted it stays in the history."
)
@click.option("--python", default="", metavar="PATH", help="The interpreter (default: the queue's, else python3 here).")
@click.option(
    "--path",
    "paths",
    multiple=True,
    type=click.Path(),
    metavar="DIR",
    help="Look for modules there (default: this folder, then PYTHONPATH). Repeatable.",
)
@click.option("--station", default="", metavar="MODULE:CLASS", help="Opens the hardware (default: the queue's).")
@click.option("--save/--no-save", default=None, help="Whether go() saves (default: yes).")
@click.option("--analyze/--no-analyze", default=None, help="Whether go() analyzes (default: yes).")
@click.option("--display/--no-display", default=None, help="Whether go() displays (default: no).")
@click.option("--progress/--no-progress", default=None, help="Whether go() shows its progress (default: yes).")
@click.option(
    "--list", "folder", is_flag=False, flag_value=".", metavar="[DIR]", help="List the experiments of a folder instead."
)
@click.option("--fields", is_flag=True, help="Print its parameters, with defaults and values of main, instead.")
@job_options
@click.option("--wait", is_flag=True, help="Wait for its end and exit with its code (125 if it has none).")
@json_option
@click.argument("target", metavar="[MODULE:CLASS]", required=False, shell_complete=complete.experiments)
@click.argument("values", metavar="[KEY=VALUE]...", nargs=-1, shell_complete=complete.experiment_keys)
@click.pass_context
def experiment(
    ctx: click.Context,
    /,
    target: str | None,
    values: tuple[str, ...],
    folder: str | None,
    dry_run: bool,
    fields: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Submit an experiment: a class of the lab's own modules.

    It goes to the exclusive queue experiments, which is made at need and keeps its jobs for ever, and runs with the
    main hardware_config of that moment. What is missing is told at once: module, class, interpreter, numpy, h5py,
    config. It has completed only when its data file is closed, checked and named. A file that it writes to self.fname
    while it measures is plotted live.

    \b
    Examples:
      jobyard experiment --list
      jobyard experiment experiments.rabi:Rabi --fields
      jobyard experiment experiments.rabi:Rabi start=0 step=100 expts=50
      jobyard experiment experiments.t1:T1 sweep.expts=50 --expt t1.json --user ada
      jobyard experiment experiments.rabi:Rabi reps=500 --sweep amp=0:1:11 --sweep freq=4.8,4.9
      jobyard experiment experiments.rabi:Rabi --sweep amp=0.1,0.2 --sweep length=40,20 --zip --dry-run
      jobyard experiment lab.ramsey:Ramsey --config hardware_config=CFG-HW-20261122-00001
      jobyard experiment lab.ramsey:Ramsey -q fridge2 --python /opt/lab/bin/python --path /opt/lab --wait

    A VALUE is JSON where it is JSON (0.5, true, [1, 2], null), else text; dotted keys nest.

    A sweep is one job array, submitted whole or not at all. It is printed as ID[1-22]; ID[] means all of it, ID[5] its
    fifth point. --array %N lets at most N of them run at a time, --array 3-7 takes some of the points. All its runs:
    jobyard data list --array ID.

    \b
    --json prints {"id","state","reason","position"}, of a sweep also "jobs", "first" and "last": how many, and the
    first and the last point, {KEY: VALUE}; with --dry-run an array of {"index","swept"}; with --list an array of
    {"target","about","file"}; with --fields {"target","about","file","main","parameters","reads","last"}, of which
    "parameters" are {"key","default","has_default","required","type","unit","help","choices","main"}.
    """
    if folder is not None:
        return list_experiments(folder, target, as_json)
    if target is None:
        raise BadInput("There is no experiment to run", "", "Name it: jobyard experiment MODULE:CLASS; see --list")
    if fields:
        return labsheet.describe(target, options["paths"], as_json)
    if ctx.get_parameter_source("queue") is not ParameterSource.COMMANDLINE:
        options["queue"] = ""
    spec = wanted(target, values, options)
    if dry_run:
        sweeping.rehearse(spec, as_json)
        sweeping.hint_at_keys(spec, values)
        return 0
    return submit_experiment(spec, values, options, as_json)


def submit_experiment(spec: JobSpec, values: tuple[str, ...], options: dict[str, Any], as_json: bool) -> int:
    """Its id, with its place, and of a sweep its points; the rest is as of every job."""
    wait = options["wait"]
    with open_yard() as yard:
        with waiting("Submitting the jobs"):
            answer = yard.submit(spec)
        hint_at_past(options["at"])
        if not (wait and as_json):
            tell(answer, as_json, sweeping.ends(spec) if as_json else {})
        if not as_json:
            sweeping.note_ends(spec)
        sweeping.hint_at_keys(spec, values)
        warn_without_worker(yard, [answer.id] if answer.state is PENDING else [])
        return finish(yard, [answer.id], as_json) if wait else 0


def wanted(target: str, values: tuple[str, ...], options: dict[str, Any]) -> JobSpec:
    """The job that the command line describes."""
    from jobyard.core.yard import experimenting

    module, name = experimenting.split_target(target)
    source = options["expt"]
    file = None if source is None else sys.stdin.buffer if source == "-" else Path(source)
    config = experimenting.read_config(file) if file is not None else {}
    fields = {
        "module": module, "class": name, "config": experimenting.with_values(config, values),
        "python": program(options["python"]), "paths": [os.path.abspath(path) for path in options["paths"]],
        "station": options["station"], **{flag: options[flag] for flag in FLAGS},
        **sweeping.field(options["axes"], options["zipped"]),
    }  # fmt: skip
    return spec_of((), **options)._replace(fields=fields, kind="experiment", user=options["user"])


def program(text: str) -> str:
    """A path as it is meant here; a plain name is looked for in PATH."""
    return os.path.abspath(os.path.expanduser(text)) if "/" in text else text


def list_experiments(folder: str, target: str | None, as_json: bool) -> int:
    """What a folder has, and what each says of itself."""
    from jobyard.core.yard import experimenting
    from jobyard.tui.cli.table import Column, table

    if target is not None:
        raise BadInput("--list and an experiment were both given", "", "Give one of them")
    found, wrong = experimenting.experiments_in(Path(folder))
    if as_json:
        say_json([{"target": one.target, "about": one.about, "file": one.file} for one in found])
    elif found:
        say_all(
            table([Column("experiment"), Column("about", weight=1)], [(one.target, clean(one.about)) for one in found])
        )
    for file in wrong:
        note(f"{clean(file)} could not be read.")
    if not found:
        note(f"No experiment in {clean(folder)}: no class with go() or acquire(), nor with an Experiment as base.")
    return 0
