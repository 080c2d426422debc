"""Data files exported and compared."""

from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path

import h5py
import numpy as np
import pytest

from jobyard.core import results
from jobyard.core.errors import BadInput
from jobyard.core.results.model import DataChange
from tests.results.kit import CONFIG, unharmed, write


def as_csv(path: Path, *names: str) -> tuple[list[list[str]], results.Exported]:
    """The cells of an export."""
    out = io.StringIO()
    done = results.export_csv(path, out, names)
    return list(csv.reader(io.StringIO(out.getvalue()))), done


def test_datasets_of_equal_length_are_columns(tmp_path: Path):
    """Their axis first, a complex one as two; what does not fit is told; what is read back is the same."""
    path = write(tmp_path / "a.h5", amps=np.arange(101) * (1 - 0.5j), fit=[1.0, 2.0], grid=np.zeros((2, 3)))
    with unharmed(path):
        rows, done = as_csv(path)
    assert rows[0] == ["xpts", "amps.real", "amps.imag", "avgi", "avgq"] == list(done.names)
    assert (len(rows), done.rows) == (102, 101)
    assert [float(row[3]) for row in rows[1:]] == np.cos(20 * np.linspace(0, 1, 101)).tolist()
    assert rows[3][1:3] == ["2.0", "-1.0"]
    assert dict(done.left) == {"fit": "it has 2 values", "grid": "its shape is 2 × 3"}


def test_chosen_columns_and_one_of_two_directions(tmp_path: Path):
    """In the order in which they are named; a matrix alone is written row by row."""
    path = write(tmp_path / "a.h5", grid=[[1, 2, 3], [4, 5, 6]], texts=np.array(["a,b", "c"], object), short=[7, 8])
    assert as_csv(path, "short", "texts")[0] == [["short", "texts"], ["7", "a,b"], ["8", "c"]]
    assert as_csv(path, "grid")[0] == [["grid[0]", "grid[1]", "grid[2]"], ["1", "2", "3"], ["4", "5", "6"]]


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (("avg",), "There is no dataset"), (("avgi", "short"), "different lengths"), (("avgi", "grid"), "no column"),
        (("cube",), "does not fit"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(tmp_path: Path, names: tuple[str, ...], what: str):
    """Before anything is written."""
    path = write(tmp_path / "a.h5", grid=np.zeros((2, 3)), short=[1], cube=np.zeros((2, 2, 2)))
    out = io.StringIO()
    with pytest.raises(BadInput, match=what):
        results.export_csv(path, out, names)
    assert out.getvalue() == ""


def test_small_floats_are_written_as_short_as_they_are(tmp_path: Path):
    """Of 32 bits, 0.1 is 0.1."""
    path = write(tmp_path / "a.h5", small=np.array([0.1, 1 / 3], "f4"))
    assert as_csv(path, "small")[0][1:] == [["0.1"], ["0.33333334"]]


def test_npz_has_everything_that_numpy_can_read_back(tmp_path: Path):
    """Arrays of every direction and sort, texts, the config; what needs pickles is told."""
    cube = np.arange(24).reshape(2, 3, 4)
    path = write(tmp_path / "a.h5", cube=cube, amps=np.array([1j]), texts=np.array(["a", "é"], object))
    with h5py.File(path, "a") as file:
        file["refs"] = np.array([file["avgi"].ref], dtype=h5py.ref_dtype)
        file["enum"] = np.array([0, 1], dtype=h5py.enum_dtype({"A": 0, "B": 1}, basetype="i1"))
        file.create_group("g")["inner"] = 7.5
    with unharmed(path), (tmp_path / "a.npz").open("wb") as out:
        done = results.export_npz(path, out)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as found:
        assert (found["cube"] == cube).all()
        assert (found["amps"][0], found["g/inner"], found["enum"].tolist()) == (1j, 7.5, [0, 1])
        assert found["texts"].tolist() == ["a", "é"]
        assert '"reps": 500' in str(found["config"])
        assert set(found.files) == set(done.names)
    assert [name for name, _ in done.left] == ["refs"]


def test_what_does_not_fit_the_memory_is_exported(tmp_path: Path):
    """256 MiB go through pieces of some MiB."""
    with h5py.File(tmp_path / "large.h5", "w") as file:
        file.create_dataset("avgi", (64, 1 << 20), "i4", chunks=(1, 1 << 20), fillvalue=3)
    tracemalloc.start()
    with Path("/dev/null").open("wb") as out:
        results.export_npz(tmp_path / "large.h5", _Counting(out))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 64 << 20


class _Counting(io.RawIOBase):
    """A sink that knows where it is, as zipfile wants."""

    def __init__(self, out: io.BufferedWriter) -> None:
        self._out, self._at = out, 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:  # type: ignore[override]
        self._at += len(data)  # type: ignore[arg-type]
        return len(data)  # type: ignore[arg-type]

    def tell(self) -> int:
        return self._at


# -- compared -------------------------------------------------------------------------------------------------


def test_equal_files_do_not_differ(tmp_path: Path):
    """NaN is like NaN."""
    files = [write(tmp_path / name, nan=[1.0, np.nan], texts=np.array(["a"], object)) for name in ("a.h5", "b.h5")]
    with unharmed(files[0]), unharmed(files[1]):
        assert results.differences(*files).same


def test_differences_of_config_and_data(tmp_path: Path):
    """Values of the config by their path; datasets that are missing, of another shape or type, and the largest |Δ|."""
    other = {**CONFIG, "expt": {**CONFIG["expt"], "reps": 501}}
    one = write(tmp_path / "a.h5", gone=[1], short=[1, 2], sort=[1], amps=np.array([1j, 2j]), nan=[np.nan, 1.0])
    two = write(
        tmp_path / "b.h5", config=other, come=[1], short=[1], sort=[1.0], amps=np.array([1j, 5j]), nan=[2.0, 1.0]
    )
    found = results.differences(one, two)
    assert [(each.path, each.before, each.after) for each in found.config] == [("expt.reps", "500", "501")]
    assert {each.path: each for each in found.datasets} == {
        "gone": DataChange("gone", "missing", before="1"),
        "come": DataChange("come", "new", after="1"),
        "short": DataChange("short", "shape", "2", "1"),
        "sort": DataChange("sort", "dtype", "int64", "float64"),
        "amps": DataChange("amps", "values", "0+2j", "0+5j", most=3.0, differing=1),
        "nan": DataChange("nan", "values", "nan", "2", differing=1),
    }


def test_what_it_was_measured_over_comes_first(tmp_path: Path):
    """xpts also where no attribute says so."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["avgi"], file["xpts"] = [1, 2], [3, 4]
        file.attrs["job"] = "JOB-20261122-00001"
    assert as_csv(tmp_path / "a.h5")[0] == [["xpts", "avgi"], ["3", "1"], ["4", "2"]]
    assert results.load(tmp_path / "a.h5").job == "JOB-20261122-00001"
