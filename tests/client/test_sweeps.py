"""Sweeps in notebooks: submitted by values, loaded as arrays over their points."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from jobyard.core import JobClient
from jobyard.core.errors import BadFile, BadInput, Unknown
from tests.results import kit
from tests.store.kit import COMPLETED, FAILED, Lab

Submit = Callable[..., str]


@pytest.fixture
def submit(client: JobClient, lab: Lab, tmp_path: Path) -> Submit:
    """Submits a sweep of a class that is there."""
    (tmp_path / "some.py").write_text("class Rabi:\n    def go(self, **how): pass\n")
    client.verbose = False
    client.yard.config_push("hardware_config", b"f: 1\n", filename="hw.yml")

    def sweep(values: dict[str, Any], config: dict[str, Any] | None = None, **more: Any) -> str:
        return client.submit_sweep("Rabi", "some", config, values, paths=[tmp_path], python=sys.executable, **more)

    return sweep


@pytest.fixture
def ran(client: JobClient, lab: Lab, tmp_path: Path) -> Callable[..., None]:
    """Lets jobs of a sweep have left data: ``avgi`` is ten times amp, plus 0 to 100."""

    def run(sweep: str, *indexes: int, **data: Any) -> None:
        for row in client.yard.resolve([sweep]):
            job = client.job(row)
            if indexes and job.array.number not in indexes:
                lab.run(row, FAILED)
                continue
            lab.run(row, COMPLETED)
            avgi = np.arange(101.0) + 10 * job.fields["swept"]["amp"]
            kit.left(lab.store, row, kit.write(tmp_path / f"{job.id}.h5", **{"avgi": avgi, **data}))

    return run


def test_values_are_lists_arrays_ranges_and_words(client: JobClient, submit: Submit) -> None:
    """The id is that of them all; every job has its point, and the rest of the config."""
    sweep = submit({"amp": np.linspace(0, 1, 3), "pulse.gain": range(2), "f": "4.8:4.9:3"}, {"reps": 5}, name="rabi")
    assert sweep.endswith("[1-18]")
    assert client.job("rabi[5]").fields["config"] == {"reps": 5, "amp": 0.0, "pulse": {"gain": 1}, "f": 4.85}
    zipped = submit({"amp": [1, 2], "f": (3, 4)}, zip=True, user="ada", priority=7, array="%1")
    second = client.job(client.yard.resolve([zipped])[1])
    assert (second.fields["swept"], second.user, second.priority) == ({"amp": 2, "f": 4}, "ada", 7)


def test_a_sweep_that_cannot_be_stores_nothing(client: JobClient, submit: Submit) -> None:
    """No axis, NaN, a value alone, too many points."""
    for values, told in (
        ({}, "no axis"), ({"amp": [np.nan]}, "NaN"), ({"amp": 1}, "no list of values"),
        ({"a": range(1000), "b": range(1000)}, "100,000 are the limit"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=told):
            submit(values)
    assert client.jobs() == []


def test_a_parameter_that_is_probably_misspelt_is_told(
    client: JobClient, submit: Submit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a line, and it is submitted all the same; nothing where nothing is to be told."""
    (tmp_path / "some.py").write_text("class Rabi:\n    def go(self, **how): return self.cfg.expt.reps\n")
    client.verbose = True
    submit({"amp": [1]}, {"repz": 5})
    printed = capsys.readouterr()
    assert "Rabi is not known to take repz. Did you mean reps?" in printed.out + printed.err
    submit({"amp": [1]}, {"reps": 5})
    printed = capsys.readouterr()
    assert "not known" not in printed.out + printed.err


