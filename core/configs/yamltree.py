"""YAML as a plain tree of dicts, lists and scalars, as ``yaml.safe_load`` would make it, but bounded.

It is built of the parser's events, without recursion, so that neither depth nor aliases can hurt; that also is five
times faster than loading, and knows the lines. A key that is given twice is refused: loading would drop the first
without a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

DEEPEST = 64  # levels
MOST = 1_000_000  # values, aliases counted as often as they are used
_TAGGED = "tag:yaml.org,2002:"
_SCALARS = frozenset(_TAGGED + name for name in ("str", "int", "float", "bool", "null", "timestamp", "binary"))
_MERGE, _VALUE = _TAGGED + "merge", _TAGGED + "value"

Places = dict[int, dict[Any, int]]  # of the containers (by id) the line of each key or index


class Unreadable(Exception):
    """It has no structure that could be used: the line (0: none in particular), why, what to do."""

    def __init__(self, line: int, why: str, todo: str = "") -> None:
        super().__init__(why)
        self.line, self.why, self.todo = line, why, todo

    def text(self) -> str:
        """``line 3: it is no YAML: …``"""
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.why}" + (f" ({self.todo})" if self.todo else "")


class AsWritten(float):
    """A float that knows how it was written."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str, value: float | None = None) -> AsWritten:
        made = super().__new__(cls, text if value is None else value)
        made.text = text
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return AsWritten, (self.text, float(self))


class Cell(str):
    """A cell of a table: a text, whatever it looks like."""

    __slots__ = ()


@dataclass(slots=True)
class _Open:
    """A container that is being filled. ``key`` waits for its value."""

    value: dict[Any, Any] | list[Any]
    line: int
    anchor: str | None
    key: Any = None
    key_line: int = 0
    merges: list[Any] = field(default_factory=list)
    weight: int = 1  # values in it
    height: int = 1  # levels below it


@dataclass(slots=True)
class _Anchored:
    value: Any
    weight: int
    height: int


_NOTHING = object()


def grow(text: str, places: Places | None = None) -> Any:
    """The tree of a document; None of an empty one. *places* gets the lines. Raises Unreadable."""
    import yaml  # 30 ms, which whoever has no configs does not pay

    try:
        return _Planter(places).plant(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise Unreadable(line, *_explain(error, text, line)) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise Unreadable(0, "it is no YAML: " + " ".join(str(error).split())) from None


def _explain(error: Any, text: str, line: int) -> tuple[str, str]:
    """The parser's complaint in plain words."""
    around = "".join(text.split("\n")[max(0, line - 2) : line])
    if re.search(r"(^|[\s:-])\t", around):
        return "there is a tab, and YAML indents with blanks", "replace the tab by blanks"
    why = " ".join(str(error.problem or error.context or "it cannot be parsed").split())
    return f"it is no YAML: {why}", "look at its indentation, colons and quotes"


class _Planter:
    """Hangs one event after the other into the tree."""

    def __init__(self, places: Places | None) -> None:
        self.places = places
        self.root: Any = _NOTHING
        self.open: list[_Open] = []
        self.anchors: dict[str, _Anchored | None] = {}  # None: still open
        self.count = 0
        self.scalar = scalars()
        self.ways: dict[str, Callable[[Any, int], None]] = {
            "ScalarEvent": self._scalar, "AliasEvent": self._alias, "MappingStartEvent": self._begin,
            "SequenceStartEvent": self._begin, "MappingEndEvent": self._end, "SequenceEndEvent": self._end,
            "DocumentStartEvent": self._document,
        }  # fmt: skip

    def plant(self, events: Iterable[Any]) -> Any:
        """The finished tree."""
        for event in events:
            way = self.ways.get(type(event).__name__)
            if way is not None:
                way(event, event.start_mark.line + 1)
        return None if self.root is _NOTHING else self.root

    def _document(self, event: Any, line: int) -> None:
        if self.root is not _NOTHING:
            raise Unreadable(line, "a second document begins", "keep one; remove the line ---")

    def _begin(self, event: Any, line: int) -> None:
        mapping = type(event).__name__ == "MappingStartEvent"
        if event.tag not in (None, "!", _TAGGED + ("map" if mapping else "seq")):
            raise Unreadable(line, f"there is a tag, {event.tag}", "write the value alone")
        if len(self.open) >= DEEPEST:
            raise Unreadable(line, "it is nested too deeply", f"{DEEPEST} levels are taken at most")
        if event.anchor:
            self.anchors[event.anchor] = None
        self.open.append(_Open({} if mapping else [], line, event.anchor))
        if self.places is not None:
            self.places[id(self.open[-1].value)] = {}

    def _end(self, event: Any, line: int) -> None:
        done = self.open.pop()
        if isinstance(done.value, dict):
            _merge(done)
        if done.anchor:
            self.anchors[done.anchor] = _Anchored(done.value, done.weight, done.height)
        self._hang(done.value, done.line, done.weight, done.height)

    def _alias(self, event: Any, line: int) -> None:
        found = self.anchors.get(event.anchor, _NOTHING)
        if found is _NOTHING:
            raise Unreadable(line, f"there is no anchor &{event.anchor}", "define it above")
        if not isinstance(found, _Anchored):
            raise Unreadable(line, f"the alias *{event.anchor} stands within itself", "write the value itself")
        self._hang(found.value, line, found.weight, found.height)

    def _scalar(self, event: Any, line: int) -> None:
        value = self.scalar(event, line)
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(value, 1, 0)
        self._hang(value, line, 1, 0)

    def _hang(self, value: Any, line: int, weight: int, height: int) -> None:
        self._bound(line, weight, height)
        if value is MERGE and not self._at_key():
            raise Unreadable(line, "there is a << that is no key", "put it in quotes")
        if not self.open:
            self.root = value
            return
        top = self.open[-1]
        top.weight += weight
        top.height = max(top.height, height + 1)
        if isinstance(top.value, list):
            self._place(top, len(top.value), line)
            top.value.append(value)
        elif not top.key_line:
            top.key, top.key_line = self._key(top, value, line), line
        else:
            self._put(top, value, line)

    def _at_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, dict) and not self.open[-1].key_line

    def _bound(self, line: int, weight: int, height: int) -> None:
        if weight + (self.open[-1].weight if self.open else 0) > MOST:
            raise Unreadable(line, "it has too many values", f"{MOST:,} are taken at most, aliases as often as used")
        if len(self.open) + height > DEEPEST:
            raise Unreadable(line, "it is nested too deeply", f"{DEEPEST} levels are taken at most")

    def _key(self, top: _Open, key: Any, line: int) -> Any:
        if not isinstance(key, Hashable):
            raise Unreadable(line, "a key is a list or a mapping", "use a word")
        if key is not MERGE and key in top.value:
            first = self.places[id(top.value)][key] if self.places is not None else 0
            todo = f"the first is in line {first}; keep one of them" if first else "keep one of them"
            raise Unreadable(line, f"the key {key} is given twice", todo)
        return key

    def _put(self, top: _Open, value: Any, line: int) -> None:
        if top.key is MERGE:
            some = value if isinstance(value, list) else [value]
            if not all(isinstance(one, dict) for one in some):
                raise Unreadable(line, "<< merges a mapping, and this is none", "write << : *ANCHOR")
            top.merges += some
        else:
            assert isinstance(top.value, dict)
            self._place(top, top.key, top.key_line)
            top.value[top.key] = value
        top.key, top.key_line = None, 0

    def _place(self, top: _Open, key: Any, line: int) -> None:
        if self.places is not None:
            self.places[id(top.value)][key] = line


