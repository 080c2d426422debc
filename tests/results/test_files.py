"""Data files: what is in them, what is wrong with them; they are only looked at."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import results
from jobyard.core.errors import BadFile
from jobyard.core.results import series, tiles
from tests.results.kit import CONFIG, unharmed, write


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "JOB-20261122-00017.h5")


def odd(path: Path) -> Path:
    """A file with one of each sort."""
    write(path, c=np.arange(3) * 1j, cube=np.zeros((2, 3, 4, 5, 6), "i2"), nan=[1.0, np.nan, np.inf], zero=[])
    with h5py.File(path, "a") as file:
        file["pair"] = np.zeros(3, dtype=[("x", "f4"), ("y", "i2")])
        file["enum"] = np.array([0, 1], dtype=h5py.enum_dtype({"A": 0, "B": 1}, basetype="i1"))
        file["texts"], file["flags"], file["none"] = ["a\x1b[2J", "é"], [True, False], h5py.Empty("f8")
        file["refs"] = np.array([file["avgi"].ref], dtype=h5py.ref_dtype)
        file.create_dataset("lists", (2,), dtype=h5py.vlen_dtype("i4"))[0] = [1, 2]
        group = file.create_group("g")
        group["loop"], group["soft"], group["out"] = file["/"], h5py.SoftLink("/no"), h5py.ExternalLink("o.h5", "/x")
        group["inner"] = file["avgi"]
        file["type"] = np.dtype("f8")
    return path


def test_the_tree_tells_everything_and_follows_nothing_twice(tmp_path: Path):
    """Groups, datasets with shape, type, chunks and attributes; links are told, circles cut."""
    path = odd(tmp_path / "odd.h5")
    with unharmed(path):
        nodes = {node.path: node for node in results.tree(path).nodes}
    assert nodes["/avgi"].shape == (101,)
    assert nodes["/avgi"].chunks is not None
    assert dict(nodes["/avgi"].attributes) == {"_axes": "[xpts]", "_axes_labels": "[Gain (a.u.), I (a.u.)]"}
    kinds = {path: (node.kind, node.target) for path, node in nodes.items() if node.target}
    assert kinds == {
        "/g/loop": ("circle", "/"), "/g/soft": ("link", "/no"), "/g/out": ("external link", "o.h5:/x")
    }  # fmt: skip
    types = {name: nodes[f"/{name}"].dtype for name in ("pair", "enum", "texts", "refs", "lists", "flags")}
    assert types == {
        "pair": "{x: float32, y: int16}", "enum": "enum of int8", "texts": "string", "refs": "reference",
        "lists": "lists of int32", "flags": "bool",
    }  # fmt: skip
    assert nodes["/none"].shape is None
    assert nodes["/type"].kind == "type"


def test_a_tree_is_cut_where_it_is_too_large(file: Path):
    """It says that there is more."""
    found = results.tree(file, most=2)
    assert (len(found.nodes), found.cut) == (2, True)
    assert not results.tree(file).cut


def test_ten_thousand_datasets(tmp_path: Path):
    """All are told, those of a group below it."""
    with h5py.File(tmp_path / "many.h5", "w", libver="latest") as file:
        group = file.create_group("g")
        for number in range(10_000):
            group.create_dataset(f"d{number:05}", shape=(), dtype="f4")
    assert len(results.tree(tmp_path / "many.h5").nodes) == 10_002


def test_summaries_of_every_sort(tmp_path: Path):
    """Numbers by least, most, mean and NaN; others by their first values; control characters are harmless."""
    path = odd(tmp_path / "odd.h5")
    with unharmed(path):
        found = {each.path: each for each in results.summaries(path)}
    assert (found["nan"].least, found["nan"].most, found["nan"].nans) == (1.0, np.inf, 1)
    assert (found["c"].least, found["c"].most, found["c"].mean) == (0.0, 2.0, 1.0)
    assert found["texts"].first == ("a␛[2J", "é")
    assert (found["cube"].total, found["cube"].looked, found["cube"].mean) == (720, 720, 0.0)
    assert found["zero"].total == 0
    assert found["none"].shape is None
    assert found["flags"].mean == 0.5
    assert [each.trouble for each in found.values() if each.trouble] == []


def test_a_large_dataset_is_summed_up_in_little_memory(tmp_path: Path):
    """10⁸ points, of which the file stores none: pieces are read, never the whole."""
    with h5py.File(tmp_path / "large.h5", "w") as file:
        file.create_dataset("avgi", (100_000_000,), "i1", chunks=(1 << 20,), fillvalue=3)
    tracemalloc.start()
    (found,) = results.summaries(tmp_path / "large.h5")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.least, found.mean, found.looked) == (3.0, 3.0, 100_000_000)
    assert most < 64 << 20


def test_of_too_many_values_the_first_are_looked_at(tmp_path: Path):
    """A dataset of more values than anybody has is not gone through; it says how many were looked at."""
    with h5py.File(tmp_path / "huge.h5", "w") as file:
        data = file.create_dataset("avgi", (10**15,), "f8", chunks=(1 << 16,))
        found = results.summary(data, "avgi", enough=10**6)
    assert 10**6 <= found.looked < 10**8
    assert not found.whole


def test_config_and_data_load_as_a_plain_object(file: Path):
    """Arrays by name, the config by item and by attribute with its complex numbers, notes, the job of its name."""
    with unharmed(file):
        found = results.load(file)
    assert (found.cfg.expt.reps, found.cfg["expt"]["phase"], found.cfg.device.qubit.f_ge[0]) == (500, 0.5 - 1j, 4800.5)
    assert (found.job, found.notes, sorted(found.data)) == (file.stem, "looked good", ["avgi", "avgq", "xpts"])
    assert found["avgi"][0] == 1.0
    assert found.axes["avgi"]["_axes"].tolist() == ["xpts"]
    with pytest.raises(AttributeError, match="this config has no nope"):
        _ = found.cfg.nope
    assert results.config_of(file)["device"] == CONFIG["device"]


def test_everything_odd_loads(tmp_path: Path):
    """Whatever the sort, there is a value for it."""
    found = results.load(odd(tmp_path / "odd.h5"))
    assert found.data["texts"].tolist() == ["a\x1b[2J", "é"]
    assert found.data["none"] is None
    assert found.data["c"].dtype == "c16"


# -- what is wrong --------------------------------------------------------------------------------------------


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def replaced(path: Path) -> None:
    path.write_bytes(b"x,y\n1,2\n" * 100)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def to_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def zeroed(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:96] + bytes(len(whole) - 96))


WRONG: dict[str, tuple[Callable[[Path], Any], str]] = {
    "truncated": (cut_off, "it is cut off"),
    "no HDF5": (replaced, "it is no HDF5 file"),
    "empty": (emptied, "it is empty"),
    "a folder": (to_folder, "it is a folder"),
    "a pipe": (to_pipe, "it is no file"),
    "gone": (Path.unlink, "there is no such file"),
    "zeros": (zeroed, "cannot be read"),
}
READS = [results.tree, results.summaries, results.config_of, results.load, series.line]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_one_line(file: Path, name: str):
    """Never a traceback of HDF5's, whichever way it is read."""
    spoil, why = WRONG[name]
    spoil(file)
    for read in READS:
        with pytest.raises(BadFile) as told:
            read(file)
        assert why.lower() in told.value.line().lower()
        assert "\n" not in told.value.line()


