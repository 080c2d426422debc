"""Waiting for descriptors. With poll: select refuses numbers from 1,024 on, and a worker has a pidfd for each job."""

from __future__ import annotations

import math
import select
from collections.abc import Sequence
from typing import Protocol


class HasFileno(Protocol):
    """Whatever has a descriptor."""

    def fileno(self) -> int:
        """Its number."""
        ...


def readable(files: Sequence[int | HasFileno], seconds: float) -> list[int]:
    """The descriptors that can be read (or have hung up) within *seconds*; rounded up to a millisecond."""
    poll = select.poll()
    for file in files:
        poll.register(file, select.POLLIN)
    return [number for number, _ in poll.poll(math.ceil(max(0.0, seconds) * 1000))]
