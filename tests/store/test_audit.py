"""Nothing changes without an event that says what, who, when, from where: every command, every outcome, row by row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jobyard.core.models import JobSpec
from jobyard.core.states import After
from jobyard.core.store import Actor, Store, edits, history, jobs, outcomes, queues, resources, settle, undo, workers
from jobyard.core.store.database import Database
from jobyard.core.yard import Yard
from tests.store.kit import CANCELLED, COMPLETED, FAILED, Lab, plan, statements

# Columns that follow from other rows' events or are notes between programs: nobody decides them.
DERIVED = {
    "job": {"unmet", "weight", "chain", "moved", "claims", "stop", "batch", "rank", "array_index", "folded", "behind"},
    "queue": set[str](),
    "session": set[str](),
    "resource": set[str](),
    "config_version": set[str](),
    "config_type": set[str](),
    "worker": {"heartbeat"},
    "edge": {"state"},
}
KEYS = {"edge": ("child_id", "parent_id")}
Rows = dict[tuple[Any, ...], tuple[Any, ...]]


def snapshot(store: Store, table: str) -> Rows:
    """Every row's audited columns, by key."""
    names = [row[1] for row in store.db.rows(f"PRAGMA table_info({table})")]
    kept = [name for name in names if name not in DERIVED[table]]
    key = KEYS.get(table, ("id",))
    rows = store.db.rows(f"SELECT {', '.join(key)}, {', '.join(kept)} FROM {table}")
    return {tuple(row[: len(key)]): tuple(row[len(key) :]) for row in rows}


def told(store: Store, since: int) -> dict[str, set[Any]]:
    """What the events after *since* speak of, by table."""
    found: dict[str, set[Any]] = {table: set() for table in DERIVED}
    for verb, job, queue, before, after in store.db.rows(
        "SELECT verb, job_id, queue_id, before, after FROM event WHERE id > ?", (since,)
    ):
        values = json.loads(before or "{}") | json.loads(after or "{}")
        found["job"].add(job)
        found["edge"].add(job)
        found["queue"].add(queue if job is None else None)
        found["worker"] |= {values.get("worker"), values.get("replaces")}
        found["session"].add(values.get("name") if verb.partition(" ")[0] in ("session", "undo", "redo") else None)
        found["resource"].add(values.get("resource"))
        found["config_version"].add(values.get("version"))
        found["config_type"].add(values.get("config"))
    return found


def name_of(table: str, key: tuple[Any, ...], row: tuple[Any, ...] | None, old: tuple[Any, ...] | None) -> Any:
    """What an event calls the row."""
    values = row or old or ()
    if table == "config_version":
        return f"CFG-{values[2]}-{values[3]}-{values[4]:05d}"
    return values[1] if table in ("session", "resource", "config_type") else key[0]


@contextmanager
def audited(monkeypatch: pytest.MonkeyPatch, store: Store) -> Iterator[list[str]]:
    """Every transaction of the block is looked at; yields what changed without a word."""
    original, silent = Database.transaction, list[str]()
    last = {table: snapshot(store, table) for table in DERIVED}
    newest = [int(store.db.value("SELECT max(id) FROM event") or 0)]

    def look() -> None:
        words = told(store, newest[0])
        newest[0] = int(store.db.value("SELECT max(id) FROM event") or 0)
        for table, old in last.items():
            now = last[table] = snapshot(store, table)
            for key in old.keys() | now.keys():
                if old.get(key) == now.get(key) or handed(table, old.get(key), now.get(key)):
                    continue
                if name_of(table, key, now.get(key), old.get(key)) not in words[table]:
                    silent.append(f"{table} {key}: {old.get(key)} → {now.get(key)}")

    @contextmanager
    def transaction(self: Database, *, quiet: bool = False) -> Iterator[Any]:
        with original(self, quiet=quiet) as connection:
            yield connection
        look()

    def handed(table: str, old: tuple[Any, ...] | None, now: tuple[Any, ...] | None) -> bool:
        """A claim shows as pending until it starts: only that is told."""
        if table != "job" or old is None or now is None:
            return False
        same = [a == b or {a, b} == {"pending", "running"} for a, b in zip(old, now, strict=True)]
        return all(same) and STARTED(now) is None

    with monkeypatch.context() as patch:
        names = [row[1] for row in store.db.rows("PRAGMA table_info(job)")]
        at = [name for name in names if name not in DERIVED["job"]].index("started_at")
        STARTED = lambda row: row[at]  # noqa: E731
        patch.setattr(Database, "transaction", transaction)
        yield silent


