"""promises.yml is complete and true: no row is missing, and every test that it names exists."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import promises

# What the first version promises; these may not be "later".
NOW = [*(f"S3.{number}" for number in range(1, 7)), "N2", "N3"]


@pytest.fixture(scope="module")
def told() -> dict:
    return promises.load()


def test_no_row_is_missing(told: dict):
    """Every row of the requirements has its line, and there is no line for a row that is none."""
    assert list(told["requirements"]) == promises.expected_rows(told["rows"])


@pytest.mark.parametrize("row", NOW)
def test_what_is_promised_now_names_tests(row: str, told: dict):
    """The rows of this version name the tests that show them."""
    assert told["requirements"][row] not in (promises.LATER, [], None)


def test_every_line_names_tests_or_says_later(told: dict):
    """A line is a list of node ids, or the word later; nothing else passes for a promise."""
    sections = ("requirements", "must hold", "figures")
    lines = {f"{section}: {row}": shown for section in sections for row, shown in told[section].items()}
    wrong = [name for name, shown in lines.items() if shown != promises.LATER and not _node_ids(shown)]
    assert wrong == []


def _node_ids(shown: object) -> bool:
    return isinstance(shown, list) and bool(shown) and all(isinstance(node, str) and "::" in node for node in shown)


def test_every_test_that_is_named_exists(told: dict, request: pytest.FixtureRequest):
    """Collecting the tests finds each one that promises.yml names."""
    named = promises.named_tests(told)
    nodes = [item.nodeid for item in request.session.items]
    assert promises.unknown(named, nodes) == [] or promises.unknown(named, collected()) == []


def collected() -> list[str]:
    """The node ids of all tests; whoever runs only some of them has not collected the others."""
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"],
        cwd=promises.ROOT,
        capture_output=True,
        text=True,
    )
    nodes = [line for line in found.stdout.splitlines() if "::" in line]
    assert nodes, found.stdout + found.stderr
    return nodes


JUNIT = """<testsuites><testsuite>
<testcase classname="tests.a.test_b" file="tests/a/test_b.py" name="test_ran"/>
<testcase classname="tests.a.test_b.TestC" file="tests/a/test_b.py" name="test_left[x]"><skipped/></testcase>
<testcase classname="tests.a.test_b.TestD" file=".venv/lib/a_library/machine.py" name="runTest"/>
</testsuite></testsuites>"""


@pytest.fixture
def ran(tmp_path: Path) -> dict[str, bool]:
    (tmp_path / "junit.xml").write_text(JUNIT)
    return promises.outcomes(tmp_path / "junit.xml")


def test_a_run_is_read_by_node_id(ran: dict[str, bool]):
    """The report of a run gives node ids back, classes, parameters and a library's tests included."""
    assert ran == {
        "tests/a/test_b.py::test_ran": True,
        "tests/a/test_b.py::TestC::test_left[x]": False,
        "tests/a/test_b.py::TestD::runTest": True,
    }


def test_a_skip_that_nobody_listed_is_told(ran: dict[str, bool]):
    """A test may be skipped only if it is on the list."""
    assert list(promises.complaints(ran, [], {"tests/a/test_b.py::TestC::test_left"})) == []
    assert len(list(promises.complaints(ran, [], set()))) == 1


def test_a_named_test_that_was_skipped_or_never_ran_is_told(ran: dict[str, bool]):
    """Being on the list of skips does not keep a promise, nor does a test that is not there."""
    named = ["tests/a/test_b.py::TestC::test_left", "tests/a/test_b.py::test_gone"]
    found = list(promises.complaints(ran, named, {"tests/a/test_b.py::TestC::test_left[x]"}))
    assert ["although" in line for line in found] == [True, False]
