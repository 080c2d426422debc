"""The Workers screen: its panels, what its keys do, and a worker that dies while it is shown."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from jobyard.core.models import Finding, JobSpec, ResourceInfo, Share
from jobyard.core.states import State
from jobyard.core.usage import Sample
from jobyard.core.yard import Yard
from tests.running import promise
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import NOW, FakeYard, worker

MIB = 1 << 20


@pytest.fixture
def lab(fake: FakeYard) -> FakeYard:
    """A worker, three running jobs that have been sampled, a resource that one of them has and others wait for."""
    fake.worker_list = [worker("headless")]
    for row in (33, 34, 35):
        fake.samples[row] = tuple(Sample(NOW - 60 + n, n / 2, (row + n) * MIB, 2, 0.5) for n in range(60))
    share = Share(33, fake.make(33).id, fake.make(33).name, 1)
    waits = (fake.make(21).id,)
    fake.resource_list = [ResourceInfo("qick", "named", 1, 0, "", 1, None, "", None, "", (share,), 2, waits)]
    return fake


async def shown(app: Driver) -> None:
    """On the screen, with what was looked up."""
    await app.press("7")
    await app.shown("the yard and its host")


def names(fake: FakeYard) -> list[object]:
    return [call[0] for call in fake.calls]


async def test_all_panels_are_there(lab: FakeYard) -> None:
    """Workers with heartbeat, the keeper, what runs with what it uses, resources, the yard: on one wide screen."""
    async with opened(lab) as app:
        await shown(app)
        text = app.text()
        for words in ("● working", "rig-1a2b", "keeper", "13 MiB", "render-034", "50%", "qick", "1/1", "73 GiB free"):
            assert words in text, words
        assert "1 worker  ● 3  ○ 12" in app.lines()[0]


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (20, 5)])
async def test_where_it_is_narrow_one_panel_at_a_time(lab: FakeYard, size: tuple[int, int]) -> None:
    """Tab leads through all four panels and round again, and shift+tab back."""
    async with opened(lab, size) as app:
        await app.press("7")
        await app.until(lambda: app.app.place.sight is not None, "the first look")  # type: ignore[attr-defined]
        for title in ("▸running", "▸resource", "▸yard", "▸worker"):
            await app.press("tab")
            await app.shown(title)
        await app.press("shift+tab")
        await app.shown("▸yard")


async def test_enter_on_a_worker_shows_its_jobs_and_escape_all_again(lab: FakeYard) -> None:
    """The second panel is limited to the worker; then escape leads out, one step at a time."""
    async with opened(lab) as app:
        await shown(app)
        await app.press("enter")
        await app.shown("running 3 of rig-1a2b")
        await app.press("escape")
        await app.until(lambda: "of rig-1a2b" not in app.text())
        await app.press("escape")
        assert app.app.screen is app.app.jobs


async def test_a_job_is_opened_and_commanded(lab: FakeYard) -> None:
    """In the panel of what runs the keys mean its job: c asks and cancels it, enter leads to it in the list of jobs."""
    async with opened(lab) as app:
        await shown(app)
        await app.press("tab", "j", "c")
        await app.shown("Cancel this running job?")
        await app.press("enter")
        await app.until(lambda: "cancel" in names(lab))
        assert lab.calls[-1][1] == (34,)
        await app.press("g", "enter")
        await app.until(lambda: app.app.screen is app.app.jobs and app.selected == 33, "the job in the list")


async def test_what_runs_is_sorted_and_the_order_remembered(lab: FakeYard) -> None:
    """o chooses the order; the choice of a job stays with it; the next app begins in that order."""
    lab.samples[34] = tuple(sample._replace(cpu=3.0) for sample in lab.samples[34])
    async with opened(lab) as app:
        await shown(app)
        await app.press("tab", "o")
        await app.shown("what uses most CPU first")
        await app.press("down", "enter")
        await app.shown("cpu▾")
        panel = app.app.place.panels[1]  # type: ignore[attr-defined]
        assert panel.keys == ["job 34", "job 33", "job 35"]
        assert panel.key == "job 33"
    async with opened(lab) as app:
        await shown(app)
        await app.shown("cpu▾")


async def test_the_mouse_chooses_and_opens(lab: FakeYard) -> None:
    """A click gives a panel the keys and chooses its line, the wheel moves the choice, a double click opens."""
    async with opened(lab) as app:
        await shown(app)
        panel = app.app.place.panels[1]  # type: ignore[attr-defined]
        await app.pilot.click(panel, offset=(10, 2))
        await app.until(lambda: panel.has_focus and panel.key == "job 34", "the second job")
        panel.on_mouse_scroll_down()
        assert panel.key == "job 35"
        await app.pilot.click(panel, offset=(10, 1), times=2)
        await app.until(lambda: app.app.screen is app.app.jobs and app.selected == 33, "the job in the list")


async def test_a_tab_is_clicked_where_it_is_narrow(lab: FakeYard) -> None:
    """The names of the panels lead to them."""
    async with opened(lab, (80, 24)) as app:
        await app.press("7")
        await app.shown("resources 1")
        tabs = app.app.place.tabs  # type: ignore[attr-defined]
        at = next(line for line in app.lines() if "resources 1" in line).index("resources 1")
        await app.pilot.click(tabs, offset=(at + 2, 0))
        await app.shown("▸resources 1")


async def test_the_log_of_a_job_is_a_key_away(lab: FakeYard) -> None:
    """l, and 4, lead to the log of the job that is chosen."""
    async with opened(lab) as app:
        await shown(app)
        await app.press("tab", "j", "l")
        await app.until(lambda: app.app.place.NAME == "logs", "the logs")
        await app.until(lambda: app.app.place.job is not None and app.app.place.job.row == 34, "of that job")


async def test_who_comes_from_a_job_finds_it_chosen(lab: FakeYard) -> None:
    """The running job that is selected in the list is the one that is chosen, and drawn, on this screen."""
    async with opened(lab) as app:
        await app.press("g", "j")
        assert app.selected == 34
        await shown(app)
        await app.shown("render-034  JOB-20261122-00034")
        await app.press("1", "j", "7")
        await app.shown("rabi-035  JOB-20261122-00035")


async def test_elsewhere_the_keys_mean_no_job(lab: FakeYard) -> None:
    """While the panel of the workers has the keys, c cancels nothing."""
    async with opened(lab) as app:
        await shown(app)
        await app.press("c")
        await app.said("no job is selected")
        assert not lab.calls


async def test_a_resource_leads_to_who_has_it_and_who_waits(lab: FakeYard) -> None:
    """Enter on a resource offers its holders and waiters; one of them is gone to."""
    async with opened(lab) as app:
        await shown(app)
        await app.press("tab", "tab", "enter")
        await app.shown("waits for it")
        await app.press("enter")
        await app.until(lambda: app.app.screen is app.app.jobs and app.selected == 33, "the holder in the list")


async def test_stop_asks_with_the_count(lab: FakeYard) -> None:
    """x names the worker, what goes on and what waits; enter stops it, and the screen says that nobody works."""
    async with opened(lab) as app:
        await shown(app)
        await app.press("x")
        await app.shown("Its 2 jobs go on")
        await app.press("escape")
        assert not lab.calls
        await app.press("x", "enter")
        await app.shown("No worker lives")
        assert lab.calls == [("worker_stop", "rig-1a2b")]


async def test_drain_asks_and_is_seen(lab: FakeYard) -> None:
    """d asks; afterwards the worker is told to drain."""
    async with opened(lab) as app:
        await shown(app)
        await app.press("d", "enter")
        await app.shown("◐ draining")
        assert lab.calls == [("worker_drain", "rig-1a2b")]


async def test_start_starts_a_worker_unless_one_is_at_work(lab: FakeYard) -> None:
    """s starts one as a process of its own; while one is at work it says so."""
    async with opened(lab) as app:
        await shown(app)
        await app.press("s")
        await app.said("is at work already (process 4242)")
        assert not lab.calls
        lab.worker_list = [worker("headless", "draining")]
        await app.press("s")
        await app.said("works now")
        assert lab.calls == [("worker_start", "rig-1a2b")]


async def test_the_worker_of_another_program_is_detached(lab: FakeYard) -> None:
    """D where another app has the worker makes it a process of its own."""
    lab.worker_list = [worker("app")]
    async with opened(lab) as app:
        await shown(app)
        await app.press("D")
        await app.said("The worker of another program is a process of its own now")
        assert names(lab) == ["worker_detach"]


async def test_the_doctor_is_asked_and_repairs_after_a_question(lab: FakeYard) -> None:
    """! examines in a thread; what is wrong stands there with the key of the repair, which asks and looks again."""
    lab.findings.append(Finding("bad", "3 counters are wrong", "a crash", "Mend it: jobyard doctor --repair"))
    async with opened(lab) as app:
        await shown(app)
        await app.press("exclamation_mark")
        await app.shown("✗ 3 counters are wrong")
        await app.press("M")
        await app.shown("Repair the yard?")
        await app.press("enter")
        await app.said("The counters of 3 jobs were set right.")
        await app.shown("✓ all 2 well")
        assert names(lab) == ["doctor", "repair", "doctor"]


async def test_what_is_empty_teaches_the_first_keys(tmp_path: Path) -> None:
    """Without a worker, a job, a resource: what each is for and how it comes."""
    async with opened(FakeYard(tmp_path, running=0, pending=0, ended=0)) as app:
        await shown(app)
        for words in ("No worker lives", "s starts one", "Nothing runs, nothing waits.", "a  a new job"):
            await app.shown(words)
        await app.shown("resource set NAME")


async def test_a_member_starts_no_worker(lab: FakeYard) -> None:
    """On somebody else's yard the keys of workers say why not; a lock is possible."""
    lab.mine, lab.owner, lab.worker_list = False, "olga", []
    async with opened(lab) as app:
        await shown(app)
        await app.shown("olga, whose yard this is, starts one")
        for key in ("s", "D", "M"):
            await app.press(key)
        assert sum("who alone runs its jobs" in toast for toast in app.toasts()) >= 3
        await app.press("L")
        await app.shown("Lock a resource")
        assert not lab.calls