# -- everything that people can do ------------------------------------------------------------------------


def spec(**more: Any) -> JobSpec:
    return JobSpec({"command": ["true"]}, cwd="/", **more)


COMMANDS: dict[str, Callable[[Yard], object]] = {
    "submit": lambda yard: yard.submit(spec(name="a")),
    "submit_many": lambda yard: yard.submit_many([spec(name="b", priority=1), spec(name="c"), spec(name="d")]),
    "clone": lambda yard: yard.clone("a"),
    "hold": lambda yard: yard.hold(["b", "c"]),
    "release": lambda yard: yard.release(["b"]),
    "priority": lambda yard: yard.priority(["b"], 4),
    "priority_by": lambda yard: yard.priority_by(["b"], -2),
    "move": lambda yard: yard.move(["d"], "top"),
    "after_add": lambda yard: yard.after_add("d", ["c"], After.OK),
    "after_cut": lambda yard: yard.after_cut("d", ["c"]),
    "cancel": lambda yard: yard.cancel(["b"]),
    "requeue": lambda yard: yard.requeue(["b"]),
    "undo": lambda yard: yard.undo(),
    "redo": lambda yard: yard.redo(),
    "queue_create": lambda yard: yard.queue_create("lab/gpu", slots=2, policy="shortest"),
    "queue_set": lambda yard: yard.queue_set("lab/gpu", slots=3, retention=60.0),
    "queue_pause": lambda yard: yard.queue_pause("lab/gpu", 9e9),
    "queue_resume": lambda yard: yard.queue_resume("lab/gpu"),
    "queue_end": lambda yard: yard.queue_end("lab/gpu"),
    "queue_remove": lambda yard: yard.queue_remove("lab/gpu"),
    "session_create": lambda yard: yard.session_create("other"),
    "session_end": lambda yard: yard.session_end("other"),
    "resource_set": lambda yard: yard.resource_set("qick", capacity=1, new=True),
    "resource_lock": lambda yard: yard.resource_lock("qick", "in the hutch"),
    "resource_unlock": lambda yard: yard.resource_unlock("qick"),
    "config_push": lambda yard: (
        yard.config_push("man1_storage_swap", b"1"),
        yard.config_push("man1_storage_swap", b"2"),
    ),
    "config_set_main": lambda yard: yard.config_set_main(yard.config_versions("man1_storage_swap")[1].id),
}

