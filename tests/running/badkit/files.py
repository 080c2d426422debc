"""Job files, task files and settings: right ones, then mangled as data, as text or as bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.running.badkit import values

JOB_KEYS = (
    "command", "name", "session", "queue", "kind", "priority", "after", "after_any", "after_fail", "key", "time_limit",
    "estimate", "retries", "retry_delay", "idempotent", "cpus", "mem", "needs", "at", "hold", "cwd", "env", "stdin",
    "on_end", "unique", "array", "clean_env", "code", "nonsense",
)  # fmt: skip

YAML = (
    "- command: [true]\n  name: &a x\n- command: [true]\n  after: [*a]\n",
    "- &a [*a]\n",
    "- command: !!python/object/apply:os.system ['touch pwned']\n",
    "- !!python/name:os.system\n",
    "- command: 'true'\n  env: {A: !!binary aGVsbG8=}\n",
    "- {command: [sleep, 1:30], name: 2026-11-22, priority: 0o17}\n",
    "- command: yes\n  name: no\n  key: null\n  at: 2026-11-22 05:00:00 +1\n",
    "- ? [complex, key]\n  : command\n",
    "- <<: {command: [true]}\n  name: merged\n",
    "- <<: [1, 2]\n",
    "---\n- command: [true]\n---\n- command: [true]\n",
    "- command: [true]\n\tname: tab\n",
    "- command: [true]\n  command: [false]\n",
    "%YAML 9.9\n---\n- 1\n",
    "- *nowhere\n",
    "- !unknown {command: [true]}\n",
    "a: " * 3000 + "1\n",
    "[" * 5000,
    "- " * 3000 + "x\n",
    "x: &x [" + "1," * 1000 + "]\n" + "".join(f"y{n}: [*x,*x]\n" for n in range(50)),
    "b0: &b0 [x,x,x,x,x,x,x,x,x]\n" + "".join(f"b{n}: &b{n} [{','.join([f'*b{n - 1}'] * 9)}]\n" for n in range(1, 9)),
    "command: [true]\n",
    "- |\n  text\n",
    "- >-\n",
    "- 0x" + "f" * 4000 + "\n",
    "- " + "9" * 5000 + "\n",
    "- .nan\n- .inf\n- 1e999\n",
    "- 9999-99-99\n- 2026-02-30\n- 2001-12-14t21:59:43.10-99:00\n",
    "",
    "\n\n\n",
    "# only a comment\n",
)  # fmt: skip

SETTINGS = {
    "synchronous": "FULL",
    "kill_grace": "5s",
    "log_cap": "256M",
    "max_jobs": 4,
    "retention": "7d",
    "on_end": "true",
    "captured_environment": ["PATH", "LC_*"],
    "queues": {"gpu": {"slots": 2, "policy": "fifo"}, "lab/qick": {"exclusive": True}},
    "resources": {"qick": {"capacity": 1, "note": "in the hutch"}, "mem": {"capacity": "64G"}},
}


def job_lines(random: Random) -> bytes:
    """JSON lines: a few jobs, one of them wrong."""
    jobs = [_job(random) for _ in range(random.randint(1, 5))]
    return _damaged(random, "\n".join(_dumped(random, job) for job in jobs) + "\n")


def job_list(random: Random) -> bytes:
    """YAML: an odd text, or jobs in flow style (JSON is YAML)."""
    if random.random() < 0.5:
        return _damaged(random, random.choice(YAML))
    jobs: Any = [_job(random) for _ in range(random.randint(1, 4))]
    return _damaged(random, _dumped(random, _changed(random, jobs)))


def tasks(random: Random) -> bytes:
    """A task file; what is not wrong about it is that it can be run, so there always is something."""
    found: list[Any] = [
        {"name": random.choice(("a", "b", values.word(random))), "type": random.choice(("exec", "eval", "x")),
         "arguments": "true", "dependencies": random.choice(([], ["a"], ["b"], ["nowhere"], "a", [1]))}
        for _ in range(random.randint(0, 4))
    ]  # fmt: skip
    wrong = {"tasks": _changed(random, found), random.choice(("version", "tasks ", "schema")): _odd(random)}
    return _damaged(random, _dumped(random, random.choice((wrong, found, {"tasks": found, "x": 1}))))


def settings(random: Random) -> bytes:
    """A settings file, mangled."""
    if random.random() < 0.3:
        return _damaged(random, random.choice(YAML))
    return _damaged(random, _dumped(random, _changed(random, json.loads(json.dumps(SETTINGS)))))


def _job(random: Random) -> dict[str, Any]:
    job: dict[str, Any] = {"command": random.choice((["true"], "true", ["sh", "-c", "exit 3"]))}
    for key in random.sample(JOB_KEYS, random.choice((0, 1, 2, 3, 6))):
        job[key] = _odd(random) if random.random() < 0.5 else _fitting(random, key)
    return job


def _fitting(random: Random, key: str) -> Any:
    kinds = {"after": "ref", "after_any": "ref", "after_fail": "ref", "time_limit": "duration", "estimate": "duration",
             "retry_delay": "duration", "at": "time", "mem": "size", "queue": "queue", "needs": "need", "cwd": "path",
             "stdin": "path", "array": "range", "priority": "number", "retries": "number",
             "cpus": "number"}  # fmt: skip
    text = values.word(random, kinds.get(key, "text"))
    shapes: tuple[Callable[[str], Any], ...] = (
        str,
        lambda word: [word],
        lambda word: {word: 1},
        lambda word: [word, word],
    )
    return random.choice(shapes)(text)


def _odd(random: Random) -> Any:
    """A value of any kind."""
    plain: tuple[Any, ...] = (
        None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 1.5, 1e308, float("nan"), float("inf"), "",
        [], {}, [None], {"": ""}, {"a": {"b": {}}}, "\ud800", "\x00", "a\x00b", "x" * 100_000, [[]] * 50,
        {"command": "true"},
    )  # fmt: skip
    roll = random.random()
    if roll < 0.6:
        return random.choice(plain)
    return _deep(random) if roll < 0.65 else values.word(random, random.choice(list(values.WORDS)))


def _deep(random: Random) -> Any:
    found: Any = 1
    for _ in range(random.choice((50, 500, 900))):
        found = [found] if random.random() < 0.5 else {"a": found}
    return found


def _changed(random: Random, value: Any) -> Any:
    """The same with one thing in it replaced, renamed, doubled or gone."""
    if isinstance(value, dict) and value and random.random() < 0.8:
        key = random.choice(list(value))
        rest = {name: item for name, item in value.items() if name != key}
        match random.randrange(4):
            case 0:
                return rest
            case 1:
                return {**rest, values.word(random): value[key]}
            case _:
                return {**rest, key: _changed(random, value[key])}
    if isinstance(value, list) and value and random.random() < 0.8:
        at = random.randrange(len(value))
        return [*value[:at], _changed(random, value[at]), *value[at + 1 :]]
    return _odd(random)


def _dumped(random: Random, value: Any) -> str:
    return json.dumps(value, ensure_ascii=random.random() < 0.5)


def _damaged(random: Random, text: str) -> bytes:
    """Mostly as it is; else cut, flipped, in another encoding, with bytes that belong nowhere."""
    data = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.6 or not data:
        return data
    at = random.randrange(len(data))
    junk = random.choice(
        (b"\x00", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1b[2J", b"\r", b"}", b'"', b"\\u")
    )
    choices: tuple[Callable[[], bytes], ...] = (
        lambda: data[:at],
        lambda: data[:at] + junk + data[at:],
        lambda: data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :],
        lambda: b"\xef\xbb\xbf" + data,
        lambda: text.encode("utf-16", "surrogatepass"),
        lambda: data.replace(b"\n", b"\r\n"),
        lambda: data * 2,
        lambda: random.randbytes(random.randint(1, 300)),
    )
    return random.choice(choices)()