async def test_a_read_only_app_changes_nothing(lab: FakeYard) -> None:
    """Every changing key is refused; the doctor may look."""
    async with opened(lab, read_only=True) as app:
        await shown(app)
        for key in ("s", "x", "d", "L", "M", "D"):
            await app.press(key)
            assert app.app.screen is app.app.place, key
        await app.press("exclamation_mark")
        await app.shown("✓ all 2 well")
        assert names(lab) == ["doctor"]


async def test_hostile_names_are_data(lab: FakeYard) -> None:
    """Control characters and markup in names of workers, jobs and resources are shown, not obeyed."""
    lab.worker_list = [worker("headless")._replace(name="[b]w\x1b]0;x\x07", host="\u202e")]
    lab.resource_list = [lab.resource_list[0]._replace(name="r\x1b[31m", locked_by="a\nb", lock_note="[red]")]
    lab.override[33] = lab.make(33)._replace(name="[b]j\x1b[2J", state=State.RUNNING)
    async with opened(lab) as app:
        await shown(app)
        text = app.text()
        assert "\x1b" not in text
        for words in ("[b]w␛]0;x", "r␛[31m", "a↵b", "[red]", "[b]j␛[2J"):
            assert words in text, words


async def test_a_heartbeat_repaints_nothing(lab: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that tells of itself as usual changes no cell of the panel that shows it."""
    monkeypatch.setattr("time.time", lambda: NOW)
    async with opened(lab) as app:
        await shown(app)
        panel = app.app.place.panels[0]  # type: ignore[attr-defined]
        made = [panel.line_at(y) for y in range(panel.size.height)]
        lab.worker_list = [one._replace(heartbeat_at=NOW - 4.5) for one in lab.worker_list]
        app.app.place.look()
        await app.press("tab", "shift+tab")
        assert [panel.line_at(y) for y in range(panel.size.height)] == made


async def test_a_worker_that_dies_while_shown(yard_home: Path) -> None:
    """A killed worker is told with what becomes of its job, which goes on; a new worker takes it over."""
    Yard.open(yard_home).close()
    process = promise.worker(yard_home)
    try:
        with Yard.open(yard_home, face="app") as yard:
            job = yard.submit(JobSpec({"command": ["sleep", "60"]}, name="long", cwd="/"))
            async with opened(yard) as app:
                await app.press("7")
                await app.until(lambda: "long" in app.text() and "● working" in app.text(), "the job at its worker")
                (first,) = yard.workers()
                os.kill(first.pid, signal.SIGKILL)
                await app.said("has died. Its 1 job goes on, watched by the keeper. The next worker takes them over.")
                await app.shown("✗ died")
                assert yard.job(job.id).state is State.RUNNING
                await app.press("s")
                await app.said("works now")
                await app.shown("● working")
                await app.until(lambda: [one.running for one in yard.workers()] == [1], "its heir")
                yard.cancel([job.id])
                await app.until(lambda: yard.job(job.id).state is State.CANCELLED, "its end")
    finally:
        promise.put_down(yard_home, [process])


async def test_a_lock_begins_with_its_note(lab: FakeYard) -> None:
    """L on a resource has chosen which: what is typed is the note, and the resource stays."""
    async with opened(lab) as app:
        await shown(app)
        await app.press("L")
        await app.shown("Lock a resource")
        await app.press("h", "o", "t")
        await app.shown("jobyard resource lock qick --note hot")


async def test_from_another_panel_the_only_live_worker_is_meant(lab: FakeYard) -> None:
    """x elsewhere means the one that lives, though one that has left is chosen; of several one has to be chosen."""
    living = worker("headless")
    lab.worker_list = [living._replace(id=2, name="gone", mode="left", alive=False), living]
    async with opened(lab) as app:
        await shown(app)
        await app.press("home", "x")
        await app.said("choose one that lives in the panel of workers")
        await app.press("tab", "x")
        await app.shown("Stop the worker rig-1a2b")
