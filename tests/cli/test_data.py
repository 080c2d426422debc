"""``jobyard data``: shown, found, exported, compared; every trouble in one line."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from jobyard.core.yard import Yard
from tests.cli.conftest import Call, Result
from tests.cli.test_filter import completed
from tests.results import kit

RUN = "job name attempt user experiment started_at ended_at made_at path size configs array index swept"
DATASET = "name shape dtype min max mean nans first looked_at trouble"


@pytest.fixture
def job(call: Call, yard_home: Path) -> Callable[..., str]:
    """Let a job have left data; its id."""

    def made(name: str, **more: object) -> str:
        id = call("submit", "-n", name, "--", "true").id
        with Yard.open(yard_home) as yard:
            store, row = yard._store, yard.resolve([id])[0]
            store.db.rows(
                "INSERT OR IGNORE INTO worker (id, name, host, pid, face, mode, started_at, heartbeat, boot_id) "
                "VALUES (99, 'lab', 'host', 1, 'headless', 'left', 1, 1, '')"
            )
            store.db.rows(
                "INSERT INTO attempt (job_id, number, token, folder, worker_id, state, claimed_at, started_at, "
                "ended_at) VALUES (?, 1, ?, 'x', 99, 'completed', 1, 1, 2)",
                (row, f"token{row}"),
            )
            kit.experiment(store, row, {"start": 0, "reps": row})
            kit.left(store, row, kit.write(yard_home / "data" / f"{id}.h5", **more))
        return id

    return made


def one_line(result: Result) -> str:
    """The trouble that it told."""
    assert result.code == 2, result
    assert (result.out, result.err.count("\n")) == ("", 1), result
    return result.err


def test_list_and_find_have_documented_keys(call: Call, job: Callable[..., str]):
    """Newest first; what is not found is said, and told by the exit code."""
    first, second = job("rabi"), job("t1")
    listed = call("data", "list", "--json").json
    assert [run["job"] for run in listed] == [second, first]
    assert set(listed[0]) == set(RUN.split())
    assert [run["job"] for run in call("data", "find", "expt.start=0", "reps<2", "--json").json] == [first]
    words = call("data", "find", "class:Rabi", "since:1970-01-01", "expt.start=0", "reps<2", "--json")
    assert [run["job"] for run in words.json] == [first]
    nothing = call("data", "find", "start=7")
    assert (nothing.code, nothing.out, nothing.err) == (1, "", "jobyard: No run had that in its config.\n")
    assert "only the newest 1 are shown" in call("data", "list", "--limit", 1).err
    assert call("data").out == call("data", "list").out


def test_show_tells_what_made_it_and_what_is_in_it(call: Call, job: Callable[..., str]):
    """As text, with a plot where one is asked for; as JSON with every key."""
    id = job("rabi", nan=[1.0, np.nan])
    shown = call("data", "show", "rabi").out
    assert "lab.rabi:Rabi" in shown
    assert "⠀" not in shown, "no plot where the output is no terminal"
    assert "avgi over xpts, 101 values" in call("data", "show", id, "-d", "avgi").out
    assert "avgq over xpts" in call("data", "show", id, "--dataset", "avgq").out
    told = call("data", "show", id, "--json").json
    assert set(told) == {"file", "size", "run", "config", "notes", "datasets"}
    assert told["config"]["expt"]["phase"] == {"__complex__": True, "real": 0.5, "imag": -1.0}
    datasets = {each["name"]: each for each in told["datasets"]}
    assert set(datasets["nan"]) == set(DATASET.split())
    assert (datasets["nan"]["nans"], datasets["nan"]["max"]) == (1, 1.0)
    assert call("data", "show", told["file"], "--json").json["run"]["job"] == id


def test_any_file_is_shown(call: Call, tmp_path: Path):
    """One that no run left; names that would act on a terminal are made visible."""
    path = kit.write(tmp_path / "old.h5")
    with h5py.File(path, "a") as file:
        file["\x1b[2Jevil"] = [1.0, 2.0]
        file["loop"] = file["/"]
    for verb in ("show", "tree"):
        result = call("data", verb, path)
        assert "\x1b" not in result.out
        assert "␛[2Jevil" in result.out
    assert "none of this yard" in call("data", "show", path).out
    assert "loop  ↺ /  (it contains itself, not entered again)" in call("data", "tree", path).out
    nodes = call("data", "tree", path, "--json").json["nodes"]
    assert {"path", "kind", "shape", "dtype", "chunks", "stored", "attributes", "target"} == set(nodes[0])
    assert call("data", "path", path).out == f"{path}\n"


def test_export_replaces_nothing_unless_forced(
    call: Call, job: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A file that is there stays as it is; a failure leaves none behind; by default it goes where one is."""
    id = job("rabi", fit=[1.0, 2.0])
    out = tmp_path / "out" / "a.csv"
    out.parent.mkdir()
    done = call("data", "export", id, "-o", out)
    assert (done.code, done.err) == (0, "jobyard: fit was left out: it has 2 values\n")
    rows = list(csv.reader(out.read_text().splitlines()))
    assert (rows[0], len(rows)) == (["xpts", "avgi", "avgq"], 102)
    out.write_text("mine")
    assert "is there already" in one_line(call("data", "export", id, "-o", out))
    assert out.read_text() == "mine"
    assert "There is no dataset" in one_line(call("data", "export", id, "-d", "avg", "-o", out, "--force"))
    assert (out.read_text(), list(out.parent.iterdir())) == ("mine", [out])
    told = call("data", "export", id, "-o", out, "--force", "-d", "avgi", "--json").json
    assert told == {"file": str(out), "format": "csv", "rows": 101, "names": ["avgi"], "left": []}
    data = call("data", "path", id).out.strip()
    assert "is the data itself" in one_line(call("data", "export", id, "-o", data, "--force"))
    monkeypatch.chdir(out.parent)
    assert call("data", "export", id, "--format", "npz").code == 0
    with np.load(out.parent / f"{id}.npz") as found:
        assert {"avgi", "config", "notes"} <= set(found.files)


