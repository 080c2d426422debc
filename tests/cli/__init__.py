"""The command line, most of it in-process through ``main``, some of it by real processes and terminals."""
