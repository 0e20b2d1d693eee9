"""What is a Markdown document apart from its prose? As parsers of other hands see it, run by Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

NODE = Path(__file__).parent / "node"


def node_program(folder: Path = NODE) -> str:
    """The node program, with the packages of a folder installed in it; skips where they cannot be had."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        pytest.skip("node and npm are not installed")
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    if any(_installed(folder, package) != version for package, version in wanted.items()):
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        if result.returncode:
            pytest.skip(f"npm could not install the packages of {folder.parent.name}: {result.stderr[-300:]}")
    return program


def structure_of(program: str, mode: str, documents: list[str]) -> list[list[str]]:
    """The elements of each document, `mode` being `commonmark` or `gfm`."""
    found: list[list[str]] = _run(program, mode, json.dumps(documents))
    return found


def specification(program: str) -> list[dict[str, str]]:
    """The examples of the CommonMark specification: `number`, `section`, `markdown`."""
    found: list[dict[str, str]] = _run(program, "spec", "")
    return [{**example, "markdown": example["markdown"].replace("→", "\t")} for example in found]


def _installed(folder: Path, package: str) -> str | None:
    described = folder / "node_modules" / package / "package.json"
    version: str | None = json.loads(described.read_text())["version"] if described.exists() else None
    return version


def _run(program: str, mode: str, documents: str) -> list:
    command = [program, "structure.mjs", mode]
    result = subprocess.run(
        command, cwd=NODE, input=documents, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)
