"""What a run is called in the list of runs and in the key of a plot."""

from __future__ import annotations

from jobyard.core.labmodels import DataFile, Run
from jobyard.tui.results.rows import Runs, names, title

RUN = Run(1, "JOB-20261122-00017", "", 1, "ada", "lab.rabi:Rabi", 1.0, 2.0, DataFile("/data/x.h5", 100, 2.0))
POINT = (("amp", 0.3), ("pulse.gain", 20))


def test_a_run_bears_its_name_and_its_class_where_that_says_more() -> None:
    """Without a name the class, without that the id."""
    assert names(RUN) == ("Rabi", "")
    assert names(RUN._replace(name="morning")) == ("morning", "Rabi")
    assert names(RUN._replace(name="rabi-3")) == ("rabi-3", "")
    assert names(RUN._replace(experiment="")) == ("JOB-20261122-00017", "")


def test_a_run_of_a_sweep_bears_its_point() -> None:
    """Which is what tells it from the others, in a plot too; nothing of it is markup or obeyed."""
    swept = RUN._replace(name="rabi[4]", swept=POINT)
    assert title(swept) == "rabi[4] · amp=0.3 pulse.gain=20"
    assert title(RUN._replace(name="night[4]", swept=POINT)) == "night[4] · amp=0.3 pulse.gain=20 Rabi"
    assert "\x1b" not in title(RUN._replace(swept=(("a\x1b[31m", "\x1b[0m"),)))


def test_names_take_what_they_need_and_leave_the_rest_to_the_points() -> None:
    """A long one leaves them half of the room."""
    swept = [RUN._replace(name=f"rabi[{number}]", swept=POINT) for number in range(9)]
    line = "".join(text for text, _ in Runs(swept, now=3.0).line(4, 0, 70))
    assert "rabi[4]  amp=0.3 pulse.gain=20 " in line
    line = "".join(text for text, _ in Runs(swept, now=3.0).line(4, 0, 50))
    assert "rabi[4]  0.3 20 " in line, "values count more than the keys that all have"
    long = RUN._replace(name="n" * 60, swept=POINT)
    line = "".join(text for text, _ in Runs([long], now=3.0).line(0, 0, 60))
    assert (len(line), "0.3 20" in line) == (60, True)
