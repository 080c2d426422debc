"""Fixtures of the app's tests: a yard in memory, an app on it."""
