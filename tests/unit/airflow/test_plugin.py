"""What Airflow's own plugin loader makes of the plugins folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from batch_translate_airflow.links import dashboard_url

PROJECT = Path(__file__).parents[3]
PROBE = """
import json, sys
from airflow import plugins_manager
plugins, errors = plugins_manager._get_plugins()
ours = [plugin for plugin in plugins if plugin.name == "batch_translate"]
import openai
import batch_translate_airflow.hook
print(json.dumps({
    "errors": errors,
    "plugins": len(ours),
    "links": [link.name for link in ours[0].operator_extra_links],
    "modules": sorted(sys.modules),
    "openai": openai.__file__,
    "sdk": hasattr(openai, "AsyncOpenAI"),
}))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    environment = os.environ | {
        "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": str(PROJECT / "include"),
    }
    command = [sys.executable, "-c", PROBE]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_our_plugin_is_loaded_once_without_errors(loaded):
    assert loaded["errors"] == {}
    assert loaded["plugins"] == 1
    assert loaded["links"] == ["Batch at OpenAI"]


def test_no_module_of_ours_is_filed_under_its_bare_stem(loaded):
    files = (PROJECT / "plugins" / "batch_translate_airflow").rglob("*.py")
    stems = {file.stem for file in files} - {"__init__"}
    assert stems >= {"hook", "trigger", "sensor", "claims", "links"}
    assert stems.isdisjoint(loaded["modules"])
    assert "batch_translate_airflow.hook" in loaded["modules"]
    assert not any(name.startswith("plugins.") for name in loaded["modules"])


def test_openai_is_still_the_sdk(loaded):
    assert loaded["sdk"]
    assert "site-packages" in loaded["openai"]


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("https://api.openai.com/v1", "https://platform.openai.com/batches/batch_1"),
        ("https://eu.api.openai.com/v1", "https://platform.openai.com/batches/batch_1"),
        ("http://127.0.0.1:8100/v1", ""),
        ("https://api.openai.com.evil.example/v1", ""),
    ],
)
def test_only_openais_batches_have_a_dashboard(endpoint, url):
    assert dashboard_url(endpoint, "batch_1") == url
