"""The Logs screen: what a job writes is followed, searched, filtered, marked and taken, and nothing in it harms."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events

from jobyard.core.states import State
from jobyard.core.yard import Yard
from jobyard.tui.screens.logs import Logs
from tests.tui import prepared
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import NOW, FakeYard

LINES = "".join(f"line {number}\n" for number in range(1, 1001))
ESC = "\x1b"


@asynccontextmanager
async def reading(
    fake: FakeYard, text: str | bytes = LINES, size: tuple[int, int] = (120, 30), *, read_only: bool = False
) -> AsyncIterator[Driver]:
    """The log of job 33, which runs, with this text in it."""
    fake.logs[33] = fake.home / "log"
    fake.logs[33].write_bytes(text.encode() if isinstance(text, str) else text)
    async with opened(fake, size, read_only=read_only) as app:
        await app.press("l")
        await app.until(lambda: isinstance(app.app.screen, Logs) and screen(app).pane.held is not None, "the log")
        yield app
        assert not (fake.home / "run" / "app-crash.txt").exists()


def screen(app: Driver) -> Logs:
    found = app.app.place
    assert isinstance(found, Logs)
    return found


def body(app: Driver) -> list[str]:
    """The lines of the log that are in sight, without the scroll bar."""
    return [line[:-1].rstrip() for line in app.lines()[1 : 1 + screen(app).pane.size.height]]


async def write(app: Driver, fake: FakeYard, text: str, how: str = "a") -> None:
    with fake.logs[33].open(how) as file:
        file.write(text)


# -- reading -------------------------------------------------------------------------------------------------


async def test_the_end_is_followed_until_somebody_scrolls_up(fake: FakeYard) -> None:
    """At first the end is in sight and stays so; scrolled up, the window stands and new bytes are told; f goes back."""
    async with reading(fake) as app:
        assert body(app)[-1] == " line 1000"
        await write(app, fake, "line 1001\n")
        await app.shown("line 1001")
        await app.press("k")
        await write(app, fake, "x" * 2000 + "\n")
        await app.shown("▼ 2.0 KiB more")
        assert body(app)[-1] == " line 1000"
        await app.press("f")
        await app.shown("following")
        await app.until(lambda: body(app)[-1].startswith(" xxx"), "the end")


async def test_moving_about(fake: FakeYard) -> None:
    """Lines, pages, the beginning, the end, and the wheel; the percentage says where that is."""
    async with reading(fake) as app:
        await app.press("g")
        await app.until(lambda: body(app)[0] == " line 1", "the beginning")
        await app.press("j", "j", "pagedown")
        await app.until(lambda: body(app)[0] == " line 30", f"a page on, {body(app)[0]}")
        await app.press("ctrl+u")
        await app.until(lambda: body(app)[0] == " line 16", f"half a page back, {body(app)[0]}")
        screen(app).pane.on_mouse_scroll_down()
        await app.until(lambda: body(app)[0] == " line 19", "three lines on")
        for _ in range(6):
            await app.press("pagedown")
        await app.until(lambda: body(app)[0] == " line 181", f"six pages on, {body(app)[0]}")
        await app.press("G")
        await app.until(lambda: body(app)[-1] == " line 1000" and "100%" in app.lines()[0], "the end")


async def test_jumps(fake: FakeYard) -> None:
    """To a percentage, to a line, to a time; what is none is told in the line, which stays open."""
    async with reading(fake) as app:
        await app.press("t", "5", "0", "percent_sign", "enter")
        await app.until(lambda: body(app)[0].startswith(" line 50"), "the middle")
        await app.press("t", *"300", "enter")
        await app.until(lambda: body(app)[0] == " line 300", "line 300")
        await app.press("t", "x", "enter")
        await app.shown("Write it like 50%")
        await app.press("escape")
        assert screen(app).pane.has_focus
        assert isinstance(app.app.screen, Logs)


async def test_streams_are_told_apart(fake: FakeYard) -> None:
    """Lines of standard error bear a mark; s shows either stream alone, whose mark goes."""
    async with reading(fake, "out\n") as app:
        fake.logs[33].with_name("log.err").write_text("wrong\n")
        await app.shown("▌wrong")
        assert " out" in body(app)
        await app.press("s")
        await app.until(lambda: body(app)[0] == "out", "stdout alone")
        assert "wrong" not in app.text()
        await app.press("s")
        await app.until(lambda: body(app)[0] == "wrong", "stderr alone")
        await app.press("s")
        await app.shown("▌wrong")


async def test_long_lines(fake: FakeYard) -> None:
    """They run out of the window and are scrolled to sideways; wrapped, all of them is there."""
    async with reading(fake, "a" * 100 + "b" * 100 + "\n") as app:
        assert body(app)[0] == " " + "a" * 100 + "b" * 18
        await app.press("right")
        await app.until(lambda: body(app)[0].count("b") == 78 and body(app)[0].count("a") == 40, body(app)[0])
        await app.press("left", "W")
        await app.until(lambda: body(app)[1].strip() == "b" * 82, "the rest of it")
        await app.press("W")
        await app.until(lambda: body(app)[1] == "", "one line again")


async def test_arrival_times(fake: FakeYard) -> None:
    """T puts the time at which a line arrived before it, then the time since the start, then nothing."""
    from jobyard.core.runners.keeper.logbound import GROWTH

    async with reading(fake, "early\n") as app:
        started = screen(app).pane.story.started_at or 0.0
        fake.logs[33].with_name("log.growth").write_bytes(GROWTH.pack(started + 12.25, 6, 0))
        await write(app, fake, "late\n")
        await app.press("T", "T")
        await app.shown("+12.2s")
        assert body(app)[0].split() == ["+12.2s", "early"]
        await app.press("T")
        await app.until(lambda: body(app)[0] == " early", "no times")


# -- searching -----------------------------------------------------------------------------------------------


async def test_search_forward_and_back(fake: FakeYard) -> None:
    """From the end it begins backwards; n and N go on, round the ends; which match of how many is told."""
    async with reading(fake) as app:
        await app.press("slash", *"50$", "enter")
        await app.shown("10 of 10")
        await app.until(lambda: " line 950" in body(app), "the last match")
        await app.press("N")
        await app.shown("9 of 10")
        await app.press("n", "n")
        await app.shown("1 of 10  from the other end")
        await app.until(lambda: " line 50" in body(app), "the first match")
        await app.press("escape")
        await app.until(lambda: " of 10" not in app.text(), "no search")
        assert isinstance(app.app.screen, Logs)
        await app.press("n")
        await app.shown("of 10")


async def test_keys_pressed_faster_than_a_search_goes_on_from_match_to_match(fake: FakeYard) -> None:
    """n pressed again before its match is found, or shown, is the next one: no key is lost."""
    async with reading(fake) as app:
        await app.press("slash", *"50$", "enter")
        await app.shown("10 of 10")
        for _ in range(3):
            screen(app).seek_next(backwards=True)
        await app.shown("7 of 10")
        await app.until(lambda: " line 650" in body(app), "the match")
        screen(app).seek_next(backwards=True)
        screen(app).seek_next(backwards=False)
        screen(app).seek_next(backwards=True)
        await app.shown("6 of 10")


async def test_a_search_without_a_match_and_one_that_cannot_be(fake: FakeYard) -> None:
    """No match is said in so many words; a pattern with a mistake keeps the line open."""
    async with reading(fake) as app:
        await app.press("slash", *"nowhere", "enter")
        await app.shown("/nowhere  no match")
        assert body(app)[-1] == " line 1000"
        await app.press("slash", "left_parenthesis", "enter")
        await app.shown("cannot be used")
        await app.press("escape", "escape", "escape")
        await app.until(lambda: app.app.screen is app.app.jobs, "back at the jobs")


async def test_what_matches_is_highlighted(fake: FakeYard) -> None:
    """The characters that match stand out, also where nobody counts on colours."""
    async with reading(fake, "one needle here\n") as app:
        await app.press("slash", *"needle", "enter")
        await app.shown("1 of 1")
        pane = screen(app).pane
        styles = {segment.text: segment.style for segment in pane.line_at(0)}
        assert styles["needle"] != styles["one "]
        assert styles["needle"].reverse


async def test_a_search_can_be_stopped(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it goes on it says how far it is; Escape stops it and nothing else."""
    from jobyard.tui.logs import searching

    def slow(
        *words: object, stop: searching.Stopping, tell: Callable[[searching.Found], None], **more: object
    ) -> object:
        tell(searching.Found(fraction=0.4))
        while not stop():
            pass
        return searching.Found(stopped=True)

    monkeypatch.setattr("jobyard.tui.screens.sought.search", slow)
    async with reading(fake) as app:
        await app.press("slash", *"x", "enter")
        await app.shown("searching ▕████      ▏ 40%  esc stops")
        await app.press("k")
        await app.until(lambda: body(app)[-1] == " line 999", "keys go on working")
        await app.press("escape")
        await app.until(lambda: "searching" not in app.text(), "stopped")
        assert isinstance(app.app.screen, Logs)


