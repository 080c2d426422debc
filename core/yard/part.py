"""A part of the facade: what it has of the whole."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..models import JobFilter, JobRow, QueueInfo
from ..store import Store

if TYPE_CHECKING:
    from ..progress import Progress

Ref = str | int  # what people call a job, or its row


class Whole:
    """What the parts of :class:`Yard` use of each other."""

    _store: Store
    home: Path
    face: str

    def resolve(self, refs: Sequence[Ref], *, destructive: bool = False) -> builtins.list[int]:
        """The rows that references mean."""
        raise NotImplementedError

    def filter(self, text: str, base: JobFilter = JobFilter()) -> JobFilter:
        """What a filter of jobs says."""
        raise NotImplementedError

    def log_path(self, ref: Ref, stream: str = "stdout", attempt: int | None = None) -> Path | None:
        """A file of an attempt."""
        raise NotImplementedError

    def progress(self, rows: Sequence[int]) -> dict[int, Progress]:
        """How far running jobs are."""
        raise NotImplementedError

    def rows(self, rows: Sequence[int]) -> dict[int, JobRow]:
        """Jobs' lines."""
        raise NotImplementedError

    def settings_trouble(self) -> str:
        """What is wrong with the settings."""
        raise NotImplementedError

    def queue(self, name: str) -> QueueInfo:
        """A queue by ``[SESSION/]NAME``."""
        raise NotImplementedError
