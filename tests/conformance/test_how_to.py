"""The format that docs/formats.md shows how to add keeps the promises of the suite, as it stands there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import TextIO

import pytest
from conformance.suite import TextConformance
from conformance.test_formats import LINES

from batch_translate.documents import prose, registry, text_format
from batch_translate.markup import inline

_PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
_FORMAT, _TESTS = (
    "\n".join(line.removeprefix("   ") for line in block.splitlines())
    for block in re.findall(r"^   ```python\n(.*?)^   ```", _PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
)
_MODULE = ModuleType("batch_translate.documents.ini")
_KNOWN = {"Prose": prose.Prose, "inline_spans": inline.inline_spans, "TextIO": TextIO}
_MODULE.__dict__.update({name: it for name, it in vars(text_format).items() if not name.startswith("_")} | _KNOWN)
exec(f"from __future__ import annotations\n{_FORMAT}", _MODULE.__dict__)
exec(_TESTS, {"TextConformance": TextConformance, "LINES": LINES, "__name__": __name__}, globals())


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, _MODULE.__name__, _MODULE)
    monkeypatch.setitem(registry._FORMATS, ".ini", "ini:Ini")
