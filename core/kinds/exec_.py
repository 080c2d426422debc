"""``exec``: a program with its arguments, or a line for ``/bin/sh``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import BadInput
from ..indexes import fill
from ..text import one_line, quoted
from .base import COMMAND_WIDTH, LONGEST_WORD, Context, Field, FieldType, Kind, Process, check_word

SHELL = "/bin/sh"


class Exec(Kind):
    """Runs a command."""

    name = "exec"
    summary = "run a command: a list of words, or a string for a shell"
    fields = (
        Field("command", FieldType.COMMAND, "The program and its arguments, or one string for /bin/sh", required=True),
    )

    def check(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        command = fields.get("command")
        if len(fields) != 1 or command is None:
            self.check_names(fields)
        if isinstance(command, str):
            return {"command": _check_line(command)}
        if not isinstance(command, (list, tuple)):
            raise _bad(command, "It is neither a list of words nor a string for a shell")
        return {"command": _check_words(command)}

    def element(self, fields: Mapping[str, Any], index: int) -> Mapping[str, Any]:
        command = fields["command"]
        filled = fill(command, index) if isinstance(command, str) else [fill(word, index) for word in command]
        return fields if filled == command else self.check({"command": filled})

    def process(self, fields: Mapping[str, Any], context: Context) -> Process:
        command = fields["command"]
        return Process((SHELL, "-c", command) if isinstance(command, str) else tuple(command))

    def command_line(self, fields: Mapping[str, Any]) -> str:
        return one_line(fields["command"], COMMAND_WIDTH)


def _check_line(line: str) -> str:
    if not line or line.isspace():
        raise _bad(line, "It is empty")
    return check_word(line, "command")


def _check_words(words: Sequence[Any]) -> list[str]:
    """A list of words; almost all are short and plain, which one look at them together shows."""
    try:
        together = "\0".join(words)
    except TypeError:
        together = "\0" * (LONGEST_WORD + 1)
    if len(together) > LONGEST_WORD or not together.isascii() or together.count("\0") >= len(words):
        for number, word in enumerate(words, start=1):
            check_word(word, f"command's word {number}")
    if not words or not words[0]:
        raise _bad(words, "It names no program")
    return list(words)


def _bad(command: object, why: str) -> BadInput:
    return BadInput(
        f"The command {quoted(command)} cannot be used", why, 'Write it like ["echo", "hello"] or "echo hello"'
    )


KIND = Exec()
