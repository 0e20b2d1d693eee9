"""One Airflow whose runs are all over their cap, and Debian's Chromium, logged in to its UI."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from pipeline import Pipeline, examples_api, running_pipeline
from playwright.sync_api import Page, sync_playwright

from airflow_stack import USER

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    root = tmp_path_factory.mktemp("pipeline")
    with running_pipeline(root, examples_api(root / "local_batch_api", delay=1)) as running:
        settings = running.data / "input" / "translate.toml"
        settings.write_text('budget_usd = 0.000001\nover_budget = "ask"\n')
        yield running


@pytest.fixture(scope="package")
def page(stack: Pipeline) -> Iterator[Page]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on the PATH: apt-get install chromium, or answer by REST as the other tests do")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{stack.airflow.url}/auth/login")
        page.locator("input[name=username]").fill(USER)
        page.locator("input[name=password]").fill(stack.airflow.password)
        page.locator("button[type=submit]").click()
        page.get_by_role("link", name="Dags").first.wait_for(timeout=60_000)
        yield page
        browser.close()
