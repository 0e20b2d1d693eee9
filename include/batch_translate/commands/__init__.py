"""The commands of `python -m batch_translate` that have a subject of their own, each a module with `add_to`."""
