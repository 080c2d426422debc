"""``python -m tests.running.bad_inputs --count 5000 --seed 1``: bad inputs end in an error line, never a traceback.

Seeded: the same seed tries the same inputs. A hundred share a yard, in a process of their own; `--only N` tries one of
them again, on a yard that nobody has touched. Asked of each: an exit code that is documented; with exit 2 exactly one
line on stderr that begins with our name, and nothing on stdout; no control character reaches the terminal; what says
``--json`` is JSON; it ends within five seconds; nothing is started, and the store is sound afterwards.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from tests.running.badkit import files, lines, stage, values

BLOCK = 100  # inputs that share a yard
CODES = {0, 1, 2, 125, 130}
ALIKE = 2  # complaints of a kind that are printed in full
FORK = multiprocessing.get_context("fork")
_LEFT = re.compile(r" (?:(?:was|would be) left as it is|(?:were|would be) left as they are|would be left): ")
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
VARIABLES = (
    "JOBYARD_KILL_GRACE", "JOBYARD_LOG_CAP", "JOBYARD_DISK_FLOOR", "JOBYARD_SYNCHRONOUS", "JOBYARD_HOME", "HOME",
    "USER", "COLUMNS", "LINES", "TERM", "NO_COLOR", "LANG", "PATH", "XDG_DATA_HOME", "JOBYARD_MAX_JOBS",
    "JOBYARD_RETENTION",
)  # fmt: skip


class Case(NamedTuple):
    """One input."""

    number: int
    argv: list[str]
    stdin: bytes = b""
    files: Mapping[str, bytes] = MappingProxyType({})
    env: Mapping[str, str] = MappingProxyType({})

    def shown(self) -> str:
        """As one would type it."""
        given = "".join(f"{name}={shlex.quote(text)} " for name, text in self.env.items())
        more = "".join(
            f"\n      {name}: {data[:300]!r}" for name, data in {**self.files, "stdin": self.stdin}.items() if data
        )
        return ascii(f"{given}jobyard {shlex.join(self.argv)}"[:1500])[1:-1] + more


class Complaint(NamedTuple):
    """What was wrong with the answer to an input (-1: with the yard after a block)."""

    number: int
    what: str
    case: str

    def kind(self) -> str:
        """What several have in common: the complaint, and what was said without what it was said of."""
        told = self.case.partition("\n      → ")[2]
        return f"{self.what} {re.sub('[^A-Za-z ]+', '', told)[:60] if 'expected' in self.what else ''}"


def case(seed: int, number: int) -> Case:
    """Input *number* of a seed."""
    random = Random(f"{seed}/{number}")
    roll = random.random()
    if roll < 0.65:
        return Case(number, lines.line(random), stdin=_stdin(random), env=_variables(random))
    options = lines._parameters(random, dict(lines.commands())[("submit",)])[:2] if random.random() < 0.3 else []
    options = [option for option in options if option.startswith("--") and "=" in option and "file" not in option]
    if roll < 0.75:
        return Case(number, ["submit", "--file", "in.jsonl", *options], files={"in.jsonl": files.job_lines(random)})
    if roll < 0.83:
        return Case(number, ["submit", "--file", "in.yaml", *options], files={"in.yaml": files.job_list(random)})
    if roll < 0.88:
        data = random.choice((files.job_lines, files.job_list))(random)
        return Case(number, ["submit", "--file", "-", *options], stdin=data)
    if roll < 0.94:
        return Case(
            number, ["run", "in.json", *random.choice(([], ["--json"]))], files={"in.json": files.tasks(random)}
        )
    argv = random.choice(
        (["config-check"], ["config-check", "--json"], ["list"], ["doctor", "--json"], ["submit", "--", "true"])
    )
    return Case(number, argv, files={"jobyard.yml": files.settings(random)})


def _stdin(random: Random) -> bytes:
    return (
        b""
        if random.random() < 0.9
        else random.choice((b"y\n", b"\x00", b"\xff\n", b"yes\n" * 9, files.job_lines(random)))
    )


def _variables(random: Random) -> dict[str, str]:
    if random.random() < 0.9:
        return {}
    return {
        random.choice(VARIABLES): values.word(random, random.choice(("text", "number", "duration", "size", "path")))
    }


_MARK = re.compile(r"\n  .*\n +\^+\n\Z")


def _without_mark(err: str) -> str:
    """What was said, without the filter below it and the mark below its mistake."""
    return _MARK.sub("\n", err)


def judged(tried: Case, answer: stage.Answer) -> Iterator[str]:
    """What is wrong with the answer."""
    if answer.broke:
        yield answer.broke
        return
    if answer.code not in CODES and tried.argv[:1] != ["wait"]:
        yield f"exit code {answer.code}"
    if "Traceback" in answer.err or "mistake in jobyard" in answer.err:
        yield "an error that nobody expected"
    told = [line for line in _without_mark(answer.err).split("\n") if line]
    if any(not line.startswith("jobyard: ") for line in told) or len(told) > 50:
        yield "stderr is not lines that begin with our name"
    if answer.code == 2 and (_errors(told) != 1 or answer.out) and not _reports(tried, answer):
        yield "exit 2 without exactly one line on stderr and none on stdout"
    if _RAW.search(answer.err) or ("logs" not in tried.argv and _RAW.search(answer.out)):
        yield "a control character reaches the terminal"
    if _asked_for_json(tried.argv) and answer.out and answer.code in (0, 1):
        yield from _json(answer.out)


def _errors(told: list[str]) -> int:
    """How many errors the lines are: the jobs that one command left as they are, each with its line, are one."""
    told = [line for line in told if not line.endswith("The settings of before hold.")]  # a warning, with any command
    left = [line for line in told if _LEFT.search(line)]
    return len(told) - len(left) + bool(left)


def _reports(tried: Case, answer: stage.Answer) -> bool:
    """Whether it is one that says on stdout what is wrong: settings, keys, jobs that it left or would ask about."""
    return not {"config-check", "keys", "--cascade"}.isdisjoint(tried.argv) or (
        "--json" in tried.argv and '"left":[{' in answer.out
    )


def _asked_for_json(argv: list[str]) -> bool:
    """Whether it is an option of jobyard's: after a command to run, it is that one's."""
    words = argv[:2] if argv[:1] == ["submit"] else argv
    at = words.index("--json") if "--json" in words else 0
    return at > 0 and "--" not in argv and (not words[at - 1].startswith("-") or words[at - 1] in ("--all", "--dot"))


def _json(text: str) -> Iterator[str]:
    try:
        json.loads(text, parse_constant=lambda word: 1 / 0)
    except (ValueError, ZeroDivisionError):
        yield "--json printed what is no JSON"


def try_block(seed: int, numbers: range, template: str) -> list[Complaint]:
    """Inputs on one yard, one after the other; what is wrong."""
    found = []
    with tempfile.TemporaryDirectory(prefix="jobyard-bad-") as name:
        place = stage.Stage(Path(name), Path(template))
        for number in numbers:
            tried = case(seed, number)
            answer = place.call(tried.argv, tried.stdin, tried.files, tried.env)
            told = f"{answer.out[:600]}{answer.err[:1500]}"
            found += [
                Complaint(number, what, f"{tried.shown()}\n      → {answer.code} {told!a}")
                for what in judged(tried, answer)
            ]
        os.chdir("/")
        found += [Complaint(-1, what, f"after {numbers.start} to {numbers.stop - 1}") for what in place.problems()]
    return found


def blocks(count: int, first: int = 0) -> Iterator[range]:
    """The numbers, in blocks."""
    for start in range(first, first + count, BLOCK):
        yield range(start, min(start + BLOCK, first + count))


def run(seed: int, numbers: list[range], workers: int) -> Iterator[list[Complaint]]:
    """Every block in a process; each answers what is wrong."""
    with tempfile.TemporaryDirectory(prefix="jobyard-bad-") as name:
        template = Path(name) / "yard"
        with ProcessPoolExecutor(1, FORK) as filler:
            filler.submit(stage.fill, template).result()
        with ProcessPoolExecutor(workers, FORK, initializer=_begin) as pool:
            waiting = [pool.submit(try_block, seed, block, str(template)) for block in numbers]
            for future in waiting:
                yield future.result(timeout=stage.LIMIT * BLOCK)


def calls(folder: Path, argvs: list[list[str]]) -> list[stage.Answer]:
    """What these command lines answer on a stage of their own."""
    with ProcessPoolExecutor(1, FORK, initializer=_begin) as pool:
        return pool.submit(_calls, folder, argvs).result()


def _calls(folder: Path, argvs: list[list[str]]) -> list[stage.Answer]:
    stage.fill(folder / "template")
    place = stage.Stage(folder / "stage", folder / "template")
    return [place.call(argv) for argv in argvs]


def _begin() -> None:
    os.nice(5)
    stage.seal()


def main() -> int:
    """Exit 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 1)))
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--only", type=int, help="this one alone")
    wanted = parser.parse_args()
    first, count = (wanted.first, wanted.count) if wanted.only is None else (wanted.only, 1)
    began, kinds = time.monotonic(), dict[str, int]()
    for found in run(wanted.seed, list(blocks(count, first)), wanted.workers):
        for each in found:
            kinds[each.kind()] = kinds.get(each.kind(), 0) + 1
            if kinds[each.kind()] <= ALIKE:
                print(f"{each.number}: {each.what}\n      {each.case}", flush=True)
    seconds = time.monotonic() - began
    total = sum(kinds.values())
    print(
        f"bad_inputs: {count:,} inputs, seed {wanted.seed}: {total} complaints of {len(kinds)} kinds in {seconds:.0f} s"
    )
    if kinds:
        print(f"once more: python -m tests.running.bad_inputs --seed {wanted.seed} --only NUMBER")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
