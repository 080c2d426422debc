"""The verbs, a family a file; each is imported only when it is called (see ``commands.py``)."""
