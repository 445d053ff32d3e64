"""A key that is made beside a running hub is good when the command returns."""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from hub.domain.access.events import Role
from hub.journal.lock import hold_store
from hub.operations import known_key
from hub.operations.access import issue_key
from hub.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "var")


@contextmanager
def hub(settings: Settings, *answers: int) -> Iterator[list[str]]:
    """Runs on the data directory, and gives these answers, the last one for good. Yields whom it was asked by."""
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Authorization"])
            self.send_response(answers[min(len(asked), len(answers)) - 1])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """To nobody."""

    with hold_store(settings, "hub serve", alone=False), ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        told = {"pid": os.getpid(), "api_url": url, "nats_url": "nats://x"}
        (settings.data_dir / "hub.json").write_text(json.dumps(told), "utf-8")
        yield asked
        server.shutdown()


@pytest.mark.parametrize("known", [200, 403])
def test_the_key_is_handed_out_once_the_hub_takes_it(
    settings: Settings, known: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with hub(settings, 401, 503, known) as asked:
        made = issue_key(settings, Role.ADAPTER, "telephony", "")
    assert asked == [f"Bearer {made['token']}"] * 3


def test_nobody_waits_for_a_hub_that_is_gone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with hub(settings, 401):
        """It leaves its address behind."""
    monkeypatch.setattr(known_key, "PATIENCE_SECONDS", 0.0)
    assert issue_key(settings, Role.ADMIN, "tests", "")["token"]
    assert caplog.text == ""


def test_who_does_not_wait_for_it_is_told_the_key_all_the_same(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(known_key, "sleep", interrupted)
    with hub(settings, 401):
        assert issue_key(settings, Role.ADMIN, "tests", "")["token"]


def test_a_hub_that_does_not_take_it_in_time_is_told_of(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(known_key, "PATIENCE_SECONDS", 0.05)
    with hub(settings, 401), caplog.at_level(logging.WARNING):
        assert issue_key(settings, Role.ADMIN, "tests", "")["token"]
    assert "does not take it yet" in caplog.text
