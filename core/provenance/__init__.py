"""Where an attempt came from, as far as files tell: what ran it, and the state of the repository that it ran in.

=============  ===================================================================
`gitfiles`     the repository of a folder and its revision, read from git's files
`gitdiff`      what is not committed there, asked of git with nothing of its own run
`interpreter`  the program behind a command's first word, and Python's version
`facts`        all of it for one attempt
=============  ===================================================================

Nothing here is run in a transaction or in a worker's own thread: a folder may lie on a file system that hangs.
"""
