"""The kind experiment: what its fields may be, what its process is told, how its config gets there."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import kinds
from jobyard.core.errors import BadInput
from jobyard.core.kinds import Context, asjson, snapshots
from jobyard.core.labmodels import ConfigLink

KIND = kinds.get("experiment")
FIELDS = {"module": "experiments.rabi", "class": "Rabi"}
SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"]), max_size=5)
JSON = st.recursive(
    SCALARS | TEXT, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXT, inside, max_size=3)
)


class Number:
    """As numpy's are: they know what they are in plain Python."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def tolist(self) -> Any:
        return self.value


def link(folder: Path, data: bytes, name: str = "CFG-HW-20261122-00001.yml") -> ConfigLink:
    path = folder / name
    path.write_bytes(data)
    return ConfigLink("hardware_config", path.stem, hashlib.sha256(data).hexdigest(), str(path))


# -- the fields -----------------------------------------------------------------------------------


@given(st.dictionaries(TEXT, JSON, max_size=4))
def test_any_json_is_kept_as_it_is(config: dict[str, Any]) -> None:
    """And checked once more it stays the same; its line for people is one."""
    fields = KIND.check({**FIELDS, "config": config})
    assert fields["config"] == json.loads(json.dumps(config)) == config
    assert KIND.check(fields) == fields
    assert not any(char < " " or char == "\x7f" for char in KIND.command_line(fields))


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"a": {"b": [1, math.nan]}}, "config.a.b[1] is NaN"),
        ({"a": -math.inf}, "config.a is -Infinity"),
        ({"a": 1j}, "config.a cannot be used. It is a complex, which JSON cannot say"),
        ({"a": {1: 2}}, "Its key 1 is not text"),
        ({"a": object}, "which JSON cannot say"),
        ({"a": Number(Number(1))}, "which JSON cannot say"),
        ({"a": Number([0.5, math.nan])}, "config.a[1] is NaN"),
        ({"a": "\ud800"}, "It is not valid UTF-8"),
        ({"a": 1 << 5000}, "It is an integer of 5,001 bits"),
        ({"a": "x" * (1 << 20)}, "and 1,048,576 are the limit"),
        ([1], "It is a list, not a JSON object"),
    ],
)
def test_what_json_cannot_say_is_told_with_its_place(config: Any, told: str) -> None:
    """NaN, objects, what is too much: before the job waits."""
    with pytest.raises(BadInput) as error:
        KIND.check({**FIELDS, "config": config})
    assert told in error.value.line()


def test_what_lies_too_deep_is_told() -> None:
    """However deep it is: nothing recurses without end."""
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(BadInput, match="deeper than 32 levels"):
        asjson.plain_object({"a": deep}, "config")


