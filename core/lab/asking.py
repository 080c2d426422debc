"""What is told of an experiment before it waits: its interpreter, its libraries, its module and its class.

Modules are looked for in the lab's folders and parsed, never imported. The interpreter is asked by one process, once
for as long as its file stays the same. The start of the experiment finds out all of it once more.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import BadInput, Unknown
from ..kinds.base import Submitter
from ..text import one_line, quoted, visible
from ..words import nearest
from . import looking, reach

PATIENCE = 20.0  # seconds for an interpreter to answer: one on a network file system is slow at first
OLDEST = (3, 8)
# Without the folder in which it runs on its path: a lab's ast.py is nobody's parser.
RUN = "import sys; del sys.path[0]; exec(compile(sys.argv.pop(1), 'looking', 'exec'))"
SHAPING = ("PYTHON", "PYENV", "CONDA", "VIRTUAL_ENV", "LD_", "PATH", "HOME")  # variables that make another interpreter
KEPT = 256  # interpreters and modules that are remembered
ANOTHER = "Name another interpreter: --python PATH; or set the queue's: jobyard queue set QUEUE --python PATH"

_known: dict[tuple[object, ...], Interpreter] = {}


class Interpreter(NamedTuple):
    """What an interpreter told: its version, those of the libraries, and of the module that it was asked for."""

    version: tuple[int, ...]
    lacks: tuple[str, ...]
    file: str | None
    outline: Mapping[str, Any] | None
    wrong: str


def found(fields: Mapping[str, Any], around: Submitter) -> dict[str, Any]:
    """Checked fields with the interpreter and the folders that the submitter gives them.

    Raises Unknown for a module or class that is not there, BadInput for an interpreter that cannot be used.
    """
    if os.path.isdir(around.cwd):
        reach.check(around.cwd, around.owner, "The job's folder", runs=True)
    paths = _paths(fields.get("paths"), around)
    python = _python(fields.get("python") or around.python, around)
    file = looking.locate(fields["module"], paths)
    if file is not None:
        _check_class(fields, file, python, around)
    told = ask(python, around, fields["module"] if file is None else "")
    if file is None and told.file is None:
        raise _no_module(fields["module"], paths)
    if told.lacks:
        lacking = " and ".join(told.lacks)
        todo = f"Install: {python} -m pip install {' '.join(told.lacks)}. {ANOTHER}"
        raise BadInput(f"{visible(python)} lacks {lacking}", "An experiment's data cannot be written without", todo)
    if file is None and told.file:
        _check_class(fields, told.file, python, around)
    return {**fields, "python": python, "paths": paths}


# -- folders and interpreters ---------------------------------------------------------------------


def _paths(given: Sequence[str] | None, around: Submitter) -> list[str]:
    """The lab's folders, absolute, each once. Those that were named have to be there."""
    words = given or [around.cwd, *around.env.get("PYTHONPATH", "").split(os.pathsep)]
    paths = list(
        dict.fromkeys(os.path.abspath(os.path.join(around.cwd, os.path.expanduser(word))) for word in words if word)
    )
    for path in paths if given else ():
        if not os.path.exists(path):
            raise BadInput(f"The folder {visible(path)} cannot be used", "It does not exist", "Check --path")
        reach.check(path, around.owner, "The folder")
    return [path for path in paths if os.path.exists(path)]


def _python(given: str, around: Submitter) -> str:
    """The interpreter's path: as it was given, or what ``python3`` means to the submitter. Links stay as they are."""
    name = os.path.expanduser(given) if given else _own(around.env)
    if "/" in name:
        path = os.path.abspath(os.path.join(around.cwd, name))
    else:
        path = shutil.which(name, path=around.env.get("PATH") or os.defpath) or ""
    if not path or not os.path.isfile(path):
        raise BadInput(f"There is no interpreter {visible(name)}", "" if path else "PATH has none", ANOTHER)
    if not os.access(path, os.X_OK):
        raise BadInput(f"{visible(path)} cannot be run", "It is not executable", ANOTHER)
    reach.check(path, around.owner, "The interpreter", runs=True)
    return path


def _own(env: Mapping[str, str]) -> str:
    inside = os.path.join(env.get("VIRTUAL_ENV", ""), "bin", "python3")
    return inside if env.get("VIRTUAL_ENV") and os.path.exists(inside) else "python3"


