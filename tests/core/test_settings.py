"""Settings: one table from which values, schema, the shipped file and the environment come."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from jobyard.core import settings
from jobyard.core.errors import BadInput
from jobyard.core.settings import cache, document, environment, foreign, origins, schema, template, values
from jobyard.core.settings.table import BY_NAME, CONFIG_KEYS, KEYS, QUEUE_KEYS, RESOURCE_KEYS

CONFIG = Path(__file__).parents[2] / "config"
REGENERATE = (
    "write template.template() to config/jobyard.yml and schema.schema() to config/schemas/settings.schema.json"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A yard's folder, as far as settings need one."""
    (tmp_path / "run").mkdir()
    return tmp_path


def write(home: Path, text: str) -> None:
    (home / settings.FILE).write_text(text)


# -- the table and what comes from it -----------------------------------------------------------------


def test_the_values_are_those_of_the_table():
    """The record of settings has the table's names, in its order, with its defaults."""
    assert settings.Settings._fields == tuple(key.name for key in KEYS)
    assert settings.Settings() == settings.Settings(*(key.default for key in KEYS))
    assert settings.load(environ={}) == settings.Settings()


@pytest.mark.parametrize("key", [*KEYS, *QUEUE_KEYS, *RESOURCE_KEYS, *CONFIG_KEYS], ids=lambda key: key.name)
def test_every_key_is_whole(key: Any):
    """A key has a kind that exists, a line of help that fits, and a default that it accepts itself."""
    assert key.kind in values.KINDS
    assert key.help.endswith((".", "?", ")"))
    assert len(key.help) < 110
    if key.default not in (None, ""):
        assert values.parse(key, values.show(key, key.default)) == key.default


def test_the_shipped_file_is_the_tables():
    """config/jobyard.yml has every key commented, with its default and one line of help."""
    assert (CONFIG / "jobyard.yml").read_text() == template.template(), REGENERATE
    assert document.read((CONFIG / "jobyard.yml").read_bytes()).values == {}
    for key in KEYS:
        assert f"# {key.help}" in template.template()


def test_the_shipped_file_uncommented_is_valid_and_means_the_defaults():
    """With every # taken away it satisfies the schema, and nothing changes."""
    text = template.uncommented(template.template())
    found = document.read(text.encode())
    assert {name: value for name, (value, _) in found.values.items()} == {key.name: key.default for key in KEYS}
    assert (found.queues, found.resources) == ({}, {})
    jsonschema.validate(yaml.safe_load(text), schema.schema())


@pytest.mark.parametrize("section", ["queues", "resources"])
def test_the_examples_of_the_shipped_file_work(section: str):
    """What the shipped file shows as an example is accepted, by the schema as well."""
    text = "".join(line[4:] for line in template.EXAMPLES[section].splitlines(keepends=True))
    assert getattr(document.read(text.encode()), section)
    jsonschema.validate(yaml.safe_load(text), schema.schema())


def test_the_shipped_schema_is_the_tables():
    """config/schemas/settings.schema.json is what the table makes, and a valid schema."""
    found = json.loads((CONFIG / "schemas" / "settings.schema.json").read_text())
    assert found == json.loads(json.dumps(schema.schema())), REGENERATE
    jsonschema.Draft7Validator.check_schema(found)


@pytest.mark.parametrize(
    "text",
    [
        "kil_grace: 5s",
        "queues: {a: {slotz: 2}}",
        "resources: {a: {note: x}}",
        "synchronous: sometimes",
        "retries: -1",
        "configs: {a: {cod: LO}}",
    ],
)
def test_the_schema_refuses_what_the_program_refuses(text: str):
    """An editor that knows the schema marks the same mistakes."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), schema.schema())
    with pytest.raises(document.Broken):
        document.read(text.encode())


# -- where values come from -----------------------------------------------------------------------------


def test_file_then_environment(home: Path):
    """The file comes before the default, the environment before the file; each origin is told."""
    write(home, "# mine\nkill_grace: 9s\nlog_cap: 1G\n")
    loaded = settings.read(home, {"JOBYARD_LOG_CAP": "2G"})
    assert (loaded.settings.kill_grace, loaded.settings.log_cap) == (9.0, 2 << 30)
    told = {one.name: one.origin for one in origins.listed(loaded)}
    assert told["kill_grace"] == "jobyard.yml:2"
    assert told["log_cap"] == "environment JOBYARD_LOG_CAP"
    assert told["heartbeat"] == "default"


def test_a_bad_variable_is_named():
    """A variable of ours that cannot be used is an error that names it."""
    with pytest.raises(BadInput, match=r"JOBYARD_KILL_GRACE: .*soon"):
        settings.load(environ={"JOBYARD_KILL_GRACE": "soon"})


@pytest.mark.parametrize(
    ("name", "text", "key", "value"),
    [
        ("SPACK_SETUP_SCRIPT", "/opt/spack/setup-env.sh", "spack_setup", "/opt/spack/setup-env.sh"),
        ("WORKER_HEARTBEAT_INTERVAL", "30.0", "heartbeat", 30.0),
        ("JOB_TIMEOUT_MULTIPLIER", "1.5", "time_limit_factor", 1.5),
        ("MAX_WORKER_HEARTBEAT_AGE", "60.0", "hung_after", 60.0),
        ("EXECUTR_JOB_RETENTION", "48h", "retention", 48 * 3600.0),
        ("EXECUTR_HEARTBEAT_INTERVAL", "5s", "heartbeat", 5.0),
        ("EXECUTR_HEARTBEAT_TIMEOUT", "15s", "hung_after", 15.0),
        ("EXECUTR_MAX_OUTPUT_SIZE", "1048576", "kept_output", 1 << 20),
        ("EXECUTR_MAX_JOBS", "2", "max_jobs", 2),
    ],
)
@pytest.mark.parametrize("prefix", ["", "JOBYARD_"])
def test_variables_of_the_originals_are_accepted(prefix: str, name: str, text: str, key: str, value: object):
    """They stand for settings of ours, under their own names and with our prefix; ours come first."""
    given = {prefix + name: text}
    assert getattr(settings.load(environ=given), key) == value
    ours = {BY_NAME[key].variable: values.show(BY_NAME[key], BY_NAME[key].default)}
    assert getattr(settings.load(environ=given | ours), key) == BY_NAME[key].default


def test_every_variable_of_the_originals_is_in_the_table():
    """The six of the Spack installer, Executr's of its server, executor and command line: none is ignored silently."""
    six = {
        "SPACK_SETUP_SCRIPT", "SPACK_INSTALLER_DB_URL", "WORKER_CHECK_INTERVAL", "WORKER_HEARTBEAT_INTERVAL",
        "JOB_TIMEOUT_MULTIPLIER", "MAX_WORKER_HEARTBEAT_AGE",
    }  # fmt: skip
    assert {one.name for one in foreign.FOREIGN if one.program == foreign.SPACK} == six
    assert all(one.name.startswith(environment.FOREIGN) for one in foreign.FOREIGN), "nobody would look for it"
    assert all(one.key in BY_NAME if one.key else one.note for one in foreign.FOREIGN)
    given = {one.name: "1" for one in foreign.FOREIGN}
    assert {one.variable for one in foreign.heard(given)} == set(given)


