"""``jobyard data``: what experiments left: looked at, found by what made it, exported, compared."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from jobyard.core.errors import BadFile, BadInput
from jobyard.tui.cli import complete, dataview, savedata
from jobyard.tui.cli.datajson import differences, exported, node, plain, run, summary
from jobyard.tui.cli.group import VerbGroup
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say, say_all, say_json, say_json_array
from jobyard.tui.cli.table import pairs
from jobyard.tui.cli.verbs.history import moment_of
from jobyard.tui.cli.words import clean

if TYPE_CHECKING:
    from jobyard.core.results import SweepData
    from jobyard.core.yard import Yard

F = TypeVar("F", bound=Callable[..., Any])
LATEST = 100


@click.group(cls=VerbGroup)
def data() -> None:
    """Look at what experiments left, find it by what made it, export and compare it.

    REF is a job (id, name, number of today, last: its last attempt that left data) or any HDF5 file. Nothing is ever
    changed in a file, and one that is being written is not locked.

    \b
    Examples:
      jobyard data list --experiment Rabi
      jobyard data show last
      jobyard data find expt.reps=500 'hardware_config.device.qubit.f_ge>4800'
      jobyard data export last -o rabi.csv
    """


def ref_argument(function: F) -> F:
    """``[REF]``."""
    return click.argument("ref", metavar="[REF]", default="last", shell_complete=complete.data)(function)


def attempt_option(function: F) -> F:
    """``--attempt``."""
    kind = click.IntRange(min=1)
    return click.option("--attempt", type=kind, metavar="N", help="Of which attempt (default: the last with data).")(
        function
    )


def filter_options(function: F) -> F:
    """What narrows the runs."""
    for option in reversed(
        (
            click.option("--user", "-u", metavar="NAME", default="", help="Of this user."),
            click.option("--experiment", "-e", metavar="NAME", default="", help="A class, a module, or MODULE:CLASS."),
            click.option(
                "--queue", "-q", metavar="[SESSION/]Q", default="", shell_complete=complete.queues, help="Of it."
            ),
            click.option("--session", metavar="S", default="", shell_complete=complete.sessions, help="Of its queues."),
            click.option(
                "--array",
                "-a",
                metavar="REF",
                default="",
                shell_complete=complete.jobs,
                help="Of this array or sweep, or of some of its jobs: ID, NAME[1-5].",
            ),
            click.option("--since", metavar="WHEN", help="Made since then: an age such as 2h, or a time."),
            click.option("--until", metavar="WHEN", help="Made until then."),
            click.option(
                "--limit", type=click.IntRange(min=1), default=LATEST, show_default=True, help="At most so many."
            ),
            json_option,
        )
    ):
        function = option(function)
    return function


@data.command("list")
@filter_options
def list_(as_json: bool, **where: Any) -> int:
    """List runs that left data, newest first.

    \b
    Examples:
      jobyard data list
      jobyard data list --user ada --since 1d
      jobyard data list --experiment Rabi --json | jq -r '.[].path'
      jobyard data list --array rabi --json | jq -c '.[] | [.swept, .path]'

    --json prints an array of {"job","name","attempt","user","experiment","started_at","ended_at","made_at","path",
    "size","configs":[{"type","version"}],"array","index","swept"}; the last three are those of a job of an array or a
    sweep, else null.
    """
    return show_runs([], as_json, where, "No run has left data. An experiment does: see jobyard experiment --help")


@data.command()
@click.argument("tests", metavar="KEY=VALUE...", nargs=-1, required=True, shell_complete=complete.data_words)
@filter_options
def find(tests: tuple[str, ...], as_json: bool, **where: Any) -> int:
    """Find runs by values in the configs that made them, newest first.

    Words of the filter of jobs may stand among them, and since: and until:, as on the Results screen; see jobyard list
    --help. All that is given must hold: = != < <= > >=, ~ (contains, whatever the case) and !~; quote < and > for the
    shell. KEY is a path such as pulse.gain, qubits[0] or a."odd key". It begins with expt for the experiment's own
    config, or with a type, such as hardware_config, for a version that it ran with; without either it is looked for in
    expt, and where that has no such value in all configs. A run without the value is not found, by != neither. VALUE is
    a number, true, false, null or a text; "5" in double quotes is a text.

    \b
    Examples:
      jobyard data find expt.start=0
      jobyard data find reps=500 'pulse.gain>=20000' --user ada
      jobyard data find 'hardware_config.device.qubit.f_ge>4800' --since 1w --json
      jobyard data find class~rabi since:yesterday user:ada,bob 'expt.reps>=100'
      jobyard data find 'amp>=0.3' --array rabi

    \b
    Exit code: 0 if something was found, 1 if nothing was.
    --json prints the same as `data list --json`.
    """
    return show_runs(list(tests), as_json, where, "No run had that in its config.")


def show_runs(tests: list[str], as_json: bool, where: dict[str, Any], nothing: str) -> int:
    """Runs as a table, or as JSON."""
    for name in ("since", "until"):
        where[name] = moment_of(where[name]) if where[name] is not None else None
    with open_yard() as yard:
        values, words = told_apart(tests)
        found = yard.data_runs(values, words=" ".join(words), tell=note, **where)
    if as_json:
        say_json_array(run(each) for each in found)
    elif found:
        say_all(dataview.runs(found))
    else:
        note(nothing)
    if len(found) >= where["limit"]:
        note(f"only the newest {len(found):,} are shown; --limit N shows more")
    return 0 if found or not tests else 1


def told_apart(tests: list[str]) -> tuple[list[str], list[str]]:
    """Wishes for values; and words of a filter: a field of jobs with its sign, since: and until:."""
    from jobyard.core.filters import runs

    words = [one for one in tests if runs.is_word(one)]
    return [one for one in tests if one not in words], words


@data.command()
@ref_argument
@attempt_option
@click.option("--dataset", "-d", metavar="D", default="", help="Plot this one (default: avgi, or the first that fits).")
@click.option("--no-plot", is_flag=True, help="No plot; so too where the output is no terminal, unless -d asks.")
@json_option
def show(ref: str, attempt: int | None, dataset: str, no_plot: bool, as_json: bool) -> int:
    """Show a data file: what made it, its datasets with what their values are, and a small plot.

    \b
    Examples:
      jobyard data show last
      jobyard data show rabi --attempt 1 --no-plot
      jobyard data show old/JOB-20261122-00017.h5 --dataset avgq
      jobyard data show last --json | jq .config.expt

    --json prints {"file","size","run","config","notes","datasets":[{"name","shape","dtype","min","max","mean","nans",
    "first","looked_at","trouble"}]}; run is as in `data list --json`, null for a file that no run of this yard left.
    Of complex numbers min, max and mean are of the magnitudes; NaN is left out.
    """
    with open_yard() as yard:
        path, made = yard.data_file(ref, attempt), yard.data_run(ref, attempt)
        found = yard.data_summaries(str(path))
        config = yard.data_config(str(path)) if as_json else {}
    notes = next((each.first for each in found if each.path == "notes"), ())
    if as_json:
        head = {"file": str(path), "size": bytes_of(path), "run": run(made) if made else None}
        say_json(
            {
                **head,
                "config": plain(config),
                "notes": notes[0] if notes else None,
                "datasets": list(map(summary, found)),
            }
        )
        return 0
    say_all(pairs([*dataview.facts(made, str(path), bytes_of(path)), ("notes", clean("; ".join(notes)))]))
    say()
    say_all(dataview.summaries(found))
    if dataset or (not no_plot and dataview.can_plot()):
        show_plot(path, dataset)
    return 0


def show_plot(path: Path, dataset: str) -> None:
    """The line that says most, or the one that is asked for."""
    from jobyard.core.results import series

    if picture := dataview.plot(series.line(path, dataset)):
        say()
        say_all(picture)


def bytes_of(path: Path) -> int:
    """Its size; 0 for one that has just gone."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


