"""A task file: ``{"tasks": [{"name", "type": "exec"|"eval", "arguments", "dependencies"?}, …]}``.

It is checked whole before anything runs: its JSON, its schema, then names and dependencies. Every error is one line
that names the place: a line and column of the file, or ``tasks[3].dependencies[0]``. Extra keys are allowed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from . import kinds
from .errors import BadFile, BadInput, Cycle
from .graph import find_cycle, name_cycle
from .jobfile import open_input, read_whole
from .models import Dependency, JobSpec
from .names import check_text
from .text import one_line, quoted, visible
from .words import nearest

FIELD = {"exec": "command", "eval": "code"}  # which field of the kind ``arguments`` fills

Task = dict[str, Any]
Check = Callable[[Any], None]


def load_tasks(path: Path, schema: Path | None = None, base: JobSpec | None = None) -> list[JobSpec]:
    """The tasks of the file at *path* as jobs, in its order; each is named and keyed by its name.

    They are checked against the JSON Schema in the file *schema* (if given) and the built-in one. *base* gives the
    rest of each job: queue, folder, environment. Raises BadFile, and Cycle for tasks that wait for each other.
    """
    label = visible(str(path))
    document = read_json(path, "task file")
    if _is_jobs(document):
        raise BadFile(f"{label} is a file of jobs, not a task file", "", _JOBS)
    if schema is not None:
        _check_schema(document, read_json(schema, "schema"), label, visible(str(schema)))
    _check_schema(document, _built_in(), label, "")
    tasks: list[Task] = document["tasks"]
    _check_names(tasks, label)
    _check_dependencies(tasks, label)
    common = base or JobSpec(fields={})
    return [_spec(task, common, f"{label}: tasks[{index}]") for index, task in enumerate(tasks)]


_JOBS = "One job a line, or a list of jobs, is for: jobyard submit --file FILE"


def _is_jobs(document: Any) -> bool:
    """Whether this is meant for ``submit --file``."""
    first = document[0] if isinstance(document, list) and document else document
    return isinstance(first, dict) and "tasks" not in first and not {"command", "code"}.isdisjoint(first)


def read_json(path: Path, what: str) -> Any:
    """The JSON document in a file. Raises BadFile; a key that occurs twice in one object is an error too."""
    label = visible(str(path))
    with open_input(path, what) as stream:
        try:
            data = read_whole(stream)
        except OSError as error:
            raise BadFile(
                f"The {what} {label} cannot be read", error.strerror or str(error), "Check the path"
            ) from None
    if not data.strip():
        raise BadFile(f"The {what} {label} is empty", "", "Check the path")
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(f"{label} line {line}: This is not UTF-8", "", "Save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        todo = _JOBS if error.msg == "Extra data" and what == "task file" else "Correct the JSON"
        raise BadFile(f"{label} line {error.lineno} column {error.colno}: {error.msg}", "", todo) from None
    except BadInput as error:
        raise BadFile(f"{label}: {error.what}", error.why, error.todo) from None
    except RecursionError:
        raise BadFile(f"{label} is nested too deeply", "", "A task file needs four levels") from None
    except ValueError as error:  # a number of more digits than Python reads
        raise BadFile(f"{label} is not JSON that can be read", visible(str(error)), "Correct the JSON") from None


def _object(pairs: list[tuple[str, Any]]) -> Task:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        name = found.get("name")
        where = f"in task {quoted(name)}" if isinstance(name, str) and twice != "name" else "in one object"
        raise BadInput(f"The key {quoted(twice)} occurs twice {where}", "Only one of them could count", "Remove one")
    return found


def _no_constant(word: str) -> NoReturn:
    raise BadInput(f"{word} is not JSON", "", "Write null or a number")


# -- the schema -------------------------------------------------------------------------------------


def _built_in() -> Any:
    from importlib.resources import files  # with jsonschema 100 ms, which only a task file needs

    return json.loads((files("jobyard.config.schemas") / "tasks.schema.json").read_text("utf-8"))


def _check_schema(document: Any, schema: Any, label: str, schema_label: str) -> None:
    """Raise BadFile for the error that says most. References to other files or hosts are not followed."""
    from jsonschema import Draft7Validator, exceptions, validators
    from referencing import Registry

    try:
        kind = validators.validator_for(schema, default=Draft7Validator)
        kind.check_schema(schema)
        error = exceptions.best_match(kind(schema, registry=Registry()).iter_errors(document))
    except exceptions.SchemaError as wrong:
        place = _place(wrong.absolute_path, "the schema")
        raise BadFile(
            f"{schema_label}: {place} is no JSON Schema", _short(wrong.message), "Correct the schema"
        ) from None
    except Exception as wrong:  # what a strange schema makes jsonschema raise: bad patterns, references, recursion
        raise BadFile(f"The schema {schema_label} cannot be used", _short(f"{wrong}"), "Correct the schema") from None
    if error is not None:
        by = f"The schema {schema_label} says so" if schema_label else ""
        raise BadFile(f"{label}: {_violation(error)}", by, "" if by else "See config/schemas/tasks.schema.json")


def _violation(error: Any) -> str:
    """What a schema error says, in words that name the place and the value."""
    place = _place(error.absolute_path, "the file")
    rule, value, wanted = error.validator, quoted(error.instance), error.validator_value
    if rule == "required" and isinstance(error.instance, dict):
        missing = next((key for key in wanted if key not in error.instance), "")
        return f"{place} has no {quoted(missing)}{_like(missing, error.instance)}"
    if rule == "type":
        return f"{place} is {value}, which is no {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
    if rule == "enum":
        return f"{place} is {value}, which is none of {quoted(wanted)}"
    if rule == "minLength" and not error.instance:
        return f"{place} is empty"
    return f"{place}: {_short(error.message)}"


def _like(missing: str, present: Mapping[str, Any]) -> str:
    near = nearest(missing, present)
    return f" (but {quoted(near)})" if near else ""


def _place(path: Sequence[Any], whole: str) -> str:
    """``tasks[3].dependencies[0]``."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{visible(str(step))}" for step in path]
    return "".join(parts).removeprefix(".") or whole


