"""YAML as a tree of texts with their lines. What YAML would make of a text is not asked: see :mod:`.values`.

It is built of the parser's events, without recursion, so that neither depth nor aliases can hurt; those are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

LARGEST = 1 << 20  # bytes
DEEPEST = 8
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class Text:
    """A scalar as it is written; ``plain`` without quotes."""

    line: int
    text: str
    plain: bool

    @property
    def empty(self) -> bool:
        """Whether YAML means nothing by it."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


@dataclass(slots=True)
class Map:
    """Keys and values in their order; a key may be anything."""

    line: int
    items: list[tuple[Node, Node]] = field(default_factory=list)


@dataclass(slots=True)
class List:
    """A list."""

    line: int
    items: list[Node] = field(default_factory=list)


Node = Text | Map | List


class Unreadable(Exception):
    """It is no YAML, or none that we take: the line, why, and what to do."""

    def __init__(self, line: int, why: str, todo: str = "") -> None:
        super().__init__(why)
        self.line, self.why, self.todo = line, why, todo


def decode(data: bytes) -> str:
    """The text of a file. Raises Unreadable with the line of what is wrong."""
    if len(data) > LARGEST:
        raise Unreadable(0, f"It has {len(data):,} bytes", f"Settings have at most {LARGEST:,}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(data.count(b"\n", 0, error.start) + 1, "It is not UTF-8", "Save it as UTF-8") from None
    odd = ODD.search(text)
    if odd:
        raise Unreadable(text.count("\n", 0, odd.start()) + 1, "It contains a control character", "Remove that")
    return text


def grow(text: str) -> Node | None:
    """The tree of a document; None of an empty one. Raises Unreadable."""
    import yaml  # 30 ms, which a yard without settings does not pay

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _plant(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise Unreadable(line, *_explain(error, text, line)) from None
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(0, " ".join(str(error).split())) from None


def _explain(error: Any, text: str, line: int) -> tuple[str, str]:
    """The parser's complaint in plain words."""
    lines = text.split("\n")
    around = "".join(lines[max(0, line - 2) : line])
    why = " ".join(str(error.problem or error.context or "it is no YAML").split())
    if re.search(r"(^|[\s:-])\t", around):
        return "There is a tab, and YAML indents with blanks", "Replace the tab by blanks"
    return f"It is no YAML: {why}", "Look at its indentation, colons and quotes"


def _plant(events: Any) -> Node | None:
    root: Node | None = None
    above: list[Map | List] = []  # the open ones
    keys: list[Node | None] = []  # for each of them, the key that waits for its value
    documents = 0
    for event in events:
        kind, line = type(event).__name__, event.start_mark.line + 1
        if kind == "DocumentStartEvent":
            documents += 1
            if documents > 1:
                raise Unreadable(line, "A second document begins", "Keep one; remove the line ---")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            del above[-1], keys[-1]
        elif kind == "AliasEvent":
            raise Unreadable(line, f"There is an alias, *{event.anchor}", "Write the value itself")
        elif kind in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
            _refuse_tag(event, line)
            node = _node(kind, event, line)
            root = root or node
            _hang(node, above, keys)
            if not isinstance(node, Text):
                above.append(node)
                keys.append(None)
                if len(above) > DEEPEST:
                    raise Unreadable(line, "It is nested too deeply", f"Settings have at most {DEEPEST} levels")
    return None if isinstance(root, Text) and root.empty else root


def _refuse_tag(event: Any, line: int) -> None:
    if event.tag not in (None, "!"):
        raise Unreadable(line, f"There is a tag, {event.tag}", "Write the value alone")


def _node(kind: str, event: Any, line: int) -> Node:
    if kind == "ScalarEvent":
        return Text(line, event.value, event.style in (None, "") and event.implicit[0])
    return Map(line) if kind == "MappingStartEvent" else List(line)


def _hang(node: Node, above: list[Map | List], keys: list[Node | None]) -> None:
    if not above:
        return
    top = above[-1]
    if isinstance(top, List):
        top.items.append(node)
    elif keys[-1] is None:
        keys[-1] = node
    else:
        top.items.append((keys[-1], node))
        keys[-1] = None
