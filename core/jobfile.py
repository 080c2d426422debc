"""``jobyard submit --file``: many jobs out of JSON lines, a JSON array or a YAML list.

What a stream holds is seen at its first character: ``{`` begins JSON lines, ``[`` an array, anything else is YAML
(as is every file that ends in .yml or .yaml). JSON lines are read as they come and never held all at once.
Errors name the line (in an array: the job); the first one is told, with the places of up to twenty others.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from .errors import BadFile, BadInput
from .jobkeys import TASKS, SpecMaker
from .models import JobSpec
from .text import quoted, visible

MOST_ERRORS = 20
LARGEST_DOCUMENT = 256 * 1024 * 1024  # bytes of an array or of YAML, which are held in memory whole

Item = tuple[str, Callable[[], Any]]  # a place, and how to get what stands there


def read_jobs(stream: BinaryIO, name: str, base: JobSpec, now: float) -> Iterator[JobSpec]:
    """The jobs in *stream*, which *name* names in errors (its ending tells YAML); *base* gives what they leave out.

    *now* (seconds since the epoch) is what ``at: +15m`` counts from. Raises BadFile, at the end if need be, so that
    whoever takes the jobs has to be able to forget them.
    """
    label = visible(name)
    maker = SpecMaker(base, now)
    seen: dict[str, str] = {}
    unique: dict[str, str] = {}
    errors: list[tuple[str, BadInput]] = []
    for place, item in _items(stream, name):
        try:
            spec = maker.make(_job(item()))
            if spec.key:
                _check_key(spec.key, place, seen)
            if spec.unique:
                _check_key(spec.unique, place, unique, "unique key")
        except BadInput as error:
            errors.append((place, error))
            if len(errors) > MOST_ERRORS:
                break
        else:
            if not errors:
                yield spec
    if errors:
        _tell(label, errors)


def read_job_file(path: Path, base: JobSpec, now: float) -> Iterator[JobSpec]:
    """The jobs in the file at *path*; see :func:`read_jobs`."""
    with open_input(path, "file of jobs") as stream:
        yield from read_jobs(stream, str(path), base, now)


def open_input(path: Path, what: str) -> BinaryIO:
    """A file or pipe, open for reading. Raises BadFile for what is missing, forbidden, a folder or a device."""
    shown = visible(str(path))
    try:
        stream = open(path, "rb")  # noqa: SIM115 - whoever asked for it closes it
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise BadFile(f"The {what} {shown} cannot be read", why, "Check the path") from None
    mode = os.fstat(stream.fileno()).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        stream.close()
        raise BadFile(f"The {what} {shown} cannot be read", "It is a device", "Give a file")
    return stream


def read_whole(stream: BinaryIO, before: bytes = b"") -> bytes:
    """All that is left in *stream*, after *before*. Raises BadFile above 256 MiB."""
    data = before + stream.read(LARGEST_DOCUMENT + 1 - len(before))
    if len(data) > LARGEST_DOCUMENT:
        why = f"It is larger than {LARGEST_DOCUMENT >> 20} MiB"
        raise BadFile("The file cannot be used", why, "Write JSON lines, one job a line, which have no limit")
    return data


# -- the three forms --------------------------------------------------------------------------------


def _items(stream: BinaryIO, name: str) -> Iterator[Item]:
    blank, first, lines = 0, b"", _lines(stream)
    for first in lines:
        if first.removeprefix(b"\xef\xbb\xbf").strip():
            break
        blank += 1
    first = first.removeprefix(b"\xef\xbb\xbf") if blank == 0 else first
    start = first.lstrip()[:1]
    if not start:
        return
    if name.lower().endswith((".yml", ".yaml")) or start not in (b"{", b"["):
        yield from _yaml_items(read_whole(stream, b"\n" * blank + first), visible(name))
    elif start == b"[":
        yield from _array_items(read_whole(stream, b"\n" * blank + first), visible(name))
    elif first.strip() == b"{":
        _refuse_spread(read_whole(stream, first), blank + 1, visible(name))
    else:
        yield from _line_items(chain([first], lines), blank + 1)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Its lines; one without an end (a device on standard input) does not fill the memory."""
    while line := stream.readline(LARGEST_DOCUMENT + 1):
        if len(line) > LARGEST_DOCUMENT:
            raise BadFile("The file cannot be used", f"a line of it is longer than {LARGEST_DOCUMENT >> 20} MiB")
        yield line


