"""What the Configs screen asks the yard for, beside what is read of a version: types, versions, files, a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jobyard.core.errors import JobyardError, Unknown
from jobyard.core.labmodels import ConfigKind, ConfigVersion, Drift
from jobyard.core.models import JobRow
from jobyard.core.yard import Yard

from .kinds import ordered
from .reading import stamp_of
from .versions import FILE, PAGE, Known, longer, renewed

END = 1 << 62  # above every row


class Seen(NamedTuple):
    """The types, and of one of them the newest page of versions, or (*known*) all down to a certain one."""

    kinds: Sequence[ConfigKind]
    type: str
    page: Sequence[ConfigVersion] = ()
    known: Known | None = None

    def after(self, before: Known) -> Known:
        """What is known of its versions now."""
        return renewed(before, self.page) if self.known is None else self.known


class Origin(NamedTuple):
    """The job from which one came, and the versions that it ran with, by type."""

    job: JobRow
    versions: Mapping[str, str]


def first(kind: ConfigKind, known: Known) -> str:
    """What is chosen of a type at first: main, else the newest version, else the file."""
    if kind.main is not None:
        return kind.main.id
    return known.versions[0].id if known.versions else FILE if kind.file else ""


def seen(yard: Yard, wanted: str) -> Seen:
    """The types; of the wanted one, or else the first, the newest versions."""
    kinds = yard.config_kinds()
    names = [kind.name for kind in ordered(kinds)]
    type = wanted if wanted in names else next(iter(names), "")
    return Seen(kinds, type, yard.config_versions(type, limit=PAGE) if type else ())


def reached(yard: Yard, type: str, id: str) -> Seen:
    """The versions of a type down to one of them; the newest if there is no such one."""
    try:
        row = yard.config_version(id).row
    except JobyardError:
        row = END
    known = renewed(Known(), yard.config_versions(type, limit=PAGE))
    while not known.whole and known.versions[-1].row > row:
        before = known.versions[-1].row
        known = longer(known, before, yard.config_versions(type, limit=PAGE, before=before))
    return Seen(yard.config_kinds(), type, known=known)


def drifts_of(yard: Yard) -> tuple[dict[str, Drift], dict[str, object]]:
    """How all files stand, and what says whether one has changed."""
    drifts = {drift.type: drift for drift in yard.config_drift()}
    return drifts, {drift.type: stamp_of(drift.file) for drift in drifts.values() if drift.file}


def origin_of(yard: Yard, job: JobRow) -> Origin | None:
    """What a job's last attempt ran with; None of one that ran with nothing, or is gone."""
    try:
        attempts = yard.job(job.row).attempts
    except Unknown:
        return None
    versions = {link.type: link.version for link in attempts[-1].configs} if attempts else {}
    return Origin(job, versions) if versions else None
