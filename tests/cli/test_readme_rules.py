"""The README's chapter "Rules": every example is typed into a shell of its own and answers as it is printed there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import leftovers

README = Path(__file__).parents[2] / "README.md"
RULES = 12  # the chapter has at least so many examples
DAY = re.compile(r"(?<=JOB-)\d{8}-|(?<=CFG-HW-)\d{8}-")


def examples() -> Iterator[tuple[str, str]]:
    """(heading, block) of every console block of the chapter."""
    chapter = README.read_text().partition("\n## Rules\n")[2].partition("\n## ")[0]
    for part in re.split(r"^### ", chapter, flags=re.MULTILINE)[1:]:
        heading = part.splitlines()[0]
        for block in re.findall(r"^```console\n(.*?)^```", part, flags=re.MULTILINE | re.DOTALL):
            yield heading, block


def test_the_chapter_is_there() -> None:
    """An example for each rule, or a change of the README has lost them."""
    assert len(list(examples())) >= RULES


@pytest.mark.parametrize("block", [pytest.param(block, id=heading) for heading, block in examples()])
def test_an_example_answers_as_printed(block: str, tmp_path: Path) -> None:
    """Each command exits well (or as ``# exit N`` says) and prints the lines below it; ``…`` stands for anything."""
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("JOBYARD_")},
        "JOBYARD_HOME": str(tmp_path / "yard"),
        "JOBYARD_KEEPER_IDLE": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "COLUMNS": "118",
        "USER": "ada",
        "LOGNAME": "ada",
        "NO_COLOR": "1",
    }
    try:
        for command, code, expected in commands(block):
            done = subprocess.run(
                ["bash", "-c", command], cwd=tmp_path, env=env, text=True, timeout=60, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            assert matches(expected, done.stdout), f"$ {command}\n{done.stdout}"
            assert done.returncode == code, f"$ {command}\nexit code {done.returncode}"
    finally:
        leftovers.end_all(tmp_path)


def commands(block: str) -> Iterator[tuple[str, int, str]]:
    """(command, exit code, output) of a block."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        command, _, comment = command.partition("  # exit ")
        yield command, int(comment or 0), expected


def matches(expected: str, printed: str) -> bool:
    """Line by line; ``…`` stands for anything, alone on a line for any lines, or none; the day of an id is any day."""
    pattern = re.escape(DAY.sub("DAY-", expected.strip()))
    pattern = re.sub(r"\\\n…(?=\\\n|$)", r"(?:\\n.*?)?", pattern)
    pattern = re.sub(r"[ \t]*…[ \t]*", ".*?", pattern.replace("\\ ", " "))
    pattern = re.sub(r" +", r" +", pattern)
    hint = "jobyard: No worker lives here."
    lines = "\n".join(line.rstrip() for line in printed.strip().splitlines() if not line.startswith(hint))
    return re.fullmatch(pattern, DAY.sub("DAY-", lines), flags=re.DOTALL) is not None