def _refuse_spread(data: bytes, line: int, label: str) -> NoReturn:
    """An object over several lines: a task file, or a job that is not on one line."""
    try:
        root = json.loads(data)
    except (ValueError, RecursionError):
        root = None
    if isinstance(root, dict) and "tasks" in root:
        raise BadFile(f"{label} is a task file, not a file of jobs", "", TASKS)
    raise BadFile(
        f"{label} line {line}: A job ends on the line on which it begins", "", "Write one job a line, or a list"
    )


def _line_items(lines: Iterable[bytes], number: int) -> Iterator[Item]:
    decode = json.JSONDecoder(parse_constant=_no_constant).raw_decode
    for line in lines:
        text = line.strip()
        if text:
            yield f"line {number}", lambda text=text: _decoded(text, decode)  # type: ignore[misc]
        number += 1


def _decoded(line: bytes, decode: Callable[[str], tuple[Any, int]]) -> Any:
    try:
        text = line.decode()
        value, end = decode(text)
    except UnicodeDecodeError as error:
        raise BadInput("It is not UTF-8", f"Byte {error.start + 1} is none", "Save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        todo = "Write one job a line, or a list of jobs in [ ]"
        raise BadInput(f"It is not JSON: {error.msg} at column {error.colno}", "", todo) from None
    except (ValueError, RecursionError) as error:
        raise BadInput("It is not JSON that can be read", _why(error)) from None
    if end != len(text):
        raise BadInput(f"There is more after the job, at column {end + 1}", "", "Write one job a line")
    return value


def _array_items(data: bytes, label: str) -> Iterator[Item]:
    try:
        jobs = json.loads(data.decode(), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadFile(f"{label} is not UTF-8", f"Byte {error.start + 1} is none", "Save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadFile(f"{label} line {error.lineno} column {error.colno}: {error.msg}", "", "Write JSON") from None
    except (ValueError, RecursionError, BadInput) as error:
        raise BadFile(f"{label} is not JSON that can be read", _why(error)) from None
    for number, job in enumerate(jobs, start=1):
        yield f"job {number}", lambda job=job: job  # type: ignore[misc]


def _yaml_items(data: bytes, label: str) -> Iterator[Item]:
    import yaml  # 30 ms, and most files are JSON lines

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(data)
    try:
        root = loader.get_single_node()
        if root is None:
            return
        if not isinstance(root, yaml.SequenceNode):
            if isinstance(root, yaml.MappingNode) and any(key.value == "tasks" for key, _ in root.value):
                raise BadFile(f"{label} is a task file, not a file of jobs", "", TASKS)
            raise BadFile(f"{label} is not a list of jobs", "", 'Begin each job with "- "')
        for node in root.value:
            yield f"line {node.start_mark.line + 1}", lambda node=node: _constructed(loader, node)  # type: ignore[misc]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadFile(f"{label} is not YAML that can be read", _why(error), "See: jobyard submit --help") from None
    finally:
        loader.dispose()


def _constructed(loader: Any, node: Any) -> Any:
    import yaml

    try:
        return loader.construct_object(node, deep=True)
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise BadInput("It cannot be read", _why(error)) from None


# -- errors -----------------------------------------------------------------------------------------


def _job(value: Any) -> dict[str, Any]:
    if type(value) is dict:
        return value
    raise BadInput(f"A job is an object, not {quoted(value, 30)}", "", 'Write it like {"command": ["echo", "hello"]}')


def _check_key(key: str, place: str, seen: dict[str, str], what: str = "key") -> None:
    before = seen.setdefault(key, place)
    if before is not place:
        raise BadInput(
            f"The {what} {quoted(key)} is taken", f"The job of {before} has it", "Keys are unique within a file"
        )


def _no_constant(word: str) -> NoReturn:
    raise BadInput(f"{word} is not JSON", "", "Write null or a number")


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "It is nested too deeply"
    return visible(" ".join(str(error).split()))


def _tell(label: str, errors: list[tuple[str, BadInput]]) -> NoReturn:
    (place, first), *others = errors
    todo = first.todo
    if others:
        count = f"{len(others)} or more" if len(errors) > MOST_ERRORS else str(len(others))
        also = f"Also wrong ({count}): {', '.join(other for other, _ in others)}"
        todo = f"{todo.rstrip('.')}. {also}" if todo else also
    raise BadFile(f"{label} {place}: {first.what}", first.why, todo)
