"""Fixtures of the app's tests: a yard in memory, an app on it."""

from __future__ import annotations

import sys
import types

try:
    import jobyard.core.yard  # noqa: F401
except ImportError:  # TEMPORARY until the facade is there
    from jobyard.core.store import Interrupted
    from jobyard.core.text import visible

    stub = types.ModuleType("jobyard.core.yard")
    stub.__dict__.update(Yard=object, visible=visible, Interrupted=Interrupted, WorkerHandle=object)
    stub.__dict__["crash_point"] = lambda name: None
    sys.modules["jobyard.core.yard"] = stub
