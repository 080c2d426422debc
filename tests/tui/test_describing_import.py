"""Threads that import the same packages."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import importlib.abc, sys, threading, time
from types import SimpleNamespace

begun = threading.Event()

class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "jobyard.tui.describe.dossier":
            begun.set()
            time.sleep(0.5)

from jobyard.tui.verbs import detail
sys.meta_path.insert(0, Slow())
thread = threading.Thread(target=lambda: __import__("jobyard.tui.gathering"))
thread.start()
begun.wait()
detail.show_section = lambda desk, name: print(name)
detail.turn(SimpleNamespace(detail=SimpleNamespace(display=True, section="all")), 1)
thread.join()
"""


def test_a_tab_is_turned_while_a_thread_imports_what_draws_it() -> None:
    """As whoever presses ] in the first moment does."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.stderr) == ("why", "")
