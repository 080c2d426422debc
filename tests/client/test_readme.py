"""The README's chapter "Experiments and notebooks": its Python is run as it stands, in the lab that ships."""

from __future__ import annotations

import json
import re
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core import JobClient
from jobyard.core.yard import Yard
from tests import leftovers

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "config" / "examples" / "experiments"
PARTS = 3  # of the chapter that have Python at least


def chapter() -> str:
    return (ROOT / "README.md").read_text().partition("\n## Experiments and notebooks\n")[2].partition("\n## ")[0]


@pytest.fixture
def lab(tmp_path: Path, yard_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The lab that ships, its config pushed, and a worker without hardware."""
    folder = tmp_path / "lab"
    shutil.copytree(SHIPPED, folder)
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    with Yard.open(yard_home) as yard:
        yard.config_push("hardware_config", folder / "hardware_config.yml")
        worker = yard.start_worker("test", mock=True)
        yield folder
        worker.stop()
    leftovers.end_all(tmp_path)


def test_the_chapters_python_runs(lab: Path) -> None:
    """Block after block, as in a notebook: every call answers what the chapter says of it."""
    blocks = re.findall(r"^```python\n(.*?)^```", chapter(), flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) >= PARTS
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    client = names["client"]
    assert isinstance(client, JobClient)
    assert {job["status"] for job in client.get_history()} == {"completed"}
    assert {job["user"] for job in client.get_history()} == {"Claude"}


def test_the_chapters_classes_leave_their_data(lab: Path) -> None:
    """One that has its data at the end, and one that writes its own file while it measures."""
    (found,) = re.findall(r"^```py\n(.*?)^```", chapter(), flags=re.MULTILINE | re.DOTALL)
    (lab / "shown.py").write_text(found)
    with JobClient(verbose=False) as client:
        both = [client.submit_job(name, "shown", {"expts": 3}) for name in ("Slow", "Live")]
        slow, live = client.wait(both, 60)
    assert [list(one.load_expt().data["avgi"]) for one in (slow, live)] == [[0, 1, 4], [0, 1, 4]]


def test_the_script_that_ships_runs(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three experiments, and a version of the config with what they found, which is not main by itself."""
    runpy.run_path(str(lab / "day_one.py"), run_name="__main__")
    printed = capsys.readouterr().out
    assert re.search(r"T1 [\d.]+ us, f_ge 48\d\d\.\d+ MHz", printed)
    assert re.search(r"device\.qubit\.T1\[0\]  64.0 -> ", printed)
    with JobClient() as client:
        assert client.config.version("hardware_config").id not in printed


def test_the_notebook_that_ships_runs(lab: Path) -> None:
    """Its cells, without the one that draws; it ships with what they printed."""
    cells = json.loads((lab / "day_one.ipynb").read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] for cell in code)
    names: dict[str, object] = {}
    for cell in code:
        if "matplotlib" not in cell["metadata"].get("tags", ()):
            exec(compile("".join(cell["source"]), "day_one.ipynb", "exec"), names)
    assert [result.status for result in names["client"].wait(names["sweep"])] == ["completed"] * 3  # type: ignore[attr-defined]


def test_the_table_names_what_there_is(yard_home: Path) -> None:
    """Every call of the table is one of the client's; in a line that begins with ``config.`` one of that part's."""
    table = chapter().partition("\n### In Python\n")[2]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    with JobClient() as client:
        for cell in cells:
            part, names = re.match(r" `((?:config|data)?)\.?", cell), re.findall(r"`(?:\w+\.)?(\w+)", cell)
            owner = getattr(client, part[1]) if part and part[1] else client
            assert [name for name in names if name != "JobClient" and not hasattr(owner, name)] == []
    assert len(cells) > 10
