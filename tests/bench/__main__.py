"""``python -m tests.bench [NAME…]``: measure the figures and keep them in results.json."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from tests.bench import harness


def figures() -> dict[str, harness.Figure]:
    """Every figure of the bench modules, in the order of the files."""
    modules = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    found = (figure for module in modules for figure in import_module(f"tests.bench.{module}").FIGURES)
    return {figure.name: figure for figure in found}


def main(words: list[str]) -> int:
    """Exit 0 if all that was measured holds, 1 if something misses, 2 for a name that is none."""
    known = figures()
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"which figures: {', '.join(known)}; all unless told")
    parser.add_argument("--rounds", type=int, help="a quick look with so many rounds; nothing is kept")
    options = parser.parse_args(words)
    names = options.name or list(known)
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no such figure: {', '.join(unknown)}")
    results = {}
    for name in names:
        print(f"{name}: {known[name].what}", flush=True)
        figure = replace(known[name], rounds=options.rounds or known[name].rounds)
        results[name] = harness.measure(figure, lambda text: print(text, flush=True))
        if not options.rounds:
            harness.keep({name: results[name]})
    print(harness.table(results))
    return 0 if all(result["holds"] for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
