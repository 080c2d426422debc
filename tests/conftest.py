"""What every test shares: surroundings of its own, a yard of its own, and nothing left behind."""

from __future__ import annotations

import gc
import os
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import leftovers

settings.register_profile(
    "ci", derandomize=True, max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# Files that take half a minute and more with few tests. They begin first: none is what a run waits for at its end.
LONG = ("tui/test_live_terminal", "running/test_soak", "tui/test_meanings", "tui/forms/test_screen", "cli/test_run",
        "running/test_bad_days", "running/test_crash_points", "tui/test_places", "running/test_worker_processes",
        "tui/test_tour", "running/test_lookers", "tui/test_snapshots", "tui/test_log_pager")  # fmt: skip

# What takes memory without end shall fail where it does so, and not have the kernel kill whoever is the largest.
MOST = 12 << 30  # bytes of address space of a process

RARELY = 5_000, 10, 20  # instead of 700, 10, 10: after how many objects, and collections of the younger

FAILED = pytest.StashKey[bool]()
XDG = {"XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"}


def pytest_configure() -> None:
    """Before anything is imported that may take it."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST if hard == resource.RLIM_INFINITY else min(MOST, hard), hard))


@pytest.fixture(scope="session", autouse=True)
def private_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test sees the home, the settings or the yard of whoever runs it; keepers that idle leave after a second."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("JOBYARD_", "XDG_"))]:
            patch.delenv(name)
        for name, folder in {"HOME": ".", "JOBYARD_HOME": "yard", **XDG}.items():
            patch.setenv(name, str(home / folder))
        patch.setenv("JOBYARD_KEEPER_IDLE", "1")
        yield home
        shutil.rmtree(home / "yard", ignore_errors=True)
        complain(leftovers.wait_until_gone(home), home)


@pytest.fixture
def yard_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The path of a yard that does not exist yet; JOBYARD_HOME names it. Whoever outlives it is killed and told."""
    home = tmp_path / "yard"
    monkeypatch.setenv("JOBYARD_HOME", str(home))
    yield home
    put_away(home, keep=request.node.stash.get(FAILED, False))
    complain(leftovers.wait_until_gone(home), home)


def put_away(home: Path, keep: bool) -> None:
    """Make the yard vanish, which tells an idle keeper to leave; a failed test's yard is kept beside it."""
    if keep and home.is_dir():
        home.rename(home.with_name("yard-of-failed-test"))
    else:
        shutil.rmtree(home, ignore_errors=True)


def complain(left: dict[int, str], folder: Path) -> None:
    """Fail, after killing them, if there are processes left."""
    if left:
        leftovers.end_all(folder)
        pytest.fail(f"processes left behind: {left}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first; the order is else that of the files."""
    ranks = {f"tests/{name}.py": rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], len(LONG)))


def pytest_collection_finish() -> None:
    """Look for garbage less often, and not in what stays: with an app in each test that is a quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember a failure for the fixtures that clean up."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report
