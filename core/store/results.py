"""Runs: attempts that left data, with what made them; found by the configs that they ran with.

A wish for a value of the experiment's own config is judged by SQLite on the job's fields. One for a config that was
linked is judged by the caller, once for each version, since versions never change; which attempts ran with those that
fulfil it is then a look into `attempt_config`. Runs are gone through from the newest on, a stretch of them at a time,
until as many were found as are wanted: versions that no run of those stretches had are never read.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ..labmodels import ConfigLink, ConfigTest, DataFile, Run, RunFilter
from ..models import JobFilter
from . import arrays, config_ids, filtering, ids
from .database import marks
from .store import Store

FIRST_STRETCH, STRETCH = 256, 8192  # runs a query
SPELLINGS = 16  # of a path whose keys of digits may be indexes

Judge = Callable[["Version", ConfigTest], "bool | None"]  # None: it has no such value


class Version(NamedTuple):
    """A version of a config, as it is told to who judges it."""

    row: int
    id: str
    type: str
    path: str  # relative to the yard
    checksum: str
    filename: str


_FROM = (
    "FROM result r CROSS JOIN attempt a ON a.id = r.attempt_id CROSS JOIN job j ON j.id = a.job_id "
    "WHERE r.attempt_id < ? AND r.attempt_id >= ? AND {} ORDER BY {} LIMIT ?"
)
_NEXT = (
    "SELECT min(attempt_id) FROM (SELECT attempt_id FROM result WHERE attempt_id < ? ORDER BY attempt_id DESC LIMIT ?)"
)
_EXPERIMENT = (
    "CASE WHEN json_valid(j.fields) THEN coalesce(json_extract(j.fields, '$.module') || ':' || "
    "json_extract(j.fields, '$.class'), '') ELSE '' END"
)
_SWEPT = (
    "CASE WHEN json_valid(j.fields) THEN CASE json_type(j.fields, '$.swept') WHEN 'object' "
    "THEN json_extract(j.fields, '$.swept') END END"
)
_RUN = (
    f"SELECT r.attempt_id, j.day, j.number, {ids.CALLED.format(of='j')}, a.number, j.user, {_EXPERIMENT}, "
    f"a.started_at, a.ended_at, r.path, r.size, r.made_at, j.array_id, j.array_index, {_SWEPT} " + _FROM
)
_CLASS = "CASE WHEN json_valid(j.fields) THEN json_extract(j.fields, '$.class') END"
ORDERS: dict[str, str] = {  # of a list of runs, the newest first among equals
    "": "r.attempt_id DESC",
    "oldest": "r.attempt_id",
    "user": "j.user, r.attempt_id DESC",
    "class": f"{_CLASS}, r.attempt_id DESC",
    "name": "j.name, r.attempt_id DESC",
    "size": "r.size DESC, r.attempt_id DESC",
}
# What runs just now, in the place of `result`: whether it has a file by now is seen in its folder.
_RUNNING = (
    "(SELECT a.id AS attempt_id, a.folder AS path, 0 AS size, a.started_at AS made_at FROM job j "
    "JOIN attempt a ON a.job_id = j.id WHERE j.state = 'running' AND j.kind = 'experiment' AND a.state = 'running' "
    "AND a.started_at IS NOT NULL)"
)
_VERSIONS = (
    "SELECT DISTINCT v.id, v.code, v.day, v.number, v.type, v.path, v.checksum, v.filename FROM result r "
    "JOIN attempt_config ac ON ac.attempt_id = r.attempt_id JOIN config_version v ON v.id = ac.version_id "
    "WHERE r.attempt_id < ? AND r.attempt_id >= ?"
)
_LINKS = (
    "SELECT ac.attempt_id, v.type, v.code, v.day, v.number, v.checksum, v.path FROM attempt_config ac "
    "JOIN config_version v ON v.id = ac.version_id WHERE ac.attempt_id IN ({}) ORDER BY v.type"
)
_RAN_WITH = (
    "EXISTS (SELECT 1 FROM attempt_config ac WHERE ac.attempt_id = r.attempt_id "
    "AND ac.version_id IN (SELECT value FROM json_each(?)))"
)
_LATEST = 1 << 62
_ARRAY = 12  # in what _RUN finds: the row of the array


def config_types(store: Store) -> list[str]:
    """The types of configs that have versions."""
    rows = store.db.rows("SELECT name FROM config_type UNION SELECT DISTINCT type FROM config_version")
    return [name for (name,) in rows]


def count(store: Store) -> int:
    """How many runs have left data."""
    return int(store.db.value("SELECT count(*) FROM result") or 0)


def of_job(store: Store, job: int, number: int | None = None) -> Run | None:
    """The run of an attempt, or of the last that left data."""
    found = store.db.value(
        "SELECT r.attempt_id FROM attempt a JOIN result r ON r.attempt_id = a.id "
        "WHERE a.job_id = ?1 AND (?2 IS NULL OR a.number = ?2) ORDER BY a.number DESC LIMIT 1",
        (job, number),
    )
    return None if found is None else _single(store, found)


def of_file(store: Store, path: str) -> Run | None:
    """The run that left this file, an absolute path, or None."""
    found = store.db.value("SELECT attempt_id FROM result WHERE path = ? ORDER BY attempt_id DESC LIMIT 1", (path,))
    return None if found is None else _single(store, found)


def _single(store: Store, attempt: int) -> Run | None:
    return next(iter(runs(store, RunFilter(), 1, among=(attempt + 1, attempt))), None)


def _nothing(version: Version, test: ConfigTest) -> bool | None:
    return None


def runs(
    store: Store, where: RunFilter, limit: int | None, judge: Judge = _nothing, among: tuple[int, int] = (_LATEST, 0),
    order: str = "",
) -> list[Run]:  # fmt: skip
    """Runs in one of `ORDERS`. *judge* says of a version whether it fulfils a wish. Raises Interrupted."""
    judged = _Judged(store, judge, [test for test in where.tests if test.scope != "expt"])
    found: list[tuple[Any, ...]] = []
    if where.jobs is not None:
        among = _attempts(store, where.jobs)
    with store.db.interruptible() as long:
        for upper, lower in [among] if order else _stretches(store, *among):
            long.check()
            judged.look(upper, lower)
            condition, values = _condition(store, where, judged)
            left = -1 if limit is None else limit - len(found)
            found += store.db.rows(_RUN.format(condition, ORDERS[order]), (upper, lower, *values, left))
            if limit is not None and len(found) >= limit:
                break
    return _with_configs(store, _with_arrays(store, found))


def running(store: Store, where: RunFilter, judge: Judge = _nothing) -> list[Run]:
    """Experiments that run just now, newest first; in the place of their data the folder of the attempt, in the yard.

    Of times only those in the future leave them out: they make data now.
    """
    judged = _Judged(store, judge, [test for test in where.tests if test.scope != "expt"], _RUNNING)
    if where.until is not None and where.until < store.clock():
        return []
    judged.look(_LATEST, 0)
    condition, values = _condition(store, where._replace(since=None, until=None), judged)
    sql = _RUN.replace("FROM result r", f"FROM {_RUNNING} r").format(condition, ORDERS[""])
    found = store.db.rows(sql, (_LATEST, 0, *values, -1))
    return _with_configs(store, _with_arrays(store, found))


def fields_of_newest(store: Store, count: int) -> list[str]:
    """The fields, JSON, of the jobs of the newest runs, newest first."""
    sql = (
        "SELECT j.fields FROM (SELECT attempt_id FROM result ORDER BY attempt_id DESC LIMIT ?) r "
        "JOIN attempt a ON a.id = r.attempt_id JOIN job j ON j.id = a.job_id ORDER BY r.attempt_id DESC"
    )
    return [fields for (fields,) in store.db.rows(sql, (count,))]


def _attempts(store: Store, jobs: frozenset[int]) -> tuple[int, int]:
    """Above and at the end of the attempts that these jobs can have had."""
    sql = "SELECT max(id), min(id) FROM attempt WHERE job_id BETWEEN ? AND ?"
    last, first = (store.db.row(sql, (min(jobs), max(jobs))) if jobs else None) or (None, None)
    return (last + 1, first) if last is not None else (0, 0)


def _stretches(store: Store, upper: int, lowest: int) -> Iterator[tuple[int, int]]:
    """Ranges of attempts, some hundred runs at first, then thousands, from the newest on."""
    size = FIRST_STRETCH
    while upper > lowest and (first := store.db.value(_NEXT, (upper, size))) is not None:
        yield upper, max(first, lowest)
        upper, size = first, STRETCH


class _Judged:
    """Which versions fulfil the wishes for linked configs, and which have such a value at all."""

    def __init__(self, store: Store, judge: Judge, tests: Sequence[ConfigTest], among: str = "result") -> None:
        self._store, self._judge, self._tests = store, judge, tests
        self._sql = _VERSIONS.replace("FROM result r", f"FROM {among} r")
        self._seen: set[int] = set()
        self.fulfil: dict[ConfigTest, list[int]] = {test: [] for test in tests}

    def look(self, upper: int, lower: int) -> None:
        """Judge what the runs of a stretch had, as far as that has not been judged yet."""
        if not self._tests:
            return
        for row, code, day, number, *more in self._store.db.rows(self._sql, (upper, lower)):
            if row in self._seen:
                continue
            self._seen.add(row)
            version = Version(row, config_ids.text(code, day, number), *more)
            for test in self._tests:
                if test.scope in ("", version.type) and self._judge(version, test):
                    self.fulfil[test].append(version.row)


# -- conditions ------------------------------------------------------------------------------------------------


def _condition(store: Store, where: RunFilter, judged: _Judged) -> tuple[str, list[Any]]:
    """All that must hold, cheap things first, and its values."""
    parts: list[tuple[str, list[Any]]] = [("1", [])]
    if where.jobs is not None:
        parts.append(("j.id IN (SELECT value FROM json_each(?))", [json.dumps(sorted(where.jobs))]))
    if where.user:
        parts.append(("j.user = ?", [where.user]))
    if where.queues:
        parts.append((f"j.queue_id IN ({marks(len(where.queues))})", sorted(where.queues)))
    if where.since is not None:
        parts.append(("r.made_at >= ?", [where.since]))
    if where.until is not None:
        parts.append(("r.made_at <= ?", [where.until]))
    if where.experiment:
        parts.append(_experiment(where.experiment))
    if where.of is not None:
        parts.append(_of_job(store, where.of))
    parts += [_test(test, judged) for test in where.tests]
    return " AND ".join(sql for sql, _ in parts), [value for _, values in parts for value in values]


def _of_job(store: Store, of: JobFilter) -> tuple[str, list[Any]]:
    """What must hold of the job, in the language of its list."""
    text, values = filtering.conditions(store, of)
    parts, given = [f"1{text}"], list(values)
    for column, wanted in (("j.state", sorted(of.states)), ("j.queue_id", sorted(of.queues))):
        if wanted:
            parts.append(f"{column} IN ({marks(len(wanted))})")
            given += wanted
    if of.user:
        parts.append("j.user = ?")
        given.append(of.user)
    return " AND ".join(parts), given


def _experiment(name: str) -> tuple[str, list[Any]]:
    module, colon, class_ = name.partition(":")
    fits = "CASE WHEN json_valid(j.fields) THEN {} ELSE 0 END"
    if colon:
        both = "json_extract(j.fields, '$.module') = ? AND json_extract(j.fields, '$.class') = ?"
        return fits.format(both), [module, class_]
    either = "(json_extract(j.fields, '$.class') = ? OR json_extract(j.fields, '$.module') = ?)"
    return fits.format(either), [name, name]


def _test(test: ConfigTest, judged: _Judged) -> tuple[str, list[Any]]:
    if test.scope == "expt":
        return _own(test)
    ran = json.dumps(judged.fulfil[test])
    if test.scope:
        return _RAN_WITH, [ran]
    there, paths = _any_of([("json_type(j.fields, ?) IS NOT NULL", [path]) for path in spellings(test.path)])
    own, values = _own(test)
    has = f"(json_valid(j.fields) AND {there})"
    return f"CASE WHEN {has} THEN {own} ELSE {_RAN_WITH} END", [*paths, *values, ran]


def _own(test: ConfigTest) -> tuple[str, list[Any]]:
    """Of the experiment's own config."""
    sql, values = _any_of([judged_at(test, path) for path in spellings(test.path)])
    return f"(json_valid(j.fields) AND {sql})", values


