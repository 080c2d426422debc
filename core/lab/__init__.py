"""Experiments: how they are run, and with what.

`process` holds the files that run in the lab's own interpreter, which need not have jobyard; `mock` is hardware that
nobody has, for notebooks and tests.
"""
