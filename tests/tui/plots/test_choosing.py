"""What is drawn over what, the curves of fits, and pictures as files."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path
from xml.etree import ElementTree

import h5py
import numpy as np
import pytest

from jobyard.core.errors import BadFile, BadInput
from jobyard.tui.plots.choosing import Over, axis_of, fit_of, parts, said, slice_of, value_label
from jobyard.tui.plots.export import write
from jobyard.tui.plots.fits import MODELS, curve
from jobyard.tui.plots.model import POINTS, Figure, Image, Series, View
from jobyard.tui.plots.sources import Cut, Even, Part, Reversed, Stored, floats
from jobyard.tui.plots.svg import svg
from tests.tui.plots.kit import of

SHAPES = {"xpts": (101,), "ypts": (11,), "avgi": (101,), "avgq": (101,), "map": (11, 101), "delays": (101,)}


def test_an_axis_is_what_the_dataset_says():
    """Names of datasets, x before y; or the ends between which it is even."""
    assert axis_of("avgi", SHAPES, axes=["delays"], labels=["delay (us)", "I"]) == Over("delays", None, "delay (us)")
    assert axis_of("map", SHAPES, -2, axes=np.array([b"xpts", b"ypts"])) == Over("ypts", None, "ypts")
    assert axis_of("avgi", SHAPES, axes=np.array([0.0, 5.0]), labels=["t"]) == Over("", (0.0, 5.0), "t")
    assert axis_of("map", SHAPES, -2, axes=((0, 1), (2, 3)), labels=["t", "f", "V"]) == Over("", (2.0, 3.0), "f")
    assert axis_of("avgi", SHAPES, axes=(0.0, 5.0)).even(101)[:3].tolist() == [0.0, 0.05, 0.1]


def test_an_axis_that_is_not_said_is_found_by_its_length():
    """xpts for x, ypts for y, whichever of them is as long; else numbers from 0; never the dataset itself."""
    assert axis_of("avgi", SHAPES).dataset == "xpts"
    assert [axis_of("map", SHAPES, one).dataset for one in (-1, -2)] == ["xpts", "ypts"]
    assert [axis_of("map", SHAPES, one).dataset for one in (1, 0)] == ["xpts", "ypts"]
    assert axis_of("avgi", SHAPES, axes=["ypts"]).dataset == "xpts"  # what it says is not as long
    assert axis_of("xpts", {"xpts": (3,)}) == Over()
    assert Over().even(3)[:].tolist() == [0.0, 1.0, 2.0]
    assert axis_of("avgi", {**SHAPES, "xpts": (7,), "fpts": (101,)}).dataset == "fpts"


@pytest.mark.parametrize("odd", [None, 3, "xpts", b"\xff", [], [[1]], [1, 2, 3], [None, None], {"a": 1}, np.nan])
def test_whatever_stands_in_axes_is_no_trouble(odd: object):
    """Attributes are other people's."""
    names, ends = said(odd)
    assert all(isinstance(one, str) for one in names)
    assert all(len(pair) == 2 for pair in ends)
    assert axis_of("avgi", SHAPES, axes=odd).dataset == "xpts" or ends


def test_ends_may_be_written_in_any_way():
    """In pairs, one after the other, as texts: x before y."""
    for axes in (((0, 10), (2, 30)), np.array([[0, 10], [2, 30]]), [0, 10, 2, 30], ["0", "10", "2", "30"]):
        assert said(axes) == ((), ((0.0, 10.0), (2.0, 30.0)))
    assert said(["12", "xy"]) == (("12", "xy"), ())


def test_labels_of_values_follow_those_of_axes():
    """x, y, then what is measured."""
    assert value_label((101,), ["gain", "I"]) == "I"
    assert value_label((11, 101), ["x", "y", "z"]) == "z"
    assert value_label((101,), ["gain"]) == ""


def test_sides_of_complex_numbers():
    """Real, imaginary, magnitude, phase, or both sides; real numbers as they are."""
    data = np.array([3 + 4j, -1j])
    (name, magnitude), *more = parts(data, "magnitude")
    assert (name, more) == (" magnitude", [])
    assert magnitude[:].tolist() == [5.0, 1.0]
    assert [name for name, _ in parts(data)] == [" real", " imaginary"]
    assert Part(data, "phase")[1:].tolist() == [-np.pi / 2]
    assert parts(data.real, "phase") == (("", pytest.approx(data.real)),)


def test_more_directions_are_cut():
    """The last ones stay; the others are fixed where there is something, from the first on unless told."""
    data = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    cut = slice_of(data.shape, 2, (1, 99))
    assert cut == Cut((1, 2, None, None))
    assert (data[cut.whole((slice(1, 3), slice(None)))] == data[1, 2, 1:3]).all()
    assert slice_of((7,), 1) == Cut((None,))
    assert slice_of((4, 7), 1) == Cut((0, None))


def test_a_dataset_of_a_file_is_read_as_it_is_needed(tmp_path: Path):
    """A stretch of a cut; a file that has gone is a message for people."""
    data = np.arange(2 * 30, dtype="i4").reshape(2, 30)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["deep/it"] = data
    source = Stored(tmp_path / "a.h5", "deep/it", data.shape, "i4", slice_of(data.shape, 1, (1,)))
    assert source.shape == (30,)
    assert floats(source, slice(3, 6)).tolist() == [33.0, 34.0, 35.0]
    assert floats(Reversed(source), slice(0, 2)).tolist() == [59.0, 58.0]
    (tmp_path / "a.h5").unlink()
    with pytest.raises(BadFile):
        floats(source, slice(0, 1))


