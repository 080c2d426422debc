"""What the Workers screen says, as pure functions: workers, what runs, resources, the yard, questions, curves."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.models import Finding, ResourceInfo, Share, WorkerInfo
from jobyard.core.progress import Progress
from jobyard.core.states import State
from jobyard.core.usage import Sample, spread
from jobyard.core.yard.staffed import Keeper, Staff, Vitals
from jobyard.tui.crew import asking, holdings, running, staff, yard
from jobyard.tui.crew.curves import MOST, Tracks, chart, cpu_of, curve, step
from jobyard.tui.crew.entries import Content, length
from jobyard.tui.crew.running import Work, columns
from jobyard.tui.crew.sight import Verdict
from tests.tui.fake_yard import NOW, FakeYard, worker

MIB = 1 << 20
KEEPER = Keeper(True, 4100, NOW - 600, 13 * MIB)
KEYS = {"new": "a", "jobs": "1", "start": "s", "doctor": "!", "repair": "M"}
VITALS = Vitals(73 << 30, 250 << 30, 64 * MIB, 4 * MIB, MIB, 812, NOW - 86_400, 35, (), "")


def text(content: Content, width: int = 90) -> str:
    """A panel's entries as text."""
    lines = [line for entry in content.entries for line in entry.lines(width)]
    return "\n".join("".join(part for part, _ in line).rstrip() for line in lines)


def staffed(*workers: WorkerInfo, keeper: Keeper = KEEPER, total: int = 2) -> Staff:
    return Staff(NOW, workers, keeper, (), total)


def shown(*workers: WorkerInfo, keeper: Keeper = KEEPER, total: int = 2, **house: object) -> str:
    found = staffed(*workers, keeper=keeper, total=total)
    return text(staff.content(found, staff.House(**house), 90, NOW))  # type: ignore[arg-type]


# -- workers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (worker("headless"), ("● working", "headless on rig", "4242", "now")),
        (worker("headless", hung=True)._replace(heartbeat_at=NOW - 40), ("! hung", "40s", "its 2 jobs go on")),
        (worker("headless", "draining"), ("◐ draining", "leaves when its 2 jobs have ended")),
        (worker("headless")._replace(max_jobs=8), ("2/8",)),
        (worker("headless", "dead")._replace(alive=False), ("✗ died", "2 jobs go on, watched by the keeper")),
        (worker("app"), ("in an app",)),
    ],
)
def test_a_workers_line(one: WorkerInfo, words: tuple[str, ...]) -> None:
    """State in a glyph and a word, where it is, what it runs, how long ago it told of itself, and what that means."""
    assert all(word in shown(one) for word in words)


def test_the_worker_of_this_app_is_told_from_others() -> None:
    """Two apps may have a worker each: whose is whose is said."""
    assert "in this app" in shown(worker("app"), own="rig-1a2b")


@pytest.mark.parametrize("seconds", [0.0, 3.0, 7.9])
def test_usual_heartbeats_are_always_the_same_word(seconds: float) -> None:
    """A heartbeat comes every five seconds: what is younger repaints nothing."""
    assert staff.heard(worker("headless"), NOW + seconds) == "now"


@pytest.mark.parametrize(
    ("house", "words"),
    [({}, "s starts one"), ({"member": True, "owner": "olga"}, "olga, whose yard"), ({"read_only": True}, "jobyard w")],
)
def test_without_a_worker_it_says_what_to_do(house: dict[str, object], words: str) -> None:
    """Nobody works: that nothing starts, that what runs goes on, and who can start one."""
    assert "Nothing new starts" in shown(**house).replace("nothing", "Nothing")
    assert words in shown(**house)


@pytest.mark.parametrize(
    ("keeper", "total", "words"),
    [
        (KEEPER, 2, "13 MiB"),
        (Keeper(False), 0, "none is needed"),
        (Keeper(False), 2, "with nobody to watch"),
        (Keeper(True, silent=True), 2, "does not answer"),
        (Keeper(True, theirs=True), 2, "its owner's"),
    ],
)
def test_the_keepers_line(keeper: Keeper, total: int, words: str) -> None:
    """It lives, is not needed, is gone though jobs run, does not answer, or is another account's."""
    assert words in shown(worker("headless"), keeper=keeper, total=total)


# -- what runs ---------------------------------------------------------------------------------------


