"""A job in words: each part of the detail pane, and that no text and no width breaks any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from jobyard.core.models import (
    ArrayRow,
    Attempt,
    Blocker,
    Edge,
    Element,
    Event,
    Fold,
    GitState,
    Job,
    Provenance,
    ResourceInfo,
    Share,
)
from jobyard.core.states import After, Cause, EdgeState, State
from jobyard.tui.describe import SECTIONS, Deeper, Dossier, Frame, Link, describe, tabs
from jobyard.tui.describe.holders import options, title
from jobyard.tui.describe.marked import marked
from jobyard.tui.describe.output import output
from jobyard.tui.describe.sections import NAMES, beside
from tests.tui.fake_yard import NOW, FakeYard, whole

KEYS = {"hold": "H", "pause": "P", "worker": "D", "raise": "+", "move-top": "T", "dependencies": "e"}
FRAME = Frame(NOW, 60, KEYS)
FAKE = FakeYard(Path("/nowhere"))


def job(row: int, **fields: Any) -> Job:
    return whole(FAKE.make(row))._replace(**fields)


def lines(dossier: Dossier, section: str = "all", frame: Frame = FRAME) -> list[str]:
    return ["".join(text for text, _ in row.line).rstrip() for row in describe(dossier, frame, section)]


def links(dossier: Dossier, section: str = "all") -> list[Link]:
    return [row.link for row in describe(dossier, FRAME, section) if row.link is not None]


def edge(number: int, state: State = State.PENDING, array: str = "") -> Edge:
    return Edge(number, f"JOB-20261122-{number:05}", f"job-{number}", After.OK, EdgeState.OPEN, state, array)


def attempt(number: int, **fields: Any) -> Attempt:
    made = Attempt(
        number, State.FAILED, "token", f"jobs/x/{number}", "rig-1a2b", NOW - 90, NOW - 90, NOW - 30, 4242, 3, None,
        Cause.EXIT, "exit code 3: no lock", 1.25, 91 * 2**20, 120, 2048,
    )  # fmt: skip
    return made._replace(**fields)


def event(verb: str, user: str = "ada", **after: Any) -> Event:
    return Event(7, NOW - 60, verb, user, "rig", "cli", "JOB-1", "", None, after or None)


DIFF = "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-old\n+new\n+more\n"
CAME = Provenance(
    1, ("python3", "rabi.py"), "/lab", 0o022, {"HOME": "/home/ada"}, "ab" * 32, "rig", "6.1", "ada", "0.1.0",
    {"program": "/usr/bin/python3", "python": "3.11.4"},
    GitState("/lab", "1a2b3c4d5e6f7890", "main", DIFF, False, ("new.py",)), NOW - 80, {"gpus": [0, 1]},
)  # fmt: skip


# -- why ---------------------------------------------------------------------------------------------


def waiting(*blockers: Blocker, **fields: Any) -> Dossier:
    return Dossier(job(21, blockers=blockers, **fields))


def test_every_blocker_leads_somewhere() -> None:
    """A blocker with a job leads to it; the others do, show or say what can be done."""
    blockers = (
        Blocker("held", "held; release it with: jobyard release 1"),
        Blocker("paused", "queue qick is paused"),
        Blocker("dependency", "waits for JOB-1 (calib), running [after-ok]", "JOB-1"),
        Blocker("resource", "waits for qick (0 of 1 free, held by JOB-2)", "JOB-2"),
        Blocker("slot", "no free slot in qick (1 in use by JOB-3), position 2", "JOB-3"),
        Blocker("worker", "no live worker; start one with: jobyard worker start"),
        Blocker("time", "not before 2026-11-22 12:00:00"),
    )
    found = links(waiting(*blockers, resources={"qick": 1}), "why")
    assert found[:6] == [
        Link("act", "hold"), Link("act", "pause"), Link("job", "JOB-1"), Link("resource", "qick"), Link("job", "JOB-3"),
        Link("act", "worker"),
    ]  # fmt: skip
    assert found[6].kind == "say"


def test_what_can_be_done_is_said_with_the_keys_of_the_app() -> None:
    """A held job names the key that releases it and who holds it, instead of a command line."""
    dossier = waiting(Blocker("held", "held; release it with: jobyard release 1"))
    text = "\n".join(lines(dossier._replace(deeper=Deeper((event("hold", held=1),)))))
    assert "· held\n  → by ada since" in text
    assert "  → H releases it" in text
    assert "jobyard release" not in text


def test_what_would_not_help_is_not_advised() -> None:
    """Neither the first in line nor a job that waits for another starts sooner with a higher priority."""
    first = Blocker("slot", "no free slot in qick (1 in use by JOB-3), position 1", "JOB-3")
    third = first._replace(text="no free slot in qick (1 in use by JOB-3), position 13")
    parent = Blocker("dependency", "waits for JOB-1", "JOB-1")
    assert "raises its priority" not in "".join(lines(waiting(first)))
    assert "raises its priority" in "".join(lines(waiting(third)))
    assert "raises its priority" not in "".join(lines(waiting(parent, third)))


def test_a_locked_resource_is_unlocked_from_the_palette() -> None:
    """The pane names the action, not a command line of another window."""
    locked = Blocker("locked", "qick is locked by ada")
    text = " ".join(lines(waiting(locked, resources={"qick": 1})))
    assert "enter: who has it" in text
    assert "unlock resource" in text
    assert "jobyard resource" not in text


def test_a_paused_queue_says_who_paused_it() -> None:
    """Who and since when stands below the blocker, and the key that resumes the queue."""
    dossier = waiting(Blocker("paused", "queue qick is paused"))._replace(paused=event("queue pause", paused=1))
    text = "\n".join(lines(dossier))
    assert "→ by ada since" in text
    assert "→ P resumes the queue" in text


def test_a_parent_tells_how_far_it_is() -> None:
    """Below a job that is waited for stands since when it runs, or what it waits for itself."""
    parent = FAKE.make(33)._replace(started_at=NOW - 60, estimate=300.0)
    dossier = waiting(Blocker("dependency", f"waits for {parent.id}", parent.id))
    running = "\n".join(lines(dossier._replace(near={parent.id: parent})))
    assert "(1m00s), about 4m00s left" in running
    other = FAKE.make(22)
    dossier = waiting(Blocker("dependency", f"waits for {other.id}", other.id))._replace(near={other.id: other})
    assert "→ it waits itself: no free slot (position 5)" in "\n".join(lines(dossier))


def test_many_blockers_are_cut_and_whole_in_their_tab() -> None:
    """Beside everything else the first few; the tab has them all."""
    blockers = tuple(Blocker("dependency", f"waits for JOB-{n}", f"JOB-{n}") for n in range(30))
    assert "· and 22 reasons more" in lines(waiting(*blockers))
    assert sum(line.startswith("· ") for line in lines(waiting(*blockers), "why")) == 30


# -- facts -------------------------------------------------------------------------------------------


def test_limit_and_estimate_count_down() -> None:
    """A running job says what is left of its limit and its estimate, and where the limit comes from."""
    running = job(33, started_at=NOW - 60, limit=600.0, limit_from="2 times its estimate", estimate=50.0)
    text = lines(Dossier(running))
    assert "limit       10m00s (2 times its estimate), 9m00s left" in text
    assert "estimate    50s, over by 10s" in text


def test_retries_say_how_many_are_left() -> None:
    """Of three retries after one that failed two are left while the second attempt runs."""
    running = job(33, retries=3, tried=2)
    assert any(line.startswith("retries     2 of 3 left, after 1m00s") for line in lines(Dossier(running)))
    assert any(line.startswith("retries     3, after") for line in lines(Dossier(job(1, retries=3))))


def test_a_running_job_tells_which_gpus_it_has() -> None:
    """Its resources lead to who else has or wants them; of GPUs it says which."""
    running = Dossier(job(33, resources={"gpus": 2, "mem": 2**31}), deeper=Deeper((), CAME))
    text = lines(running)
    assert "has         gpus 2 (number 0, 1)" in text
    assert "            mem 2.0 GiB" in text
    assert Link("resource", "gpus") in links(running)


def test_origins_of_copies_and_elements_lead_there() -> None:
    """A clone leads to its original, an element to its array."""
    made = job(21, cloned_from="JOB-20261121-00003", array=Element("JOB-20261122-00001", 3, 10))
    assert links(Dossier(made))[:2] == [Link("job", "JOB-20261121-00003"), Link("job", "JOB-20261122-00001")]


# -- attempts, edges -----------------------------------------------------------------------------------


def test_attempts_have_a_line_each_and_more_in_their_tab() -> None:
    """The last five beside everything else; the tab has all, with where each ran and what it wrote."""
    dossier = Dossier(job(2, attempts=tuple(attempt(n) for n in range(1, 9))))
    assert [link.key for link in links(dossier) if link.kind == "attempt"] == ["4", "5", "6", "7", "8"]
    text = lines(dossier, "attempts")
    assert [link.key for link in links(dossier, "attempts")] == [str(n) for n in range(8, 0, -1)]
    assert "8    ✗ exit 3     1m00s  1.2s   91 MiB" in text
    assert any("on rig-1a2b" in line for line in text)
    assert "     wrote 120 B, 2.0 KiB to stderr" in text
    assert "     exit code 3: no lock" in text


def test_dependencies_both_ways_are_counted_and_cut() -> None:
    """The first six each way, then a line that leads to a filter with all of them."""
    parents = tuple(edge(n, State.RUNNING if n == 1 else State.PENDING) for n in range(1, 9))
    dossier = Dossier(job(21, depends_on=parents, dependents=(edge(40),), dependents_total=1))
    text = lines(dossier)
    assert any(line.startswith("waits for 8 jobs: 7 pending, 1 running ─") for line in text)
    assert "  and 2 jobs more  before:JOB-20261122-00021" in text
    assert Link("filter", "before:JOB-20261122-00021") in links(dossier)
    assert sum(link.kind == "job" for link in links(dossier, "deps")) == 9


def test_a_hundred_thousand_parents() -> None:
    """Of more than a job comes with the pane says that there are more, and where they are."""
    parents = tuple(edge(n) for n in range(1, 1001))
    dossier = Dossier(job(21, depends_on=parents, dependents=parents, dependents_total=100_000))
    text = lines(dossier)
    assert any(line.startswith("waits for 1,000 jobs and more ─") for line in text)
    assert any(line.startswith("  and more  before:") for line in text)
    assert any(line.startswith("  and 99,994 jobs more  after:") for line in text)
    assert len(lines(dossier, "deps")) > 2000


def test_elements_of_an_array_are_one_line() -> None:
    """Many parents that are elements of one array are told once, with how far the array is."""
    parents = tuple(edge(n, array="rabi[0-9]: 3/10 done") for n in range(1, 11))
    text = lines(Dossier(job(21, depends_on=parents)), "deps")
    assert sum("rabi[0-9]: 3/10 done" in line for line in text) == 1


# -- origin, history, log ------------------------------------------------------------------------------


def test_the_origin_is_short_beside_everything_and_whole_in_its_tab() -> None:
    """Revision, branch and how much was not committed; the tab has the changes themselves."""
    dossier = Dossier(job(33), deeper=Deeper((), CAME))
    assert "git         1a2b3c4d5e6f (main), +2 −1 not committed, 1 new" in lines(dossier)
    whole_ = lines(dossier, "origin")
    assert "repository  /lab" in whole_
    assert "python      3.11.4" in whole_
    assert whole_[-2:] == ["+new", "+more"]


def test_an_origin_that_git_is_still_asked_for_says_so() -> None:
    """While the first attempt runs and nothing is known yet, the pane does not say that nothing will be."""
    asked = CAME._replace(taken_at=None, git=GitState(why="its worker left before it was read"))
    running = Dossier(job(33), deeper=Deeper((), asked))
    assert running.unsure
    assert "git         being looked at …" in lines(running)
    ended = Dossier(job(2), deeper=Deeper((), asked))
    assert not ended.unsure
    assert "git         its worker left before it was read" in lines(ended)


def test_the_history_is_newest_first() -> None:
    """Who did what when, what it changed below; the last ten beside everything else."""
    events = tuple(event(f"verb-{n}", priority=n) for n in range(1, 13))
    dossier = Dossier(job(21), deeper=Deeper(events))
    text = lines(dossier)
    assert any(line.startswith("history (the last 10 of 12) ─") for line in text)
    assert any("verb-12  ada rig cli" in line for line in text)
    assert not any("verb-2 " in line for line in text)
    assert "         priority: 12" in text
    assert sum("verb-" in line for line in lines(dossier, "history")) == 12


def test_the_history_is_in_plain_words() -> None:
    """Jobs by name, no row ids; what came of another's end says what it means; moments that went are not told."""
    cut = event("after cut")._replace(before={"parent": 61, "type": "after-ok"})
    back = event("revive", state="pending")._replace(before={"state": "skipped", "ended_at": NOW})
    text = lines(Dossier(job(21), deeper=Deeper((cut, back), parents={61: "fit (1122-00061)"})), "history")
    assert "         waits no more for fit (1122-00061)" in text
    assert any("waits again" in line for line in text)
    assert "         state: skipped → pending" in text


