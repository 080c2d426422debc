"""The settings of a yard: ``jobyard.yml`` and the environment.

=============  ==============================================================
`table`        every key: name, kind, default, help
`values`       one value, read and shown
`configtypes`  types of configs, built-in and declared
`tree`         YAML as texts with their lines
`document`     what a file says, checked, or what is wrong with it
`foreign`      the variables of the programs that jobyard takes the place of
`environment`  what the environment says
`cache`        what the file said last, so that YAML is parsed once an edit
`reading`      all of it together: the settings in force
`origins`      where each value comes from
`schema`       the JSON Schema of the file
`template`     the commented file that ships
`watch`        hears of every edit
=============  ==============================================================
"""

from .reading import FILE, Loaded, Settings, Times, check, load, read, recalled, times

__all__ = ["FILE", "Loaded", "Settings", "Times", "check", "load", "read", "recalled", "times"]
