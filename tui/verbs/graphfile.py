"""A graph for other programs: as DOT or SVG in a file, or on the clipboard."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from jobyard.core.errors import BadInput
from jobyard.core.models import JobGraph

from ..format import plural
from ..messages import Answered
from ..text import plain

if TYPE_CHECKING:
    from textual.message import Message

    from ..screens.graph import Graph

PATIENCE = 60.0  # seconds that Graphviz gets
PROGRAM = "dot"


def export(desk: Graph) -> None:
    """Offer a file or the clipboard."""
    if desk.shown is None or not desk.shown.picture.graph.jobs:
        desk.tell("There is no graph to export.", "warning")
        return
    desk.ask(lambda _: shutil.which(PROGRAM) is not None, lambda there: _offer(desk, there))


def _offer(desk: Graph, graphviz: bool) -> None:
    graph = desk.drawn_graph()
    jobs = plural(len(graph.jobs), "job")
    options = [
        ("DOT file…", f"{jobs}; states as colours, kinds of waiting as line styles"),
        ("copy as DOT", f"{jobs} to the clipboard"),
    ]
    if graphviz:
        options.append(("SVG file…", f"{jobs}, drawn by Graphviz"))
    desk.choose("Export this graph", options, lambda number: _do(desk, graph, number))


def _do(desk: Graph, graph: JobGraph, number: int) -> None:
    if number == 1:
        _copy(desk, graph)
        return
    kind = "svg" if number else "dot"
    name = re.sub(r"[^\w.-]+", "-", desk.subject()).strip("-.")[:60] or "graph"
    path = os.path.join(os.getcwd(), f"{name}.{kind}")
    desk.prompt("Write the graph to", path, lambda text: _write(desk, graph, text.strip()), "a file, with its folder")


def _copy(desk: Graph, graph: JobGraph) -> None:
    from .copying import Thing, copied_words

    text = dot_of(graph)
    desk.app.copy_to_clipboard(text)
    desk.tell(*copied_words(Thing("graph as DOT", text)))


def dot_of(graph: JobGraph) -> str:
    """The graph as Graphviz reads it."""
    from jobyard.core.yard.drawing import dot

    return "\n".join(dot(graph)) + "\n"


def _write(desk: Graph, graph: JobGraph, text: str, *, over: bool = False) -> None:
    """In a thread that nothing else waits for: a disk may be slow, and Graphviz is."""
    if not text:
        return
    path = Path(text).expanduser()

    def letter() -> Message:
        try:
            write(path, graph, over=over)
        except FileExistsError:
            return Answered(lambda: _ask_over(desk, graph, text))
        return Answered(lambda: desk.tell(f"Wrote {plural(len(graph.jobs), 'job')} to {plain(str(path))}."))

    desk.tell("Writing the graph…")
    desk.exporting.put(letter, desk)


def _ask_over(desk: Graph, graph: JobGraph, text: str) -> None:
    lost = [plain(text), "What is in it is lost."]
    desk.confirm("Write over this file?", lost, lambda: _write(desk, graph, text, over=True))


def write(path: Path, graph: JobGraph, *, over: bool = False) -> None:
    """Write a graph to a file, as SVG if it ends so. Raises FileExistsError unless *over*, and BadInput."""
    if not over and path.exists():
        raise FileExistsError(path)
    text = dot_of(graph)
    data = _svg(text) if path.suffix.lower() == ".svg" else text.encode("utf-8", "replace")
    try:
        with open(path, "wb" if over else "xb") as file:
            file.write(data)
    except FileExistsError:
        raise
    except OSError as error:
        raise BadInput(f"{path} cannot be written", error.strerror or str(error), "Name another file") from None


def _svg(text: str) -> bytes:
    try:
        done = subprocess.run([PROGRAM, "-Tsvg"], input=text.encode("utf-8", "replace"), capture_output=True,
                              timeout=PATIENCE)  # fmt: skip
    except FileNotFoundError:
        raise BadInput("There is no Graphviz here", "SVG is drawn by its dot", "Write a .dot file") from None
    except subprocess.TimeoutExpired:
        raise BadInput("Graphviz took too long", f"{PATIENCE:.0f} s", "Write a .dot file, or fewer jobs") from None
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise BadInput("Graphviz could not draw it", why, "Write a .dot file")
    return done.stdout
