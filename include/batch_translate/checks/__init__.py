"""Checks: pure functions from a source text and its translation to findings."""
