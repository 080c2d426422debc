"""Experiments as processes: the runner, the warm station."""
