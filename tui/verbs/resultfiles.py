"""Files of what the Results screen shows: data as CSV or npz, the plot as SVG or PNG. Over a file only when asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jobyard.core.yard import shell_join

from ..format import size, when
from ..text import plain

if TYPE_CHECKING:
    from ..screens.writing import Writing

Make = Callable[[str, bool, Event], Any]  # with the path, whether over what is there, what stops it


def export(desk: Writing) -> None:
    """Write the file's datasets as CSV or npz, to a path that is asked for."""
    from ..results.drawing import SERVICE

    if (run := desk.run) is None:
        return
    source, apart, line = run.data.path, desk.apart, ["jobyard", "data", "export", run.job, "-o"]

    def make(path: str, force: bool, stop: Event) -> Any:
        beside = f"{path}.{uuid4().hex[:12]}.part"
        try:
            return apart.ask_alone(f"{SERVICE}:export", source, path, (), force, beside, stop=stop)
        finally:
            with suppress(OSError):
                os.unlink(beside)  # of one that was stopped

    _ask_path(desk, "Export the data as", f"{run.job}.csv", "a file that ends in .csv or .npz", make, line)


def picture(desk: Writing) -> None:
    """Write what is seen as SVG or PNG, to a path that is asked for."""
    from ..results.drawing import SERVICE

    drawing, run, view, apart = desk.drawing, desk.run, desk.plot.window, desk.apart
    if drawing is None or run is None:
        return

    def make(path: str, force: bool, stop: Event) -> Any:
        return apart.ask(f"{SERVICE}:save_picture", drawing, path, view, force, stop=stop)

    _ask_path(desk, "Write the picture as", f"{run.job}.svg", "a file that ends in .svg or .png", make, [])


def _ask_path(desk: Writing, title: str, name: str, hint: str, make: Make, line: list[str]) -> None:
    from ..screens.pathprompt import PathPrompt

    def take(text: str | None) -> None:
        if text is None or not text.strip():
            return
        path = os.path.abspath(os.path.expanduser(text.strip()))
        desk.ask(lambda yard: _there(path, name), lambda found: _write(desk, *found, make, line, keep))

    def keep(path: str) -> None:
        """Whoever mistyped the path has it again, to mend it."""
        desk.unwritten[name] = path

    offered = desk.unwritten.pop(name, os.path.join(os.getcwd(), name))
    desk.app.push_screen(PathPrompt(title, offered, hint), take)


def _there(path: str, name: str) -> tuple[str, os.stat_result | None]:
    """The path, in a folder with the name that was offered; and what is there already."""
    path = os.path.join(path, name) if os.path.isdir(path) else path
    try:
        return path, os.lstat(path)
    except (OSError, ValueError):
        return path, None


def _write(
    desk: Writing, path: str, there: os.stat_result | None, make: Make, line: list[str], keep: Callable[[str], None]
) -> None:
    def write(force: bool) -> None:
        desk.write(os.path.basename(path), lambda stop: make(path, force, stop), lambda: keep(path))

    if there is None:
        write(False)
        return
    body = (
        plain(path),
        f"{size(there.st_size)}, of {when(there.st_mtime, 0)}. It is written over; there is no way back.",
    )
    shell = shell_join([*line, path, "--force"]) if line else ""
    desk.confirm("Write over this file?", body, lambda: write(True), shell)