async def test_a_filter_and_what_is_around_it(fake: FakeYard) -> None:
    """& shows only what matches, C some lines around it; what is written later is filtered too; Escape shows all."""
    async with reading(fake) as app:
        await app.press("ampersand", *"00$", "enter")
        await app.until(lambda: body(app)[:10] == [f" line {number}00" for number in range(1, 11)], "ten lines")
        await app.press("C")
        await app.until(lambda: " line 999" in body(app) and " …" in body(app), "with a line around")
        await write(app, fake, "x\nline 1100\n")
        await app.until(lambda: body(app)[-1] == " line 1100" or " line 1100" in body(app), "what came later")
        await app.press("ampersand", "enter")
        await app.until(lambda: "filtering" not in app.text() and "&00$" in app.text(), "the same filter again")
        await app.press("escape")
        await app.until(lambda: " line 998" in body(app), "everything")


# -- taking --------------------------------------------------------------------------------------------------


async def test_a_range_is_copied(fake: FakeYard) -> None:
    """v marks from a line on, the cursor takes more; y copies what is marked, without what a terminal obeys."""
    async with reading(fake, f"{ESC}[31mone{ESC}[0m\ntwo\nthree\n") as app:
        await app.press("v", "k")
        await app.shown("2 lines marked")
        await app.press("y")
        await app.said("Copied the 2 lines: two↵three")
        assert app.app.clipboard == "two\nthree"
        await app.press("v", "escape")
        await app.until(lambda: "marked" not in app.text(), "nothing marked")
        assert isinstance(app.app.screen, Logs)


