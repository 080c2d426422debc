"""What the Configs screen knows of types, versions and files, and which of them is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from jobyard.core.labmodels import ConfigKind, ConfigVersion, Drift
from jobyard.core.models import Changes
from jobyard.core.yard import Yard

from ..configs.looking import Origin, Seen, drifts_of, first, reached, seen
from ..configs.versions import FILE, PAGE, Known, longer
from ..lanes import Lane
from ..messages import Answered
from ..throttle import Throttle
from ..widgets.panel import Panel
from ..widgets.versionlist import VersionList
from .configlayout import ConfigLayout

SECOND = 1.0


class ConfigLooks(ConfigLayout):
    """What is chosen is a type and a version of it, or its file. All that is shown is fetched in threads: what is
    quick, what compares and checks, and how the files stand."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, ConfigKind] = {}
        self.drifts: dict[str, Drift] = {}
        self.origin: Origin | None = None
        self._stamps: dict[str, object] = {}
        self._known: dict[str, Known] = {}
        self._chosen: dict[str, str] = {}  # of each type the version that was chosen last
        self._rung = 0
        self._reaching = ""  # the version down to which is read just now
        self._lanes: dict[str, Lane] = {}
        self._soon = Throttle(self.look, self.set_timer)

    def on_mount(self) -> None:
        """Files change without a bell."""
        self.set_interval(SECOND, self._tick)

    def show(self) -> None:
        """Paint what changed."""
        raise NotImplementedError

    def show_chosen(self) -> None:
        """Another version is chosen, or it is to be seen otherwise."""
        raise NotImplementedError

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
        wanted = self.type
        self._reaching = ""  # what failed may be tried once more
        self.quick("kinds", lambda yard: seen(yard, wanted), self._take_seen)
        self._look_at_files()

    def _look_at_files(self) -> None:
        self._put("config-files", "drift", drifts_of, self._take_drifts)

    def rang(self, changes: Changes) -> None:
        """The yard changed."""
        self._rung += 1
        self._soon()

    def _tick(self) -> None:
        if self.is_current:
            self._look_at_files()

    def _take_seen(self, found: Seen) -> None:
        self.found = {kind.name: kind for kind in found.kinds}
        if found.type:
            self._known[found.type] = found.after(self._known.get(found.type, Known()))
        if self.type not in self.found:
            self.kinds.key = found.type
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

        def take(found: Seen) -> None:
            self._reaching = ""
            self._take_seen(found)
            if self._chosen.get(found.type) == key and self.type == found.type:
                self.list.choose(key if self.list.has(key) else first(self.found[type], self._known[type]))
                self.show()

        if self._reaching != key:
            self._reaching = key
            self.quick("reach", lambda yard: reached(yard, type, key), take)

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

    def _find(self, kind: ConfigKind, known: Known) -> None:
        """The chosen line is not known: it is further down, or gone."""
        if known.whole or not self.list.key.startswith("CFG-"):
            self.list.choose(first(kind, known))
        elif known.versions:
            self._reach(kind.name, self.list.key)


def _file_of(kind: ConfigKind | None) -> str:
    return kind.file if kind is not None else ""
