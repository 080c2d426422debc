"""The Configs screen: types, their versions, what is in them and how they differ; and how the files on disk stand."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from jobyard.core.errors import JobyardError
from jobyard.core.labmodels import ConfigKind, ConfigVersion, Drift
from jobyard.core.models import Changes, JobRow
from jobyard.core.yard import Yard

from ..actions import CONFIGS, Context
from ..columns import name_of
from ..configs import kinds as kinds_panel
from ..configs.head import FORMS, Told, of_file, of_version
from ..configs.leaf import Leaf, Words
from ..configs.lists import JOB, Runs
from ..configs.reading import BEFORE, MAIN, Wish, read, stamp_of, told, unchecked
from ..configs.versions import FILE, PAGE, Known, longer, renewed
from ..format import number, plural
from ..lanes import Lane
from ..messages import Answered
from ..registry import SCREENS
from ..text import plain
from ..throttle import Throttle
from ..widgets.leafpane import LeafPane
from ..widgets.lines import Line
from ..widgets.panel import Panel
from ..widgets.versionlist import VersionList
from .configlayout import LEAF, TYPES, VERSIONS, ConfigLayout

SECOND = 1.0
PATIENCE = 0.2  # seconds after which it is told that something is still being read
FORM = "configs.form"  # as it is remembered
BASES = (BEFORE, MAIN, FILE)
END = 1 << 62  # above every row
COMPARING = ("lines", "beside", "values")


class Seen(NamedTuple):
    """The types, and of one of them the versions, as they were just now."""

    kinds: Sequence[ConfigKind]
    type: str
    known: Known


class Origin(NamedTuple):
    """The job from which one came, and the versions that it ran with, by type."""

    job: JobRow
    versions: Mapping[str, str]


class Configs(ConfigLayout):
    """What is chosen is a type and a version of it, or its file. All that is shown is fetched in threads: what is
    quick, what compares and checks, and how the files stand."""

    NAME = "configs"
    ACTIONS = SCREENS["configs"]

    def __init__(self) -> None:
        super().__init__()
        form = self.yard_app.memory.get(FORM)
        self.form = form if form in FORMS else "lines"
        self.base = BEFORE
        self.found: dict[str, ConfigKind] = {}
        self.drifts: dict[str, Drift] = {}
        self.origin: Origin | None = None
        self._came: JobRow | None = None  # the job from which one came, whether it ran with anything or not
        self._stamps: dict[str, object] = {}
        self._known: dict[str, Known] = {}
        self._chosen: dict[str, str] = {}  # of each type the version that was chosen last
        self._asked: Wish | None = None
        self._shown: Wish | None = None
        self._told: Told | None = None
        self._telling: object = None  # what was asked for that
        self._rung = 0
        self._reaching = ""  # the version down to which is read just now
        self._drafted: Wish | None = None  # of which what was not checked yet is shown
        self._lanes: dict[str, Lane] = {}
        self._soon = Throttle(self.look, self.set_timer)

    def on_mount(self) -> None:
        """Files change without a bell."""
        self.set_interval(SECOND, self._tick)

    # -- looking ------------------------------------------------------------------------------------

    def quick(self, name: str, question: Callable[[Yard], object], then: Callable[..., None]) -> None:
        """Ask in the thread of what is quick."""
        self._put("configs", name, question, then)

    def slow(self, name: str, question: Callable[[Yard], object], then: Callable[..., None]) -> None:
        """Ask in the thread of what compares and checks."""
        self._put("config-diffs", name, question, then)

    def _put(self, lane: str, name: str, question: Callable[[Yard], object], then: Callable[..., None]) -> None:
        yard = self.yard_app.yard

        def letter() -> Answered:
            found = question(yard)
            return Answered(lambda: then(found))

        if lane not in self._lanes or not self._lanes[lane].lives:
            self._lanes[lane] = self.yard_app.lane(lane, looks=True)
        self._lanes[lane].put(letter, self, key=name)

    def look(self) -> None:
        """Look at the types, the versions of the chosen one, the files."""
        wanted, known = self.type, dict(self._known)
        self.quick("kinds", lambda yard: _seen(yard, wanted, known), self._take_seen)
        self._look_at_files()

    def _look_at_files(self) -> None:
        self._put("config-files", "drift", _drifts, self._take_drifts)

    def rang(self, changes: Changes) -> None:
        """The yard changed."""
        self._rung += 1
        self._soon()

    def _tick(self) -> None:
        if self.is_current:
            self._look_at_files()

    def _take_seen(self, seen: Seen) -> None:
        self.found = {kind.name: kind for kind in seen.kinds}
        if seen.type:
            self._known[seen.type] = seen.known
        if self.type not in self.found:
            self.kinds.key = seen.type
        self.show()

    def _take_drifts(self, found: tuple[Mapping[str, Drift], Mapping[str, object]]) -> None:
        drifts, stamps = found
        strange = {drift.type for drift in drifts.values() if _file_of(self.found.get(drift.type)) != drift.file}
        changed = (drifts, stamps) != (self.drifts, self._stamps)
        self.drifts, self._stamps = dict(drifts), dict(stamps)
        if strange:  # the settings have changed
            self._soon()
        elif changed:
            self.show()

    # -- what is chosen -------------------------------------------------------------------------------

    @property
    def type(self) -> str:
        """The chosen type; "" before the first look."""
        return self.kinds.key

    @property
    def kind(self) -> ConfigKind | None:
        """All about it."""
        return self.found.get(self.type)

    @property
    def version(self) -> ConfigVersion | None:
        """The version under the cursor; None where that is on the file."""
        return self.list.version

    @property
    def on_file(self) -> bool:
        """Whether the file on disk is chosen."""
        return self.list.key == FILE

    @property
    def job(self) -> JobRow | None:
        """The job under the cursor of those that ran with a version; else the one from which one came."""
        leaf = self.pane.leaf
        if self.is_mounted and self.at == LEAF and isinstance(leaf, Runs) and leaf.count:
            return leaf.job(self.pane.cursor)
        return self._came

    def choose_type(self, name: str) -> None:
        """Turn to a type."""
        self.kinds.choose(name)

    def choose_version(self, type: str, key: str) -> None:
        """Turn to a version of a type, or its file; versions down to it are read first."""
        self._chosen[type] = key
        if self.type != type:
            self.kinds.key = type
        known = self._known.get(type, Known())
        if key == FILE or any(version.id == key for version in known.versions):
            self.list.choose(key)
            self.look()
        else:
            self._reach(type, key)

    def _reach(self, type: str, key: str) -> None:
        """Read the versions of a type down to one of them."""

        def take(seen: Seen) -> None:
            self._reaching = ""
            self._take_seen(seen)
            if self._chosen.get(seen.type) == key and self.type == seen.type:
                self.list.choose(key if self.list.has(key) else _first(self.found[type], seen.known))
                self.show()

        if self._reaching != key:
            self._reaching = key
            self.quick("reach", lambda yard: _reached(yard, type, key), take)

    def on_panel_turned(self, message: Panel.Turned) -> None:
        """Another type."""
        self.look()
        self.show()

    def on_version_list_turned(self, message: VersionList.Turned) -> None:
        """Another version."""
        self._chosen[self.type] = self.list.key
        self.show_chosen()

    def on_version_list_wanted(self, message: VersionList.Wanted) -> None:
        """Older ones are wanted."""
        type, known = self.type, self._known.get(self.type)
        if known is None or known.whole or not known.versions:
            return
        before = known.versions[-1].row
        self.quick("older", lambda yard: yard.config_versions(type, limit=PAGE, before=before),
                   lambda page: self._take_older(type, before, page))  # fmt: skip

    def _take_older(self, type: str, before: int, page: Sequence[ConfigVersion]) -> None:
        self._known[type] = longer(self._known.get(type, Known()), before, page)
        self.show()

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
                self.list.key = key or _first(kind, known)
        self.list.take(kind, drifts.get(self.type), known)
        if kind is not None and not self.list.has(self.list.key):
            self._find(kind, known)
        self.set_out()
        self.show_chosen()

    def _find(self, kind: ConfigKind, known: Known) -> None:
        """The chosen line is not known: it is further down, or gone."""
        if known.whole or not self.list.key.startswith("CFG-"):
            self.list.choose(_first(kind, known))
        elif known.versions:
            self._reach(kind.name, self.list.key)

    def show_chosen(self) -> None:
        """What is told of the chosen version, and what is in it."""
        self._show_head()
        self._read()
        self.tell_facts()
        self.show_context()

    def _show_head(self) -> None:
        kind, version, now = self.kind, self.version, time.time()
        if self.on_file and kind is not None:
            self.head.tell(of_file(kind, self.drifts.get(kind.name)))
        elif version is not None:
            main = kind.main.row if kind is not None and kind.main is not None else None
            version = version._replace(main=version.row == main)
            known = self._told if self._told is not None and self._told.version.id == version.id else Told(version)
            self.head.tell(of_version(known, now))
            telling = (version.id, version.attempts, kind.set_at if kind is not None else None)
            if telling != self._telling:
                self._telling = telling
                self.quick("head", lambda yard: told(yard, version.id), self._take_told)
        else:
            self.head.tell([])

    def _take_told(self, found: Told) -> None:
        self._told = found
        if (version := self.version) is not None and version.id == found.version.id:
            self.head.tell(of_version(found, time.time()))

    def _wish(self) -> Wish | None:
        """What is to be seen now."""
        kind, key = self.kind, self.list.key
        if kind is None or not self.list.has(key):
            return None
        comparing = self.form in COMPARING
        base = (self.list.mark or self.base) if comparing else ""
        if comparing and key == FILE and base == BEFORE:
            base = MAIN
        stamp: list[object] = []
        if FILE in (key, base):
            stamp.append(self._stamps.get(kind.name))
        if base == MAIN or self.form == "history":
            stamp += [kind.main.row if kind.main is not None else None, kind.set_at]
        if self.form == "runs":
            stamp.append(self._rung)
        return Wish(kind.name, kind.file, key, self.form, base, tuple(stamp))

    def _read(self) -> None:
        wish = self._wish()
        if wish is None:
            self._asked = self._shown = None
            self.pane.take(Words())
            self.head.turn(self.form, "", False)
        elif wish != self._asked:
            self._asked = wish
            ask = self.slow if self.form in COMPARING or wish.key == FILE else self.quick
            ask("leaf", lambda yard: read(yard, wish), lambda leaf: self._take_leaf(wish, leaf))
            if wish.key == FILE and wish.form == "contents":  # a large file is seen before it is checked
                self.quick("draft", lambda yard: unchecked(yard, wish), lambda leaf: self._take_draft(wish, leaf))
            self.set_timer(PATIENCE, lambda: self._still_reading(wish))

    def _still_reading(self, wish: Wish) -> None:
        if wish == self._asked != self._shown:
            self.head.turn(wish.form, "", True)

    def _take_draft(self, wish: Wish, leaf: Leaf) -> None:
        if wish == self._asked != self._shown:
            self._put_leaf(wish, leaf)
            self._drafted = wish

    def _take_leaf(self, wish: Wish, leaf: Leaf) -> None:
        if wish == self._asked:
            self._put_leaf(wish, leaf)
            self._shown = wish
            self.head.turn(wish.form, leaf.caption, False)
            self.show_context()

    def _put_leaf(self, wish: Wish, leaf: Leaf) -> None:
        """Show it; where it is what was there, read once more, from the same line on."""
        if isinstance(leaf, Words):
            leaf.name_keys(self._keys())
        before = self._drafted or self._shown
        self.pane.take(leaf, stay=before is not None and before._replace(stamp=None) == wish._replace(stamp=None))
        self._drafted = None

    def _keys(self) -> dict[str, str]:
        """Keys that words speak of."""
        shown = {action.id: action.shown_key or action.label for action in self.actions}
        names = {"base": "configs-base", "lines": "configs-form-after", "push": "configs-push-other"}
        return {name: shown[id] for name, id in names.items()}

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
        facts: Line = [(f" ≠ {plural(wrong, 'file')} to look at ", "warning")] if wrong else []
        return [*facts, (f" {number(total)} version{'' if total == 1 else 's'}", "dim")]

    # -- what the actions use -----------------------------------------------------------------------

    def see(self, form: str) -> None:
        """Show what is chosen in another form, now and in the next app."""
        self.form = form
        self.yard_app.remember(FORM, form)
        self.show_chosen()

    def next_form(self, step: int) -> None:
        """The form beside."""
        self.see(FORMS[(FORMS.index(self.form) + step) % len(FORMS)])

    def next_base(self) -> None:
        """Compare with something else: the version before, main, the file."""
        self.base = BASES[(BASES.index(self.base) + 1) % len(BASES)]
        self.list.mark = ""
        self.list.repaint()
        self.show_chosen()

    def mark(self) -> None:
        """Mark this version: others are compared with it."""
        self.list.toggle_mark()
        self.show_chosen()

    def jump(self, back: bool) -> None:
        """To the next stretch that differs."""
        if not self.pane.jump(back):
            self.tell(f"There is no {'earlier' if back else 'further'} difference.")

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
        """From what is in a version to the versions; then drop the mark, the job; then to the list of jobs."""
        if self.at == LEAF:
            self.go_to(VERSIONS)
        elif self.list.mark:
            self.mark_none()
        else:
            super().back()

    def mark_none(self) -> None:
        """Nothing is marked any more."""
        self.list.mark = ""
        self.list.repaint()
        self.show_chosen()

    # -- from a job -----------------------------------------------------------------------------------

    def turn_to(self, job: JobRow | None) -> None:
        """The version that this job ran with; of the same job once more, what one had chosen since."""
        if job is None or (self._came is not None and self._came.row == job.row):
            return
        self._came = job
        self.quick("origin", lambda yard: _origin(yard, job), self._take_origin)

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


def _file_of(kind: ConfigKind | None) -> str:
    return kind.file if kind is not None else ""


def _first(kind: ConfigKind, known: Known) -> str:
    """What is chosen of a type at first: main, else the newest version, else the file."""
    if kind.main is not None:
        return kind.main.id
    return known.versions[0].id if known.versions else FILE if kind.file else ""


# -- in threads -----------------------------------------------------------------------------------------------------


def _seen(yard: Yard, wanted: str, known: Mapping[str, Known]) -> Seen:
    """The types; of the wanted one, or else the first, the newest versions."""
    kinds = yard.config_kinds()
    names = [kind.name for kind in kinds_panel.ordered(kinds)]
    type = wanted if wanted in names else next(iter(names), "")
    if not type:
        return Seen(kinds, "", Known())
    return Seen(kinds, type, renewed(known.get(type, Known()), yard.config_versions(type, limit=PAGE)))


def _reached(yard: Yard, type: str, id: str) -> Seen:
    """The versions of a type down to one of them; the newest if there is no such one."""
    try:
        row = yard.config_version(id).row
    except JobyardError:
        row = END
    known = renewed(Known(), yard.config_versions(type, limit=PAGE))
    while not known.whole and known.versions[-1].row > row:
        before = known.versions[-1].row
        known = longer(known, before, yard.config_versions(type, limit=PAGE, before=before))
    return Seen(yard.config_kinds(), type, known)


def _drifts(yard: Yard) -> tuple[dict[str, Drift], dict[str, object]]:
    """How all files stand, and what says whether one has changed."""
    drifts = {drift.type: drift for drift in yard.config_drift()}
    return drifts, {drift.type: stamp_of(drift.file) for drift in drifts.values() if drift.file}


def _origin(yard: Yard, job: JobRow) -> Origin | None:
    """What a job's last attempt ran with; None of one that ran with nothing, or is gone."""
    attempts = yard.job(job.row).attempts
    versions = {link.type: link.version for link in attempts[-1].configs} if attempts else {}
    return Origin(job, versions) if versions else None
