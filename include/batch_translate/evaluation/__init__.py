"""Evaluation: published translations scored against references."""
