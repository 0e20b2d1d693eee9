"""Requests: texts packed into requests, requests into shards."""
