"""jobyard.config.schemas: the JSON Schemas that ship."""
