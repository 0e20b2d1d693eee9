"""Real documents, every day of them a run: each translation stands beside its source, and nothing else changes."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract.local_server import LocalServer
from integration.steps.night import files_below, filled, write_phrasebook

from batch_translate.checks.registry import CHECKS
from batch_translate.ledger import jobs
from batch_translate.report import read_translations
from batch_translate.steps import plan as plans
from batch_translate.steps.build_requests import build_requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from integration.steps.night import Night

CORPUS = Path(
    os.environ.get("BATCH_TRANSLATE_CORPUS")
    or Path(__file__).resolve().parents[3] / ".." / "shared" / "corpus" / "input"
)
# Whether a translation is good is asked elsewhere.
UNJUDGED = "[checks]\n" + "".join(f'{name} = "off"\n' for name in CHECKS if name != "placeholders")
REFERENCE = CORPUS.parent / "reference" / "en"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus; BATCH_TRANSLATE_CORPUS names its folder")


def rows_of(path: Path) -> dict[str, str]:
    """id → text of a JSONL file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: row["text"] for row in rows}


def reference_pairs() -> dict[str, str]:
    """Source → the people's translation, for the rows that have one by their id; a source's first one counts."""
    pairs: dict[str, str] = {}
    for path in sorted(CORPUS.glob("*/*.jsonl")):
        known = rows_of(REFERENCE / path.relative_to(CORPUS))
        for row_id, source in rows_of(path).items():
            if known.get(row_id):
                pairs.setdefault(source, known[row_id])
    return pairs


def as_utf8(content: bytes) -> bytes:
    """What stands in CP932 is written as UTF-8, and is reported."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return content.decode("cp932").encode()
    return content


def days() -> list[str]:
    return sorted(folder.name for folder in CORPUS.iterdir() if folder.is_dir())


def serve(folder: Path, pairs: dict[str, str]) -> LocalServer:
    server = LocalServer(folder / "server")
    server.start("--phrasebook", str(write_phrasebook(folder / "phrases.tsv", pairs)))
    return server


def test_every_row_has_the_translation_of_its_own_source(
    make_night: Callable[[LocalServer], Night], tmp_path: Path
) -> None:
    pairs = reference_pairs()
    assert len(pairs) > 500
    server = serve(tmp_path, pairs)
    try:
        night = make_night(server)
        shutil.copytree(CORPUS, night.data / "input")
        (night.data / "input" / "translate.toml").write_text(UNJUDGED)
        rows = 0
        for day in days():
            report = night.run_day(day, f"run of {day}")
            assert report["complete"]
            expected: dict[tuple[str, str], str] = {}
            for row in read_translations(day, "en").to_dict("records"):
                source = row["source"]
                target = source if row["state"] == "skipped" else pairs.get(source, filled(source))
                assert row["target"] == target, row
                expected[row["document"], row["row_id"]] = target
                rows += source in pairs
            for name, document in night.output(day).items():
                if name.endswith(".jsonl"):
                    records = [json.loads(line) for line in document.decode().splitlines()]
                    assert {record["id"]: record["text"] for record in records} == rows_of(CORPUS / day / name)
                    assert all(record["text_en"] == expected[name, record["id"]] for record in records)
        assert rows > 700
        executed = night.executed()
        assert len(executed) == len(set(executed))
    finally:
        server.stop()


def test_translation_into_the_same_words_gives_back_every_byte(
    make_night: Callable[[LocalServer], Night], tmp_path: Path
) -> None:
    probe = make_night(LocalServer(tmp_path / "never started"))
    shutil.copytree(CORPUS, probe.data / "input")
    (probe.data / "input" / "translate.toml").write_text('[[documents]]\nmode = "replace"\n')
    read = [probe.read(day, "probe") for day in days()]
    texts = {row.source for plan in read for row in plans.read_segments(plan, "en")}
    server = serve(tmp_path, {text: text for text in texts})
    try:
        night = make_night(server)
        (night.data / "input" / "translate.toml").write_text(f'{UNJUDGED}\n[[documents]]\nmode = "replace"\n')
        for day in days():
            assert night.run_day(day)["complete"]
            assert night.output(day) == {name: as_utf8(it) for name, it in files_below(CORPUS / day).items()}
    finally:
        server.stop()


def test_posts_become_requests_without_code_urls_and_template_tags(
    make_night: Callable[[LocalServer], Night], tmp_path: Path
) -> None:
    night = make_night(LocalServer(tmp_path / "never started"))
    sent: list[str] = []
    for path in CORPUS.glob("*/*.md"):
        night.put(path.parent.name, {path.name: path.read_bytes()})
    for folder in sorted((night.data / "input").iterdir()):
        plan = night.read(folder.name, f"run of {folder.name}")
        for job_key in build_requests(night.ledger, plan.url, f"run of {folder.name}", 1):
            with Path(jobs.get(night.ledger, job_key).request_file).open(encoding="utf-8") as lines:
                users = [json.loads(json.loads(line)["body"]["messages"][1]["content"]) for line in lines]
            sent += [text for user in users for text in user["segments"].values()]
    assert len(sent) > 800
    for text in sent:
        assert not re.search(r"https?://|```|~~~|\{\{|\{%|\{#|`[^`]+`|\]\(", text), text
    code = {line for path in CORPUS.glob("*/*.md") for line in lines_of_code(path.read_text(encoding="utf-8"))}
    assert len(code) > 500
    assert not code & {line for text in sent for line in text.splitlines()}


def lines_of_code(document: str) -> list[str]:
    """The lines of fenced code blocks that are long enough to be nothing else."""
    lines: list[str] = []
    fence = ""
    for line in document.splitlines():
        mark = re.match(r"[ \t>]*(`{3,}|~{3,})([^`]*)$", line)
        if not fence and mark:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not mark[2].strip():
            fence = ""
        elif fence and len(line) > 20:
            lines.append(line)
    return lines
