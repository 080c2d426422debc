"""The commented file that ships: every key with its default behind a ``#``, and a line of help above it.

``#key: value`` is a setting that is switched off, ``# text`` a comment for people.
"""

from __future__ import annotations

from . import values
from .table import CONFIG_KEYS, KEYS, QUEUE_KEYS, SECTION_HELP, Key

HEAD = """\
# Settings of this yard. A line like "#kill_grace: 5s" shows a default: remove the # and change the value.
# A worker applies the file as soon as it is saved; one that cannot be used is refused, and the old settings stay.
# What holds, and where it comes from: jobyard config-check
# Before this file come variables like JOBYARD_KILL_GRACE.
"""
EXAMPLES = {
    "queues": """\
#   queues:
#     gpu: {slots: 2, policy: shortest, limit_factor: 3}
#     lab/qick:
#       exclusive: true
#       time_limit: 2h
#       retention: 30d
#       instructions: Ask Ada before you touch the fridge.
""",
    "resources": """\
#   resources:
#     licence: 4
#     qick: {capacity: 1, note: the board in the hutch}
#     mem: 48G
""",
    "configs": """\
#   configs:
#     hardware_config: {file: /lab/configs/hardware_config.yml}
#     lo_table:
#       code: LO
#       file: ../lo_table.csv
#       schema: schemas/lo_table.json
""",
}
EXPLAINED = {"queues": QUEUE_KEYS, "configs": CONFIG_KEYS}


def template() -> str:
    """The text of ``config/jobyard.yml``."""
    return "\n".join([HEAD, *map(_entry, KEYS), *map(_section, SECTION_HELP)])


def uncommented(text: str) -> str:
    """The same with every default switched on."""
    lines = text.splitlines(keepends=True)
    return "".join(line[1:] if line.startswith("#") and line[1:2].isalpha() else line for line in lines)


def _entry(key: Key) -> str:
    later = "" if key.live else " Counts from the next start on."
    return f"# {key.help}{later}\n#{key.name}: {_yaml(key)}\n"


def _yaml(key: Key) -> str:
    if key.kind == "words":
        return f"[{', '.join(_quoted(word) for word in key.default)}]"
    text = values.show(key, key.default)
    return _quoted(text) if key.kind == "text" else text


def _quoted(text: str) -> str:
    return text if text and text.replace("_", "").isalnum() else f'"{text}"'


def _section(name: str) -> str:
    known = "".join(f"#   {key.name}: {key.help}\n" for key in EXPLAINED.get(name, ()))
    return f"# {SECTION_HELP[name]}\n{known}# For example:\n{EXAMPLES[name]}#{name}: {{}}\n"
