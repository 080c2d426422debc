"""What the page of a run shows: records that a thread has filled."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from jobyard.core.labmodels import ConfigKind, Run
from jobyard.core.models import Attempt, Comparison, Job, JobRow

from ..describe import Dossier

EXPERIMENT = "experiment"  # the kind of job that leaves data


class Before(NamedTuple):
    """The run that this one is compared with. ``config`` is what that one was called with."""

    job: str
    number: int
    comparison: Comparison
    config: Mapping[str, Any] = MappingProxyType({})
    run: Run | None = None  # if it left data
    user: str = ""


class Seen(NamedTuple):
    """A job, one attempt of it, and what stands around that."""

    line: JobRow  # as lists have it
    dossier: Dossier  # its provenance is the attempt's
    number: int  # of the attempt; 0: it has none
    run: Run | None = None  # if the attempt left data, or writes some just now
    kinds: Mapping[str, ConfigKind] = MappingProxyType({})  # of the configs that it ran with: which is main now
    before: Before | None = None
    compared: bool = False  # it is known whether there is one before

    @property
    def job(self) -> Job:
        """The whole job."""
        return self.dossier.job

    @property
    def attempt(self) -> Attempt | None:
        """The attempt that is shown."""
        return next((one for one in self.job.attempts if one.number == self.number), None)

    @property
    def last(self) -> bool:
        """Whether that is the newest one, of which the job's own state tells."""
        return not self.job.attempts or self.number == self.job.attempts[-1].number

    @property
    def grows(self) -> bool:
        """Whether its data is being written."""
        return self.run is not None and self.attempt is not None and self.attempt.ended_at is None

    @property
    def experiment(self) -> str:
        """``module:class`` of an experiment, "" of other jobs."""
        fields = self.job.fields
        module, of = fields.get("module"), fields.get("class")
        return f"{module}:{of}" if isinstance(module, str) and isinstance(of, str) else ""