def work(fake: FakeYard, tracks: Tracks) -> Work:
    job = fake.make(35)
    assert job.state is State.RUNNING
    samples = [Sample(NOW - 300 + n, n / 2, n * MIB, 3, 0.5) for n in range(200)]
    tracks.take([35], {35: samples}, {})
    return Work(job, "rig", samples[-1], Progress(0.25, "shot 1", NOW, None, NOW + 60), tracks)


@pytest.mark.parametrize("width", [28, 40, 60, 80, 92, 110, 140, 200])
def test_a_jobs_line_has_its_width_and_heads_stand_above(fake: FakeYard, width: int) -> None:
    """At every width a line is as wide as the panel; name, time and CPU never go; heads end where columns end."""
    columns_ = columns(width, several=True)
    made = running.line(work(fake, Tracks()), columns_, width, NOW)
    assert length(made) <= max(width, 3 + sum(column.cells for column in columns_))
    assert {"time", "cpu"} <= {column.title for column in columns_}
    head = running.heads(columns_, width, "running 3")
    assert length(head) + len("running 3") <= width


def test_more_room_tells_more() -> None:
    """Each step in width has all that the narrower one had, and the bar of progress becomes one with an end."""
    titles = [{column.title for column in columns(width, several=False)} for width in range(30, 160)]
    assert all(less <= more for less, more in itertools.pairwise(titles))
    assert {"id", "queue", "done", "time", "cpu", "mem", "n"} <= titles[-1]


def test_a_wide_line_tells_use_and_progress(fake: FakeYard) -> None:
    """CPU of one core, memory, processes, how far it is and when it ends."""
    made = "".join(part for part, _ in running.line(work(fake, Tracks()), columns(150, several=False), 150, NOW))
    assert all(word in made for word in ("rabi-035", "50%", "199M", " 3", "25%", "ends", "█"))


# -- curves -----------------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e12)), max_size=40), st.integers(1, 8))
def test_a_chart_has_its_shape(values: list[float | None], rows: int) -> None:
    """So many lines, a cell a value; the highest fills its column, what is not known is blank, all else is seen."""
    most = max((value for value in values if value is not None), default=0.0)
    lines = chart(values, most, rows)
    assert len(lines) == rows
    for at, value in enumerate(values):
        column = [line[at] for line in lines]
        assert (column[-1] == " ") is (value is None)
        assert (column[0] == "█") is (value is not None and most > 0 and value / most * rows * 8 > rows * 8 - 1)
    assert curve(values, most) == chart(values, most, 1)[0]


@given(st.floats(0, 1e9), st.integers(1, 200))
def test_cells_of_a_curve_stay_where_they_are(age: float, cells: int) -> None:
    """All of a life has room, at most half of it is left over, and a longer life has no finer cells."""
    wide = step(age, cells)
    assert wide * cells >= age * (1 - 1e-9)
    assert wide == 1.0 or wide * cells <= 2 * age
    assert step(age * 1.1, cells) >= wide


@given(st.lists(st.tuples(st.floats(0.01, 50), st.floats(0, 8)), min_size=1, max_size=60), st.integers(1, 30))
def test_a_course_is_the_same_whether_followed_or_drawn_at_once(steps: list[tuple[float, float]], cells: int) -> None:
    """Sample by sample, or all at once from the file: the curve of a life is the same, and so is its highest value."""
    times = list(itertools.accumulate(apart for apart, _ in steps))
    samples = [Sample(NOW + at, 0.0, 0, 1, cpu) for at, (_, cpu) in zip(times, steps, strict=True)]
    tracks = Tracks()
    for sample in samples:
        tracks.take([1], {}, {1: sample})
        followed = tracks.spread(1, NOW, sample.at, cells, cpu_of)
    end = NOW + step(samples[-1].at - NOW, cells) * cells
    assert tuple(followed) == pytest.approx(spread(samples, NOW, end, cells, cpu_of))
    assert tracks.most(1, cpu_of) == max(cpu for _, cpu in steps)


def test_tracks_stay_small_and_forget_what_ended() -> None:
    """However long a job runs, so many samples are kept, the first and the last among them; an ended job's go."""
    tracks = Tracks()
    for second in range(5000):
        tracks.take([1], {}, {1: Sample(float(second + 1), 0.0, second, 1, 0.0)})
    kept = tracks.of(1)
    assert len(kept) <= MOST
    assert (kept[0].at, kept[-1].at) == (1.0, 5000.0)
    tracks.take([2], {}, {})
    assert tracks.known == frozenset()


# -- resources ----------------------------------------------------------------------------------------


