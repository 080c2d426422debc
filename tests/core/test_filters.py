"""The filter language: what a text means, where its mistakes are, and that it reads as it is written."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobyard.core.errors import BadFilter
from jobyard.core.filters import values
from jobyard.core.filters.asked import Contains, Like, Missing, Present, Refers, Same, Wants, Within
from jobyard.core.filters.fields import FIELDS, KINDS, MISTAKEN, NAMES, OPERATORS, TABLE, field_named
from jobyard.core.filters.lifting import lift
from jobyard.core.filters.reading import DEEPEST, LONGEST, MOST_PARTS, parse
from jobyard.core.filters.tokens import in_quotes
from jobyard.core.filters.tree import All, Expression, Jobs, Not, Some, Term, Word, every, leaves, some, unplaced
from jobyard.core.filters.writing import text

NOON = datetime(2026, 11, 22, 12).timestamp()


def read(written: str) -> Expression | None:
    """What it means, wherever it was written."""
    found = parse(written)
    return None if found is None else unplaced(found)


def asked(written: str) -> tuple[object, ...]:
    """What a single term asks at noon."""
    term = parse(written)
    assert isinstance(term, Term)
    return values.read(term, NOON).tests


def mistake(written: str) -> BadFilter | None:
    """What is wrong with it, if anything is."""
    try:
        parse(written)
    except BadFilter as error:
        return error
    return None


A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("", None),
        ("   ", None),
        ("a", A),
        ("a b", All((A, B))),
        ("a and b", All((A, B))),
        ("a b or c", Some((All((A, B)), C))),
        ("a (b or c)", All((A, Some((B, C))))),
        ("a OR b", Some((A, B))),
        ("not a b", All((Not(A), B))),
        ("not (a b)", Not(All((A, B)))),
        ("-a", Not(A)),
        ("-(a or b)", Not(Some((A, B)))),
        ("not not a", Not(Not(A))),
        ("((a))", A),
        ("(a b) c", All((A, B, C))),
        ('"a b"', Word("a b")),
        ("'a b'", Word("a b")),
        ('"or"', Word("or")),
        (r'"say \"a\" \\ "', Word('say "a" \\ ')),
        ("don't", Word("don't")),
        ("f(x)", Word("f(x)")),
        ("(f(x))", Word("f(x)")),
        ("--shots=1000", Word("--shots=1000")),
        ("-5", Word("-5")),
        ("JOB-20261122-00001[1,5]", Word("JOB-20261122-00001[1,5]")),
        ("failed", Term("state", ":", "failed")),
        ("Done", Term("state", ":", "done")),
        ('"failed"', Word("failed")),
        ("failed done a", All((Term("state", ":", "failed,done"), A))),
        ("failed and done", All((Term("state", ":", "failed"), Term("state", ":", "done")))),
        ("not failed done", All((Not(Term("state", ":", "failed")), Term("state", ":", "done")))),
        ("a[1] b a[2-3]", All((Some((Word("a[1]"), Word("a[2-3]"))), B))),
        ('a[1] "a[2]"', All((Word("a[1]"), Word("a[2]")))),
        ("state:failed", Term("state", ":", "failed")),
        ("STATE:failed", Term("state", ":", "failed")),
        ("is:failed", Term("state", ":", "failed")),
        ("needed_by:last", Term("before", ":", "last")),
        ("age:>2d", Term("age", ">", "2d")),
        ('name:"a b",c', Term("name", ":", '"a b",c')),
        ("name:f(x)", Term("name", ":", "f(x)")),
        ("(name:f(x))", Term("name", ":", "f(x)")),
    ],
)  # fmt: skip
def test_a_text_means_this(written: str, means: Expression | None) -> None:
    """Side by side is and, which binds closer than or; not and - take the next part; a bare state is the state."""
    assert read(written) == means


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("state:failed,ok", (Same("failed"), Same("completed"))),
        ("cause:time-limit", (Same("time limit"),)),
        ('cause:"time limit"', (Same("time limit"),)),
        ("cause:none", (Missing(),)),
        ("exit!=any", (Present(),)),
        ("name:rabi", (Same("rabi"),)),
        ("name~rabi,t1", (Contains("rabi"), Contains("t1"))),
        ("name:ra*i", (Like(("ra", "i")),)),
        ('name:"ra*i"', (Same("ra*i"),)),
        ('name:""', (Same(""),)),
        ("command:python", (Contains("python"),)),
        ("command=python", (Same("python"),)),
        ("command:py*", (Like(("py", "")),)),
        ("exit:3", (Within(3, 3),)),
        ("exit:2..4,9..", (Within(2, 4), Within(9, None))),
        ("exit:..4", (Within(None, 4),)),
        ("exit>3", (Within(3, None, open_low=True),)),
        ("exit<=3", (Within(None, 3),)),
        ("priority:high", (Within(10, 10),)),
        ("signal:KILL,sigterm,1", (Within(9, 9), Within(15, 15), Within(1, 1))),
        ("limit<10m", (Within(None, 600, open_high=True),)),
        ("limit>=10m", (Within(600, None),)),
        ("age:2d", (Within(172_800, 259_200, open_high=True),)),
        ("age:1h..90m", (Within(3600, 5400),)),
        ("mem>4G", (Within(4 * 2**30, None, open_low=True),)),
        ("held:yes,no", (Within(1, 1), Within(0, 0))),
        ("needs:qick", (Wants("qick", Within(1, None)),)),
        ("needs:qick>=2", (Wants("qick", Within(2, None)),)),
        ("needs:mem=2G", (Wants("mem", Within(2**31, 2**31)),)),
        ("after:rabi,12..20", (Refers("rabi"), Refers("12..20"))),
        ("array:none", (Missing(),)),
    ],
)  # fmt: skip
def test_a_term_asks_this(written: str, means: tuple[object, ...]) -> None:
    """A value is read by the kind of its field; lists, ranges, stars and none as the table has it."""
    assert [(type(test), test) for test in asked(written)] == [(type(test), test) for test in means]


def local(*when: int) -> float:
    return datetime(*when).timestamp()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "low", "high", "open_high"),
    [
        ("ended:2026-11-21", local(2026, 11, 21), local(2026, 11, 22), True),
        ("ended>2026-11-21", local(2026, 11, 21), None, False),
        ("ended<2026-11-21", None, local(2026, 11, 21), True),
        ("ended<=2026-11-21", None, local(2026, 11, 22), True),
        ("ended:2026-11-20..2026-11-21", local(2026, 11, 20), local(2026, 11, 22), True),
        ("ended:today", local(2026, 11, 22), local(2026, 11, 23), True),
        ("ended:yesterday", local(2026, 11, 21), local(2026, 11, 22), True),
        ("ended>10:00", local(2026, 11, 22, 10), None, False),
        ("ended>9:30:15", local(2026, 11, 22, 9, 30, 15), None, False),
        ("ended:23:00", local(2026, 11, 21, 23), local(2026, 11, 21, 23, 1), True),
        ("ended>-2h", local(2026, 11, 22, 10), None, True),
        ("started:2026-11-21T10:30", local(2026, 11, 21, 10, 30), local(2026, 11, 21, 10, 31), True),
        ("started:-3h..-1h", local(2026, 11, 22, 9), local(2026, 11, 22, 11), False),
    ],
)  # fmt: skip
def test_a_time_is_a_stretch(written: str, low: float | None, high: float | None, open_high: bool) -> None:
    """A date is a day and a time of day the last minute that showed it; a time ago is an instant."""
    (found,) = asked(written)
    assert isinstance(found, Within)
    assert (found.low, found.high) == (low, high)
    assert high is None or found.open_high is open_high


@pytest.mark.parametrize(
    ("written", "marked", "told"),
    [
        ("a stat:failed", "stat", "The nearest is state"),
        ("lr=0.1", "lr", "in quotes"),
        ("state<failed", "<", "It takes : = !="),
        ("age==2d", "==", "The nearest is ="),
        ("age<2x", "2x", "10m, 1h30m"),
        ("a age<2d,3d", "3d", "Use : for a list"),
        ("state:failed,faild", "faild", "The nearest is failed"),
        ("state:held", "held", "Write held:yes"),
        ("cause:cosmic", "cosmic", "time limit"),
        ("held:maybe", "maybe", "held:yes"),
        ("exit:9..2", "9..2", "Write 2..9"),
        ("exit:..", "..", "no end"),
        ("exit:x", "x", "whole number"),
        ("signal:KIL", "KIL", "SIGTERM"),
        ("ended>10", "10", "10:00 or -2h"),
        ("ended>+2h", "+2h", "-2h"),
        ("ended>2026-13-01", "2026-13-01", "2026-11-21"),
        ("id:20..12", "20..12", "12..20"),
        ("a state:", "state:", "state:failed"),
        ("state:failed,", "", "A value is missing"),
        ("age < 2d", "<", "without spaces"),
        ('a "b c', '"b c', "not closed"),
        ("name:'b c", "'b c", "not closed"),
        ("a (b c", "(", "Put a )"),
        ("a) b", ")", "closes nothing"),
        ("a or", "or", "missing after or"),
        ("a and or b", "and", "missing after and"),
        ("or a", "or", "missing before or"),
        ("a not", "not", "missing after not"),
        ("a ()", ")", "nothing between"),
        ("a \ud800", "\ud800", "UTF-8"),
        ("name:\0", "\0", "NUL"),
    ],
)  # fmt: skip
def test_a_mistake_is_pointed_at(written: str, marked: str, told: str) -> None:
    """The error knows where it is, and says what would do."""
    with pytest.raises(BadFilter) as caught:
        parse(written)
    error = caught.value
    assert written[error.at : error.at + error.length] == marked
    assert told in error.line()


@pytest.mark.parametrize(
    "written",
    ["(" * 5000, "not " * 900, "-(" * 400, "a " * (MOST_PARTS + 1), "x" * (LONGEST + 1), "exit:" + "1," * 500 + "1",
     "exit:" + "9" * 3000, "age<" + "9" * 3000, "ended>" + "9" * 3000, "id:" + "9" * 3000, "priority:1000001",
     "mem:9999999P", "ended:9999-12-31", "ended>0001-01-01", "ended>-99999w"],
)  # fmt: skip
def test_what_is_too_much_is_refused(written: str) -> None:
    """Depth, length and numbers have bounds; beyond them there is a mistake, not a crash."""
    error = mistake(written)
    assert error is None or 0 <= error.at <= len(written)


def test_brackets_may_be_deep() -> None:
    """As deep as the bound says."""
    assert read("(" * DEEPEST + "a" + ")" * DEEPEST) == A


# -- for whatever is written --------------------------------------------------------------------------------

PIECES = [*NAMES, *OPERATORS, *MISTAKEN, "(", ")", '"', "'", "\\", ",", "..", " ", "-", "or", "and", "not", "failed",
          "2d", "10:00", "2026-11-21", "none", "*", "qick", "[1-5]", "JOB-20261122-00001", "é", "\0", "\ud800",
          "\n"]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=12).map("".join))
def test_whatever_is_written_is_read_or_pointed_at(written: str) -> None:
    """Nothing but BadFilter is raised, it points into the text, and what was read reads the same once written."""
    error = mistake(written)
    if error is not None:
        assert 0 <= error.at <= len(written)
        assert error.length >= 1
        assert error.line()
        return
    found = read(written)
    assert found is None or read(text(found)) == found


WORDS = st.text(min_size=1, max_size=6).filter(lambda word: "\0" not in word and word.isprintable())
EXAMPLES = st.sampled_from([field.example for field in TABLE]).map(read)
NAMED = st.builds(
    lambda field, operator, value: Term(field, operator, in_quotes(value)),
    st.sampled_from(["name", "user", "queue", "command"]), st.sampled_from(KINDS["name"]), WORDS,
)  # fmt: skip
EXPRESSIONS = st.recursive(
    st.one_of(WORDS.map(Word), EXAMPLES, NAMED),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(every),
        st.lists(inner, min_size=2, max_size=3).map(some),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(EXPRESSIONS)
def test_an_expression_reads_as_it_is_written(expression: Expression) -> None:
    """text and parse are each other's opposite."""
    assert read(text(expression)) == expression


