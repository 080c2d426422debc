"""``python -m tests.running.soak --minutes 3 --seed 1``: hurt everything at random, then check the promise.

| part       | what                                                                                | time     |
|------------|-------------------------------------------------------------------------------------|----------|
| exclusive  | 10,000 jobs on a queue of one slot, eight workers, a lock that nobody else may hold  | it takes |
| rounds     | jobs of every kind while workers, keepers and submitters are killed                  | 25 %     |
| clients    | four people change everything while workers and keepers are killed; `audit` reads it | 35 %     |
| model      | random walks of the rules against a model, every step compared                       | 25 %     |
| bad inputs | wrong files, flags, YAML and JSON lines: 5,000, from 30 minutes on 100,000           | it takes |
| keys       | random keys in the app while others change the yard: 4,000, from 30 minutes on 20,000 | it takes |

Each has its own yard. What is broken is printed with the seed, and the yard is kept.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests import leftovers
from tests.running import clients, promise, rounds
from tests.store.test_model import YardMachine

EXCLUSIVE = 10_000
FEW, MANY, LONG = 5_000, 100_000, 30.0  # bad inputs, and the minutes from which on there are many
FEW_KEYS, MANY_KEYS = 4_000, 20_000
SHARE = {"rounds": 0.25, "clients": 0.35, "model": 0.25}
WALKS = 20  # between looks at the clock
STRETCH = 60.0  # seconds that four people share a yard; then another one


def under_fire(home: Path, dice: random.Random, seconds: float) -> list[str]:
    """Rounds of jobs while everything is killed."""
    return rounds.under_fire(home, dice.randrange(1 << 30), time.monotonic() + seconds)


def together(home: Path, dice: random.Random, seconds: float) -> list[str]:
    """Four people at once, on one yard after the other."""
    until = time.monotonic() + seconds
    number = 0
    while (left := until - time.monotonic()) > 5 or not number:
        number += 1
        found = clients.together(home / str(number), dice.randrange(1 << 30), min(STRETCH, max(2.0, left)))
        if found:
            return found
        shutil.rmtree(home / str(number))
    return []


def model(home: Path, dice: random.Random, seconds: float) -> list[str]:
    """Walks of the rules, as many as there is time for."""
    until = time.monotonic() + seconds
    walks = 0
    quiet = settings(
        max_examples=WALKS,
        stateful_step_count=60,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    while time.monotonic() < until or not walks:
        number = dice.randrange(1 << 30)
        try:
            run_state_machine_as_test(seed(number)(YardMachine), settings=quiet)
        except AssertionError as error:
            return [f"the model, seed {number}: {error!r} (the steps are above)"]
        walks += WALKS
    print(f"model: {walks} walks of 60 steps", flush=True)
    return []


def wrong(home: Path, dice: random.Random, count: int) -> list[str]:
    """Bad input ends in an error line, never in a traceback; in processes of their own, which may die over it."""
    words = [
        sys.executable,
        "-m",
        "tests.running.bad_inputs",
        "--count",
        str(count),
        "--seed",
        str(dice.randrange(1 << 30)),
    ]
    done = subprocess.run(words, cwd=promise.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"bad inputs: {count}, exit code {done.returncode}", flush=True)
    return [] if done.returncode == 0 else done.stdout.splitlines()[-40:]


def keys(home: Path, dice: random.Random, count: int) -> list[str]:
    """Random keys in the app; in a process of their own."""
    words = [sys.executable, "-m", "tests.tui.fuzz", "--keys", str(count), "--seed", str(dice.randrange(1 << 30))]
    env = {**os.environ, "TMPDIR": str(home.parent)}
    done = subprocess.run(words, cwd=promise.ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"keys: {count}, exit code {done.returncode}", flush=True)
    return [] if done.returncode == 0 else done.stdout.splitlines()[-40:]


def main(words: list[str]) -> int:
    """Exit 1 with what is broken and the seed."""
    parser = argparse.ArgumentParser(prog="soak")
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--exclusive", type=int, default=EXCLUSIVE, help="jobs of the exclusive queue, 0 = none")
    parser.add_argument("--bad-inputs", type=int, help="how many (default: by the minutes)")
    parser.add_argument("--keys", type=int, help="random keys in the app, 0 = none (default: by the minutes)")
    given = parser.parse_args(words)
    bad = given.bad_inputs if given.bad_inputs is not None else MANY if given.minutes >= LONG else FEW
    pressed = given.keys if given.keys is not None else MANY_KEYS if given.minutes >= LONG else FEW_KEYS
    print(f"SEED={given.seed} MINUTES={given.minutes:g}", flush=True)
    os.environ["JOBYARD_KEEPER_IDLE"] = "1"
    folder = Path(tempfile.mkdtemp(prefix="jobyard-soak-"))
    dice = random.Random(given.seed)
    seconds = {part: share * given.minutes * 60 for part, share in SHARE.items()}
    parts: dict[str, Callable[[Path], list[str]]] = {
        "exclusive": lambda home: rounds.exclusive(home, given.exclusive, 8) if given.exclusive else [],
        "rounds": lambda home: under_fire(home, dice, seconds["rounds"]),
        "clients": lambda home: together(home, dice, seconds["clients"]),
        "model": lambda home: model(home, dice, seconds["model"]),
        "bad": lambda home: wrong(home, dice, bad) if bad else [],
        "keys": lambda home: keys(home, dice, pressed) if pressed else [],
    }
    for name, part in parts.items():
        found = part(folder / name)
        if found:
            return failed(given.seed, folder, found)
    left = leftovers.end_all(folder)
    shutil.rmtree(folder)
    print(f"SEED={given.seed}: the promise holds{f', {len(left)} processes ended' if left else ''}")
    return 0


def failed(number: int, folder: Path, found: list[str]) -> int:
    """Say what is broken; the yard stays."""
    for line in found:
        print(f"BROKEN: {line}")
    leftovers.end_all(folder)
    print(f"SEED={number}: the promise is broken; the yard is kept in {folder}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
