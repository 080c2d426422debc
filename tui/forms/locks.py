"""Resources: keep every job off one, and let them have it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jobyard.core.errors import JobyardError
from jobyard.core.models import ResourceInfo
from jobyard.core.yard import Yard

from ..format import plural
from ..text import plain
from .fields import YES, As, Field, Form, Note, Notes, Reading, Step, Texts

SHOWN = 3  # holders that are named
NO_NAME = Note("No resource is named yet.")


class Lock(Form):
    """``jobyard resource lock``."""

    title = "Lock a resource"
    doing = "lock it"
    head = ("No job begins with it until it is unlocked; what runs goes on.",)

    def __init__(self, names: Sequence[str]) -> None:
        note = Field("note", "note", "Why: shown to all who wait for it.", option="--note")
        self.fields = (Field("name", "resource", "Which one.", source="resources", choices=tuple(names)), note)
        self.initial = {"name": plain(names[0])} if len(names) == 1 else {}
        self.begins = "note" if self.initial else ""

    def read(self, texts: Texts) -> Reading:
        """Which, and why."""
        name, note = (texts.get(key, "").strip() for key in ("name", "note"))
        if not name:
            return Reading({"name": NO_NAME})
        words = ("resource", "lock", name, *(("--note", note) if note else ()))
        return Reading({}, (Step(words, lambda yard: yard.resource_lock(name, note)),), name)

    def look(self, yard: Yard, reading: Reading) -> Notes:
        """Whether there is one, and who has it."""
        found = _found(yard, reading.subject)
        if isinstance(found, Note):
            return {"name": found}
        if found.locked_by:
            return {"name": Note(f"It is locked by {plain(found.locked_by)}.")}
        return {"name": Note(_held(found), wrong=False)} if found.holders else {}

    def told(self, answers: tuple[Any, ...]) -> str:
        """Who still has it."""
        found: ResourceInfo = answers[0]
        return f"Locked {plain(found.name)}. {_held(found)}".rstrip()


class Unlock(Form):
    """``jobyard resource unlock``."""

    title = "Unlock a resource"
    doing = "unlock it"

    def __init__(self, locked: Sequence[ResourceInfo]) -> None:
        self._users = {one.name: one.locked_by for one in locked}
        self.head = tuple(
            f"{plain(one.name)}: locked by {plain(one.locked_by)}"
            + (f": {plain(one.lock_note)}" if one.lock_note else "")
            for one in locked
        )
        force = Field("force", "force", "Somebody else's lock too; the audit tells whose it was.", kind=As.FLAG)
        self.fields = (Field("name", "resource", "Which one.", choices=tuple(self._users)), force)
        self.initial = {"name": plain(locked[0].name)} if len(locked) == 1 else {}
        self.begins = "force" if self.initial else ""

    def read(self, texts: Texts) -> Reading:
        """Which."""
        name, force = texts.get("name", "").strip(), texts.get("force") == YES
        if not name:
            return Reading({"name": NO_NAME})
        if name not in self._users:
            return Reading({"name": Note(f"{plain(name)} is not locked.")})
        words = ("resource", "unlock", name, *(("--force",) if force else ()))
        return Reading({}, (Step(words, lambda yard: yard.resource_unlock(name, force=force)),))

    def told(self, answers: tuple[Any, ...]) -> str:
        """Which."""
        return f"Unlocked {plain(answers[0].name)}."


def _found(yard: Yard, name: str) -> ResourceInfo | Note:
    try:
        return yard.resource(name)
    except JobyardError as error:
        return Note(plain(error.line()))


def _held(found: ResourceInfo) -> str:
    if not found.holders:
        return ""
    some = ", ".join(share.id for share in found.holders[:SHOWN])
    more = f" and {plural(len(found.holders) - SHOWN, 'other')}" if len(found.holders) > SHOWN else ""
    return f"{some}{more} {'has it and goes' if len(found.holders) == 1 else 'have it and go'} on."
