"""What the runner itself has to say. Everything else that is raised is the experiment's own."""

from __future__ import annotations


class Refused(Exception):
    """An attempt cannot go on, in words that need no traceback: what, why, what to do."""
