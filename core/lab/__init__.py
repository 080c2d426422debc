"""Experiments: how they are run, and with what.

`process` holds the files that run in the lab's own interpreter, which need not have jobyard; `mock` is hardware that
nobody has, for notebooks and tests. `fields` and what it is made of tell from text what an experiment is asked with.
"""
