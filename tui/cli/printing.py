"""What goes to stdout and stderr, and how: visible characters, colour only where it is wanted."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any, TextIO

COLOURS = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36, "grey": 90, "bold": 1}
WIDEST = 10_000  # columns, where nobody limits them


def say(text: str = "") -> None:
    """A line on stdout."""
    sys.stdout.write(text + "\n")


def say_all(lines: Iterable[str]) -> None:
    """Lines on stdout, each as soon as it is there."""
    for line in lines:
        say(line)


def note(text: str) -> None:
    """A line on stderr, begun by our name; whatever it quotes is made visible."""
    from jobyard.core.yard import visible

    put_note(visible(text))


def put_note(text: str) -> None:
    """The same for a text that is safe already; nobody listening is no reason to fail."""
    try:
        sys.stderr.write(f"jobyard: {text}\n")
        sys.stderr.flush()
    except BrokenPipeError:
        pass


def say_json(value: Any) -> None:
    """JSON on stdout, one line; odd characters escaped, so that any reader can decode it."""
    say(json.dumps(value, separators=(",", ":")))


def say_json_array(items: Iterable[Any]) -> None:
    """A JSON array, an element a line, written as it comes: it may be long."""
    sys.stdout.write("[")
    for number, item in enumerate(items):
        sys.stdout.write((",\n " if number else "") + json.dumps(item, separators=(",", ":")))
    say("]")


def coloured(stream: TextIO | None = None) -> bool:
    """Whether colour is wanted: a terminal, no NO_COLOR, not a dumb one."""
    stream = stream or sys.stdout
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str, stream: TextIO | None = None) -> str:
    """The text in a colour, where colour is wanted."""
    if not colour or not coloured(stream):
        return text
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m"


def width() -> int:
    """Columns that a table may take: the terminal's, COLUMNS, or as many as it needs when piped."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit():
        import shutil

        return max(20, shutil.get_terminal_size((100, 24)).columns)
    return WIDEST


def ask(question: str) -> bool:
    """Ask on the terminal; anything but y or yes is no."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()
