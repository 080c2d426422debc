"""An experiment once more: the form for a new one with the values of an earlier one."""

from __future__ import annotations

from typing import Any

from jobyard.core.labmodels import Sheet
from jobyard.core.models import JobSpec

from ..cli.verbs.experiment import FLAGS
from . import parameters
from .experiment import CLASS, NO, NewExperiment
from .fields import YES, Field, Reading, Step, Texts
from .jobs import instead_field
from .jobtexts import texts_of
from .parameters import OTHERS


class ExperimentOnceMore(NewExperiment):
    """The same with the values of an earlier one."""

    draft = ""

    def __init__(self, id: str, spec: JobSpec, *, pending: bool = False, skips: int = 0) -> None:
        self._id = id
        self._instead = (instead_field(id, skips),) if pending else ()
        super().__init__()
        self.title = f"New experiment like {id}"
        self.head = ("It waits for nothing and has no unique key unless you give them.",)
        self.initial = _texts(spec)
        if spec.fields.get("config") and not self.initial.get(OTHERS):
            self.head = (*self.head, "Its parameters are too long for a field: they have to be given anew.")

    def at_first(self, sheet: Sheet) -> dict[str, str]:
        """Nothing but what the earlier one had."""
        return {}

    def _all(self) -> tuple[Field, ...]:
        return (*super()._all(), *self._instead)

    def read(self, texts: Texts) -> Reading:
        """An experiment, and what becomes of the other."""
        reading = super().read(texts)
        if not reading.steps or not texts.get("instead"):
            return reading
        id = self._id
        gone = Step(("cancel", "--pending", id), lambda yard: yard.cancel([id], only_pending=True))
        return reading._replace(steps=(*reading.steps, gone))

    def told(self, answers: tuple[Any, ...]) -> str:
        """Where it stands, and what became of the other."""
        return super().told(answers) + (f" {self._id} is cancelled." if len(answers) > 1 else "")


def _texts(spec: JobSpec) -> dict[str, str]:
    """What the fields hold at first; parameters go to fields of their own once these are there."""
    fields = spec.fields
    texts = {key: text for key, text in texts_of(spec._replace(fields={"command": ""})).items() if key != "cwd"}
    own = {key: fields[key] for key in ("python", "station") if fields.get(key)}
    flags = {flag: YES if fields[flag] else NO for flag in FLAGS if fields.get(flag) is not None}
    return {
        **{key: text for key, text in texts.items() if key not in ("umask", *_DEFAULT_RETRIES)},
        CLASS: f"{fields['module']}:{fields['class']}", OTHERS: parameters.words_of(fields.get("config", {})),
        "paths": ",".join(fields.get("paths", ())), "user": spec.user, "cwd": spec.cwd, **own, **flags,
    }  # fmt: skip


_DEFAULT_RETRIES = ("retry_delay", "retry_factor", "retry_max")
