"""Sweeps on the command line: what ``--sweep`` asks for, and the points that come of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from jobyard.core.errors import BadInput
from jobyard.core.models import JobSpec
from jobyard.tui.cli.printing import note, say_all, say_json_array
from jobyard.tui.cli.words import clean

if TYPE_CHECKING:
    from jobyard.core.sweeps import Sweep

Json = dict[str, Any]


def field(texts: Sequence[str], zipped: bool) -> Json:
    """The field ``sweep`` of an experiment, nothing without --sweep. Raises BadInput."""
    if not texts:
        if zipped:
            raise BadInput(
                "--zip was given without --sweep", "There is nothing to go through", "Add --sweep KEY=VALUES"
            )
        return {}
    from jobyard.core.yard import experimenting

    axes = [list(experimenting.parse_axis(text)) for text in texts]
    return {"sweep": {"axes": axes, "zip": zipped}}


def indexes(spec: JobSpec) -> tuple[Sweep, Sequence[int]] | None:
    """The sweep that a job asks for with the indexes of the points that are wanted, None of any other job."""
    if "sweep" not in spec.fields:
        return None
    from jobyard.core.yard import experimenting

    given = spec.fields["sweep"]
    sweep = experimenting.checked([(key, values) for key, values in given["axes"]], given["zip"])
    return sweep, experimenting.chosen(sweep.size, spec.array).indexes


def ends(spec: JobSpec) -> Json:
    """How many points, the first and the last, as JSON."""
    if (found := indexes(spec)) is None:
        return {}
    sweep, some = found
    return {"jobs": len(some), "first": sweep.point(some[0] - 1), "last": sweep.point(some[-1] - 1)}


def note_ends(spec: JobSpec) -> None:
    """The same for people: ``22 jobs, from amp=0.0 freq=4.8 to amp=1.0 freq=4.9``."""
    from jobyard.core.yard import experimenting

    if told := ends(spec):
        first, last = experimenting.told(told["first"]), experimenting.told(told["last"])
        between = f", from {first} to {last}" if told["jobs"] > 1 else f", {first}"
        note(f"{told['jobs']:,} {'job' if told['jobs'] == 1 else 'jobs'}{between}")


def hint_at_keys(spec: JobSpec, values: Sequence[str]) -> None:
    """Say which keys are probably misspelt: a whole sweep would come out the same."""
    from jobyard.core.yard import experimenting

    axes = [key for key, _ in spec.fields.get("sweep", {}).get("axes", ())]
    for key, near in experimenting.misspelt(spec.fields, [*(text.partition("=")[0] for text in values), *axes]):
        note(f"{spec.fields['class']} is not known to take {clean(key)}. Did you mean {clean(near)}?")


def rehearse(spec: JobSpec, as_json: bool) -> None:
    """``--dry-run``: every point with its index."""
    if (found := indexes(spec)) is None:
        raise BadInput("There is no sweep to show", "--dry-run prints the points of one", "Add --sweep KEY=VALUES")
    sweep, some = found
    if as_json:
        say_json_array({"index": index, "swept": sweep.point(index - 1)} for index in some)
    else:
        say_all(lines(sweep, some))
        note_ends(spec)


def lines(sweep: Sweep, some: Sequence[int]) -> Iterator[str]:
    """``7  amp=0.3 freq=4.8``."""
    from jobyard.core.yard import experimenting

    width = len(str(max(some)))
    yield from (f"{index:{width}}  {experimenting.told(sweep.point(index - 1))}" for index in some)
