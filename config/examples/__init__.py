"""jobyard.config.examples: job files and experiments to begin with."""
