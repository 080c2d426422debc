"""Each key that commands jobs and queues: what is asked, what the yard is told, what is said afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core.errors import WrongState
from jobyard.core.models import Change, JobSpec
from jobyard.core.states import State
from jobyard.core.yard import Yard
from jobyard.tui.toasts import told
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import FakeYard

PENDING, ENDED = "jjj", "G"  # keys to the first pending job (21), to the last ended one (1)


def calls(fake: FakeYard, verb: str) -> list[tuple[object, ...]]:
    return [call for call in fake.calls if call[0] == verb]


async def test_cancel_of_a_pending_job(fake: FakeYard) -> None:
    """c on a pending job cancels it without a question and says so."""
    async with opened(fake) as app:
        await app.press(*PENDING, "c")
        await app.said("Cancelled JOB-20261122-00021")
        assert calls(fake, "cancel") == [("cancel", (21,), "cancelled", pytest.approx(1_795_300_000))]


async def test_cancel_of_a_pending_job_that_others_wait_for(fake: FakeYard) -> None:
    """c on it asks, with the count of those that would be skipped; Escape leaves it, Enter cancels it."""
    fake.skips = 3
    async with opened(fake) as app:
        await app.press(*PENDING, "c")
        await app.shown("Cancel this pending job, and skip 3 others?")
        await app.shown("3 jobs that wait for it will be skipped.")
        await app.press("escape")
        assert not calls(fake, "cancel")
        await app.press("c")
        await app.shown("$ jobyard cancel --pending JOB-20261122-00021")
        await app.press("enter")
        await app.said("Cancelled JOB-20261122-00021 (rabi-021)")


def test_what_became_of_others() -> None:
    """A toast names the job and says what the others are now; names are shown as data."""
    change = Change("cancel", ("JOB-1",), also=("JOB-2", "JOB-3", "JOB-4"))
    assert told("cancelled", change, names=("rabi",)) == (
        "Cancelled JOB-1 (rabi). 3 others are skipped.",
        "information",
    )
    change = Change("requeue", ("JOB-1", "JOB-2"), also=("JOB-3",))
    assert told("requeued", change, names=("", "a\x1b"))[0] == "Requeued JOB-1, JOB-2 (a␛). 1 other waits again."
    assert told("undid", Change("undo", ("JOB-1",), also=("JOB-2",)))[0].endswith("1 other changed with it.")


@pytest.mark.parametrize("key", ["plus", "minus", "H"])
async def test_marks_stay_for_the_next_press(fake: FakeYard, key: str) -> None:
    """+ - H may be wanted once more on the same jobs, so the second press means those of the first."""
    async with opened(fake) as app:
        await app.press(*PENDING, "space", "space", key)
        await app.said("JOB-20261122-00021 (rabi-021), JOB-20261122-00022 (ramsey-022).")
        assert app.table.marks == {21, 22}
        done = len(fake.calls)
        await app.press(key)
        await app.until(lambda: len(fake.calls) == 2 * done, "the second")
        assert [call[1] for call in fake.calls[:done]] == [call[1] for call in fake.calls[done:]]
        assert app.table.marks == {21, 22}


async def test_a_job_that_started_meanwhile_is_not_stopped_unasked(fake: FakeYard) -> None:
    """c on what is shown as pending leaves a job that runs by now: its stop would have been asked for."""
    async with opened(fake) as app:
        await app.press("j", "j", "j")
        fake.change(fake.make(21)._replace(state=State.RUNNING), ring=False)
        await app.press("c")
        await app.said("Left JOB-20261122-00021: it is running.")
        assert not calls(fake, "cancel")


async def test_one_that_starts_while_it_is_asked_about_is_not_stopped(fake: FakeYard) -> None:
    """The question was of pending jobs; Enter does not stop what runs by now."""
    async with opened(fake) as app:
        await app.press("j", "j", "j", "space", "space", "c")
        await app.shown("This cancels 2 pending")
        await app.shown("$ jobyard cancel --pending JOB-20261122-00021 JOB-20261122-00022")
        fake.change(fake.make(21)._replace(state=State.RUNNING), ring=False)
        await app.press("enter")
        await app.said("JOB-20261122-00021: it is running")
        assert not calls(fake, "cancel")


async def test_cancel_of_a_running_job_asks(fake: FakeYard) -> None:
    """c on a running job asks; Enter does it."""
    async with opened(fake) as app:
        await app.press("c")
        await app.shown("Cancel this running job?")
        await app.press("enter")
        await app.said("Cancelled JOB-20261122-00033")


@pytest.mark.parametrize("key", ["escape", "y", "c", "n", "q", "space", "ctrl+q"])
async def test_only_enter_says_yes(fake: FakeYard, key: str) -> None:
    """No letter answers a question; Escape leaves everything as it is."""
    async with opened(fake) as app:
        await app.press("c")
        await app.shown("Cancel this running job?")
        await app.press(key)
        if key != "escape":
            await app.shown("Cancel this running job?")
            await app.press("escape")
        await app.until(lambda: app.app.screen is app.app.jobs)
        assert not calls(fake, "cancel")


async def test_cancel_of_several_asks_with_the_count(fake: FakeYard) -> None:
    """Marked jobs are cancelled together after a question that counts them; the marks have served then."""
    async with opened(fake) as app:
        await app.press("j", "space", "space", "space", "c")
        await app.shown("Cancel 3 jobs?")
        await app.press("enter")
        await app.said("Cancelled 3 jobs.")
        assert calls(fake, "cancel")[0][1] == (21, 34, 35)
        await app.until(lambda: not app.table.marks)


async def test_the_question_counts_what_would_happen(fake: FakeYard) -> None:
    """Of all marked jobs only those that have not ended are counted; others that would be skipped are told."""
    fake.skips = 12
    async with opened(fake) as app:
        await app.press("asterisk")
        await app.until(lambda: app.table.marked_count == 35, "all marked")
        await app.press("c")
        await app.shown("Cancel 15 jobs?")
        await app.shown("This cancels 3 running and 12 pending; 12 more will be skipped.")
        await app.shown("20 others ended already and stay so.")
        await app.shown("align-033  JOB-20261122-00033")
        await app.shown("and 12 jobs more")
        await app.shown("Those that run are stopped with all they started, for good. u takes")
        await app.press("escape")


async def test_a_cancel_of_what_has_ended(fake: FakeYard) -> None:
    """There is nothing to ask."""
    async with opened(fake) as app:
        await app.press(ENDED, "k", "space", "space", "c")
        await app.said("all of these have ended")
        assert not fake.calls


async def test_undo_and_redo(fake: FakeYard) -> None:
    """u takes back the last change and U does it again; a word in the corner says what it was."""
    async with opened(fake) as app:
        await app.press("u")
        await app.said("Undid: cancel of 44 jobs by you 10s ago.")
        await app.press("U")
        await app.said("Redid: cancel of 44 jobs by you 10s ago.")
        assert fake.calls == [("undo",), ("redo",)]


async def test_an_undo_that_is_refused(fake: FakeYard) -> None:
    """Who changed it meanwhile is a word in the corner."""
    async with opened(fake) as app:
        fake.fail = WrongState("The cancel of 2 jobs by you 10s ago cannot be undone", "JOB-1: requeue by bob 2s ago")
        await app.press("u")
        await app.said("cannot be undone. JOB-1: requeue by bob 2s ago.")
        fake.fail = None


async def test_undo_on_a_real_yard(yard_home: Path) -> None:
    """A hold of the command line's is taken back by u of the app."""
    with Yard.open(yard_home) as yard:
        yard.submit(JobSpec({"command": ["true"]}, cwd="/"))
        yard.hold(["last"])
        async with opened(yard) as app:
            await app.press("u")
            await app.said("Undid: hold of JOB-")
            await app.until(lambda: not yard.job("last").held)


