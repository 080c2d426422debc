"""Job arrays in the store: one submit, one id, elements by index, one line in a list."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jobyard.core.errors import Ambiguous, BadInput, Unknown
from jobyard.core.models import ArrayRow, Dependency, JobFilter, JobRow, JobSpec
from jobyard.core.states import After, State
from jobyard.core.store import arrays, edits, submit
from jobyard.core.yard import cloning, finding, submitting
from tests.store.kit import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, SKIPPED, Lab, statements

MANY = submit.CHUNK * 2 + 500


def spec(array: str, command: object = ("echo", "{i}"), **more: object) -> JobSpec:
    given = list(command) if isinstance(command, tuple) else command
    return JobSpec({"command": given}, array=array, cwd="/", clean_env=True, **more)  # type: ignore[arg-type]


def new_array(lab: Lab, array: str, **more: object) -> list[int]:
    """Submit it; the rows of its elements."""
    first = submitting.submit_many(lab.store, [spec(array, **more)])[0][0]  # type: ignore[arg-type]
    return arrays.elements(lab.store, first)


def column(lab: Lab, name: str, rows: list[int]) -> list[object]:
    return [lab.store.db.value(f"SELECT {name} FROM job WHERE id = ?", (row,)) for row in rows]


def ref(lab: Lab, rows: list[int], which: str = "") -> str:
    return f"{arrays.id_of(lab.store, rows[0])}[{which}]"


# -- submit -----------------------------------------------------------------------------------------


def test_an_array_is_a_job_for_each_index(lab: Lab) -> None:
    """With its index in command, name and input file; the ids follow each other, the first is the array's."""
    rows = new_array(lab, "0-20:10", command=("sh", "-c", "run {i:03} ${i}"), name="scan-{i}", stdin="/data/{i}.txt")
    assert rows == [rows[0], rows[0] + 1, rows[0] + 2]
    assert [json.loads(str(text))["command"][2] for text in column(lab, "fields", rows)] == [
        "run 000 ${i}",
        "run 010 ${i}",
        "run 020 ${i}",
    ]
    assert column(lab, "summary", rows)[2] == "sh -c 'run 020 ${i}'"
    assert column(lab, "name", rows) == ["scan-0", "scan-10", "scan-20"]
    assert column(lab, "stdin", rows) == ["/data/0.txt", "/data/10.txt", "/data/20.txt"]
    assert column(lab, "array_index", rows) == [0, 10, 20]
    answer = submitting.answer(lab.store, rows[0])
    assert answer.id == f"{arrays.id_of(lab.store, rows[0])}[0-20:10]"


def test_a_claimed_element_knows_its_index(lab: Lab) -> None:
    """It goes with the claim, from there into the job's environment; other jobs have none."""
    new_array(lab, "5,7")
    lab.submit()
    assert sorted((job.array_index or 0) for job in lab.claim()) == [0, 5, 7]


def test_at_most_so_many_at_a_time(lab: Lab) -> None:
    """Others of the queue pass; what ends lets the next element start, and a retry counts like any attempt."""
    rows = new_array(lab, "1-9%2")
    other = lab.submit()
    assert sorted(job.row for job in lab.claim()) == [rows[0], rows[1], other]
    assert lab.claim() == []
    lab.end(rows[1], FAILED)
    assert [job.row for job in lab.claim()] == [rows[2]]
    lab.give_back(rows[2])
    assert [job.row for job in lab.claim()] == [rows[2]]


def test_an_arrays_own_limit_is_nobodys_resource(lab: Lab) -> None:
    """It is not in the list of resources, and a job may not want it."""
    from jobyard.core.store import resources

    rows = new_array(lab, "1-3%1", needs={"cpus": 1})
    assert not [found for found in resources.every(lab.store) if "array" in found.name]
    wants = resources.wants(lab.store, column(lab, "demand_id", rows)[0])  # type: ignore[arg-type]
    assert wants == {"cpus": 1, f"array/{arrays.id_of(lab.store, rows[0])}": 1}


