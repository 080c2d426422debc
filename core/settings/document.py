"""What a settings file says: every key checked, with its line, or the list of what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from ..errors import BadFile, BadInput
from ..names import check_lane, split_queue
from ..text import one_line, quoted
from ..words import nearest
from . import tree, values
from .configtypes import BUILT_IN, check_code, check_name, check_path
from .table import BY_NAME, CONFIG_KEYS, MEMORY_KEYS, QUEUE_KEYS, RESOURCE_KEYS, SECTIONS, Key
from .tree import List, Map, Node, Text

MOST_PROBLEMS = 20
MOST_DECLARED = 300  # queues, and resources: all are applied in one transaction, which is to be short

Placed = tuple[Any, int]  # a value and the line that says it


class Problem(NamedTuple):
    """One thing that is wrong. Line 0: the file as a whole."""

    line: int
    what: str
    todo: str = ""

    def text(self, file: str) -> str:
        """``jobyard.yml, line 12: `slotz` is no key of a queue. Did you mean slots?``"""
        return self.error(file).line()

    def error(self, file: str) -> BadFile:
        """As an error of ours."""
        return BadFile(f"{file}, line {self.line}: {self.what}" if self.line else f"{file}: {self.what}", "", self.todo)


class Declared(NamedTuple):
    """A queue, resource or type of config of the file: its values by key, each with its line."""

    line: int
    values: dict[str, Placed]


class Document(NamedTuple):
    """All that a file says. Queues by ``(session, name)``."""

    values: dict[str, Placed]
    queues: dict[tuple[str, str], Declared]
    resources: dict[str, Declared]
    configs: dict[str, Declared]
    digest: str = ""  # of the text; "" where there is none


EMPTY = Document({}, {}, {}, {})


class Broken(Exception):
    """A file that cannot be used, and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


def read(data: bytes) -> Document:
    """The document of a file's bytes. Raises Broken with up to twenty problems."""
    import hashlib

    try:
        root = tree.grow(tree.decode(data))
    except tree.Unreadable as error:
        raise Broken([Problem(error.line, error.why, error.todo)]) from None
    document = _Reader().document(root)
    return document._replace(digest=hashlib.sha256(data).hexdigest())


class _Full(Exception):
    """Enough problems."""


