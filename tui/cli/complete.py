"""What the shell may offer: ids and names of jobs, queues, sessions, workers, states.

A completion never creates a yard, never complains, and offers only names that are safe to insert
unquoted: shells put them on the command line as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from jobyard.core.filters.completing import Suggestion
    from jobyard.core.yard import Yard

MOST = 200  # jobs that are offered
SAFE = frozenset("_.+@%/:-")  # beside letters and digits

Offer = Callable[["Yard"], Iterable[str]]
Suggest = Callable[[str, int], Sequence["Suggestion"]]


def offered(offer: Offer, incomplete: str) -> list[str]:
    """The safe ones among the offer that begin as typed; nothing at all if the yard cannot be read."""
    from jobyard.tui.cli.place import open_yard

    try:
        with open_yard(create=False, warn=False) as yard:
            return list(dict.fromkeys(w for w in offer(yard) if w.startswith(incomplete) and safe(w)))
    except Exception:  # a shell in the middle of a line is no place for errors
        return []


def safe(word: str, plain: Collection[str] = SAFE) -> bool:
    """Whether no shell sees anything but a plain word in it, apart from brackets that no file's name will match."""
    head, _, inside = word.removesuffix("]").partition("[") if word.endswith("]") else (word, "", "")
    return all(character.isalnum() or character in plain for character in head + inside)


def jobs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Ids and names of the newest jobs, arrays and their elements; after a comma the last word is completed."""
    bracket = incomplete.rfind("[")
    if bracket > incomplete.rfind("]"):  # a comma behind it is one between indexes
        head, comma, array = incomplete[:bracket].rpartition(",")
        words = offered(lambda yard: element_words(yard, array), incomplete[len(head + comma) :])
        return [head + comma + found for found in words]
    head, comma, word = incomplete.rpartition(",")
    return [head + comma + found for found in offered(job_words, word)]


def queues(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of queues; those of other sessions as SESSION/QUEUE."""
    return offered(queue_words, incomplete)


