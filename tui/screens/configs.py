"""The Configs screen: types, their versions, what is in them and how they differ; and how the files on disk stand."""

from __future__ import annotations

import time

from jobyard.core.models import JobRow

from ..actions import CONFIGS, Context
from ..columns import name_of
from ..configs import kinds as kinds_panel
from ..configs.lists import JOB, Runs
from ..configs.looking import Origin, first, origin_of
from ..configs.versions import Known
from ..format import number, plural
from ..registry import SCREENS
from ..text import plain
from ..widgets.leafpane import LeafPane
from ..widgets.lines import Line
from ..widgets.panel import Panel
from ..widgets.versionlist import VersionList
from .configlayout import LEAF, TYPES, VERSIONS
from .configseen import ConfigSeen


class Configs(ConfigSeen):
    """What its keys do, where one comes from and goes to."""

    NAME = "configs"
    ACTIONS = SCREENS["configs"]

    def __init__(self) -> None:
        super().__init__()
        self._came: JobRow | None = None  # the job from which one came, whether it ran with anything or not

    # -- showing --------------------------------------------------------------------------------------

    def show(self) -> None:
        """Paint what changed."""
        if not self.is_mounted:
            return
        kinds, drifts, now = list(self.found.values()), self.drifts, time.time()
        self.kinds.take(lambda width: kinds_panel.content(kinds, drifts, width, now))
        kind, known = self.kind, self._known.get(self.type, Known())
        self.list.empty = self._empty()
        if kind is not None:
            self.list.ran = self.origin.versions.get(kind.name, "") if self.origin is not None else ""
            key = self._chosen.get(kind.name, self.list.ran)
            if not key or (self.list.kind is not None and self.list.kind.name != kind.name):
                self.list.key = key or first(kind, known)
        self.list.take(kind, drifts.get(self.type), known)
        if kind is not None and not self.list.has(self.list.key):
            self._find(kind, known)
        self.set_out()
        self.show_chosen()

    def _empty(self) -> tuple[str, ...]:
        """What a list without versions says."""
        push, type = self._keys()["push"], self.type
        how = "" if self.yard_app.read_only else f"{push}  pushes a file"
        return (
            "No version yet.", *([how] if how else []), f"$ jobyard config push {type} FILE",
            "A file to look after is named in jobyard.yml, below configs.",
        )  # fmt: skip

    def subject(self) -> str:
        """The type; the job from which one came."""
        words = [self.type]
        if self.origin is not None:
            words.append(f"as {plain(name_of(self.origin.job))} ran")
        return " · ".join(word for word in words if word)

    def facts(self) -> Line:
        """Files to look at, how many versions there are."""
        wrong = sum(drift.wrong for drift in self.drifts.values())
        total = sum(kind.versions for kind in self.found.values())
        sought: Line = [(f" /{plain(self.sought)} ", "accent")] if self.sought else []
        facts: Line = [(f" ≠ {plural(wrong, 'file')} to look at ", "warning")] if wrong else []
        return [*sought, *facts, (f" {number(total)} version{'' if total == 1 else 's'}", "dim")]

    # -- what the actions use -----------------------------------------------------------------------
    @property
    def job(self) -> JobRow | None:
        """The job under the cursor of those that ran with a version; else the one from which one came."""
        leaf = self.pane.leaf
        if self.is_mounted and self.at == LEAF and isinstance(leaf, Runs) and leaf.count:
            return leaf.job(self.pane.cursor)
        return self._came

    def context(self) -> Context:
        """What is the case just now."""
        version = self.version if self.is_mounted else None
        return super().context()._replace(config=self.kind, version=version, focus=CONFIGS)

    def open_selected(self) -> None:
        """From the types to the versions, from there to what is in one; of a run its job, of the history a version."""
        if self.at != LEAF:
            self.go_to(VERSIONS if self.at == TYPES else LEAF)
        elif self.pane.key.startswith(JOB):
            self.ask(lambda yard: yard.resolve([self.pane.key.removeprefix(JOB)])[-1], self.yard_app.show_job)
        elif self.pane.key:
            self.choose_version(self.type, self.pane.key)

    def on_version_list_followed(self, message: VersionList.Followed) -> None:
        """A double click."""
        self.open_selected()

    def on_leaf_pane_followed(self, message: LeafPane.Followed) -> None:
        """A double click."""
        self.open_selected()

    def on_leaf_pane_turned(self, message: LeafPane.Turned) -> None:
        """Another job is meant."""
        self.show_context()

    def on_panel_followed(self, message: Panel.Followed) -> None:
        """A double click."""
        self.open_selected()

    def back(self) -> None:
        """Look for nothing more; all panels; from what is in one to the versions; drop the mark; then to the jobs."""
        if self.sought:
            self.look_for("")
        elif self.alone:
            super().back()
        elif self.at == LEAF:
            self.go_to(VERSIONS)
        elif self.list.mark:
            self.mark_none()
        else:
            super().back()

    # -- from a job -----------------------------------------------------------------------------------

    def turn_to(self, job: JobRow | None) -> None:
        """The version that this job ran with; of the same job once more, what one had chosen since."""
        if job is None or (self._came is not None and self._came.row == job.row):
            return
        self._came = job
        self.quick("origin", lambda yard: origin_of(yard, job), self._take_origin)

    def _take_origin(self, origin: Origin | None) -> None:
        self.origin = origin
        if origin is None:
            self.show()
            return
        self._chosen |= origin.versions
        type = self.type if self.type in origin.versions else next(iter(origin.versions))
        self.choose_version(type, origin.versions[type])

    def turn_to_version(self, type: str, id: str) -> None:
        """A line about a job has led here: to a version, or to a type ("" for the version)."""
        if id:
            self.choose_version(type, id)
        else:
            self.kinds.key = type
            self.look()
