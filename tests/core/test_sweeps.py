"""Axes as people write them, and the points that they make."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jobyard.core import axes, sweeps
from jobyard.core.errors import BadInput
from jobyard.core.indexes import MOST_ELEMENTS

NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70)
EXACT = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)  # as floats too
WORDS = st.text("abcxyz_-", min_size=1, max_size=4).filter(lambda word: word not in ("true", "false", "null"))
VALUES = st.lists(NUMBERS | st.booleans() | st.none() | WORDS, min_size=1, max_size=4)
KEYS = st.sampled_from(["amp", "freq", "pulse.gain", "pulse.length", "reps"])
AXES = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4).map(lambda found: list(found.items()))


@pytest.mark.parametrize(
    ("text", "key", "values"),
    [
        ("amp=0:1:11", "amp", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        ("n=1:10:10", "n", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("n=10:-10:3", "n", [10, 0, -10]),
        ("f=4.8:4.9:3", "f", [4.8, 4.85, 4.9]),
        ("f=-1e-3:1e-3:5", "f", [-0.001, -0.0005, 0.0, 0.0005, 0.001]),
        ("f=log:1e3:1e6:4", "f", [1000.0, 10000.0, 100000.0, 1000000.0]),
        ("n=log:1:1000:4", "n", [1, 10, 100, 1000]),
        ("f=log:-1:-100:3", "f", [-1, -10, -100]),
        ("gain=1,2,5", "gain", [1, 2, 5]),
        ("gain= 1, 2 ", "gain", [1, 2]),
        ("gain=[1, 2]", "gain", [1, 2]),
        ("pair=[1,2],[3,4]", "pair", [[1, 2], [3, 4]]),
        ("mode=fast,slow", "mode", ["fast", "slow"]),
        ("mode=fast", "mode", ["fast"]),
        ("on=true,false,null", "on", [True, False, None]),
        ('at="10:30","a,b"', "at", ["10:30", "a,b"]),
        ("a=0:0.1:3,0.2:1:5", "a", [0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ("pulse.gain=1:2:2", "pulse.gain", [1, 2]),
        ("url=file:x", "url", ["file:x"]),
    ],
)
def test_an_axis_says_its_values(text: str, key: str, values: list[Any]) -> None:
    """Stretches with both ends, factors, JSON and words; a value is what somebody would have typed."""
    found = axes.parse_axis(text)
    assert found == (key, values)
    assert [type(value) for value in found[1]] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("amp", "does not say KEY=VALUES"), ("=1", "no key before"), ("a..b=1", "no key before"),
        ("a=", "It has no values"), ("a=[]", "It has no values"), ("a=1,,2", "nothing between two commas"),
        ("a=10:30", "does not say from:to:how many"), ("a=0:1:x", "does not say from:to:how many"),
        ("a=0:1:2:3", "does not say from:to:how many"), ("a=log:1:2", "does not say from:to:how many"),
        ("a=0:1:1", "there are 2 at least"), ("a=0:1:2.5", "there are 2 at least"), ("a=0:1:-3", "there are 2 at"),
        ("a=0:1:100001", "more than 100,000 values"), ("a=0:1:" + "9" * 5000, "there are 2 at least"),
        ("a=1e999:2:3", "no number that a computer"), ("a=1e-999999999:1:3", "no number that a computer"),
        ("a=log:0:1:4", "no factor leads"), ("a=log:-1:1:4", "no factor leads"),
        ("a=NaN", "a number that JSON does not have"), ("a=1,Infinity", "a number that JSON does not have"),
        ("a=0:1:60000,0:1:60000", "more than 100,000 values"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_what_to_write(text: str, told: str) -> None:
    """What, why and what to do; nothing large is made on the way."""
    with pytest.raises(BadInput) as error:
        axes.parse_axis(text)
    assert told in error.value.line()
    assert error.value.todo


@given(NUMBERS, NUMBERS, st.integers(2, 50))
def test_a_stretch_has_its_ends_and_never_turns_round(start: float, stop: float, count: int) -> None:
    """So many values, from the one to the other, in one direction; floats, unless all are integers."""
    _, values = axes.parse_axis(f"a={start}:{stop}:{count}")
    assert len(values) == count
    kind = type(values[0])
    assert (values[0], values[-1]) == (kind(start), kind(stop))
    ordered = sorted(values, reverse=start > stop)
    assert values == ordered


@given(st.integers(-1000, 1000), st.integers(1, 1000), st.integers(2, 60), st.integers(0, 6))
def test_decimal_steps_read_as_they_would_be_written(first: int, step: int, count: int, digits: int) -> None:
    """Steps of 0.01 give 0.03 and never 0.030000000000000002."""
    written = [f"{(first + step * number) / 10**digits:.{digits}f}" for number in range(count)]
    _, values = axes.parse_axis(f"a={written[0]}:{written[-1]}:{count}")
    assert values == [float(word) for word in written]


@given(st.floats(1e-9, 1e9), st.floats(1e-9, 1e9), st.integers(2, 50))
def test_factors_are_the_same_all_the_way(start: float, stop: float, count: int) -> None:
    """As near as a float can be."""
    _, values = axes.parse_axis(f"a=log:{start}:{stop}:{count}")
    assert (values[0], values[-1], len(values)) == (start, stop, count)
    factor = math.exp(math.log(stop / start) / (count - 1))
    assert all(math.isclose(one * factor, other, rel_tol=1e-9) for one, other in itertools.pairwise(values))


@given(AXES)
def test_points_are_each_with_each_the_first_slowest(axes: list[sweeps.Axis]) -> None:
    """As nested loops would go through them."""
    found = sweeps.points(axes)
    assert [list(point.values()) for point in found] == [list(some) for some in itertools.product(*dict(axes).values())]
    assert all(list(point) == [key for key, _ in axes] for point in found)


@given(AXES, st.integers(1, 4))
def test_zipped_axes_go_together(axes: list[sweeps.Axis], length: int) -> None:
    """First with first; another number of values is refused, with both numbers."""
    equal = [(key, [*values, *values, *values, *values][:length]) for key, values in axes]
    assert [list(point.values()) for point in sweeps.points(equal, True)] == [
        list(some) for some in zip(*dict(equal).values(), strict=True)
    ]
    if len(axes) > 1:
        with pytest.raises(BadInput, match=f"There are {length + 1} values of"):
            sweeps.points([(equal[0][0], [*equal[0][1], 1]), *equal[1:]], True)


@pytest.mark.parametrize(
    ("axes", "zipped", "told"),
    [
        ([], False, "It has no axis"), ([("a", [])], False, "It has no values"), ([("a.", [1])], False, "It is no key"),
        ([("a", [1]), ("a", [2])], False, "Two axes have it"), ([("a.b", [1]), ("a", [2])], False, "swept too"),
        ([("a", range(1000)), ("b", range(1000))], False, "It has 1,000 × 1,000 points, and 100,000 are the limit"),
        ([("a", range(100_001)), ("b", range(100_001))], True, "It has 100,001 points"),
    ],
)  # fmt: skip
def test_axes_that_do_not_go_together_are_told(axes: list[sweeps.Axis], zipped: bool, told: str) -> None:
    """Before any point is made."""
    with pytest.raises(BadInput) as error:
        sweeps.points(axes, zipped)
    assert told in error.value.line()


def test_as_many_as_an_array_may_have_are_taken() -> None:
    """And any point is there without those before it."""
    sweep = sweeps.checked([("a", range(MOST_ELEMENTS // 10)), ("b", range(10))])
    assert sweep.size == MOST_ELEMENTS
    assert sweep.point(12_345) == {"a": 1234, "b": 5}


@given(EXACT, EXACT, st.integers(5, 20), st.sampled_from(["", "log:"]))
def test_a_line_says_an_axis_as_it_was_written(start: float, stop: float, count: int, log: str) -> None:
    """A stretch shows as a stretch that means the same, whatever it was made from."""
    assume(not log or start * stop > 0)
    axis = axes.parse_axis(f"a={log}{start}:{stop}:{count}")
    said = axes.spelled(axis)
    assert axes.parse_axis(said) == axis


@given(VALUES, KEYS)
def test_any_axis_is_one_line(values: list[Any], key: str) -> None:
    """Short, with nothing invisible in it."""
    line = axes.spelled((key, [*values, "\x1b[31m" + "x" * 300, json.dumps(values)]))
    assert len(line) < 200
    assert line.isprintable()


@given(st.text(max_size=20) | st.text('0123456789.:,-+elog=[]{}" ', max_size=30))
def test_any_text_is_an_axis_or_a_complaint(text: str) -> None:
    """Never an accident; what is taken has values, and all that JSON says."""
    with contextlib.suppress(BadInput):
        _, values = axes.parse_axis(f"amp={text}")
        assert 0 < len(values) <= MOST_ELEMENTS
        assert json.loads(json.dumps(values, allow_nan=False)) == values
