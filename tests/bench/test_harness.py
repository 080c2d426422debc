"""The harness of the figures: fair rounds, honest second measurements."""

from __future__ import annotations

import pytest

from tests.bench import harness
from tests.bench.harness import Check, Figure


@pytest.fixture
def told() -> list[str]:
    return []


def figure(*numbers: float, at_least: float = 2.0) -> Figure:
    values = iter(numbers)
    check = Check("a", lambda of: of["a"], at_least=at_least)
    return Figure("figure", "a figure", "things", {"a": lambda _: next(values)}, (check,), rounds=3)


def test_sides_take_turns_in_going_first():
    """Interleaved rounds: no side always follows the same neighbour."""
    order: list[str] = []
    sides = {name: lambda _, name=name: float(len(order.append(name) or order)) for name in "abc"}
    harness.measure(Figure("figure", "", "", sides, (), rounds=3), lambda text: None)
    assert "".join(order) == "abcbcacab"


def test_the_median_decides_and_the_spread_is_told(told: list[str]):
    """One slow round does not miss a figure; it shows in the spread."""
    result = harness.measure(figure(3, 1, 4), told.append)
    assert result["holds"]
    assert (result["sides"]["a"]["median"], result["sides"]["a"]["min"], result["sides"]["a"]["max"]) == (3, 1, 4)
    assert "first_measurement" not in result


def test_a_missed_figure_is_measured_once_more_and_both_are_told(told: list[str]):
    """A second measurement never hides the first one."""
    result = harness.measure(figure(1, 1, 1, 5, 5, 5), told.append)
    assert result["holds"]
    assert not result["first_measurement"]["holds"]
    assert "first time" in harness.table({"figure": result})


def test_it_is_measured_twice_at_most(told: list[str]):
    """What misses twice is told as missed."""
    result = harness.measure(figure(*(0 for _ in range(6))), told.append)
    assert not result["holds"]


def test_what_is_kept_stays_beside_what_was_measured_before(tmp_path, monkeypatch):
    """Measuring one figure again leaves the others' results alone."""
    monkeypatch.setattr(harness, "RESULTS", tmp_path / "results.json")
    harness.keep({"a": {"x": 1}, "b": {"x": 1}})
    harness.keep({"b": {"x": 2}})
    assert harness.json.loads(harness.RESULTS.read_text()) == {"a": {"x": 1}, "b": {"x": 2}}
