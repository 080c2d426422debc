"""Configs cut to what can be looked at."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jobyard.tui.results.shortening import MORE, TEXT, shortened

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=5),
    max_leaves=30,
)
CONFIGS = st.dictionaries(st.sampled_from(["expt", "device", "hw", ""]) | st.text(max_size=3), VALUES, max_size=6)


def count(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(count(each) for each in inner)


@given(CONFIGS)
def test_what_is_short_stays_as_it_is(config: dict[str, Any]) -> None:
    """Every value is there, in the same order."""
    assert shortened(config) == config
    assert list(shortened(config)) == list(config)


@given(CONFIGS, st.integers(1, 20))
def test_no_more_values_than_asked_for(config: dict[str, Any], most: int) -> None:
    """Besides the words that say how many are left out, one in each level."""
    assert count(shortened(config, most)) <= 2 * most + 2


def test_the_parameters_are_kept_rather_than_all_else() -> None:
    """What is left out is counted; long texts end in a sign of it; no depth is too much."""
    deep: list[Any] = []
    for _ in range(900):
        deep = [deep]
    config = {"many": {str(number): 1 for number in range(9000)}, "expt": {"reps": 7, "note": "x" * 9999}, "deep": deep}
    found = shortened(config)
    assert list(found) == ["many", "expt", "…"]
    assert found["expt"] == {"reps": 7, "note": "x" * TEXT + MORE}
    assert found["many"][MORE] == "4,004 more"
    assert found["…"] == "1 more"
