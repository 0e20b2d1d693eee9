"""Message catalogues in JSON and YAML, with ICU MessageFormat."""
