"""The filter of runs: what is the runs' own, what is of jobs, and what may stand at the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.errors import BadFilter
from jobyard.core.filters import runs, runwords

NOW = 1_000_000_000.0
KEYS = (("expt.reps", "500 of late"), ("expt.gain", "0.1 of late"), ("hardware_config.", "of the version"))


def offered(text: str) -> list[str]:
    found = runwords.suggestions(
        text, len(text), lambda kind, typed: [("ann", "")], lambda typed: KEYS, lambda key: [("500", ""), ("50", "")]
    )
    return [one.put_into(text)[0] for one in found]


def mistake_at(text: str) -> int:
    """Where the mistake is; 0 without one."""
    try:
        runs.read(text, NOW)
    except BadFilter as error:
        return error.at
    return 0


def test_its_own_parts_are_taken_out_and_the_rest_stays_where_it_was():
    """Wishes for values, and times; a field of jobs stays one, a colon makes none, nor does what is in quotes."""
    text = 'user:ann expt.reps>=100 since:2h a."odd key"="x y" class:Rabi "n=1" priority>3'
    found = runs.read(text, NOW)
    assert [part.text for part in found.wishes] == ["expt.reps>=100", 'a."odd key"="x y"']
    assert found.since == NOW - 7200
    assert found.jobs.split() == ["user:ann", "class:Rabi", '"n=1"', "priority>3"]
    assert found.jobs.index("class") == text.index("class")


def test_a_day_is_meant_whole():
    """until has the day that is written, since begins with it."""
    found = runs.read("since:2001-09-08 until:2001-09-08", NOW)
    assert found.since is not None
    assert found.until == found.since + 86_400


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("not expt.reps=3", 4),
        ("(expt.reps=3 user:x)", 0),
        ("user:a or since:2h", 10),
        ("since:soon", 6),
        ("x=1 or a", 0),
    ],
)
def test_a_mistake_is_pointed_at(text: str, at: int):
    """Where a wish is denied, or one of several, or a time is none."""
    with pytest.raises(BadFilter) as caught:
        runs.read(text, NOW)
    assert caught.value.at == at


@given(st.text(alphabet="ab:=<>~!\"'() -.,0", max_size=40))
def test_whatever_is_written_is_read_or_told_at_its_place(text: str):
    """Nothing but a mistake within the text comes of it; what is left to jobs is as long and says nothing else."""
    jobs = runs.of_jobs(text)
    assert len(jobs) == len(text)
    assert all(new in (old, " ") for old, new in zip(text, jobs, strict=True))
    runwords.suggestions(text, len(text), lambda *_: (), lambda _: KEYS, lambda _: ())
    assert 0 <= mistake_at(text) <= len(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [("user:ann re", "user:ann expt.reps="), ("expt.reps=5", "expt.reps=500"), ("expt.reps", "expt.reps>="),
     ("since:yes", "since:yesterday"), ("un", "until:"), ("hard", "hardware_config."), ("user:a", "user:ann"),
     ("", "user:"), ("x=1 ", "x=1 class:")],
)  # fmt: skip
def test_what_may_stand_at_the_cursor(text: str, found: str):
    """Fields of jobs, times, keys of configs by any of their parts, and their values."""
    assert found in offered(text)
