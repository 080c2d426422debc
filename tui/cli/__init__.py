"""The command line: ``main`` reads it, ``group`` finds the verb, ``verbs/`` holds one file a family."""
