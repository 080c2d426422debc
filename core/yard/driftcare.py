"""The files of configs that the settings name, against their main versions: for the doctor."""

from __future__ import annotations

from collections.abc import Iterator

from .. import settings
from ..configs.drift import DAMAGED, DIFFERS, Looker
from ..labmodels import ConfigKind, Drift
from ..models import Finding
from ..settings import configtypes
from ..store import Store, configs


def examine(store: Store) -> Iterator[Finding]:
    """A file that is not main, cannot be read or may not become main; damaged versions are told by themselves."""
    looker, found = Looker(store.home), [kind for kind in _declared(store) if kind.file]
    wrong = [drift for drift in map(looker.look, found) if drift.wrong and drift.state != DAMAGED]
    yield from map(_finding, wrong)
    if found and not wrong:
        yield Finding("ok", "no file of a config differs from its main version")


def _finding(drift: Drift) -> Finding:
    if drift.state == DIFFERS:
        todo = f"See: jobyard config diff {drift.type}; use it: jobyard config push {drift.type} {drift.file}"
        return Finding("warn", f"{drift.file} differs from main {drift.type}", f"runs use {drift.main}", todo)
    return Finding("warn", f"{drift.file} ({drift.type}) is {drift.state}", drift.why, "See: jobyard config check")


def _declared(store: Store) -> Iterator[ConfigKind]:
    document, mains = settings.read(store.home).document, configs.mains(store)
    for kind in configtypes.kinds(document.configs if document is not None else {}, store.home).values():
        row = mains[kind.name].version if kind.name in mains else None
        yield kind._replace(main=configs.by_row(store, row) if row is not None else None)
