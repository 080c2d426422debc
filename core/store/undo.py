"""Undo and redo: one generic compensation of a change set, in steps that a crash can resume.

Undo takes the newest of a user's changes that can be undone and is in force, whatever host and face it came from;
redo takes the newest undo, unless something was changed since. Either is a change of its own (`change.of`), whose
events again say what was before and after; a redo is the undo of an undo. A change that is no more in force
has `undone` set.

Every row must still hold its result, or nothing is set back and the answer names who changed it. Up to `STEP`
events are checked and set back in one transaction. More are checked first, then set back by steps; how far they
have come is `change.cursor`. Whoever undoes or redoes after a crash goes on there first. What changed between
check and step is left as it is, and told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .. import crash
from ..errors import Unknown, WrongState
from ..models import Change, ChangeInfo
from ..text import people_age
from . import edits, history, settle
from .compensating import Item, Moot, Step, compensate, differing
from .history import ChangeRow
from .setting_jobs import EDGES, JOBS, names
from .setting_lanes import QUEUES
from .store import Store
from .undoable import REDO, UNDO, UNDOABLE, plain, takes

STEP = 300  # events a transaction
END = 1 << 62  # above every event
_DONE = {UNDO: "undone", REDO: "redone"}

crash.register(undo_step="some of the rows of a change are set back, others are not")


@dataclass(slots=True)
class _Tally:
    done: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


def undo(store: Store, number: int | None = None) -> Change:
    """Take back your last change, or the one of this number. Raises WrongState, Unknown."""
    found = _numbered(store, number) if number is not None else _next_undo(store)
    if found is None:
        raise _nothing(store)
    target, passed = found
    return _compensate(store, target, UNDO, passed)


def redo(store: Store) -> Change:
    """Do again what your last undo took back. Raises WrongState."""
    target = _next_redo(store)
    if target is None:
        raise WrongState("There is nothing to redo", "your last change is no undo", "See: jobyard undo --list")
    return _compensate(store, target, REDO, None)


def undoable(store: Store) -> ChangeInfo | None:
    """What the next undo would take back."""
    found = _next_undo(store, finish=False)
    return None if found is None else history.info(store, _root(store, found[0]))


def chosen(store: Store, number: int) -> ChangeInfo:
    """Your change of this number, if undo may take it back. Raises WrongState, Unknown."""
    return history.info(store, _root(store, _numbered(store, number)[0]))


def redoable(store: Store) -> ChangeInfo | None:
    """What the next redo would do again: the change that was undone."""
    target = _next_redo(store, finish=False)
    return None if target is None else history.info(store, _root(store, target))


def _root(store: Store, change: ChangeRow) -> ChangeRow:
    """The change that an undo, a redo, an undo of that … is of."""
    while change.of is not None:
        before = history.row(store, change.of)
        assert before is not None
        change = before
    return change


def candidates(store: Store, limit: int) -> list[ChangeInfo]:
    """Your changes that undo could take back, newest first."""
    found: list[ChangeInfo] = []
    for change in history.own(store, store.actor.user, submits=False):
        if len(found) >= limit:
            break
        if _in_force(store, change):
            found.append(history.info(store, change))
    return found


# -- which ---------------------------------------------------------------------------------------------


def _next_undo(store: Store, *, finish: bool = True) -> tuple[ChangeRow, ChangeInfo | None] | None:
    """The newest change of yours that is in force and can be undone; a later one that it passes over."""
    passed: ChangeRow | None = None
    for change in history.own(store, store.actor.user, submits=False):
        if (half := _half_done(store, change)) is not None:
            if change.undoes:
                return half, None
            if finish:  # a redo that a crash broke off is whole before it is undone
                _compensate(store, half, REDO, None)
        if _in_force(store, change):
            return change, _passed(store, change, passed)
        if passed is None and change.verb == "cancel" and change.undone is None:
            passed = change
    return None


def _next_redo(store: Store, *, finish: bool = True) -> ChangeRow | None:
    """The newest undo of yours that has not been redone, if you made no other change since."""
    for change in history.own(store, store.actor.user, submits=False):
        half = _half_done(store, change)
        if half is not None and not change.undoes:
            return half
        if half is not None and finish:
            _compensate(store, half, UNDO, None)
        if change.undoes and change.undone is None:
            return change
        if change.of is None and plain(change.verb) in UNDOABLE:
            return None
    return None


def _half_done(store: Store, change: ChangeRow) -> ChangeRow | None:
    """The change that this one was to take back, where a crash has broken it off."""
    of = history.row(store, change.of) if change.of is not None else None
    return of if of is not None and of.undone is None and change.undone is None else None


def _in_force(store: Store, change: ChangeRow) -> bool:
    """Whether undo could take it back, as far as it alone tells."""
    if change.undoes or change.undone is not None or plain(change.verb) not in UNDOABLE:
        return False
    if plain(change.verb) == "queue create":
        return not any(_settled_in(store, item) for item in _items(store, change))
    return change.gone > 0 or any(takes(item) for item in _items(store, change))


def _settled_in(store: Store, item: Item) -> bool:
    """A queue that was made and has jobs by now stays: its making is no edit any more."""
    sql = "SELECT 1 FROM job WHERE queue_id = ? LIMIT 1"
    return item.verb == "queue create" and store.db.value(sql, (item.queue,)) is not None


def _items(store: Store, change: ChangeRow) -> Iterator[Item]:
    below = END
    while page := history.items(store, change.id, below, STEP):
        yield from page
        below = page[-1].event


def _passed(store: Store, target: ChangeRow, edit: ChangeRow | None) -> ChangeInfo | None:
    """The newest change of yours that came after the one to undo: a submit, a stop."""
    newest = next(history.own(store, store.actor.user, submits=True))
    later = newest if newest.verb == "submit" and newest.id > target.id else edit
    return None if later is None else history.info(store, later)


def _numbered(store: Store, number: int) -> tuple[ChangeRow, None]:
    """One of your changes by its number."""
    change = history.row(store, number)
    if change is None:
        raise Unknown(f"There is no change {number}", "", "See: jobyard undo --list")
    info = history.info(store, change)
    if info.user != store.actor.user:
        raise WrongState(f"Change {number} is not yours", f"it is by {info.user}", "Ask them to undo it")
    if change.undone is not None:
        raise WrongState(f"Change {number} has been undone already", "", "See: jobyard redo")
    if not _in_force(store, change):
        raise WrongState(f"The {info.verb} of {info.what} cannot be undone", *_instead(info))
    return change, None


def _nothing(store: Store) -> WrongState:
    """There is nothing to undo, and what to do instead where the last change cannot be undone."""
    newest = next(history.own(store, store.actor.user, submits=True), None)
    if newest is None or newest.undoes:
        return WrongState("There is nothing to undo", "no change of yours is in force")
    info = history.info(store, newest)
    return WrongState(f"The {info.words(store.actor.user, store.clock())} cannot be undone", *_instead(info))


def _instead(info: ChangeInfo) -> tuple[str, str]:
    """Why a change cannot be undone, and what to do instead."""
    job = info.first[0] if info.jobs == 1 and info.first else "ID…"
    match plain(info.verb):
        case "submit":
            return "a submit is no edit", f"Cancel it instead: jobyard cancel {job}"
        case "cancel":
            return "a process that was stopped cannot be brought back", f"Run it again: jobyard requeue {job}"
        case "config push":
            return "it did not change which version is main, and a version stays", ""
        case "queue create":
            return "the queue has jobs by now", "End it instead: jobyard queue end"
        case _:
            return "nothing brings that back", ""


# -- setting back ----------------------------------------------------------------------------------------


def _compensate(store: Store, target: ChangeRow, way: str, passed: ChangeInfo | None) -> Change:
    """Set back what *target* did, in a change of its own, and settle what follows."""
    of, verb = history.info(store, _root(store, target)), f"{way}{plain(target.verb)}"
    if target.gone:
        why = f"{target.gone} of its jobs ha{'s' if target.gone == 1 else 've'} been purged since"
        raise WrongState(f"The {of.words(store.actor.user, store.clock())} cannot be {_DONE[way]}", why)
    half = store.db.row("SELECT token, cursor FROM change WHERE of = ? AND undone IS NULL", (target.id,))
    tally, since = _Tally(), store.db.value("SELECT max(id) FROM event") or 0
    if half is None:
        _check(store, target, way, of)
    with store.changing(verb, of=target.id, token=half[0] if half else ""):
        while not _step(store, target, way, of, tally):
            crash.point("undo.step")
    settle.settle_all(store)
    done = tuple(sorted(set(tally.done)))
    return Change(verb, done, tuple(tally.left), edits.followers(store, since, set(done)), of, passed)


def _check(store: Store, target: ChangeRow, way: str, of: ChangeInfo) -> None:
    """Whether every row still holds, of a change that takes several steps; one step checks for itself."""
    seen: set[tuple[object, ...]] = set()
    if len(history.items(store, target.id, END, STEP)) < STEP:
        return
    for item in _items(store, target):
        if takes(item) and item.verb != "stop":
            _check_one(store, item, way, of, seen)


def _check_one(store: Store, item: Item, way: str, of: ChangeInfo, seen: set[tuple[object, ...]]) -> None:
    """A later event of the same change on the same columns has been looked at: it says what they are now."""
    kind = UNDOABLE[item.verb]
    was = kind.read(store.db.connection, item)
    row = (kind, item.job, item.queue, *(item.named.get(key) for key in ("parent", "name", "resource", "config")))
    columns = [column for column in differing(was, item.after) if (*row, column) not in seen]
    seen.update((*row, column) for column in (item.after or {"*": None}))
    if columns and (*row, "*") not in seen:
        name = kind.name(store.db.connection, item)
        raise _refusal(store, way, of, item, Moot(name, "", columns))


def _step(store: Store, target: ChangeRow, way: str, of: ChangeInfo, tally: _Tally) -> bool:
    """Set back the next events in a transaction; True when that was the last one."""
    with store.db.transaction() as connection:
        if store.db.value("SELECT undone FROM change WHERE id = ?", (target.id,)) is not None:
            if tally.done:
                return True  # another program of yours has finished it
            raise WrongState(f"The {of.verb} of {of.what} has been undone just now")
        mine = store.change_id()
        cursor = store.db.value("SELECT cursor FROM change WHERE id = ?", (mine,))
        some = history.items(store, target.id, END if cursor is None else cursor, STEP)
        last = len(some) < STEP
        something = _set_back(Step(store, connection), some, way, of, tally, begun=cursor is not None)
        if last and not something and cursor is None:
            raise _all_left(of, tally)
        if some:
            connection.execute("UPDATE change SET cursor = ? WHERE id = ?", (some[-1].event, mine))
        if last:
            connection.execute("UPDATE change SET undone = ? WHERE id = ?", (mine, target.id))
    return last


def _set_back(step: Step, some: list[Item], way: str, of: ChangeInfo, tally: _Tally, *, begun: bool) -> bool:
    """These events, newest first; whether any was set back.

    What cannot be set back refuses it all, unless something is set back for good.
    """
    done: list[Item] = []
    for item in some:
        if not takes(item):
            if item.verb == "stop":
                tally.left.append((JOBS.name(step.connection, item), _STOPPED))
            continue
        try:
            compensate(step, item, UNDOABLE[item.verb], way + item.verb)
            done += [item] if item.verb != "shift" else []
        except Moot as moot:
            if item.verb == "stop":
                tally.left.append((moot.name, _STOPPED))
            elif begun:
                tally.left.append((moot.name, moot.why or _who(step.store, item, moot) or "it has changed since"))
            else:
                raise _refusal(step.store, way, of, item, moot) from None
    step.follow()
    jobs = {item.job for item in done if item.job is not None}
    tally.done += names(step.connection, list(jobs)) if jobs else []
    tally.done += [UNDOABLE[item.verb].name(step.connection, item) for item in done if item.job is None]
    return bool(step.told)


_STOPPED = "it was running, and a process that was stopped cannot be brought back"


# -- refusing, in words ------------------------------------------------------------------------------------


def _refusal(store: Store, way: str, of: ChangeInfo, item: Item, moot: Moot) -> WrongState:
    who = _who(store, item, moot) if moot.columns else ""
    why = "; ".join(part for part in (moot.why, who) if part) or "it has changed since"
    words = of.words(store.actor.user, store.clock())
    todo = "Nothing was changed; for earlier changes see: jobyard undo --list"
    return WrongState(f"The {words} cannot be {_DONE[way]}", f"{moot.name}: {why}", todo)


def _all_left(of: ChangeInfo, tally: _Tally) -> WrongState:
    why = f"{tally.left[0][0]}: {tally.left[0][1]}" if tally.left else ""
    return WrongState(f"The {of.verb} of {of.what} cannot be undone", why, _instead(of)[1])


def _who(store: Store, item: Item, moot: Moot) -> str:
    """``priority by bob on rig (cli) 12s ago``: the newest later event that tells of those columns, else the newest."""
    later = list(_later(store, item))
    telling = [event for event in later if set(moot.columns) & {*(event[1] or {}), *(event[2] or {})}]
    if not later:
        return ""
    verb, _, _, user, host, face, at = (telling or later)[0]
    age = people_age(store.clock() - at)
    by = "you" if user == store.actor.user else user
    return f"{verb} by {by} on {host} ({face}) {'just now' if age == 'now' else f'{age} ago'}"


_Later = tuple[str, dict[str, object] | None, dict[str, object] | None, str, str, str, float]


def _later(store: Store, item: Item) -> Iterator[_Later]:
    """What was done to the item's row after it, newest first."""
    kind = UNDOABLE[item.verb]
    if kind in (JOBS, EDGES):
        where, key = "e.job_id = ?", [item.job]
    elif kind is QUEUES:
        where, key = "e.job_id IS NULL AND e.queue_id = ?", [item.queue]
    else:
        where, key = "e.job_id IS NULL AND e.queue_id IS NULL", []
    rows = store.db.rows(
        "SELECT e.verb, e.before, e.after, a.user, a.host, a.face, e.at FROM event e JOIN actor a ON a.id = e.actor_id "
        f"WHERE {where} AND e.id > ? ORDER BY e.id DESC LIMIT 200",
        (*key, item.event),
    )
    for verb, before, after, *rest in rows:
        images = history.loads(before), history.loads(after)
        same = [name for name in ("name", "resource", "config") if name in item.named]
        if key or all((images[1] or images[0] or {}).get(name) == item.named[name] for name in same):
            yield verb, *images, *rest