def _any_of(parts: Sequence[tuple[str, list[Any]]]) -> tuple[str, list[Any]]:
    return f"({' OR '.join(sql for sql, _ in parts)})", [value for _, values in parts for value in values]


def spellings(path: Sequence[str | int], root: str = "$.config") -> list[str]:
    """SQLite's paths to it: a key of digits may also be an index, of which there is one at most."""
    choices = [_hops(hop) for hop in path]
    return [root + "".join(hops) for hops in itertools.islice(itertools.product(*choices), SPELLINGS)]


def _hops(hop: str | int) -> list[str]:
    if isinstance(hop, int):
        return [f"[{hop}]" if hop >= 0 else f"[#{hop}]"]
    return [f'."{hop}"', f"[{int(hop)}]"] if hop.isdecimal() and hop.isascii() else [f'."{hop}"']


_VALUE = "json_extract(j.fields, ?)"
_TYPE = "json_type(j.fields, ?)"
_NUMBER, _TEXT = f"{_TYPE} IN ('integer', 'real')", f"{_TYPE} = 'text'"
_COMPARED = {
    "<": (f"{_VALUE} < ? AND {_NUMBER}", f"{_VALUE} < ? AND {_TEXT}"),
    "<=": (f"{_VALUE} <= ? AND {_NUMBER}", f"{_VALUE} <= ? AND {_TEXT}"),
    ">": (f"{_VALUE} > ? AND {_NUMBER}", f"{_VALUE} > ? AND {_TEXT}"),
    ">=": (f"{_VALUE} >= ? AND {_NUMBER}", f"{_VALUE} >= ? AND {_TEXT}"),
}