def _merge(done: _Open) -> None:
    """Put in what ``<<`` asks for: what is written in the mapping wins, then the earlier of several."""
    assert isinstance(done.value, dict)
    if done.merges:
        merged = {key: value for one in reversed(done.merges) for key, value in one.items()}
        merged.update(done.value)
        done.value.clear()
        done.value.update(merged)


MERGE = object()  # the key <<


def scalars() -> Callable[[Any, int], Any]:
    """What makes a value of a scalar event, by YAML 1.1 as PyYAML does it; equal plain texts are looked at once."""
    import yaml

    resolvers: dict[str | None, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers
    wild = resolvers.get(None, [])
    maker = yaml.constructor.SafeConstructor()
    known: dict[str, Any] = {}

    def resolve(text: str) -> str:
        for tag, pattern in (*resolvers.get(text[:1], ()), *wild):
            if pattern.match(text):
                return str(tag)
        return _TAGGED + "str"

    def make(tag: str, text: str, line: int) -> Any:
        if tag == _MERGE:
            return MERGE
        if tag == _VALUE:
            raise Unreadable(line, "there is a = alone, which YAML 1.1 keeps for itself", "put it in quotes")
        if tag == _TAGGED + "str":
            return text
        if tag not in _SCALARS:
            raise Unreadable(line, f"there is a tag, {tag}", "write the value alone")
        try:
            value = maker.construct_object(yaml.ScalarNode(tag, text))
        except (yaml.YAMLError, ValueError, OverflowError, KeyError, AttributeError):
            raise Unreadable(line, f"{text[:40]!r} is no {tag.removeprefix(_TAGGED)}", "put it in quotes") from None
        return AsWritten(text, value) if isinstance(value, float) else value

    def value_of(event: Any, line: int) -> Any:
        text = event.value
        if event.tag not in (None, "!"):
            return make(event.tag, text, line)
        if not event.implicit[0]:
            return text
        found = known.get(text, _NOTHING)
        if found is _NOTHING:
            found = known[text] = make(resolve(text), text, line)
        return found

    return value_of
