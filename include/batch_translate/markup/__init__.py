"""Placeholders: inline markup out of a text, back into its translation, and whether all of it came back."""