def test_arrays_among_other_jobs_of_a_file(lab: Lab) -> None:
    """A key means all elements, and the answer has one entry for each job of the file."""
    wishes = (Dependency("scan"),)
    given = [
        JobSpec({"command": ["true"]}, key="first", cwd="/"),
        spec("1-3", key="scan", dependencies=(Dependency("first"),)),
        JobSpec({"command": ["true"]}, dependencies=wishes, cwd="/"),
        spec("1,2%1", dependencies=wishes),
    ]
    rows, shown = submitting.submit_many(lab.store, given)
    assert rows == [1, 2, 5, 6]
    assert sorted(shown) == [1, 3]
    assert column(lab, "unmet", [1, 2, 4, 5, 6, 7]) == [0, 1, 1, 3, 3, 3]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"array": "3-1"}, "backwards"),
        ({"array": "1-3", "unique": "k"}, "--unique and --array"),
        ({"array": "17-18", "name": "{i}"}, "number of a job"),
        ({"array": "1-3", "needs": {"nothing": 1}}, "no resource"),
    ],
)
def test_a_wrong_array_leaves_nothing(lab: Lab, more: dict[str, object], words: str) -> None:
    """Told in words; no job, no array, no resource of it."""
    with pytest.raises(BadInput, match=words):
        new_array(lab, **more)  # type: ignore[arg-type]
    for table in ("job", "array", "array_tally"):
        assert lab.store.db.value(f"SELECT count(*) FROM {table}") == 0


SUBMITTER = """
import sys
from pathlib import Path
from tests.store.kit import Lab
from tests.store.test_arrays import spec
from jobyard.core.yard import submitting
lab = Lab.__new__(Lab)
lab.home, lab.now = Path(sys.argv[1]), 1_790_000_000.0
lab.store = lab.another()
submitting.submit_many(lab.store, [spec(sys.argv[2])])
"""


