"""What ran when, as a chart of time: pure, no store, no clock, no screen.

`spans`    an attempt as a stretch of time; what is asked of a yard and what it answers
`axis`     the window of time: zoom, pan, following now, round ticks in local time
`packing`  stretches that overlap, put side by side into lanes
`cells`    a lane as characters, an eighth of a cell fine
`load`     how much ran in each cell
`waits`    how long things waited: medians and 90th percentiles
`gaps`     why nothing ran
`chart`    all of it together: groups, lanes and density, ready to be painted
"""
