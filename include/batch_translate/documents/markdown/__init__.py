"""Markdown: blocks found by a parser, edited as text."""
