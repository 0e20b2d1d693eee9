"""Glossaries: terms with their one right translation, found in source texts and looked for in answers."""