class _Reader:
    """Walks the tree and gathers problems instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def document(self, root: Node | None) -> Document:
        try:
            found = self._document(root)
        except _Full:
            found = EMPTY
        if self.problems:
            raise Broken(sorted(self.problems, key=lambda problem: problem.line))
        return found

    def _document(self, root: Node | None) -> Document:
        document = Document({}, {}, {}, {})
        if root is None:
            return document
        if not isinstance(root, Map):
            self.tell(root, "Settings are keys with values, like kill_grace: 5s")
            return document
        for name, _, value in self.items(root, "settings", [*BY_NAME, *SECTIONS]):
            if name == "queues":
                self.section(value, name, lambda key, node: self.queue(document, key, node))
            elif name == "resources":
                self.section(value, name, lambda key, node: self.resource(document, key, node))
            elif name == "configs":
                self.section(value, name, lambda key, node: self.config(document, key, node))
            else:
                self.take(document.values, BY_NAME[name], value)
        return document

    # -- sections -----------------------------------------------------------------------------------

    def section(self, node: Node, name: str, each: Callable[[Text, Node], None]) -> None:
        """The entries of ``queues:``, ``resources:`` or ``configs:``."""
        if isinstance(node, Text) and node.empty:
            return
        if not isinstance(node, Map):
            self.tell(node, f"`{name}` holds names, each with its keys", f"Write it like {name}: {{}}")
            return
        if len(node.items) > MOST_DECLARED:
            self.tell(node, f"There are {len(node.items):,} {name}", f"Declare at most {MOST_DECLARED:,}")
            return
        for key, value in node.items:
            if isinstance(key, Text):
                each(key, value)
            else:
                self.tell(key, "A name is text")

    def queue(self, document: Document, key: Text, node: Node) -> None:
        """One entry of ``queues:``."""
        found = self.entry(node, "a queue", QUEUE_KEYS)
        at = self.checked(key, lambda: self._place(key.text, found))
        if at is None:
            return
        if at in document.queues:
            self.tell(key, f"Queue {_word(key)} is declared twice", f"First in line {document.queues[at].line}")
            return
        self._slots(key, found)
        document.queues[at] = Declared(key.line, found)

    def _place(self, text: str, found: dict[str, Placed]) -> tuple[str, str]:
        """Session and name, checked."""
        given = found.pop("session", (None, 0))[0]
        session, name = split_queue(text, given or "default")
        if given and session != given:
            raise BadInput(f"Queue {quoted(text)} names two sessions", f"The other is {given}", "Keep one of them")
        return check_lane(session, "session"), check_lane(name)

    def _slots(self, key: Text, found: dict[str, Placed]) -> None:
        """``exclusive`` is a word for one slot."""
        exclusive, line = found.pop("exclusive", (False, 0))
        if not exclusive:
            return
        slots = found.setdefault("slots", (1, line))
        if slots[0] != 1:
            self.problem(line, f"Queue {_word(key)} is exclusive and has {slots[0]} slots", "Keep one of the two")

    def resource(self, document: Document, key: Text, node: Node) -> None:
        """One entry of ``resources:``; a number alone is its capacity."""
        name = self.checked(key, lambda: _resource_name(key.text))
        keys = MEMORY_KEYS if name == "mem" else RESOURCE_KEYS
        found: dict[str, Placed] = {}
        if isinstance(node, Text) and not node.empty:
            self.take(found, keys[0], node)
        else:
            found = self.entry(node, "a resource", keys)
            if "capacity" not in found:
                self.tell(key, f"Resource {_word(key)} has no capacity", "Say how many units there are, like 1")
        if name is None:
            return
        if name in document.resources:
            line = document.resources[name].line
            self.tell(key, f"Resource {_word(key)} is declared twice", f"First in line {line}")
        document.resources[name] = Declared(key.line, found)

    def config(self, document: Document, key: Text, node: Node) -> None:
        """One entry of ``configs:``."""
        name = self.checked(key, lambda: check_name(key.text))
        found = self.entry(node, "a type of config", CONFIG_KEYS)
        for one in ("file", "schema"):
            text, line = found.get(one, ("", 0))
            self.checked(Text(line, text, False), partial(check_path, text, one))
        if name is None:
            return
        if name in document.configs:
            self.tell(key, f"Config {_word(key)} is declared twice", f"First in line {document.configs[name].line}")
            return
        self._code(document, key, found)
        document.configs[name] = Declared(key.line, found)

    def _code(self, document: Document, key: Text, found: dict[str, Placed]) -> None:
        """A type has a code of its own; a built-in one has it already."""
        own, (code, line) = BUILT_IN.get(key.text), found.get("code", ("", key.line))
        if not code and not own:
            self.tell(key, f"Config {_word(key)} has no code", "Give it 2 to 4 capitals or digits, like code: LO")
        elif own and code not in ("", own):
            self.problem(line, f"The code of {_word(key)} is {own}, not {one_line(code, 40)}", "Leave it out")
        elif not own:
            self.checked(Text(line, code, False), lambda: check_code(code))
            taken = {code_of(name, one): name for name, one in document.configs.items()}
            taken |= {short: name for name, short in BUILT_IN.items()}
            if code in taken:
                self.problem(line, f"The code {code} is that of {taken[code]}", "Choose another one")

    def entry(self, node: Node, what: str, keys: Sequence[Key]) -> dict[str, Placed]:
        """The keys of one queue, resource or type of config."""
        found: dict[str, Placed] = {}
        if isinstance(node, Text) and node.empty:
            return found
        if not isinstance(node, Map):
            self.tell(node, f"This is not the keys of {what}", f"It has {', '.join(key.name for key in keys)}")
            return found
        known = {key.name: key for key in keys}
        for name, _, value in self.items(node, what, known):
            self.take(found, known[name], value)
        return found

    # -- keys and values ------------------------------------------------------------------------------

    def items(self, node: Map, of: str, known: Any) -> list[tuple[str, Text, Node]]:
        """The entries of a map whose keys are known, each once."""
        found: dict[str, tuple[str, Text, Node]] = {}
        for key, value in node.items:
            if not isinstance(key, Text):
                self.tell(key, "A key is a word")
            elif key.text not in known:
                self._unknown(key, of, known)
            elif key.text in found:
                first = found[key.text][1].line
                self.tell(key, f"`{key.text}` is given twice", f"The first is in line {first}; keep one of them")
            else:
                found[key.text] = (key.text, key, value)
        return list(found.values())

    def _unknown(self, key: Text, of: str, known: Any) -> None:
        names = list(known)
        near = nearest(key.text[:100], names)
        what = "settings have no such key" if of == "settings" else f"is no key of {of}"
        what = f"`{_word(key)}`: {what}" if of == "settings" else f"`{_word(key)}` {what}"
        self.tell(key, what, f"Did you mean {near}?" if near else f"There are {', '.join(names)}")

    def take(self, into: dict[str, Placed], key: Key, node: Node) -> None:
        """Put a key's value there, if it has one that can be used."""
        if isinstance(node, Text) and node.empty:
            return
        if key.kind == "words":
            self._take_words(into, key, node)
        elif not isinstance(node, Text):
            self.tell(node, f"`{key.name}` has one value", "Write it behind the colon")
        else:
            value = self.checked(node, lambda: values.parse(key, node.text))
            if value is not None:
                into[key.name] = (value, node.line)

    def _take_words(self, into: dict[str, Placed], key: Key, node: Node) -> None:
        items = node.items if isinstance(node, List) else [node]
        texts = [item.text for item in items if isinstance(item, Text)]
        if len(texts) < len(items):
            self.tell(node, f"`{key.name}` is a list of words", "Write it like [PATH, HOME]")
            return
        words = self.checked(node, lambda: values.parse(key, " ".join(texts)))
        if words is not None:
            into[key.name] = (words, node.line)

    def checked(self, node: Node, make: Callable[[], Any]) -> Any:
        """What *make* answers, or None and a problem."""
        try:
            return make()
        except BadInput as error:
            self.tell(node, ". ".join(part for part in (error.what, error.why) if part), error.todo)
            return None

    def tell(self, node: Node, what: str, todo: str = "") -> None:
        """A problem at this place."""
        self.problem(node.line, what, todo)

    def problem(self, line: int, what: str, todo: str = "") -> None:
        """One more; after twenty the rest is not looked at."""
        self.problems.append(Problem(line, what, todo))
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Full


def code_of(name: str, one: Declared) -> str:
    """The code of a declared type of config."""
    return BUILT_IN.get(name) or str(one.values.get("code", ("", 0))[0])


def _word(key: Text) -> str:
    return one_line(key.text, 40)


def _resource_name(text: str) -> str:
    from ..store.resources import check_name

    return check_name(text)
