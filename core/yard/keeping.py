"""The facade's question what a job's output was, as far as it is kept as its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import settings
from ..lazy import LazyModule
from .part import Ref, Whole

if TYPE_CHECKING:
    from .. import kept
    from ..kept import Kept
else:  # few commands ask
    kept = LazyModule("jobyard.core.kept")


class Keeping(Whole):
    """Results in few bytes."""

    def output(self, ref: Ref, stream: str = "stdout", attempt: int | None = None, limit: int | None = None) -> Kept:
        """The head and the tail of a stream (stdout, stderr) of an attempt (default: the last), with its true size.

        At most *limit* bytes (default: ``kept_output`` of the settings, 1 MiB). Raises Unknown, Ambiguous, BadInput.
        """
        path = self.log_path(ref, stream, attempt)
        if path is None:
            return kept.Kept(b"", 0, 0)
        return kept.kept(path, settings.read(self.home).settings.kept_output if limit is None else limit)