@pytest.mark.parametrize(("point", "visible"), [("submit.chunk", 0), ("submit.complete", MANY), ("submit.admit", MANY)])
def test_a_killed_submitter_leaves_all_or_nothing(
    lab: Lab, point: str, visible: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the elements, the array and the resource that limits it; a finished one is whole and can be claimed."""
    monkeypatch.setenv("JOBYARD_CRASH_AT", point)
    monkeypatch.setenv("JOBYARD_CRASH_ONCE", str(tmp_path))
    words = [sys.executable, "-c", SUBMITTER, str(lab.home), f"1-{MANY}%3"]
    assert subprocess.run(words, timeout=60, cwd=Path(__file__).parents[2], check=False).returncode == -9
    assert submit.sweep(lab.store) == 1
    whole = 1 if visible else 0
    assert lab.store.db.value("SELECT count(*) FROM job") == visible
    assert lab.store.db.value("SELECT count(*) FROM array") == whole
    assert lab.store.db.value("SELECT count(*) FROM resource WHERE kind = 'array'") == whole
    assert len(lab.claim()) == (3 if visible else 0)


def test_nothing_of_an_array_is_found_while_it_is_submitted(lab: Lab) -> None:
    """Neither by its id nor in a list, until all of it is there."""
    seen: list[object] = []

    def look(done: int) -> None:
        seen.append(arrays.folded(lab.store, JobFilter(), 10))
        with pytest.raises(Unknown):
            finding.rows(lab.store, ["1[]"])

    submitting.submit_many(lab.store, [spec(f"1-{MANY}")], look)
    assert seen == [[], [], []]
    assert len(finding.rows(lab.store, ["1[]"])) == MANY


# -- references -------------------------------------------------------------------------------------


def test_every_way_to_name_elements(lab: Lab) -> None:
    """All, by index, by state, by the printed form; a full id is the one element; by any element's id too."""
    rows = new_array(lab, "1-5", name="scan")
    lab.run(rows[1], FAILED)
    id = arrays.id_of(lab.store, rows[0])
    found = {
        f"{id}[]": rows,
        f"{id}[1-5]": rows,
        "1[]": rows,
        "last": rows,
        "last[]": rows,
        "2[]": rows,
        "scan": rows,
        "scan[]": rows,
        f"{id}[4,2]": [rows[3], rows[1]],
        "scan[5]": [rows[4]],
        f"{id}[failed]": [rows[1]],
        id: [rows[0]],
        "3": [rows[2]],
    }
    assert {text: finding.rows(lab.store, [text]) for text in found} == found


def test_a_job_may_be_called_like_an_element(lab: Lab) -> None:
    """Then its name means itself."""
    new_array(lab, "1-5", name="scan")
    own = lab.submit(name="scan[2]")
    assert finding.rows(lab.store, ["scan[2]"]) == [own]


def test_a_name_that_an_array_shares(lab: Lab) -> None:
    """Changing asks which is meant; the newest is looked at."""
    rows = new_array(lab, "1-3", name="scan")
    assert finding.rows(lab.store, ["scan"], destructive=True) == rows
    own = lab.submit(name="scan")
    assert finding.rows(lab.store, ["scan"]) == [own]
    with pytest.raises(Ambiguous):
        finding.rows(lab.store, ["scan"], destructive=True)


@pytest.mark.parametrize("text", ["1[6]", "1[1-6]", "1[running]", "2[]", "other[]", "JOB-19990101-00001[]"])
def test_elements_that_are_not_there(lab: Lab, text: str) -> None:
    """An index that it never had, a state that none is in, a job that is no array."""
    new_array(lab, "1")
    lab.submit(name="other")
    with pytest.raises(Unknown):
        finding.rows(lab.store, [text])


def test_one_job_where_one_is_needed(lab: Lab) -> None:
    """An array is many, and the error says how to name one of them."""
    rows = new_array(lab, "1-3")
    with pytest.raises(BadInput, match=r"\[INDEX\]"):
        finding.one(lab.store, ref(lab, rows))
    assert finding.one(lab.store, ref(lab, rows, "2")) == rows[1]


# -- dependencies -----------------------------------------------------------------------------------


def test_after_an_array_is_after_all_its_elements(lab: Lab) -> None:
    """One that failed skips what waits for success; what waits for the end comes when the last has ended."""
    rows = new_array(lab, "1-3")
    wishes = [(Dependency(ref(lab, rows), after),) for after in (After.OK, After.ANY)]
    given = [JobSpec({"command": ["true"]}, dependencies=some, cwd="/") for some in wishes]
    good, anyway = submitting.submit_many(lab.store, given)[0]
    lab.claim()
    lab.end(rows[0], COMPLETED)
    lab.end(rows[1], FAILED)
    assert lab.states([good, anyway]) == [SKIPPED, PENDING]
    lab.end(rows[2], COMPLETED)
    assert [job.row for job in lab.claim()] == [anyway]


def test_a_job_after_very_many_comes_in_several_transactions(lab: Lab) -> None:
    """Each edge counts once, those to elements that have ended are judged at once, and a crash leaves nothing."""
    rows = new_array(lab, f"1-{submit.EDGES + 1500}")
    edits.cancel(lab.store, rows[:3])
    wishes = (Dependency("1[]", After.ANY),)
    (last,) = submitting.submit_many(lab.store, [JobSpec({"command": ["true"]}, dependencies=wishes, cwd="/")])[0]
    assert column(lab, "unmet", [last]) == [len(rows) - 3]
    assert column(lab, "batch", [last]) == [None]


def test_arrays_that_would_wait_for_each_other_a_million_times(lab: Lab) -> None:
    """Are refused, with the way out."""
    new_array(lab, "1-2000")
    with pytest.raises(BadInput, match="one job between"):
        new_array(lab, "1-2000", dependencies=(Dependency("1[]"),))


# -- as one ----------------------------------------------------------------------------------------


def test_cancelled_and_requeued_as_one_or_by_element(lab: Lab) -> None:
    """A requeue of the whole takes those that have ended."""
    rows = new_array(lab, "1-6", needs={})
    lab.claim()
    lab.end(rows[0], COMPLETED)
    edits.cancel(lab.store, finding.rows(lab.store, [ref(lab, rows, "5")]))
    assert finding.ended_of_arrays(lab.store, [ref(lab, rows)]) == [rows[0], rows[4]]
    edits.requeue(lab.store, finding.ended_of_arrays(lab.store, [ref(lab, rows)]))
    assert lab.states(rows) == [PENDING, RUNNING, RUNNING, RUNNING, PENDING, PENDING]
    edits.cancel(lab.store, finding.rows(lab.store, [ref(lab, rows)]))
    assert lab.states([rows[0], *rows[4:]]) == [CANCELLED] * 3


def test_a_clone_of_an_array_is_an_array(lab: Lab) -> None:
    """With the same indexes and limit, elements linked to theirs; the clone of an element keeps its index."""
    rows = new_array(lab, "1,4-6%2", name="scan-{i}", on_end="cat", retries=3, needs={"mem": 1})
    again = arrays.elements(lab.store, cloning.clone_array(lab.store, rows[0]))
    assert arrays.shown_as(lab.store, again[0]).endswith("[1,4-6]")
    assert column(lab, "clone_of", again) == rows
    for name in ("name", "fields", "array_index", "on_end", "retries", "env_id", "retry_most"):
        assert column(lab, name, again) == column(lab, name, rows)
    single = cloning.clone_job(lab.store, rows[1])
    assert column(lab, "array_index", [single]) == [4]
    assert column(lab, "array_id", [single]) == [None]
    assert len(lab.claim()) == 4  # two, two of the clone; the single one finds no slot


def test_the_last_element_takes_the_array_with_it(lab: Lab) -> None:
    """Row, counts and resource go when nothing is left of it."""
    rows = new_array(lab, "1-3%1")
    kept = new_array(lab, "1-2%1")
    with lab.store.db.transaction() as connection:
        for row in rows:
            connection.execute("DELETE FROM job WHERE id = ?", (row,))
    assert lab.store.db.rows("SELECT id FROM array") == [(kept[0],)]
    assert lab.store.db.value("SELECT count(*) FROM resource WHERE kind = 'array'") == 1


def test_what_is_left_of_a_purged_array(lab: Lab) -> None:
    """Its id still names it, and what was purged is told."""
    rows = new_array(lab, "1-3")
    with lab.store.db.transaction() as connection:
        connection.execute("DELETE FROM job WHERE id = ?", (rows[0],))
    assert finding.rows(lab.store, [ref(lab, rows)]) == rows[1:]
    with pytest.raises(Unknown, match="purged"):
        finding.rows(lab.store, [ref(lab, rows, "1")])
    (line,) = arrays.folded(lab.store, JobFilter(), 10)
    assert isinstance(line, ArrayRow)
    assert (line.size, line.left) == (3, 2)


# -- lists -----------------------------------------------------------------------------------------


def folded(lab: Lab, limit: int | None = 10, **where: object) -> list[int]:
    """First rows of the lines."""
    return [line.row for line in arrays.folded(lab.store, JobFilter(**where), limit)]  # type: ignore[arg-type]


def test_an_array_is_one_line_where_its_first_stands(lab: Lab) -> None:
    """With the counts of its states, whatever they are, and the most telling one as its own."""
    single = lab.submit(priority=5)
    rows = new_array(lab, "1-9", name="scan")
    after = lab.submit()
    assert folded(lab) == [single, rows[0], after]
    lab.claim()
    lab.start(rows[0])
    lab.end(rows[0], FAILED)
    lab.start(rows[1])
    line = arrays.folded(lab.store, JobFilter(), 10)[1]
    assert isinstance(line, ArrayRow)
    assert line.state is State.RUNNING
    shown = {state: count for state, count in line.counts.items() if count}
    assert shown == {RUNNING: 1, PENDING: 7, FAILED: 1}
    assert folded(lab, states=frozenset({FAILED})) == [rows[0]]
    assert folded(lab, words=("scan",)) == [rows[0]]
    assert folded(lab, limit=None) == folded(lab, limit=50)


def test_a_list_passes_over_arrays_by_queries_not_by_elements(lab: Lab) -> None:
    """As many statements for three thousand elements as for three, and the jobs behind them are reached."""
    sizes = []
    for size in (3, 3000):
        rows = [new_array(lab, f"1-{size}")[0] for _ in range(3)]
        last = lab.submit()
        sizes.append(len(statements(lab.store, lambda: folded(lab, limit=4))))
        assert folded(lab, limit=4) == [*rows, last]
        edits.cancel(lab.store, [row for (row,) in lab.store.db.rows("SELECT id FROM job")])
        with lab.store.db.transaction() as connection:
            connection.execute("DELETE FROM job")
    assert sizes[1] <= sizes[0] * 3


def test_a_line_and_its_elements_tell_the_same(lab: Lab) -> None:
    """The folded list has the jobs of the plain one, each in its line."""
    for number in range(8):
        new_array(lab, f"1-{number + 1}", priority=number % 3) if number % 2 else lab.submit(priority=number % 2)
    lab.claim()
    plain = list(dict.fromkeys(row.array_id or -row.row for row in _listing(lab)))
    lines = arrays.folded(lab.store, JobFilter(), None)
    assert [line.row if isinstance(line, ArrayRow) else -line.row for line in lines] == plain


def _listing(lab: Lab) -> list[JobRow]:
    from jobyard.core.store import views

    return views.listing(lab.store, JobFilter(), None)