def test_a_requeued_job_waits_since_then() -> None:
    """Not since it was submitted; and the log that is shown is that of the attempt before."""
    ended = attempt(1)._replace(ended_at=NOW - 30)
    text = lines(Dossier(job(21, created_at=NOW - 3600, attempts=(ended,))))
    assert "○ pending  for 30s" in text
    assert Dossier(job(21)).job.state is State.PENDING
    back = event("requeue")._replace(at=NOW - 5)
    text = lines(Dossier(job(21, created_at=NOW - 3600, attempts=(ended,)), deeper=Deeper((back,))))
    assert "○ pending  for 5s" in text
    shown = ["".join(part for part, _ in row.line) for row in output(Dossier(job(21, attempts=(ended,))), FRAME)]
    assert shown[0].startswith("log of attempt 1 ")


def test_blockers_name_jobs_with_their_short_ids() -> None:
    """A name says more than a date; how it is waited for is in words."""
    long = "no free slot in default (2 in use by JOB-20261122-00039 (chatty), JOB-20261122-00040), position 2"
    text = lines(waiting(Blocker("slot", long)), "why", FRAME._replace(width=200))
    assert "· no free slot in default (2 in use by chatty (1122-00039), 1122-00040), position 2" in text
    blocker = Blocker("dependency", "waits for JOB-20261122-00039 (calib), running [after-any]", "JOB-20261122-00039")
    text = lines(waiting(blocker), "why", FRAME._replace(width=200))
    assert "· waits for calib (1122-00039), running, however it ends" in text


