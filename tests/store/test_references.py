"""What people call a job: ids, numbers of today, ranges, `last`, names."""

from __future__ import annotations

import pytest

from jobyard.core.errors import Ambiguous, BadInput, Unknown
from jobyard.core.store import Actor, Store, ids, jobs, submit
from jobyard.core.yard import finding
from tests.store.kit import Lab

DAY = 86_400.0


def id_of(lab: Lab, row: int) -> str:
    day, number = lab.store.db.row("SELECT day, number FROM job WHERE id = ?", (row,)) or (0, 0)
    return ids.text(day, number)


def test_every_way_to_name_a_job(lab: Lab) -> None:
    """In the order given, each once."""
    first, second, third = lab.submit(name="rabi"), lab.submit(), lab.submit()
    assert finding.rows(lab.store, [id_of(lab, first)]) == [first]
    assert finding.rows(lab.store, [id_of(lab, first).lower()]) == [first]
    assert finding.rows(lab.store, ["2", "00003", "2"]) == [second, third]
    assert finding.rows(lab.store, ["2..3", "1"]) == [second, third, first]
    assert finding.rows(lab.store, ["last", "rabi", third]) == [third, first]


def test_a_number_means_today(lab: Lab) -> None:
    """Yesterday's job of that number is named by its full id alone; a clock set back stays in the latest day."""
    old = lab.submit()
    lab.now += DAY
    new = lab.submit()
    assert finding.rows(lab.store, ["1", id_of(lab, old)]) == [new, old]
    lab.now -= 5 * DAY
    assert finding.rows(lab.store, ["1"]) == [new]


def test_last_is_ones_own(lab: Lab) -> None:
    """The newest job of whoever asks."""
    mine = lab.submit()
    bob = Store(lab.home, Actor("bob", "host", "cli"), clock=lambda: lab.now)
    with pytest.raises(Unknown, match="othing was submitted by you"):
        finding.rows(bob, ["last"])
    theirs = submit.add(bob, [lab.new()])[0]
    assert finding.rows(bob, ["last"]) == [theirs]
    assert finding.rows(lab.store, ["last"]) == [mine]
    bob.close()


def test_a_label_is_no_account(lab: Lab) -> None:
    """A job may bear anybody's name; the audit, `show` and what "last" means go by the account that submitted it."""
    mine = lab.submit()
    bob = Store(lab.home, Actor("bob", "host", "cli"), clock=lambda: lab.now)
    new = lab.new()
    labelled = submit.add(bob, [new._replace(spec=new.spec._replace(user="ada"))])[0]
    assert finding.rows(lab.store, ["last"]) == [mine]
    assert finding.rows(bob, ["last"]) == [labelled]
    job = jobs.load(bob, labelled)
    assert (job.user, job.account, job.whose) == ("ada", "bob", "ada (account bob)")
    assert jobs.load(bob, mine).whose == "ada"
    assert [event.user for event in jobs.history(bob, labelled)] == ["bob"]
    bob.close()


def test_a_name_that_several_bear(lab: Lab) -> None:
    """Looking takes the newest; changing asks which, naming them."""
    rows = [lab.submit(name="rabi") for _ in range(5)]
    assert finding.rows(lab.store, ["rabi"]) == [rows[-1]]
    with pytest.raises(Ambiguous) as caught:
        finding.rows(lab.store, ["rabi"], destructive=True)
    assert id_of(lab, rows[-1]) in caught.value.line()
    assert "and more" in caught.value.line()
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("ref", ["JOB-20260101-00001", "77", "70..79", "ramsey", "rabbi", "", "3..1"])
def test_what_is_not_there_is_told(lab: Lab, ref: str) -> None:
    """One line, exit code 2, with the nearest name where there is one."""
    lab.submit(name="rabi")
    with pytest.raises(BadInput) as caught:
        finding.rows(lab.store, [ref])
    assert caught.value.exit_code == 2
    if ref == "rabbi":
        assert "nearest name is rabi" in caught.value.line()


def test_a_range_with_gaps(lab: Lab) -> None:
    """Numbers that do not exist are left out, as long as one does."""
    rows = [lab.submit() for _ in range(3)]
    assert finding.rows(lab.store, ["2..9"]) == rows[1:]


def test_one_means_one(lab: Lab) -> None:
    """Where a single job is wanted a range is refused."""
    lab.submit(), lab.submit()
    with pytest.raises(BadInput, match="means 2 jobs"):
        finding.one(lab.store, "1..2")


def test_a_batch_that_grows_cannot_be_named(lab: Lab) -> None:
    """Not by number, range, name or last, before it is complete."""

    def look(done: int) -> None:
        for ref in ("1", "1..5", "rabi", "last"):
            with pytest.raises(Unknown):
                finding.rows(lab.store, [ref])

    submit.add(lab.store, [lab.new(name="rabi") for _ in range(submit.CHUNK + 1)], look)
    assert len(finding.rows(lab.store, ["1..5"])) == 5
