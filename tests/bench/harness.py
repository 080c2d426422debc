"""Measure figures fairly: sides interleaved round by round, medians with their spread, and what ran beside them.

A figure has *sides* (what is timed) and *checks* (what must hold between their medians). A figure that
misses a check is measured once more, and both measurements are told.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROUNDS = 5
ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_name("results.json")

Medians = dict[str, float]
Values = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Check:
    """What must hold: ``of(medians)`` at least or at most ``limit``."""

    what: str
    of: Callable[[Medians], float]
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, medians: Medians) -> bool:
        value = self.of(medians)
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def limit(self) -> str:
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the figures. ``prepare`` gives every side what it works on; a side answers a number in ``unit``."""

    name: str
    what: str
    unit: str
    sides: dict[str, Callable[[Any], float]]
    checks: tuple[Check, ...]
    prepare: Callable[[], AbstractContextManager[Any]] = field(default=nullcontext)
    rounds: int = ROUNDS


def measure(figure: Figure, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure a figure, once more if it misses; the answer is what results.json keeps."""
    first = _once(figure, tell)
    if first["holds"]:
        return first
    tell(f"  {figure.name}: missed; measured once more")
    return {**_once(figure, tell), "first_measurement": first}


def _once(figure: Figure, tell: Callable[[str], None]) -> dict[str, Any]:
    load = os.getloadavg()[0]
    with figure.prepare() as work:
        values = _rounds(figure, work, tell)
    medians = {side: statistics.median(numbers) for side, numbers in values.items()}
    checks = [_checked(check, medians) for check in figure.checks]
    return {
        "what": figure.what,
        "unit": figure.unit,
        "rounds": figure.rounds,
        "sides": {side: _spread(numbers) for side, numbers in values.items()},
        "checks": checks,
        "holds": all(check["holds"] for check in checks),
        "load_before": round(load, 2),
        "load_after": round(os.getloadavg()[0], 2),
        **circumstances(),
    }


def _rounds(figure: Figure, work: Any, tell: Callable[[str], None]) -> Values:
    values: Values = {side: [] for side in figure.sides}
    for number in range(figure.rounds):
        for side in _turned(list(figure.sides), number):
            values[side].append(figure.sides[side](work))
        tell(f"  {figure.name} {number + 1}/{figure.rounds}: " + _line(figure, values))
    return values


def _turned(sides: list[str], number: int) -> list[str]:
    """Each round begins with another side, so that none always follows the same neighbour."""
    turn = number % len(sides)
    return sides[turn:] + sides[:turn]


def _line(figure: Figure, values: Values) -> str:
    return ", ".join(f"{side} {numbers[-1]:.4g}" for side, numbers in values.items()) + f" {figure.unit}"


def _spread(numbers: list[float]) -> dict[str, Any]:
    return {"median": statistics.median(numbers), "min": min(numbers), "max": max(numbers), "all": numbers}


def _checked(check: Check, medians: Medians) -> dict[str, Any]:
    return {"what": check.what, "value": check.of(medians), "limit": check.limit(), "holds": check.holds(medians)}


# -- what ran where -------------------------------------------------------------------------------


def circumstances() -> dict[str, Any]:
    """Commit, machine and versions of this measurement."""
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "commit": _commit(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "durability": "synchronous=FULL",
        **{name: version(name) for name in ("peewee", "textual")},
    }


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()

    return git("rev-parse", "--short=12", "HEAD") + ("+" if git("status", "--porcelain", "core", "tui") else "")


# -- telling --------------------------------------------------------------------------------------


def keep(results: dict[str, Any]) -> None:
    """Write *results* (figure name → measurement) into results.json beside those measured earlier."""
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps({**before, **results}, indent=1, ensure_ascii=False) + "\n")


def table(results: dict[str, Any]) -> str:
    """The results as lines for people."""
    return "\n".join(line for name, result in results.items() for line in _block(name, result))


def _block(name: str, result: dict[str, Any]) -> Iterator[str]:
    yield f"{name}: {result['what']} (load {result['load_before']} → {result['load_after']}, commit {result['commit']})"
    for side, told in result["sides"].items():
        yield f"    {side:<34} {told['median']:>12.4g} {result['unit']:<8} ({told['min']:.4g} … {told['max']:.4g})"
    for check in result["checks"]:
        yield f"  {'✓' if check['holds'] else '✗'} {check['what']:<34} {check['value']:>12.3g} {check['limit']}"
    if first := result.get("first_measurement"):
        told = ", ".join(f"{check['what']} {check['value']:.3g}" for check in first["checks"])
        yield f"    (measured twice; the first time: {told})"