def resources(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of resources."""
    return offered(lambda yard: (resource.name for resource in yard.resources()), incomplete)


def sessions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of sessions."""
    return offered(lambda yard: (session.name for session in yard.sessions()), incomplete)


def workers(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of living workers."""
    return offered(lambda yard: (worker.name for worker in yard.workers() if worker.alive), incomplete)


def data(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Jobs that left data, and files."""
    from click.shell_completion import CompletionItem

    words = offered(lambda yard: (word for run in yard.data_runs() for word in (run.job, run.name)), incomplete)
    return [*map(CompletionItem, words), CompletionItem(incomplete, type="file")]


def data_words(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What may follow in a filter of runs: fields of jobs, times, keys of configs and their values."""
    return _written(ctx.params.get("tests") or (), incomplete, lambda yard: yard.complete_runs)


def experiments(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """MODULE:CLASS of the experiments in this folder."""
    from pathlib import Path

    from jobyard.core.yard import experimenting

    try:
        found, _ = experimenting.experiments_in(Path())
    except Exception:  # a shell in the middle of a line is no place for errors
        return []
    return [one.target for one in found if one.target.startswith(incomplete) and safe(one.target)]


def experiment_keys(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """``KEY=`` of the parameters of the class that stands on the line; the value is typed right behind it.

    Of a class that bash has cut at its colon, what follows there.
    """
    target, values = ctx.params.get("target") or "", tuple(ctx.params.get("values") or ())
    if param.name == "values" and ":" not in target and (values or (incomplete,))[0] == ":":
        if len(values) < 2:
            start = "" if incomplete == ":" else incomplete
            return [one.partition(":")[2] for one in experiments(ctx, param, f"{target}:{start}")]
        target = f"{target}:{values[1]}"
    module, colon, name = target.partition(":")
    if "=" in incomplete or not colon:
        return []
    return [f"{key}=" for key in offered(lambda yard: parameter_keys(yard, module, name, ctx), incomplete)]


def parameter_keys(yard: Yard, module: str, name: str, ctx: click.Context) -> Iterator[str]:
    """The keys that a class may be asked with."""
    return (one.key for one in yard.experiment_sheet(module, name, ctx.params.get("paths") or ()).parameters)


def policies(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """What a queue may go by."""
    return [word for word in ("fifo", "shortest", "chain") if word.startswith(incomplete)]


def states(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of states."""
    from jobyard.core.states import State

    return [state.value for state in State if state.value.startswith(incomplete)]


def config_types(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Types of configs."""
    return offered(lambda yard: (kind.name for kind in yard.config_kinds()), incomplete)


def config_refs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Types of configs, and versions: of the type that stands before, if one does."""
    return offered(lambda yard: version_words(yard, ctx.params.get("type")), incomplete)


def config_sides(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The same, or a file."""
    from click.shell_completion import CompletionItem

    found = config_refs(ctx, param, incomplete)
    return [CompletionItem(word) for word in found] or [CompletionItem(incomplete, type="file")]


def filters(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What may follow in a filter: fields, values of this yard; a shell that shows it gets the explanation too."""
    return _written(ctx.params.get("words") or (), incomplete, lambda yard: yard.complete_filter)


def _written(words: Sequence[str], incomplete: str, offers: Callable[[Yard], Suggest]) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from jobyard.tui.cli.place import open_yard

    before, typed = cut_by_bash(words, incomplete)
    try:
        with open_yard(create=False, warn=False) as yard:
            lines = filter_lines(offers(yard), before + typed)
    except Exception:  # a shell in the middle of a line is no place for errors
        return []
    found = ((line[len(before) :], help) for line, help in lines if line.startswith(before))
    return [CompletionItem(line, help=help) for line, help in found if line and safe(line, SAFE | set("~=,"))]


def cut_by_bash(words: Sequence[str], incomplete: str) -> tuple[str, str]:
    """What stands before the word that is completed, and that word: bash makes three words of ``state:fa``."""
    if incomplete in (":", "=") and words:
        return words[-1] + incomplete, ""
    if len(words) > 1 and words[-1] in (":", "="):
        return words[-2] + words[-1], incomplete
    return "", incomplete


def filter_lines(offer: Suggest, text: str) -> list[tuple[str, str]]:
    """The line with each suggestion; a field that is the only one comes with its values: a shell ends a word there."""
    lines = [(one.put_into(text)[0].rstrip(), one.help) for one in offer(text, len(text))]
    if len(lines) == 1 and lines[0][0][-1:] in (":", "="):
        lines += [(one.put_into(lines[0][0])[0], one.help) for one in offer(lines[0][0], len(lines[0][0]))]
    return lines


def job_words(yard: Yard) -> Iterator[str]:
    """Ids first, those of arrays as ``ID[]``, then names, then ``last``."""
    from jobyard.core.models import ArrayRow

    yield from (f"{row.id}[]" for row in yard.folded(limit=MOST) if isinstance(row, ArrayRow))
    rows = yard.list(limit=MOST)
    yield from (row.id for row in rows)
    yield from (row.name for row in rows if row.name)
    yield "last"


def version_words(yard: Yard, type: str | None) -> Iterator[str]:
    """Types, then the newest versions of each."""
    kinds = [kind for kind in yard.config_kinds() if type in (None, kind.name)]
    yield from (kind.name for kind in kinds if type is None)
    yield from (version.id for kind in kinds for version in yard.config_versions(kind.name, limit=MOST))


def element_words(yard: Yard, head: str) -> Iterator[str]:
    """All of an array, its failed elements, each element by its index."""
    array = yard.array(f"{head}[]")
    if array is None:
        return
    yield f"{head}[]"
    yield f"{head}[failed]"
    yield from (f"{head}[{row.array_index}]" for row in yard.rows(yard.resolve([f"{head}[]"])[:MOST]).values())


def queue_words(yard: Yard) -> Iterator[str]:
    """``default``, ``lab/qick``."""
    for queue in yard.queues():
        yield queue.name if queue.session == "default" else f"{queue.session}/{queue.name}"
