"""What can only be told by looking: whether folder, input and program are there. Called in a thread.

A job may be submitted before its folder is made, so these are doubts, never refusals.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping

from jobyard.core.models import JobSpec
from jobyard.core.yard import visible


def odd(spec: JobSpec) -> Iterator[tuple[str, str]]:
    """Keys and doubts."""
    folder = spec.cwd or os.getcwd()
    if spec.cwd and not os.path.isdir(spec.cwd):
        yield "cwd", f"There is no folder {visible(spec.cwd)} now."
    if spec.stdin and "{i" not in spec.stdin and not os.path.isfile(spec.stdin):
        yield "stdin", f"There is no file {visible(spec.stdin)} now."
    command = spec.fields.get("command")
    if isinstance(command, list) and command and not _program(command[0], folder, spec.env):
        yield "command", f"There is no program {visible(command[0][:100])} here: it may fail to start."


def _program(word: str, folder: str, env: Mapping[str, str]) -> bool:
    """Whether the word names something that can be run; a hole of an array's may be anything."""
    if "{i" in word or "\0" in word:
        return True
    path = os.path.join(folder, word) if "/" in word else word
    return shutil.which(path, path=env.get("PATH")) is not None
