"""The parts of the Logs screen that are no widgets.

=============  ====================================================================================
`model`        what is shown (`Subject`), what is wished for (`Wish`), what comes back (`Page`)
`where`        ``50%``, ``14:02``, ``-10m``, a line number: places as people write them
`text`         a row's text cut into the lines of a window: wrapped, or scrolled sideways
`window`       which rows are in sight: pure arithmetic
`ink`          the job's colours as styles that can be read in the theme
`reading`      from a wish to a page, in a thread
`searching`    search and count, in another
`saving`       into a file, through a pager
=============  ====================================================================================
"""
