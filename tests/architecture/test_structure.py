"""Promises about who knows whom that a reader of the tree can rely on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
SOURCES = [
    path for folder in ("include", "plugins", "dags", "scripts") for path in (PROJECT / folder).rglob("*.py")
]


def test_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": "include:plugins"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_domain_runs_where_airflow_cannot_be_imported() -> None:
    script = (
        "import sys, pkgutil, importlib\n"
        "sys.modules['airflow'] = None\n"
        "import batch_translate\n"
        "for module in pkgutil.walk_packages(batch_translate.__path__, 'batch_translate.'):\n"
        "    if not module.name.endswith(('__main__', 'migrations.env', '.0001_first_tables')):\n"
        "        importlib.import_module(module.name)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "include")}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, timeout=120)


def test_modules_have_one_subject() -> None:
    long = {str(path.relative_to(PROJECT)): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert {path: lines for path, lines in long.items() if lines > 300} == {}


def test_top_level_is_what_an_airflow_project_has() -> None:
    for name in ("dags", "plugins", "include", "tests", "requirements.txt", "docker-compose.yaml"):
        assert (PROJECT / name).exists()
    assert not (PROJECT / "include" / "__init__.py").exists()
    assert not (PROJECT / "plugins" / "__init__.py").exists()