async def test_what_can_be_copied_without_a_range(fake: FakeYard) -> None:
    """The lines in sight, the path of the log, and what there is of the job."""
    async with reading(fake, "one\ntwo\n") as app:
        await app.press("y")
        await app.shown("log path")
        await app.press("enter")
        await app.said("lines in sight")
        assert app.app.clipboard == "one\ntwo"


async def test_saving_asks_before_it_replaces(fake: FakeYard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S writes what is shown into a file; one that is there is replaced after a question, or stays."""
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "fold-033.log"
    async with reading(fake, "one\ntwo\n", read_only=True) as app:
        title = screen(app).pane.story.title
        target = tmp_path / f"{title}.log"
        await app.press("S", "enter")
        await app.said("Saved 8 B")
        assert target.read_text() == "one\ntwo\n"
        target.write_text("mine")
        await app.press("S", "enter")
        await app.shown("Replace this file?")
        await app.press("escape")
        assert target.read_text() == "mine"
        await app.press("S", "enter", "enter")
        await app.until(lambda: target.read_text() == "one\ntwo\n", "replaced")


async def test_a_pager_that_cannot_be(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the pager, or on a terminal that cannot be lent, the app says so and goes on."""
    monkeypatch.setenv("PAGER", "no-such-pager")
    async with reading(fake) as app:
        await app.press("vertical_line")
        await app.said('There is no pager "no-such-pager"')
        monkeypatch.setenv("PAGER", "true")
        await app.press("vertical_line")
        await app.said("cannot be lent")


# -- jobs ----------------------------------------------------------------------------------------------------


async def test_the_end_of_a_job_is_a_line(fake: FakeYard) -> None:
    """When the job ends while it is shown, how it ended stands below what it wrote."""
    async with reading(fake, "working\n") as app:
        job = fake.make(33)
        fake.change(job._replace(state=State.FAILED, ended_at=NOW, exit_code=3, message="exit code 3"))
        await app.shown("■ failed, exit code 3")
        assert "following" not in app.lines()[0]
        await app.press("r")
        await app.until(lambda: ("requeue", (33,), State.PENDING, None) in fake.calls, "requeued, since it has ended")


async def test_an_empty_log_says_why(fake: FakeYard) -> None:
    """Nothing yet; what comes is shown without a key."""
    async with reading(fake, "") as app:
        await app.shown("Nothing written yet.")
        await write(app, fake, "at last\n")
        await app.until(lambda: body(app)[0] == " at last", "what came")


async def test_without_a_job_it_says_where_logs_are(fake: FakeYard) -> None:
    """Where no job is selected the screen tells the keys that lead to a log; no key of its own does harm."""
    fake.running = fake.pending = fake.ended = 0
    async with opened(fake) as app:
        await app.press("4")
        await app.shown("No job is selected.")
        await app.press(*"jkGgfsnNvyWTA", "slash", "x", "enter", "t", *"50%", "enter", "S", "enter", "vertical_line")
        await app.press(
            "ampersand", "y", "enter", "C", "left_square_bracket", "right", "escape", "escape", "escape", "escape"
        )
        await app.until(lambda: app.app.screen is app.app.jobs, "back at the jobs")


async def test_a_job_that_never_started(fake: FakeYard) -> None:
    """Its log is told not to be there, with the reason why it waits; no key does harm."""
    async with opened(fake) as app:
        await app.press("j", "j", "j", "l")
        await app.shown("It has not been started yet")
        await app.press(
            "slash", *"x", "enter", "n", "N", "v", "f", "G", "g", "W", "T", "s", "C", "A", "j", "k", "right"
        )
        await app.press("ampersand", *"y", "enter", "left_square_bracket", "t", *"50%", "enter")
        await app.press("escape", "escape", "escape", "escape")
        await app.until(lambda: app.app.screen is app.app.jobs, "back at the jobs")


async def test_a_wrong_answer_is_replaced_by_what_is_typed(fake: FakeYard) -> None:
    """At 80 columns the error can be read whole; the next key begins a new answer."""
    async with reading(fake, size=(80, 24)) as app:
        await app.press("t", *"nowhere", "enter")
        await app.shown("No such place")
        assert "line 1200" in app.text()
        await app.press(*"line", "space", "7", "enter")
        await app.until(lambda: body(app)[0] == " line 7", "line 7")


async def test_the_place_is_kept(fake: FakeYard) -> None:
    """Whoever leaves and comes back finds the lines that were in sight; another job's log begins at its end."""
    fake.logs[34] = fake.home / "other"
    fake.logs[34].write_text("another log\n")
    async with reading(fake) as app:
        await app.press("t", *"300", "enter")
        await app.until(lambda: body(app)[0] == " line 300", "line 300")
        await app.press("escape", "4")
        await app.until(lambda: isinstance(app.app.screen, Logs) and body(app)[0] == " line 300", "still there")
        await app.press("q", "j", "l")
        await app.until(lambda: isinstance(app.app.screen, Logs) and body(app)[0] == " another log", "the other job's")


async def test_the_way_out_leads_to_where_one_came_from(fake: FakeYard) -> None:
    """q leaves the log at once, whatever is looked for, to the screen it was opened from; Escape goes step by step."""
    async with reading(fake) as app:
        await app.press("slash", *"50$", "enter")
        await app.shown("of 10")
        await app.press("q")
        await app.until(lambda: app.app.screen is app.app.jobs, "the jobs")
        await app.press("7", "4")
        await app.until(lambda: isinstance(app.app.screen, Logs) and "/50$" in app.text(), "the log as it was")
        await app.press("q")
        await app.until(lambda: app.app.place.NAME == "workers", "the screen one came from")


async def test_job_keys_work_on_its_log(fake: FakeYard) -> None:
    """The job whose log is shown is held with the same key as in the list."""
    async with reading(fake) as app:
        await app.press("c", "enter")
        await app.until(lambda: any(call[0] == "cancel" and call[1] == (33,) for call in fake.calls), "cancelled")


# -- whatever a file may be ----------------------------------------------------------------------------------

HOSTILE = {
    "binary": bytes(range(256)) * 40,
    "one huge line": b"x" * 3_000_000,
    "carriage returns": b"\r".join(b"%d%%" % number for number in range(100)),
    "crlf": b"one\r\ntwo\r\n",
    "utf-8 cut": "漢".encode()[:2],
    "escapes": f"{ESC}]0;title\x07{ESC}[2J{ESC}[?1049h{ESC}P1;2q{ESC}\\{ESC}c\u202eevil\u2066".encode(),
    "half an escape": f"text{ESC}[".encode(),
    "markup": b"[bold]no[/bold] [@click=app.quit]x[/]",
    "combining": ("e" + "\u0301" * 500).encode(),
    "no newline": b"no newline",
    "newlines": b"\n" * 5000,
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_whatever_is_in_it(fake: FakeYard, name: str) -> None:
    """Any bytes are shown, wrapped or not, from either end, and none of them is obeyed."""
    async with reading(fake, HOSTILE[name], (80, 24)) as app:
        for keys in (("g", "W"), ("G", "T"), ("pageup", "W", "right", "k")):
            await app.press(*keys)
            text = app.text()
            assert ESC not in text
            assert all(char == "\n" or char.isprintable() for char in text)
        assert app.app.return_code is None


async def test_a_file_that_is_cut_replaced_and_removed(fake: FakeYard) -> None:
    """The screen shows what there is, says that nothing is there, and follows the file that comes back."""
    async with reading(fake) as app:
        await app.press("k")
        await write(app, fake, "anew\n", "w")
        await app.until(lambda: body(app)[0] == " anew", "the file that was cut")
        fake.logs[33].unlink()
        await app.until(lambda: "anew" not in app.text(), "the file that is gone")
        await write(app, fake, "back\n", "w")
        await app.until(lambda: body(app)[0] == " back", "another file")


async def test_ten_gib_of_nothing(fake: FakeYard) -> None:
    """A sparse file costs no more than what was written, from either end."""
    async with reading(fake, "first\n") as app:
        with fake.logs[33].open("r+b") as file:
            os.ftruncate(file.fileno(), 10 << 30)
            os.pwrite(file.fileno(), b"\nthe end\n", (10 << 30) - 9)
        await app.press("f")
        await app.until(lambda: body(app)[-1] == " the end" or " the end" in body(app), "the end")
        await app.press("g")
        await app.until(lambda: body(app)[0].startswith(" first"), "the beginning")
        await app.press("slash", *"the end", "enter")
        await app.shown("1 of 1")


async def test_keys_in_a_burst_keep_their_order(fake: FakeYard) -> None:
    """Letters that arrive together with keys that do something keep their place; behind Enter they are commands."""
    async with reading(fake) as app:
        await app.press("slash", *"wrong")
        for key in ("ctrl+u", *"50$", "enter", "W"):
            character = {"ctrl+u": "\x15", "enter": "\r"}.get(key, key)
            app.app.post_message(events.Key("dollar_sign" if key == "$" else key, character))
        await app.shown("/50$  10 of 10")
        assert screen(app).pane.wrap


# -- a real yard ---------------------------------------------------------------------------------------------


def wrote(yard: Yard, name: str, text: str, attempt: int | None = None) -> None:
    """Let an attempt have written this."""
    path = yard.log_path(name, "stdout", attempt)
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


async def test_attempts_and_chains(yard_home: Path) -> None:
    """[ and ] lead to earlier and later attempts; A puts the logs of what it waited for before it, by name."""
    with Yard.open(yard_home, face="app") as yard:
        lab = prepared._Lab(yard)
        lab.ended("prepare", State.COMPLETED)
        lab.ended("train", State.COMPLETED, "prepare")
        yard.requeue(["train"])
        lab.claim()
        lab.start("train")
        wrote(yard, "prepare", "prepared\n")
        wrote(yard, "train", "first\n", 1)
        wrote(yard, "train", "second\n", 2)
        async with opened(yard, (120, 30)) as app:
            row = yard.job("train").row
            app.app.jobs.go_to_job(row)
            await app.until(lambda: app.selected == row)
            await app.press("l")
            await app.shown("train · attempt 2 of 2")
            await app.until(lambda: body(app)[0] == " second", "the last attempt")
            await app.press("left_square_bracket")
            await app.until(lambda: body(app)[0] == " first" and body(app)[1].startswith(" ■ completed"), "the first")
            await app.press("left_square_bracket")
            await app.said("There is no earlier attempt: it has 2.")
            await app.press("right_square_bracket", "A")
            await app.shown("with its parents")
            await app.until(
                lambda: body(app)[1] == " prepared" and body(app)[3] == " second", "both, one after the other"
            )
            assert "prepare · attempt 1" in body(app)[0]
            assert "train · attempt 2" in body(app)[2]


async def test_an_app_that_only_looks_reads_logs(yard_home: Path) -> None:
    """Without any right to change the yard its logs are read, searched and filtered."""
    with Yard.open(yard_home, face="app") as yard:
        lab = prepared._Lab(yard)
        lab.ended("done", State.COMPLETED)
        wrote(yard, "done", "one\ntwo\nthree\n")
    with Yard.open(yard_home, face="app", create=False) as yard:
        yard.only_look()
        async with opened(yard, (100, 24), read_only=True) as app:
            await app.press("l")
            await app.until(lambda: body(app)[2] == " three", "the log")
            await app.press("slash", *"t", "enter")
            await app.shown("1 of 2")
            await app.press("ampersand", *"w", "enter")
            await app.until(lambda: body(app)[0] == " two" and "three" not in app.text(), "only what matches")
            await app.press("r")
            await app.said("read-only")
