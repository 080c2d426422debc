"""``python -m tests.promises JUNIT.xml``: what promises.yml names must have run, and nothing else may be skipped.

promises.yml holds a line for each thing promised: the tests that show it, or ``later``. A test is named
by its node id; without the brackets of its parameters it stands for all of them.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
PROMISES = ROOT / "tests" / "promises.yml"
SKIPS = ROOT / ".ci" / "skips.txt"
LATER = "later"

Shown = Mapping[str, Any]  # row → node ids, or "later"


def load() -> dict[str, Any]:
    """promises.yml as it stands."""
    found: dict[str, Any] = yaml.safe_load(PROMISES.read_text(encoding="utf-8"))
    return found


def expected_rows(counts: Mapping[str, int]) -> list[str]:
    """``{"S1": 2, "N": 1}`` → ``S1.1 S1.2 N1``."""
    return [_row(group, number) for group, count in counts.items() for number in range(1, count + 1)]


def _row(group: str, number: int) -> str:
    return f"{group}.{number}" if group[-1].isdigit() else f"{group}{number}"


def named_tests(promises: Mapping[str, Any]) -> set[str]:
    """Every node id that any row of any section names."""
    rows = (shown for section in ("requirements", "must hold", "figures") for shown in promises[section].values())
    return {node for shown in rows if shown != LATER for node in shown}


def unknown(named: Iterable[str], existing: Iterable[str]) -> list[str]:
    """Those named that do not exist."""
    known = {form for node in existing for form in (node, without_parameters(node))}
    return sorted(set(named) - known)


def without_parameters(node: str) -> str:
    """``tests/a.py::test_b[x]`` → ``tests/a.py::test_b``."""
    return node.partition("[")[0]


# -- what a run of the tests tells -------------------------------------------------------------------


def outcomes(junit: Path) -> dict[str, bool]:
    """Node id → whether it ran (False: skipped), from a JUnit file in the xunit1 form."""
    cases = ElementTree.parse(junit).getroot().iter("testcase")
    return {_node(case): case.find("skipped") is None for case in cases}


def _node(case: ElementTree.Element) -> str:
    """Its node id from where it was collected: a test that a library made names the library's file as its own."""
    names = case.get("classname", "").split(".")
    modules = next((count for count, name in enumerate(names, 1) if name.startswith("test_")), len(names))
    file = "/".join(names[:modules]) + ".py"
    return "::".join((file, *names[modules:], case.get("name", "")))


def allowed_skips() -> set[str]:
    """Node ids that may be skipped: .ci/skips.txt, a line each, ``# why`` after it."""
    lines = (line.partition("#")[0].strip() for line in SKIPS.read_text(encoding="utf-8").splitlines())
    return {line for line in lines if line}


def complaints(ran: Mapping[str, bool], named: Iterable[str], may_skip: set[str]) -> Iterator[str]:
    """What is wrong with a run, a line each."""
    skipped = {node for node, did in ran.items() if not did}
    named = set(named)
    for node in sorted(skipped):
        if {node, without_parameters(node)}.isdisjoint(may_skip):
            yield f"skipped, and not in .ci/skips.txt: {node}"
        if not {node, without_parameters(node)}.isdisjoint(named):
            yield f"skipped, although promises.yml names it: {node}"
    yield from (f"named in promises.yml, but did not run: {node}" for node in unknown(named, ran))


def main(words: list[str]) -> int:
    """Exit 1 with the complaints, 0 without."""
    found = list(complaints(outcomes(Path(words[0])), named_tests(load()), allowed_skips()))
    print("\n".join(found) or "promises: every named test ran, nothing else was skipped")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
