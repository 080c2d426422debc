"""Data files as experiments leave them, and runs in a store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from jobyard.core.store import Store

CONFIG = {
    "device": {"qubit": {"f_ge": [4800.5, 4750.0], "name": "q0"}},
    "expt": {"start": 0, "reps": 500, "phase": {"__complex__": True, "real": 0.5, "imag": -1.0}},
}


def write(path: Path, points: int = 101, config: Mapping[str, Any] = CONFIG, **more: Any) -> Path:
    """A file in the form of a lab's: root attribute config, resizable datasets with axes, notes."""
    x = np.linspace(0, 1, points)
    data = {"xpts": x, "avgi": np.cos(20 * x), "avgq": np.sin(20 * x), **more}
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file.attrs["config"] = json.dumps(config)
        for name, values in data.items():
            values = np.asarray(values)
            made = file.create_dataset(name, data=values, maxshape=(None,) * values.ndim or None)
            if name.startswith("avg"):
                made.attrs["_axes"], made.attrs["_axes_labels"] = ["xpts"], ["Gain (a.u.)", "I (a.u.)"]
        file["notes"] = "looked good"
    return path


@contextmanager
def unharmed(path: Path) -> Iterator[None]:
    """Whatever is done, no byte and no time of the file changes."""
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    yield
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


# -- runs in a store ------------------------------------------------------------------------------------------


def left(store: Store, job: int, path: Path, at: float = 1e9) -> int:
    """Let the last attempt of a job have left this file; the attempt's row."""
    attempt = store.db.value("SELECT id FROM attempt WHERE job_id = ? ORDER BY number DESC LIMIT 1", (job,))
    size = path.stat().st_size if path.exists() else 0
    with store.db.transaction() as connection:
        sql = "INSERT OR REPLACE INTO result (attempt_id, path, size, made_at) VALUES (?, ?, ?, ?)"
        connection.execute(sql, (attempt, str(path), size, at))
    return int(attempt)


def experiment(
    store: Store, job: int, config: Mapping[str, Any] | None, name: str = "lab.rabi:Rabi", **more: Any
) -> None:
    """Let a job be an experiment with this config of its own."""
    module, _, class_ = name.partition(":")
    fields = json.dumps({"module": module, "class": class_, "config": config, **more})
    with store.db.transaction() as connection:
        connection.execute("UPDATE job SET kind = 'experiment', fields = ? WHERE id = ?", (fields, job))


def linked(store: Store, attempt: int, type: str, text: str, filename: str = "hw.yml") -> int:
    """Let an attempt have run with a version of a config; the version's row."""
    data = text.encode()
    checksum = hashlib.sha256(data).hexdigest()
    known = store.db.value("SELECT id FROM config_version WHERE type = ? AND checksum = ?", (type, checksum))
    with store.db.transaction() as connection:
        if known is None:
            known = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM config_version").fetchone()[0]
            path = Path("configs") / "versions" / type / f"{known}-{filename}"
            (store.home / path).parent.mkdir(parents=True, exist_ok=True)
            (store.home / path).write_bytes(data)
            connection.execute(
                "INSERT INTO config_version (id, type, code, day, number, checksum, size, filename, path, created_at, "
                "actor_id) VALUES (?, ?, 'HW', 20261122, ?, ?, ?, ?, ?, 1, (SELECT min(id) FROM actor))",
                (known, type, known, checksum, len(data), filename, str(path)),
            )
        connection.execute("INSERT INTO attempt_config (attempt_id, version_id) VALUES (?, ?)", (attempt, known))
    return int(known)
