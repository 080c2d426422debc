"""Making the rows that were saved from a damaged store agree with each other again, and saying what is missing.

The rule: nothing starts that might not be meant to. A pending job whose environment, wants or dependencies are lost
is held, with the reason in its history; a running job whose attempt is lost is looked for in its folder, and fails
as lost if it is not found there. Counters are counted anew and never fall below what was given out.
All functions work on the new file alone, before its triggers exist.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

from ..states import ENDED, After, judge
from . import ids, mend_configs, refolding
from .schema import BUCKET, BUCKETS

LEAP = 100_000  # event ids that are passed over: readers have seen some that are lost
MOST_NAMED = 20  # ids that a sentence names


class Mending:
    """What is known while one file is being mended; ``said`` are sentences for people."""

    def __init__(self, connection: sqlite3.Connection, now: float, home: Path) -> None:
        self.connection, self.now, self.home = connection, now, home
        self.said: list[str] = []
        self.held: dict[int, str] = {}
        self.lost_jobs: dict[int, str] = {}

    def run(self) -> None:
        """All of it, in the order in which one thing follows from another."""
        for step in STEPS:
            step(self)

    def say(self, count: int, one: str, many: str) -> None:
        """A sentence, if there is anything to say."""
        if count:
            self.said.append(one if count == 1 else many.format(n=f"{count:,}"))

    def hold(self, rows: Iterable[int], why: str) -> int:
        """Keep pending jobs from starting; how many."""
        found = [row for row in rows if row not in self.held]
        self.connection.executemany("UPDATE job SET held = 1 WHERE id = ? AND state = 'pending'", ((r,) for r in found))
        self.held.update(dict.fromkeys(found, why))
        return len(found)

    def rows(self, sql: str, *values: object) -> list[int]:
        """The first column of a query."""
        return [row for (row,) in self.connection.execute(sql, values).fetchall()]

    def change(self, sql: str, *values: object) -> int:
        """How many rows a statement changed."""
        return self.connection.execute(sql, values).rowcount


# -- whoever acted, and where ------------------------------------------------------------------------------


def actors(mending: Mending) -> None:
    """Somebody did it, and nobody knows who."""
    missing = "SELECT DISTINCT actor_id FROM {} WHERE actor_id NOT IN (SELECT id FROM actor)"
    for row in {row for table in ("event", "change", "config_version") for row in mending.rows(missing.format(table))}:
        mending.change("INSERT INTO actor (id, user, host, face) VALUES (?, '?', ?, '?')", row, f"lost-{row}")


def lanes(mending: Mending) -> None:
    """Queues that jobs lie in come back under another name, paused, with one slot; so do sessions."""
    for row in mending.rows("SELECT DISTINCT queue_id FROM job WHERE queue_id NOT IN (SELECT id FROM queue)"):
        sql = "INSERT INTO queue (id, session_id, name, slots, paused, created_at) VALUES (?, 1, ?, 1, 1, ?)"
        mending.change(sql, row, f"rescued-{row}", mending.now)
        mending.said.append(f"A queue was lost: its jobs are in rescued-{row}, which is paused")
    for row in mending.rows("SELECT DISTINCT session_id FROM queue WHERE session_id NOT IN (SELECT id FROM session)"):
        name = "default" if row == 1 else f"rescued-{row}"
        mending.change("INSERT INTO session (id, name, created_at) VALUES (?, ?, ?)", row, name, mending.now)
        mending.said.append(f"A session was lost: its queues are in session {name}")


def workers(mending: Mending) -> None:
    """Workers whose names are lost."""
    for row in mending.rows("SELECT DISTINCT worker_id FROM attempt WHERE worker_id NOT IN (SELECT id FROM worker)"):
        sql = (
            "INSERT INTO worker (id, name, host, pid, face, mode, started_at, heartbeat, boot_id) "
            "VALUES (?, ?, '?', 0, '?', 'dead', ?, 0, '')"
        )
        mending.change(sql, row, f"lost-{row}", mending.now)


# -- jobs ----------------------------------------------------------------------------------------------------


def missing_jobs(mending: Mending) -> None:
    """Which jobs are gone: those that events, attempts or edges tell of. What was theirs goes."""
    tell = "SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT id FROM job)"
    places = (("event", "job_id"), ("attempt", "job_id"), ("edge", "child_id"), ("edge", "parent_id"))
    lost = {row for table, column in places for row in mending.rows(tell.format(table=table, column=column))}
    folders = dict(mending.connection.execute("SELECT job_id, folder FROM attempt").fetchall()) if lost else {}
    mending.lost_jobs = {row: _name(mending, row, folders.get(row, "")) for row in sorted(lost)}
    named = ", ".join(list(mending.lost_jobs.values())[:MOST_NAMED]) + (" …" if len(lost) > MOST_NAMED else "")
    mending.say(len(lost), f"1 job is lost: {named}", f"{{n}} jobs are lost: {named}")
    orphans = "DELETE FROM {} WHERE job_id NOT IN (SELECT id FROM job)"
    for table in ("attempt", "hook", "event"):
        mending.change(orphans.format(table) + (" AND job_id IS NOT NULL" if table == "event" else ""))
    mending.change("DELETE FROM edge WHERE child_id NOT IN (SELECT id FROM job)")


def _name(mending: Mending, row: int, folder: str) -> str:
    """A lost job's id: its attempt's folder bears it, else its neighbours tell when they agree."""
    if folder:
        return folder.rpartition("/")[2].rpartition(".")[0]
    near = "SELECT day, number + ?1 - id FROM job WHERE id {} ?1 ORDER BY id {} LIMIT 1"
    before, after = (
        mending.connection.execute(near.format(sign, way), (row,)).fetchone()
        for sign, way in (("<", "DESC"), (">", ""))
    )
    found = before or after
    return ids.text(*found) if found and (not after or not before or before == after) else f"row {row}"


def environments(mending: Mending) -> None:
    """A job does not start in another environment than its own."""
    for row in mending.rows("SELECT DISTINCT env_id FROM job WHERE env_id NOT IN (SELECT id FROM environment)"):
        mending.change("INSERT INTO environment (id, hash, data) VALUES (?, ?, '{}')", row, f"lost-{row}")
        jobs = mending.rows("SELECT id FROM job WHERE env_id = ? AND state = 'pending'", row)
        held = mending.hold(jobs, "its environment was lost")
        mending.change("UPDATE job SET held = 1 WHERE env_id = ? AND ended_at IS NOT NULL", row)  # if it is requeued
        mending.say(held, "1 job is held: its environment is lost", "{n} jobs are held: their environment is lost")


def demands(mending: Mending) -> None:
    """A job does not start without what it wants."""
    missing = "demand_id > 0 AND demand_id NOT IN (SELECT id FROM demand)"
    held = mending.hold(
        mending.rows(f"SELECT id FROM job WHERE {missing} AND state = 'pending'"), "its wants were lost"
    )
    mending.change(f"UPDATE job SET demand_id = 0 WHERE {missing}")
    mending.say(held, "1 job is held: what it wants is lost", "{n} jobs are held: what they want is lost")


def batches(mending: Mending) -> None:
    """Rows of a bulk submit of which nobody knows any more whether it was complete: visible, and held."""
    rows = mending.rows("SELECT id FROM job WHERE batch IS NOT NULL AND batch NOT IN (SELECT id FROM batch)")
    mending.connection.executemany("UPDATE job SET batch = NULL WHERE id = ?", ((row,) for row in rows))
    held = mending.hold(rows, "its bulk submit may have been incomplete")
    mending.say(held, "1 job of a bulk submit is held", "{n} jobs of a bulk submit are held: it may be incomplete")


def edges(mending: Mending) -> None:
    """Dependencies whose other end is lost, and those that are themselves: who waited for them is held."""
    waits = "SELECT DISTINCT child_id FROM edge WHERE state = 'open' AND parent_id NOT IN (SELECT id FROM job)"
    fewer = (
        "SELECT id FROM job WHERE state = 'pending' AND "
        "unmet > (SELECT count(*) FROM edge WHERE child_id = job.id AND state = 'open')"
    )
    held = mending.hold(mending.rows(waits), "a job that it waits for was lost")
    held += mending.hold(mending.rows(fewer), "a dependency of it was lost")
    mending.say(held, "1 job is held: a dependency of it is lost", "{n} jobs are held: dependencies of them are lost")
    mending.change("DELETE FROM edge WHERE parent_id NOT IN (SELECT id FROM job)")
    count = "(SELECT count(*) FROM edge WHERE child_id = job.id AND state = 'open')"
    mending.change(f"UPDATE job SET unmet = {count} WHERE unmet <> {count}")


def attempts(mending: Mending) -> None:
    """Running jobs and running attempts belong together; what is known of a lost attempt is in its folder."""
    stale = "state = 'running' AND job_id NOT IN (SELECT id FROM job WHERE state = 'running')"
    mending.change(
        f"UPDATE attempt SET state = 'failed', cause = 'lost', ended_at = ?, message = ? WHERE {stale}",
        mending.now, "the store was damaged",
    )  # fmt: skip
    sql = (
        "SELECT id, day, number, claims, tried, started_at FROM job WHERE state = 'running' "
        "AND id NOT IN (SELECT job_id FROM attempt WHERE state = 'running')"
    )
    lost = 0
    for row, day, number, claims, tried, started in mending.connection.execute(sql).fetchall():
        folder = f"jobs/{day}/{ids.text(day, number)}.{claims}"
        token = _token(mending.home / folder)
        if not token or not _attempt_again(mending, row, tried if started else tried + 1, token, folder, started):
            lost += _fail(mending, row)
    mending.say(lost, "1 running job failed: its attempt is lost", "{n} running jobs failed: their attempts are lost")


def _token(folder: Path) -> str:
    """The token that the keeper wrote into an attempt's folder; "" if it did not."""
    for name in ("started", "starting"):
        try:
            first = (folder / name).read_bytes().split(b"\n", 1)[0]
            return str(json.loads(first).get("token", ""))
        except (OSError, ValueError, AttributeError):
            continue
    return ""