def test_a_log_that_was_removed_is_told() -> None:
    """Nothing to see has its reason: nothing yet, nothing ever, or removed."""
    assert "nothing written yet" in lines(
        Dossier(job(33, attempts=(attempt(1, ended_at=None, stdout_bytes=None, stderr_bytes=None),))), "log"
    )
    assert "its log is gone: jobs/x/1 was removed" in lines(Dossier(job(2, attempts=(attempt(1),))), "log")
    assert "It has not been started yet: there is no log." in lines(Dossier(job(21)), "log")
    assert lines(Dossier(job(33), tail=("one", "two")), "log") == ["one", "two"]
    silent = attempt(2, stdout_bytes=0, stderr_bytes=0)
    assert "nothing was written" in lines(Dossier(job(21, attempts=(silent,))), "log")


# -- folded lines, resources, tabs -----------------------------------------------------------------------


def test_a_folded_array_tells_its_progress_and_what_failed() -> None:
    """Counts with bars, at most so many at a time, why it waits, the failed elements to go to, the array's command."""
    counts = ((State.COMPLETED, 37), (State.FAILED, 2), (State.PENDING, 61))
    fold = Fold("array", "JOB-20261122-00001[0-99]", 100, counts)
    bad = FAKE.make(2)._replace(array_id=1, array_index=7)
    array = ArrayRow(
        1, "JOB-20261122-00001", fold.ref, "0-99", "rabi", "rabi {i}", 100, 100, 10, dict(counts), NOW, bad
    )
    waits = job(21, command="rabi 7", blockers=(Blocker("slot", "no free slot in qick, position 2"),))
    dossier = Dossier(waits, fold=fold, array=array, failed=(bad,))
    text = lines(dossier)
    assert "$ rabi {i}" in text
    assert "· no free slot in qick, position 2" in text
    assert any("completed" in line and "▕███" in line and line.endswith("37") for line in text)
    assert "at a time   at most 10" in text
    assert "✗ [7] JOB-20261122-00002  exit code 3" in text
    assert Link("job", bad.id) in links(dossier)


