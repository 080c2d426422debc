"""Jobs of every fate, for processes that only submit them: nothing is imported that these do not need."""

from __future__ import annotations

from pathlib import Path

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import After, State
from tests.running import promise
from tests.running.promise import Expected, may_be

COMPLETED, FAILED, CANCELLED, SKIPPED = State.COMPLETED, State.FAILED, State.CANCELLED, State.SKIPPED


def mix(home: Path, tail: int = 0) -> list[JobSpec]:
    """Jobs of every fate; *tail* more that are held, so that the submit is a bulk one."""

    def job(name: str, script: str, *parents: tuple[str, After], **more: object) -> JobSpec:
        wishes = tuple(Dependency(parent, after) for parent, after in parents)
        fields = {"command": promise.shell(home, script)}
        return JobSpec(fields, name=f"{name}-{tail}", dependencies=wishes, cwd="/", **more)  # type: ignore[arg-type]

    bad = f"bad-{tail}"
    return [
        *(job(f"quick{i}", "exit 0") for i in range(3)),
        job("bad", "exit 3"),
        job("skipped", "exit 0", (bad, After.OK)),
        job("below", "exit 0", (f"skipped-{tail}", After.OK)),
        job("rescue", "exit 0", (bad, After.FAIL)),
        job("anyway", "exit 4", (f"skipped-{tail}", After.ANY)),
        job("leaves", "sleep 300 & exit 5"),
        job("stubborn", f"trap '' TERM; while [ ! -e {home}/never ]; do sleep 0.05; done", priority=5),
        job("gated", f"while [ ! -e {home}/gate ]; do sleep 0.02; done; exit 6", priority=4),
        *(job(f"held{i}", "exit 0", held=True) for i in range(tail)),
    ]


FATES: dict[str, Expected] = {
    "quick0": may_be(COMPLETED), "quick1": may_be(COMPLETED), "quick2": may_be(COMPLETED),
    "bad": may_be(FAILED, code=3), "skipped": may_be(SKIPPED), "below": may_be(SKIPPED),
    "rescue": may_be(COMPLETED), "anyway": may_be(FAILED, code=4), "leaves": may_be(FAILED, code=5),
    "stubborn": may_be(CANCELLED), "gated": may_be(FAILED, code=6),
}  # fmt: skip
