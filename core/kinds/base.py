"""The seam of the kinds: what a kind tells about itself, and what it does at submit, at start and after a failure.

At submit its ``check`` normalises the fields; at start its ``process`` says what to run; after a failure its
``explain`` finds the words. Command line, form, file schema and help are made from ``fields``.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from ..errors import BadInput
from ..labmodels import ConfigLink, DataFile
from ..logs import last_line, telling_line
from ..text import clean_line, one_line, quoted
from ..words import nearest

LONGEST_WORD = 131_071  # bytes: the kernel's limit for one word of a command (MAX_ARG_STRLEN, without its NUL)
COMMAND_WIDTH = 500  # cells of a command line for people
TELLING_WIDTH = 200  # cells of the line that says most about a failure
MESSAGE_WIDTH = 300  # cells of an explanation


class FieldType(StrEnum):
    """What a field holds, and with that how a form asks for it."""

    COMMAND = "command"  # a list of words, or a string for a shell
    CODE = "code"  # text of several lines
    TEXT = "text"
    PATH = "path"
    INTEGER = "integer"
    FLAG = "flag"
    OBJECT = "object"  # JSON, by its keys
    WORDS = "words"  # a list of texts


_SCHEMAS: dict[FieldType, dict[str, Any]] = {
    FieldType.COMMAND: {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]},
    FieldType.CODE: {"type": "string"},
    FieldType.TEXT: {"type": "string"},
    FieldType.PATH: {"type": "string"},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.FLAG: {"type": "boolean"},
    FieldType.OBJECT: {"type": "object"},
    FieldType.WORDS: {"type": "array", "items": {"type": "string"}},
}


class Field(NamedTuple):
    """One thing that a kind wants to know. ``option`` is its spelling on the command line; "" = what follows ``--``."""

    name: str
    type: FieldType
    help: str
    required: bool = False
    option: str = ""

    def schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        return {**_SCHEMAS[self.type], "description": self.help}


class Context(NamedTuple):
    """Where an attempt will run. ``folder`` is the attempt's own, ``python`` the interpreter that runs jobyard."""

    cwd: str = ""
    folder: str = ""
    python: str = sys.executable
    home: str = ""  # of the yard
    job: str = ""  # JOB-YYYYMMDD-NNNNN
    number: int = 1  # of the attempt
    configs: tuple[ConfigLink, ...] = ()  # what it runs with
    queue: str = ""  # SESSION/QUEUE
    station: str = ""  # MODULE:CLASS of its queue
    warm: bool = False  # whether its queue keeps the station
    mock: bool = False  # whether its worker has no hardware
    user: str = ""  # who submitted it


class Submitter(NamedTuple):
    """What stands around a submit: where its job will run, with which environment, and what its queue says."""

    cwd: str
    env: Mapping[str, str]
    python: str = ""  # of the queue
    owner: int = -1  # the account (uid) that will run the job


