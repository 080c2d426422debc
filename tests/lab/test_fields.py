"""The parameters of an experiment, read from text: what states them, what uses them, what is said of them."""

from __future__ import annotations

import pickle
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.lab import fields, sheets
from jobyard.core.lab.sources import Source
from jobyard.core.labmodels import MainFile, Parameter, Sheet

EXAMPLES = Path(__file__).parents[2] / "config" / "examples" / "experiments"


def found(text: str, name: str = "Rabi", **others: str) -> dict[str, Parameter]:
    """The parameters of a class of module ``lab.rabi``; *others* are modules of ``lab`` or files beside it."""
    texts = {"lab.rabi": text, **{f"lab.{module}": other for module, other in others.items()}}

    def find(module: str) -> Source | None:
        text = texts.get(module)
        return None if text is None else Source(dedent(text).encode(), False, module)

    read = fields.read("lab.rabi", name, find)
    assert read is not None
    return {one.key: one for one in read.parameters}


def test_a_dict_of_defaults_gives_keys_values_and_comments() -> None:
    """In the class or beside it, as {} or dict(); deeper ones have dotted keys; a unit ends the comment."""
    some = found('''
        import numpy as np
        DEFAULTS = dict(delay=0.5)
        class Rabi:
            defaults = {
                "start": 0,  # where it begins [us]
                "sweep": {"expts": 50, "list": [1, (2, 3)]},
                "phase": 2 * np.pi,
                "name": "gauss",
                "odd key": 1,
            }
            def go(self): pass
    ''')  # fmt: skip
    assert list(some) == ["start", "sweep.expts", "sweep.list", "phase", "name", "delay"]
    assert some["start"] == Parameter(
        "start", 0, known=True, type="number", help="where it begins", unit="us", filled=False
    )
    assert (some["sweep.expts"].default, some["sweep.list"].default) == (50, [1, [2, 3]])
    assert (some["phase"].known, some["phase"].said) == (False, "2 * np.pi")
    assert (some["name"].type, some["delay"].default) == ("string", 0.5)


def test_a_default_may_say_more_of_itself() -> None:
    """Type, help, unit, choices and limits, as in a schema."""
    some = found('''
        class Rabi:
            default_config = {
                "reps": {"default": 10, "type": int, "help": "averages", "min": 1},
                "shape": {"default": "gauss", "choices": ["gauss", "const"]},
                "freq": {"type": "float", "unit": "MHz", "required": True},
            }
    ''')  # fmt: skip
    assert (some["reps"].default, some["reps"].help, some["reps"].least) == (10, "averages", 1)
    assert some["shape"].choices == ("gauss", "const")
    assert (some["freq"].type, some["freq"].stated, some["freq"].required, some["freq"].unit) == (
        "number", True, True, "MHz",
    )  # fmt: skip


@pytest.mark.parametrize("where", ["attribute", "file of the class", "file of the module"])
def test_a_schema_gives_types_limits_and_what_is_required(where: str) -> None:
    """As an attribute, or as a file beside the module."""
    schema = (
        '{"properties": {"reps": {"type": "integer", "default": 10, "maximum": 99, "description": "averages"}, '
        '"sweep": {"properties": {"expts": {"type": ["integer", "null"]}}, "required": ["expts"]}}}'
    )
    others = {
        "attribute": {}, "file of the class": {"rabi/Rabi.schema.json": schema},
        "file of the module": {"rabi/rabi.schema.json": schema},
    }[where]  # fmt: skip
    body = f"schema = {schema}" if where == "attribute" else "pass"
    some = found(f"class Rabi:\n    {body}\n", **others)
    assert (some["reps"].type, some["reps"].stated, some["reps"].most, some["reps"].help) == (
        "integer", True, 99, "averages",
    )  # fmt: skip
    assert (some["sweep.expts"].type, some["sweep.expts"].required) == ("integer", True)


def test_what_a_class_takes_out_of_cfg_are_its_parameters() -> None:
    """By attribute, key, get and in; through aliases and wrappers; bases and helpers of the lab count, writing not."""
    some = found(
        '''
        from .base import Base
        from .programs import Program
        class Rabi(Base):
            def acquire(self):
                cfg = AttrDict(self.cfg)
                expt = cfg.expt
                expt.made = 3
                use(expt.step, self.cfg["expt"]["start"], expt.get("reps", 10), expt.keys())
                if "qubits" in expt: pass
                getattr(self.cfg.expt, "shape", "gauss")
                Program(cfg)
        ''',
        base='''
        class Base:
            def go(self):
                return self.cfg.expt.pop("delay", 0.0) + self.cfg.expt.sweep.expts
        ''',
        programs='''
        def helper(cfg): return cfg.expt["sigma"]
        class Program:
            def body(self): helper(self.cfg)
        ''',
    )  # fmt: skip
    assert set(some) == {"start", "step", "reps", "qubits", "shape", "delay", "sweep.expts", "sigma"}
    assert list(some)[:2] == ["start", "step"]
    assert {key for key, one in some.items() if one.required} == {"start", "step", "sweep.expts", "sigma"}
    assert {key: one.default for key, one in some.items() if one.known} == {"reps": 10, "shape": "gauss", "delay": 0.0}


