"""A field of a form, and what a form has made of the texts in its fields."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from jobyard.core.yard import Yard, shell_join

Texts = Mapping[str, str]
YES = "yes"
LONGEST = 10_000  # characters of a field; what is longer belongs into a file
BASIC = ""  # the group that is there before the form is unfolded


class As(StrEnum):
    """What the text of a field is."""

    TEXT = "text"
    COMMAND = "command"
    WORDS = "words"  # with commas between
    VARIABLES = "variables"  # NAME=VALUE, quoted as a shell wants it
    PATH = "path"
    FLAG = "flag"  # yes, or nothing
    CHOICE = "choice"


class Field(NamedTuple):
    """One thing that a form asks for. ``source``: what completes it; ``option``: its spelling on the command line."""

    key: str
    label: str
    help: str = ""
    group: str = BASIC
    kind: As = As.TEXT
    source: str = ""
    option: str = ""
    choices: tuple[str, ...] = ()
    placeholder: str = ""  # shown while it is empty
    beside: str = ""  # what is known of it elsewhere; stands to its right where there is room
    lines: int = 3  # under it, at most


class Step(NamedTuple):
    """A command that will be done: its words after ``jobyard``, and the same call of the facade."""

    words: tuple[str, ...]
    call: Callable[[Yard], Any]


class Note(NamedTuple):
    """A word on a field: what will be refused (``wrong``), or only looks odd."""

    text: str
    wrong: bool = True


Notes = Mapping[str, Note]  # by the key of their field; "" is the form as a whole


class Reading(NamedTuple):
    """What a form has made of its texts. *steps* are those of a form without mistakes."""

    notes: Notes
    steps: tuple[Step, ...] = ()
    subject: Any = None  # what is looked at in the yard: a JobSpec

    @property
    def wrong(self) -> list[str]:
        """The keys of the fields that cannot be used."""
        return [key for key, note in self.notes.items() if note.wrong]

    @property
    def line(self) -> str:
        """The equivalent command line."""
        return " && ".join(shell_join(("jobyard", *step.words)) for step in self.steps)


class Form(ABC):
    """What is asked, and what follows from the answers. No widget, no clock but the one it is given."""

    title: str
    fields: tuple[Field, ...]
    initial: Texts = {}
    begins: str = ""  # the key of the field where one begins to type; "": the first
    head: tuple[str, ...] = ()  # lines above the fields
    doing: ClassVar[str] = "do it"  # what Enter does
    taken_back: ClassVar[bool] = True  # whether undo may take back what it does
    draft: ClassVar[str] = ""  # the name under which a form that was left is kept

    @abstractmethod
    def read(self, texts: Texts) -> Reading:
        """What the texts say."""

    def look(self, yard: Yard, reading: Reading) -> Notes:
        """What only the yard and the host can tell of it. In a thread."""
        return {}

    def told(self, answers: tuple[Any, ...]) -> str:
        """A word on what was done."""
        return ""