def ask(python: str, around: Submitter, module: str = "", parse: str = "") -> Interpreter:
    """What this interpreter tells; remembered while its file is the same. Raises BadInput when it cannot tell.

    It runs where the job will, with its environment: wrappers choose an interpreter by them.
    """
    shaping = tuple(sorted(item for item in around.env.items() if item[0].startswith(SHAPING)))
    key = (python, _changed(python), around.cwd, shaping, module, parse, _changed(parse) if parse else 0)
    if key not in _known:
        answer = _understood(python, _answer(python, around, {"module": module, "parse": parse}))
        if len(_known) >= KEPT:
            _known.clear()
        _known[key] = answer
    return _known[key]


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _understood(python: str, answer: Mapping[str, Any]) -> Interpreter:
    version = tuple(answer["version"])
    if version < OLDEST:
        why = f"It is Python {'.'.join(map(str, version))}, and {'.'.join(map(str, OLDEST))} is the oldest"
        raise BadInput(f"{visible(python)} cannot be used", why, ANOTHER)
    lacks = tuple(name for name in looking.NEEDED if answer[name] is None)
    return Interpreter(version, lacks, answer["file"], answer["outline"], answer["wrong"])


def _answer(python: str, around: Submitter, asked: Mapping[str, str]) -> dict[str, Any]:
    source = Path(looking.__file__).read_text(encoding="utf-8")
    what = f"{visible(python)} cannot be used"
    try:
        ran = subprocess.run(
            [python, "-c", RUN, source, json.dumps(asked)], capture_output=True, text=True, errors="replace",
            check=False, stdin=subprocess.DEVNULL, timeout=PATIENCE, cwd=around.cwd or None, env=dict(around.env),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BadInput(what, f"It did not answer within {PATIENCE:g} seconds", ANOTHER) from None
    except OSError as error:
        raise BadInput(what, f"It cannot be run: {error.strerror}", ANOTHER) from None
    lines = [line for line in ran.stdout.splitlines() if line.startswith(looking.MARK)]
    if ran.returncode != 0 or not lines:
        said = one_line(visible(" ".join(ran.stderr.split()[-30:])), 200)
        raise BadInput(what, f"It is no Python that answers: {said or f'exit code {ran.returncode}'}", ANOTHER)
    answer: dict[str, Any] = json.loads(lines[-1].removeprefix(looking.MARK))
    return answer


# -- modules and classes --------------------------------------------------------------------------


def _check_class(fields: Mapping[str, Any], file: str, python: str, around: Submitter) -> None:
    """Whether the module has the class, as far as its text tells."""
    module, name = fields["module"], fields["class"]
    if not file.endswith(".py"):
        return  # a namespace, something compiled, something built in: its start will tell
    reach.check(file, around.owner, f"The module {module}")
    outline = _outline(file, python, around)
    classes = [one["name"] for one in outline["classes"]]
    wanted = name.partition(".")[0]
    if wanted not in classes and wanted not in outline["names"] and not outline["open"]:
        near = nearest(wanted, classes)
        has = f"It has {', '.join(classes[:8])}" if classes else "It has no class"
        todo = f"Did you mean {near}?" if near else "See: jobyard experiment --list"
        raise Unknown(f"The module {module} ({visible(file)}) has no class {name}", has, todo)


def _outline(file: str, python: str, around: Submitter) -> Mapping[str, Any]:
    """What the module has: by our own parser, or where that fails by that of the interpreter, which may be newer."""
    try:
        return _parsed(file, _changed(file))
    except OSError as error:
        raise BadInput(f"{visible(file)} cannot be read", error.strerror or "", "Check the file") from None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        told = ask(python, around, parse=file)
        if told.outline is None:
            raise BadInput(
                f"{visible(file)} is no Python", visible(told.wrong), "Correct it, then submit again"
            ) from None
        return told.outline


@lru_cache(KEPT)
def _parsed(file: str, changed: int) -> Mapping[str, Any]:
    return looking.outline(file)


def _no_module(module: str, paths: Sequence[str]) -> Unknown:
    from . import listing  # only a mistake needs it

    near = nearest(module, listing.modules(paths))
    shown = ", ".join(visible(path) for path in paths[:5]) + (", …" if len(paths) > 5 else "")
    todo = f"Did you mean {near}?" if near else "Say where it is: --path DIR, or PYTHONPATH"
    return Unknown(f"There is no module {quoted(module)}", f"It was looked for in {shown} and in the interpreter", todo)
