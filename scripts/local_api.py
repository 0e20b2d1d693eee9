"""The OpenAI-compatible API of this project, `local_batch_api`, as a process on a free port."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

from processes import Service, end_recorded, wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

INCLUDE = Path(__file__).resolve().parents[1] / "include"
_ADDRESS = re.compile(r"listening on (http://\S+)")


class LocalApi:
    """Starts and ends one `local_batch_api`; its files, batches and log stay in `folder`."""

    def __init__(
        self, folder: Path, phrasebook: Path, delay: float = 0, port: int = 0, options: Sequence[str] = ()
    ) -> None:
        self.base_url = ""
        self._folder = folder
        self._argv = [sys.executable, "-m", "local_batch_api", "--host", "127.0.0.1", "--port", str(port)]
        self._argv += [
            "--data",
            str(folder / "data"),
            "--phrasebook",
            str(phrasebook),
            "--delay",
            str(delay),
            *options,
        ]
        self.service = self._service(())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it listens; `base_url` then ends in /v1."""
        end_recorded(self._folder)
        self.service.log.unlink(missing_ok=True)
        try:
            self.service.start()
            self.base_url = wait_until(self._address, 30, "local_batch_api listens")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self.service.stop()

    def restart(self, *options: str) -> None:
        """Start it anew over the same folder with more options; of one given twice the later counts.

        Clients find it again where it was given a port.
        """
        self.stop()
        self.service = self._service(options)
        self.start()

    def _service(self, options: Sequence[str]) -> Service:
        env = {**os.environ, "PYTHONPATH": str(INCLUDE), "PYTHONUNBUFFERED": "1"}
        return Service("local_batch_api", [*self._argv, *options], env, self._folder)

    def _address(self) -> str | None:
        found = _ADDRESS.search(self.service.log.read_text("utf-8"))
        if found:
            return found[1]
        self.service.check()
        return None

    def environment(self) -> dict[str, str]:
        """What a client needs to use it instead of OpenAI."""
        return {"OPENAI_API_KEY": "local", "OPENAI_BASE_URL": self.base_url}
