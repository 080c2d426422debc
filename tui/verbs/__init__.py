"""What the actions do, a file for each kind of thing."""
