"""Bad inputs, a few: `make soak` tries thousands. And that the trial itself would notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import bad_inputs
from tests.running.bad_inputs import Case, judged
from tests.running.badkit import lines
from tests.running.badkit.stage import Answer


def test_a_few_hundred_bad_inputs_end_in_an_error_line() -> None:
    """No traceback, no hang, no odd exit code, nothing raw on the terminal; the store is sound."""
    found = [each for block in bad_inputs.run(7, list(bad_inputs.blocks(400)), 1) for each in block]
    assert [f"{each.number}: {each.what}\n{each.case}" for each in found] == []


def test_the_same_seed_tries_the_same() -> None:
    """What was found once is found again."""
    assert [bad_inputs.case(3, n) for n in range(50)] == [bad_inputs.case(3, n) for n in range(50)]
    assert bad_inputs.case(3, 1) != bad_inputs.case(4, 1)


def test_every_command_is_tried() -> None:
    """All of the table, those of families too, so that a new command needs no new trial."""
    words = {words for words, _ in lines.commands()}
    assert {(name,) for name in lines.families()} <= words
    assert {("queue", "set"), ("worker", "start"), ("session", "end"), ()} <= words
    tried = {tuple(case.argv[:1]) for case in (bad_inputs.case(1, n) for n in range(3000))}
    assert {(name,) for name in lines.families()} <= tried


@pytest.mark.parametrize(
    ("argv", "answer", "what"),
    [
        (["list"], Answer(1, "", "Traceback (most recent call last):\n"), "nobody expected"),
        (["list"], Answer(1, "", "jobyard: Something. This is a mistake in jobyard.\n"), "nobody expected"),
        (["list"], Answer(7, "", ""), "exit code 7"),
        (["list"], Answer(None, "", "", "it took longer than 5 s"), "longer"),
        (["list"], Answer(2, "", ""), "exactly one line"),
        (["list"], Answer(2, "", "jobyard: a.\njobyard: b.\n"), "exactly one line"),
        (["list"], Answer(2, "x\n", "jobyard: a.\n"), "exactly one line"),
        (["list"], Answer(1, "", "something else\n"), "begin with our name"),
        (["list"], Answer(0, "\x1b[31m\n", ""), "control character"),
        (["list", "--json"], Answer(0, "[NaN]\n", ""), "no JSON"),
        (["list", "--json"], Answer(0, "[1\n", ""), "no JSON"),
    ],
)
def test_what_is_wrong_is_noticed(argv: list[str], answer: Answer, what: str) -> None:
    """Each kind of wrong answer has its complaint."""
    assert any(what in told for told in judged(Case(0, argv), answer))


def test_a_right_answer_is_left_alone() -> None:
    """An error line with exit 2 is what is wanted."""
    assert list(judged(Case(0, ["list"]), Answer(2, "", "jobyard: There is no queue x.\n"))) == []


def test_nothing_gets_out_of_the_stage(tmp_path: Path) -> None:
    """In the processes that try inputs no worker, keeper or program can be started."""
    answers = bad_inputs.calls(tmp_path, [["worker", "start"], ["--worker", "--once"], ["demo"]])
    assert ["Nothing is started here" in answer.err for answer in answers] == [True] * 3