def _attempt_again(mending: Mending, job: int, number: int, token: str, folder: str, started: float | None) -> bool:
    worker = mending.rows("SELECT id FROM worker ORDER BY id DESC LIMIT 1") or [_some_worker(mending)]
    sql = (
        "INSERT OR IGNORE INTO attempt (job_id, number, token, folder, worker_id, claimed_at, started_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)"
    )
    return mending.change(sql, job, number, token, folder, worker[0], started or mending.now, started) == 1


def _some_worker(mending: Mending) -> int:
    sql = (
        "INSERT INTO worker (name, host, pid, face, mode, started_at, heartbeat, boot_id) "
        "VALUES ('lost', '?', 0, '?', 'dead', ?, 0, '')"
    )
    return int(mending.connection.execute(sql, (mending.now,)).lastrowid or 0)


def _fail(mending: Mending, row: int) -> int:
    sql = (
        "UPDATE job SET state = 'failed', cause = 'lost', ended_at = ?, stop = NULL, held = 0, "
        "started_at = coalesce(started_at, ?), message = 'its attempt was lost with a damaged page' WHERE id = ?"
    )
    return mending.change(sql, mending.now, mending.now, row)


def settling(mending: Mending) -> None:
    """Edges that are out of line with their parents: whoever settles brings them in line, as after any end."""
    mending.change("DELETE FROM settle WHERE parent_id NOT IN (SELECT id FROM job)")
    cases = " ".join(
        f"WHEN p.state = '{state}' AND e.type = '{after}' THEN '{judge(after, state)}'"
        for state in ENDED for after in After
    )  # fmt: skip
    mending.change(
        "INSERT OR IGNORE INTO settle (parent_id, again) SELECT DISTINCT e.parent_id, 1 FROM edge e "
        f"JOIN job p ON p.id = e.parent_id WHERE e.state <> CASE {cases} ELSE 'open' END"
    )


