"""Every Python example of the original job server's README, with `jobyard.core` in its first lines, runs as it stands.

What is otherwise: the import; `SlabFile` is `result.load_expt()` and `result.load_config()` (slab is not needed); ids
are those of the yard. The experiments are the lab's, in a folder that the notebook stands in.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.core import JobClient
from jobyard.core.errors import BadInput
from jobyard.core.models import JobSpec
from jobyard.core.yard import Yard
from tests import leftovers

MODULES = ("amplitude_rabi", "t1", "t2_ramsey", "resonator_spectroscopy")
CLASSES = ("AmplitudeRabiExperiment", "T1Experiment", "T2RamseyExperiment", "ResonatorSpectroscopyExperiment")
EXPERIMENT = """
class {name}:
    def __init__(self, soccfg=None, path="", prefix="", config_file=None):
        self.cfg = None

    def go(self, save=False, analyze=False, display=False, progress=False):
        expt = self.cfg.expt
        points = [expt["start"] + step for step in range(expt["expts"])]
        self.data = {{"xpts": points, "avgi": [2.0 * x for x in points], "avgq": [-x for x in points]}}
"""
EXPT = '"start": 0, "step": 100, "expts": 50, "reps": 1000'
ID = re.compile(r"JOB-\d{8}-\d{5}")


class Notebook:
    """Cells are run one after the other; what they printed is kept."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.names: dict[str, object] = {}
        self._capsys = capsys

    def run(self, cell: str) -> str:
        """What the cell printed."""
        self._capsys.readouterr()
        exec(compile(cell, "<cell>", "exec"), self.names)
        return self._capsys.readouterr().out


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A lab's folder with its modules, a yard with its hardware config, and a worker without hardware."""
    folder = tmp_path_factory.mktemp("lab")
    package = folder / "experiments" / "single_qubit"
    package.mkdir(parents=True)
    for module, name in zip(MODULES, CLASSES, strict=True):
        (package / f"{module}.py").write_text(EXPERIMENT.format(name=name))
    configs = folder / "multimode_expts" / "configs"
    configs.mkdir(parents=True)
    (configs / "hardware_config_202505.yml").write_text("device: {qubit: {f_ge: [4885.3]}}\n")
    with Yard.open(folder / "yard") as yard:
        yard.config_push("hardware_config", configs / "hardware_config_202505.yml")
        yard.queue_create("experiments", exclusive=True)
        worker = yard.start_worker("test", mock=True)
        yield folder
        worker.stop()
    leftovers.end_all(folder)


