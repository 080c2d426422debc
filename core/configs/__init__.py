"""Configs as files: what they hold, how two of them differ, what is wrong with one, how a file stands to main.

============  ================================================================
`codes`       the types of configs and their codes
`snapshots`   the files of versions: written once, verified whenever they are read
`versions`    making versions, and choosing main
`documents`   bytes to a plain tree, by the file's ending
`yamltree`    YAML to a plain tree, with lines, bounded
`textual`     a unified diff of two texts that is quick at any size
`structural`  the values that differ between two trees
`checking`    what is wrong with a config: its form, its schema, what we need
`drift`       how the file on disk stands to the main version
============  ================================================================
"""
