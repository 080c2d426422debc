"""jobyard.core: the library under the jobyard control room."""

__version__ = "0.1.0"