def test_who_has_a_resource() -> None:
    """A resource lists its holders, then who waits, and says who locked it."""
    found = ResourceInfo(
        "qick", "named", 1, 0, "", 1, None, "ada", NOW, "calibration", (Share(1, "JOB-1", "rabi", 1),), 2, ("JOB-2",)
    )
    assert title(found) == "qick: 0 of 1 free, 2 wait, locked by ada: calibration"
    assert [id for _, _, id in options(found)] == ["JOB-1", "JOB-2"]
    assert options(found, {"JOB-2": "fit[3]"})[1][:2] == ("JOB-2 fit[3]", "waits for it")


def test_the_tabs_fit_or_say_which_one() -> None:
    """Where there is no room for all, the one that is shown and how many there are."""
    assert "".join(text for text, _ in tabs("why", 44)) == " all▸why attempts deps origin history log"
    assert "".join(text for text, _ in tabs("all", 60)).split() == ["▸all", *NAMES[1:]]
    assert tabs("why", 20) == [("▸why 2/7", "title")]
    assert [beside(name, 1) for name in NAMES] == [*NAMES[1:], NAMES[0]]


def test_marked_jobs_are_counted() -> None:
    """States and queues of those that were looked at; that there are more is said."""
    some = [FAKE.make(row) for row in range(1, 13)]
    text = ["".join(part for part, _ in row.line) for row in marked(some, 12, Frame(NOW, 80))]
    assert text[0] == "▌ 12 jobs marked: 6 completed, 2 failed, 2 cancelled, 2 skipped"
    assert text[1] == "  in qick 4, spectra 4, default 4"
    text = ["".join(part for part, _ in row.line) for row in marked(some, 40_000, Frame(NOW, 200))]
    assert text[0].startswith("▌ 40,000 jobs marked: ")
    assert text[0].endswith("(of the first 12)")


