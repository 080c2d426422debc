"""What the tests of the command line share: calling it, here and as a process, and a worker when one is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jobyard.tui.cli.main import main

DEADLINE = 30.0  # seconds until a condition that should come counts as missing


@dataclass(frozen=True)
class Result:
    """How a call ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output as JSON."""
        return json.loads(self.out)

    @property
    def id(self) -> str:
        """The id that a submit printed."""
        assert self.code == 0, self.err
        return self.out.strip()


Call = Callable[..., Result]


@pytest.fixture
def call(yard_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run ``jobyard ARGS`` in this process on a yard of its own."""
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*args: object) -> Result:
        capsys.readouterr()
        code = main([str(arg) for arg in args])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


def command(*args: object) -> list[str | bytes]:
    """``jobyard ARGS`` as an argument list for a process."""
    return [sys.executable, "-m", "jobyard.tui.cli", *(arg if isinstance(arg, bytes) else str(arg) for arg in args)]


@pytest.fixture
def process(yard_home: Path) -> Call:
    """Run ``jobyard ARGS`` as a process."""

    def run(*args: object, **options: Any) -> Result:
        done = subprocess.run(command(*args), capture_output=True, timeout=60, **options)
        return Result(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    return run


@pytest.fixture
def work(process: Call) -> Callable[[], None]:
    """Run everything that can run, with a headless worker that leaves afterwards."""

    def once() -> None:
        result = process("--worker", "--once")
        assert result.code == 0, result.err

    return once


@pytest.fixture
def worker(yard_home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A headless worker that lives as long as the test."""
    child = subprocess.Popen(command("--worker"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: alive(yard_home))
        yield child
    finally:
        child.kill()
        child.wait()


def alive(home: Path) -> bool:
    """Whether a worker lives there."""
    from jobyard.core.yard import Yard

    with Yard.open(home) as yard:
        return yard.worker_alive()


def until(condition: Callable[[], object], seconds: float = DEADLINE) -> Any:
    """Wait for a condition; answers what it answered."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, "this should have happened by now"
        time.sleep(0.01)
    return answer


def one_line(result: Result, code: int = 2) -> str:
    """The one error line of a call that failed as it should; nothing on stdout, no traceback."""
    assert result.code == code, result
    assert result.out == ""
    lines = result.err.splitlines()
    assert len(lines) == 1, result.err
    assert lines[0].startswith("jobyard: ")
    assert lines[0].endswith(".")
    assert os.linesep not in lines[0]
    return lines[0]


def task_file(folder: Path, *tasks: dict[str, Any], **more: Any) -> Path:
    """A task file."""
    path = folder / "tasks.json"
    path.write_text(json.dumps({"tasks": list(tasks), **more}))
    return path


def execute(name: str, arguments: str, *dependencies: str) -> dict[str, Any]:
    """A task of type exec."""
    return task("exec", name, arguments, *dependencies)


def evaluate(name: str, arguments: str, *dependencies: str) -> dict[str, Any]:
    """A task of type eval."""
    return task("eval", name, arguments, *dependencies)


def task(kind: str, name: str, arguments: str, *dependencies: str) -> dict[str, Any]:
    """A task."""
    extra = {"dependencies": list(dependencies)} if dependencies else {}
    return {"name": name, "type": kind, "arguments": arguments, **extra}


def pointed(result: Result, marked: str) -> str:
    """The error line of a call with a mistake in its filter, below which the filter stands with its mistake marked."""
    line, written, mark = result.err.splitlines()
    assert one_line(Result(result.code, result.out, line + "\n")) == line
    assert written[mark.index("^") : len(mark)] == marked
    return line
