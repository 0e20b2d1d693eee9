"""How the server is started: `python -m local_batch_api --data DIR`."""

from __future__ import annotations

import argparse
import fcntl
import socket
import sys
import time
from pathlib import Path
from typing import TextIO

import uvicorn

from local_batch_api.app import BatchApi
from local_batch_api.database import Database
from local_batch_api.faults.batches import FaultyWorker
from local_batch_api.faults.rules import FaultRuleError, Faults, read_file
from local_batch_api.faults.transport import CuttableConnection
from local_batch_api.files import FileStore
from local_batch_api.phrasebook import Phrasebook
from local_batch_api.worker import Pace


def main() -> None:
    """Serve until a signal ends it."""
    arguments = _read_arguments()
    data: Path = arguments.data
    data.mkdir(parents=True, exist_ok=True)
    lock = _lock(data)
    try:
        phrasebook = Phrasebook(arguments.phrasebook)
    except (OSError, ValueError) as error:
        sys.exit(f"local_batch_api: the phrasebook cannot be read: {error}")
    try:
        faults = Faults(rule for path in arguments.faults for rule in read_file(path))
    except (OSError, FaultRuleError) as error:
        sys.exit(f"local_batch_api: the faults cannot be read: {error}")
    database = Database(data / "local_batch_api.sqlite")
    files = FileStore(database, data / "files", time.time)
    files.sweep()
    pace = Pace(arguments.delay, arguments.lines_per_second)
    worker = FaultyWorker(
        database,
        files,
        phrasebook,
        pace,
        arguments.enqueued_token_limit,
        time.time,
        faults,
        arguments.batches_per_hour,
    )
    api = BatchApi(database, files, worker, arguments.api_key, faults)
    with socket.create_server((arguments.host, arguments.port)) as listener:
        print(f"local_batch_api listening on http://{arguments.host}:{listener.getsockname()[1]}/v1")
        print(
            "Answers come from the phrasebook engine: it is not a model; unknown texts are answered with words "
            "that mean nothing.",
            flush=True,
        )
        config = uvicorn.Config(
            api.app(), http=CuttableConnection, log_level="warning", timeout_graceful_shutdown=5
        )
        uvicorn.Server(config).run(sockets=[listener])
    database.close()
    lock.close()


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local_batch_api",
        description="An OpenAI-compatible Files and Batch API on this machine, answered from phrasebooks.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8079, help="port; 0 takes a free one (%(default)s)")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the server's state")
    parser.add_argument(
        "--phrasebook",
        type=Path,
        action="append",
        default=[],
        metavar="FILE.tsv",
        help="known translations; may be given several times, the first entry for a text counts",
    )
    parser.add_argument(
        "--delay",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="least time from a batch's creation to its first line",
    )
    parser.add_argument(
        "--lines-per-second", type=_positive, metavar="N", help="speed of each batch (as fast as possible)"
    )
    parser.add_argument("--api-key", metavar="KEY", help="the only key that is accepted (any)")
    parser.add_argument(
        "--enqueued-token-limit",
        type=int,
        metavar="N",
        help="most prompt tokens in unfinished batches, for each key and model (no limit)",
    )
    parser.add_argument(
        "--batches-per-hour",
        type=int,
        default=2_000,
        metavar="N",
        help="most batches that a key may create within an hour (%(default)s)",
    )
    parser.add_argument(
        "--faults",
        type=Path,
        action="append",
        default=[],
        metavar="FILE.toml",
        help="what shall go wrong, and how often (docs/local-batch-api.md)",
    )
    return parser.parse_args()


def _positive(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError("must be greater than 0")
    return number


def _lock(data: Path) -> TextIO:
    """Two servers over one folder would execute everything twice; the system frees a killed one's lock."""
    lock = (data / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"local_batch_api: another server is running over {data}; stop it or choose another --data")
    return lock


if __name__ == "__main__":
    main()
