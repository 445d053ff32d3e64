"""The AsyncAPI document is what the models say, and others can read it."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from hub.application.intake.envelope import contact_envelope
from hub.cli.main import hub
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact
from hub.domain.contact import Path as WirePath
from hub.operations.asyncapi import as_yaml, asyncapi

FILE = Path(__file__).parents[2] / "docs" / "asyncapi.yaml"
PARSER = Path(__file__).with_name("asyncapi_parser")
Check = Callable[[Path], "subprocess.CompletedProcess[str]"]


def test_the_file_is_what_is_printed() -> None:
    printed = CliRunner().invoke(hub, ["channel", "asyncapi"]).output
    assert FILE.read_text() == printed, "write it again: hub channel asyncapi >docs/asyncapi.yaml"


def test_what_is_written_is_read_as_it_was() -> None:
    assert YAML(typ="safe").load(FILE) == asyncapi()
    odd = {"on": [1, {"a": None, "b": []}, [True, "x: y"]], "deep": {"er": {}}, "1": "no", "text": "- 'q'\n#"}
    assert YAML(typ="safe").load(as_yaml(odd)) == odd


def test_what_adapters_send_is_what_it_describes() -> None:
    document = asyncapi()
    schema = document["components"]["messages"]["contact"]["payload"] | {"components": document["components"]}
    contact = Contact(id="c1", path=WirePath(channel=Channel.SMS), occurred_at=WallClock().now(), text="hello")
    told = orjson.loads(contact_envelope(contact, "/adapters/sms"))
    check = Draft202012Validator(schema)
    check.validate(told)
    assert not check.is_valid(told | {"data": told["data"] | {"path": {"channel": "pigeon"}}})


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """The parser, installed by npm from its lock file."""
    directory = tmp_path_factory.mktemp("parser")
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not here: the document is not read with @asyncapi/parser")
    for file in PARSER.iterdir():
        shutil.copy(file, directory)
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(install, cwd=directory, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not fetch @asyncapi/parser within 5 minutes: the document is not read with it")
    if done.returncode:
        pytest.skip(f"npm can't fetch @asyncapi/parser: the document is not read with it: {done.stderr[-300:]}")
    return lambda file: subprocess.run(
        ["node", "check.mjs", file], cwd=directory, capture_output=True, text=True, timeout=120, check=False
    )


async def test_others_can_read_it(check: Check, tmp_path: Path) -> None:
    done = await asyncio.to_thread(check, FILE)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"version": "3.0.0", "channels": 12, "operations": 10}
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(FILE.read_text().replace('"#/components/messages/contact"', '"#/components/messages/nowhere"'))
    assert (await asyncio.to_thread(check, wrong)).returncode == 1