def judged_at(test: ConfigTest, path: str) -> tuple[str, list[Any]]:
    """The condition of a test on the value at a path of ``j.fields``, which must be JSON."""
    match test.operator:
        case "=":
            return _same(test, path)
        case "!=":
            sql, values = _same(test, path)
            return f"({_TYPE} IS NOT NULL AND NOT {sql})", [path, *values]
        case "~":
            return _contains(test, path)
        case "!~":
            sql, values = _contains(test, path)
            return f"({_TYPE} IS NOT NULL AND NOT {sql})", [path, *values]
    than: str | float = test.word if test.number is None else test.number
    return f"({_COMPARED[test.operator][test.number is None]})", [path, than, path]


def _same(test: ConfigTest, path: str) -> tuple[str, list[Any]]:
    if test.constant:
        return f"({_TYPE} = ? OR ({_VALUE} = ? AND {_TEXT})) IS TRUE", [path, test.constant, path, test.word, path]
    if test.number is None:
        return f"({_VALUE} = ? AND {_TEXT}) IS TRUE", [path, test.word, path]
    either = f"({_VALUE} IN (?, ?) AND {_TYPE} IN ('integer', 'real', 'text')) IS TRUE"
    return either, [path, test.number, test.word, path]


def _contains(test: ConfigTest, path: str) -> tuple[str, list[Any]]:
    return f"({_TEXT} AND instr(lower({_VALUE}), lower(?)) > 0) IS TRUE", [path, path, test.word]


