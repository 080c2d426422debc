"""What a filter says that no index serves, as a condition of SQL on ``job j``. Every value is bound.

`conditions`  the whole filter, and the tree of its expression
`terms`       a field against a value
`words`       plain words
`reasons`     why a pending job waits
`offers`      what the yard knows, for whoever is writing one
"""

from .conditions import conditions, scanned
from .terms import known_resources, named

__all__ = ["conditions", "known_resources", "named", "scanned"]
