"""Waiting for files to become readable, however many the process has open: `select.select` ends at number 1023."""

from __future__ import annotations

import math
import select
from collections.abc import Sequence
from typing import Protocol, TypeVar


class HasFileno(Protocol):
    """Whatever is a file to the kernel."""

    def fileno(self) -> int:
        """Its descriptor."""
        ...


File = TypeVar("File", bound="int | HasFileno")


def ready(files: Sequence[File], seconds: float | None = None) -> list[File]:
    """Those of *files* that can be read, or whose other end has gone; none after *seconds* (None: it waits)."""
    asked = select.poll()
    by_number = {file if isinstance(file, int) else file.fileno(): file for file in files}
    for number in by_number:
        asked.register(number, select.POLLIN)
    return [by_number[number] for number, _ in asked.poll(None if seconds is None else math.ceil(seconds * 1000))]
