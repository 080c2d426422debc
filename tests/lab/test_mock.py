"""Hardware that nobody has answers as real hardware would, and experiments find the station that they should."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import jobyard.core.lab.mock as lab_mock
from tests.lab.runnerkit import Lab, part

SOCCFG = lab_mock.MockQickConfig()
GENERATORS = st.integers(0, 6)


def test_a_board_tells_of_itself_by_item() -> None:
    """Seven generators, one readout, one processor, as QICK's soccfg tells of them."""
    assert [len(SOCCFG[name]) for name in ("gens", "readouts", "tprocs")] == [7, 1, 1]
    assert SOCCFG["gens"][6]["maxv"] == SOCCFG.get_maxv(6) == 32766
    assert "gens" in SOCCFG
    assert (SOCCFG.get("nothing", 3), dict(SOCCFG) == SOCCFG.get_cfg()) == (3, True)


@given(st.floats(0, 6000), GENERATORS)
def test_a_frequency_survives_its_register(f: float, gen: int) -> None:
    """Within the resolution of the board: below 2 Hz."""
    assert SOCCFG.reg2freq(SOCCFG.freq2reg(f, gen_ch=gen), gen_ch=gen) == pytest.approx(f, abs=2e-6)


@given(st.floats(0, 1200), GENERATORS)
def test_generator_and_readout_agree_on_a_frequency(f: float, gen: int) -> None:
    """adcfreq gives the nearest one that both can do exactly."""
    both = SOCCFG.adcfreq(f, gen_ch=gen, ro_ch=0)
    assert both == pytest.approx(f, abs=1e-5)
    assert SOCCFG.reg2freq(SOCCFG.freq2reg(f, gen, ro_ch=0), gen) == pytest.approx(both, abs=1e-9)
    assert SOCCFG.reg2freq_adc(SOCCFG.freq2reg_adc(f, 0, gen_ch=gen)) == pytest.approx(both, abs=1e-9)


@given(st.floats(0, 1000), st.sampled_from([{}, {"gen_ch": 3}, {"ro_ch": 0}]))
def test_a_time_survives_its_cycles(us: float, channel: dict[str, int]) -> None:
    """Within half a cycle of that clock."""
    assert SOCCFG.cycles2us(SOCCFG.us2cycles(us, **channel), **channel) == pytest.approx(us, abs=0.5 / 300)


@given(st.floats(-720, 720), GENERATORS)
def test_a_phase_survives_its_register(deg: float, gen: int) -> None:
    """Modulo a whole turn."""
    turned = SOCCFG.reg2deg(SOCCFG.deg2reg(deg, gen), gen) - deg
    assert math.remainder(turned, 360) == pytest.approx(0, abs=1e-5)


def test_cycles_of_many_times_at_once() -> None:
    """An array of times becomes an array of cycles."""
    assert SOCCFG.us2cycles(np.array([1.0, 2.0])).tolist() == [384, 768]
    with pytest.raises(ValueError, match="not of both"):
        SOCCFG.us2cycles(1, gen_ch=0, ro_ch=0)


def test_what_the_board_measures() -> None:
    """A Rabi oscillation of 5 MHz that decays in 10 µs: I its cosine, Q its sine, amplitude 100, noise of sigma 5."""
    xpts, avgi, avgq = lab_mock.MockQickSoc(seed=1).acquire("a program", expts=4000, reps=1000, progress=True)
    assert (xpts[0], xpts[-1], avgi.shape, avgq.shape) == (0.0, 1.0, (1, 1, 4000), (1, 1, 4000))
    envelope = 100 * np.exp(-xpts / 10)
    for found, wave in ((avgi[0][0], np.cos), (avgq[0][0], np.sin)):
        noise = found - envelope * wave(2 * np.pi * 5 * xpts)
        assert noise.std() == pytest.approx(5, rel=0.1)
        assert abs(noise.mean()) < 0.5


def test_equal_seeds_measure_the_same() -> None:
    """A seed makes a run repeatable; without one each run has its own noise."""
    runs = [lab_mock.MockQickSoc(seed=seed).acquire()[1].tolist() for seed in (7, 7, None, None)]
    assert runs[0] == runs[1]
    assert runs[2] != runs[3]


def test_a_mock_station_has_its_instruments_by_their_aliases() -> None:
    """soccfg, soc, im and the config are there; voltage sources remember what they were told."""
    station = lab_mock.MockStation(hardware_cfg={"aliases": {"soc": "Qick101", "yoko_jpa": "jpa", "lo": "LO1"}})
    assert station.im["Qick101"] is station.im["soc"] is station.soc
    assert station.im["jpa"] is station.yoko_jpa
    assert station.im["LO1"] is station.im["lo"]
    station.yoko_jpa.set_voltage(0.5)
    station.yoko_jpa.output_on()
    assert (station.im["jpa"].get_voltage(), station.yoko_jpa.is_on()) == (0.5, True)
    station.yoko_jpa.output_off()
    assert not station.im["jpa"].is_on()
    assert station.hardware_cfg.aliases.soc == "Qick101"
    assert station.soccfg["gens"] == SOCCFG["gens"]


def test_numpy_is_loaded_when_mock_hardware_is_asked_for() -> None:
    """Importing the module costs nothing."""
    load = "import sys, jobyard.core.lab.mock as mock"
    code = f"{load}; assert 'numpy' not in sys.modules; mock.MockStation; assert 'numpy' in sys.modules"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# -- the station of an attempt ------------------------------------------------------------------