def test_numbers_and_arrays_of_numpy_become_pythons() -> None:
    """By their tolist: numpy itself is not needed for that."""
    assert asjson.plain_object({"a": Number(2), "b": Number([1.5, 2]), "c": (1, 2)}, "config") == {
        "a": 2, "b": [1.5, 2], "c": [1, 2],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"module": "a b"}, "no name of a Python module"), ({"module": ".rabi"}, "no name of a Python module"),
        ({"module": "lab.class"}, "no name of a Python module"), ({"class": "x-y"}, "no name of a Python class"),
        ({"class": ""}, "no name of a Python class"), ({"save": "yes"}, "either true or false"),
        ({"paths": 7}, "no list of folders"), ({"paths": ["a\0"]}, "NUL"), ({"station": "x"}, "MODULE:CLASS"),
        ({"python": 3}, "not text"), ({"module": None}, "needs its module"), ({"reps": 3}, "has no"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_is_told(more: dict[str, Any], told: str) -> None:
    """Each with what is wrong with it."""
    with pytest.raises(BadInput, match=told):
        KIND.check({**FIELDS, **more})


# -- sweeps ---------------------------------------------------------------------------------------


def swept(config: dict[str, Any], **sweep: Any) -> Any:
    return KIND.check({**FIELDS, "config": config, "sweep": sweep})


def test_each_job_of_a_sweep_has_its_point_in_its_config() -> None:
    """Beside what is there, nothing of it changed; the sweep itself is not in it any more, nor is the class looked for
    again."""
    config = {"reps": 5, "pulse": {"gain": 1, "length": 2}, "label": "p{i:03} {{i}}", "list": ["{i}"]}
    fields = kinds.Checked(swept(config, axes={"amp": [0.1, 0.2], "pulse.gain": "10:30:3"}))
    assert KIND.points(fields) == 6
    its = KIND.element(fields, 6)
    assert its["config"] == {
        "reps": 5, "pulse": {"gain": 30, "length": 2}, "label": "p006 {i}", "list": ["6"], "amp": 0.2,
    }  # fmt: skip
    assert (its["swept"], "sweep" in its) == ({"amp": 0.2, "pulse.gain": 30}, False)
    assert KIND.check(its) == its
    assert fields["config"] == config
    assert KIND.command_line(its).startswith("Rabi  amp=0.2 pulse.gain=30 reps=5 ")
    assert KIND.command_line(fields).startswith("Rabi  amp=0.1,0.2 pulse.gain=10,20,30 reps=5 ")


def test_a_point_is_what_the_config_says_of_its_keys() -> None:
    """Whoever changes the config of a copy changes its point; keys that are gone are no part of it."""
    its = KIND.check({**FIELDS, "config": {"amp": 7}, "swept": {"amp": 0.1, "pulse.gain": 30}})
    assert its["swept"] == {"amp": 7}
    assert "swept" not in KIND.check({**FIELDS, "config": {}, "swept": {"amp": 0.1}})


def test_an_array_without_a_sweep_fills_in_its_index() -> None:
    """In texts of the config; fields without any are the same for all."""
    fields = kinds.Checked(KIND.check({**FIELDS, "config": {"label": "run {i}"}}))
    assert KIND.element(fields, 3)["config"] == {"label": "run 3"}
    plain = kinds.Checked(KIND.check({**FIELDS, "config": {"reps": 1}}))
    assert KIND.element(plain, 3) is plain
    assert KIND.points(plain) == 0


@pytest.mark.parametrize(
    ("sweep", "told"),
    [
        (5, "It is no object"), ({"axis": {}}, "It has no"), ({"axes": 5}, "no values by key"),
        ({"axes": [5]}, "no values by key"), ({"axes": [["a"]]}, "no key with its values"),
        ({"axes": [[1, [2]]]}, "no key with its values"), ({"axes": {1: [2]}}, "no key with its values"),
        ({"axes": {"a": {"b": 1}}}, "no list of values"), ({"axes": {"a": [1]}, "zip": 1}, "either true or false"),
        ({"axes": {"a": [math.nan]}}, "sweep.a.0. is NaN"), ({}, "no values by key"), ({"axes": {}}, "no axis"),
        ({"axes": {"x.y": [1, 2]}}, "has nothing in it"), ({"axes": {"a": "1:2"}}, "from:to:how many"),
        ({"axes": {"a": [1, "x" * (1 << 20)]}}, "and 1,048,576 are the limit"),
        ({"axes": {".".join("a" * 40): [1]}}, "deeper than 32 levels"),
        ({"axes": {"big": range(0)}}, "which JSON cannot say"), ({"axes": {"a": "0:1:9000"}}, "together, and"),
    ],
)  # fmt: skip
def test_a_sweep_that_cannot_be_is_told(sweep: Any, told: str) -> None:
    """Before any of its jobs is made: also one whose configs would fill the disk."""
    with pytest.raises(BadInput, match=told):
        KIND.check({**FIELDS, "config": {"x": 1, "table": "x" * 50_000}, "sweep": sweep})


def test_a_job_of_a_sweep_is_no_sweep() -> None:
    """The two say opposite things."""
    with pytest.raises(BadInput, match="sweep and swept do not go together"):
        KIND.check({**FIELDS, "config": {}, "sweep": {"axes": {"a": [1]}}, "swept": {"a": 1}})


# -- the request ----------------------------------------------------------------------------------


def test_the_request_says_all_that_the_runner_needs(tmp_path: Path) -> None:
    """The config parsed, because the lab's interpreter may not know YAML; the second attempt's file has its number."""
    main = link(tmp_path, b"device:\n  f_ge: 4.80\n  since: 2026-11-22\n  1: {hot: yes}\n")
    fields = KIND.check({**FIELDS, "config": {"reps": 10}, "python": "/lab/python", "paths": ["/lab"], "display": True})
    around = Context("/home", "/yard/jobs/1/J.2", home="/yard", job="JOB-20261122-00001", number=2, configs=(main,))
    process = KIND.process(fields, around)
    assert process.argv[0] == "/lab/python"
    assert process.argv[-1] == "/yard/jobs/1/J.2/request.json"
    assert KIND.argv(fields, around) == process.argv
    told = json.loads(process.files["request.json"])
    assert told["config"] == {"device": {"f_ge": 4.8, "since": "2026-11-22", "1": {"hot": True}}}
    assert (told["name"], told["data_root"]) == ("JOB-20261122-00001.2.h5", "/yard/data")
    assert told["go"] == {"save": True, "analyze": True, "display": True, "progress": True}
    assert (told["expt"], told["paths"], told["config_file"]) == ({"reps": 10}, ["/lab"], main.path)


def test_a_snapshot_that_was_changed_is_never_used(tmp_path: Path) -> None:
    """Nor one that is gone: the attempt does not start, and says which version it is."""
    main = link(tmp_path, b"a: 1\n")
    snapshots.as_json(main)
    Path(main.path).write_bytes(b"a: 2\n")
    with pytest.raises(BadInput, match="CFG-HW-20261122-00001 is damaged and is not used"):
        snapshots.as_json(main)
    Path(main.path).unlink()
    with pytest.raises(BadInput, match="CFG-HW-20261122-00001 cannot be read"):
        snapshots.as_json(main)


@pytest.mark.parametrize(("data", "told"), [(b"a: [1\n", "Line 2"), (b"- 1\n", "no keys and values"), (b"", "no keys")])
def test_a_config_without_structure_is_told(tmp_path: Path, data: bytes, told: str) -> None:
    """What cannot be a cfg does not start."""
    with pytest.raises(BadInput, match=told):
        snapshots.as_json(link(tmp_path, data))


def test_without_a_config_it_does_not_start() -> None:
    """With what to do."""
    with pytest.raises(BadInput, match="jobyard config push hardware_config FILE"):
        KIND.process(KIND.check(FIELDS), Context())


def test_the_exception_is_the_telling_line() -> None:
    """Not what was printed after it by something else."""
    tail = ["Traceback (most recent call last):", '  File "x"', "ValueError: too hot", "closing instruments"]
    assert KIND.explain("exit code 1", tail) == "exit code 1: ValueError: too hot"
