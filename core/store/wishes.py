"""What a job about to be claimed asks for of configs, and what it gets: decided before the claim, linked in it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from ..errors import JobyardError
from ..labmodels import MAIN, ConfigLink
from .configs import main_rows

NOTHING: Mapping[str, int] = MappingProxyType({})


class Wanting(NamedTuple):
    """A job and what it asks for: ``asked`` is its column (JSON or None), ``needs`` the types that its kind needs."""

    row: int
    asked: str | None
    needs: tuple[str, ...]

    def wishes(self, mains: Iterable[str]) -> dict[str, str]:
        """Which of each type: "" for main, a version, a path; *mains* are the types that have one.

        A kind that needs configs gets the main version of every type; what the job itself names comes before.
        """
        given: dict[str, str] = json.loads(self.asked) if self.asked else {}
        every = (*self.needs, *mains) if self.needs else ()
        return dict.fromkeys(every, MAIN) | given


@dataclass(frozen=True, slots=True)
class Ready:
    """What a job would run with: versions by row, or the trouble with them.

    ``mains`` is what was main of each type when this was decided, as far as it mattered.
    """

    wanting: Wanting
    mains: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    versions: tuple[int, ...] = ()
    links: tuple[ConfigLink, ...] = ()
    trouble: JobyardError | None = None

    def holds(self, wanting: Wanting, mains: Mapping[str, int]) -> bool:
        """Whether it is still right: the job asks for the same, and the same is main."""
        return wanting == self.wanting and self.mains == relevant(wanting, mains)


def relevant(wanting: Wanting, mains: Mapping[str, int]) -> dict[str, int]:
    """The main versions that a job's wishes depend on."""
    wishes = wanting.wishes(mains)
    return {type: row for type, row in mains.items() if wishes.get(type) == MAIN}


class Configs:
    """Whom a claim asks for configs; this one knows of none."""

    def needs(self, kind: str) -> tuple[str, ...]:
        """The types that jobs of a kind need."""
        return ()

    def ready(self, wanting: Sequence[Wanting], mains: Mapping[str, int]) -> Mapping[int, Ready]:
        """What is ready and still right, by job; the others are asked for and wait for a later look. Reads nothing."""
        return {}


def of_claim(
    connection: sqlite3.Connection, configs: Configs, rows: Iterable[tuple[int, str, str | None]]
) -> tuple[Mapping[int, Ready], set[int]]:
    """Of jobs (row, kind, asked) that are about to be claimed: what is ready, and who has to wait for it."""
    wanting = [
        Wanting(row, asked, needs) for row, kind, asked in rows if (needs := configs.needs(kind)) or asked is not None
    ]
    if not wanting:
        return {}, set()
    ready = configs.ready(wanting, main_rows(connection))
    return ready, {one.row for one in wanting} - ready.keys()