def test_export_to_stdout(process: Call, tmp_path: Path):
    """For a pipe; a reader that has enough is no trouble."""
    path = kit.write(tmp_path / "a.h5")
    result = process("data", "export", path, "-o", "-", "-d", "xpts")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[:2] == ["xpts", "0.0"]


def test_diff_of_two_runs(call: Call, job: Callable[..., str]):
    """Configs and data; the exit code of diff(1)."""
    one, other = job("a"), job("b", config={"expt": {"reps": 501}}, avgi=np.zeros(101))
    found = call("data", "diff", one, other)
    assert found.code == 1
    assert "@@ config expt.reps\n-500\n+501\n" in found.out
    assert "@@ dataset avgi: 101 values, at most 1 apart; the first\n-1\n+0\n" in found.out
    same = call("data", "diff", one, one, "--json")
    assert (same.code, same.json["same"]) == (0, True)
    assert set(same.json) == {"one", "other", "same", "config", "datasets"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["show", "nope"], "There is no job nope"), (["tree", "/none/x.h5"], "There is no such file"),
        (["show", "text.h5"], "It is no HDF5 file"), (["find", "reps"], "Write it like"),
        (["list", "--since", "soon"], "--since"), (["export", "text.h5", "-o", "-", "--json"], "exclude each other"),
        (["path", "/none/x.h5"], "There is no file"), (["diff", "text.h5", "text.h5"], "It is no HDF5 file"),
    ],
)  # fmt: skip
def test_trouble_is_one_line(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], why: str):
    """Exit code 2, nothing on stdout, no traceback."""
    monkeypatch.chdir(tmp_path)
    Path("text.h5").write_text("x\n" * 100)
    assert why in one_line(call("data", *words))


def test_a_job_without_data_is_told_why(call: Call):
    """Its state says it."""
    call("submit", "-n", "waits", "--", "true")
    assert "has left no data. It is pending" in one_line(call("data", "show", "waits"))
    assert "experiment" in call("data", "list").err


@pytest.mark.parametrize(
    ("line", "offered"),
    [("jobyard data find expt.r", ["expt.reps=", "expt.reps=1"]), ("jobyard data find class : R", ["Rabi"]),
     ("jobyard data find since:y", ["since:yesterday"])],
)  # fmt: skip
def test_the_shell_offers_words_of_the_filter(
    call: Call, job: Callable[..., str], monkeypatch: pytest.MonkeyPatch, line: str, offered: list[str]
):
    """Keys and values that runs of late had, classes, times."""
    job("rabi")
    assert completed(call, monkeypatch, line) == offered
