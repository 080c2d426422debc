"""``python -m tests.soak``: random kills for some minutes, then many workers on an exclusive queue."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path


def main(words: list[str]) -> int:
    """Exit 0 if every promise held; else 1 with what was broken, and the yards are kept."""
    parser = argparse.ArgumentParser(prog="tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="of random kills")
    parser.add_argument("--seed", type=int, default=1, help="of every random choice")
    parser.add_argument("--jobs", type=int, default=10_000, help="on the exclusive queue")
    parser.add_argument("--workers", type=int, default=8, help="on the exclusive queue")
    options = parser.parse_args(words)
    os.environ["JOBYARD_KEEPER_IDLE"] = "1"
    from tests.soak import alone, chaos

    folder = Path(tempfile.mkdtemp(prefix="jobyard-soak-"))
    for part in ("chaos", "alone"):
        (folder / part).mkdir()
    complaints = chaos.run(folder / "chaos" / "yard", options.seed, 60 * options.minutes)
    if options.jobs:
        complaints += alone.run(folder / "alone" / "yard", options.jobs, options.workers)
    if complaints:
        print(*complaints[:50], f"{len(complaints)} promises broken; see {folder}", sep="\n")
        return 1
    shutil.rmtree(folder)
    print("soak: every promise held")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
