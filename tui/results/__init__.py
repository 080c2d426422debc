"""What the Results screen shows, as plain data: lines of runs, of what a file contains, of how two runs differ.

`service` alone imports numpy: it is called in the process that reads files (`core.results.apart`).

============  ====================================================
`narrowing`   the words of a filter as a wish for runs
`rows`        runs, a line each
`filetree`    what is in a file, its config unfolded
`drawing`     what is drawn over what; its figure without its values
`differing`   how two runs differ
`service`     the same files, read in a process of its own
============  ====================================================
"""