def _short(message: str) -> str:
    return one_line(" ".join(message.split()), 200)


# -- names and dependencies -------------------------------------------------------------------------


def _check_names(tasks: Sequence[Task], label: str) -> None:
    seen: dict[str, int] = {}
    for index, task in enumerate(tasks):
        name = task["name"]
        if name in seen:
            why = f"It is that of tasks[{seen[name]}] too"
            raise BadFile(
                f"{label}: tasks[{index}].name {quoted(name)} is taken", why, "Names are unique within a file"
            )
        seen[name] = index


def _check_dependencies(tasks: Sequence[Task], label: str) -> None:
    edges = {task["name"]: task.get("dependencies", []) for task in tasks}
    for index, task in enumerate(tasks):
        for number, parent in enumerate(task.get("dependencies", ())):
            if parent not in edges:
                _unknown(f"{label}: tasks[{index}].dependencies[{number}]", parent, edges)
    cycle = find_cycle(edges)
    if cycle:
        shown = name_cycle([visible(name) for name in cycle])
        why = f"Task {quoted(cycle[0])} waits for itself" if len(cycle) == 2 else "None of them could ever start"
        raise Cycle(f"{label}: These tasks wait for each other: {shown}", why, "Remove one of these dependencies")


def _unknown(place: str, parent: str, known: Mapping[str, Any]) -> NoReturn:
    near = nearest(parent, list(known)[:10_000])
    todo = f"Did you mean {quoted(near)}?" if near else "Dependencies are names of tasks in the same file"
    raise BadFile(f"{place} is {quoted(parent)}", "No task of this file has that name", todo)


def _spec(task: Task, base: JobSpec, place: str) -> JobSpec:
    """The job of a task. The name may look like a number: within its file nothing else is meant by it."""
    name, kind = task["name"], task["type"]
    wishes = tuple(Dependency(parent) for parent in dict.fromkeys(task.get("dependencies", ())))
    try:
        check_text(name, "name")
        fields = kinds.get(kind).check({FIELD[kind]: task["arguments"]})
    except BadInput as error:
        raise BadFile(f"{place}: {error.what}", error.why, error.todo) from None
    return base._replace(fields=fields, kind=kind, name=name, key=name, dependencies=wishes)
