"""The Workers screen: who works, what runs and what it uses, resources, and how the yard is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from jobyard.core.models import Changes, JobRow, ResourceInfo, WorkerInfo

from ..actions import CREW, CREW_JOB, Context
from ..crew import holdings, running, staff, yard
from ..crew.curves import Tracks
from ..crew.entries import Content
from ..crew.sight import Sight, Verdict, look
from ..crew.staff import House
from ..format import number, plural, size
from ..lanes import Lane
from ..messages import Broke, Diagnosed, Refused, Repaired, Sighted
from ..registry import SCREENS
from ..text import plain
from ..throttle import Throttle
from ..verbs.workers import who
from ..widgets.lines import Line
from ..widgets.panel import Panel, PanelTabs
from ..widgets.usagechart import LEAST, Look, UsageChart, called
from .place import Place

if TYPE_CHECKING:
    from jobyard.core.models import Repair

SECOND = 1.0
ALL = 100  # running jobs up to which those out of sight are measured too
WIDE = 110  # columns from which all panels are in sight
HIGH = 14  # and lines
CHART = 18  # lines of the charts at most
STAFF, RUNNING, HOLDINGS, YARD = range(4)


class Workers(Place):
    """Four panels. Keys mean the job of the second where that has them, and always the worker and the resource chosen
    in theirs; whatever ends something asks and names it."""

    NAME = "workers"
    ACTIONS = SCREENS["workers"]
    AUTO_FOCUS: ClassVar[str] = "#crew-staff"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["place.tcss", "workers.tcss"]

    def __init__(self) -> None:
        super().__init__()
        self.sight: Sight | None = None
        self.verdict: Verdict | None = None
        self.asking = False  # the doctor looks just now
        self.only: int | None = None  # the worker whose jobs alone are shown
        self._tracks = Tracks()
        self._soon = Throttle(self.look, self.set_timer)
        self._doctor: Lane | None = None
        self._now = time.time()
        self._last = STAFF  # the panel that had the keys last
        self._heights: dict[Widget, str] = {}

    def body(self) -> Iterable[Widget]:
        """Where it is wide: workers and what runs left, resources and the yard right. Else one at a time."""
        self.panels = [Panel(id=f"crew-{name}") for name in ("staff", "running", "holdings", "yard")]
        self.tabs = PanelTabs(self.go_to, id="crew-tabs")
        yield self.tabs
        self.chart = UsageChart(id="crew-chart")
        self.left = Vertical(*self.panels[:2], self.chart, id="crew-left")
        self.right = Vertical(*self.panels[2:], id="crew-right")
        yield Horizontal(self.left, self.right, id="crew")

    def on_mount(self) -> None:
        """Figures move on by themselves."""
        self.set_interval(SECOND, self._tick)

    # -- looking ------------------------------------------------------------------------------------

    def look(self) -> None:
        """Look at workers, jobs, resources and the yard; a thread does."""
        asked, rows, known, only = self.yard_app.yard, self._rows(), self._tracks.known, self.only
        self.yard_app.siding.put(lambda: Sighted(look(asked, rows, known, only), only), self, key="workers")

    def rang(self, changes: Changes) -> None:
        """The yard changed."""
        self._soon()

    def _tick(self) -> None:
        if self.is_current:
            self.look()

    def _rows(self) -> list[int]:
        """The running jobs that are measured: all, or, of very many, those in sight."""
        if self.sight is None or len(self.sight.staff.running) <= ALL:
            return [] if self.sight is None else [one.job.row for one in self.sight.staff.running]
        return [int(key.removeprefix("job ")) for key in self.panels[RUNNING].in_sight if key.startswith("job ")]

    def on_sighted(self, message: Sighted) -> None:
        """Show what was seen."""
        if message.only != self.only:
            return
        before, self.sight = self.sight, message.sight
        self._now = message.sight.staff.at
        going = [one.job.row for one in message.sight.staff.running]
        self._tracks.take(going, message.sight.histories, message.sight.usage)
        self._tell_deaths(before)
        self.show()

    def _tell_deaths(self, before: Sight | None) -> None:
        """A worker that was alive at the last look has died: what becomes of its jobs."""
        if before is None or self.sight is None:
            return
        lived = {one.id for one in before.staff.workers if one.alive}
        for one in self.sight.staff.workers:
            if one.id in lived and one.mode == "dead":
                said = staff.fate(one, self.sight.staff, self._now).removeprefix("It died; ")
                self.tell(f"The worker {plain(one.name)} has died. {said[:1].upper()}{said[1:]}", "warning")

    # -- showing --------------------------------------------------------------------------------------

    def house(self) -> House:
        """Who looks."""
        app = self.yard_app
        return House(app.embedded.name, app.member, app.yard.owner, app.read_only, self.keys["start"])

    @property
    def keys(self) -> Mapping[str, str]:
        """Keys that the panels speak of."""
        shown = {action.id: action.shown_key or action.label for action in self.actions}
        names = {"start": "workers-start", "doctor": "workers-doctor", "repair": "workers-repair"}
        return {"new": shown["new"], "jobs": shown["screen-jobs"], **{name: shown[id] for name, id in names.items()}}

    def show(self) -> None:
        """Paint what changed."""
        if (sight := self.sight) is None:
            return
        keys, house, now = self.keys, self.house(), self._now
        makes: list[Callable[[int], Content]] = [
            lambda width: staff.content(sight.staff, house, width, now),
            lambda width: running.content(sight, self._tracks, self._only_name(), width, now, keys),
            lambda width: holdings.content(sight.resources, self._used(), width, now),
            lambda width: yard.content(sight.vitals, self.verdict, self.asking, width, now, keys),
        ]
        for panel, make in zip(self.panels, makes, strict=True):
            panel.take(make)
        self._arrange()
        self._chart()
        self.tell_facts()
        self.show_context()

    def _chart(self) -> None:
        """What the chosen job used."""
        job = self._chosen
        self.chart.take(None if job is None else Look(job, called(job), self._tracks, self._now))

    def _used(self) -> dict[str, str]:
        """What all running jobs use of the host; {} where some of them are not measured."""
        if self.sight is None or self.only is not None or self.sight.staff.total > ALL:
            return {}
        used = self.sight.usage.values()
        return {"cpus": f"{sum(one.cpu for one in used):.1f}", "mem": size(sum(one.rss for one in used))}

    def _only_name(self) -> str:
        some = self.sight.staff.workers if self.sight is not None else ()
        return next((one.name for one in some if one.id == self.only), "")

    def subject(self) -> str:
        """Nothing beside the title: the panels have theirs."""
        return ""

    def facts(self) -> Line:
        """How much of the host the jobs use, and how many there are."""
        if (sight := self.sight) is None:
            return []
        alive = sum(one.alive for one in sight.staff.workers)
        facts: Line = [(plural(alive, "worker") if alive else "■ no worker", "completed" if alive else "failed")]
        facts += [(f"  ● {number(sight.staff.total)}", "running"), (f"  ○ {number(sight.pending)}", "pending")]
        capacity = {one.name: one.capacity for one in sight.resources}
        for name, used in self._used().items():
            facts.append((f"  {name} {used}{_of(capacity.get(name), size if name == 'mem' else str)}", "dim"))
        return facts

    def on_resize(self, event: events.Resize) -> None:
        """One panel at a time, or all."""
        self.set_class(event.size.width < WIDE or event.size.height < HIGH, "-single")
        self._arrange()

    @property
    def single(self) -> bool:
        """Whether one panel is shown at a time."""
        return self.has_class("-single")

    @property
    def at(self) -> int:
        """The panel that has the keys, or had them last."""
        return self.panels.index(self.focused) if self.focused in self.panels else self._last

    def _arrange(self) -> None:
        """Which panels are in sight, and how high those are whose length is known."""
        at, single, height = self.at, self.single, max(8, self.size.height - 2)
        for number_, panel in enumerate(self.panels):
            panel.display = not single or number_ == at
        self.left.display = not single or at in (STAFF, RUNNING)
        self.right.display = not single or at in (HOLDINGS, YARD)
        highs = [max(3, min(panel.wanted, height // 2)) for panel in self.panels]
        taken = highs[RUNNING] + (1 if single else highs[STAFF])
        self.chart.display = self._chosen is not None and height - taken >= LEAST and (not single or at == RUNNING)
        for number_ in (STAFF, HOLDINGS):
            self._set_height(self.panels[number_], "1fr" if single else str(highs[number_]))
        self._set_height(self.chart, str(min(CHART, height - taken)))
        self.tabs.take([panel.caption for panel in self.panels], at)

    def _set_height(self, widget: Widget, height: str) -> None:
        """Only where it is another one: it lays out the screen anew."""
        if self._heights.get(widget) != height:
            self._heights[widget] = height
            widget.styles.height = height

    # -- panels -------------------------------------------------------------------------------------

    def turn(self, delta: int) -> None:
        """To the next panel (1) or the one before (-1)."""
        self.go_to((self.at + delta) % len(self.panels))

    def go_to(self, number_: int) -> None:
        """Give that panel the keys."""
        panel = self.panels[number_]
        panel.display = self.left.display = self.right.display = True
        self._last = number_
        panel.focus()
        self.call_after_refresh(self._arrange)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Another panel has the keys."""
        if self.focused in self.panels:
            self._last = self.panels.index(self.focused)
        self._arrange()
        self.show_context()

    def on_panel_turned(self) -> None:
        """Something else is chosen."""
        self._chart()
        self.show_context()

    def on_panel_followed(self) -> None:
        """A double click."""
        self.open_selected()

    # -- what the actions use -----------------------------------------------------------------------

    @property
    def worker(self) -> WorkerInfo | None:
        """The worker that is chosen in its panel."""
        some = self.sight.staff.workers if self.sight is not None else ()
        return next((one for one in some if staff.key_of(one) == self.panels[STAFF].key), None)

    @property
    def resource(self) -> ResourceInfo | None:
        """The resource that is chosen in its panel."""
        some = self.sight.resources if self.sight is not None else ()
        return next((one for one in some if holdings.key_of(one) == self.panels[HOLDINGS].key), None)

    @property
    def job(self) -> JobRow | None:
        """The job that is chosen, while its panel has the keys."""
        return self._chosen if self.is_mounted and self.at == RUNNING else None

    @property
    def _chosen(self) -> JobRow | None:
        """The same, whoever has the keys."""
        some = self.sight.staff.running if self.sight is not None else ()
        return next((one.job for one in some if f"job {one.job.row}" == self.panels[RUNNING].key), None)

    def context(self) -> Context:
        """What is the case just now."""
        focus = CREW_JOB if self.is_mounted and self.at == RUNNING else CREW
        return super().context()._replace(worker=self.worker, resource=self.resource, focus=focus)

    def open_selected(self) -> None:
        """Of a worker its jobs; of a job the job; of a resource who has it and who waits; of a finding the way out."""
        if self.at == STAFF and (worker := self.worker) is not None:
            self.limit(worker.id)
            self.go_to(RUNNING)
        elif self.at == STAFF:
            self.go_to(RUNNING)
        elif self.at == RUNNING and (job := self.job) is not None:
            self.yard_app.show_job(job.row)
        elif self.at == HOLDINGS and (resource := self.resource) is not None:
            who(self, resource)
        elif self.at == YARD:
            self._follow_yard(self.panels[YARD].key)

    def _follow_yard(self, key: str) -> None:
        """The doctor is asked where it was not; what a repair mends is repaired; of all else there is no more."""
        findings = self.verdict.findings if self.verdict is not None else ()
        if key == "doctor" and not self.asking:
            self.examine()
        elif key.startswith("finding ") and any(map(yard.mends, findings)):
            self.action_act("workers-repair")

    def lead_to_job(self, ref: str) -> None:
        """To a job in the list of jobs."""
        self.ask(lambda yard_: yard_.resolve([ref])[-1], self.yard_app.show_job)

    def limit(self, worker: int | None) -> None:
        """Show the jobs of one worker alone, or (None) of all."""
        self.only = worker
        self.look()

    def turn_to(self, job: JobRow | None) -> None:
        """Somebody comes from a job: if it runs, it is chosen."""
        if job is not None and self.is_mounted:
            self.panels[RUNNING].choose(f"job {job.row}")

    def back(self) -> None:
        """The jobs of all workers again; then to the list of jobs."""
        if self.only is not None:
            self.limit(None)
        else:
            super().back()

    # -- the doctor -----------------------------------------------------------------------------------

    def examine(self) -> None:
        """Have the yard examined; it may take a while, so a thread of its own does."""
        if self.asking:
            return
        self.asking = True
        asked = self.yard_app.yard
        self._thread().put(lambda: Diagnosed(Verdict(tuple(asked.doctor()), time.time())), self)
        self.panels[YARD].choose("doctor")
        self.show()

    def _thread(self) -> Lane:
        if self._doctor is None or not self._doctor.lives:
            self._doctor = self.yard_app.lane("doctor")
        return self._doctor

    def on_diagnosed(self, message: Diagnosed) -> None:
        """What it found."""
        self.asking, self.verdict = False, message.verdict
        self.show()

    def repair(self) -> None:
        """Mend what can be mended, then look once more."""
        asked = self.yard_app.yard
        self.asking = True
        self._thread().put(lambda: Repaired(asked.repair(asked.home)), self)
        self.show()

    def on_repaired(self, message: Repaired) -> None:
        """What was done."""
        self.asking = False
        self.tell(_done(message.repair))
        self.examine()
        self.look()

    def on_refused(self, message: Refused) -> None:
        """Whatever was waited for will not come; the app says why."""
        self.asking = False
        self.show()

    def on_broke(self, message: Broke) -> None:
        """The same."""
        self.asking = False
        self.show()


def _of(capacity: int | None, shown: Callable[[int], str]) -> str:
    return f"/{shown(capacity)}" if capacity else ""


def _done(repair: Repair) -> str:
    """What a repair did, in words."""
    said = [*repair.done, *(f"Lost: {one}" for one in repair.lost)]
    return plain(". ".join(said)) + "." if said else "Nothing was to be repaired."
