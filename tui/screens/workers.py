"""The Workers screen: who works, what runs and what it uses, resources, and how the yard is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import ClassVar

from jobyard.core.models import Changes, JobRow, ResourceInfo, WorkerInfo

from ..actions import CREW, CREW_JOB, Context
from ..crew import holdings, running, staff, yard
from ..crew.curves import Tracks
from ..crew.entries import Content
from ..crew.running import ORDERS, Shown
from ..crew.sight import ALL, Sight, look
from ..crew.staff import House
from ..format import number, plural, size
from ..messages import Sighted
from ..registry import SCREENS
from ..text import plain
from ..throttle import Throttle
from ..verbs.workers import who
from ..widgets.lines import Line
from ..widgets.usagechart import Look, called
from .crewlayout import HOLDINGS, RUNNING, STAFF, YARD
from .examining import Examining

SECOND = 1.0
ORDER = "workers.order"  # as it is remembered


class Workers(Examining):
    """Four panels. Keys mean the job of the second where that has them, and always the worker and the resource chosen
    in theirs; whatever ends something asks and names it."""

    NAME = "workers"
    ACTIONS = SCREENS["workers"]
    AUTO_FOCUS: ClassVar[str] = "#crew-staff"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["place.tcss", "workers.tcss"]

    def __init__(self) -> None:
        super().__init__()
        self.sight: Sight | None = None
        self.only: int | None = None  # the worker whose jobs alone are shown
        order = self.yard_app.memory.get(ORDER)
        self.order = order if order in ORDERS else "time"  # of what runs
        self._tracks = Tracks()
        self._soon = Throttle(self.look, self.set_timer)
        self._now = time.time()
        self._wanted = ""  # the key of a job that is to be chosen

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
        """The running jobs in sight."""
        if self.sight is None:
            return []
        return [int(key.removeprefix("job ")) for key in self.panels[RUNNING].in_sight if key.startswith("job ")]

    @property
    def charted(self) -> bool:
        """Whether a job is chosen among those that run."""
        return self._chosen is not None

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
            lambda width: running.content(sight, self._tracks, Shown(self._only_name(), self.order), width, now, keys),
            lambda width: holdings.content(sight.resources, self._used(), width, now),
            lambda width: yard.content(sight.vitals, self.verdict, self.asking, width, now, keys),
        ]
        for panel, make in zip(self.panels, makes, strict=True):
            panel.take(make)
        if self._wanted:
            self.panels[RUNNING].choose(self._wanted)
            self._wanted = ""
        self.set_out()
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

    # -- panels -------------------------------------------------------------------------------------

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
    def meant(self) -> WorkerInfo | None:
        """The worker that the keys mean: the chosen one; where its panel has not the keys, rather the only that lives.

        Of a chosen one that has left nobody knows from another panel, least of all where one panel is seen at a time.
        """
        chosen = self.worker
        if self.sight is None or (chosen is not None and chosen.alive) or (self.is_mounted and self.at == STAFF):
            return chosen
        living = [one for one in self.sight.staff.workers if one.alive]
        return living[0] if len(living) == 1 else chosen

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
        return super().context()._replace(worker=self.meant, resource=self.resource, focus=focus)

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

    def sort(self, order: str) -> None:
        """Show what runs in this order, now and in the next app."""
        self.order = order
        self.yard_app.remember(ORDER, order)
        self.show()

    def turn_to(self, job: JobRow | None) -> None:
        """Somebody comes from a job: if it runs, it is chosen once it is there."""
        self._wanted = f"job {job.row}" if job is not None else ""

    def back(self) -> None:
        """The jobs of all workers again; then to the list of jobs."""
        if self.only is not None:
            self.limit(None)
        else:
            super().back()


def _of(capacity: int | None, shown: Callable[[int], str]) -> str:
    return f"/{shown(capacity)}" if capacity else ""