async def test_mark_all_that_the_filter_shows(fake: FakeYard) -> None:
    """* marks what the filter shows, and nothing else; again it unmarks."""
    async with opened(fake) as app:
        await app.press("slash", *"pending", "enter")
        await app.until(lambda: app.table.total == 12)
        await app.press("asterisk")
        await app.until(lambda: app.table.marks == set(range(21, 33)), "all marked")
        await app.shown("12 marked")
        await app.press("asterisk")
        await app.until(lambda: not app.table.marks, "none")


async def test_star_first_marks_all(fake: FakeYard) -> None:
    """With some marked it marks the rest, and only then unmarks."""
    async with opened(fake) as app:
        await app.press("space", "asterisk")
        await app.until(lambda: len(app.table.marks) == 35, "all")
        await app.press("asterisk")
        await app.until(lambda: not app.table.marks, "none")


async def test_a_range_is_commanded(fake: FakeYard) -> None:
    """v, movement and a command mean everything in between."""
    async with opened(fake) as app:
        await app.press(*PENDING, "v", "j", "j", "H")
        await app.until(lambda: calls(fake, "hold") == [("hold", (21, 22, 23), True)], "three held")


async def test_requeue(fake: FakeYard) -> None:
    """r runs an ended job again."""
    async with opened(fake) as app:
        await app.press(ENDED, "r")
        await app.said("Requeued JOB-20261122-00001")
        assert calls(fake, "requeue")[0][1] == (1,)


