"""Data files that are hard to show, each made in milliseconds: sizes are claimed, not written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

MANY = 100_000_000


def _with(**data: Any) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        with h5py.File(path, "w") as file:
            for name, values in data.items():
                file[name] = values

    return make


def _file(make: Callable[[Any], object], **how: Any) -> Callable[[Path], object]:
    def made(path: Path) -> None:
        with h5py.File(path, "w", **how) as file:
            make(file)

    return made


def truncated(path: Path) -> None:
    _with(avgi=np.arange(5000.0))(path)
    os.truncate(path, 20_000)


def many_groups(file: Any) -> None:
    """20,000 nodes, a hundred in each other's groups."""
    for outer in range(100):
        group = file.create_group("/".join(f"d{at}" for at in range(outer % 10)) + f"/g{outer}")
        for inner in range(200):
            group.create_group(f"n{inner}")


def many_datasets(file: Any) -> None:
    space, kind = h5py.h5s.create(h5py.h5s.SCALAR), h5py.h5t.IEEE_F32LE
    for number in range(10_000):
        h5py.h5d.create(file.id, b"d%05d" % number, kind, space)


def circles(file: Any) -> None:
    file["avgi"] = np.arange(4.0)
    group = file.create_group("g").create_group("h")
    group["up"], group["top"], group["soft"] = file["g"], file["/"], h5py.SoftLink("/g/h/soft")
    group["nowhere"], group["out"] = h5py.SoftLink("/no"), h5py.ExternalLink("other.h5", "/x")
    group["self"] = h5py.ExternalLink(file.filename, "/")


def huge_attribute(file: Any) -> None:
    file["avgi"] = np.arange(4.0)
    many = {f"q{number}": {"f_ge": number + 0.5, "note": "x" * 80} for number in range(90_000)}
    file.attrs["config"] = json.dumps({"device": many, "expt": {"reps": 7}})
    file["avgi"].attrs["blob"] = "y" * (10 << 20)


def odd_names(file: Any) -> None:
    for name in ("two\nlines", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "[bold]b[/]", "tab\there", "ﷺ漢字", "‮rtl"):
        file[name] = np.arange(3.0)
    file["n" * 200_000] = np.arange(3.0)
    raw = h5py.h5s.create_simple((3,))
    h5py.h5d.create(file.id, b"torn\xff\xfename", h5py.h5t.IEEE_F64LE, raw)


def texts(file: Any) -> None:
    file["fixed"] = np.array([b"ab\xff\x00", b"\x1b[2Jx"], "S6")
    file["variable"] = ["one", "two\nlines", "\x1b[31m"]
    file.create_dataset("torn", data=[b"\xff\xfe", b"ok"], dtype=h5py.string_dtype("ascii"))
    file["alone"] = "t" * 300_000
    file.attrs["torn"] = np.bytes_(b"\xff\xfe\x1b[2J")


def kinds(file: Any) -> None:
    file["pair"] = np.zeros(3, [("x", "f4"), ("y", "i2", (2, 2)), ("s", "S3")])
    file["enum"] = np.array([0, 1, 7], h5py.enum_dtype({"A": 0, "B": 1}, "i1"))
    file["flags"], file["one"], file["none"] = [True, False], 7.5, h5py.Empty("f8")
    file["nothing"], file["flat"] = np.zeros((0,)), np.zeros((3, 0, 2))
    file["refs"] = np.array([file["one"].ref] * 2, h5py.ref_dtype)
    file["places"] = np.array([file["flags"].regionref[:1]] * 2, h5py.regionref_dtype)
    file.create_dataset("lists", (2,), h5py.vlen_dtype("i4"))[0] = [1, 2]
    file["opaque"] = np.array([b"abc", b"def"], "V3")
    file["when"] = np.arange(3).astype("datetime64[s]").astype(h5py.opaque_dtype("datetime64[s]"))
    file["type"] = np.dtype("f8")
    file["halves"], file["bits"] = np.arange(4, dtype="f2"), np.arange(4, dtype="u1")
    file["arrays"] = np.zeros(2, np.dtype([("a", "f8", (3,))]))["a"]
    file.create_dataset("long", data=np.arange(4, dtype=np.longdouble))


def complexes(file: Any) -> None:
    file["avgi"] = np.exp(1j * np.arange(30))
    file["single"] = np.arange(4).astype("c8")
    file["as_pair"] = np.array([(1.0, 2.0), (3.0, 4.0)], [("real", "f8"), ("imag", "f8")])
    file["as_ri"] = np.array([(1.0, 2.0), (3.0, 4.0)], [("r", "f4"), ("i", "f4")])


