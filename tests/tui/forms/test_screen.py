"""Forms on the screen: what is typed, what is said of it, what Enter, Tab and Escape do."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual import events

from jobyard.core.errors import WrongState
from jobyard.core.models import JobSpec
from jobyard.core.yard import Yard
from jobyard.tui.cli.main import main
from jobyard.tui.forms import jobs, looking
from jobyard.tui.forms.shellwords import split
from jobyard.tui.widgets.entry import Entry
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import FakeYard


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    """Queues default, qick and spectra; the jobs rabi and fit."""
    with Yard.open(yard_home) as found:
        for name in ("qick", "spectra"):
            found.queue_create(name, slots=1)
        found.submit(JobSpec({"command": ["true"]}, name="rabi", queue="qick", cwd="/"))
        found.submit(JobSpec({"command": ["sleep", "9"]}, name="fit", needs={"cpus": 1}, time_limit=60.0, cwd="/"))
        yield found


def entry(app: Driver) -> Any:
    """The field that has the keys."""
    return app.app.focused


async def field(app: Driver, label: str) -> None:
    """Go to a field."""
    found = [one for one in app.app.screen.query(Entry) if one.field.label == label and one.display]
    assert found, f"there is no field {label}"
    found[0].focus()
    await app.until(lambda: entry(app) is found[0])


async def closed(app: Driver) -> None:
    await app.until(lambda: app.app.screen is app.app.jobs, "the form is gone")


async def test_a_job_is_made_as_its_line_says(yard: Yard) -> None:
    """The line that the form shows, given to a shell, makes the same job; the cursor goes to the new one."""
    async with opened(yard) as app:
        await app.press("a", *"python3 -c 'print(1)'")
        await field(app, "name")
        await app.press(*"new one", "down", *"high", "down", *"rabi", "down", *"90")
        await app.press("ctrl+o")
        await app.until(lambda: not app.app.screen.folded and entry(app).field.label == "after any")
        await field(app, "cpus")
        await app.press(*"1")
        line = app.app.screen.reading.line
        await app.press("enter")
        await closed(app)
        await app.said("Submitted JOB-")
        await app.until(lambda: app.table.selected.name == "new one")
    assert main(split(line)[1:]) == 0
    by_key, by_line = yard.wish(3), yard.wish(4)
    assert by_key == by_line
    assert (by_key.priority, by_key.time_limit, by_key.needs) == (10, 90.0, {"cpus": 1})
    assert [edge.name for edge in yard.job(3).depends_on] == ["rabi"]


async def test_the_queue_is_that_of_the_selected_job(yard: Yard) -> None:
    """And what the yard does not have is told under the field, with the nearest."""
    async with opened(yard) as app:
        row = yard.job("rabi").row
        app.app.jobs.go_to_job(row)
        await app.until(lambda: app.selected == row)
        await app.press("a", *"true", "tab", "tab")
        await field(app, "queue")
        assert entry(app).value == "qick"
        await app.press("end", *"k")
        await app.shown("✗ There is no queue qickk. The nearest is qick.")
        await app.press("down", "enter")
        await app.until(lambda: entry(app).field.label == "queue", "Enter goes to what is refused")
        await app.press("end", "backspace")
        await app.until(lambda: "There is no queue" not in app.text())


async def test_tab_takes_what_is_offered_once(yard: Yard) -> None:
    """Then it goes on; queues, jobs and programs alike."""
    async with opened(yard) as app:
        await app.press("a", "down", *"sp")
        await app.until(lambda: entry(app).offers == ("spectra",))
        await app.press("tab")
        assert (entry(app).field.key, entry(app).value) == ("queue", "spectra")
        await app.press("tab")
        assert entry(app).field.key == "name"
        await field(app, "after")
        await app.press(*"rabi, fi")
        await app.until(lambda: "rabi, fit" in entry(app).offers)
        await app.press("tab")
        assert entry(app).value == "rabi, fit"


async def test_tab_takes_what_stands_there_dimmed(yard: Yard) -> None:
    """The first job is offered with its name and state; a whole name is not made longer."""
    yard.submit(JobSpec({"command": ["true"]}, name="fit-2", cwd="/"))
    async with opened(yard) as app:
        await app.press("a")
        await field(app, "after")
        await app.press(*"JO")
        await app.until(lambda: entry(app).offers)
        first = entry(app).offers[0]
        await app.shown(f"{first}  rabi ○ pending")
        await app.press("tab")
        assert entry(app).value == first
        await app.press("ctrl+u", *"fit")
        await app.until(lambda: entry(app).offers == ("fit", "fit-2"))
        await app.press("tab")
        assert app.app.screen.texts["after"] == "fit"
        assert entry(app).field.label == "time limit"


async def test_enter_goes_to_the_first_field_that_is_wrong(yard: Yard) -> None:
    """What the yard says of one counts as much as what cannot be read; all of them are named."""
    async with opened(yard) as app:
        await app.press("a", *"true", "down", *"nowhere")
        await app.shown("There is no queue")
        await field(app, "time limit")
        await app.press(*"soon", "enter")
        await app.shown("✗ Nothing is done yet: queue, time limit cannot be used as they are.")
        assert entry(app).field.key == "queue"


async def test_what_the_host_has_not_is_told_under_its_own_field(yard: Yard) -> None:
    """Cores, memory and GPUs have fields of their own."""
    async with opened(yard) as app:
        await app.press("a", *"true", "ctrl+o")
        await field(app, "gpus")
        await app.press(*"99")
        await app.until(lambda: app.app.screen.notes.get("gpus"), "a word on the GPUs")
        assert app.app.screen.notes["gpus"].wrong
        await app.shown("✗ ")
        await app.press("enter")
        await app.shown("✗ Nothing is done yet: gpus cannot be used as it is.")
        assert entry(app).field.key == "gpus"


async def test_enter_goes_to_what_is_wrong(yard: Yard) -> None:
    """Nothing is submitted; a field that is folded away is shown."""
    async with opened(yard) as app:
        await app.press("a", "down", "enter")
        await app.shown("✗ There is no command to run.")
        assert entry(app).field.key == "command"
        await app.press(*"true", "ctrl+o")
        await field(app, "umask")
        await app.press(*"999", "enter")
        await app.shown("octal digits")
        assert entry(app).field.key == "umask"
        await app.press("escape", "a")
        await app.until(lambda: app.app.screen is not app.app.jobs)
        assert app.app.screen.folded
        await app.press("enter")
        await app.until(lambda: getattr(entry(app), "field", None) and entry(app).field.key == "umask")
    assert len(yard.list()) == 2


async def test_what_was_typed_is_kept_as_a_draft(yard: Yard) -> None:
    """Escape loses nothing; ctrl+r begins anew; what was submitted is no draft."""
    async with opened(yard) as app:
        await app.press("a", *"sleep 1", "escape", "a")
        await app.shown("This is your draft. ctrl+r begins anew.")
        assert entry(app).value == "sleep 1"
        await app.press("ctrl+r")
        assert entry(app).value == ""
        await app.press("escape", "a", *"true", "enter")
        await closed(app)
        await app.said("Submitted JOB-")
        await app.press("a")
        await app.shown("New job")
        assert entry(app).value == ""
        assert "draft" not in app.text()


async def test_a_refusal_leaves_the_form(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """What, why, what to do stand in the form, and nothing that was typed is lost."""
    async with opened(fake) as app:
        await app.press("a", *"true")
        monkeypatch.setattr(fake, "submit", refuse)
        await app.press("enter")
        await app.shown("✗ The queue has ended. It takes no more jobs. Choose another queue.")
        assert entry(app).value == "true"


async def test_leaving_while_it_is_under_way_loses_nothing(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Escape does not wait for a store that is locked; what becomes of it is told, and what was refused is a draft."""
    go, submit = threading.Event(), fake.submit
    monkeypatch.setattr(fake, "submit", lambda spec: (go.wait(20), refuse(spec)))
    async with opened(fake) as app:
        await app.press("a", *"true", "enter")
        await app.shown("It is under way")
        await app.press("escape")
        await closed(app)
        go.set()
        await app.said("The queue has ended. It takes no more jobs.")
        await app.press("a")
        await app.shown("This is your draft.")
        assert entry(app).value == "true"
        go.clear()
        monkeypatch.setattr(fake, "submit", lambda spec: go.wait(20) and submit(spec))
        await app.press("enter", "escape")
        await closed(app)
        go.set()
        await app.said("Submitted JOB-")
        await app.press("a")
        await app.shown("New job")
        assert "draft" not in app.text()


