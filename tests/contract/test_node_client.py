"""The official Node client, as an article's reader would use it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from contract.local_server import LocalServer

NODE = Path(__file__).parent / "node"
TRANSLATIONS = {
    "お知らせ": "Notice",
    "本日は休館です。": "We are closed today.",
    "新しい展示が始まりました": "A new exhibition has opened",
}


@pytest.fixture(scope="module")
def node() -> str:
    """The node program, with the client's package installed beside the script."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        pytest.skip("node and npm are not installed")
    wanted = json.loads((NODE / "package.json").read_text())["dependencies"]["openai"]
    installed = NODE / "node_modules" / "openai" / "package.json"
    if not installed.exists() or json.loads(installed.read_text())["version"] != wanted:
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        result = subprocess.run(command, cwd=NODE, capture_output=True, text=True, timeout=60, check=False)
        if result.returncode:
            pytest.skip(f"npm could not install openai {wanted}: {result.stderr[-300:]}")
    return program


def test_three_texts_come_back_beside_their_sources(server: LocalServer, node: str, tmp_path: Path) -> None:
    phrasebook = tmp_path / "phrasebook.tsv"
    entries = [f"ja\ten\t{source}\t{target}\n" for source, target in TRANSLATIONS.items()]
    phrasebook.write_text("source_language\ttarget_language\tsource\ttarget\n" + "".join(entries))
    server.start("--phrasebook", str(phrasebook))
    environment = {
        **os.environ,
        "OPENAI_BASE_URL": server.base_url,
        "OPENAI_API_KEY": "key-1",
        "POLL_MILLISECONDS": "50",
    }
    result = subprocess.run(
        [node, "translate.mjs"], cwd=NODE, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert result.returncode == 0, result.stderr
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert {one["source"]: one["target"] for one in answers} == TRANSLATIONS
    custom_ids = [one["custom_id"] for one in answers]
    assert sorted(custom_ids) != custom_ids
