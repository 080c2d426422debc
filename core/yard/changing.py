"""The facade's commands on jobs: cancel, requeue, hold, release, priority."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import givenspec
from ..errors import BadInput
from ..lazy import LazyModule
from ..models import CancelPreview, CascadePreview, Change, JobRow
from ..store import jobs
from ..units import MOST_PRIORITY
from . import finding
from .part import Ref, Whole

if TYPE_CHECKING:
    from ..store import edits, preview
    from . import staff
else:
    edits = LazyModule("jobyard.core.store.edits")
    preview = LazyModule("jobyard.core.store.preview")
    staff = LazyModule("jobyard.core.yard.staff")


class Changing(Whole):
    """What people do to jobs. Each returns what was done, what was left and why, and what changed with it."""

    def cancel(self, refs: Sequence[Ref], *, only_pending: bool = False) -> Change:
        """Cancel pending jobs, stop running ones; with *only_pending* these are left, however late they started."""
        change = edits.cancel(self._store, self.resolve(refs, destructive=True), only_pending=only_pending)
        staff.stop_running(self._store)
        return change

    def cancel_preview(self, refs: Sequence[Ref]) -> CancelPreview:
        """What a cancel of these would do: counts, nothing is changed."""
        return preview.cancel(self._store, self.resolve(refs, destructive=True))

    def requeue(self, refs: Sequence[Ref], cascade: bool = False) -> Change:
        """Ended jobs are pending again; with *cascade* also all that depend on them, unless one of those runs."""
        rows = finding.ended_of_arrays(self._store, refs)
        if cascade:
            rows += self._cascade(rows)
        return edits.requeue(self._store, rows)

    def requeue_preview(self, refs: Sequence[Ref]) -> Change:
        """What a requeue of these without *cascade* would do; nothing is changed."""
        return preview.requeue(self._store, finding.ended_of_arrays(self._store, refs))

    def cascade(self, ref: Ref) -> builtins.list[JobRow]:
        """The jobs that a requeue of this one (or of this array) with *cascade* takes along."""
        rows = edits.descendants(self._store, finding.rows(self._store, [ref], destructive=True))
        found = self.rows(rows)
        return [found[row] for row in rows if row in found]

    def cascade_preview(self, refs: Sequence[Ref], most: int = 20) -> CascadePreview:
        """What a requeue of these with *cascade* would do: all rows, *most* of them whole; nothing is changed."""
        ended, running, pending = preview.cascade(self._store, finding.ended_of_arrays(self._store, refs))
        some = self.rows([*ended[:most], *running[:most]])
        shown, stopping = ([some[row] for row in rows[:most] if row in some] for rows in (ended, running))
        return CascadePreview(tuple(ended), tuple(shown), tuple(row.id for row in stopping), pending)

    def _cascade(self, rows: Sequence[int]) -> builtins.list[int]:
        ended, running, _ = preview.cascade(self._store, rows)
        if running:
            raise BadInput(
                f"{jobs.id_of(self._store, running[0])} depends on it and is running",
                "a running job cannot be requeued",
                "Cancel it, or wait",
            )
        return ended

    def hold(self, refs: Sequence[Ref]) -> Change:
        """Keep pending jobs from starting."""
        return edits.hold(self._store, self.resolve(refs, destructive=True))

    def release(self, refs: Sequence[Ref]) -> Change:
        """Let held jobs start."""
        return edits.release(self._store, self.resolve(refs, destructive=True))

    def priority(self, refs: Sequence[Ref], value: int) -> Change:
        """Set the priority of pending jobs."""
        value = givenspec.whole("priority", value)
        return edits.priority(self._store, self.resolve(refs, destructive=True), lambda old: value)

    def priority_by(self, refs: Sequence[Ref], delta: int) -> Change:
        """Raise or lower the priority of pending jobs."""
        delta = givenspec.whole("priority", delta)
        rows = self.resolve(refs, destructive=True)
        return edits.priority(self._store, rows, lambda old: max(-MOST_PRIORITY, min(MOST_PRIORITY, old + delta)))
