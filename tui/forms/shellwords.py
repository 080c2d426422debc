"""A line as a shell reads it: its words, or that it needs a shell.

Quotes are understood as POSIX has them, and ``$'…'`` as `shell_join` writes it. Whatever else a shell would act on
(pipes, variables, patterns, assignments) makes it a line for ``sh -c``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from jobyard.core.errors import BadInput

SHELL = ("sh", "-c")
ACTS = frozenset("|&;<>()$`*?[#~\n")  # a shell acts on them where they are not quoted
_WORD = re.compile(
    r"""'(?P<single>[^']*)'|\$'(?P<ansi>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<escaped>.)"""
    r"""|(?P<plain>[^\s'"\\])|(?P<space>\s+)""",
    re.DOTALL,
)
_ANSI = re.compile(r"((?:\\[0-7]{3})+)|\\(.)", re.DOTALL)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)


class Words(NamedTuple):
    """The words of a line. ``shell``: it is something for a shell, so they are ``sh -c LINE``."""

    words: tuple[str, ...]
    shell: bool = False


def command(line: str) -> Words:
    """The words of a command line. Raises BadInput for a quote that does not end."""
    line = line.strip()
    reader = _Reader(line)
    if reader.acts or _ASSIGNMENT.match(line):
        return Words((*SHELL, line), True)
    return Words(tuple(reader.words))


def split(line: str) -> list[str]:
    """The words alone, whatever they are. Raises BadInput for a quote that does not end."""
    return _Reader(line).words


class _Reader:
    """Goes through a line once."""

    def __init__(self, line: str) -> None:
        self.words: list[str] = []
        self.acts = False
        self._word: str | None = None
        at = 0
        while at < len(line):
            found = _WORD.match(line, at)
            if found is None:
                raise BadInput("A quote does not end", f"It begins with {line[at : at + 20]!r}", "Close it")
            self._take(found)
            at = found.end()
        self._close()

    def _take(self, found: re.Match[str]) -> None:
        kind, text = found.lastgroup, found[found.lastgroup or 0]
        if kind == "space":
            self.acts |= "\n" in text
            self._close()
            return
        if kind == "ansi":
            text = _ANSI.sub(_meant, text)
        elif kind == "double":
            self.acts |= re.search(r"(?<!\\)(?:\\\\)*[$`]", text) is not None
            text = re.sub(r'\\([\\"$`])', r"\1", text)
        elif kind == "plain":
            self.acts |= text in ACTS and (text not in "#~" or self._word is None)
        self._word = (self._word or "") + text

    def _close(self) -> None:
        if self._word is not None:
            self.words.append(self._word)
        self._word = None


def _meant(found: re.Match[str]) -> str:
    """Bytes in octal, which are several to a character, or the character that is escaped."""
    if found[1]:
        return bytes(int(code, 8) & 0xFF for code in found[1].split("\\")[1:]).decode("utf-8", "surrogateescape")
    return found[2]