# -- what is made of jobs ------------------------------------------------------------------------------------


def arrays(mending: Mending) -> None:
    """Elements of an array that is lost are jobs like any other; an array without elements goes."""
    mending.change("UPDATE job SET array_id = NULL WHERE array_id NOT IN (SELECT id FROM array)")
    mending.change("DELETE FROM array WHERE id NOT IN (SELECT array_id FROM job WHERE array_id IS NOT NULL)")
    mending.change(
        "DELETE FROM resource WHERE kind = 'array' AND name NOT IN "
        "(SELECT printf('array/JOB-%08d-%05d', day, number) FROM array)"
    )


def changes(mending: Mending) -> None:
    """What was done before can no longer be undone: nobody knows which part of it is lost."""
    for column in ("of", "undone"):
        mending.change(f"UPDATE change SET {column} = NULL WHERE {column} NOT IN (SELECT id FROM change)")
    mending.change("UPDATE event SET change_id = NULL WHERE change_id NOT IN (SELECT id FROM change)")
    mending.change("UPDATE change SET gone = gone + 1")


def tallies(mending: Mending) -> None:
    """Every counter, counted."""
    bucket = BUCKET.format("job")
    mending.change("DELETE FROM tally")
    mending.change("DELETE FROM array_tally")
    for name in BUCKETS:
        mending.change("INSERT INTO tally (queue_id, bucket, n) SELECT id, ?, 0 FROM queue", name)
        mending.change("INSERT INTO array_tally (array_id, bucket, n) SELECT id, ?, 0 FROM array", name)
    for table, column in (("tally", "queue_id"), ("array_tally", "array_id")):
        mending.change(
            f"INSERT OR REPLACE INTO {table} ({column}, bucket, n) SELECT {column}, {bucket}, count(*) FROM job "
            f"WHERE batch IS NULL AND {column} IS NOT NULL GROUP BY 1, 2"
        )


