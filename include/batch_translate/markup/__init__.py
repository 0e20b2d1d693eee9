"""Placeholders: inline markup and what programs fill in, kept through a translation."""
