"""Runs and data files in words: tables, trees, differences, a small plot."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jobyard.core.results import words as types
from jobyard.tui.cli.printing import coloured, paint, width
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.words import clean, lasted, size, when

if TYPE_CHECKING:
    from jobyard.core.labmodels import Run
    from jobyard.core.results import DataChange, DataDifferences, Node, Summary, Tree
    from jobyard.core.results.series import Line

PLOT_WIDTH, PLOT_HEIGHT = 76, 15  # cells at most
SHOWN_CONFIGS = 3
RUNS = (
    Column("JOB"),
    Column("NAME", weight=2, least=8, drop=2),
    Column("USER", weight=1, drop=3),
    Column("EXPERIMENT", weight=3, least=10),
    Column("SWEPT", weight=2, least=8),
    Column("MADE"),
    Column("SIZE", right=True, drop=4),
    Column("CONFIGS", weight=3, least=12, drop=1),
)
DATASETS = (
    Column("DATASET", weight=2, least=10),
    Column("SHAPE", weight=1, least=9),
    Column("TYPE", weight=1, least=10, drop=2),
    Column("MIN", right=True),
    Column("MAX", right=True),
    Column("MEAN", right=True),
    Column("NAN", right=True, drop=3),
    Column("FIRST", weight=3, least=10, drop=1),
)


# -- runs -------------------------------------------------------------------------------------------------


def runs(found: Sequence[Run]) -> list[str]:
    """A line for each."""
    swept = any(run.swept for run in found)
    columns = [column for column in RUNS if swept or column.title != "SWEPT"]
    return table(columns, [run_cells(run, swept) for run in found])


def run_cells(run: Run, swept: bool) -> list[Cell | str]:
    """A line of the table; *swept*: with its point in a sweep."""
    attempt = f" #{run.number}" if run.number > 1 else ""
    return [
        run.job + attempt, clean(run.name), clean(run.user), clean(run.experiment), *([point(run)] if swept else []),
        when(run.data.made_at), size(run.data.size), configs(run),
    ]  # fmt: skip


def point(run: Run) -> str:
    """Its point in a sweep: ``amp=0.3 freq=4.8``."""
    if not run.swept:
        return ""
    from jobyard.core.sweeps import told

    return told(dict(run.swept))


def configs(run: Run) -> str:
    """The versions that it ran with, the first of them."""
    some = ", ".join(link.version for link in run.configs[:SHOWN_CONFIGS])
    more = len(run.configs) - SHOWN_CONFIGS
    return f"{some} and {more} more" if more > 0 else some


def facts(run: Run | None, path: str, bytes: int) -> list[tuple[str, str]]:
    """What it is, when and by whom it was made, and with which configs."""
    told = [("file", clean(path)), ("size", size(bytes))]
    if run is None:
        return [*told, ("job", "none of this yard")]
    links = "\n".join(f"{clean(link.type)} {link.version}" for link in run.configs)
    return [
        ("job", f"{run.job} attempt {run.number}" + (f" ({clean(run.name)})" if run.name else "")),
        ("experiment", clean(run.experiment)),
        ("swept", point(run)),
        ("user", clean(run.user)),
        ("started", when(run.started_at)),
        ("took", lasted(run.started_at, run.ended_at, run.data.made_at)),
        *told,
        ("made", when(run.data.made_at)),
        ("configs", links or "none"),
    ]


# -- datasets ----------------------------------------------------------------------------------------------


def summaries(found: Sequence[Summary]) -> list[str]:
    """A line for each dataset."""
    return table(DATASETS, [summary_cells(each) for each in found])


def summary_cells(each: Summary) -> list[Cell | str]:
    """What its values are, or why that is not known."""
    last: Cell | str = Cell(clean(each.trouble), "red") if each.trouble else clean(" ".join(each.first))
    nans = f"{each.nans:,}" if each.nans else ""
    mean = number(each.mean) + ("" if each.whole or each.mean is None else " of some")
    return [
        clean(each.path), types.shape(each.shape), clean(each.dtype), number(each.least), number(each.most), mean, nans,
        last,
    ]  # fmt: skip


def number(value: float | None) -> str:
    """Six figures."""
    return "" if value is None else f"{value:.6g}"


def plot(line: Line | None) -> list[str]:
    """A line as a picture, its title first; nothing where nothing can be drawn."""
    import numpy

    from jobyard.tui.plots.model import Ask, Figure, Series
    from jobyard.tui.plots.plotter import Plotter

    if line is None:
        return []
    title = f"{line.name}{f' over {line.over}' if line.over else ''}, {line.total:,} values"
    series = Series(line.y_label or line.name, numpy.array(line.x), numpy.array(line.y))
    figure = Figure((series,), xlabel=line.x_label or line.over, title=title)
    picture = Plotter(figure).picture(Ask(min(PLOT_WIDTH, width()), PLOT_HEIGHT))
    return ["".join(text for text, _ in each).rstrip() for each in picture.lines] if picture.frame else []


def can_plot() -> bool:
    """Whether somebody looks who can see it: a terminal that has more than letters."""
    return sys.stdout.isatty() and "utf" in (sys.stdout.encoding or "").lower()


# -- the tree ------------------------------------------------------------------------------------------------


def tree(found: Tree) -> Iterator[str]:
    """A line for each group, dataset, link; attributes below what they belong to."""
    for node in found.nodes:
        indent = "  " * node.depth
        name = "/" if node.path == "/" else node.name + ("/" if node.kind == "group" else "")
        yield indent + paint(clean(name), "cyan" if node.kind == "group" else "") + about(node)
        for key, value in node.attributes:
            yield paint(clean(f"{indent}    @{key} = {value}"), "grey")
    if found.cut:
        yield f"… and more: {len(found.nodes):,} are shown"


def about(node: Node) -> str:
    """What stands behind its name."""
    match node.kind:
        case "group":
            return ""
        case "dataset":
            chunks = f", chunks of {types.shape(node.chunks)}" if node.chunks else ""
            return clean(f"  {types.shape(node.shape)}  {node.dtype}  ({size(node.stored)}{chunks})")
        case "link" | "external link":
            return clean(f"  → {node.target}" + ("" if node.kind == "link" else "  (in another file, not looked into)"))
        case "circle" | "same":
            why = "it contains itself" if node.kind == "circle" else "the same group"
            return clean(f"  ↺ {node.target}  ({why}, not entered again)")
    return clean(f"  {node.kind}: {node.target or node.dtype}")


# -- differences -----------------------------------------------------------------------------------------------


def differences(found: DataDifferences) -> Iterator[str]:
    """Both files, then what differs: values of the config, datasets."""
    yield paint(f"--- {clean(found.one)}", "red")
    yield paint(f"+++ {clean(found.other)}", "green")
    for each in found.config:
        yield from sides(f"config {each.path}", each.before, each.after)
    for change in found.datasets:
        yield from sides(f"dataset {change.path}{told(change)}", change.before or None, change.after or None)
    if found.same:
        yield "The same config, the same data."


def told(change: DataChange) -> str:
    """``: 3 values, at most 0.5 apart``."""
    if change.what != "values":
        return f": {change.what}"
    apart = "" if change.most is None else f", at most {change.most:.6g} apart"
    return f": {change.differing:,} value{'' if change.differing == 1 else 's'}{apart}; the first"


def sides(what: str, before: str | None, after: str | None) -> Iterator[str]:
    """In the way of diff(1)."""
    yield paint(f"@@ {clean(what)}", "cyan")
    for sign, side, colour in (("-", before, "red"), ("+", after, "green")):
        if side is not None:
            yield paint(sign + clean(side), colour) if coloured() else sign + clean(side)
