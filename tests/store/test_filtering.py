"""What a filter shows is what a plain look at every job gives: fields, operators, and, or, not."""

from __future__ import annotations

import importlib
import operator
import pkgutil
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobyard.core.errors import BadFilter
from jobyard.core.filters.fields import FIELDS, REASONS
from jobyard.core.models import Job, JobFilter, JobRow
from jobyard.core.states import ENDED, After, State
from jobyard.core.store import edits, filtering, holdings, jobs, queues, resources, submit, views
from jobyard.core.store.arrays import NewArray
from jobyard.core.store.filtering.terms import KNOWN
from jobyard.core.yard.resolving import applied
from tests.store.kit import CANCELLED, COMPLETED, FAILED, NOW, Lab
from tests.store.test_resources import by

NAMES = ["rabi", "Rabi-2", "ramsey", "50%_odd\\name", 'say "hi"', "Grüße", "[a]*b", ""]


class Seen(NamedTuple):
    """A job, whole and as a line."""

    row: JobRow
    job: Job


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A yard with everything that a filter can ask for."""
    dice = random.Random(11)
    found = Lab(tmp_path_factory.mktemp("filters") / "yard", slots=5)
    for name, capacity in (("qick", 1), ("cpus", 8), ("laser", 2), ("mem", 2**35)):
        resources.declare(found.store, name, capacity)
    lanes = [1] + [queues.create(found.store, session, name, 3).id for session, name in LANES]
    rows: list[int] = []
    for _ in range(14):
        new = [_any_job(found, dice, dice.choice(lanes), rows) for _n in range(10)]
        rows += submit.add(by(found, dice.choice(["ada", "bob"])), new)
        _array(found, dice)
        found.now += dice.choice([0.0, 1.0, 3600.0, 90_000.0])
        _act(found, dice, rows)
    queues.change(found.store, queues.find(found.store, "lab", "t1"), "queue pause", paused=1)
    queues.change(found.store, queues.find(found.store, "default", "old"), "queue end", ended_at=found.now)
    holdings.lock(found.store, "laser")
    _fill(found, queues.create(found.store, "lab", "full", 1).id)
    yield found
    found.sound()
    found.close()


LANES = (("default", "qick"), ("lab", "qick"), ("lab", "t1"), ("default", "old"))


def _fill(lab: Lab, queue: int) -> None:
    """A queue with more jobs than slots."""
    submit.add(lab.store, [lab.new(queue_id=queue) for _ in range(3)])
    for claimed in lab.claim():
        lab.start(claimed.row)


def _any_job(lab: Lab, dice: random.Random, queue: int, rows: list[int]) -> Any:
    needs = dice.choice([{}, {}, {"qick": 1}, {"cpus": 2}, {"cpus": 6, "laser": 1}, {"laser": 2}, {"mem": 2**31}])
    parents = [(dice.choice(rows), dice.choice(list(After)))] if rows and dice.random() < 0.3 else []
    spec: dict[str, Any] = {
        "queue_id": queue, "name": dice.choice(NAMES), "priority": dice.randint(-1, 2), "held": dice.random() < 0.1,
        "estimate": dice.choice([None, 60.0, 600.0]), "time_limit": dice.choice([None, 30.0, 600.0]),
        "retries": dice.choice([0, 0, 1]), "not_before": dice.choice([None, None, None, lab.now + 7200.0]),
        "unique": dice.choice(["", "", f"key-{len(rows)}-{dice.random()}"]),
    }  # fmt: skip
    job = lab.new(parents, **spec)
    summary = dice.choice(["true", "python3 Rabi.py --shots 1000", "sleep 5"])
    return job._replace(demand_id=resources.intern_demand(lab.store, needs), summary=summary)


def _array(lab: Lab, dice: random.Random) -> None:
    if dice.random() < 0.3:
        elements = [lab.new(name="scan")._replace(array=0, array_index=index) for index in range(4)]
        submit.add(lab.store, elements, arrays=[NewArray(0, 4, "0-3", most=1, name="scan")])


def _act(lab: Lab, dice: random.Random, rows: list[int]) -> None:
    for claimed in lab.claim(8):
        if dice.random() < 0.85:
            lab.start(claimed.row)
            lab.now += dice.choice([0.5, 30.0, 700.0])
            if dice.random() < 0.85:
                lab.end(claimed.row, dice.choice([COMPLETED, FAILED, CANCELLED]))
    edits.cancel(lab.store, [dice.choice(rows)])


class Everything(list[Seen]):
    """All jobs of the yard, told in a word where a case fails."""

    def __repr__(self) -> str:
        return f"{len(self)} jobs"


@pytest.fixture(scope="module")
def seen(lab: Lab) -> Everything:
    """All jobs of the yard; nothing changes any more."""
    rows = views.rows_of(lab.store, [row for (row,) in lab.store.db.rows("SELECT id FROM job")])
    return Everything(Seen(row, jobs.load(lab.store, number)) for number, row in rows.items())


def found(lab: Lab, text: str) -> set[int]:
    """The rows that a filter shows."""
    return {row.row for row in views.listing(lab.store, applied(lab.store, text, JobFilter()), None)}


# -- the same in Python --------------------------------------------------------------------------------------

Predicate = Callable[[Lab, Seen], bool]
Case = tuple[str, Predicate]
COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, ":": operator.eq,
           "!=": operator.ne}  # fmt: skip

NUMBERS: dict[str, Callable[[Lab, Seen], float | None]] = {
    "priority": lambda lab, seen: seen.row.priority,
    "attempts": lambda lab, seen: seen.row.attempts,
    "retries": lambda lab, seen: seen.job.retries,
    "exit": lambda lab, seen: seen.row.exit_code,
    "signal": lambda lab, seen: seen.row.signal,
    "cpus": lambda lab, seen: seen.job.resources.get("cpus"),
    "gpus": lambda lab, seen: seen.job.resources.get("gpus"),
}
DURATIONS: dict[str, Callable[[Lab, Seen], float | None]] = {
    "age": lambda lab, seen: lab.now - seen.row.created_at,
    "waited": lambda lab, seen: _first(seen.row.started_at, seen.row.ended_at, lab.now) - seen.row.created_at,
    "duration": lambda lab, seen: _ran(lab, seen.row),
    "estimate": lambda lab, seen: seen.job.estimate,
    "limit": lambda lab, seen: seen.job.time_limit,
}
TIMES: dict[str, Callable[[Seen], float | None]] = {
    "submitted": lambda seen: seen.row.created_at,
    "started": lambda seen: seen.row.started_at,
    "ended": lambda seen: seen.row.ended_at,
}
TEXTS: dict[str, Callable[[Seen], str | None]] = {
    "user": lambda seen: seen.row.user,
    "name": lambda seen: seen.row.name,
    "command": lambda seen: seen.row.command,
    "kind": lambda seen: seen.row.kind,
    "message": lambda seen: seen.row.message,
    "session": lambda seen: seen.row.session,
    "unique": lambda seen: seen.job.unique or None,
}


def _first(*values: float | None) -> float:
    return next(value for value in values if value is not None)


def _ran(lab: Lab, row: JobRow) -> float | None:
    if row.started_at is None:
        return None
    return (lab.now if row.ended_at is None else row.ended_at) - row.started_at


def _numbers(field: str, sign: str, value: int) -> Case:
    def holds(lab: Lab, seen: Seen) -> bool:
        own = NUMBERS[field](lab, seen)
        return own is not None and COMPARE[sign](own, value)

    return f"{field}{sign}{value}", holds


def _range(field: str, low: int, size: int) -> Case:
    def holds(lab: Lab, seen: Seen) -> bool:
        own = NUMBERS[field](lab, seen)
        return own is not None and low <= own <= low + size

    return f"{field}:{low}..{low + size}", holds


def _durations(field: str, sign: str, minutes: int) -> Case:
    def holds(lab: Lab, seen: Seen) -> bool:
        own = DURATIONS[field](lab, seen)
        if own is None:
            return False
        if sign in (":", "=", "!="):
            return (minutes * 60 <= own < (minutes + 1) * 60) is (sign != "!=")
        return COMPARE[sign](own, minutes * 60)

    return f"{field}{sign}{minutes}m", holds


def _times(field: str, sign: str, at: float) -> Case:
    """To the second."""
    at = float(int(at))

    def holds(lab: Lab, seen: Seen) -> bool:
        own = TIMES[field](seen)
        if own is None:
            return False
        inside = at <= own < at + 1
        return {":": inside, "=": inside, "!=": not inside, "<": own < at, "<=": own < at + 1}.get(sign, own >= at)

    return f"{field}{sign}{datetime.fromtimestamp(at).isoformat()}", holds


def _texts(field: str, sign: str, value: str) -> Case:
    def holds(lab: Lab, seen: Seen) -> bool:
        own = TEXTS[field](seen)
        if own is None:
            return False
        part = sign in ("~", "!~") or (sign == ":" and FIELDS[field].kind == "prose")
        return (_lower(value) in _lower(own) if part else own == value) is not sign.startswith("!")

    return f'{field}{sign}"{_escaped(value)}"', holds


def _lower(text: str) -> str:
    """As SQLite does: the letters of English alone."""
    return "".join(char.lower() if char.isascii() else char for char in text)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _choices() -> st.SearchStrategy[Case]:
    states = st.sampled_from(list(State)).map(
        lambda state: (f"state:{state.value}", lambda lab, seen: seen.row.state is state)
    )
    reasons = st.sampled_from(list(REASONS)).map(
        lambda reason: (f"reason:{reason}", lambda lab, seen: _reason(seen.row) == reason)
    )
    return st.one_of(states, reasons, st.sampled_from(FIXED))


def _reason(row: JobRow) -> str:
    """The kind of the reason that is shown."""
    told = {
        "held": "held", "queue ended": "ended", "queue paused": "paused", "not before": "time", "retry": "retry",
        "waits for JOB": "dependency", "waits for its array": "array", "waits for": "resource",
        "no free slot": "slot", "no live worker": "worker", "disk": "disk", "next": "next",
    }  # fmt: skip
    if not row.reason:
        return ""
    found = next((kind for words, kind in told.items() if row.reason.startswith(words)), "")
    return found or ("resource" if row.reason.endswith(" reserved") or " locked by " in row.reason else row.reason)


FIXED: list[Case] = [
    ("state:failed,cancelled", lambda lab, seen: seen.row.state in (FAILED, CANCELLED)),
    ("state!=completed", lambda lab, seen: seen.row.state is not COMPLETED),
    ("reason:none", lambda lab, seen: not seen.row.reason),
    ("cause:exit", lambda lab, seen: seen.row.cause == "exit"),
    ("cause!=exit", lambda lab, seen: seen.row.cause not in (None, "exit")),
    ("cause:none", lambda lab, seen: seen.row.cause is None),
    ("held:yes", lambda lab, seen: seen.row.held),
    ("held!=yes", lambda lab, seen: not seen.row.held),
    ("stopping:no", lambda lab, seen: not seen.row.stopping),
    ("limit:none", lambda lab, seen: seen.job.time_limit is None),
    ("started:any", lambda lab, seen: seen.row.started_at is not None),
    ("queue:qick", lambda lab, seen: seen.row.queue == "qick"),
    ("queue:lab/qick,default", lambda lab, seen: _lane(seen) == "lab/qick" or seen.row.queue == "default"),
    ("queue!=qick", lambda lab, seen: seen.row.queue != "qick"),
    ("queue~AB/", lambda lab, seen: seen.row.session == "lab"),
    ("queue:q*", lambda lab, seen: seen.row.queue.startswith("q")),
    ("name:Ra*", lambda lab, seen: seen.row.name.startswith("Ra")),
    ("name:*a*e*", lambda lab, seen: "e" in seen.row.name.partition("a")[2]),
    ("name:[a]*", lambda lab, seen: seen.row.name.startswith("[a]")),
    ("needs:qick", lambda lab, seen: "qick" in seen.job.resources),
    ("needs:cpus>2,laser=2", lambda lab, seen: _wants(seen, "cpus") > 2 or _wants(seen, "laser") == 2),
    ("needs!=qick", lambda lab, seen: bool(seen.job.resources) and "qick" not in seen.job.resources),
    ("needs:none", lambda lab, seen: not seen.job.resources),
    ("needs:any", lambda lab, seen: bool(seen.job.resources)),
    ("cpus:none", lambda lab, seen: "cpus" not in seen.job.resources),
    ("mem>=2G", lambda lab, seen: _wants(seen, "mem") >= 2**31),
    ("mem<2G", lambda lab, seen: 0 < _wants(seen, "mem") < 2**31),
    ("worker:lab", lambda lab, seen: bool(seen.job.attempts)),
    ("worker!=lab", lambda lab, seen: False),
    ("after:any", lambda lab, seen: bool(seen.job.depends_on)),
    ("after:none", lambda lab, seen: not seen.job.depends_on),
    ("before:any", lambda lab, seen: bool(seen.job.dependents)),
    ("array:any", lambda lab, seen: seen.row.array_id is not None),
    ("array:scan", lambda lab, seen: seen.row.array_id == _last_array(lab)),
    ("array!=scan", lambda lab, seen: seen.row.array_id not in (None, _last_array(lab))),
    ("scan[1,2]", lambda lab, seen: seen.row.array_id == _last_array(lab) and seen.row.array_index in (1, 2)),
    ("failed done", lambda lab, seen: seen.row.state in (FAILED, COMPLETED)),
    ("RABI", lambda lab, seen: "rabi" in f"{seen.row.name} {seen.row.command}".lower()),
    ('"failed"', lambda lab, seen: False),
    ("lab/qick", lambda lab, seen: _lane(seen) == "lab/qick"),
    ("laser", lambda lab, seen: "laser" in seen.job.resources),
]  # fmt: skip


def _lane(seen: Seen) -> str:
    return f"{seen.row.session}/{seen.row.queue}"


def _wants(seen: Seen, resource: str) -> int:
    return seen.job.resources.get(resource, 0)


def _last_array(lab: Lab) -> int:
    return int(lab.store.db.value("SELECT max(id) FROM array"))


def _related(field: str, sign: str, row: int) -> Case:
    """Jobs that have to do with that one, by its id."""

    def holds(lab: Lab, seen: Seen) -> bool:
        id = jobs.id_of(lab.store, row)
        if field == "id":
            return (seen.job.id == id) is (sign != "!=")
        others = [edge.id for edge in (seen.job.depends_on if field == "after" else seen.job.dependents)]
        return bool(others) and (id in others) is (sign != "!=")

    return f"{field}{sign}#{row}#", holds


MEASURES = st.sampled_from([":", "=", "!=", "<", "<=", ">", ">="])
LEAVES: st.SearchStrategy[Case] = st.one_of(
    _choices(),
    st.builds(_numbers, st.sampled_from(sorted(NUMBERS)), MEASURES, st.integers(-2, 10)),
    st.builds(_range, st.sampled_from(sorted(NUMBERS)), st.integers(-2, 3), st.integers(0, 3)),
    st.builds(_durations, st.sampled_from(sorted(DURATIONS)), MEASURES, st.sampled_from([0, 1, 10, 60, 1500])),
    st.builds(
        _texts, st.just("session"), st.sampled_from([":", "=", "!=", "~", "!~"]), st.sampled_from(["lab", "default"])
    ),
    st.builds(
        _texts, st.sampled_from(sorted(set(TEXTS) - {"session"})), st.sampled_from([":", "=", "!=", "~", "!~"]),
        st.sampled_from([*NAMES[:-1], "RABI", "ß", "_", "%", "key", "ada", "lab", "python3", "'; DROP TABLE job; --"]),
    ),
    st.builds(_times, st.sampled_from(sorted(TIMES)), MEASURES, st.integers(0, 400_000).map(lambda at: NOW + at)),
    st.builds(
        _related, st.sampled_from(["id", "after", "before"]), st.sampled_from([":", "!="]), st.integers(1, 120)
    ),
)  # fmt: skip


def _connected(seen: Everything, id: str) -> set[str]:
    """The jobs that dependencies lead to from one, in both directions."""
    ways: dict[str, set[str]] = {}
    for each in seen:
        for edge in each.job.depends_on:
            ways.setdefault(each.job.id, set()).add(edge.id)
            ways.setdefault(edge.id, set()).add(each.job.id)
    found, more = {id}, [id]
    while more:
        new = ways.get(more.pop(), set()) - found
        found |= new
        more += new
    return found


def _joined(word: str, sides: list[Case]) -> Case:
    every = all if word != "or" else any
    return f" {word} ".join(f"({text})" for text, _ in sides), lambda lab, seen: every(
        holds(lab, seen) for _, holds in sides
    )


def _negated(case: Case) -> Case:
    text, holds = case
    return f"not ({text})", lambda lab, seen: not holds(lab, seen)


CASES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(_negated),
        st.builds(_joined, st.sampled_from(["", "and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)


def _same(lab: Lab, seen: Everything, case: Case) -> None:
    text, holds = case
    ids = {f"#{each.row.row}#": each.job.id for each in seen}
    for mark, id in ids.items():
        text = text.replace(mark, id)
    assert found(lab, text) == {each.row.row for each in seen if holds(lab, each)}, text


@pytest.mark.parametrize("case", FIXED, ids=lambda case: case[0])
def test_a_field_is_what_it_says(lab: Lab, seen: Everything, case: Case) -> None:
    """Each of these shows what a look at every job gives."""
    _same(lab, seen, case)


@settings(max_examples=300)
@given(LEAVES)
def test_every_field_and_operator(lab: Lab, seen: Everything, case: Case) -> None:
    """Any field with any operator and any value."""
    _same(lab, seen, case)


@settings(max_examples=200)
@given(CASES)
def test_and_or_and_not(lab: Lab, seen: Everything, case: Case) -> None:
    """However they are put together: what has no value is not meant, and not means all the others."""
    _same(lab, seen, case)


def test_a_graph_is_all_that_is_connected(lab: Lab, seen: Everything) -> None:
    """From any of its jobs the same ones."""
    for each in seen[::7]:
        connected = _connected(seen, each.job.id)
        assert found(lab, f"graph:{each.job.id}") == {one.row.row for one in seen if one.job.id in connected}


def test_a_chain_is_what_is_folded_with_a_job(lab: Lab, seen: Everything) -> None:
    """A folded line and the filter that opens it are the same jobs."""
    folds = {each.row.row: views.behind(lab.store, each.row.row) for each in seen}
    assert max(map(len, folds.values())) > 1
    for each in seen[::5]:
        assert found(lab, f"chain:{each.job.id}") == set(folds[each.row.row])


def test_the_yard_has_everything(lab: Lab, seen: Everything) -> None:
    """Every state and most reasons are there, so that the comparison means something."""
    assert {each.row.state for each in seen} == set(State)
    reasons = {_reason(each.row) for each in seen}
    assert reasons >= {"", "held", "ended", "paused", "time", "dependency", "resource", "slot", "next"}, reasons
    assert any(each.row.handed for each in seen)
    assert any(each.row.unmet for each in seen)


def test_every_field_is_known_to_the_store() -> None:
    """The table of fields and what they are in SQL name the same ones."""
    assert set(FIELDS) == KNOWN


def test_pages_of_a_filter_are_its_list(lab: Lab) -> None:
    """Page by page the same as at once, and each job knows its place."""
    where = applied(lab.store, "(rabi or qick) age>1h", JobFilter())
    rows = [row.row for row in views.listing(lab.store, where, None)]
    pages = [row.row for at in range(0, len(rows), 7) for row in views.page(lab.store, where, at, 7).rows]
    assert pages == rows
    assert [views.offset_of(lab.store, where, row) for row in rows] == list(range(len(rows)))


# -- what indexes serve, and the base ------------------------------------------------------------------------


def test_an_index_serves_what_it_can(lab: Lab) -> None:
    """States, queues and a user leave the expression; a filter of nothing else needs no scan."""
    where = applied(lab.store, "failed queue:qick user:ada", JobFilter())
    lanes = {lane.id for lane in queues.every(lab.store) if lane.name == "qick"}
    assert where == JobFilter(states=frozenset({FAILED}), queues=frozenset(lanes), user="ada")


def test_both_must_hold(lab: Lab) -> None:
    """What was chosen before and what is written: both, and nothing where they exclude each other."""
    base = JobFilter(states=frozenset({FAILED, COMPLETED}), queues=frozenset({1}), user="ada")
    assert applied(lab.store, "failed", base).states == {FAILED}
    for text in ("pending", "queue:qick", "user:bob", "state:failed and state:done"):
        assert views.listing(lab.store, applied(lab.store, text, base), None) == []


@pytest.mark.parametrize(
    ("text", "back"),
    [("rabi", False), ("state:failed", False), ("duration>1m", False), ("ended:yesterday", True), ("age>2d", True),
     ("not submitted>2026-01-01", True), ("after:1", True), ("scan[1]", True),
     ("JOB-20260921-00001", True), ("JOB-2026", False)],
)  # fmt: skip
def test_who_names_a_time_or_a_job_looks_back(lab: Lab, text: str, back: bool) -> None:
    """A list of the last day shows older ends when jobs or times are asked for."""
    text = text.replace("after:1", f"after:{jobs.id_of(lab.store, 1)}")
    assert (applied(lab.store, text, JobFilter(ended_since=lab.now)).ended_since is None) is back


@pytest.mark.parametrize(
    ("text", "marked", "told"),
    [
        ("a queue:qikc", "qikc", "The nearest is qick"),
        ("queue:qick,lab/t2", "lab/t2", "The nearest is lab/t1"),
        ("session:lba", "lba", "The nearest is lab"),
        ("needs:qick>=1,laserr", "laserr", "The nearest is laser"),
        ("a after:nobody", "nobody", "There is no job nobody"),
        ("id:JOB-20200101-00001", "JOB-20200101-00001", "There is no job"),
        ("array:nobody", "nobody", "There is no array nobody"),
        ("array:scan[1]", "scan[1]", "must be an array"),
        ("rabi scan[7]", "scan[7]", "no element 7"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_pointed_at(lab: Lab, text: str, marked: str, told: str) -> None:
    """A queue, session, resource or job that the yard does not have is a mistake with a place and the nearest."""
    with pytest.raises(BadFilter) as caught:
        applied(lab.store, text, JobFilter())
    error = caught.value
    assert error.text == text
    assert text[error.at : error.at + error.length] == marked
    assert told in error.line()


def test_ended_is_what_has_ended(lab: Lab, seen: Everything) -> None:
    """A day of ends is all of that day, in the time of this machine."""
    day = datetime.fromtimestamp(lab.now - 90_000).date()
    shown = {each.row.row for each in seen if each.row.state in ENDED and _day(each.row.ended_at) == day}
    assert found(lab, f"ended:{day}") == shown


def _day(at: float | None) -> object:
    assert at is not None
    return datetime.fromtimestamp(at).date()


def test_whoever_imports_late_gets_the_function() -> None:
    """What the package offers is not replaced by a module of that name once that has been used."""
    for module in pkgutil.iter_modules(filtering.__path__):
        importlib.import_module(f"{filtering.__name__}.{module.name}")
    assert callable(filtering.conditions)
    assert callable(filtering.scanned)