ASKS = """
class Expt:
    im = None
    def __init__(self, soccfg): self.soccfg = soccfg
    def go(self):
        there = [getattr(self, name, None) is not None for name in ("soccfg", "station", "soc", "im")]
        return {"there": there, "is": type(getattr(self, "station", None)).__name__}
"""
STATION = """
class Station:
    soccfg = "cfg"
    soc = "soc"
    im = {"lo": 1}
    def __init__(self, config_file, hardware_cfg, other=None):
        assert (config_file, hardware_cfg.device.qubit.f_ge, other) == ("/snapshot.yml", 4.8, None)
"""


@pytest.mark.parametrize(
    ("changes", "there", "name"),
    [
        ({}, [False, False, False, False], "NoneType"),
        ({"mock": True}, [True, True, True, True], "MockStation"),
        ({"station": "bench:Station"}, [True, True, True, True], "Station"),
        ({"station": "bench:Station", "mock": True}, [True, True, True, True], "MockStation"),
    ],
)
def test_which_station_an_experiment_finds(lab: Lab, changes: dict[str, Any], there: list[bool], name: str) -> None:
    """None, mock hardware, or the lab's own, which gets the config that it asks for; mock wins."""
    lab.write("asks", ASKS)
    lab.write("bench", STATION)
    lab.here("asks", **changes)
    with lab.open() as file:
        assert (file["there"][:].tolist(), file["is"].asstr()[()]) == (there, name)
        assert bool(file.attrs["mock"]) == changes.get("mock", False)


def test_an_experiment_that_wants_no_station_gets_none(lab: Lab) -> None:
    """Attributes that it does not let anybody set stay its own."""
    lab.write("slots", "class Expt:\n  __slots__ = ('cfg', 'soc')\n  def go(self): return {'x': len(self.soc['gens'])}")
    lab.here("slots", mock=True)
    with lab.open() as file:
        assert file["x"][()] == 7


@pytest.mark.parametrize(
    ("station", "words"),
    [("bench", "is not MODULE:CLASS"), ("bench:Statoin", "Did you mean Station"), ("absent:A", "no module absent")],
)
def test_a_station_that_is_not_there_is_told(lab: Lab, station: str, words: str) -> None:
    """What is wrong with it is said in words."""
    lab.write("asks", ASKS)
    lab.write("bench", STATION)
    with pytest.raises(part("errors").Refused, match=words):
        lab.here("asks", station=station)


# -- the examples -------------------------------------------------------------------------------

EXAMPLES = Path(__file__).parents[2] / "config" / "examples" / "experiments"
RUNS: dict[str, tuple[str, dict[str, Any], str, float, float]] = {
    "AmplitudeRabiExperiment": ("amplitude_rabi", {"step": 500, "expts": 60}, "pi_gain", 10950, 30),
    "T1Experiment": ("t1", {"step": 3, "expts": 80}, "t1", 64, 3),
    "T2RamseyExperiment": ("ramsey", {"step": 0.1, "expts": 300, "ramsey_freq": 0.5}, "f_ge", 4885.343, 0.001),
}


@pytest.mark.parametrize("name", RUNS)
def test_an_example_finds_what_the_mock_board_has(lab: Lab, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Each example measures, tells its progress, fits with numpy alone, and finds the number that the config has."""
    module, expt, key, value, near = RUNS[name]
    config = {**yaml.safe_load((EXAMPLES / "hardware_config.yml").read_text()), "mock": {"seed": 3}}
    changes = {"class": name, "paths": [str(EXAMPLES)], "expt": {"start": 0, "reps": 40, **expt}, "config": config}
    go = {"save": True, "analyze": True, "display": True, "progress": True}
    lab.here(f"lab_experiments.{module}", mock=True, go=go, **changes)
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"::progress 0.05 {name}: sweep 2 of 40")
    assert said[19].startswith("::progress 1.00")
    assert len(said) == 21
    with lab.open() as file:
        assert file[key][()] == pytest.approx(value, abs=near)
        assert {"xpts", "avgi", "avgq", "amps", "phases", "fit_avgi", "fit_err_avgi"} <= set(file)
        assert file["avgi"].attrs["_axes_labels"][1] == "I (ADC units)"


def test_an_example_measures_an_image(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """A row for each frequency, with both axes beside it; where the qubit turns furthest is its frequency."""
    config = {**yaml.safe_load((EXAMPLES / "hardware_config.yml").read_text()), "mock": {"seed": 3}}
    expt = {"start": 0, "step": 0.02, "expts": 51, "span": 4, "rows": 21, "rabi": 1.2}
    go = {"save": True, "analyze": True, "display": True, "progress": True}
    changes = {"class": "RabiChevronExperiment", "paths": [str(EXAMPLES)], "expt": expt, "config": config}
    lab.here("lab_experiments.chevron", mock=True, go=go, **changes)
    assert capsys.readouterr().out.splitlines()[20].startswith("::progress 1.00")
    with lab.open() as file:
        assert file["avgi"].shape == (len(file["ypts"]), len(file["xpts"])) == (21, 51)
        assert file["f_ge"][()] == pytest.approx(4885.312, abs=0.3)
        assert list(file["avgi"].attrs["_axes_labels"]) == ["pulse (µs)", "detuning (MHz)", "I (ADC units)"]
