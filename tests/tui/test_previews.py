"""What a question says before it is answered: counts, the first few, whether undo can take it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core.models import CancelPreview, CascadePreview, Change
from jobyard.core.states import State
from jobyard.tui import previews
from tests.tui.fake_yard import FakeYard


@pytest.mark.parametrize(
    ("preview", "said", "undo"),
    [
        (
            CancelPreview(3, 41, 0, 12),
            "This cancels 3 running and 41 pending; 12 more will be skipped.",
            "Those that run are stopped with all they started, for good. u takes back the 41 pending.",
        ),
        (CancelPreview(0, 2, 0, 0), "This cancels 2 pending.", "u takes it back."),
        (
            CancelPreview(1, 0, 5, 0),
            "This cancels 1 running.",
            "The running one is stopped with all it started, for good.",
        ),
    ],
)
def test_a_cancel_is_counted(preview: CancelPreview, said: str, undo: str) -> None:
    """In one sentence, and another on what cannot be undone."""
    question = previews.cancel(None, preview, [], [])
    assert question.body[0] == said
    assert question.body[-1] == undo
    assert ("5 others ended already and stay so." in question.body) is (preview.ended == 5)


def test_the_first_few_are_named(fake: FakeYard) -> None:
    """Those that go on before those that ended; how many more there are; no command line of many."""
    found = {row: fake.make(row) for row in (1, 21, 22, 33, 34)}
    some = previews.first(found, [1, 21, 22, 33, 34])
    assert [job.state for job in some] == [State.RUNNING] * 2 + [State.PENDING] * 2 + [State.COMPLETED]
    lines = previews.names(some, 1000)
    assert lines[0].startswith("● running  align-033")
    assert lines[-1] == "and 997 jobs more"
    assert previews.command_line("cancel", ["a", "b"]) == "jobyard cancel a b"
    assert previews.command_line("cancel", list("abcdefg")) == ""


def test_what_a_requeue_leaves_is_told_by_reason() -> None:
    """A line for each."""
    change = Change(
        "requeue", ("a",), (("b", "it is running"), ("c", "it is running"), ("d", "its key is taken")), ("e",)
    )
    body = previews.requeue(change, [], []).body
    assert "1 ended job will run again, as the next attempt." in body
    assert "1 other skipped because of them will wait again." in body
    assert "2 jobs stay: they are running." in body
    assert "1 job stays: its key is taken." in body


def test_what_will_happen_is_named_and_counted(fake: FakeYard) -> None:
    """Jobs that have ended are not among those that a cancel names and counts; an element has its index."""
    element = fake.make(33)._replace(name="scan", array_id=30, array_index=3)
    some = [element, fake.make(34), fake.make(35), fake.make(21), fake.make(1)]
    question = previews.cancel(None, CancelPreview(3, 1, 1, 0), some, ["JOB-20261122-00030[0-4]"])
    assert question.title == "Cancel 4 jobs?"
    assert "and 1 job more" in question.body
    assert any("scan[3]" in line for line in question.body)
    assert not any("completed" in line for line in question.body)
    assert question.line == "jobyard cancel 'JOB-20261122-00030[0-4]'"
    change = Change("requeue", ("a",), (("b", "it is running"),))
    assert sum(fake.make(1).id in line for line in previews.requeue(change, [fake.make(1)], []).body) == 1


def test_a_cascade_says_who_follows_anyway(fake: FakeYard) -> None:
    """Dependants that wait already."""
    question = previews.cascade(1, CascadePreview((1, 2), (fake.make(1),), (), 7), ["x"])
    assert question.title == "Requeue 1 job with 2 dependants?"
    assert "and 1 job more" in question.body
    assert "7 others waiting already will follow." in question.body
    assert question.line == "jobyard requeue --cascade x"


def test_the_end_of_a_queue_counts_what_waits(tmp_path: Path) -> None:
    """And what runs."""
    queue = FakeYard(tmp_path).queues()[0]
    question = previews.end_queue(queue, queue.name)
    assert "4 jobs waiting there will not start." in question.body
    assert "1 job running there goes on." in question.body
    assert previews.end_session("lab", [queue, queue]).title == "End the session lab with 2 queues?"
