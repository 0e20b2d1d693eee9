"""`make down`: ends what `make up` or `make demo` started, also when that program itself was killed."""

from __future__ import annotations

import os
import signal
import sys

import psutil

from processes import end_recorded, recorded_pid, wait_until
from provider import data_folder, user_record


def main() -> int:
    data = data_folder()
    user = recorded_pid(user_record(data))
    if user is not None and psutil.pid_exists(user):
        os.kill(user, signal.SIGTERM)
        wait_until(lambda: not psutil.pid_exists(user), 60, f"process {user} ends")
        print("Airflow is down.")
        return 0
    left = [*end_recorded(data / "airflow" / "processes"), *end_recorded(data / "local_batch_api")]
    user_record(data).unlink(missing_ok=True)
    print(f"Ended what was left: {', '.join(left)}." if left else "Nothing was up.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