def test_whether_a_class_fills_in_its_defaults_is_seen() -> None:
    """Only where it uses the dict itself, or asks with a default, may a field stay empty."""
    class_ = """
        class Rabi:
            defaults = {"reps": 10}
            def go(self): return %s
    """
    assert not found(class_ % "self.cfg.expt.reps")["reps"].filled
    assert found(class_ % "self.cfg.expt.reps")["reps"].required
    assert found(class_ % "{**self.defaults, **self.cfg.expt}")["reps"].filled
    assert not found(class_ % "self.cfg.expt.get('reps', 5)")["reps"].filled
    assert found(class_ % "self.cfg.expt.get('reps', 5)")["reps"].default == 10
    another = class_ % "self.cfg.expt.reps" + "    class T1:\n            def go(self): return self.defaults\n"
    assert not found(another)["reps"].filled, "what another class does fills in nothing here"
    helper = "def whole(expt): return {**DEFAULTS, **expt}\nDEFAULTS = {'reps': 1}\n"
    assert found(helper + "class Rabi:\n    def go(self): return whole(self.cfg.expt)\n")["reps"].filled


def test_a_docstring_says_what_the_code_does_not() -> None:
    """As dict( name: words ) in lines, with units, defaults and words that go on; and as plain names."""
    some = found('''
        class Rabi:
            """Amplitude Rabi

            expt = dict(
                start: amplitude sweep start, in steps
                    of the board [dac level],
                reps: number of averages (default: 100),
                pulse_type: 'gauss' or 'const',
                qubits: [0],
            )
            """
            def go(self): return self.cfg.expt.start, self.cfg.expt.get("reps", 10)
    ''')  # fmt: skip
    assert list(some) == ["start", "reps", "pulse_type", "qubits"]
    assert (some["start"].help, some["start"].unit) == ("amplitude sweep start, in steps of the board", "dac level")
    assert (some["reps"].help, some["reps"].default, some["reps"].filled) == ("number of averages", 10, True)
    assert (some["pulse_type"].help, some["qubits"].default) == ("'gauss' or 'const'", [0])
    bare = found('class Rabi:\n    """Sweeps: expt = {start, step (MHz), reps}."""\n')
    assert [(key, one.unit) for key, one in bare.items()] == [("start", ""), ("step", "MHz"), ("reps", "")]


def test_a_class_is_found_where_its_module_has_it_from() -> None:
    """Through an import, renamed or with a star; a circle of imports ends."""
    text = "from .other import Rabi\n"
    assert "reps" in found(text, other="class Rabi:\n    defaults = {'reps': 1}\n")
    assert "reps" in found("from .other import *\n", other="class Rabi:\n    defaults = {'reps': 1}\n")
    circle = fields.read("a", "X", lambda name: Source({"a": b"from b import X", "b": b"from a import X"}[name]))
    assert circle is None


def example(module: str, name: str) -> Sheet:
    main = MainFile("CFG-HW-1", str(EXAMPLES / "hardware_config.yml"), "hardware_config.yml")
    return sheets.sheet(f"lab_experiments.{module}", name, [str(EXAMPLES)], main)


def test_the_examples_have_their_parameters_with_main_beside() -> None:
    """What each needs, what it may be given, and what it takes out of the hardware config."""
    rabi = example("amplitude_rabi", "AmplitudeRabiExperiment")
    assert [one.key for one in rabi.parameters] == ["start", "step", "expts", "reps", "delay", "qubits"]
    assert [one.key for one in rabi.parameters if one.required] == ["start", "step", "expts"]
    assert [(one.path, one.value) for one in rabi.reads] == [("device.qubit.pulses.pi_ge.gain", "[10950]")]
    ramsey = example("ramsey", "T2RamseyExperiment")
    assert "ramsey_freq" in [one.key for one in ramsey.parameters if one.required]
    assert "device.qubit.f_ge" in [one.path for one in ramsey.reads]


