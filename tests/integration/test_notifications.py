"""Mail, Slack and StatsD, each a real server on loopback, as a real Airflow reaches them."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from pipeline import Pipeline, examples_api, running_pipeline

from airflow_stack import free_port
from processes import wait_until
from provider import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(420)]
TOKEN = "xoxb-a-token-that-is-told-to-nobody"
GREEN, RED, UNREAD = "2024-04-16", "2024-05-01", "2024-05-02"


@dataclass
class Inbox:
    """What each server was sent, oldest first."""

    mails: list[tuple[str, str]] = field(default_factory=list)  # subject, body
    posts: list[dict[str, Any]] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        body = message.get_body(("html", "plain"))
        assert body is not None
        self.mails.append((str(message["Subject"]), body.get_content()))
        return "250 OK"

    def of(self, text: str) -> tuple[list[str], list[str]]:
        """The mails' bodies and the posts' texts in which `text` stands."""
        mails = [body for _, body in self.mails if text in body]
        return mails, [post["text"] for post in self.posts if text in post["text"]]

    def wait_for(self, text: str) -> tuple[str, str]:
        """The first mail and post with `text`, once both are there."""
        wait_until(lambda: all(self.of(text)), 60, f"{text!r} is mailed and posted")
        mails, posts = self.of(text)
        return mails[0], posts[0]


@pytest.fixture(scope="module")
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, inbox: Inbox) -> Iterator[Pipeline]:
    """A pipeline whose batches take longer than its deadline, and which tells the inbox."""
    controller = pytest.importorskip("aiosmtpd.controller", reason="aiosmtpd is not installed: make test does it")

    class Slack(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            post = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            inbox.posts.append(post | {"path": self.path, "token": self.headers["Authorization"]})
            answer = b'{"ok": true}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    mail = controller.Controller(inbox, hostname="127.0.0.1", port=free_port())
    slack = ThreadingHTTPServer(("127.0.0.1", 0), Slack)
    statsd = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    statsd.bind(("127.0.0.1", 0))
    statsd.settimeout(0.5)
    ended = threading.Event()

    def receive() -> None:
        while not ended.is_set():
            try:
                inbox.metrics += statsd.recv(65_536).decode().splitlines()
            except TimeoutError:
                continue

    threads = [threading.Thread(target=receive), threading.Thread(target=slack.serve_forever)]
    mail.start()
    for thread in threads:
        thread.start()
    smtp = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": mail.port,
        "extra": {"from_email": "airflow@example.org", "disable_ssl": True, "disable_tls": True},
    }
    base_url = f"http://127.0.0.1:{slack.server_port}/api/"
    env = {
        "AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(smtp),
        "AIRFLOW_CONN_SLACK_API_DEFAULT": json.dumps(
            {"conn_type": "slack", "password": TOKEN, "extra": {"base_url": base_url}}
        ),
        "BATCH_TRANSLATE_NOTIFY_EMAIL": "one@example.org, two@example.org",
        "BATCH_TRANSLATE_NOTIFY_SLACK": "#translations",
        "BATCH_TRANSLATE_DEADLINE_HOURS": "0.003",
        "AIRFLOW__METRICS__STATSD_ON": "True",
        "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
        "AIRFLOW__METRICS__STATSD_PORT": str(statsd.getsockname()[1]),
    }
    root = tmp_path_factory.mktemp("told")
    try:
        with running_pipeline(root, examples_api(root / "local_batch_api", delay=20), env) as running:
            shutil.copytree(EXAMPLES / "input", running.data / "input", dirs_exist_ok=True)
            yield running
    finally:
        ended.set()
        mail.stop()
        slack.shutdown()
        for thread in threads:
            thread.join(5)
        slack.server_close()
        statsd.close()


def test_green_run_is_told_in_five_lines_after_its_alert(told: Pipeline, inbox: Inbox) -> None:
    run = told.trigger_and_wait(GREEN)
    assert run.state == "success"
    mail, post = inbox.wait_for(f"{GREEN}: complete")
    assert len(post.splitlines()) == 5
    assert post in mail.replace("\r\n", "\n")
    assert "failed 0" in post
    assert f"{GREEN}/_report.html" in post
    late_mail, late_post = inbox.wait_for(f"{GREEN}: NOT PUBLISHED IN TIME")
    assert f"python -m batch_translate status {GREEN}" in late_post
    assert run.run_id in late_post
    assert run.run_id in late_mail
    assert {one["path"] for one in inbox.posts} == {"/api/chat.postMessage"}
    assert {one["channel"] for one in inbox.posts} == {"#translations"}
    assert {one["token"] for one in inbox.posts} == {f"Bearer {TOKEN}"}
    assert TOKEN not in json.dumps([inbox.mails, [one["text"] for one in inbox.posts]])


def test_metrics_are_what_the_report_says(told: Pipeline, inbox: Inbox) -> None:
    report = json.loads((told.data / "output" / GREEN / "_report.json").read_text("utf-8"))
    counted: dict[str, float] = {}
    for metric in inbox.metrics:
        name, _, rest = metric.partition(":")
        if ".batch_translate." in name:
            value, kind = rest.split("|")[:2]
            key = name.partition(".batch_translate.")[2]
            counted[key] = counted.get(key, 0) + float(value) if kind == "c" else float(value)
    for name in ("input_tokens", "cached_tokens", "output_tokens"):
        assert counted[name] == report["sent"][name]
    assert counted["answers.accepted"] == report["sent"]["segments"]
    assert counted["cost_microusd"] == pytest.approx(report["sent"]["cost_usd"] * 1e6, abs=5)
    assert counted["spent_usd"] == pytest.approx(report["sent"]["cost_usd"])
    assert counted["segments.en.translated"] == report["languages"]["en"]["states"]["translated"]


def test_red_runs_are_told_with_and_without_a_report(told: Pipeline, inbox: Inbox) -> None:
    told.put(RED, {"broken.json": "{", "mail.txt": "{{ ds }} <b>"})
    told.put(UNREAD, {"translate.toml": "no_such_key = 1", "a.txt": "a"})
    runs = [told.api.trigger("translate_nightly", {"day": day}) for day in (RED, UNREAD)]
    assert [told.wait(run).state for run in runs] == ["failed", "failed"]
    mail, post = inbox.wait_for(f"{RED}: NOT COMPLETE")
    assert len(post.splitlines()) == 5
    assert "broken.json" in mail
    mail, post = inbox.wait_for(f"{runs[1]}: ENDED WITHOUT A REPORT")
    assert len(post.splitlines()) == 5
    assert "Failed: read_documents" in mail