def test_the_wait_for_a_sweep_says_how_it_ended(
    client: JobClient, submit: Submit, ran: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """How many ended in which way."""
    sweep = submit({"amp": [1, 2, 3]})
    ran(sweep, 1, 3)
    client.verbose = True
    client.wait(sweep)
    printed = capsys.readouterr()
    assert "2 completed, 1 failed\n" in printed.out + printed.err


def test_results_are_arrays_over_the_points(client: JobClient, submit: Submit, ran: Callable[..., None]) -> None:
    """By point, or with a dimension for each axis."""
    sweep = submit({"amp": [0.1, 0.2, 0.3], "gain": [1, 2]})
    ran(sweep)
    found = client.load_sweep(sweep)
    assert (len(found), found.missing, found.axes) == (6, [], {"amp": [0.1, 0.2, 0.3], "gain": [1, 2]})
    assert found["avgi"].shape == (6, 101)
    assert list(found["amp"]) == [0.1, 0.1, 0.2, 0.2, 0.3, 0.3]
    assert list(found["avgi"][:, 0]) == list(10 * found["amp"])
    assert found.grid("avgi").shape == (3, 2, 101)
    assert list(found.grid("avgi")[2, :, 0]) == [3.0, 3.0]
    assert [(point["amp"], expt.data["avgi"][0]) for point, expt in found][-1] == (0.3, 3.0)
    assert repr(found) == "<SweepData amp (3), gain (2): 6 of 6 left data>"


def test_what_is_missing_is_told_and_is_nan_in_a_grid(
    client: JobClient, submit: Submit, ran: Callable[..., None]
) -> None:
    """Failed and waiting jobs; what was never a grid, or another name, is refused in words."""
    sweep = submit({"amp": [1, 2], "gain": [1, 2]})
    with pytest.raises(BadInput, match="No job of the sweep has left data"):
        client.load_sweep(sweep)["avgi"]
    ran(sweep, 1, 4, counts=np.arange(101))
    found = client.load_sweep(sweep)
    assert (len(found), len(found.missing)) == (2, 2)
    assert np.isnan(found.grid("counts")[:, :, 5]).tolist() == [[False, True], [True, False]]
    with pytest.raises(BadInput, match="Did you mean avgi"):
        found["avgii"]
    zipped = submit({"amp": [1, 2], "gain": [1, 2]}, zip=True)
    ran(zipped)
    assert client.load_sweep(zipped)["avgi"].shape == (2, 101)
    with pytest.raises(BadInput, match="makes no grid"):
        client.load_sweep(zipped).grid("avgi")
    with pytest.raises(Unknown, match="There is no array"):
        client.load_sweep("nothing")
    one = client.submit(["true"])
    with pytest.raises(Unknown, match=f"{one} is one job, no sweep"):
        client.load_sweep(one)


def test_jobs_that_left_other_shapes_make_no_array(
    client: JobClient, submit: Submit, ran: Callable[..., None], tmp_path: Path
) -> None:
    """Which ones is told."""
    sweep = submit({"amp": [1, 2]})
    ran(sweep)
    found = client.load_sweep(sweep)
    Path(found.files[1]).unlink()
    kit.write(Path(found.files[1]), avgi=np.arange(7.0))
    with pytest.raises(BadInput, match=r"has the shape \(101,\), JOB-.* has \(7,\)"):
        client.load_sweep(sweep)["avgi"]


def test_a_sweep_is_exported_as_a_table_of_its_single_values(
    client: JobClient, submit: Submit, ran: Callable[..., None]
) -> None:
    """A line a job: index, id, point; complex numbers take two columns, a file without a value leaves it empty."""
    sweep = submit({"amp": [0.1, 0.2], "pair": [[1, 2]]})
    ran(sweep, gain=2.5, iq=[1 + 2j], label=np.bytes_("hot"))
    found = client.load_sweep(sweep)
    with h5py.File(found.files[1], "r+") as file:
        del file["gain"]
    out = io.StringIO()
    done = found.export_csv(out)
    one, two = found.jobs
    assert out.getvalue().splitlines() == [
        "index,job,amp,pair,gain,iq.real,iq.imag,label",
        f'1,{one},0.1,"[1, 2]",2.5,1.0,2.0,hot',
        f'2,{two},0.2,"[1, 2]",,1.0,2.0,hot',
    ]
    assert [name for name, _ in done.left] == ["avgi", "avgq", "xpts"]
    with pytest.raises(BadInput, match=r"avgi. is no column. Its shape is 101. Use --format npz"):
        found.export_csv(out, ["avgi"])


def test_a_sweep_is_exported_as_arrays_over_its_points(
    client: JobClient, submit: Submit, ran: Callable[..., None]
) -> None:
    """What the jobs do not have alike is left out and told, unless it was asked for; a damaged file is no reason."""
    sweep = submit({"amp": [0.1, 0.2, 0.3], "odd": ["a"]})
    ran(sweep, 1, 3, label=np.bytes_("hot"))
    found = client.load_sweep(sweep)
    with h5py.File(found.files[1], "r+") as file:
        del file["avgq"]
    out = io.BytesIO()
    done = found.export_npz(out)
    arrays = dict(np.load(io.BytesIO(out.getvalue())))
    assert (arrays["index"].tolist(), arrays["amp"].tolist(), arrays["label"].tolist()) == (
        [1, 3],
        [0.1, 0.3],
        ["hot"] * 2,
    )
    assert arrays["avgi"].shape == (2, 101)
    assert [name for name, _ in done.left] == ["avgq"]
    with pytest.raises(BadInput, match="Did you mean avgi"):
        found.export_npz(out, ["avgq"])
    Path(found.files[0]).write_bytes(b"")
    with pytest.raises(BadFile, match="is empty"):
        found.export_npz(out)
