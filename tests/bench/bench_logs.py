"""What it costs to look into a log of a gigabyte: its end, its middle, a search, what a search keeps others from."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from jobyard.core.logbook import END, Book, Pattern, Source, pattern, sgr
from tests.bench.harness import Check, Figure, Medians

GIB, MIB = 1 << 30, 1 << 20
NEEDLE = b"ERROR 4711: disk quota exceeded\n"
SAMPLES = 14_400  # of the keeper: an hour
SECONDS, RATE, LOOKS = 3.0, 100 * 10**6, 10  # of a log that grows: how long, bytes and looks a second
WRITER = """
import os, sys, time
block = b"".join(b"step %07d loss=0.123456 lr=0.0003 the rest of a line of output\\n" % at for at in range(15_000))
with open(sys.argv[1], "ab", buffering=0) as file:
    begin, written = time.monotonic(), 0
    while (passed := time.monotonic() - begin) < float(sys.argv[2]):
        if written < passed * float(sys.argv[3]):
            written += file.write(block)
        else:
            time.sleep(0.001)
"""
PEAK = """
import re, sys
from pathlib import Path
from jobyard.core.logbook import END, Book, Source, pattern
book = Book([Source.of(Path(sys.argv[1]))])
highest = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = highest()
book.window(END, 200, 0)
book.search(pattern("no[w]here"))
list(book.tally(pattern("4711")).run())
list(book.lines().run())
print((highest() - before) / 1024)
"""


@contextmanager
def gigabyte() -> Iterator[Path]:
    """An attempt with a gigabyte of lines, an error near its end, sixty-four MiB of stderr and an hour of samples."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        block = b"".join(
            b"%07d step of a long computation, loss=0.%06d, nothing to see\n" % (at, at) for at in range(16_384)
        )
        _fill(folder / "stdout", block, GIB - MIB, NEEDLE + block)
        _fill(folder / "stderr", block.replace(b"step", b"warn"), 64 * MIB, b"")
        steps = range(1, SAMPLES + 1)
        (folder / "growth").write_bytes(
            b"".join(struct.pack("<dQQ", 1e9 + at / 4, GIB * at // SAMPLES, 64 * MIB * at // SAMPLES) for at in steps)
        )
        _read(folder / "stdout")
        yield folder


@contextmanager
def one_line() -> Iterator[Path]:
    """An attempt whose log is one line of a gigabyte."""
    with tempfile.TemporaryDirectory() as name:
        _fill(Path(name) / "stdout", b"0123456789abcdef" * 65_536, GIB, b"")
        _read(Path(name) / "stdout")
        yield Path(name)


def _fill(path: Path, block: bytes, size: int, end: bytes) -> None:
    with path.open("wb") as file:
        while file.tell() < size:
            file.write(block)
        file.write(end)


def _read(path: Path) -> None:
    """Into the page cache."""
    with path.open("rb", buffering=0) as file:
        while file.read(MIB):
            pass


# -- sides --------------------------------------------------------------------------------------


def tail(folder: Path) -> float:
    """Milliseconds to the last fifty rows of both streams, in their colours, of a log nobody has looked at before."""
    began = time.perf_counter()
    for row in Book([Source.of(folder)]).window(END, 50, 0):
        sgr(row.data)
    return 1000 * (time.perf_counter() - began)


def middle(folder: Path) -> float:
    """The same of a hundred rows at a percentage."""
    began = time.perf_counter()
    book = Book([Source.of(folder)])
    if len(book.window(book.at_fraction(0.37), 50, 50)) != 100:
        raise RuntimeError("no rows there")
    return 1000 * (time.perf_counter() - began)


def found(text: str, ignore_case: bool, folder: Path) -> float:
    """Seconds to the one line that matches, near the end of standard output."""
    book, wanted = Book([Source.of(folder)], "stdout"), pattern(text, ignore_case=ignore_case)
    began = time.perf_counter()
    if book.search(wanted) is None:
        raise RuntimeError(f"{text} was not found")
    return time.perf_counter() - began


def held(text: str, folder: Path) -> float:
    """Milliseconds: how long another thread, which wants to run every one, had to wait for a search at most."""
    book, done, waits = Book([Source.of(folder)]), threading.Event(), [0.0]
    searcher = threading.Thread(target=partial(_search, book, pattern(text), done.is_set))
    searcher.start()
    began = last = time.perf_counter()
    while searcher.is_alive() and last - began < 3:
        time.sleep(0.001)
        now = time.perf_counter()
        waits.append(now - last)
        last = now
    done.set()
    searcher.join()
    return 1000 * max(waits)


def stopped(text: str, folder: Path) -> float:
    """Milliseconds from somebody's wish to stop a search to its end."""
    book, stop = Book([Source.of(folder)]), threading.Event()
    searcher = threading.Thread(target=partial(_search, book, pattern(text), stop.is_set))
    searcher.start()
    time.sleep(0.2)
    began = time.perf_counter()
    stop.set()
    searcher.join()
    return 1000 * (time.perf_counter() - began)


def _search(book: Book, wanted: Pattern, stop: Callable[[], bool]) -> None:
    book.search(wanted, stop=stop)


def peak(folder: Path) -> float:
    """MiB that a process needs more for a look at the end, a search and two counts."""
    done = subprocess.run([sys.executable, "-c", PEAK, str(folder)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def followed(folder: Path) -> float:
    """Per cent of a core for ten looks a second at the end of a log that grows by 100 MB a second."""
    path = folder / "grown" / "stdout"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    book = Book([Source.of(path.parent)])
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(SECONDS), str(RATE)]) as writer:
        began, used = time.perf_counter(), time.process_time()
        while writer.poll() is None:
            book.grown()
            for row in book.window(END, 50, 0):
                sgr(row.data)
            time.sleep(1 / LOOKS)
        share = 100 * (time.process_time() - used) / (time.perf_counter() - began)
    if path.stat().st_size < SECONDS * RATE / 2:
        raise RuntimeError("the log did not grow so fast")
    os.truncate(path, 0)
    return share


def worst(of: Medians) -> float:
    """The slowest side."""
    return max(of.values())


def of(side: str) -> Callable[[Medians], float]:
    """One side."""
    return lambda medians: medians[side]


LITERAL, FOLDED = "a text", "a text in whatever case"
REGULAR = "a regular expression"
SLOW = "s.*t.*e.*p.*quota|w.*a.*r.*n.*quota"

FIGURES = [
    Figure(
        "logs-window",
        "a log of 1 GiB, both streams: fifty rows of its end, a hundred in its middle",
        "ms",
        {"tail": tail, "37 %": middle},
        (Check("milliseconds", worst, at_most=50.0),),
        prepare=gigabyte,
    ),
    Figure(
        "logs-search",
        "a log of 1 GiB: the one match near its end",
        "s",
        {
            LITERAL: partial(found, "disk quota exceeded", False),
            FOLDED: partial(found, "DISK QUOTA exceeded", True),
            REGULAR: partial(found, r"ERROR \d+: .*quota", False),
        },
        (
            Check("a text, seconds", of(LITERAL), at_most=1.0),
            Check("a regular expression, seconds", of(REGULAR), at_most=3.0),
            Check("a text in whatever case, seconds", of(FOLDED), at_most=3.0),
        ),
        prepare=gigabyte,
    ),
    Figure(
        "logs-hold",
        "a search through 1 GiB: how long another thread waits for it at most, and how long it goes on after a stop",
        "ms",
        {
            "held by a text": partial(held, "nowhere to be found"),
            "held by a slow expression": partial(held, SLOW),
            "stopped": partial(stopped, SLOW),
        },
        (Check("milliseconds", worst, at_most=50.0),),
        prepare=gigabyte,
    ),
    Figure(
        "logs-one-line",
        "a log that is one line of 1 GiB: its end, and what a search keeps others from",
        "ms",
        {"tail": tail, "held by an expression": partial(held, "f.*needle")},
        (Check("milliseconds", worst, at_most=50.0),),
        prepare=one_line,
    ),
    Figure(
        "logs-memory",
        "1 GiB looked at, searched and counted: memory that takes",
        "MiB",
        {"many lines": peak},
        (Check("MiB", worst, at_most=16.0),),
        prepare=gigabyte,
    ),
    Figure(
        "logs-memory-line",
        "the same with one line of 1 GiB",
        "MiB",
        {"one line": peak},
        (Check("MiB", worst, at_most=16.0),),
        prepare=one_line,
    ),
    Figure(
        "logs-follow",
        "a log that grows by 100 MB a second, looked at ten times a second",
        "% of a core",
        {"engine": followed},
        (Check("per cent", worst, at_most=30.0),),
        prepare=one_line,
    ),
]