# -- whatever people call things -------------------------------------------------------------------------

TEXT = st.text(max_size=60) | st.sampled_from(
    ["\x1b[31mred", "a\nb\r\tc", "測量" * 30, "[red]x[/]", "x" * 500, "\u202eevil"]
)
BLOCKERS = st.builds(
    Blocker, st.sampled_from(["held", "paused", "time", "dependency", "locked", "resource", "slot", "odd"]), TEXT, TEXT
)


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    """A job of which everything that people choose is drawn."""
    text = lambda: draw(TEXT)  # noqa: E731
    made = job(draw(st.sampled_from([2, 21, 33])))
    edges = tuple(
        Edge(n, text(), text(), After.ANY, EdgeState.DEAD, State.SKIPPED, text())
        for n in range(draw(st.integers(0, 9)))
    )
    made = made._replace(
        name=text(), command=text(), message=text(), user=text(), cwd=text(), queue=text(), worker=text(),
        blockers=tuple(draw(st.lists(BLOCKERS, max_size=12))), depends_on=edges, dependents=edges,
        dependents_total=draw(st.integers(len(edges), 10**6)), resources={"qick": 1, text(): 2}, on_end=text(),
        fields={"command": draw(st.lists(TEXT, max_size=5))}, limit=draw(st.none() | st.floats(0, 1e9)),
        attempts=tuple(attempt(n, message=text(), worker=text()) for n in range(draw(st.integers(0, 7)))),
        array=draw(st.none() | st.just(Element(text(), 3, 10))), retries=draw(st.integers(0, 5)),
    )  # fmt: skip
    git = GitState(text(), text(), text(), "\n".join(draw(st.lists(TEXT, max_size=5))), True, (text(),), True, text())
    came = CAME._replace(git=git, host=text(), interpreter={text(): text()}, argv=(text(), text()))
    deeper = draw(st.none() | st.just(Deeper((event(text(), text(), name=text(), not_before=1e9),), came)))
    counts = ((State.COMPLETED, 3), (State.FAILED, 1))
    fold = draw(st.none() | st.just(Fold(draw(st.sampled_from(["array", "chain"])), text(), 4, counts)))
    return Dossier(made, fold=fold, deeper=deeper, tail=("safe",), failed=(FAKE.make(2)._replace(message=text()),))


@settings(max_examples=150, deadline=None)
@given(dossiers(), st.integers(8, 200), st.booleans())
def test_no_text_breaks_the_pane(dossier: Dossier, width: int, low: bool) -> None:
    """Whatever things are called and however narrow it is: no error, no line too wide, no control character."""
    frame = Frame(NOW, width, KEYS, low)
    for section in SECTIONS:
        for row in describe(dossier, frame, section.name):
            text = "".join(part for part, _ in row.line)
            assert cell_len(text) <= width
            assert not set(text) & set("\x1b\n\r\t\u202e")
    assert cell_len("".join(text for text, _ in tabs("history", width))) <= max(width, len("▸history 6/7"))
