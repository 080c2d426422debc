"""What a data file holds is what it was given: numbers, text, groups, configs; the rest is told."""

from __future__ import annotations

import collections
import copy
import datetime
import json
import math
import pickle
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.lab.runnerkit import part

AttrDict = part("attrdict").AttrDict
jsonplain = part("jsonplain")
datafile = part("datafile")

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text()
NAMES = st.text(min_size=1, max_size=8)
CONFIGS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


@given(CONFIGS)
def test_a_config_survives_json(config: Any) -> None:
    """Complex numbers, NaN and infinities come back from JSON that every reader takes."""
    text = jsonplain.dumps(config)
    json.loads(text, parse_constant=refuse)
    assert repr(jsonplain.loads(text)) == repr(config)


def test_what_a_config_may_hold_besides() -> None:
    """Numpy's numbers and arrays become numbers and lists; what nobody knows becomes what Python says of it."""
    odd: dict[Any, Any] = {
        "array": np.array([[1, 2]]), "number": np.float32(0.5), "wide": np.longdouble(2), "set": {2, 1},
        "yes": np.True_, 1: "one", "1": "text", "tuple": (1, 1j), "path": Path("/tmp"), "thing": Ellipsis,
        "c": np.complex64(1j),
    }  # fmt: skip
    odd["self"] = odd
    found = json.loads(jsonplain.dumps(odd))
    assert found.pop("self")["array"] == [[1, 2]]
    assert found == {
        "array": [[1, 2]], "number": 0.5, "wide": 2.0, "set": [1, 2], "yes": True, "1": "one", "'1'": "text",
        "tuple": [1, {"__complex__": True, "real": 0.0, "imag": 1.0}], "path": "/tmp",
        "thing": {"__repr__": "Ellipsis"}, "c": {"__complex__": True, "real": 0.0, "imag": 1.0},
    }  # fmt: skip


# -- AttrDict -----------------------------------------------------------------------------------

WORDS = st.text("abcdef", min_size=1, max_size=4)
TREES = st.dictionaries(
    WORDS,
    st.recursive(
        st.none() | st.integers() | st.complex_numbers(),
        lambda inner: st.dictionaries(WORDS, inner, max_size=3) | st.lists(inner, max_size=3),
        max_leaves=6,
    ),
    max_size=3,
)


@given(TREES)
def test_items_are_attributes_at_every_depth(tree: dict[str, Any]) -> None:
    """A config is the dict that it was made of, by item, by attribute, copied and pickled."""
    config = AttrDict(tree)
    assert repr(config.to_dict()) == repr(tree)
    for one in (config, copy.deepcopy(config), pickle.loads(pickle.dumps(config)), config.copy()):
        assert type(one) is AttrDict
        assert all(getattr(one, key) is one[key] for key in tree)
        assert all(type(value) is AttrDict for value in one.values() if isinstance(value, dict))


def test_what_is_set_in_a_config_is_there() -> None:
    """Items and attributes are set, changed in place and deleted alike; a missing one names the nearest."""
    config = AttrDict({"device": {"qubits": [{"f_ge": 4.8}]}})
    config.device.readout = {"gain": 1}
    config["device"]["readout"].gain += 1
    config.update(expt={"reps": 3})
    config.setdefault("notes", {}).text = "warm"
    assert config.device.qubits[0].f_ge == 4.8
    assert (config["device"]["readout"]["gain"], config.expt.reps, config.notes.text) == (2, 3, "warm")
    del config.notes.text
    assert not hasattr(config.notes, "text")
    with pytest.raises(AttributeError, match="no 'devise' here; there is 'device'"):
        _ = config.devise


# -- HDF5 ---------------------------------------------------------------------------------------

KINDS = st.one_of(
    arrays.boolean_dtypes(), arrays.integer_dtypes(), arrays.floating_dtypes(), arrays.complex_number_dtypes()
)
KEYS = st.text(st.characters(exclude_characters="\0/.", exclude_categories=("Cs",)), min_size=1, max_size=6)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=6)
VALUES = st.one_of(
    arrays.arrays(KINDS, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)),
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.complex_numbers(), TEXTS,
    st.lists(st.floats(), max_size=5), st.lists(TEXTS, max_size=5),
    st.lists(st.lists(st.integers(-9, 9), max_size=3), max_size=4),
)  # fmt: skip
DATA = st.dictionaries(KEYS, VALUES | st.dictionaries(KEYS, VALUES, max_size=3), max_size=5)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def written(path: Path, data: dict[Any, Any]) -> tuple[h5py.File, list[str]]:
    """The file of *data*, checked and opened, and what could not be held."""
    path.unlink(missing_ok=True)
    what = datafile.content(data, {"a": 1}, "", {}, {"job": "JOB"})
    datafile.write(str(path), what)
    datafile.check(str(path), what)
    return h5py.File(path, "r"), what.plan.complaints


def read(node: Any) -> Any:
    """A dataset or group as Python."""
    if isinstance(node, h5py.Group):
        return {key: read(one) for key, one in node.items()}
    if node.dtype.kind == "O" and h5py.check_string_dtype(node.dtype):
        return node.asstr()[()]
    return None if node.shape is None else node[()]


def same(found: Any, value: Any) -> bool:
    """Whether *found* in a file is *value*."""
    if isinstance(value, dict):
        return set(found) == set(value) and all(same(found[key], one) for key, one in value.items())
    if value is None or found is None:
        return found is value
    if isinstance(value, list) and found.dtype == object:
        return len(found) == len(value) and all(same(one, other) for one, other in zip(found, value, strict=True))
    expected = np.asarray(value)
    if isinstance(value, np.ndarray) and found.dtype.newbyteorder("=") != value.dtype.newbyteorder("="):
        return False
    return np.array_equal(found, expected, equal_nan=expected.dtype.kind in "fc")


