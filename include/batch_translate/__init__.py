"""Translates dated folders of texts through an OpenAI-compatible Files + Batch API."""