class Process(NamedTuple):
    """What to run. ``env`` is added to the job's environment; ``files`` are in the attempt's folder by then."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = MappingProxyType({})
    files: Mapping[str, bytes] = MappingProxyType({})


class Checked(dict[str, Any]):
    """Fields that their kind has checked: nobody needs to do it again."""


class Kind(ABC):
    """How jobs of one kind become processes."""

    name: ClassVar[str]
    summary: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    configs: ClassVar[tuple[str, ...]] = ()  # types whose main version its jobs need, unless they name another
    queue: ClassVar[str] = ""  # where its jobs go unless told, made with one slot when it is not there; "" = default
    leaves: ClassVar[bool] = False  # whether `left` has anything to say
    looks: ClassVar[bool] = False  # whether `found` has
    sweeps: ClassVar[bool] = False  # whether `points` has
    limited_by_estimate: ClassVar[bool] = False  # its jobs may run time_limit_factor times their estimate

    @abstractmethod
    def check(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields as they are stored (plain JSON). Raises BadInput."""

    def found(self, fields: Mapping[str, Any], around: Submitter) -> Mapping[str, Any]:
        """Checked *fields* with what the submitter gives them. Raises BadInput for what its start would fail with."""
        return fields

    def points(self, fields: Mapping[str, Any]) -> int:
        """How many jobs these fields ask for, which become an array; 0 = a single one. Raises BadInput."""
        return 0

    def element(self, fields: Mapping[str, Any], index: int) -> Mapping[str, Any]:
        """Checked *fields* as the element with this index of an array has them; the same ones if it makes nothing."""
        return fields

    def again(self, fields: Mapping[str, Any], before: Mapping[str, Any], index: int) -> Mapping[str, Any]:
        """Checked *fields* for the copy of an element with this index that had *before*. Raises BadInput."""
        return self.element(fields, index)

    def whole(self, fields: Mapping[str, Any], elements: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """*fields* as those of the array that has these *elements*, for its line."""
        return fields

    def argv(self, fields: Mapping[str, Any], context: Context) -> tuple[str, ...]:
        """The command of `process` alone: no file is read for it."""
        return self.process(fields, context).argv

    @abstractmethod
    def process(self, fields: Mapping[str, Any], context: Context) -> Process:
        """What to run for checked *fields*."""

    @abstractmethod
    def command_line(self, fields: Mapping[str, Any]) -> str:
        """The job for people: one line of at most 500 cells."""

    def left(self, folder: str) -> tuple[DataFile | None, str]:
        """What an attempt that ended by itself left in *folder*: its data, and what is wrong with that ("" = nothing).

        Raises OSError for what may be otherwise in a moment.
        """
        return None, ""

    def explain(self, said: str, tail: Sequence[str | bytes]) -> str:
        """One line on a failure: how it ended (*said*, ``exit code 3``) and what its output tells of it.

        *tail* are the last lines of its output, the more telling stream last.
        """
        telling = one_line(self.telling(tail) or last_line(tail), TELLING_WIDTH)
        return one_line(f"{said}: {telling}" if telling else said, MESSAGE_WIDTH)

    def telling(self, tail: Sequence[str | bytes]) -> str:
        """The line of *tail* that says most about a failure, or ""."""
        return telling_line(tail)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its fields."""
        properties = {one.name: one.schema() for one in self.fields}
        required = [one.name for one in self.fields if one.required]
        return {"type": "object", "properties": properties, "required": required}

    def check_names(self, fields: Mapping[str, Any]) -> None:
        """Refuse fields that this kind does not have, and the lack of those that it must have."""
        known = [one.name for one in self.fields]
        for name in fields:
            if name not in known:
                near = nearest(str(name), known)
                todo = f'Did you mean "{near}"?' if near else ""
                raise BadInput(f"A job of kind {self.name} has no {quoted(name)}", f"It has {', '.join(known)}", todo)
        for one in self.fields:
            if one.required and fields.get(one.name) is None:
                raise BadInput(f"A job of kind {self.name} needs its {one.name}", "None was given", one.help)


def exception_line(tail: Sequence[str | bytes]) -> str:
    """The exception of a Python process: the last traceback's first line that is not indented; "" without one."""
    lines = [line if isinstance(line, str) else clean_line(line) for line in tail]
    starts = [number for number, line in enumerate(lines) if line.startswith("Traceback (most recent")]
    after = [line for line in lines[starts[-1] + 1 :] if line[:1].strip()] if starts else []
    return after[0] if after else ""


def check_word(word: object, what: str) -> str:
    """A word of a command line, if the kernel takes it: text without NUL of at most 131,071 bytes. Raises BadInput."""
    if not isinstance(word, str):
        raise BadInput(f"The {what} {quoted(word)} cannot be used", "It is not text", "Write it in quotes")
    if "\0" in word:
        raise BadInput(f"The {what} cannot be used", "It contains a NUL character, which no process can be given")
    size = len(word) if word.isascii() else _size(word, what)
    if size > LONGEST_WORD:
        why = f"It has {size:,} bytes, and the kernel takes {LONGEST_WORD:,} at most"
        raise BadInput(f"The {what} cannot be used", why, "Put it into a file")
    return word


def _size(word: str, what: str) -> int:
    try:
        return len(word.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        raise BadInput(f"The {what} {quoted(word)} cannot be used", "It is not valid UTF-8", "Use text") from None