def test_values_of_main_stand_beside_parameters_of_that_name(tmp_path: Path) -> None:
    """The last part of the key counts, whatever its case; without a main, or with one that is damaged, that is told."""
    (tmp_path / "rabi.py").write_text("class Rabi:\n    defaults = {'pulse.F_ge': 1, 'f_ge': 1, 'gain': 2}\n")
    main = tmp_path / "hw.yml"
    main.write_text("device: {qubit: {f_ge: [4885.312, 4.90]}, readout: {gain: [{x: 1}]}}\n")
    got = sheets.sheet("rabi", "Rabi", [str(tmp_path)], MainFile("CFG-HW-1", str(main), "hw.yml"))
    assert got.beside == {"f_ge": (("device.qubit.f_ge", "[4885.312, 4.90]"),)}
    assert sheets.sheet("rabi", "Rabi", [str(tmp_path)]).wrong.startswith("There is no main hardware_config")
    main.write_text("a: [1\n")
    damaged = sheets.sheet("rabi", "Rabi", [str(tmp_path)], MainFile("CFG-HW-2", str(main), "hw.yml"))
    assert damaged.wrong.startswith("CFG-HW-2: ")
    assert damaged.parameters
    gone = sheets.sheet("rabi", "Rabi", [str(tmp_path)], MainFile("CFG-HW-1", str(tmp_path / "no.yml"), "no.yml"))
    assert "No such file" in gone.wrong
    nowhere = sheets.sheet("nowhere", "Rabi", [str(tmp_path)])
    assert nowhere == Sheet("nowhere", "Rabi", "", "")
    for one in (got, damaged, nowhere):
        assert pickle.loads(pickle.dumps(one)) == one, "it goes from one process to another"


@pytest.mark.parametrize(
    ("type", "value", "complaint"),
    [
        ("number", 1, ""), ("number", "x", "It is no number."), ("number", True, "It is no number."),
        ("integer", 1.0, ""), ("integer", 1.5, "It is not an integer."), ("string", 1, "It is no string."),
        ("boolean", True, ""), ("array", [1], ""), ("array", 1, "It is not an array."), ("", object(), ""),
        ("number", float("nan"), "It is no number."), ("integer", None, ""),
    ],
)  # fmt: skip
def test_a_value_is_looked_at_by_its_type(type: str, value: Any, complaint: str) -> None:
    """Whole floats are integers; null is whatever one likes."""
    assert fields.complaint(Parameter("x", type=type), value) == complaint


def test_a_value_is_looked_at_by_choices_and_limits() -> None:
    """Those that a schema or a default states."""
    assert fields.complaint(Parameter("x", choices=("a", "b")), "c") == "It is none of a, b."
    assert fields.complaint(Parameter("x", least=1), 0) == "It is below 1."
    assert fields.complaint(Parameter("x", most=1), 2) == "It is above 1."


CLASS = "class Rabi:\n    {doc}\n    defaults = {defaults}\n    def go(self):\n        return {used}\n"
PIECES = st.lists(
    st.sampled_from(
        ["class Rabi", ":\n    ", "defaults = ", "{", "}", '"""', "expt = dict(", "start: ", "[us]", ")", "\n",
         "cfg.expt", ".get(", "'x'", "(default", ",", "in ", "from . import *\n", "import a.b as c\n",
         "(c.Base):\n  ", "def go(self): ", "return ", "self", "[0]", "\\", "\0", "ä", "#", "schema = ",
         "'properties'", "1e999", "9" * 5000, "(" * 300]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(st.text(max_size=300) | PIECES, st.text(max_size=200) | PIECES)
def test_no_text_is_too_odd(text: str, doc: str) -> None:
    """Whatever a module holds, its parameters are some list or none, in bounded time, without an exception."""
    texts = [
        text,
        CLASS.format(doc=repr(doc), defaults=text or "{}", used=doc or "0"),
        CLASS.format(doc=doc, defaults="{}", used="0"),
    ]
    for one in texts:
        source = Source(one.encode("utf-8", "surrogatepass"))
        read = fields.read("m", "Rabi", lambda _, source=source: source)
        for parameter in read.parameters if read is not None else ():
            assert parameter.key.isprintable()
            assert isinstance(fields.complaint(parameter, parameter.default), str)


def test_a_large_module_takes_no_long_time() -> None:
    """Thousands of methods and a docstring of a hundred thousand characters are looked at once."""
    doc = "expt = dict(" + " " * 50_000 + "a: b (" * 20_000
    text = f'class Rabi:\n    """{doc}"""\n' + "".join(
        f"    def m{n}(self): return self.cfg.expt.k{n} + Rabi.m{n}\n" for n in range(2000)
    )
    read = fields.read("m", "Rabi", partial({"m": Source(text.encode())}.get))
    assert read is not None
    assert len(read.parameters) == fields.MOST
