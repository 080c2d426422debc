"""jobyard.config: the settings, schemas and examples that ship."""
