"""A filter of runs, as people write it, of this yard; and what may be written next.

Keys and values of configs are those that the newest runs had: what no run of late had is not looked for.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..configs import documents
from ..configs.yamltree import Unreadable
from ..errors import BadFilter, BadInput
from ..filters import runs, runwords
from ..filters.completing import Offer, Suggestion
from ..labmodels import ConfigLink, ConfigTest, RunFilter
from ..models import JobFilter
from ..results import wishes
from ..store import Store
from ..store import results as stored
from ..store.filtering import offers
from ..text import one_line
from ..words import counted

if TYPE_CHECKING:
    from .resulting import Resulting

RECENT = 200  # runs whose configs are looked through
LARGEST = 1 << 20  # bytes of a version whose keys are offered
VALUES = 20  # of a key
LONGEST = 40  # characters of a value
_WIDE = re.compile(r"[\s\"'()]")  # what a part ends at


def filter_of(yard: Resulting, store: Store, text: str) -> RunFilter:
    """What it means. Raises BadFilter, with the text."""
    try:
        written = runs.read(text, store.clock())
        types = stored.config_types(store) if "." in text or written.wishes else []
        _whole(text, types)
        tests = tuple(_test(part, types) for part in written.wishes)
        of = yard.filter(written.jobs) if written.jobs.strip() else None
    except BadFilter as error:
        error.text = text
        raise
    return RunFilter(since=written.since, until=written.until, tests=tests, of=of)


def _whole(text: str, types: Iterable[str]) -> None:
    """Raises BadFilter for a key without a value: nobody looks for such a word."""
    for part in runs.parts(text):
        scope, dot, _ = part.text.partition(".")
        if dot and not runs.own(part.text) and scope in (wishes.EXPT, *types) and ":" not in part.text:
            raise BadFilter(
                f"A value is missing after {part.text}", "", "Write it like expt.reps>=100", at=part.at,
                length=len(part.text),
            )  # fmt: skip


def _test(part: runs.Part, types: Iterable[str]) -> ConfigTest:
    try:
        found = wishes.parse(part.text, list(types))
        if not found.word and not part.text.endswith('""'):
            raise BadInput(f"A value is missing after {part.text}", "", f'Write it like {part.text}100, or ""')
    except BadInput as error:
        raise BadFilter(error.what, error.why, error.todo, at=part.at, length=len(part.text)) from None
    return found


def offered(store: Store, home: Path, text: str, cursor: int) -> list[Suggestion]:
    """What may stand at the cursor."""
    known = _Known(store, home)
    return runwords.suggestions(
        text, cursor, lambda kind, typed: offers.offers(store, kind, typed), known.keys, known.values
    )


class _Known:
    """What the configs of the newest runs say."""

    def __init__(self, store: Store, home: Path) -> None:
        self._store, self._home = store, home

    def keys(self, typed: str) -> Iterator[Offer]:
        """Keys, those of the experiments' own configs first, then types, or the keys of the type that is written."""
        seen: dict[str, str] = {}
        for config in self._configs():
            for key, said in _entries(config):
                seen.setdefault(f"{wishes.EXPT}.{key}", f"{said} of late")
        yield from seen.items()
        for type, link in self._linked().items():
            if typed.startswith(f"{type}."):
                yield from ((f"{type}.{key}", said) for key, said in _keys_in(link.path, link.checksum))
            else:
                yield f"{type}.", "of the version that it ran with"

    def values(self, key: str) -> Iterator[Offer]:
        """What a key was, the most frequent first."""
        scope, _, path = key.partition(".")
        if scope in (linked := self._linked()):
            found = dict(_keys_in(linked[scope].path, linked[scope].checksum)).get(path)
            if found:
                yield found, f"in {linked[scope].version}"
            return
        path = path if scope == wishes.EXPT else key
        counts = Counter(_said(value) for config in self._configs() if _plain(value := wishes.at(config, path)))
        yield from ((value, counted(count, "recent run")) for value, count in counts.most_common(VALUES))

    def _configs(self) -> Iterator[Any]:
        for fields in stored.fields_of_newest(self._store, RECENT):
            try:
                found = json.loads(fields)
            except ValueError:
                continue
            config = found.get("config") if isinstance(found, dict) else None
            if isinstance(config, dict):
                yield config

    def _linked(self) -> dict[str, ConfigLink]:
        newest = stored.runs(self._store, RunFilter(of=JobFilter()), 1)
        return {link.type: link for link in newest[0].configs} if newest else {}


@lru_cache(16)
def _keys_in(path: str, checksum: str) -> tuple[Offer, ...]:
    """Keys of a version with their values; versions never change."""
    try:
        data = Path(path).read_bytes()[: LARGEST + 1]
        tree = documents.read(data, path) if len(data) <= LARGEST and documents.form(path) else {}
    except (OSError, Unreadable):
        return ()
    return tuple(_entries(tree))


def _entries(tree: Any) -> Iterator[Offer]:
    """Keys with what they are, of lists the first value."""
    for key in wishes.keys(tree):
        for name in (key, f"{key}[0]"):
            if _plain(value := wishes.at(tree, name)):
                yield name, _said(value)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))


def _said(value: Any) -> str:
    """As a wish writes it."""
    if isinstance(value, float):
        return f"{value:g}"
    if value is None or isinstance(value, (bool, int)):
        return json.dumps(value)
    if not isinstance(value, str):
        return "…"
    text = one_line(value, LONGEST)
    return f'"{text}"' if not text or _WIDE.search(text) or _number_like(text) else text


def _number_like(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text.lower() in ("true", "false", "null")
    return True
