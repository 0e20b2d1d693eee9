"""Python's collector of reference cycles, held still where millions of short-lived tuples are made and no cycles.

Each time some thousands of them are alive it walks all objects of the process to find nothing, which takes a tenth
of such a step's time. What has no cycles is freed as ever, so memory does not grow by it.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def collector_paused() -> Iterator[None]:
    """No cycle is collected until the end; serves as a decorator too."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
