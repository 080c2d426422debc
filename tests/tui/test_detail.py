"""The detail pane under the keys: from line to line, to other jobs and back, tab by tab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.core.models import Blocker, Dependency, JobSpec
from jobyard.core.states import After, State
from jobyard.core.yard import Yard
from jobyard.tui.describe import Link
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import NOW, FakeYard, whole

WIDE, SMALL = (160, 50), (80, 24)


def detail(app: Driver) -> Any:
    return app.app.jobs.detail


async def described(app: Driver, id: str) -> None:
    """Wait until the pane describes this job."""
    await app.until(lambda: detail(app).job is not None and detail(app).job.id == id, f"{id} described")


@pytest.fixture
def chain(tmp_path: Path) -> Yard:
    """first ← second ← third, none of which can start: nobody works."""
    yard = Yard.open(tmp_path / "yard", face="app")
    for name, parent in (("first", ""), ("second", "first"), ("third", "second")):
        wish = (Dependency(parent, After.OK),) if parent else ()
        yard.submit(JobSpec(fields={"command": ["true"]}, name=name, dependencies=wish))
    return yard


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_along_a_chain_and_back(chain: Yard, size: tuple[int, int]) -> None:
    """enter on what a job waits for goes there, twice; ctrl+o leads back to the same job and the same line."""
    first, second, third = (chain.job(name) for name in ("first", "second", "third"))
    async with opened(chain, size) as app:
        await app.press("G")
        await described(app, third.id)
        await app.press("enter", "enter")
        await described(app, second.id)
        assert app.selected == second.row
        await app.until(lambda: app.app.focused is detail(app), "the pane keeps the keys")
        await app.press("enter")
        await described(app, first.id)
        await app.press("ctrl+o")
        await described(app, second.id)
        await app.press("backspace")
        await described(app, third.id)
        await app.until(lambda: detail(app).link == Link("job", second.id), "the cursor where it was")
        await app.press("ctrl+o")
        await app.said("You came from no other job.")
        await app.press("escape")
        assert app.app.focused is app.table


async def test_the_way_back_leads_to_the_view_of_before(chain: Yard) -> None:
    """From the queue that a line has led to, ctrl+o leads back to the job among all, and with the filter of then."""
    third = chain.job("third")
    async with opened(chain) as app:
        await app.press("slash", *"name:third", "enter")
        await app.until(lambda: app.table.total == 1)
        await described(app, third.id)
        await app.press("enter", "enter")
        await described(app, chain.job("second").id)
        await app.until(lambda: app.app.jobs.filter_text == "", "the filter hid it")
        await app.press("ctrl+o")
        await described(app, third.id)
        await app.until(lambda: app.app.jobs.filter_text == "name:third" and app.table.total == 1, "the filter of then")
        link = Link("queue", str(third.queue_id))
        await app.until(lambda: any(row.link == link for row in detail(app)._rows))
        while detail(app).link != link:
            await app.press("j")
        await app.press("enter")
        await app.until(lambda: app.app.jobs.queues.chosen == {third.queue_id}, "its queue")
        await app.press("ctrl+o")
        await app.until(lambda: not app.app.jobs.queues.chosen, "all queues")
        await described(app, third.id)


async def test_a_filter_that_shows_the_job_stays(chain: Yard) -> None:
    """Walking to a job that the filter shows keeps the filter; one that it hides drops it."""
    async with opened(chain) as app:
        await app.press("slash", *"name:second or name:third", "enter")
        await app.until(lambda: app.table.total == 2)
        await app.press("G")
        await described(app, chain.job("third").id)
        await app.press("enter", "enter")
        await described(app, chain.job("second").id)
        assert app.table.total == 2
        await app.until(lambda: app.app.focused is detail(app))
        await app.press("enter")
        await described(app, chain.job("first").id)
        await app.until(lambda: app.table.total == 3)


async def test_an_attempt_shows_its_log(fake: FakeYard) -> None:
    """enter on an attempt shows the log of that attempt."""
    async with opened(fake) as app:
        await app.press("G", "k")
        await described(app, "JOB-20261122-00002")
        await app.press("enter")
        await app.until(lambda: detail(app).link is not None)
        while detail(app).link.kind != "attempt":
            await app.press("j")
        await app.press("enter")
        await app.shown("t1-002 · attempt 1 · stdout and stderr")
        await app.press("escape")
        await app.until(lambda: app.app.screen is app.app.jobs)


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_tabs_one_after_another(chain: Yard, size: tuple[int, int]) -> None:
    """] shows part by part, from the table too; [ goes back; the next app begins with the last one."""
    async with opened(chain, size) as app:
        await app.press("G")
        await described(app, chain.job("third").id)
        for words in ("· waits for second (", "no attempts", "waits for ─", "nowhere", "submit", "there is no log"):
            await app.press("right_square_bracket")
            await app.shown(words)
        assert app.app.focused is app.table
        await app.press("left_square_bracket")
        await app.shown("submit")
    async with opened(chain, size) as app:
        await app.until(lambda: detail(app).section == "history")


async def test_the_cursor_holds_on_to_its_line(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another blocker comes in above, the cursor stays on what it was on."""
    blockers = [Blocker("dependency", "waits for JOB-1", "JOB-1"), Blocker("dependency", "waits for JOB-2", "JOB-2")]
    monkeypatch.setattr(fake, "job", lambda row: whole(fake.get(int(row)))._replace(blockers=tuple(blockers)))
    fake.running = 0
    async with opened(fake) as app:
        await app.shown("waits for JOB-2")
        await app.press("enter", "j")
        assert detail(app).link == Link("job", "JOB-2")
        blockers.insert(0, Blocker("dependency", "waits for JOB-0", "JOB-0"))
        fake.change(fake.make(21)._replace(priority=7))
        await app.shown("waits for JOB-0")
        assert detail(app).link == Link("job", "JOB-2")


async def test_a_state_that_changes_under_the_cursor(fake: FakeYard) -> None:
    """While the pane has the keys its job ends: the pane says so, and the cursor stays on the queue."""
    async with opened(fake) as app:
        await described(app, "JOB-20261122-00033")
        await app.press("enter")
        await app.until(lambda: detail(app).link == Link("queue", "1"))
        fake.change(fake.make(33)._replace(state=State.FAILED, ended_at=NOW, message="exit code 9"))
        await app.until(lambda: detail(app).job.state is State.FAILED)
        assert detail(app).link == Link("queue", "1")
        assert app.app.focused is detail(app)


async def test_enter_on_held_releases(chain: Yard) -> None:
    """enter on the blocker that somebody holds the job does what H does."""
    row = chain.job("first").row
    chain.hold([row])
    async with opened(chain) as app:
        await app.press("g")
        await app.shown("H releases it")
        await app.press("enter", "enter")
        await app.until(lambda: not chain.job(row).held, "released")


async def test_enter_on_a_paused_queue_asks(chain: Yard) -> None:
    """enter on the blocker that the queue is paused asks, as P does, and resumes it."""
    chain.queue_pause("default")
    async with opened(chain) as app:
        await app.press("g")
        await app.shown("P resumes the queue")
        await app.press("enter", "enter")
        await app.shown("Resume the queue default?")
        await app.press("enter")
        await app.until(lambda: not chain.queue("default").paused, "resumed")


async def test_a_read_only_app_releases_nothing(chain: Yard) -> None:
    """In an app that only looks enter on held says why it does nothing."""
    row = chain.job("first").row
    chain.hold([row])
    async with opened(chain, read_only=True) as app:
        await app.press("g")
        await app.shown("H releases it")
        await app.press("enter", "enter")
        await app.said("this app is read-only")
        assert chain.job(row).held


async def test_a_resource_says_who_has_it(chain: Yard) -> None:
    """enter on a resource lists who waits for it; one of them can be gone to."""
    chain.resource_set("qick", capacity=1, new=True)
    chain.resource_lock("qick", "calibration")
    made = chain.submit(JobSpec(fields={"command": ["true"]}, name="rabi", needs={"qick": 1}))
    async with opened(chain) as app:
        await app.press("G")
        await described(app, made.id)
        await app.press("enter", "enter")
        await app.shown("qick: 1 of 1 free, 1 waits, locked by")
        await app.press("escape")
        await app.until(lambda: app.app.screen is app.app.jobs)


async def test_the_rest_of_many_is_a_filter(chain: Yard) -> None:
    """enter on "and 4 jobs more" filters the table for all of them."""
    for number in range(10):
        wish = (Dependency("third", After.OK),)
        chain.submit(JobSpec(fields={"command": ["true"]}, name=f"leaf-{number}", dependencies=wish))
    third = chain.job("third")
    async with opened(chain) as app:
        await app.press("g", "j", "j")
        await described(app, third.id)
        await app.press("enter", "G")
        await app.until(lambda: detail(app).link == Link("filter", f"after:{third.id}"), "the last line")
        await app.press("enter")
        await app.until(lambda: app.table.total == 10, "ten jobs")


async def test_a_queue_is_chosen(fake: FakeYard) -> None:
    """enter on the queue shows its jobs alone."""
    async with opened(fake) as app:
        await described(app, "JOB-20261122-00033")
        await app.press("enter")
        await app.until(lambda: detail(app).link == Link("queue", "1"))
        await app.press("enter")
        await app.until(lambda: app.app.jobs.queues.chosen == frozenset({1}), "chosen")


async def test_a_queue_that_the_list_does_not_show(fake: FakeYard) -> None:
    """enter on a queue whose session is folded away says where it is."""
    fake.override[33] = fake.make(33)._replace(queue_id=9)
    async with opened(fake) as app:
        await described(app, "JOB-20261122-00033")
        await app.press("enter")
        await app.until(lambda: detail(app).link == Link("queue", "9"))
        await app.press("enter")
        await app.said("folded away")


async def test_marks_are_not_released_by_the_way(chain: Yard) -> None:
    """With marks enter on a held job's blocker does nothing but say why: its key means the marked jobs."""
    row = chain.job("first").row
    chain.hold([row])
    async with opened(chain) as app:
        await app.press("G", "space", "g")
        await app.shown("H releases it")
        await app.press("enter", "enter")
        await app.said("There are marks")
        assert chain.job(row).held
        assert not chain.job("third").held


async def test_an_array_on_one_line_is_described_as_a_whole(tmp_path: Path) -> None:
    """The pane of a folded array has the counts of its elements, and follows them."""
    yard = Yard.open(tmp_path / "yard", face="app")
    yard.submit(JobSpec(fields={"command": ["true", "{i}"]}, name="sweep", array="1-5%2", held=True))
    async with opened(yard) as app:
        await app.shown("array, 5 jobs")
        await app.shown("at most 2")
        yard.cancel(yard.resolve(["sweep"])[:1])
        await app.until(lambda: "⊘ cancelled" in "\n".join(line[112:] for line in app.lines()), "one is cancelled")


async def test_a_job_that_is_purged_says_so(fake: FakeYard) -> None:
    """A job that vanishes while it is described leaves a sentence; a link to one that is gone too."""
    async with opened(fake) as app:
        await described(app, "JOB-20261122-00033")
        row, fake.override[33] = fake.make(33), None
        app.app.jobs.feeds.spotlight._fetch(row)
        await app.shown("This job is gone.")
        await app.press("right_square_bracket", "d", "d")
        assert app.app.crash is None


async def test_a_log_that_vanishes(fake: FakeYard) -> None:
    """When the folder of a running job is removed its last lines go and the app goes on."""
    fake.logs[33] = fake.home / "log"
    fake.logs[33].write_text("first\n")
    async with opened(fake) as app:
        await app.shown("first")
        fake.logs[33].unlink()
        await app.shown("its log is gone")


async def test_nothing_selected_says_what_to_do(tmp_path: Path) -> None:
    """In an empty yard the pane says that there is none, and no key of it does harm."""
    async with opened(FakeYard(tmp_path, running=0, pending=0, ended=0)) as app:
        await app.shown("No job to show.")
        await app.press("right_square_bracket")
        assert app.app.crash is None


async def test_history_is_not_read_for_what_others_do(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other jobs' changes do not fetch the job's history and origin again; its own do."""
    asked: list[int] = []
    told = fake.history
    monkeypatch.setattr(fake, "history", lambda row: asked.append(row) or told(row))
    async with opened(fake) as app:
        await app.until(lambda: asked == [33], "once")
        for priority in (1, 2, 3):
            fake.change(fake.make(34)._replace(priority=priority))
            await app.until(lambda n=priority: app.table.rows.at(1) is not None and app.table.rows.at(1).priority == n)
        assert asked == [33]
        fake.change(fake.make(33)._replace(priority=9))
        await app.until(lambda: asked == [33, 33], "again")


async def test_clicks(chain: Yard) -> None:
    """A click on a tab shows it; a double click on a line goes where it leads."""
    async with opened(chain) as app:
        await app.press("G")
        await described(app, chain.job("third").id)
        await app.shown("submitted")
        pane = detail(app)
        y = next(n for n, line in enumerate(app.lines()) if "· waits for second (" in line) - pane.region.y
        await app.pilot.click(pane, (6, y), times=2)
        await described(app, chain.job("second").id)
        x = app.lines()[pane.region.y].index("history") - pane.region.x
        await app.pilot.click(pane, (x, 0))
        await app.until(lambda: pane.section == "history")


async def test_the_table_shows_that_the_pane_has_the_keys(tmp_path: Path) -> None:
    """The table's cursor fades as soon as the pane has the keys, and lights up when it has them again."""
    async with opened(FakeYard(tmp_path, running=0)) as app:
        await described(app, "JOB-20261122-00021")

        def ground() -> Any:
            return look(next(iter(app.table.render_line(1))).style)

        palette = app.table.palette
        focused, idle = look(palette.base + palette.cursor), look(palette.base + palette.cursor_idle)
        assert ground() == focused != idle
        await app.press("enter")
        await app.until(lambda: ground() == idle)
        await app.press("escape")
        await app.until(lambda: ground() == focused)


def look(style: Any) -> tuple[Any, ...]:
    """What tells a cursor from the rest of the lines, in every theme."""
    return style.bgcolor, style.reverse, style.underline


async def test_marks_are_counted(chain: Yard) -> None:
    """With marks the pane says how many jobs of which state and queue are meant, and follows what becomes of them."""
    chain.queue_create("qick")
    chain.submit(JobSpec(fields={"command": ["true"]}, name="fourth", queue="qick"))
    async with opened(chain) as app:
        await app.press("asterisk")
        await app.shown("4 jobs marked: 4 pending")
        await app.shown("in default 3, qick 1")
        chain.cancel([chain.job("fourth").row])
        await app.shown("4 jobs marked: 3 pending, 1 cancelled")
        await app.press("escape")
        await app.until(lambda: "jobs marked" not in app.text())


async def test_what_takes_long_is_not_read_at_every_change(fake: FakeYard) -> None:
    """A job that changes all the time is described each time, its history seldom; that of others is read at once."""
    read: list[int] = []
    ask = fake.history
    fake.history = lambda ref: (read.append(ref), ask(ref))[1]  # type: ignore[method-assign]
    async with opened(fake) as app:
        await app.press("g")
        await app.until(lambda: read == [33], "its history")
        app.app.jobs.feeds.spotlight._again_at += 3600.0
        fake.change(fake.make(33)._replace(priority=7))
        await app.until(lambda: detail(app).job.priority == 7, "described anew")
        await app.press("j")
        await app.until(lambda: read == [33, 34], "that of another job")
