"""The keymap file: which keys somebody gave to which actions, checked, each mistake with its line.

``$XDG_CONFIG_HOME/jobyard/keys.yml`` holds ``action: key`` or ``action: [key, key]``; ``null`` takes an action's keys
away. A file with a mistake changes nothing at all: half a keymap is worse than the one that is in the README.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from .keynames import key_name, read_key

if TYPE_CHECKING:
    from jobyard.core.settings.document import Problem
    from jobyard.core.settings.tree import Node, Text

    from .actions import Action

Keys = tuple[str, ...]
Named = TypeVar("Named", bound="Action")
Screens = Mapping[str, Sequence["Action"]]

RESERVED = {"ctrl+c": "says how to leave", "ctrl+q": "leaves", "tab": "goes on", "shift+tab": "goes back"}
ANSWERS = ("enter", "escape")  # what questions answer to; nobody else may have them, lest a key pressed twice says yes
BARE = re.compile(r"^(\s*(?:[\w-]+\s*:|-)\s+)([^\w\s'\"])\s*$", re.MULTILINE)  # `raise: +`, where YAML means something
MOST = 2 << 20  # bytes that are read: more than that is no keymap, and is told so
ADVICE = "Write it like x, X, ctrl+x, alt+x, f5, PgDn, space or +"


def default_path() -> Path:
    """Where the keymap is looked for, as the XDG base directory specification says."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(base if os.path.isabs(base) else os.path.expanduser("~/.config")) / "jobyard" / "keys.yml"


class Keymap(NamedTuple):
    """What a file says. With problems it says nothing: all keys are as they ship."""

    path: Path
    keys: Mapping[str, Keys] = {}  # by the action's id
    problems: tuple[str, ...] = ()

    def applied(self, actions: Sequence[Named]) -> tuple[Named, ...]:
        """These actions with the keys that they have here."""
        return tuple(action._replace(keys=self.keys.get(action.id, action.keys)) for action in actions)

    @property
    def trouble(self) -> str:
        """All that is wrong, in a sentence or two; "" where nothing is."""
        more = f" And {len(self.problems) - 1} more: see `jobyard keys --check`." if len(self.problems) > 1 else ""
        return f"{self.problems[0]}{more} All keys are as they ship." if self.problems else ""


def load(path: Path | None = None) -> Keymap:
    """The keymap of a file, which need not be there."""
    path = default_path() if path is None else path
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            return Keymap(path, {}, (f"{path} is no file.",))  # a pipe would keep the app waiting
        with open(path, "rb") as file:
            data = file.read(MOST)
    except FileNotFoundError:
        return Keymap(path)
    except OSError as error:
        return Keymap(path, {}, (f"{path}: {error.strerror or error}.",))
    from .registry import SCREENS

    keys, problems = read(data, SCREENS)
    return Keymap(path, {} if problems else keys, tuple(problem.text(str(path)) for problem in problems))


def read(data: bytes, screens: Screens) -> tuple[dict[str, Keys], list[Problem]]:
    """The keys that a file's bytes give to the actions of *screens*, and what is wrong with it, by line."""
    reader = _Reader(screens)
    reader.read(data)
    return {id: keys for id, (keys, _) in reader.given.items()}, sorted(reader.problems)


class _Reader:
    """Walks through the file and gathers problems instead of stopping at the first."""

    def __init__(self, screens: Screens) -> None:
        self._screens = screens
        self._shipped = {action.id: action.keys for actions in screens.values() for action in actions}
        self.given: dict[str, tuple[Keys, int]] = {}  # with its line
        self.problems: list[Problem] = []

    def read(self, data: bytes) -> None:
        from jobyard.core.settings import tree

        try:
            root = tree.grow(BARE.sub(_quoted, tree.decode(data)))
        except tree.Unreadable as error:
            self._tell(error.line, error.why, error.todo)
            return
        if isinstance(root, tree.Map):
            for key, value in root.items:
                self._entry(key, value)
        elif root is not None:
            self._tell(root.line, "A keymap is actions with their keys", "Write it like cancel: f8")
        self._clashes()

    def _entry(self, key: Node, value: Node) -> None:
        from jobyard.core.settings.tree import Text
        from jobyard.core.text import one_line
        from jobyard.core.words import nearest

        if not isinstance(key, Text):
            self._tell(key.line, "An action is a word", "`jobyard keys` lists them")
        elif key.text not in self._shipped:
            near = nearest(key.text[:100], self._shipped)
            todo = f"Did you mean {near}?" if near else "`jobyard keys` lists them"
            self._tell(key.line, f"`{one_line(key.text, 40)}` is no action", todo)
        elif key.text in self.given:
            self._tell(key.line, f"{key.text} is given twice", f"First in line {self.given[key.text][1]}")
        else:
            keys = [self._key(key.text, text) for text in self._texts(value)]
            self.given[key.text] = tuple(dict.fromkeys(filter(None, keys))), key.line

    def _texts(self, value: Node) -> Iterator[Text]:
        """The keys of one action as they are written; none of ``null`` and of an empty list."""
        from jobyard.core.settings.tree import List, Text

        for node in value.items if isinstance(value, List) else [value]:
            if not isinstance(node, Text):
                self._tell(node.line, "An action has a key or a list of keys", "Write it like [x, ctrl+x]")
            elif not (node is value and node.empty):
                yield node

    def _key(self, id: str, written: Text) -> str:
        from jobyard.core.text import one_line

        key = read_key(written.text)
        if not key:
            self._tell(written.line, f"`{one_line(written.text, 40)}` is no key", ADVICE)
        elif key in RESERVED:
            self._tell(written.line, f"{key_name(key)} {RESERVED[key]} everywhere", "Take another key")
            return ""
        elif key in ANSWERS and key not in self._shipped[id]:
            self._tell(written.line, f"{key_name(key)} answers questions, {id} cannot have it", "Take another key")
            return ""
        return key

    def _clashes(self) -> None:
        """Two actions of one screen with one key."""
        told: set[tuple[str, str]] = set()
        for actions in self._screens.values():
            owners: dict[str, str] = {}
            for id, key in ((action.id, key) for action in actions for key in self._keys_of(action)):
                other = owners.setdefault(key, id)
                if other != id and (other, id) not in told:
                    told.add((other, id))
                    self._clash(key, other, id)

    def _keys_of(self, action: Action) -> Keys:
        return self.given[action.id][0] if action.id in self.given else action.keys

    def _clash(self, key: str, one: str, other: str) -> None:
        """Told at the later of the two lines; an action that the file does not name has none."""
        lines = {id: self.given[id][1] for id in (one, other) if id in self.given}
        last = max(lines, key=lambda id: lines[id])
        first = one if last == other else other
        self._tell(
            lines[last], f"{key_name(key)} is the key of {first} and of {last}", f"Give {first} another, or null"
        )

    def _tell(self, line: int, what: str, todo: str = "") -> None:
        from jobyard.core.settings.document import Problem

        self.problems.append(Problem(line, what, todo))


def _quoted(match: re.Match[str]) -> str:
    return f"{match[1]}'{match[2]}'"