def test_a_config_that_is_no_json(file: Path):
    """It is said of the file, in one line."""
    with h5py.File(file, "a") as opened:
        opened.attrs["config"] = "{nope"
    with pytest.raises(BadFile, match="It is no JSON"):
        results.config_of(file)


WRITER = """
import h5py, sys
file = h5py.File(sys.argv[1], "w", libver="latest")
data = file.create_dataset("avgi", (10,), "f8", maxshape=(None,), chunks=(10,))
if sys.argv[2] == "swmr": file.swmr_mode = True
file.flush()
print("ready", flush=True)
sys.stdin.readline()
data[:] = 5
data.flush()
file.close()
print("written", flush=True)
"""


@pytest.mark.parametrize("mode", ["swmr", "plain"])
def test_a_file_that_is_being_written(tmp_path: Path, mode: str):
    """What its writer lets others see is shown, else said to be written; the writer is never kept from it."""
    path = tmp_path / "live.h5"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdin is not None
        assert writer.stdout.readline() == "ready\n"
        if mode == "swmr":
            assert results.summaries(path)[0].shape == (10,)
        else:
            with pytest.raises(BadFile, match="A program is writing it just now"):
                results.tree(path)
        writer.stdin.write("\n")
        writer.stdin.flush()
        assert writer.stdout.readline() == "written\n"
    assert results.summaries(path)[0].mean == 5.0


