"""What an experiment left becomes its data file, or, where that cannot be, a file that is no result."""

from __future__ import annotations

import json
import os
import tempfile
import time
from typing import Any, Dict, List

from . import datafile, guards, jsonplain, placing
from .errors import Refused
from .request import Request
from .taking import Left

KEPT = ".incomplete"  # no name of a data file ends so, and nothing looks for results there


def save(request: Request, root: str, left: Left, started: float, stopping: guards.Stopping) -> Dict[str, Any]:
    """Write the data file of *left* in *root* and ``data.json``; what that says. Raises Refused, guards.Stopped."""
    what = content(request, left, started)
    path = os.path.join(root, request.name)
    part = placing.part_of(path, placing.mark(request.folder))
    try:
        if not what.plan.complaints:
            datafile.write(part, what)  # h5py may find more of them
        if not what.plan.complaints:
            datafile.check(part, what)
            stopping.last_chance()
            placing.place(part, path)
    except Exception as error:
        placing.discard(part)  # first: it may be what fills the disk
        raise Refused(_unwritten(request, path, what, error)) from error
    finally:
        placing.discard(part)
    if what.plan.complaints:
        raise Refused(_cannot(request, root, what))
    return _told(request, path, what)


def _told(request: Request, path: str, what: datafile.Content) -> Dict[str, Any]:
    try:
        return placing.tell(request.folder, path, datafile.keys(what))
    except OSError as error:
        kept = _free(path + KEPT)
        os.rename(path, kept)
        why = f"The data is written, but {request.folder} cannot be told: {error}"
        raise Refused(f"{why}. It is kept, but is no result: {kept}") from error


def content(request: Request, left: Left, started: float) -> datafile.Content:
    """What the file will say of *left*, and of the attempt. *started*: seconds since the epoch."""
    marks = {
        "experiment": request.class_name,
        "module": request.module,
        "job": request.job,
        "attempt": request.attempt,
        "user": request.user,
        "started_at": _moment(started),
        "ended_at": _moment(time.time()),
        "mock": request.mock,
        "configs": jsonplain.dumps(request.configs),
    }
    return datafile.content(left.data, left.config, left.notes, left.axes, marks)


def _moment(seconds: float) -> str:
    """ISO 8601, UTC, with milliseconds."""
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{int(seconds * 1000) % 1000:03d}Z"


def keep(request: Request, root: str, what: datafile.Content) -> str:
    """Write what can be written of *what* into a file that is no result; its path.

    In *root*, else beside the log, else in a folder for temporary files that only this account may enter.
    """
    mark = placing.mark(request.folder)
    for folder in (root, request.folder):
        try:
            return _kept(folder, request.name, mark, what)
        except (OSError, RuntimeError):
            pass
    elsewhere = tempfile.mkdtemp(prefix="jobyard-")
    try:
        return _kept(elsewhere, request.name, mark, what)
    except BaseException:
        os.rmdir(elsewhere)
        raise


def _kept(folder: str, name: str, mark: str, what: datafile.Content) -> str:
    path = _free(os.path.join(folder, name + KEPT))
    part = placing.part_of(path, mark)
    try:
        datafile.write(part, what._replace(marks={**what.marks, "incomplete": json.dumps(what.plan.complaints)}))
        placing.place(part, path)
    finally:
        placing.discard(part)
    return path


def _free(path: str) -> str:
    number, found = 1, path
    while os.path.lexists(found):
        number += 1
        found = f"{path}.{number}"
    return found


def _cannot(request: Request, root: str, what: datafile.Content) -> str:
    """The complaints, and where the rest of the data is."""
    first, *others = what.plan.complaints
    words: List[str] = [f"Some of the experiment's data cannot be written to HDF5: {first}"]
    words += ["  " + one for one in others[:50]]
    words.append(f"The rest of it {_where_kept(request, root, what)}")
    return "\n".join(words)


def _unwritten(request: Request, path: str, what: datafile.Content, error: Exception) -> str:
    exists = isinstance(error, FileExistsError)
    why = "a file of that name exists already, and is not replaced" if exists else error
    return f"The data cannot be written to {path}: {why}. It {_where_kept(request, request.folder, what)}"


def _where_kept(request: Request, folder: str, what: datafile.Content) -> str:
    try:
        return f"is kept, but is no result: {keep(request, folder, what)}"
    except Exception as error:
        return f"is lost, for it cannot be kept either: {error}"
