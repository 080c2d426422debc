"""What a run was called with, as a tree of lines: the parameters of an experiment, or the options of a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from ..configs.leaf import Leaf
from ..format import number
from ..text import plain
from ..widgets.lines import Line
from .model import EXPERIMENT, Seen

MOST = 2000  # lines
LONGEST = 200  # characters of a value
SHOWN = 20  # values of a list that are told on its line
ABSENT = object()
OWN = ("command", "code")  # fields that are told in lines of their own
KNOWN = ("module", "class", "config", "swept", "sweep", "python", "paths")  # of an experiment: told elsewhere


class Row(NamedTuple):
    """A parameter. ``given``: somebody gave it, it is no default; ``swept``: it is this point's of a sweep."""

    key: str
    depth: int
    name: str
    value: str
    folds: bool = False
    given: bool = True
    swept: bool = False
    was: str = ""  # in the run before, where that had another


class Parameters(Leaf):
    """The lines that are not folded away."""

    chooses = True

    def __init__(self, rows: Sequence[Row], folded: frozenset[str] = frozenset()) -> None:
        self.all, self.folded = rows, folded
        self.rows: list[Row] = []
        hidden = ""
        for row in rows:
            if hidden and row.key.startswith(hidden):
                continue
            hidden = f"{row.key}/" if row.folds and row.key in folded else ""
            self.rows.append(row)
        self._wide = max((2 * row.depth + len(row.name) for row in self.rows if not row.folds), default=0)

    @property
    def count(self) -> int:
        """How many lines."""
        return len(self.rows)

    def key(self, number: int) -> str:
        """Its path."""
        return self.rows[number].key

    def line(self, number: int, left: int, width: int) -> Line:
        """Its name, its value, and what it was before."""
        row = self.rows[number]
        sign = "▸ " if row.key in self.folded else "▾ "
        ink = "accent" if row.swept else "" if row.given else "dim"
        wide = min(self._wide, width // 2)
        name = plain(row.name) if row.folds else plain(row.name).ljust(max(0, wide - 2 * row.depth))
        more = [("  swept", "accent")] if row.swept else []
        was = [(f"  was {plain(row.was)}", "warning")] if row.was else []
        return [(f"{'  ' * row.depth}{sign if row.folds else '  '}", "faint"), (name, "" if row.folds else "dim"),
                (f"  {plain(row.value)}", "faint" if row.folds else ink), *more, *was]  # fmt: skip


# -- which they are -------------------------------------------------------------------------------------


def parameters(seen: Seen, whole: Mapping[str, Any] | None = None) -> list[Row]:
    """Of a run. *whole* are the parameters that its file keeps: with those that nobody gave."""
    fields = seen.job.fields
    if seen.job.kind != EXPERIMENT:
        found = chain(_command(fields), tree({key: fields[key] for key in fields if key not in OWN}))
        return list(islice(found, MOST))
    given, swept = _object(fields.get("config")), _object(fields.get("swept"))
    past = seen.before.config if seen.before is not None else None
    rest = {key: value for key, value in fields.items() if key not in KNOWN}
    return list(islice(chain(tree({**given, **(whole or {})}, given, past, swept), tree(rest)), MOST))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _command(fields: Mapping[str, Any]) -> Iterator[Row]:
    """The options of a command line; the lines of a snippet."""
    argv, code = fields.get("command"), fields.get("code")
    if isinstance(argv, (list, tuple)):
        for at, (name, value) in enumerate(options([str(part) for part in argv])):
            yield Row(f"command/{at}", 0, name, value[:LONGEST])
    elif isinstance(code, str):
        for at, line in enumerate(code.split("\n")[:MOST]):
            yield Row(f"code/{at}", 0, f"{at + 1:>3}", line[:LONGEST])


def options(argv: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a command line says, in its order: ``--lr 0.1`` and ``--lr=0.1`` as a name and a value, others as they are.

    What follows an option is its value, unless that begins with a dash and is no number.
    """
    at = 0
    while at < len(argv):
        word, value = argv[at], argv[at + 1] if at + 1 < len(argv) else "-"
        at += 1
        name, equals, own = word.partition("=")
        if not _option(word):
            yield "", word
        elif equals:
            yield name, own
        elif _option(value) or value == "-":
            yield word, ""
        else:
            yield word, value
            at += 1


def _option(word: str) -> bool:
    return len(word) > 1 and word[0] == "-" and not word[1].isdigit() and word[1] != "."


# -- a tree of values -----------------------------------------------------------------------------------


def tree(
    config: Mapping[str, Any], given: Mapping[str, Any] | None = None, past: Mapping[str, Any] | None = None,
    swept: Mapping[str, Any] | None = None,
) -> Iterator[Row]:  # fmt: skip
    """The values of a config, line by line; those of *swept* first.

    *given*: what somebody gave of it, the rest are defaults; *past*: what was given to the run before.
    """
    swept = swept or {}
    for name in sorted(config, key=lambda name: not _is_swept(str(name), swept)):
        has = given is None or name in given
        old = ABSENT if past is None or not has else past.get(name, ABSENT)
        yield from _value(str(name), config[name], str(name), 0, has, old, swept)


def _value(
    key: str, value: Any, name: str, depth: int, given: bool, old: Any, swept: Mapping[str, Any]
) -> Iterator[Row]:
    pairs = _pairs(value)
    if pairs is None:
        was = said(old) if old is not ABSENT and old != value else ""
        yield Row(key, depth, name, said(value), False, given, _is_swept(key, swept), was)
        return
    yield Row(key, depth, name, f"{number(len(pairs))} {'entry' if len(pairs) == 1 else 'entries'}", True, given)
    before = dict(_pairs(old) or ())
    for inner, one in pairs:
        old_one = before.get(inner, ABSENT)
        yield from _value(f"{key}/{inner}", one, inner, depth + 1, given, old_one, swept)


def _pairs(value: Any) -> list[tuple[str, Any]] | None:
    """What lies in it; None of what is told on one line."""
    if isinstance(value, Mapping) and value and "__complex__" not in value:
        return [(str(name), one) for name, one in value.items()]
    if isinstance(value, (list, tuple)) and any(isinstance(one, (Mapping, list, tuple)) for one in value):
        return [(str(at), one) for at, one in enumerate(value)]
    return None


def _is_swept(key: str, swept: Mapping[str, Any]) -> bool:
    return any(key == one or key == one.replace(".", "/") for one in swept)


def said(value: Any) -> str:
    """A value in a line, as it is written in YAML or JSON."""
    if isinstance(value, Mapping) and value.get("__complex__"):
        return f"{value.get('real')}{value.get('imag'):+}j" if _numbers(value) else str(dict(value))
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (list, tuple)):
        more = f", … {number(len(value))} in all" if len(value) > SHOWN else ""
        return f"[{', '.join(map(said, value[:SHOWN]))}{more}]"[:LONGEST]
    return str(value)[:LONGEST]


def _numbers(value: Mapping[str, Any]) -> bool:
    return all(isinstance(value.get(part), (int, float)) for part in ("real", "imag"))
