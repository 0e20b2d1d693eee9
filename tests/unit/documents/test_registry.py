from __future__ import annotations

import subprocess
import sys

import pytest

from batch_translate.documents.registry import SUPPORTED_ENDINGS, format_of


@pytest.mark.parametrize("ending", SUPPORTED_ENDINGS)
def test_every_supported_ending_has_a_format_that_names_it(ending: str) -> None:
    found = format_of(f"2024/report{ending.upper()}")
    assert found is not None
    assert ending in found.endings


@pytest.mark.parametrize("name", ["a.docx", "csv", ".md.bak", "a", ""])
def test_other_files_have_no_format(name: str) -> None:
    assert format_of(name) is None


def test_parsers_are_imported_only_when_a_file_asks_for_them() -> None:
    code = (
        "import sys; from batch_translate.documents.registry import format_of; format_of('a.txt'); "
        "sys.exit(any(name in sys.modules for name in ('markdown_it', 'yaml', 'numpy')))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, timeout=60).returncode
        == 0
    )
