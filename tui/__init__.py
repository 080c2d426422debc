"""jobyard.tui: the terminal faces: the full-screen app and the command line."""