# What these change, other tests look at: files, processes, retention, settings.
ELSEWHERE = {
    "backup", "before_sharing", "cleanup", "close", "config_pull", "open", "queue_as_declared", "repair",
    "run_worker", "settings_begin", "share", "start_worker", "stations_leave", "unit_install", "unit_uninstall",
    "unshare", "worker_attach", "worker_detach", "worker_drain", "worker_start", "worker_stop",
}  # fmt: skip
QUERIES = {
    "activity", "after_check", "submit_check", "array", "cancel_preview", "cascade", "cascade_preview", "chain",
    "changes", "config_bytes", "config_check", "config_complaints", "config_damaged", "config_diff", "config_drift",
    "config_history", "config_kinds", "config_path", "config_runs", "config_source", "config_version",
    "config_versions", "counts", "diff", "doctor", "edges_of", "elements", "complete_filter", "environment", "events",
    "examine", "experiment_main", "experiment_sheet", "experiments_asked", "failed",
    "filter", "first_word", "folded", "folded_rows", "graph", "graph_of", "health", "history", "ids", "interrupt",
    "job", "list", "listen", "load_jobs", "load_tasks", "log_path", "logbook", "news", "offset_of", "only_look",
    "page", "picks_elements", "progress", "provenance", "queue", "queue_history", "queues", "redoable", "data_config",
    "data_diff", "data_file", "data_load", "data_run", "data_runs", "data_summaries", "data_sweep", "data_tree",
    "requeue_preview",
    "require_owner", "resolve", "resource", "resources", "rows", "sessions", "settings_check", "settings_check_file",
    "run_filter", "complete_runs", "runs_of", "run_orders", "growing_runs",
    "staff", "vitals", "settings_trouble", "sortable", "tail", "timeline", "undo_list", "briefs", "standing",
    "undo_preview", "undoable", "unit", "usage", "usage_now", "forecast", "user_history", "wait", "wait_rows", "wish",
    "worker_alive", "workers", "optimize", "output",
}  # fmt: skip