def resource(**more: object) -> ResourceInfo:
    share = Share(1, "JOB-20261122-00001", "fit", 2, (0, 3))
    base = ResourceInfo("gpus", "named", 4, 2, "", 4, None, "", None, "", (share,), 3, ("JOB-20261122-00009",))
    return base._replace(**more)  # type: ignore[arg-type]


def test_a_resource_tells_who_has_it_and_who_waits() -> None:
    """Taken of how many, holders with the numbers of their GPUs, the first that wait."""
    told = text(holdings.content([resource()], {}, 60, NOW), 60)
    assert all(word in told for word in ("gpus", "2/4", "██████", "1122-00001 fit #0,3", "3 wait: 1122-00009"))


def test_a_lock_tells_by_whom_since_when_and_why() -> None:
    """A locked resource says who keeps everybody off it."""
    one = resource(locked_by="ada", locked_at=NOW - 60, lock_note="in the hutch\x1b[31m")
    told = text(holdings.content([one], {"gpus": "1.5"}, 80, NOW), 80)
    assert "‖ locked by ada since" in told
    assert "in the hutch␛[31m" in told
    assert "1.5 in use" in told


def test_no_resource_says_how_to_declare_one() -> None:
    """Nothing is declared: where that is done."""
    assert "resource set NAME" in text(holdings.content([], {}, 60, NOW), 60)


# -- the yard ------------------------------------------------------------------------------------------


def test_the_yard_tells_its_health() -> None:
    """Room, sizes, history and settings; the key of the doctor, until it was asked."""
    told = text(yard.content(VITALS, None, False, 60, NOW, KEYS), 60)
    assert all(word in told for word in ("73 GiB free", "64 MiB", "4.0 MiB", "of log", "812", "35", "!  examines"))


def test_a_full_disk_is_an_alarm() -> None:
    """Below its floor nothing starts: the title of the panel says so."""
    content = yard.content(VITALS._replace(disk_free=MIB), None, False, 60, NOW, KEYS)
    assert content.head == [("▲ disk below its floor", "failed")]


def test_what_the_doctor_found_comes_worst_first_with_what_to_do() -> None:
    """Bad before warnings before what is well, each with its reason and its way out; a repair where one helps."""
    findings = (
        Finding("ok", "the settings are fine"), Finding("warn", "no worker lives", "nothing starts", "Open the app"),
        Finding("bad", "3 counters are wrong", "a crash", "Mend it: jobyard doctor --repair"),
    )  # fmt: skip
    told = text(yard.content(VITALS, Verdict(findings, NOW), False, 70, NOW, KEYS), 70)
    places = [
        told.index(word) for word in ("✓ 1 well, ! 2 not", "✗ 3 counters", "M  repairs", "! no worker", "✓ the se")
    ]
    assert places == sorted(places)


# -- questions ----------------------------------------------------------------------------------------


def test_a_stop_says_what_goes_on_and_who_takes_over() -> None:
    """Its jobs are counted; whether another worker starts what waits is said, and how the command line is."""
    one, other = worker("headless"), worker("app")._replace(id=2, name="other")
    alone = asking.stop(one, staffed(one), 12)
    assert alone.line == "jobyard worker stop rig-1a2b"
    assert "Its 2 jobs go on" in alone.body[0]
    assert "12 pending jobs wait for one" in alone.body[1]
    assert asking.stop(one, staffed(one, other), 12).body[1] == "1 other worker goes on."


def test_a_drain_says_when_it_leaves() -> None:
    """After its jobs, or at once where it has none; a draining worker is no heir."""
    one, other = worker("headless"), worker("app", "draining")._replace(id=2)
    assert "leaves when its 2 jobs have ended" in asking.drain(one, staffed(one), 0).body[0]
    assert "leaves at once" in asking.drain(one._replace(running=0), staffed(one), 0).body[0]
    assert "nothing new begins" in asking.drain(one, staffed(one, other), 0).body[1]


def test_a_repair_names_what_it_mends() -> None:
    """Findings that a repair mends, that it cannot be undone, and how many jobs go on."""
    bad = Finding("bad", "3 counters are wrong", "", "Mend it: jobyard doctor --repair")
    asked = asking.repair((bad, Finding("warn", "no worker lives")), 2)
    assert asked.body[0] == "✗ 3 counters are wrong"
    assert not any("no worker" in line for line in asked.body)
    assert "2 running jobs go on." in asked.body