@data.command()
@ref_argument
@attempt_option
@json_option
def tree(ref: str, attempt: int | None, as_json: bool) -> int:
    """Show everything in a data file: groups, datasets, attributes, links.

    Links into other files are told, not followed; a group that contains itself is entered once.

    \b
    Examples:
      jobyard data tree last
      jobyard data tree measurement.h5 --json | jq -r '.nodes[].path'

    --json prints {"file","cut","nodes":[{"path","kind","shape","dtype","chunks","stored","attributes","target"}]}; kind
    is group, dataset, link, external link, circle, same, type or unreadable.
    """
    with open_yard() as yard:
        found = yard.data_tree(ref, attempt)
    if as_json:
        say_json({"file": found.path, "cut": found.cut, "nodes": [node(each) for each in found.nodes]})
    else:
        say_all(dataview.tree(found))
    return 0


@data.command()
@ref_argument
@attempt_option
@click.option("--format", "kind", type=click.Choice(["csv", "npz"]), help="Default: by the file's ending, else csv.")
@click.option("--dataset", "-d", "names", metavar="D", multiple=True, help="Only this one; may be given again.")
@click.option(
    "--output", "-o", metavar="FILE|-", help="Where to (default: REF's file with another ending, here; - stdout)."
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@json_option
def export(
    ref: str,
    attempt: int | None,
    kind: str | None,
    names: tuple[str, ...],
    output: str | None,
    force: bool,
    as_json: bool,
) -> int:
    """Export a data file, or those of a sweep together, as CSV or npz.

    CSV has a column for each dataset of one direction that is as long as most of them are, a complex one two; the
    others are named on stderr. One of two directions alone is written row by row. npz has every dataset, and the config
    as JSON text. They are written a piece at a time and need not fit the memory. A file that is there already is only
    replaced with --force.

    Of a sweep or an array (ID[], or its name) CSV has a line for each job that left data: its index, its id, its point,
    and each dataset of a single value; npz has arrays of shape (points, …) of all that the jobs have alike.

    \b
    Examples:
      jobyard data export last
      jobyard data export rabi -d xpts -d avgi -o - | head
      jobyard data export 17 --format npz -o rabi.npz --force
      jobyard data export 'JOB-20261122-00017[]' -d pi_gain -o -

    --json prints {"file","format","rows","names","left":[{"dataset","why"}]}; rows is the number of arrays for npz.
    """
    with open_yard() as yard:
        source, stem = source_of(yard, ref, attempt)
    kind = kind or ("npz" if (output or "").endswith(".npz") else "csv")
    if as_json and output == "-":
        raise BadInput("--json and -o - exclude each other", "both would be on stdout", "Give one of them")
    target = "-" if output == "-" else os.path.abspath(output or f"{stem}.{kind}")
    done = savedata.save(source, target, kind, names, force=force)
    for name, why in done.left:
        note(f"{name} was left out: {why}")
    if as_json:
        say_json(exported(done, target, kind))
    elif target != "-":
        say(f"{clean(target)}: {savedata.said(done, kind)}")
    return 0


def source_of(yard: Yard, ref: str, attempt: int | None) -> tuple[Path | SweepData, str]:
    """The data file of a run, or the data of a whole array; and what an export of it is called."""
    from jobyard.core.yard.resulting import is_file

    array = None if attempt is not None or is_file(ref) else yard.array(ref)
    if array is not None:
        return yard.data_sweep(f"{array.id}[]"), array.id
    path = yard.data_file(ref, attempt)
    return path, path.stem


@data.command()
@click.argument("one", metavar="REF", shell_complete=complete.data)
@click.argument("other", metavar="REF", shell_complete=complete.data)
@click.option(
    "--attempt", "attempts", type=click.IntRange(min=1), multiple=True, metavar="N",
    help="Of the first; given again, of the second.",
)  # fmt: skip
@json_option
def diff(one: str, other: str, attempts: tuple[int, ...], as_json: bool) -> int:
    """Show how two data files differ: the configs that made them, their datasets, the largest |Δ|. NaN is like NaN.

    \b
    Examples:
      jobyard data diff 17 18
      jobyard data diff rabi rabi --attempt 1 --attempt 2
      jobyard data diff 17 18 --json | jq '.config'

    \b
    Exit code: 0 the same, 1 they differ, 2 trouble; as of diff(1).
    --json prints {"one","other","same","config":[{"path","before","after"}],
    "datasets":[{"name","what","before","after","most","count"}]}; what is missing, new, shape, dtype, values or
    unreadable.
    """
    if len(attempts) > 2:
        raise BadInput("Two files can be compared", f"--attempt was given {len(attempts)} times", "")
    with open_yard() as yard:
        found = yard.data_diff(one, other, *attempts)
    if as_json:
        say_json(differences(found))
    else:
        say_all(dataview.differences(found))
    return 0 if found.same else 1


@data.command()
@ref_argument
@attempt_option
@json_option
def path(ref: str, attempt: int | None, as_json: bool) -> int:
    """Print where a data file is.

    \b
    Examples:
      jobyard data path last
      h5dump -H "$(jobyard data path rabi)"

    --json prints {"path","size"}.
    """
    with open_yard() as yard:
        found = yard.data_file(ref, attempt)
    if not found.is_file():
        raise BadFile(f"There is no file {found}", "", "")
    if as_json:
        say_json({"path": str(found), "size": bytes_of(found)})
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(os.fsencode(found) + b"\n") if hasattr(sys.stdout, "buffer") else say(str(found))
    return 0
