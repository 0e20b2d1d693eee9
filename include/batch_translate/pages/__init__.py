"""Pages for people, rendered from what the steps have counted."""
