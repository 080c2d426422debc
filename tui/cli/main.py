"""The entry point: every way to leave is an exit code and at most one line on stderr."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

import click

from jobyard.core.errors import BadFilter, JobyardError
from jobyard.tui.cli.printing import put_note
from jobyard.tui.cli.root import cli

COMPLETE = "_JOBYARD_COMPLETE"
INTERRUPTED = 130
AROUND = 50  # characters of a filter that are shown on both sides of its mistake


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``jobyard ARGV`` and answer its exit code; never a traceback unless JOBYARD_DEBUG is set."""
    forgive_odd_characters()
    gc.disable()  # until the yard is open: collecting while importing costs a tenth of the start-up and finds nothing
    code = 0
    try:
        code = dispatch(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        reader_left()
        return code
    except (KeyboardInterrupt, EOFError, click.Abort):
        return INTERRUPTED
    except Exception as error:  # the last resort: whatever it is, it becomes a line
        return complain(error)
    finally:
        gc.enable()
        if argv is None:  # the process ends now: nothing is left to collect, and looking costs a fifth of a submit
            gc.freeze()


def dispatch(argv: list[str]) -> int:
    """Answer the shell's question for completions, or run the command."""
    instruction = os.environ.get(COMPLETE)
    if instruction:
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, "jobyard", COMPLETE, instruction)
    try:
        with cli.make_context("jobyard", argv) as ctx:
            return exit_code(cli.invoke(ctx))
    except click.exceptions.Exit as left:
        return left.exit_code


def exit_code(answer: object) -> int:
    """What a command answered, as an exit code: nothing is success."""
    return answer if isinstance(answer, int) else 0


def complain(error: Exception) -> int:
    """Print the error as ``jobyard: WHAT. WHY. WHAT TO DO`` and answer its exit code."""
    if os.environ.get("JOBYARD_DEBUG"):
        import traceback

        traceback.print_exc()
    told = translate(error)
    put_note(harmless(told.line()))
    if isinstance(told, BadFilter) and told.text:
        point_at(told)
    return told.exit_code


def point_at(error: BadFilter) -> None:
    """The filter around its mistake, with a mark below it."""
    from jobyard.core.yard import cells

    start = max(0, error.at - AROUND)
    before, marked, after = (
        harmless(error.text[begin:end])
        for begin, end in (
            (start, error.at), (error.at, error.at + error.length), (error.at + error.length, start + 2 * AROUND),
        )
    )  # fmt: skip
    sys.stderr.write(f"  {before}{marked}{after}\n  {' ' * cells(before)}{'^' * max(1, cells(marked))}\n")


def harmless(text: str) -> str:
    """Control characters made visible; also when the library itself cannot be imported."""
    try:
        from jobyard.core.yard import visible
    except Exception:
        return ascii(text)
    return visible(text)


def translate(error: Exception) -> JobyardError:
    """The error as one of ours."""
    from jobyard.tui.cli.usage import from_click, from_os, unexpected

    if isinstance(error, JobyardError):
        return error
    if isinstance(error, click.ClickException):
        return from_click(error)
    if isinstance(error, OSError):
        return from_os(error)
    return unexpected(error)


def reader_left() -> None:
    """``jobyard list | head``: whoever read has enough; not an error, and no complaint at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def forgive_odd_characters() -> None:
    """Names and paths may hold bytes that are no text; printing them never fails, nor does a closed stream."""
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - open until the end
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115 - open until the end
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
