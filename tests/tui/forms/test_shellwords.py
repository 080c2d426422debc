"""A line of the form is read as a shell reads it, or given to one."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.errors import BadInput
from jobyard.core.yard import shell_join
from jobyard.tui.forms.shellwords import command, split

WORDS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8), min_size=1)


@given(WORDS)
def test_what_is_joined_is_read_back(words: list[str]) -> None:
    """Whatever words there are, as the app writes them they are read as the same words, and need no shell."""
    assert split(shell_join(words)) == words
    if words[0] and "=" not in words[0]:
        assert command(shell_join(words)) == (tuple(words), False)


@given(st.lists(st.text("ab '\"\\,;x", max_size=6)))
def test_it_agrees_with_shlex(words: list[str]) -> None:
    """On quotes and backslashes."""
    line = " ".join(words)
    try:
        wanted = shlex.split(line, posix=True)
    except ValueError:
        with pytest.raises(BadInput):
            split(line)
        return
    assert split(line) == wanted


@pytest.mark.parametrize("words", [["a b", "it's", ""], ["\x1b[0m", "\n", "é\t", "\x01" + "7"], ["$HOME", "*", "~"]])
def test_bash_reads_the_same(words: list[str]) -> None:
    """What the app copies, a shell takes for the same words."""
    script = f"printf '%s\\0' {shell_join(words)}"
    told = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.decode()
    assert told.split("\0")[:-1] == words == split(shell_join(words))


@pytest.mark.parametrize(
    "line",
    [
        "a | b",
        "a > f",
        "a; b",
        "a && b",
        "echo $HOME",
        'echo "$HOME"',
        "ls *.py",
        "ls ~/x",
        "A=1 b",
        "a `b`",
        "a\nb",
        "# x",
    ],
)
def test_what_needs_a_shell_is_given_to_one(line: str) -> None:
    """Whole, as sh -c LINE."""
    assert command(line) == (("sh", "-c", line), True)


@pytest.mark.parametrize("line", ["echo '$HOME'", r"echo \$HOME", "echo 'a|b'", "echo a#b a~b {i} x=1", 'echo "it\'s"'])
def test_what_is_quoted_needs_none(line: str) -> None:
    """The words are what the quotes hold."""
    found = command(line)
    assert not found.shell
    assert list(found.words) == shlex.split(line)


@pytest.mark.parametrize("line", ["'", 'a "b', "a $'b", "a \\"])
def test_a_quote_that_does_not_end(line: str) -> None:
    """It is refused with the place where it begins."""
    with pytest.raises(BadInput, match="A quote does not end"):
        command(line)