@given(DATA)
def test_data_survives_the_file(scratch: Path, data: dict[str, Any]) -> None:
    """Arrays, numbers, text, None, ragged rows and groups of them come back as they were, in type and shape."""
    data.pop("notes", None)
    file, complaints = written(scratch / "data.h5", data)
    with file:
        assert complaints == []
        found = read(file)
        assert found.pop("notes").tolist() == []
        assert same(found, data)


Point = collections.namedtuple("Point", "x y")


class Table:
    """Like pandas' DataFrame, as far as it matters."""

    columns = ("t", "u")

    def items(self) -> Any:
        return iter([("t", np.array([1, 2])), ("u", ["a", "b"])])


HELD: dict[str, tuple[Any, Any]] = {
    "bytes": (b"\0a\0", [0, 97, 0]),
    "set": ({3, 1}, [1, 3]),
    "range": (range(3), [0, 1, 2]),
    "named tuple": (Point(1, "a"), {"x": 1, "y": "a"}),
    "table": (Table(), {"t": [1, 2], "u": ["a", "b"]}),
    "mixed list": ([1, "a", None], {"0": 1, "1": "a", "2": None}),
    "list of dicts": ([{"x": 1}, {"x": 2}], {"0": {"x": 1}, "1": {"x": 2}}),
    "ragged deeper": ([[[1], [2, 3]], [[4]]], {"0": [[1], [2, 3]], "1": [[4]]}),
    "masked": (np.ma.array([1, 2], mask=[0, 1]), {"data": [1, 2], "mask": [False, True]}),
    "not masked": (np.ma.array([1, 2]), [1, 2]),
    "objects alike": (np.array([1, 2.5], dtype=object), [1.0, 2.5]),
    "bytes of numpy": (np.array([b"ab", b"c"]), [b"ab", b"c"]),
    "unicode of numpy": (np.array(["ä", "bb"]), ["ä", "bb"]),
    "date": (datetime.date(2026, 11, 22), "2026-11-22"),
    "number keys": ({1: 2.0, 2: 3.0}, {"1": 2.0, "2": 3.0}),
    "empty list": ([], []),
    "integers that share no type": ([2**63 + 1, -1], {"0": 2**63 + 1, "1": -1}),
    "path in a key": ({"a/b": 1, "a/c": 2}, {"a": {"b": 1, "c": 2}}),
}


def plain(value: Any) -> Any:
    """What was read, in lists and numbers."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray) and value.dtype == object:
        return [plain(one) for one in value]
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


@pytest.mark.parametrize("case", HELD)
def test_what_hdf5_can_hold_is_held(scratch: Path, case: str) -> None:
    """Whatever has a place in HDF5 gets one, without a change."""
    value, expected = HELD[case]
    file, complaints = written(scratch / "held.h5", {"it": value})
    with file:
        assert (plain(read(file["it"])), complaints) == (expected, [])


def test_dates_of_numpy_come_back(scratch: Path) -> None:
    """datetime64 is read as datetime64."""
    when = np.array(["2026-11-22T20:00"], dtype="M8[s]")
    file, _ = written(scratch / "dates.h5", {"when": when})
    with file:
        assert file["when"][:].tolist() == when.tolist()


CIRCLE: dict[str, Any] = {}
CIRCLE["again"] = CIRCLE
UNHELD: dict[str, tuple[Any, str]] = {
    "object": (object(), "it (object): it is an array of Python objects, such as object"),
    "function": (len, "it (builtin_function_or_method): "),
    "object array": (np.array([object()], dtype=object), "it (numpy.ndarray of object): "),
    "circle": (CIRCLE, "levels deep, or holds itself"),
    "text with NUL": ("a\0b", "it (str): a text in it contains NUL"),
    "broken text": (["\ud800"], "not valid UTF-8"),
    "large integer": (2**70, "it (int): "),
    "integer among floats": ([2**53 + 1] + [0.5] * 1000, "the integer 9007199254740993 has no place"),
    "a long mixed list": ([1, None] * 600, "it (list): "),
    "name with NUL": ({"a\0b": 1}, "contain NUL"),
    "empty name": ({"": 1}, "empty"),
    "two of a name": ({1: 1, "1": 2}, "another key is '1' too"),
    "taken by a path": ({"a": 1, "a/b": 2}, "it/a/b: "),
    "generator": (iter([1]), "it (list_iterator): "),
}


@pytest.mark.parametrize("case", UNHELD)
def test_what_hdf5_cannot_hold_is_told(scratch: Path, case: str) -> None:
    """What would be lost or changed is told with its key; the rest is in the file."""
    value, words = UNHELD[case]
    file, complaints = written(scratch / "unheld.h5", {"it": value, "good": [1.5, math.nan]})
    with file:
        assert words in " ".join(complaints)
        assert len(file["good"]) == 2


def test_a_config_of_megabytes_and_hostile_notes_are_held(scratch: Path) -> None:
    """The config may be larger than HDF5's 64 KiB for attributes; notes that are no valid text are made visible."""
    config = {"x": ["y" * 1000] * 3000}
    what = datafile.content({}, config, ["a\0b", "\ud800", 3], {}, {})
    datafile.write(str(scratch / "large.h5"), what)
    with h5py.File(scratch / "large.h5") as file:
        assert jsonplain.loads(file.attrs["config"]) == config
        assert file["notes"].asstr()[:].tolist() == ["a\\0b", "\\ud800", "3"]
