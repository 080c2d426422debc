"""Durations, sizes, times and priorities: as people write them, and back."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import units
from jobyard.core.errors import BadInput

NOW = 1_795_326_000.0
GARBAGE = st.one_of(
    st.text(),
    st.text(alphabet="0123456789.+-eEsmhdwKMGTiB: TZ_", max_size=30),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.binary(),
    st.lists(st.integers()),
    st.datetimes(),
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("10m", 600),
        ("1h30m", 5400),
        ("2d", 172_800),
        ("1w", 604_800),
        ("500ms", 0.5),
        ("1.5h", 5400),
        (".5", 0.5),
        (" 10M ", 600),
        ("1m1m", 120),
        ("0", 0),
        (90, 90),
        (0.25, 0.25),
    ],
)
def test_durations_are_read(text: object, seconds: float) -> None:
    """Plain seconds, units and their combinations mean what people expect."""
    assert units.parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "soon", "-5", "1x", "1h 30", "h", "1e3", "nan", "inf", "١٠", -1, math.nan, True, None]
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    """Nothing is guessed: negative, unknown units, exponents, foreign digits."""
    with pytest.raises(BadInput, match="cannot be used"):
        units.parse_duration(text)


def test_an_endless_duration_is_refused() -> None:
    """A hundred years are the limit, also for numbers that no float holds."""
    for value in ("101y", "40000d", math.inf, 10**400, "9" * 5000):
        with pytest.raises(BadInput):
            units.parse_duration(value)


@given(st.integers(0, 10**12))
def test_durations_survive_a_round_trip(milliseconds: int) -> None:
    """What is formatted reads back to the millisecond."""
    seconds = milliseconds / 1000
    assert units.parse_duration(units.format_duration(seconds)) == pytest.approx(seconds, abs=1e-4)


def test_durations_are_short() -> None:
    """No unit is named that has nothing to say."""
    assert [units.format_duration(value) for value in (0, 0.25, 90, 5400, 172_800)] == [
        "0s",
        "250ms",
        "1m30s",
        "1h30m",
        "2d",
    ]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4096", 4096),
        ("512M", 512 << 20),
        ("2G", 2 << 30),
        ("1.5GiB", 3 << 29),
        ("100kB", 102_400),
        ("1 TiB", 1 << 40),
        ("7b", 7),
        (0, 0),
        (12, 12),
    ],
)
def test_sizes_are_read(text: object, size: int) -> None:
    """Units are powers of 1024, however they are spelt."""
    assert units.parse_size(text) == size


@pytest.mark.parametrize("text", ["64", 64, " 1048575 "])
def test_memory_says_its_unit(text: object) -> None:
    """Below 1 MiB a number alone is a slip; nothing, a unit, and bytes beyond it are taken."""
    with pytest.raises(BadInput, match=f"Say the unit: {str(text).strip()}M"):
        units.parse_memory(text)
    assert [units.parse_memory(value) for value in (0, "0", "64B", "64K", 1 << 20)] == [0, 0, 64, 64 << 10, 1 << 20]


@pytest.mark.parametrize("text", ["", "G", "-1", "1.2.3", "2X", "9" * 50, "9e9", "99999P", None, False, 1.5])
def test_what_is_no_size_is_refused(text: object) -> None:
    """Nothing is guessed, and nothing is kept that the store cannot hold."""
    with pytest.raises(BadInput):
        units.parse_size(text)


@given(st.integers(0, units.LARGEST))
def test_sizes_survive_a_round_trip(size: int) -> None:
    """What is formatted reads back exactly."""
    assert units.parse_size(units.format_size(size)) == size


def test_times_are_read() -> None:
    """ISO 8601 with an offset, without one (the zone that is handed in), and delays from now."""
    five_forty = datetime(2026, 11, 22, 5, 40, tzinfo=UTC).timestamp()
    east = timezone(timedelta(hours=2))
    assert units.parse_time("2026-11-22T05:40:00Z", NOW) == five_forty
    assert units.parse_time("2026-11-22 07:40", NOW, east) == five_forty
    assert units.parse_time("2026-11-22T07:40+02:00", NOW) == five_forty
    assert units.parse_time(datetime(2026, 11, 22, 5, 40, tzinfo=UTC), NOW) == five_forty
    assert units.parse_time("+15m", NOW) == NOW + 900


def test_a_time_of_day_is_the_next_one() -> None:
    """A clock without a date is meant for today, or for tomorrow if it is past already."""
    noon = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp()
    assert units.parse_time("22:00", noon, UTC) == noon + 10 * 3600
    assert units.parse_time("9:30", noon, UTC) == noon + 21.5 * 3600
    assert units.parse_time("12:00", noon, UTC) == noon + 24 * 3600
    assert units.parse_time("12:00:05", noon, UTC) == noon + 5
    assert units.parse_time("12:00", noon, timezone(timedelta(hours=1))) == noon + 23 * 3600
    with pytest.raises(BadInput):
        units.parse_time("25:00", noon, UTC)


def test_a_time_without_zone_is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    """People mean the clock on their wall."""
    local = datetime(2026, 11, 22, 5, 40).astimezone()
    assert units.parse_time("2026-11-22T05:40", NOW) == local.timestamp()


@pytest.mark.parametrize(
    "text", ["tomorrow", "", "+", "+x", "15m", "2026-13-01", "0001-01-01", "9999-12-31T23:59Z", 12, None]
)
def test_what_is_no_time_is_refused(text: object) -> None:
    """Also what is a date but cannot be shown on every clock."""
    with pytest.raises(BadInput, match="2026-11-22T05:40"):
        units.parse_time(text, NOW) if text != "+x" else units.parse_time("x", NOW)


@given(st.floats(0, 4e9))
def test_times_survive_a_round_trip(at: float) -> None:
    """What is formatted reads back to the millisecond."""
    assert units.parse_time(units.format_time(at), NOW) == pytest.approx(at, abs=0.0006)


def test_times_are_utc_to_the_millisecond() -> None:
    """The form that `--json` documents."""
    assert units.format_time(1_795_326_000.1234) == "2026-11-22T05:40:00.123Z"
    assert units.format_time(1_795_326_000.9999) == "2026-11-22T05:40:01.000Z"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5),
        ("-10", -10),
        ("+3", 3),
        ("high", 10),
        ("Foreground", 10),
        ("medium", 0),
        ("background", 0),
        ("low", -10),
        ("best_effort", -10),
        ("best-effort", -10),
        (7, 7),
        (-1_000_000, -1_000_000),
    ],
)
def test_priorities_are_read(text: object, number: int) -> None:
    """Integers, and the words of the systems that came before."""
    assert units.parse_priority(text) == number


@pytest.mark.parametrize("text", ["", "urgent", "1.5", "1000001", -1_000_001, True, 1.0, None, "9" * 5000, "٣"])
def test_what_is_no_priority_is_refused(text: object) -> None:
    """The error says what would do."""
    with pytest.raises(BadInput, match="integer from -1,000,000"):
        units.parse_priority(text)


@pytest.mark.parametrize(
    "parse",
    [
        units.parse_duration,
        units.parse_size,
        units.parse_priority,
        lambda value: units.parse_time(value, NOW),
        lambda value: units.parse_count(value, "number of slots"),
    ],
)
@given(value=GARBAGE)
def test_garbage_raises_nothing_but_bad_input(parse: Callable[[object], float], value: object) -> None:
    """Whatever is typed, the answer is a number or one line that says what is wrong."""
    answer = try_to(parse, value)
    if isinstance(answer, BadInput):
        assert answer.what
        assert answer.why
        assert "\n" not in answer.line()
    else:
        assert math.isfinite(answer)


def try_to(parse: Callable[[object], float], value: object) -> float | BadInput:
    try:
        return parse(value)
    except BadInput as error:
        return error