@pytest.mark.parametrize("rule", ["TRUE", "BEST_EFFORT"])
def test_a_locked_file_is_read_whatever_the_environment_says(tmp_path: Path, rule: str):
    """HDF5 obeys HDF5_USE_FILE_LOCKING before its caller; jobs that are started later still find it as it was."""
    path = write(tmp_path / "locked.h5")
    look = (
        "import os, sys; from jobyard.core import results; "
        "print(results.summaries(sys.argv[1])[0].path, os.environ['HDF5_USE_FILE_LOCKING'])"
    )
    with h5py.File(path, "a", locking=True) as file:
        first = next(iter(file))
        done = subprocess.run(
            [sys.executable, "-c", look, str(path)], env=os.environ | {"HDF5_USE_FILE_LOCKING": rule},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.stdout == f"{first} {rule}\n", done.stderr


# -- pieces ------------------------------------------------------------------------------------------------------

SHAPES = st.lists(st.integers(0, 7), min_size=0, max_size=4)


@given(SHAPES, st.data())
def test_tiles_cover_every_value_once(shape: list[int], data: st.DataObject):
    """Whatever the chunks and the room."""
    chunks = [data.draw(st.integers(1, 5)) for _ in shape] if data.draw(st.booleans()) else None
    seen = np.zeros(shape, int)
    for piece in tiles.tiles(shape, chunks, 8, data.draw(st.integers(1, 400))):
        seen[piece] += 1
    assert (seen == 1).all()


@given(SHAPES, st.integers(1, 400))
def test_pieces_in_order_are_the_whole_in_order(shape: list[int], room: int):
    """One after the other they are what numpy writes."""
    whole = np.arange(int(np.prod(shape))).reshape(shape)
    parts = [np.asarray(whole[piece]).ravel() for piece in tiles.in_order(shape, 8, room)]
    assert np.concatenate([*parts, np.zeros(0, int)]).tolist() == whole.ravel().tolist()


# -- lines -----------------------------------------------------------------------------------------------------------


def test_the_line_that_says_most(file: Path):
    """avgi over its axis, with what people call both; of another dataset if it is named."""
    found = series.line(file)
    assert found is not None
    assert (found.name, found.over, found.x_label, found.total) == ("avgi", "xpts", "Gain (a.u.)", 101)
    assert (found.x[-1], found.y[0]) == (1.0, 1.0)
    named = series.line(file, "avgq")
    assert named is not None
    assert named.y[0] == 0.0


def test_a_long_line_keeps_its_peaks(tmp_path: Path):
    """Thinned to so many points, the one value that sticks out is still there, at its place."""
    values = np.zeros(50_000)
    values[31_234] = 9.0
    write(tmp_path / "long.h5", points=50_000, avgi=values)
    found = series.line(tmp_path / "long.h5", points=500)
    assert found is not None
    assert len(found.x) <= 600
    assert max(found.y) == 9.0
    assert found.x[found.y.index(9.0)] == pytest.approx(31_234 / 49_999)


def test_an_axis_that_is_told_by_its_ends(tmp_path: Path):
    """Without a dataset for it, values lie evenly between them."""
    with h5py.File(tmp_path / "slab.h5", "w") as file:
        file["avgi"] = [1.0, 2.0, 3.0]
        file["avgi"].attrs["_axes"], file["avgi"].attrs["_axes_labels"] = (0.0, 4.0), ("Delay (us)", "I")
    found = series.line(tmp_path / "slab.h5")
    assert found is not None
    assert (found.x, found.over, found.x_label) == ((0.0, 2.0, 4.0), "", "Delay (us)")


def test_a_damaged_group_hides_nothing_else(tmp_path: Path):
    """The rest of the file is told; whoever wants all of it is refused, since nobody knows what is missing."""
    path = tmp_path / "damaged.h5"
    with h5py.File(path, "w") as file:
        file["a"], file["g/b"] = np.arange(3.0), np.arange(3.0)
    data = bytearray(path.read_bytes())
    at = data.rindex(b"SNOD")  # what lists the members of the group that was made last
    data[at : at + 4] = b"none"
    path.write_bytes(data)
    found = {node.path: node.kind for node in results.tree(path).nodes}
    assert found == {"/": "group", "/a": "dataset", "/g": "group", "/g/(damaged)": "unreadable"}
    with pytest.raises(BadFile, match="cannot be read"):
        results.load(path)