async def test_requeue_with_dependants_shows_them(fake: FakeYard) -> None:
    """R lists what would go along before it asks."""
    async with opened(fake) as app:
        await app.press(ENDED, "R")
        await app.shown("Requeue 1 job with 2 dependants?")
        await app.shown("JOB-20261122-00002")
        await app.press("enter")
        await app.until(lambda: calls(fake, "requeue --cascade"))


async def test_hold_and_release(fake: FakeYard) -> None:
    """H holds a pending job, and releases a held one; the footer says which."""
    async with opened(fake) as app:
        await app.press(*PENDING)
        await app.shown("H hold")
        await app.press("H")
        await app.said("Held JOB-20261122-00021")
        await app.shown("H release")
        await app.press("H")
        await app.said("Released JOB-20261122-00021")


@pytest.mark.parametrize(("key", "delta"), [("plus", 1), ("minus", -1)])
async def test_priority_by_one(fake: FakeYard, key: str, delta: int) -> None:
    """+ and - change the priority by one."""
    async with opened(fake) as app:
        await app.press(*PENDING, key)
        await app.until(lambda: calls(fake, "priority_by") == [("priority_by", (21,), delta)])


async def test_priority_is_set(fake: FakeYard) -> None:
    """p asks for a number."""
    async with opened(fake) as app:
        await app.press(*PENDING, "p")
        await app.shown("Priority of 1 job")
        await app.press(*"17", "enter")
        await app.until(lambda: calls(fake, "priority") == [("priority", (21,), 17)])


async def test_a_priority_that_is_none(fake: FakeYard) -> None:
    """What is neither a number nor a word for one is refused with what to give instead."""
    async with opened(fake) as app:
        await app.press(*PENDING, "p", *"high!", "enter")
        await app.said('The priority "high!" cannot be used. A priority is an integer')
        assert not calls(fake, "priority")


@pytest.mark.parametrize(
    ("text", "call"),
    [("high", ("priority", (21,), 10)), ("+3", ("priority_by", (21,), 3)), ("-3", ("priority", (21,), -3))],
)
async def test_priority_in_the_words_of_the_command_line(fake: FakeYard, text: str, call: tuple[object, ...]) -> None:
    """A word stands for a number; with a plus sign it is added; a minus sets a negative one."""
    async with opened(fake) as app:
        await app.press(*PENDING, "p")
        await app.shown("Priority of 1 job")
        await app.press(*text, "enter")
        await app.until(lambda: call in fake.calls)


async def test_requeue_of_several_counts(fake: FakeYard) -> None:
    """How many run again, how many stay as they are and why, the first few, what undo can do, the command line."""
    async with opened(fake) as app:
        await app.press("space", *"jj", "space", "G", "space", "r")
        await app.shown("Requeue 1 job?")
        await app.shown("1 ended job will run again, as the next attempt.")
        await app.shown("1 job stays: it is running.")
        await app.shown("1 job stays: it is pending.")
        await app.shown("u takes back those that have not started.")
        await app.shown("$ jobyard requeue JOB-20261122-00001 JOB-20261122-00021")
        await app.press("enter")
        await app.until(lambda: calls(fake, "requeue"))


async def test_a_requeue_of_nothing_that_ended(fake: FakeYard) -> None:
    """There is nothing to ask."""
    async with opened(fake) as app:
        await app.press("space", "space", "r")
        await app.said("requeue: none of these can run again. 2 jobs stay: they are running.")


async def test_the_question_shows_the_command_line(fake: FakeYard) -> None:
    """Of one or a few jobs."""
    async with opened(fake) as app:
        await app.press("c")
        await app.shown("$ jobyard cancel JOB-20261122-00033")
        await app.shown("u cannot start it again where it was")
        await app.press("escape", "P")
        await app.shown("$ jobyard queue pause default")


@pytest.mark.parametrize(
    ("key", "asked"), [("H", "Hold"), ("plus", "Raise the priority of"), ("T", "Move to the top:")]
)
async def test_more_than_a_thousand_are_asked_for(tmp_path: Path, key: str, asked: str) -> None:
    """Even where undo can take it back."""
    fake = FakeYard(tmp_path, pending=1100)
    async with opened(fake) as app:
        await app.press("asterisk")
        await app.until(lambda: app.table.marked_count == 1123, "all marked")
        await app.press(key)
        await app.shown(f"{asked} 1,123 jobs?")
        await app.press("escape")
        await app.until(lambda: app.app.screen is app.app.jobs)
        assert not fake.calls


