"""``eval``: Python code in a process of its own.

It is run as the main module, so that what a function of the snippet uses may be imported by the snippet, and in the
job's folder, whose modules it can import. Code that does not compile fails its attempt with Python's own words;
``SystemExit`` means what it means everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import BadInput
from ..text import one_line
from .base import COMMAND_WIDTH, Context, Field, FieldType, Kind, Process, check_word, exception_line

LONGEST_CODE = 120_000  # bytes: it travels on a command line, whose words the kernel limits


class Eval(Kind):
    """Runs Python code."""

    name = "eval"
    summary = "run Python code"
    fields = (
        Field("code", FieldType.CODE, "The Python code to run", required=True, option="--code"),
        Field("python", FieldType.PATH, "The interpreter; the one that runs jobyard unless given", option="--python"),
    )

    def check(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        self.check_names(fields)
        code = check_word(fields["code"], "code")
        size = len(code.encode("utf-8", "surrogateescape"))
        if size > LONGEST_CODE:
            why = f"It has {size:,} bytes, and {LONGEST_CODE:,} are the limit"
            raise BadInput("The code cannot be used", why, "Put it into a file and run that")
        if not code.strip():
            raise BadInput("The code cannot be used", "It is empty", 'Write it like "print(6 * 7)"')
        python = fields.get("python")
        return {"code": code, "python": check_word(python, "interpreter")} if python else {"code": code}

    def process(self, fields: Mapping[str, Any], context: Context) -> Process:
        return Process((fields.get("python") or context.python, "-u", "-c", fields["code"]))

    def command_line(self, fields: Mapping[str, Any]) -> str:
        return one_line(fields["code"].strip(), COMMAND_WIDTH)

    def telling(self, tail: Sequence[str | bytes]) -> str:
        return exception_line(tail) or super().telling(tail)


KIND = Eval()
