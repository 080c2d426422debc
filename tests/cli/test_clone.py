"""``jobyard clone`` with options and a command: the same job once more, but for what is said."""

from __future__ import annotations

import pytest

from jobyard.core.errors import BadInput
from jobyard.core.models import Dependency, JobSpec
from jobyard.core.yard import Yard
from tests.cli.conftest import Call


@pytest.fixture
def fit(call: Call) -> str:
    """A job with something in every place."""
    words = "-n fit -p 3 --time-limit 10m --retries 2 --idempotent --cpus 1 --mem 1M --env A=1 --env B=2 --cwd /tmp"
    return call("submit", *words.split(), "--", "python3", "fit.py").id


def test_what_is_said_is_otherwise_and_nothing_else(call: Call, fit: str) -> None:
    """Command, name and limit change; priority, retries, folder and resources stay."""
    copy = call("show", call("clone", fit, "-n", "fit2", "--time-limit", "2h", "--", "true", "--x").id, "--json").json
    old = call("show", fit, "--json").json
    assert (copy["name"], copy["time_limit"], copy["command"]) == ("fit2", 7200.0, ["true", "--x"])
    for key in ("priority", "retries", "resources", "queue", "retry_delay"):
        assert copy[key] == old[key], key


def test_needs_and_environment_are_laid_over_what_it_had(call: Call, fit: str) -> None:
    """One need goes, one is added, one stays; of two variables one is another."""
    copy = call("clone", fit, "--need", "cpus=0", "--need", "gpus=0", "--env", "B=3").id
    assert call("show", copy, "--json").json["resources"] == {"mem": 1 << 20}
    with Yard.open() as yard:
        env = yard.wish(copy).env
    assert (env["A"], env["B"]) == ("1", "3")


def test_what_had_a_limit_may_have_none(call: Call, fit: str) -> None:
    """--time-limit none, --not-idempotent, an empty name."""
    copy = call("clone", fit, "--time-limit", "none", "--not-idempotent", "--name", "").id
    with Yard.open() as yard:
        spec = yard.wish(copy)
    assert (spec.time_limit, spec.idempotent, spec.name) == (None, False, "")


def test_a_copy_may_wait(call: Call, fit: str) -> None:
    """--after is the copy's own wish."""
    copy = call("clone", fit, "--after", fit).id
    assert [edge["id"] for edge in call("show", copy, "--json").json["depends_on"]] == [fit]


def test_an_element_keeps_its_index_and_an_array_its_names(call: Call) -> None:
    """Queue and command of a whole array may be others, filled in with each index; its name may not."""
    call("queue", "create", "other")
    call("submit", "-n", "scan", "--array", "1-3", "--", "echo", "{i}")
    assert call("clone", "scan[2]", "-p", "5").code == 0
    assert call("clone", "scan", "-q", "other").code == 0
    again = call("clone", "1[]", "--", "echo", "again {i:02}").out.strip()
    with Yard.open() as yard:
        array = yard.array(again)
        assert array is not None
        assert array.command == "echo 'again {i:02}'"
        commands = [yard.wish(row).fields["command"] for row in yard.resolve([again])]
        assert commands == [["echo", f"again 0{index}"] for index in (1, 2, 3)]
    refused = call("clone", "1[]", "-n", "other")
    assert refused.code == 2
    assert "Each element has its own" in refused.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--"], "There is no command behind --"),
        (["-q", "nowhere"], "There is no queue nowhere"),
        (["--name", "17"], "It looks like the number of a job"),
        (["--need", "laser"], 'There is no resource "laser"'),
        (["--after", "nobody"], "There is no job nobody"),
    ],
)
def test_what_is_refused(call: Call, fit: str, words: list[str], told: str) -> None:
    """As at submit: what, why, what to do; and no job is made."""
    answer = call("clone", fit, *words)
    assert (answer.code, answer.out) == (2, "")
    assert told in answer.err
    assert len(call("list", "--json").json) == 1


def test_a_rehearsal_tells_every_mistake_by_its_key(yard_home: object) -> None:
    """What a submit would refuse is told at once, and nothing is stored."""
    with Yard.open() as yard:
        yard.submit(JobSpec({"command": ["true"]}, unique="nightly"))
        yard.resources()  # what the host has is stored when it is first looked at
        version = yard.changes(-1).version
        parents = (Dependency("nobody"), Dependency("last"))
        bad = JobSpec(
            {"command": []}, name="17", queue="nowhere", dependencies=parents, needs={"laser": 1}, array="3-1"
        )
        found = yard.submit_check(bad)
        assert [one.key for one in found] == ["command", "name", "queue", "after", "needs", "array"]
        assert [one.key for one in yard.submit_check(JobSpec({"command": ["true"]}, unique="nightly"))] == ["unique"]
        assert yard.submit_check(JobSpec({"command": ["true"]}, needs={"cpus": 1})) == ()
        assert yard.changes(-1).version == version


def test_a_circle_is_seen_before_it_is_asked_for(yard_home: object) -> None:
    """The rehearsal of a dependency raises what the command would, and changes nothing."""
    with Yard.open() as yard:
        first = yard.submit(JobSpec({"command": ["true"]}, name="first")).id
        yard.submit(JobSpec({"command": ["true"]}, name="second", dependencies=(Dependency(first),)))
        version = yard.changes(-1).version
        yard.after_check("second", ["first"])
        with pytest.raises(BadInput, match="wait for each other"):
            yard.after_check("first", ["second"])
        with pytest.raises(BadInput, match="cannot wait for itself"):
            yard.after_check("first", ["first"])
        assert yard.changes(-1).version == version
