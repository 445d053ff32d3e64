import io
import json
import logging
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from hub import logs
from hub.domain.contact import Contact
from hub.settings import Settings


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before
    logging.captureWarnings(capture=False)


def test_a_json_line_holds_time_level_logger_message_and_extras() -> None:
    out = io.StringIO()
    logs.configure(Settings(log_format="json"), out)
    logging.getLogger("hub.intake").warning("contact refused", extra={"field": "path.channel", "rows": 3})
    line = json.loads(out.getvalue())
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "WARNING",
        "logger": "hub.intake",
        "message": "contact refused",
        "field": "path.channel",
        "rows": 3,
    }


def test_a_text_line_ends_with_its_extras() -> None:
    out = io.StringIO()
    logs.configure(Settings(), out)
    logging.getLogger("hub.bus").info("connected", extra={"url": "nats://127.0.0.1:4222"})
    assert out.getvalue().endswith("INFO    hub.bus: connected url=nats://127.0.0.1:4222\n")


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_exception_is_logged_with_its_traceback(form: str) -> None:
    out = io.StringIO()
    logs.configure(Settings(log_format=form), out)
    try:
        raise ValueError("disk is full")
    except ValueError:
        logging.getLogger("hub").exception("commit failed")
    assert "ValueError: disk is full" in out.getvalue()
    assert "Traceback" in out.getvalue()


def test_the_level_of_the_settings_holds() -> None:
    out = io.StringIO()
    logs.configure(Settings(log_level="warning"), out)
    logging.getLogger("hub.pool").info("not wanted")
    logging.getLogger("hub.pool").warning("wanted")
    assert "not wanted" not in out.getvalue()
    assert "wanted" in out.getvalue()


def test_the_web_servers_own_handlers_go_and_requests_show_at_debug_only() -> None:
    stray = io.StringIO()
    access = logging.getLogger("uvicorn.access")
    access.addHandler(logging.StreamHandler(stray))
    access.propagate = False
    out = io.StringIO()
    logs.configure(Settings(), out)
    access.info("GET /v1/queues 200")
    logging.getLogger("uvicorn.error").info("WebSocket /t/a-secret")
    logging.getLogger("uvicorn.error").warning("a worker died")
    assert stray.getvalue() == ""
    assert "GET" not in out.getvalue()
    assert "secret" not in out.getvalue()
    assert "uvicorn.error: a worker died" in out.getvalue()
    logs.configure(Settings(log_level="debug"), out)
    access.info("GET /v1/queues 200")
    assert "GET /v1/queues 200" in out.getvalue()


def test_configuring_twice_writes_each_line_once() -> None:
    out = io.StringIO()
    logs.configure(Settings(), out)
    logs.configure(Settings(), out)
    logging.getLogger("hub").info("once")
    assert out.getvalue().count("once") == 1


def test_a_request_is_logged_without_what_was_asked_for() -> None:
    out = io.StringIO()
    logs.configure(Settings(log_level="debug"), out)
    line, asked = '%s - "%s %s HTTP/%s" %d', "/v1/customers?kind=phone&value=%2B989121234567"
    logging.getLogger("uvicorn.access").info(line, "127.0.0.1:5", "GET", asked, "1.1", 200)
    assert '"GET /v1/customers HTTP/1.1" 200' in out.getvalue()
    assert "9121234567" not in out.getvalue()


def test_a_contact_that_is_no_contact_is_not_told_in_its_error() -> None:
    with pytest.raises(ValidationError) as refused:
        Contact.model_validate({"id": "c", "path": {"channel": "+989121234567"}, "text": ["+989121234567"]})
    assert "9121234567" not in str(refused.value)