async def test_a_look_that_hangs_holds_no_submit(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent off does not wait for what is only looked at."""
    stuck = threading.Event()
    monkeypatch.setattr(jobs.looking, "odd", lambda spec: stuck.wait(20) and ())
    try:
        async with opened(yard) as app:
            await app.press("a", *"true", "enter")
            await app.said("Submitted JOB-")
            await closed(app)
    finally:
        stuck.set()


async def test_what_is_unexpected_leaves_the_form(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and Enter works again."""
    submit = fake.submit
    async with opened(fake) as app:
        monkeypatch.setattr(fake, "submit", lambda spec: 1 // 0)
        await app.press("a", *"true", "enter")
        await app.said("Something went wrong in jobyard")
        monkeypatch.setattr(fake, "submit", submit)
        await app.press("enter")
        await app.said("Submitted JOB-")


def refuse(spec: JobSpec) -> None:
    raise WrongState("The queue has ended", "it takes no more jobs", "choose another queue")


async def test_edit_and_resubmit_keeps_what_was_not_touched(yard: Yard) -> None:
    """The form holds the job; the new one differs in what was changed and is linked to the old one."""
    async with opened(yard) as app:
        row = yard.job("fit").row
        app.app.jobs.go_to_job(row)
        await app.until(lambda: app.selected == row)
        await app.press("E")
        await app.shown(f"New job like {yard.job('fit').id}")
        await field(app, "time limit")
        assert entry(app).value == "1m"
        await app.press(*"2h")
        await app.shown(f"$ jobyard clone {yard.job('fit').id} --time-limit 2h")
        await app.press("enter")
        await app.said("Submitted JOB-")
    old, new = yard.wish(2), yard.wish(3)
    assert new == old._replace(time_limit=7200.0)
    assert yard.job(3).cloned_from == yard.job(2).id


async def test_a_filter_that_hides_the_new_job_stays(yard: Yard) -> None:
    """The cursor stays too, and it is said."""
    async with opened(yard) as app:
        await app.press("slash", *"rabi", "enter")
        await app.until(lambda: app.table.total == 1)
        await app.press("a", *"sleep 1", "enter")
        await app.said("The filter hides the new job.")
        assert app.table.selected.name == "rabi"


async def test_the_line_is_copied(yard: Yard) -> None:
    """ctrl+y."""
    async with opened(yard) as app:
        await app.press("a", *"echo 'a b'", "ctrl+y")
        await app.shown("Copied the command line.")
        assert app.app.clipboard.endswith("-- echo 'a b'")


async def test_what_hangs_holds_no_key(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of a dead file system is looked at in a thread; typing, reading and Escape go on."""
    stuck = threading.Event()
    monkeypatch.setattr(jobs.looking, "odd", lambda spec: stuck.wait(20) and ())
    try:
        async with opened(yard) as app:
            await app.press("a", *"true", "down", "down", *"17")
            await app.shown("✗ The name")
            assert not stuck.is_set()
            await app.press("escape")
            await closed(app)
    finally:
        stuck.set()
    assert looking.odd is not None


async def test_what_a_groups_yard_means_is_told(fake: FakeYard) -> None:
    """After the first job, as on the command line."""
    fake.word = "Every member of the group may read it."
    async with opened(fake) as app:
        await app.press("a", *"true", "enter")
        await app.said("Submitted JOB-")
        await app.said(fake.word)


async def test_read_only_opens_no_form(fake: FakeYard) -> None:
    """a, E, S, e are refused in words."""
    async with opened(fake, read_only=True) as app:
        for key in ("a", "E", "S", "e"):
            await app.press(key)
            assert app.app.screen is app.app.jobs
        await app.said("this app is read-only")


@pytest.mark.parametrize("size", [(160, 50), (80, 24), (40, 10), (20, 5), (10, 3), (1, 1)])
async def test_a_form_lives_at_every_size(yard: Yard, size: tuple[int, int]) -> None:
    """The field that has the keys is in sight wherever there is a line for it, and the job is submitted."""
    async with opened(yard, size) as app:
        await app.press("a", *"true")
        await app.until(lambda: app.app.screen.reading.steps)
        if size[1] >= 5:
            await app.shown("true"[: max(0, size[0] - 14)] or "t")
            await app.press(*["down"] * 5)
            assert entry(app).field.key == "time_limit"
            assert entry(app).region in app.app.screen.region
            await app.press("ctrl+o")
            await app.until(lambda: not app.app.screen.folded)
        assert {cell_len(line) for line in app.lines()} == {size[0]}
        await app.press("enter")
        await closed(app)
    assert len(yard.list()) == 3


async def test_what_is_typed_stays_in_sight(yard: Yard) -> None:
    """Words that come and go under other fields do not push it out of a small terminal."""
    async with opened(yard, (20, 5)) as app:
        await app.press("a", *"true", "down", *"nowhere")
        await app.until(lambda: "queue" in app.app.screen.notes)
        await app.shown(" queue    nowhere")


async def test_what_is_typed_ahead_lands_where_it_belongs(yard: Yard) -> None:
    """Keys that come faster than the app can look at them: each field has its own."""
    async with opened(yard) as app:
        await app.press("a")
        await app.shown("New job")
        for key in (
            *"true",
            "down",
            *"qick",
            "tab",
            *"one",
            "up",
            "shift+tab",
            "tab",
            "tab",
            "tab",
            *"3",
            "ctrl+o",
            *"fit",
        ):
            app.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await app.until(lambda: "--after-any fit" in app.app.screen.reading.line)
        assert app.app.screen.reading.line == "jobyard submit -q qick -n one -p 3 --after-any fit -- true"


async def test_a_terminal_that_shrinks_and_grows(yard: Yard) -> None:
    """The form goes along."""
    async with opened(yard) as app:
        await app.press("a", *"true")
        await app.pilot.resize_terminal(20, 5)
        await app.pilot.pause()
        assert {cell_len(line) for line in app.lines()} == {20}
        await app.pilot.resize_terminal(160, 50)
        await app.shown("$ jobyard submit")


EVIL = "\x1b[31mred\x1b[0m\x9b2J\u202etxt[@click=app.quit]x[/]"


async def test_hostile_paste(yard: Yard) -> None:
    """Control characters are left out, of several lines the first is taken, and both are said; the rest is data."""
    async with opened(yard) as app:
        await app.press("a")
        await app.shown("New job")
        entry(app).post_message(events.Paste(EVIL + "\nsecond line"))
        await app.said("Only the first line was taken")
        await app.until(lambda: entry(app).value == "[31mred[0m2Jtxt[@click=app.quit]x[/]")
        assert not set(app.text()) & set("\x1b\x9b\u202e\n\r") - {"\n"}


async def test_a_huge_paste_is_refused(yard: Yard) -> None:
    """100 kB are no line to type; what was there stays."""
    async with opened(yard) as app:
        await app.press("a", *"true ")
        entry(app).post_message(events.Paste("x" * 100_000))
        await app.said("more than the 10,000 characters")
        assert entry(app).value == "true "
        entry(app).post_message(events.Paste("y" * 9_000))
        await app.until(lambda: len(entry(app).value) == 9_005)
        await app.press("enter")
        await closed(app)
        await app.said("Submitted")


async def test_variables_are_pasted_as_lines(yard: Yard) -> None:
    """A file of NAME=VALUE lines becomes words."""
    async with opened(yard) as app:
        await app.press("a", *"true", "ctrl+o")
        await app.until(lambda: not app.app.screen.folded)
        await field(app, "variables")
        entry(app).post_message(events.Paste("A=1\nB='x y'\n"))
        await app.shown("--env A=1 --env 'B=x y'")


async def test_a_hostile_job_once_more(yard: Yard) -> None:
    """Its name and command are shown, not obeyed; untouched they go on as they are."""
    command = ["sh", "-c", EVIL + "\n"]
    job = yard.submit(JobSpec({"command": command}, name=EVIL, cwd="/", on_end="echo \x1b[0m"))
    async with opened(yard) as app:
        row = yard.job(job.id).row
        app.app.jobs.go_to_job(row)
        await app.until(lambda: app.selected == row)
        await app.press("E")
        await app.shown("New job like")
        assert not set(app.text()) & set("\x1b\x9b\u202e")
        await app.press("enter")
        await closed(app)
        await app.said("Submitted JOB-")
    copy = yard.wish(row + 1)
    assert copy == yard.wish(row)
    assert (copy.name, copy.fields["command"]) == (EVIL, command)


async def test_the_palette_has_what_has_no_key(yard: Yard) -> None:
    """A new queue, found by its name."""
    async with opened(yard) as app:
        await app.press("ctrl+p")
        await app.press(*"new queue")
        await app.shown("Create a queue.")
        await app.press("enter")
        await app.shown("New queue")
        await app.until(lambda: hasattr(entry(app), "field"))
        await app.press(*"gpu", "enter")
        await app.said("Created the queue gpu.")
    assert yard.queue("gpu").slots >= 1


async def test_no_part_of_a_choice_can_be_taken_away(yard: Yard) -> None:
    """Backspace and ctrl+w empty it, which means the first; what is pasted counts where it is one of them."""
    async with opened(yard) as app:
        await app.press("e", "down")
        assert (entry(app).field.key, entry(app).value) == ("how", "after-ok")
        for key in ("ctrl+w", "backspace", "ctrl+u"):
            entry(app).value = "after-any"
            await app.press(key)
            assert entry(app).value in ("", "after-any")
        entry(app).replace("after-fail", 0, 0)
        entry(app).replace("never", 0, 4)
        assert entry(app).value == "after-fail"


async def test_flags_turn_with_the_space_bar(yard: Yard) -> None:
    """And with y and n; nothing else is taken."""
    async with opened(yard) as app:
        await app.press("a", *"true", "ctrl+o")
        await app.until(lambda: not app.app.screen.folded)
        await field(app, "hold")
        for key, value in (("space", "yes"), ("x", "yes"), ("space", ""), ("y", "yes"), ("n", "")):
            await app.press(key)
            assert entry(app).value == value


async def test_queue_settings_say_what_they_will_do(yard: Yard) -> None:
    """S: what is edited is one command, a pause another; both are done."""
    async with opened(yard) as app:
        row = yard.job("rabi").row
        app.app.jobs.go_to_job(row)
        await app.until(lambda: app.selected == row)
        await app.press("S")
        await app.shown("Queue qick")
        await app.press(*"3")
        await field(app, "paused")
        await app.press(*"+30m")
        await app.shown("$ jobyard queue set qick --slots 3 && jobyard queue pause qick --until +30m")
        await app.press("enter")
        await app.said("Queue qick: slots 1 → 3, paused until ")
        assert "u undoes" in app.toasts()[-1]
    queue = yard.queue("qick")
    assert queue.slots == 3
    assert queue.paused_until is not None


async def test_the_second_step_may_be_refused(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done is told, and what was refused; nothing is done twice."""
    monkeypatch.setattr(type(yard), "queue_pause", lambda self, name, until=None: refuse(JobSpec({})))
    async with opened(yard) as app:
        row = yard.job("rabi").row
        app.app.jobs.go_to_job(row)
        await app.until(lambda: app.selected == row)
        await app.press("S", *"3")
        await field(app, "paused")
        await app.press(*"yes", "enter")
        await app.said("The queue has ended. It takes no more jobs.")
        await closed(app)
    assert yard.queue("qick").slots == 3


def test_forms_are_imported_when_one_is_opened() -> None:
    """The first paint does not wait for them."""
    code = "import sys, jobyard.tui.app; print(*(name for name in sys.modules if name.startswith('jobyard.tui')))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not [
        name
        for name in found
        if name.startswith(("jobyard.tui.forms", "jobyard.tui.screens.form", "jobyard.tui.previews."))
    ]


async def test_a_folded_array_once_more(yard: Yard) -> None:
    """E on its line means all of its elements; what they do not have in common is not asked for."""
    id = yard.submit(JobSpec({"command": ["echo", "{i}"]}, name="scan", array="1-3", cwd="/")).id
    async with opened(yard) as app:
        await app.press("j", "j")
        assert app.table.selected.fold is not None
        await app.press("E")
        await app.shown(f"New array like {id}")
        assert (entry(app).field.key, entry(app).value) == ("command", "")
        await app.shown("each its own, as before")
        await app.press("down", *"spectra", "enter")
        await app.said("Submitted JOB-")
    assert [yard.wish(row).queue for row in (6, 7, 8)] == ["spectra"] * 3
    assert [yard.wish(row).fields["command"][1] for row in (6, 7, 8)] == ["1", "2", "3"]
