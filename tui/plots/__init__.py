"""Plots in a terminal: figures of arrays, reduced to what a window shows, drawn as lines of text. Nothing here paints.

============  ==============================================================================================
`model`       the records: Series, Image, Figure, View, Ask, Picture, Stop; no numpy
`windows`     views moved: zoomed, panned; pure arithmetic
`cursors`     which value the cursor is on, told in words
`choosing`    what to draw: parts of complex numbers, the axis of a dataset, slices of more directions
`fits`        the curve of a fit of which a file keeps only the parameters
`sources`     values that are read a stretch at a time: Even, Part, Reversed, Stored (a dataset of a file)
`blocks`      a series read once: least and most of each stretch, the bounds, whether x rises
`columns`     from it the bars of each column of dots, for any view
`spans`, `dots`  bars and lines as dots, dots as braille
`heat`        an image as half blocks or shades; `colours` their colours
`ticks`       which numbers an axis bears, and how they are written
`layers`      the series of a figure in a window; `layout` what stands around the canvas
`plotter`     all of that: a figure that gives a Picture for each Ask
`export`      the same figure as a file: `svg`, `png`
============  ==============================================================================================

How a screen uses it::

    figure = Figure((Series("avgi", x, y), Series("fit", x, fit)), xlabel="gain", ylabel="I", title="rabi")
    plot = Plot(lambda: lane)  # tui/widgets/plot.py; the lane, app.lane("plots"), is asked for with the first figure
    plot.take(figure)          # None: nothing; take(figure, keep=True) while it is live: window and cursor stay
    plot.zoom(2.0)             # into the middle, or the cursor; also zoom(0.5, "y"), zoom(2, "xy")
    plot.pan(0.25, 0.0)        # a quarter of the window to the right; y: up
    plot.reset()
    plot.move_cursor(1)        # to the next value shown; move_cursor(0, 1) goes up in an image
    plot.words()               # "gain 12,000 · avgi -51.2 · fit -50.8"; Plot.Drawn is posted when they may be others
    write(figure, "rabi.svg")  # plots.export, in a thread: SVG or PNG, by the ending; plot.window is a view for it

x and y are numpy arrays, or whatever has ``shape``, ``dtype`` and slices (`sources`): `Stored` reads a dataset of a
file as it is needed, so a series of 10^8 values costs some megabytes. `Even` is an axis that nobody has to keep. Only
`model`, `windows`, `cursors` and the widget are imported by the screen's thread; all else imports numpy, and is called
in the thread of a lane. `Plotter(figure).picture(ask)` is plain data from plain data: it may also live in a process
of its own, whose proxy the widget takes in its place.
"""