async def test_a_folded_line_is_asked_for(fake: FakeYard) -> None:
    """A key on the line of an array means all of it, and asks with the count."""
    fake.make_array(21, 24)
    async with opened(fake) as app:
        await app.press(*PENDING)
        assert app.table.selected.fold is not None
        await app.press("H")
        await app.shown("Hold 4 jobs?")
        await app.shown("All of the array")
        await app.press("enter")
        await app.until(lambda: calls(fake, "hold") == [("hold", (21, 22, 23, 24), True)])


async def test_pause_and_resume_the_queue(fake: FakeYard) -> None:
    """P asks, names the queue of the job, pauses it; the list of queues says so; again it resumes."""
    async with opened(fake) as app:
        await app.press("P")
        await app.shown("Pause the queue default?")
        await app.press("enter")
        await app.said("Paused the queue default.")
        await app.shown("‖ default")
        await app.press("P")
        await app.shown("Resume the queue default?")
        await app.shown("4 jobs pending there: what is not held, not for later and waits for")
        await app.press("enter")
        await app.said("Resumed the queue default.")


async def test_what_is_refused_is_told(fake: FakeYard) -> None:
    """An error of the yard is a word in the corner: what, why, what to do."""
    async with opened(fake) as app:
        fake.fail = WrongState("JOB-1 cannot be held", "it runs", "Cancel it")
        await app.press(*PENDING, "H")
        await app.said("JOB-1 cannot be held. It runs. Cancel it.")
        fake.fail = None


@pytest.mark.parametrize(
    ("keys", "label", "state"),
    [("r", "requeue", "running"), ("H", "hold", "running"), (ENDED + "c", "cancel", "completed")],
)
async def test_what_is_not_possible_says_so(fake: FakeYard, keys: str, label: str, state: str) -> None:
    """A key whose action is not possible for the job does nothing but say so."""
    async with opened(fake) as app:
        await app.press(*keys)
        await app.said(f"{label}: not for a {state} job")
        assert not fake.calls


async def test_read_only_changes_nothing(fake: FakeYard) -> None:
    """--read-only: every changing key is refused, the header says why, no worker starts."""
    async with opened(fake, read_only=True, worker=True) as app:
        await app.press(*PENDING, "c", "H", "p", "plus", "P", "D", "u", "U")
        await app.said("this app is read-only")
        assert not fake.calls
        await app.shown("read-only")


async def test_escape_goes_from_within_outwards(fake: FakeYard) -> None:
    """Escape drops the range first, then the marks, then the filter."""
    async with opened(fake) as app:
        await app.press("slash", *"pending", "enter", "space", "v", "j")
        table = app.table
        assert table.range_start is not None
        await app.press("escape")
        assert table.range_start is None
        assert table.marks
        await app.press("escape")
        assert not table.marks
        assert app.app.jobs.filter_text == "pending"
        await app.press("escape")
        assert app.app.jobs.filter_text == ""


async def _copy(app: Driver, *keys: str) -> str:
    await app.press("y")
    await app.shown("command line")
    await app.press(*keys, "enter")
    await app.said("Copied the")
    return app.app.clipboard


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ((), "JOB-20261122-00033"),
        (("down",), "python3 align.py --shots 1000 --qubit 9"),
        (("down", "down"), "/log"),
    ],
)
async def test_copying(fake: FakeYard, keys: tuple[str, ...], text: str) -> None:
    """y offers id, command line and log path, and copies the chosen one."""
    fake.logs[33] = fake.home / "log"
    async with opened(fake) as app:
        assert (await _copy(app, *keys)).endswith(text)


async def test_no_log_to_copy(fake: FakeYard) -> None:
    """The log's path of a job that never started: there is none, and it says so."""
    async with opened(fake) as app:
        await app.press(*PENDING, "y")
        await app.shown("command line")
        await app.press("down", "down", "enter")
        await app.said("There is no log yet")


async def test_a_stopping_job_is_told_in_a_word(fake: FakeYard) -> None:
    """A running job that was asked to stop is shown as stopping."""
    fake.override[33] = fake.make(33)._replace(stopping=True)
    async with opened(fake) as app:
        await app.shown("● stopping")