# -- the table ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", TABLE, ids=lambda field: field.name)
def test_the_examples_of_the_table_can_be_read(field: object) -> None:
    """Each field's example is a filter for that field, with an operator that it takes."""
    found = parse(field.example)  # type: ignore[attr-defined]
    assert isinstance(found, Term)
    assert FIELDS[found.field] == field


def test_no_name_means_two_fields() -> None:
    """Names and aliases are each of one field; none is an operator's word or a state."""
    words = [word for field in TABLE for word in (field.name, *field.aliases)]
    assert len(words) == len(set(words))
    assert all(field_named(word.upper()) is not None for word in words)
    assert {field.kind for field in TABLE} == set(KINDS)
    assert set(MISTAKEN.values()) <= set(OPERATORS)


# -- what an index serves -----------------------------------------------------------------------------------


def test_what_an_index_serves_is_lifted() -> None:
    """States, queues and a user that must hold anyway; of the rest there is an expression."""
    lifted = lift(read("failed queue:qick,lab/t1 user:ada rabi"))
    assert lifted.states == {"failed"}
    assert lifted.queues == ("qick", "lab/t1")
    assert (lifted.user, lifted.rest) == ("ada", Word("rabi"))
    assert lift(read("state:failed")).rest is None


@pytest.mark.parametrize(
    "written",
    ["state:failed or user:ada", "not queue:qick", "queue:q*", "user:ada,bob", "user~ad", "state!=failed", ""],
)
def test_what_only_may_hold_is_not_lifted(written: str) -> None:
    """An or, a not, a pattern or several users stay in the expression."""
    assert lift(read(written)) == (None, None, "", None, read(written))


def test_what_excludes_itself_stays() -> None:
    """Two states that a job cannot both be in: one of them stays, and nothing matches."""
    lifted = lift(read("state:failed and state:done"))
    assert lifted.states == {"failed"}
    assert lifted.rest == Term("state", ":", "done")
    assert lift(read("state:failed,done state:done")).states == {"completed"}
    both = lift(every([Jobs("id", frozenset({1, 2})), Jobs("id", frozenset({2}))]))
    assert both.rows == {2}


def test_what_differs_is_not_equal() -> None:
    """What was found for one filter is kept under it: no other filter is the same key."""
    written = ["a b", "a or b", "not a", "a", "-(a b)", "not (a or b)", "name:a", "name~a"]
    assert len({read(each) for each in written}) == len(written)


def test_leaves_are_in_order() -> None:
    """As they were written, each with where it stands."""
    found = parse("a (b or not name:c)")
    assert found is not None
    assert [leaf.at for leaf in leaves(found) if not isinstance(leaf, Jobs)] == [0, 3, 17]
