"""`make down`: ends what `make up` or `make demo` started, also when that program itself was killed."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import psutil

from processes import end_recorded, recorded_pid, wait_until
from provider import DEMO, data_folder, user_record

if TYPE_CHECKING:
    from pathlib import Path


def main() -> int:
    said = [_end(data) for data in dict.fromkeys((data_folder(), DEMO))]
    print("\n".join(filter(None, said)) or "Nothing was up.")
    return 0


def _end(data: Path) -> str:
    """What was ended of the program that uses a data folder, as a sentence."""
    user = recorded_pid(user_record(data))
    if user is not None and psutil.pid_exists(user):
        os.kill(user, signal.SIGTERM)
        wait_until(lambda: not psutil.pid_exists(user), 60, f"process {user} ends")
        return f"Airflow is down: {data}."
    left = [*end_recorded(data / "airflow" / "processes"), *end_recorded(data / "local_batch_api")]
    user_record(data).unlink(missing_ok=True)
    return f"Ended what was left: {', '.join(left)}." if left else ""


if __name__ == "__main__":
    sys.exit(main())
