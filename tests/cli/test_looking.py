"""``list``, ``show``, ``why``, ``wait``, ``failed``: what people read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import Call


def ids(call: Call, *words: object) -> list[str]:
    return [job["id"] for job in call("list", "--json", *words).json]


def test_the_order_is_the_order_in_which_they_run(call: Call):
    """Higher priorities first, then as submitted."""
    a, b, c = (call("submit", "-p", p, "--", "true").id for p in (0, 5, 0))
    assert ids(call) == [b, a, c]


def test_filters_narrow(call: Call):
    """Words, states, queues and users each narrow the list; aliases of states are understood."""
    call("queue", "create", "gpu")
    a = call("submit", "-n", "alpha", "--", "true").id
    b = call("submit", "-n", "beta", "-q", "gpu", "--", "true").id
    call("cancel", a)
    assert ids(call, "alpha") == [a]
    assert ids(call, "beta", "gpu") == [b]
    assert ids(call, "beta", "alpha") == []
    assert ids(call, "--state", "canceled,failed") == [a]
    assert ids(call, "--state", "queued") == [b]
    assert ids(call, "--queue", "gpu") == [b]
    assert ids(call, "--user", "nobody-of-this-name") == []


def test_the_limit_cuts_and_says_so(call: Call):
    """What is cut off is told on stderr; ``--all`` has no limit."""
    for _ in range(3):
        call("submit", "--", "true")
    result = call("list", "--limit", 2)
    assert len(result.out.splitlines()) == 3
    assert "more than 2" in result.err
    assert len(ids(call, "--all")) == 3


def test_an_empty_list_says_so(call: Call):
    """Nothing on stdout, a word on stderr, exit 0; JSON is an empty array."""
    result = call("list")
    assert (result.code, result.out) == (0, "")
    assert result.err.startswith("jobyard: ")
    assert call("list", "--json").json == []


def test_nothing_is_cut_off_on_a_pipe(call: Call):
    """A long command is whole where there is no terminal, and shortened to COLUMNS where that is set."""
    call("submit", "--", "echo", "x" * 300)
    assert "x" * 300 in call("list").out


def test_tables_fit_the_columns(call: Call, monkeypatch: pytest.MonkeyPatch):
    """With COLUMNS=80 no line is longer."""
    call("submit", "-n", "wide " * 10, "--", "echo", "x" * 300)
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, call("list").out.splitlines())) <= 80


def test_no_colour_on_a_pipe(call: Call):
    """Escape sequences are for terminals only."""
    call("submit", "--", "true")
    assert "\x1b" not in call("list").out + call("queue", "list").out + call("show", "last").out


def test_state_is_glyph_and_word(call: Call, work: Callable[[], None]):
    """Colour is never needed to tell a state."""
    call("submit", "-n", "good", "--", "true")
    call("submit", "-n", "bad", "--", "false")
    call("submit", "-n", "kept", "--hold", "--", "true")
    work()
    printed = call("list").out
    assert "✓ completed" in printed
    assert "✗ failed" in printed
    assert "◌ held" in printed


def test_why_of_a_job_that_does_not_wait(call: Call, work: Callable[[], None]):
    """Of an ended job it says how it ended."""
    call("submit", "--", "sh", "-c", "exit 3")
    work()
    assert "failed" in call("why", "last").out
    assert "exit code 3" in call("why", "last").out


def test_why_names_every_job_that_is_waited_for(call: Call):
    """Each parent stands in a line of its own."""
    parents = [call("submit", "-n", f"p{number}", "--hold", "--", "true").id for number in range(3)]
    call("submit", "--after", ",".join(parents), "--", "true")
    printed = call("why", "last").out
    assert all(any(parent in line for line in printed.splitlines()) for parent in parents)


def test_wait_takes_the_first_failure(call: Call, work: Callable[[], None]):
    """Of several jobs the first that did not complete decides the code."""
    good = call("submit", "--", "true").id
    bad = call("submit", "--", "sh", "-c", "exit 9").id
    worse = call("submit", "--", "sh", "-c", "exit 10").id
    work()
    assert call("wait", good).code == 0
    assert call("wait", good, bad, worse).code == 9


def test_wait_for_what_has_no_code_is_125(call: Call):
    """Cancelled and skipped jobs never had an exit code."""
    parent = call("submit", "-n", "parent", "--", "true").id
    child = call("submit", "--after", "parent", "--", "true").id
    call("cancel", parent)
    assert call("wait", parent).code == 125
    assert call("wait", child).code == 125


def test_wait_may_give_up(call: Call):
    """After ``--timeout`` exit 124, and the job is what it was."""
    job = call("submit", "--hold", "--", "true").id
    assert call("wait", job, "--timeout", "50ms").code == 124
    assert call("show", job, "--json").json["state"] == "pending"


def test_failed_says_why(call: Call, work: Callable[[], None]):
    """The list of failures has the most telling line of the output."""
    call(
        "submit", "-n", "build", "--", "sh", "-c", "echo fine; echo 'error: no such header' >&2; echo done >&2; exit 2"
    )
    work()
    printed = call("failed").out
    assert "exit code 2" in printed
    assert "error: no such header" in printed


def test_no_failure(call: Call):
    """Nothing failed: said so, exit 0."""
    assert call("failed").code == 0


def test_a_reader_that_leaves_is_no_error(process: Call):
    """``jobyard list | head`` ends quietly."""
    import subprocess

    from tests.cli.conftest import command

    process("submit", "--", "true")
    listing = subprocess.Popen(command("list"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert listing.stdout is not None
    listing.stdout.close()
    _, err = listing.communicate(timeout=30)
    assert (listing.returncode, err) == (0, b"")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-"])
def test_closed_streams_are_no_error(process: Call, closed: str):
    """A daemon's child may have no stdin, stdout or stderr at all."""
    import shlex
    import subprocess

    from tests.cli.conftest import command

    process("submit", "--", "true")
    line = " ".join(shlex.quote(str(word)) for word in command("list"))
    assert subprocess.run(["sh", "-c", f"{line} {closed}"], capture_output=True, timeout=30).returncode == 0
