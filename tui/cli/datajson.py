"""Runs and data files as JSON, with the documented keys; sizes are bytes, numbers that JSON has none for are null."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from jobyard.tui.cli.jsonview import Json, moment

if TYPE_CHECKING:
    from jobyard.core.labmodels import Run
    from jobyard.core.results import DataDifferences, Exported, Node, Summary


def run(run: Run) -> Json:
    """An element of ``data list --json``."""
    return {
        "job": run.job,
        "name": run.name,
        "attempt": run.number,
        "user": run.user,
        "experiment": run.experiment or None,
        "started_at": moment(run.started_at),
        "ended_at": moment(run.ended_at),
        "made_at": moment(run.data.made_at),
        "path": run.data.path,
        "size": run.data.size,
        "configs": [{"type": link.type, "version": link.version} for link in run.configs],
        "array": run.array or None,
        "index": run.element,
        "swept": dict(run.swept) or None,
    }


def summary(summary: Summary) -> Json:
    """A dataset and what its values are."""
    return {
        "name": summary.path,
        "shape": None if summary.shape is None else list(summary.shape),
        "dtype": summary.dtype,
        "min": number(summary.least),
        "max": number(summary.most),
        "mean": number(summary.mean),
        "nans": summary.nans,
        "first": list(summary.first),
        "looked_at": summary.looked,
        "trouble": summary.trouble or None,
    }


def node(node: Node) -> Json:
    """A group, a dataset or a link."""
    return {
        "path": node.path,
        "kind": node.kind,
        "shape": None if node.shape is None else list(node.shape),
        "dtype": node.dtype or None,
        "chunks": None if node.chunks is None else list(node.chunks),
        "stored": node.stored,
        "attributes": dict(node.attributes),
        "target": node.target or None,
    }


def exported(done: Exported, file: str, kind: str) -> Json:
    """What an export wrote and what it left out."""
    left = [{"dataset": name, "why": why} for name, why in done.left]
    return {"file": file, "format": kind, "rows": done.rows, "names": list(done.names), "left": left}


def differences(found: DataDifferences) -> Json:
    """How two files differ."""
    return {
        "one": found.one,
        "other": found.other,
        "same": found.same,
        "config": [{"path": each.path, "before": each.before, "after": each.after} for each in found.config],
        "datasets": [
            {
                "name": each.path,
                "what": each.what,
                "before": each.before or None,
                "after": each.after or None,
                "most": number(each.most),
                "count": each.differing,
            }
            for each in found.datasets
        ],
    }


def number(value: float | None) -> float | None:
    """None where JSON has no number for it."""
    return value if value is not None and math.isfinite(value) else None


def plain(value: Any) -> Any:
    """A config for JSON: complex numbers as the data file has them."""
    if isinstance(value, complex):
        return {"__complex__": True, "real": value.real, "imag": value.imag}
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value
