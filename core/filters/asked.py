"""What a term asks of a value, once it has been read. The store makes SQL of these."""

from __future__ import annotations

from typing import NamedTuple


class Same(NamedTuple):
    """It is this text, in the same case."""

    text: str


class Contains(NamedTuple):
    """This text occurs in it, whatever the case."""

    text: str


class Like(NamedTuple):
    """It consists of these texts, in the same case, with anything between them."""

    parts: tuple[str, ...]


class Within(NamedTuple):
    """It lies between these numbers; None is no bound. An open bound is not of it."""

    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False


class Wants(NamedTuple):
    """It names this resource, with so many units."""

    resource: str
    units: Within


class Refers(NamedTuple):
    """It is a job that somebody calls so."""

    reference: str


class Missing(NamedTuple):
    """There is none."""


class Present(NamedTuple):
    """There is one."""


Test = Same | Contains | Like | Within | Wants | Refers | Missing | Present


class Reading(NamedTuple):
    """One of the tests must hold; *negated*: none of them, of something that is there."""

    tests: tuple[Test, ...]
    negated: bool = False
