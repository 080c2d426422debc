"""Every command in one table: its section, its module, its one-line help.

The list of commands is printed from here, so that ``jobyard --help`` imports no verb and a verb
imports no other. A test holds the lines against the commands' own help.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """Where a command lives: ``jobyard.tui.cli.verbs.MODULE``, attribute ATTRIBUTE."""

    module: str
    attribute: str
    help: str


SECTIONS: dict[str, dict[str, Entry]] = {
    "Submit": {
        "submit": Entry("submit", "submit", "Submit a job, or many from a file."),
        "run": Entry("run", "run", "Run a task file: follow it, report, exit 1 if a task failed."),
        "clone": Entry("change", "clone", "Submit a copy of a job, linked to it."),
    },
    "Look": {
        "list": Entry("listing", "list_", "List jobs: pending, running and what ended in the last day."),
        "show": Entry("show", "show", "Show everything about a job."),
        "logs": Entry("logs", "logs", "Print or follow what jobs wrote."),
        "why": Entry("why", "why", "Say why a job waits, every blocker of it, and when it is expected to start."),
        "optimize": Entry(
            "optimize",
            "optimize",
            "Print the planned order of the waiting jobs with start times, and what another policy would give.",
        ),
        "graph": Entry("graph", "graph", "Draw the dependency graph around jobs."),
        "timeline": Entry("timeline", "timeline", "Draw what ran when, and why nothing did."),
        "top": Entry("top", "top", "Watch the yard: who works, what runs and what it uses, what starts next."),
        "wait": Entry("wait", "wait", "Wait for jobs to end; exit with the job's own code."),
        "history": Entry("history", "history", "Show what was done, by whom, when and from where."),
        "diff": Entry("diff", "diff", "Show how two runs differ: what went in, how they ended."),
        "failed": Entry("listing", "failed", "List failed jobs with the most telling line of each."),
    },
    "Change": {
        "cancel": Entry("change", "cancel", "Cancel jobs: pending ones at once, running ones by stopping them."),
        "requeue": Entry("requeue", "requeue", "Run ended jobs again under the same id."),
        "hold": Entry("change", "hold", "Keep pending jobs from starting."),
        "release": Entry("change", "release", "Let held jobs start."),
        "priority": Entry("change", "priority", "Set the priority of pending jobs."),
        "move": Entry("move", "move", "Move pending jobs within their queue."),
        "after": Entry("after", "after", "Edit what a job waits for."),
        "undo": Entry("undo", "undo", "Take back your last change, as a whole."),
        "redo": Entry("undo", "redo", "Do again what your last undo took back."),
    },
    "Lab": {
        "experiment": Entry("experiment", "experiment", "Submit an experiment: a class of the lab's own modules."),
        "data": Entry("data", "data", "Look at what experiments left, find it by what made it, export and compare it."),
        "config": Entry(
            "config", "config", "Keep versions of a lab's configs: push, pull, compare, check them, say which is main."
        ),
    },
    "Yard": {
        "queue": Entry("queue", "queue", "List, create, set, pause, resume, end or remove queues."),
        "resource": Entry("resource", "resource", "List resources, lock, unlock or set them."),
        "session": Entry("session", "session", "List, create or end sessions."),
        "worker": Entry("worker", "worker", "Start, stop, drain, detach, attach, install or list workers."),
        "init": Entry("init", "init", "Create a yard."),
        "demo": Entry("demo", "demo", "Make a demo yard in which real work is under way, or with --lab one of a lab."),
        "cleanup": Entry("cleanup", "cleanup", "Delete jobs that ended long ago, with their logs."),
        "backup": Entry("backup", "backup", "Copy the yard's store into a file while people work on it."),
        "config-check": Entry(
            "config_check", "config_check", "Check jobyard's own settings, and say where each comes from."
        ),
        "keys": Entry("keys", "keys", "List the app's actions with their keys, and check the file that changes them."),
        "doctor": Entry("doctor", "doctor", "Check the yard and its surroundings; --repair mends it."),
        "completion": Entry("completion", "completion", "Print the completion script of a shell."),
    },
}

COMMANDS: dict[str, Entry] = {name: entry for section in SECTIONS.values() for name, entry in section.items()}