def test_every_command_leaves_its_events(yard_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever rows a command changes, an event of its transaction tells of each, and from which host and face."""
    with Yard.open(yard_home, face="api") as yard, audited(monkeypatch, yard._store) as silent:
        for name, command in COMMANDS.items():
            newest = yard.changes(-1).version
            command(yard)
            assert silent == [], name
            some = yard.events(1000)
            mine = [event for event in some if event.id > newest]
            assert mine, f"{name} tells nothing"
            assert {(event.user, event.host, event.face) for event in mine} == {(yard.user, yard.host, "api")}


def test_no_command_is_forgotten() -> None:
    """Whoever adds a method to the facade says here whether it changes anything."""
    public = {name for name, value in vars_of(Yard) if not name.startswith("_") and callable(value)}
    assert public - COMMANDS.keys() - ELSEWHERE - QUERIES == set()


def vars_of(kind: type) -> list[tuple[str, Any]]:
    return [(name, getattr(kind, name)) for name in dir(kind) if not isinstance(getattr(kind, name), property)]


def test_the_watch_sees_a_silent_change(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """An UPDATE without an event is found, in whichever table."""
    lab.submit()
    queues.create_session(lab.store, "lab")
    resources.set_capacity(lab.store, "qick", 1, new=True)
    for sql in (
        "UPDATE job SET priority = 9", "UPDATE queue SET slots = 9", "UPDATE session SET ended_at = 1",
        "UPDATE resource SET capacity = 9", "UPDATE worker SET mode = 'draining'", "DELETE FROM queue WHERE id = 99",
    ):  # fmt: skip
        with audited(monkeypatch, lab.store) as silent, lab.store.db.transaction() as connection:
            connection.execute(sql)
        assert bool(silent) is ("99" not in sql), sql


# -- everything that workers do ---------------------------------------------------------------------------


def test_every_outcome_leaves_its_events(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start, return, end, retry, due, skip, revive, a pause that is over, a worker that comes, goes, dies."""
    with audited(monkeypatch, lab.store) as silent:
        parent = lab.submit(retries=1, retry_delay=5.0)
        lab.submit((parent, After.OK))
        lab.claim()
        lab.give_back(parent)
        lab.claim()
        lab.start(parent)
        lab.end(parent, FAILED)
        lab.now += 10
        lab.run(parent, FAILED)
        undone = lab.submit()
        lab.run(undone, CANCELLED)
        edits.requeue(lab.store, [parent])
        lab.run(parent, COMPLETED)
        queues.change(lab.store, queues.find(lab.store, "default", "default"), "pause", paused=1, paused_until=lab.now)
        lab.now += 1
        with lab.store.db.transaction() as connection:
            outcomes.admit_due(lab.store, connection)
        settle.settle_all(lab.store)
        second = workers.admit(lab.store, "other", "host", 1, "app", None, None)
        workers.admit(lab.store, "other", "host", 1, "app", None, None)  # of the same name: the other one is dead
        third = workers.admit(lab.store, "third", "host", 1, "app", None, None)
        workers.admit(lab.store, "heir", "host", 1, "headless", None, third)
        workers.set_mode(lab.store, lab.worker, "draining")
        workers.bury(lab.store, lab.worker)
        assert second
    assert silent == []


# -- reading it ------------------------------------------------------------------------------------------


@pytest.fixture
def busy(lab: Lab) -> Lab:
    """Some changes of two users."""
    row = lab.submit()
    other = lab.another()
    other.actor = Actor("bob", "rig", "cli")
    for store in (lab.store, other, lab.store):
        edits.priority(store, [row], lambda old: old + 1)
    queue = queues.find(lab.store, "default", "default")
    queues.change(lab.store, queue, "set", slots=7)
    other.close()
    return lab


READS: dict[str, tuple[Callable[[Store], object], str]] = {
    "of a queue": (lambda store: history.of_queue(store, 1, 10, None), "event_queue"),
    "of a user": (lambda store: history.of_user(store, "ada", 10, None), "change_actor"),
    "of a change": (lambda store: history.items(store, 1, 1 << 62, 10), "event_change"),
    "the next undo": (undo.undoable, "change_edits"),
    "the next redo": (undo.redoable, "change_edits"),
    "the latest": (lambda store: history.latest(store, 10, None), "e"),
    "an undo": (undo.undo, "event_change"),
}


@pytest.mark.parametrize("name", READS)
def test_history_is_read_by_an_index(busy: Lab, name: str) -> None:
    """At a million events a look at the audit costs what it costs at ten: nothing is scanned, nothing is sorted."""
    call, index = READS[name]
    asked = [sql for sql in statements(busy.store, lambda: call(busy.store)) if sql.startswith(("SELECT", "UPDATE"))]
    plans = [plan(busy.store, sql, ()) for sql in asked if " event " in sql or " change " in sql or "FROM job" in sql]
    assert any(index in found for found in plans)
    for found in plans:
        steps = [step for step in found.split("; ") if step.startswith("SCAN") and " INDEX " not in step]
        assert [step for step in steps if step.split()[1] not in ("e", "o")] == [], found
        assert "TEMP B-TREE FOR ORDER" not in found, found
        assert "SCAN e" not in found or name == "the latest"  # which begins at its end and is limited


def test_the_latest_is_read_from_the_end(busy: Lab) -> None:
    """The newest events are the end of the primary key."""
    (sql,) = [sql for sql in statements(busy.store, lambda: history.latest(busy.store, 2, None)) if "FROM event" in sql]
    assert "LIMIT 2" in sql
    assert [event.verb for event in history.latest(busy.store, 2, None)] == ["priority", "queue set"]


def test_who_from_where_and_what_it_was(busy: Lab) -> None:
    """A user's change sets, newest first, with host and face; a queue's events with both values."""
    changes = history.of_user(busy.store, "bob", 10, None)
    assert [(change.verb, change.host, change.face, change.jobs) for change in changes] == [
        ("priority", "rig", "cli", 1)
    ]
    event = history.of_queue(busy.store, 1, 10, None)[-1]
    assert (event.verb, event.before, event.after) == ("queue set", {"slots": 4}, {"slots": 7})
    assert history.of_queue(busy.store, 1, 10, busy.now + 1) == []
    assert history.of_user(busy.store, "ada", 10, busy.now + 1) == []


def test_a_stopping_job_knows_since_when(lab: Lab) -> None:
    """When its stop was asked for and by whom, not when it started; nothing once it has ended."""
    row = lab.submit()
    lab.claim()
    lab.start(row)
    lab.now += 30
    edits.cancel(lab.store, [row])
    asked = jobs.load(lab.store, row)
    assert (asked.stop_at, asked.stop_by) == (lab.now, "ada")
    lab.end(row, CANCELLED)
    assert jobs.load(lab.store, row).stop_at is None
