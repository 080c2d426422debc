"""What is said or done once in a yard's life, whoever comes first."""

from __future__ import annotations

from .store import Store


def done(store: Store, key: str) -> bool:
    """Whether it was."""
    return store.db.value("SELECT 1 FROM meta WHERE key = ?", (key,)) is not None


def remember(store: Store, key: str) -> None:
    """It is done now."""
    with store.db.transaction(quiet=True) as connection:
        connection.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", (key, store.clock()))