def test_what_is_no_number_is_none():
    """Infinities and no times are NaN; times are seconds."""
    assert np.isnan(floats(np.array([np.inf, -np.inf]), slice(None))).all()
    times = floats(np.array(["1970-01-02", "NaT"], "datetime64[D]"), slice(None))
    assert times[0] == 86400
    assert np.isnan(times[1])
    assert Even(4, 1.0, 0.5)[1:3].tolist() == [1.5, 2.0]


# -- fits ------------------------------------------------------------------------------------------------------


def test_fits_are_found_by_their_name():
    """As long as the data it is the curve; else its parameters."""
    shapes = {"avgi": (101,), "fit_avgi": (5,), "avgq": (101,), "fit_avgq": (101,), "amps": (101,)}
    assert fit_of("avgi", shapes) == ("fit_avgi", False)
    assert fit_of("avgq", shapes) == ("fit_avgq", True)
    assert fit_of("amps", shapes) == fit_of("fit_avgi", shapes) == ("", False)


GUESSES = {2: (2.0, 1.0), 3: (3.0, 1.5, 0.5), 4: (2.0, 3.0, 1.2, 0.6), 5: (5.0, 0.8, 0.3, 4.0, 1.0)}


@pytest.mark.parametrize("model", [model for models in MODELS.values() for model in models], ids=lambda m: m.__name__)
def test_parameters_become_the_curve_that_fits(model):
    """Each function that labs write is found again by the data that it fits, noise or not."""
    (count,) = [count for count, models in MODELS.items() if model in models]
    x = np.linspace(0, 5, 101)
    y = model(x, *GUESSES[count]) + np.random.default_rng(3).normal(0, 0.01, 101)
    found = curve(x, y, np.array(GUESSES[count]))
    assert found is not None
    np.testing.assert_allclose(np.interp(x, *found), y, atol=0.05 * (1 + np.ptp(y)))


def test_parameters_that_fit_nothing_draw_nothing():
    """Rather no curve than a wrong one."""
    x = np.linspace(0, 5, 101)
    y = np.cos(9 * x)
    for odd in ([1.0, 0.1, 0.0, 1.0, 0.0], [np.nan] * 5, [1.0], [b"a"], [0.0] * 5, np.zeros((2, 2)) * 1j):
        assert curve(x, y, np.array(odd)) is None
    assert curve(x, y * 0, np.array([0.0, 0.0])) is None


# -- pictures as files -----------------------------------------------------------------------------------------


def test_a_figure_as_svg():
    """Well-formed, with labels as they are, all points, the fit; NaN nowhere."""
    x = np.linspace(0, 1, 50)
    y = np.where(x > 0.9, np.nan, x)
    figure = Figure((Series("I <b>", x, y, POINTS), Series("fit", x, x, fit=True)), None, "gain\x1b", "I & Q", "]]>")
    tree = ElementTree.fromstring(svg(figure))
    words = [element.text for element in tree.iter() if element.text and element.text.strip()]
    assert {"I <b>", "fit", "I & Q", "]]>"} <= set(words)
    assert sum(element.tag.endswith("circle") for element in tree.iter()) == np.isfinite(y).sum() + 1
    assert "nan" not in svg(figure).replace("DejaVu Sans", "")


@pytest.mark.parametrize("figure", [Figure(), of([], []), of([1.0], [np.nan]), of([1.0, 2.0], [-1.0, -1.0], logy=True)])
def test_an_empty_figure_as_svg(figure: Figure):
    """A frame, and no trouble."""
    ElementTree.fromstring(svg(figure))


def test_an_svg_is_small_whatever_it_is_made_of():
    """A million points make some hundred kilobytes; a window is a window."""
    x = np.linspace(0, 1, 1_000_000)
    figure = of(x, np.random.default_rng(4).normal(0, 1, x.size))
    assert len(svg(figure)) < 500_000
    assert len(svg(figure, View(0.5, 0.50001))) < 20_000


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="rsvg-convert is not installed")
def test_pictures_are_written_whole(tmp_path: Path):
    """SVG, and PNG of an image; a file that is there stays unless told; nothing else is left."""
    figure = Figure((), Image("z", np.arange(3.0), np.arange(2.0), np.arange(6.0).reshape(2, 3)))
    assert write(figure, tmp_path / "a.svg").read_bytes().startswith(b"<svg")
    assert write(figure, tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(BadInput, match="is there already"):
        write(figure, tmp_path / "a.svg")
    write(of([1], [1]), tmp_path / "a.svg", force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "a.svg"]


def test_why_a_picture_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Another ending, no converter, a converter that fails, a folder that is not there."""
    figure = of([1], [1])
    with pytest.raises(BadInput, match=r"neither \.svg nor \.png"):
        write(figure, tmp_path / "a.jpg")
    with pytest.raises(BadFile, match="could not be written"):
        write(figure, tmp_path / "no" / "a.svg")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadInput, match="rsvg-convert is not installed"):
        write(figure, tmp_path / "a.png")
    (tmp_path / "rsvg-convert").write_text("#!/bin/sh\necho no luck >&2\nexit 3\n")
    (tmp_path / "rsvg-convert").chmod(stat.S_IRWXU)
    with pytest.raises(BadFile, match="no luck"):
        write(figure, tmp_path / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["rsvg-convert"]