def folds(mending: Mending) -> None:
    """What stands behind a line that is lost is a line again; arrays have theirs."""
    mending.change("CREATE INDEX mending ON job (array_id, state, array_index) WHERE array_id IS NOT NULL")
    refolding.mend(mending.connection)
    mending.change("DROP INDEX mending")
    mending.change("DELETE FROM fold_tally")
    for name in BUCKETS:
        mending.change("INSERT INTO fold_tally (queue_id, bucket, n) SELECT id, ?, 0 FROM queue", name)
    mending.change(
        f"INSERT OR REPLACE INTO fold_tally (queue_id, bucket, n) SELECT queue_id, {BUCKET.format('job')}, count(*) "
        "FROM job WHERE batch IS NULL AND folded = 1 GROUP BY 1, 2"
    )


def ordering(mending: Mending) -> None:
    """Policies weigh their queues anew."""
    mending.change("DELETE FROM rechain")
    mending.change("DELETE FROM reorder")
    mending.change("INSERT INTO reorder (queue_id, done) SELECT id, 0 FROM queue WHERE policy <> 'fifo'")


def counters(mending: Mending) -> None:
    """Ids are never given out again: counters stand at least at what rows, lost jobs and folders on the disk tell."""
    highest: dict[str, int] = {
        "job": max((0, *mending.rows("SELECT coalesce(max(id), 0) FROM job"), *mending.lost_jobs))
    }
    given = mending.connection.execute("SELECT day, max(number) FROM job GROUP BY day").fetchall()
    named = (ids.parse(text) for text in (*mending.lost_jobs.values(), *_folders(mending.home)))
    for day, number in [*given, *(found for found in named if found)]:
        highest["day"] = max(highest.get("day", 0), day)
        highest[f"JOB-{day}"] = max(highest.get(f"JOB-{day}", 0), number)
    highest |= mend_configs.counters(mending)
    sql = "INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value "
    mending.connection.executemany(sql + "WHERE excluded.value > value", highest.items())


def _folders(home: Path) -> Iterable[str]:
    """The ids that attempts' folders bear."""
    return (path.name.rpartition(".")[0] for path in (home / "jobs").glob("*/JOB-*"))


def history(mending: Mending) -> None:
    """The audit tells of it: what was held and why, and what is missing."""
    user = "INSERT OR IGNORE INTO actor (user, host, face) VALUES ('doctor', '', 'repair')"
    mending.change(user)
    (actor,) = mending.rows("SELECT id FROM actor WHERE user = 'doctor' AND face = 'repair'")
    newest = mending.rows("SELECT coalesce(max(id), 0) FROM event")[0] + LEAP
    sql = "INSERT INTO event (id, at, verb, actor_id, job_id, after) VALUES (?, ?, 'repair', ?, ?, ?)"
    told = json.dumps({"said": mending.said}, ensure_ascii=False)
    mending.change(sql, newest, mending.now, actor, None, told)
    for at, (row, why) in enumerate(mending.held.items(), newest + 1):
        mending.change(sql, at, mending.now, actor, row, json.dumps({"held": why}))


STEPS: tuple[Callable[[Mending], None], ...] = (
    actors, lanes, workers, missing_jobs, environments, demands, batches, edges, attempts,
    mend_configs.versions, settling, arrays, changes, ordering, counters, history, tallies, folds,
)  # fmt: skip