def far_numbers(file: Any) -> None:
    top = float(np.finfo("f8").max)
    file["avgi"] = np.array([-top, top, 1e308, 0.0])
    file["tiny"] = np.array([5e-324, 1e-320, 0.0])
    file["whole"] = np.array([np.iinfo("i8").min, np.iinfo("i8").max, 0])
    file["unsigned"] = np.array([0, np.iinfo("u8").max], "u8")
    file["same"] = np.full(5, 1e308)


def _filled(shape: tuple[int, ...], chunks: tuple[int, ...] | None, **how: Any) -> Callable[[Path], object]:
    """A dataset of which nothing is written: its values are the fill value."""
    return _file(lambda file: file.create_dataset("avgi", shape, "f8", chunks=chunks, fillvalue=2.5, **how))


def zeros_packed(file: Any) -> None:
    """10⁸ zeros, each packed chunk of which is the same some bytes."""
    import zlib

    count = 1 << 20
    data = file.create_dataset("avgi", (MANY,), "f8", chunks=(count,), compression="gzip")
    packed = zlib.compress(bytes(8 * count))
    for start in range(0, MANY, count):
        data.id.write_direct_chunk((start,), packed)


def virtual(path: Path) -> None:
    """A dataset whose values lie in a file that is not there."""
    layout = h5py.VirtualLayout((1000,), "f8")
    layout[:] = h5py.VirtualSource("gone.h5", "x", (1000,))
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("avgi", layout, fillvalue=-1.0)


def external(path: Path) -> None:
    """A dataset whose bytes lie in a file that is not there."""
    with h5py.File(path, "w") as file:
        file.create_dataset("avgi", (1000,), "f8", external=[("gone.raw", 0, 8000)])


def unknown_filter(path: Path) -> None:
    """Packed by a filter that nobody has."""
    with h5py.File(path, "w") as file:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((10,))
        properties.set_filter(32_768, h5py.h5z.FLAG_OPTIONAL, ())
        data = h5py.h5d.create(file.id, b"avgi", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((10,)), properties)
        data.write_direct_chunk((0,), bytes(80), 0)


def damaged(path: Path) -> None:
    """Whole in length, wrong inside."""
    with h5py.File(path, "w") as file:
        for number in range(20):
            file[f"d{number}"] = np.arange(30.0)
    data = bytearray(path.read_bytes())
    for at in range(2048, len(data) - 1, 97):
        data[at] ^= 0xA5
    path.write_bytes(data)


MADE: dict[str, Callable[[Path], object]] = {
    "whole": _with(avgi=np.sin(np.arange(100.0)), xpts=np.linspace(0, 1, 100)),
    "truncated": truncated,
    "no HDF5": lambda path: path.write_bytes(b"hello, this is no data file\n" * 50),
    "empty": lambda path: path.touch(),
    "nothing in it": _with(),
    "damaged": damaged,
    "many": _filled((MANY,), (1 << 16,)),
    "many in one chunk": _filled((MANY,), (MANY,)),
    "many unchunked": _filled((MANY,), None),
    "packed zeros": _file(zeros_packed),
    "claims": _filled((1 << 50,), (1 << 20,)),
    "claims square": _filled((1 << 24, 1 << 24), (1 << 10, 1 << 10)),
    "ten thousand": _file(many_datasets, libver="latest"),
    "nested": _file(many_groups, libver="latest"),
    "deep": _file(lambda file: file.create_group("/".join("d" * 1000)), libver="latest"),
    "circles": _file(circles),
    "texts": _file(texts),
    "kinds": _file(kinds),
    "complex": _file(complexes),
    "nan": _with(avgi=np.full(50, np.nan), xpts=np.full(50, np.inf)),
    "some nan": _with(avgi=np.where(np.arange(50) % 3, np.arange(50.0), np.inf)),
    "five": _with(avgi=np.random.default_rng(1).normal(size=(2, 3, 4, 5, 6))),
    "far": _file(far_numbers),
    "huge attribute": _file(huge_attribute, libver="latest"),
    "odd names": _file(odd_names, libver="latest"),
    "virtual": virtual,
    "external": external,
    "unknown filter": unknown_filter,
    "bad config": _file(lambda file: file.attrs.update(config="{nope")),
    "deep config": _file(lambda file: file.attrs.update(config="[" * 5000 + "]" * 5000)),
    "wrong config": _file(lambda file: file.attrs.update(config=np.arange(3.0))),
    "pipe": lambda path: os.mkfifo(path),
    "folder": lambda path: path.mkdir(),
    "device": lambda path: path.symlink_to("/dev/zero"),
    "circular link": lambda path: path.symlink_to(path.name),
}  # fmt: skip