# -- records -------------------------------------------------------------------------------------------------------


def _run(values: tuple[Any, ...]) -> Run:
    row, day, number, name, attempt, user, experiment, started, ended, path, size, made_at, _, index, swept = values
    data, point = DataFile(path, size, made_at), tuple(json.loads(swept).items()) if swept else ()
    return Run(
        row, ids.text(day, number), name, attempt, user, experiment, started, ended, data, element=index, swept=point
    )


def _with_arrays(store: Store, found: list[tuple[Any, ...]]) -> list[Run]:
    """The runs, those of elements with the id of their array."""
    rows = [values[_ARRAY] for values in found]
    called = {array: arrays.id_of(store, array) for array in {*rows} if array is not None}
    return [_run(values)._replace(array=called.get(array, "")) for values, array in zip(found, rows, strict=True)]


def _with_configs(store: Store, found: list[Run]) -> list[Run]:
    links: dict[int, list[ConfigLink]] = {}
    for start in range(0, len(found), 500):
        some = found[start : start + 500]
        rows = store.db.rows(_LINKS.format(marks(len(some))), [run.row for run in some])
        for attempt, type, code, day, number, checksum, path in rows:
            link = ConfigLink(type, config_ids.text(code, day, number), checksum, str(store.home / path))
            links.setdefault(attempt, []).append(link)
    return [run._replace(configs=tuple(links.get(run.row, ()))) for run in found]
