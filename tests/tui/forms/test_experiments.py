"""The fields of an experiment: texts, the job or the sweep, and the command line that makes the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.labmodels import Asked, MainValue, Parameter, Sheet
from jobyard.core.models import JobSpec, Submitted
from jobyard.core.states import State
from jobyard.core.yard import cells
from jobyard.tui.cli.verbs.experiment import experiment, wanted
from jobyard.tui.forms import parameters
from jobyard.tui.forms.again import ExperimentOnceMore
from jobyard.tui.forms.experiment import NewExperiment
from jobyard.tui.forms.fields import BASIC
from jobyard.tui.forms.labs import Labs
from jobyard.tui.forms.parameters import EXPT, OTHERS
from jobyard.tui.forms.shellwords import split
from jobyard.tui.text import plain
from jobyard.tui.widgets.pieces import MOST as MOST_LINES
from jobyard.tui.widgets.pieces import laid

NOW = 1_795_300_000.0
SHEET = Sheet(
    "lab.rabi", "Rabi", "Sweeps.", "/lab/rabi.py",
    (
        Parameter("start", required=True, type="number"),
        Parameter("reps", 10, known=True, filled=True, type="number"),
        Parameter("shots", 5, known=True, type="integer", stated=True, least=1),
        Parameter("shape", "gauss", known=True, filled=True, type="string", stated=True, choices=("gauss", "const")),
        Parameter("sweep.expts"), Parameter("qubits", [0], known=True, filled=True, type="array"),
    ),
    {"start": (MainValue("device.start", "[1]"), MainValue("hw.start", "2"))},
    (MainValue("device.T1", "[64.0]"),), "CFG-HW-1",
)  # fmt: skip
PLAIN = {"class": "lab.rabi:Rabi", EXPT + "start": "0"}


def form(sheet: Sheet = SHEET, last: Asked | None = None, paths: tuple[str, ...] = ()) -> NewExperiment:
    found = NewExperiment(clock=lambda: NOW)
    found.learn(sheet, last, paths, {})
    return found


def read(texts: dict[str, str], **more: Any) -> Any:
    return form(**more).read({**PLAIN, **texts})


def by_line(line: str) -> JobSpec:
    """The job that ``jobyard experiment …`` would submit."""
    params = experiment.make_context("experiment", split(line)[2:]).params
    target, values = params.pop("target"), params.pop("values")
    options = {
        key: value for key, value in params.items() if key not in ("folder", "as_json", "dry_run", "wait", "yard")
    }
    if "-q" not in split(line) and "--queue" not in split(line):
        options["queue"] = ""
    return wanted(target, values, options)


VALUE = st.sampled_from(
    ["0", "-5", "0.5", "1e3", "[1, 2]", "true", '"a, b"', '"gauss"', "1,2,5", "0:1:3", "log:1:100:3", "-", '"ä b"']
)
NUMBER = st.sampled_from(["0", "-5", "0.5", "1,2,5", "0:1:3", "log:1:100:3"])
TEXTS: dict[str, st.SearchStrategy[str]] = {
    EXPT + "start": NUMBER, EXPT + "reps": NUMBER, EXPT + "shots": st.sampled_from(["7", "1,2", "1:3:3"]),
    EXPT + "shape": st.sampled_from(["const", "gauss,const"]), EXPT + "sweep.expts": VALUE, EXPT + "qubits": VALUE,
    OTHERS: st.sampled_from(["gain=3", "deep.er=1 text='two words'", "amp=1,2", "x=-1"]),
    "queue": st.sampled_from(["default", "experiments", "lab/qick"]), "name": st.just("rabi"), "user": st.just("ada"),
    "priority": st.just("high"), "time_limit": st.just("90"), "python": st.sampled_from(["python3", "/opt/py", "~/py"]),
    "paths": st.sampled_from(["/lab", "lab, /opt/lab"]), "station": st.just("lab.station:Station"),
    "save": st.sampled_from(["yes", "no"]), "display": st.just("yes"), "cpus": st.just("1"), "hold": st.just("yes"),
    "configs": st.just("hardware_config=CFG-HW-20261122-00001"), "env": st.just("A='x y'"),
}  # fmt: skip


@given(st.fixed_dictionaries({}, optional=TEXTS))
def test_the_shown_command_line_makes_the_same_jobs(texts: dict[str, str]) -> None:
    """Whatever is filled in, the line below the form, given to the command line, is the same experiment or sweep."""
    reading = read(texts)
    assert not reading.wrong, reading.notes
    assert by_line(reading.line) == reading.subject


TYPED = [key for key in (*TEXTS, "class", "after", "at", "mem") if key not in ("hold", "save", "display")]


@given(st.dictionaries(st.sampled_from(TYPED), st.text(max_size=12)))
def test_no_text_is_too_odd(texts: dict[str, str]) -> None:
    """Whatever is typed, it is an experiment or a mistake with its field; the line stays true."""
    reading = read(texts)
    fields = {field.key for field in form().fields}
    assert set(reading.notes) <= fields
    if reading.steps and "\0" not in reading.line:
        assert by_line(reading.line).fields == reading.subject.fields


def test_texts_become_a_config() -> None:
    """JSON where they are JSON, dotted keys nest; what is empty is left to the class, and so is -."""
    spec = read({EXPT + "sweep.expts": "50", OTHERS: "note=hello", EXPT + "start": "0.5"}).subject
    assert spec.fields["config"] == {"start": 0.5, "sweep": {"expts": 50}, "note": "hello"}
    assert (spec.fields["module"], spec.fields["class"], spec.kind, spec.queue) == (
        "lab.rabi",
        "Rabi",
        "experiment",
        "",
    )
    assert "start" not in read({EXPT + "start": "-"}).subject.fields["config"]


def test_several_values_are_a_sweep() -> None:
    """Each with each, or zipped; each field says how many jobs it makes."""
    swept = {EXPT + "start": "0:1:11", EXPT + "shots": "1,2"}
    reading = read(swept)
    assert reading.subject.fields["sweep"]["zip"] is False
    assert [len(values) for _, values in reading.subject.fields["sweep"]["axes"]] == [11, 2]
    assert reading.notes[EXPT + "start"].text == "sweeps start=0:1:11: 22 jobs, each with each"
    assert "--sweep start=0:1:11 --sweep shots=1,2 lab.rabi:Rabi" in reading.line
    unequal = read({**swept, "zip": "yes"})
    assert "11 values of start" in unequal.notes[EXPT + "shots"].text
    assert not unequal.steps
    together = read({EXPT + "start": "0,1", EXPT + "shots": "1,2", "zip": "yes"})
    assert together.notes[EXPT + "shots"].text == "sweeps shots=1,2: 2 jobs together, first with first"
    assert "--zip" in together.line


def test_a_mistake_stands_at_its_field() -> None:
    """What is stated is refused, what is only guessed looks odd, but a word is no number; what is needed is missed."""

    def note(key: str, text: str) -> tuple[str, bool]:
        found = read({EXPT + key: text}).notes[EXPT + key]
        return found.text, found.wrong

    assert note("shots", "0") == ("It is below 1.", True)
    assert note("shots", "1,0") == ("0: It is below 1.", True)
    assert note("shots", "x") == ("It is not an integer.", True)
    assert note("reps", "many") == ('It is no number. In double quotes it is text: "many".', True)
    assert note("reps", '"many"') == ("It is no number.", False)
    assert note("shape", "round") == ("It is none of gauss, const.", True)
    assert note("start", "")[1] and "asks for it" in note("start", "")[0]  # noqa: PT018
    assert "a quote does not end" in note("start", "[1, ")[0]
    assert note("start", "0:1")[1]
    assert read({OTHERS: "reps"}).notes[OTHERS].wrong
    assert "being read" in read({"class": "lab.t1:T1"}).notes["class"].text
    assert "MODULE:CLASS" in read({"class": "rabi"}).notes["class"].text


def test_fields_say_what_is_known() -> None:
    """Unit, default, limits, what it was the last time, and what main has beside it."""
    last = Asked("JOB-20261122-00001", "lab.rabi", "Rabi", {"start": 3, "sweep": {"expts": 9}, "gain": 1}, ())
    fields = {field.key: field for field in form(last=last).fields}
    assert fields[EXPT + "start"].beside == "main: device.start [1] +1"
    assert "last time 3" in fields[EXPT + "start"].help
    assert fields[EXPT + "start"].placeholder == "has to be given"
    assert fields[EXPT + "reps"].placeholder == "10"
    assert fields[EXPT + "shots"].help.startswith("integer · from 1")
    assert fields[EXPT + "shape"].choices == ("gauss", "const")
    assert form().main == ("It reads of CFG-HW-1:", ("device.T1 [64.0]",))
    assert all(field.help and field.label for field in fields.values())
    assert [field.key for field in fields.values() if field.group == BASIC][-1] == "time_limit"


def test_a_default_that_nobody_fills_in_stands_in_its_field() -> None:
    """It goes when another class is chosen; what was typed stays where that class has it too."""
    new = NewExperiment(clock=lambda: NOW)
    texts = new.learn(SHEET, None, (), {"class": "lab.rabi:Rabi"})
    assert texts == {"class": "lab.rabi:Rabi", EXPT + "shots": "5"}
    other = Sheet("lab.t1", "T1", "", "", (Parameter("shots", 9, known=True), Parameter("start")))
    texts = new.learn(other, None, (), {**texts, EXPT + "start": "1"})
    assert texts == {"class": "lab.rabi:Rabi", EXPT + "shots": "9", EXPT + "start": "1"}


def test_what_is_learned_later_takes_nothing_back() -> None:
    """Of a class that could not be read at first its defaults come with its fields; what was typed stays."""
    new = NewExperiment(clock=lambda: NOW)
    texts = new.learn(SHEET._replace(file="", parameters=()), None, (), {"class": "lab.rabi:Rabi", OTHERS: "start=4"})
    texts = new.learn(SHEET._replace(beside={}, reads=()), None, (), texts)
    assert texts == {"class": "lab.rabi:Rabi", OTHERS: "", EXPT + "start": "4", EXPT + "shots": "5"}
    assert new.learn(SHEET, None, (), {**texts, EXPT + "shots": ""})[EXPT + "shots"] == ""


def test_what_the_last_job_had_fills_what_is_empty() -> None:
    """Keys that have no field go to the others."""
    last = Asked("JOB-20261122-00001", "lab.rabi", "Rabi", {"start": 3, "sweep": {"expts": 9}, "gain": "a b"}, ())
    texts = form(last=last).again({EXPT + "start": "1"})
    assert texts == {EXPT + "start": "1", EXPT + "sweep.expts": "9", OTHERS: "'gain=a b'"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.floats(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=5,
)


@given(JSON)
def test_a_value_comes_back_from_its_text(value: Any) -> None:
    """What an earlier job had is what its copy has."""
    text = parameters.text_of(value)
    assert text.isprintable() or not text
    found = parameters.given({EXPT + "x": text}, [Parameter("x")])
    assert found.config == {"x": value}
    assert not found.axes


def test_once_more_is_the_same() -> None:
    """Parameters find their fields when these are known; the line names the same interpreter and folders."""
    fields = {"module": "lab.rabi", "class": "Rabi", "config": {"start": 1, "deep": {"a": [1, 2]}, "t": "x,y"},
              "python": "/opt/py", "paths": ["/lab"], "save": False}  # fmt: skip
    spec = JobSpec(fields, kind="experiment", queue="experiments", priority=5, cwd="/")
    again = ExperimentOnceMore("JOB-20261122-00001", spec, pending=True, skips=2)
    texts = again.learn(SHEET, None, (), again.initial)
    assert texts[EXPT + "start"] == "1"
    reading = again.read({**texts, "instead": "yes"})
    assert not reading.wrong, reading.notes
    made = reading.subject.fields
    assert {key: made[key] for key in fields} == fields
    assert reading.subject.priority == 5
    assert reading.line.endswith("&& jobyard cancel --pending JOB-20261122-00001")


def test_a_class_is_meant_by_some_letters_of_it() -> None:
    """Those asked for lately come first; folders are said only where they would not be looked into."""
    labs = Labs()
    asked = Asked("JOB-20261122-00001", "lab.t1", "T1", {}, ("/opt/lab",))
    folders = labs.remember([asked])
    assert folders[-1] == "/opt/lab"
    labs.take(folders[0], [("lab.rabi", "Rabi", "Flips.", ""), ("lab.t2", "T2", "", "")])
    labs.take("/opt/lab", [("lab.t1", "T1", "Decays.", ""), ("lab.rabi", "Rabi", "Another.", "")])
    assert labs.meant("") == ["lab.t1:T1", "lab.rabi:Rabi", "lab.t2:T2"]
    assert labs.meant("rab") == ["lab.rabi:Rabi"]
    assert labs.meant("lab.t") == ["lab.t1:T1", "lab.t2:T2"]
    assert labs.lines(["lab.t1:T1", "lab.t2:T2"]) == ["lab.t1:T1  Decays.  last JOB-20261122-00001", "lab.t2:T2"]
    assert (labs.paths("lab.t1:T1"), labs.paths("lab.rabi:Rabi"), labs.paths("x:Y")) == (("/opt/lab",), (), ())


@given(st.lists(st.text(st.sampled_from("ab é世"), min_size=1, max_size=12), max_size=30), st.integers(1, 60))
def test_pieces_are_set_into_few_lines(pieces: list[str], width: int) -> None:
    """No line is wider than there is room; what was left out is counted."""
    lines = laid("It reads:", pieces, width)
    assert len(lines) <= MOST_LINES
    assert all(cells(line) <= width for line in lines)
    if width >= 40:
        left = int(lines[-1].rpartition("+")[2]) if "+" in lines[-1] else 0
        assert all(piece in "\n".join(lines) for piece in pieces[: len(pieces) - left - 4])


@given(st.text(max_size=20), JSON, st.booleans())
def test_what_a_lab_has_written_is_data(text: str, value: Any, filled: bool) -> None:
    """Whatever stands in its modules and configs, what is shown of it moves no cursor."""
    of = Parameter("x", value, known=True, filled=filled, unit=text, help=text, said=text, choices=(value, text))
    beside, last = {"x": (MainValue(text, text),)}, {"x": value}
    for field in parameters.fields([of, of._replace(known=False, choices=())], beside, last):
        assert all(plain(part) == part for part in (field.label, field.help, field.placeholder, field.beside))
        assert all(choice.isprintable() for choice in field.choices)
    labs = Labs()
    labs.take("/lab", [("lab.rabi", "Rabi", text, "")])
    assert all(plain(line) == line for line in labs.lines(labs.meant("")))


def test_what_was_submitted_is_told_with_the_key_that_cancels_it() -> None:
    """But not where that key does something else."""
    new, answer = form(), Submitted("JOB-20261122-00001", State.PENDING, "no free slot", 2)
    assert new.told((answer,)) == "Submitted JOB-20261122-00001: no free slot, position 2. c cancels it."
    new.can_cancel = False
    assert new.told((answer,)) == "Submitted JOB-20261122-00001: no free slot, position 2."
