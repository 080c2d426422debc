"""What a filter says that no index serves, as a condition of SQL on ``job j``. Every value is bound.

`conditions`  the whole filter, and the tree of its expression
`terms`       a field against a value
`words`       plain words
`reasons`     why a pending job waits
"""

from .conditions import conditions, scanned

__all__ = ["conditions", "scanned"]
