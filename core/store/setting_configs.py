"""How the main version of a type of config is set back. A version itself is never taken back: it is a fact."""

from __future__ import annotations

import sqlite3

from . import configs
from .compensating import Image, Item, Kind, Moot, Step


class _Configs(Kind):
    """``main`` is the id of the version, None for none."""

    def name(self, connection: sqlite3.Connection, item: Item) -> str:
        return f"config {item.named['config']}"

    def read(self, connection: sqlite3.Connection, item: Item) -> Image:
        type = str(item.named["config"])
        return {"config": type, "main": configs.main_id(connection, type) or None}

    def put(self, step: Step, item: Item, was: Image, values: Image) -> None:
        type, main = str(item.named["config"]), (values or {}).get("main")
        row = configs.row_of(step.connection, main) if main else None
        if main and row is None:
            raise Moot(self.name(step.connection, item), f"there is no version {main} any more")
        configs.point(step.store, step.connection, type, row)


CONFIGS = _Configs()
