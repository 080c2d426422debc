"""Words that break programs, by what is asked for. A word that is an argument holds no NUL: the kernel allows none."""

from __future__ import annotations

from random import Random

HOSTILE = (
    "", " ", "  x  ", "-", "--", "---", "-1", "--json=", "=", "==", ":", "/", "//", ".", "..", "...", "*", "?", "~",
    "~root", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b2J", "two\nlines", "tab\there", "cr\rlf\r\n", "a\u202eb",
    "\ufeffx", "\udcff\udcfe", "caf\udce9", "\u0000".replace("\x00", "\x01"), "💥", "測量量子位元", "e\u0301" * 50,
    "\U000e0041", "\u2028", "'; DROP TABLE job; --", '" OR 1=1 --', "%' OR '1'='1", "%s%s%n", "{}", "{0}", "{i}",
    "${HOME}", "$(touch pwned)", "`touch pwned`", "; touch pwned", "| touch pwned", "&& touch pwned",
    "\n touch pwned\n", "[red]x[/]", "[@click=app.quit]x", "a/b/c", "/a", "a/", "../../etc/passwd", "x" * 300,
    "x" * 5000, "\\", "\\x00", "'", '"', "''", "None", "null", "true", "nan", "__import__('os')", "<script>", "(",
    ")", "[", "{", "(a+)+$", "(?P<x", "a{1,99999999}", "(?i", "[[:alpha:]", "\\Z" * 40,
)  # fmt: skip

NUMBERS = (
    "0", "1", "2", "3", "-0", "-1", "+5", " 7 ", "007", "1_000", "1e3", "1e309", "-1e309", "nan", "NaN", "inf",
    "-inf", "0x10", "0b1", "1.5", "1,5", ".5", "5.", "1/2", "٣", "²", "½", "１２", "2147483648",
    "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1" * 400, "9" * 5000, "--5", "5-", "5 5",
    "five",
)  # fmt: skip

DURATIONS = (
    "90", "90s", "10m", "1h30m", "1d", "1w", "0", "0s", "-5m", "1e9h", "1d1d", "m", "1h-30m", "1.5h", "1:30",
    "01:30:00", "1 h", "1h 30m", "99999999999d", "1" * 30 + "s", "infs", "nans", "never", "9e307d", "1e-300s", "P1D",
    "5min", "5 minutes",
)  # fmt: skip

MOMENTS = (
    "+15m", "+0", "+", "+-5m", "-15m", "+1e309s", "+99999999999d", "now", "tomorrow", "12:00", "25:99", "24:00",
    "2026-11-22", "2026-13-45", "2026-02-30", "0001-01-01", "0000-00-00", "9999-12-31T23:59:59",
    "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00+14:00", "10000-01-01", "2026-11-22T05:00:00Z",
    "2026-11-22T05:00:00.123456789Z", "1e10", "1790000000", "2026-W10-1", "20261122", "2026-11-22 05:00",
    "2026-11-22T05:00:00+99:99", "3000-01-01", "1969-12-31",
)  # fmt: skip

SIZES = (
    "512M", "2G", "1", "0", "-1G", "G", "1e30G", "99999P", "1.5G", "512MB", "512MiB", "9" * 40 + "T", "0x1M", "NaNG",
    "١G",
)  # fmt: skip

REFS = (
    "solo", "twin", "1", "2", "3", "1..3", "3..1", "..", "1..", "..3", "1...3", "1..99999999999", "-3..5", "last",
    "LAST", "last-1", "JOB-20261122-00001", "JOB-99999999-99999", "JOB-2026-1", "job-20261122-00001",
    "JOB-20261122-1", "JOB-00000000-00000", "0", "-1", "99999", "99999999999999999999", "nobody", "solo,twin",
    "solo,", ",", "so", "1,2,3", "ended", "broken", "held",
)  # fmt: skip

QUEUES = (
    "default", "gpu", "default/gpu", "lab/qick", "lab/", "/gpu", "a/b/c", "nowhere", "lab/nowhere", "ended", "17",
    "1..3", "last",
)  # fmt: skip

NEEDS = (
    "qick=1", "qick", "qick=0", "qick=-1", "qick=999", "qick=1e3", "qick=", "=1", "cpus=1",
    "cpus=9999999999999999999999", "mem=1G", "mem=lots", "gpus=1", "nothing=1", "qick=1=1", "qick=1,qick=1", "QICK=1",
    "qick= 1",
)  # fmt: skip

ASSIGNMENTS = (
    "A=1",
    "A=",
    "=x",
    "A",
    "A=b=c",
    "A B=c",
    "\udcff=1",
    "A=\udcff",
    "LD_PRELOAD=x",
    "JOBYARD_ATTEMPT=x",
    "PATH=",
)

PATHS = (
    "in.jsonl", "in.yaml", "in.json", "in.yml", "missing.json", "folder", "folder/deep/er", "-", "/proc/none/x",
    "/proc/self/mem", "/proc/self/environ", "x" * 300, "a/" * 600 + "x", "in.jsonl/x", "\udcff.json", "in dir",
    "~nobodyhome/x", "loop", "fifo.gone",
)  # fmt: skip

RANGES = (
    "1-10",
    "1-10%2",
    "10-1",
    "0-0",
    "1-",
    "-5",
    "1-10%0",
    "1-10%",
    "1,3,5",
    "1-3,2-4",
    "1-99999999",
    "1-10:3",
    "%5",
    "a-b",
    "1--3",
)

GOOD = {
    "text": ("x", "plain", "two words", "solo", "true", "echo", "a note", "gpu"),
    "number": ("0", "1", "2", "5", "10"),
    "duration": ("1s", "10m", "1h30m", "0"),
    "time": ("+15m", "2030-01-01", "2026-11-22T05:00:00Z", "+0s"),
    "size": ("1M", "2G"),
    "ref": ("solo", "ended", "broken", "held", "skipped", "gone", "1", "2", "1..4", "3..9", "last", "5", "6"),
    "queue": ("default", "gpu", "lab/qick"),
    "need": ("cpus=1", "mem=1M", "qick=1"),
    "assignment": ("A=1", "B=two words"),
    "path": ("in.jsonl", "in.yaml", "in.json", "folder", "new"),
    "range": ("1-3", "1-10%2", "5,7"),
}

WORDS = {
    "text": HOSTILE,
    "number": NUMBERS,
    "duration": DURATIONS,
    "time": MOMENTS,
    "size": SIZES,
    "ref": REFS,
    "queue": QUEUES,
    "need": NEEDS,
    "assignment": ASSIGNMENTS,
    "path": PATHS,
    "range": RANGES,
}


def word(random: Random, kind: str = "text") -> str:
    """Half of the time a good one, so that others are reached; else mostly an odd one of the kind that is asked for."""
    roll = random.random()
    if roll < 0.5:
        return random.choice(GOOD[kind])
    if roll < 0.85:
        return random.choice(WORDS[kind])
    if roll < 0.96:
        return random.choice(WORDS[random.choice(list(WORDS))])
    return noise(random)


def noise(random: Random) -> str:
    """Characters of everywhere."""
    blocks = (
        (1, 127),
        (0x80, 0x9F),
        (0xA0, 0x2FF),
        (0x2000, 0x206F),
        (0x1F300, 0x1F6FF),
        (0xDC80, 0xDCFF),
        (0xE000, 0xE0FF),
    )
    return "".join(chr(random.randint(*random.choice(blocks))) for _ in range(random.randint(1, 40)))