@pytest.fixture
def notebook(lab: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Notebook:
    """A notebook of that folder."""
    monkeypatch.chdir(lab)
    monkeypatch.setenv("JOBYARD_HOME", str(lab / "yard"))
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    return Notebook(capsys)


@pytest.fixture
def paused(notebook: Notebook) -> Iterator[JobClient]:
    """Nothing starts meanwhile."""
    with JobClient() as client:
        client.yard.queue_pause("experiments")
        yield client
        client.yard.cancel([job.row for job in client.jobs("state:pending")])
        client.yard.queue_resume("experiments")


def test_submit_and_wait(notebook: Notebook) -> None:
    """The first example: health, a submit with everything that it takes, a wait, where the data is."""
    printed = notebook.run("""
from jobyard.core import JobClient

# Create client (opens the yard, there is no server)
client = JobClient()

# Check server health
health = client.health_check()
print(f"Server status: {health['status']}")
print(f"Pending jobs: {health['pending_jobs']}")

# Submit an experiment job
job_id = client.submit_job(
    experiment_class="AmplitudeRabiExperiment",
    experiment_module="experiments.single_qubit.amplitude_rabi",
    expt_config={
        "start": 0,
        "step": 100,
        "expts": 50,
        "reps": 1000,
        "rounds": 1,
        "qubits": [0],
        "sigma_test": 0.035,
        "pulse_type": "gauss",
    },
    user="Claude",  # Your username
    priority=0,     # Default priority
)

print(f"Job submitted: {job_id}")

# Wait for completion (blocks until done)
result = client.wait_for_completion(job_id)

if result.is_successful():
    print(f"Success! Data saved to: {result.data_file_path}")
else:
    print(f"Job failed: {result.error_message}")
""")
    status, pending, submitted, end = printed.splitlines()
    assert (status, pending) == ("Server status: healthy", "Pending jobs: 0")
    job = ID.search(submitted)
    assert job is not None
    assert end.startswith("Success! Data saved to: /")
    assert end.endswith(f"/{job[0]}.h5")
    assert Path(end.partition(": ")[2]).is_file()


def test_several_jobs(notebook: Notebook) -> None:
    """The second example: three experiments, the queue, and the ends of all."""
    printed = notebook.run("""
from jobyard.core import JobClient

client = JobClient()

# Define a list of experiments to run
experiments = [
    {
        "class": "T1Experiment",
        "module": "experiments.single_qubit.t1",
        "config": {"start": 0, "step": 0.5, "expts": 100, "reps": 200},
    },
    {
        "class": "T2RamseyExperiment",
        "module": "experiments.single_qubit.t2_ramsey",
        "config": {"start": 0, "step": 0.1, "expts": 100, "reps": 200},
    },
    {
        "class": "ResonatorSpectroscopyExperiment",
        "module": "experiments.single_qubit.resonator_spectroscopy",
        "config": {"start": 7000, "stop": 7100, "expts": 101, "reps": 500},
    },
]

# Submit all jobs
job_ids = []
for exp in experiments:
    job_id = client.submit_job(
        experiment_class=exp["class"],
        experiment_module=exp["module"],
        expt_config=exp["config"],
        user="Claude",
    )
    job_ids.append(job_id)
    print(f"Submitted {exp['class']}: {job_id}")

# Check queue
client.print_queue()

# Wait for all jobs to complete
results = []
for job_id in job_ids:
    result = client.wait_for_completion(job_id)
    results.append(result)
    print(f"{job_id}: {result.status}")
""")
    lines = printed.splitlines()
    assert [line.split()[1].rstrip(":") for line in lines[:3]] == list(CLASSES[1:])
    assert [line.split(": ")[1] for line in lines[-3:]] == ["completed"] * 3
    assert "Claude" in printed


def test_priority(notebook: Notebook, paused: JobClient) -> None:
    """The third example: what is urgent stands before what was submitted earlier."""
    notebook.run("""
from jobyard.core import JobClient

client = JobClient()

# Submit a low-priority background calibration
bg_job = client.submit_job(
    experiment_class="ResonatorSpectroscopyExperiment",
    experiment_module="experiments.single_qubit.resonator_spectroscopy",
    expt_config={"start": 7000, "stop": 7100, "expts": 101},
    user="Claude",
    priority=0,  # Low priority
)

# Submit a high-priority urgent experiment
urgent_job = client.submit_job(
    experiment_class="T1Experiment",
    experiment_module="experiments.single_qubit.t1",
    expt_config={"start": 0, "step": 0.5, "expts": 100},
    user="Claude",
    priority=10,  # High priority - runs first!
)
""")
    printed = notebook.run("client.print_queue()")
    assert ID.findall(printed) == [notebook.names["urgent_job"], notebook.names["bg_job"]]


def test_a_submit_tells_where_it_stands(paused: JobClient, capsys: pytest.CaptureFixture[str]) -> None:
    """Position and reason, on stderr beside a script's own output; the status has them too."""
    first, second = (
        paused.submit_job("T1Experiment", "experiments.single_qubit.t1", {"start": 0, "expts": 1}) for _ in range(2)
    )
    told = capsys.readouterr()
    assert (told.out, told.err.splitlines()) == (
        "", [f"{first} pending, position 1: queue paused", f"{second} pending, position 2: queue paused"]
    )  # fmt: skip
    assert paused.get_status(second).queue_position == 2


def test_many_experiments_at_once(paused: JobClient) -> None:
    """As mappings, each in the queue of its kind and with its own label; all or none."""
    one = {"kind": "experiment", "module": "experiments.single_qubit.t1", "class": "T1Experiment"}
    jobs = paused.submit_many([one, {**one, "user": "Grace"}, {"command": ["true"], "hold": True}])
    found = [paused.get_status(job) for job in jobs]
    assert [result.queue for result in found] == ["experiments", "experiments", "default"]
    assert [result.user for result in found] == [paused.yard.user, "Grace", paused.yard.user]
    with pytest.raises(BadInput):
        paused.submit_many([one, {**one, "class": "Nobody"}])
    assert paused.list_queue("experiments")["total_pending"] == 2


def test_what_cannot_run_is_told_before_it_waits(paused: JobClient) -> None:
    """A class or module that is not there, a value that is no JSON: nothing is queued."""
    module = "experiments.single_qubit.t1"
    for name, where, config in (
        ("T1Experimnt", module, {}),
        ("T1", "experiments.t9", {}),
        ("T1Experiment", module, {"x": 1j}),
    ):
        with pytest.raises(BadInput):
            paused.submit_job(name, where, config)
    wrong: list[dict[str, Any]] = [{"priority": "high"}, {"queue": 5}, {"configs": "a.yml"}, {"estimate": "1h"}]
    for argument in wrong:
        with pytest.raises(BadInput, match=f"^The {next(iter(argument))} .* cannot be used"):
            paused.submit_job("T1Experiment", module, {}, **argument)
    with pytest.raises(BadInput, match="priority"):
        paused.submit_many([JobSpec({"command": ["true"]}, priority="high")])  # type: ignore[arg-type]
    for change in (paused.yard.priority, paused.yard.priority_by):
        with pytest.raises(BadInput, match="priority"):
            change([], "high")  # type: ignore[arg-type]
    assert paused.list_queue()["total_pending"] == 0


def test_other_work_meanwhile(notebook: Notebook) -> None:
    """The fourth example: submit, something else, a look, and a wait for what is left."""
    printed = notebook.run("""
from jobyard.core import JobClient
import time

client = JobClient()

# Submit job without waiting
job_id = client.submit_job(
    experiment_class="AmplitudeRabiExperiment",
    experiment_module="experiments.single_qubit.amplitude_rabi",
    expt_config={"start": 0, "step": 100, "expts": 50, "reps": 1000},
    user="Claude",
)

print(f"Submitted: {job_id}")
print("Doing other work while job runs...")

# Do other work here
time.sleep(5)

# Check status periodically
status = client.get_status(job_id)
print(f"Current status: {status.status}")

# When ready, wait for completion
if not status.is_done():
    result = client.wait_for_completion(job_id)
""")
    assert printed.splitlines()[-1].partition(": ")[2] in ("pending", "running", "completed")
    assert notebook.run("print(client.get_status(job_id).status)") == "completed\n"


def test_a_cancel(notebook: Notebook, paused: JobClient) -> None:
    """The fifth example: what waits is cancelled; once more, and it is told why not."""
    cell = """
from jobyard.core import JobClient

client = JobClient()

# Submit a job
job_id = client.submit_job(
    experiment_class="AmplitudeRabiExperiment",
    experiment_module="experiments.single_qubit.amplitude_rabi",
    expt_config={"start": 0, "step": 100, "expts": 50, "reps": 1000},
    user="Claude",
)
"""
    attempt = """
# Changed your mind? Cancel it (only works if still pending)
try:
    client.cancel_job(job_id)
    print(f"Job {job_id} cancelled")
except Exception as e:
    print(f"Could not cancel: {e}")
"""
    assert notebook.run(cell + attempt) == f"Job {notebook.names['job_id']} cancelled\n"
    assert notebook.run(attempt).startswith("Could not cancel: JOB-")


def test_history(notebook: Notebook, paused: JobClient) -> None:
    """The sixth example: the latest jobs, of a user, in a status."""
    paused.submit_job(CLASSES[0], f"experiments.single_qubit.{MODULES[0]}", {"start": 0, "expts": 1}, user="Claude")
    printed = notebook.run("""
from jobyard.core import JobClient

client = JobClient()

# Get recent job history
history = client.get_history(limit=20)
for job in history:
    print(f"{job['job_id']}: {job['status']} - {job['experiment_class']}")

# Filter by user
my_jobs = client.get_history(user="Claude", limit=10)

# Filter by status
completed = client.get_history(status="completed", limit=10)
failed = client.get_history(status="failed", limit=10)
""")
    assert re.fullmatch(r"JOB-\S+: pending - AmplitudeRabiExperiment", printed.splitlines()[0])
    mine, failed = notebook.names["my_jobs"], notebook.names["failed"]
    assert isinstance(mine, list)
    assert {job["user"] for job in mine} == {"Claude"}
    assert failed == []


def test_the_data(notebook: Notebook) -> None:
    """The seventh example: config and arrays of a job's data; h5py reads the file as well."""
    notebook.run(f"""
from jobyard.core import JobClient
import numpy as np

client = JobClient()
job_id = client.submit_job("AmplitudeRabiExperiment", "experiments.single_qubit.amplitude_rabi", {{{EXPT}}})
client.wait_for_completion(job_id)

# Get a completed job's data file path
result = client.get_status(job_id)

if result.is_successful() and result.data_file_path:
    # Load the HDF5 data
    expt = result.load_expt()
    # Load config
    config = result.load_config()

    # Load data arrays
    xpts = np.array(expt.data['xpts'])
    avgi = np.array(expt.data['avgi'])
    avgq = np.array(expt.data['avgq'])

    print(f"Loaded {{len(xpts)}} data points")

import h5py
with h5py.File(result.data_file_path) as f:
    assert (np.array(f['avgq']) == avgq).all()
assert (avgi == 2 * xpts).all()
assert config["expt"] == {{{EXPT}}}
assert expt.cfg.device.qubit.f_ge == [4885.3]
assert client.data.load(job_id).cfg.expt.reps == 1000
found = [run.job for run in client.data.find("expt.reps=1000", limit=1)]
""")
    assert notebook.names["found"] == [notebook.names["job_id"]]
    assert notebook.names["result"].hardware_config_version_id.startswith("CFG-HW-")  # type: ignore[attr-defined]


def test_push_and_pull(notebook: Notebook) -> None:
    """The eighth example: push makes a version the main one, which is pulled as a record, a path, or with all."""
    printed = notebook.run("""
from pathlib import Path
from typing import Any
from jobyard.core import ConfigType, ConfigVersionManager, get_database

# Initialize
db = get_database()
config_dir = Path("multimode_expts/configs")
manager = ConfigVersionManager(config_dir)

with db.session() as session:
    # PUSH: Update the main hardware config
    # This creates a snapshot and sets it as the main version
    version_id, snapshot_path = manager.push_hardware_config_to_main(
        source_path=config_dir / "hardware_config_202505.yml",
        session=session,
        updated_by="Claude",  # Your username
    )
    print(f"Pushed new main config: {version_id}")

    # PULL: Get the main hardware config version
    main_version = manager.get_main_version(ConfigType.HARDWARE_CONFIG, session)
    if main_version:
        print(f"Main version: {main_version.version_id}")
        print(f"Snapshot path: {main_version.snapshot_path}")

    # Get path to main config file
    main_path = manager.get_main_config_path(ConfigType.HARDWARE_CONFIG, session)
    print(f"Main config path: {main_path}")

    # Get all main configs at once
    all_main = manager.get_all_main_configs(session)
    print(f"All main versions: {all_main}")
""")
    version = notebook.names["version_id"]
    values = [line.partition(": ")[2] for line in printed.splitlines()]
    assert values[:2] == [version, version]
    assert values[2] == values[3] == str(notebook.names["snapshot_path"])
    assert Path(values[2]).read_text().startswith("device:")
    assert notebook.names["all_main"] == {
        "hardware_config": version, "multiphoton_config": None, "floquet_storage_swap": None, "man1_storage_swap": None,
    }  # fmt: skip


def test_an_existing_version_becomes_main(notebook: Notebook) -> None:
    """The ninth example: versions, newest first, and one of them made main without a new snapshot."""
    notebook.run("""
from jobyard.core import ConfigVersionManager
manager = ConfigVersionManager("multimode_expts/configs")
first = manager.get_main_version("hardware_config").version_id
Path = __import__("pathlib").Path
Path("newer.yml").write_text("device: {qubit: {f_ge: [4900.0]}}\\n")
manager.push_to_main("newer.yml", "hardware_config")
""")
    printed = notebook.run("""
from jobyard.core import ConfigType, ConfigVersionManager, get_database
from pathlib import Path
from typing import Any

db = get_database()
manager = ConfigVersionManager(Path("multimode_expts/configs"))

with db.session() as session:
    # List available versions
    versions = manager.list_versions(ConfigType.HARDWARE_CONFIG, session)
    for v in versions:
        print(f"{v.version_id}: {v.original_filename} ({v.created_at})")

    # Set a specific version as main (without creating a new snapshot)
    manager.set_main_version(
        config_type=ConfigType.HARDWARE_CONFIG,
        version_id=first,
        session=session,
        updated_by="Claude",
    )
""")
    assert [line.split()[1] for line in printed.splitlines()] == ["newer.yml", "hardware_config_202505.yml"]
    assert notebook.run('print(manager.get_main_version("hardware_config").version_id == first)') == "True\n"
    assert notebook.run("print(len(manager.list_versions()))") == "2\n"