def test_what_became_of_a_foreign_variable_is_told():
    """One that means nothing here, one that cannot be read, one that another comes before: each says so."""
    given = {"WORKER_CHECK_INTERVAL": "10", "JOB_TIMEOUT_MULTIPLIER": "often", "EXECUTR_JOB_RETENTION": "1h"}
    told = {one.variable: one.fate for one in foreign.heard({**given, "JOBYARD_RETENTION": "2h"})}
    assert "woken" in told["WORKER_CHECK_INTERVAL"]
    assert told["JOB_TIMEOUT_MULTIPLIER"].startswith("is left out: ")
    assert told["EXECUTR_JOB_RETENTION"] == "JOBYARD_RETENTION comes before it"
    assert settings.load(environ=given).time_limit_factor == 2.0


# -- cheap, and never without the last good -------------------------------------------------------------


def test_a_yard_without_a_file_imports_no_yaml(home: Path):
    """Start-up: neither yaml, jsonschema nor watchfiles is imported where there is no file, or none that is new."""
    assert imported(home) & {"yaml", "jsonschema", "watchfiles", "hashlib"} == set()
    write(home, "kill_grace: 9s\n")
    age(home)
    settings.read(home)
    assert imported(home) & {"yaml", "jsonschema", "watchfiles"} == set()


def imported(home: Path) -> set[str]:
    code = (
        "import sys; from pathlib import Path; from jobyard.core import settings; "
        f"settings.read(Path({str(home)!r})); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def age(home: Path) -> None:
    """The file was written a while ago, as far as the cache can tell."""
    cache.RECENT, before = -1e9, cache.RECENT
    try:
        settings.read(home)
    finally:
        cache.RECENT = before


def test_the_cache_is_not_believed_after_an_edit(home: Path):
    """An edit is seen however often the file was read before; the same size in the same moment as well."""
    for number in range(200):
        write(home, f"kill_grace: {number % 10}s\n")
        assert settings.read(home).settings.kill_grace == number % 10


@pytest.mark.parametrize("junk", ["", "{", "[]", '{"mark":[1]}', '{"mark":[],"values":{"x":[1,2]},"queues":[]}', "\0"])
def test_a_spoilt_cache_is_read_past(home: Path, junk: str):
    """What is in run/settings.json is never a reason to fail."""
    write(home, "kill_grace: 9s\n")
    cache.path(home).write_text(junk)
    assert settings.read(home).settings.kill_grace == 9.0


def test_a_broken_file_leaves_what_it_said_before(home: Path):
    """The last good version holds, and the first mistake is told with its line."""
    write(home, "kill_grace: 9s\n")
    settings.read(home)
    write(home, "kill_grace: 7s\nqueues:\n  gpu: {slotz: 2}\n")
    loaded = settings.read(home)
    assert loaded.settings.kill_grace == 9.0
    assert loaded.trouble().startswith("jobyard.yml, line 3: `slotz` is no key of a queue. Did you mean slots?")
    (home / settings.FILE).unlink()
    assert settings.read(home).settings.kill_grace == 5.0


@pytest.mark.parametrize("what", ["folder", "fifo", "loop"])
def test_a_file_that_is_none_is_told(home: Path, what: str):
    """A folder, a pipe or a link to itself in its place is a problem, and nobody waits for it."""
    import os

    path = home / settings.FILE
    {"folder": lambda: path.mkdir(), "fifo": lambda: os.mkfifo(path), "loop": lambda: path.symlink_to(path)}[what]()
    loaded = settings.read(home)
    assert loaded.problems
    assert loaded.settings == settings.Settings()
