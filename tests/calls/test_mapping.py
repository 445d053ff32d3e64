import re

import pytest

from hub.calls.mapping import load_mapping
from hub.router.policy.parsing import load_policy
from hub.tables.mapping_file import MappingError, line_of
from tests.calls.logs import BANK, CLOUD

GOOD = """\
name = "minimal"

[fields]
contact_id = { template = "{id}" }

[times]
entered_at = { column = "start" }

[durations]
wait = { column = "wait" }
talk = { column = "talk" }

[outcome]
column = "status"
answered = ["yes"]
abandoned = ["no"]
"""

SKIP = '[[skip]]\ncolumn = "a"\nreason = "c"\n'


def load(tmp_path, text):
    file = tmp_path / "mapping.toml"
    file.write_text(text)
    return load_mapping(file)


def test_the_examples_load():
    assert load_mapping(BANK).used_columns()["vru+line"] == "fields.contact_id"
    assert load_mapping(CLOUD).times.zone == "Europe/Berlin"


def test_the_banks_policy_knows_the_services_of_the_banks_mapping():
    mapping = load_mapping(BANK)
    assert mapping.replay.policy is not None
    assert mapping.fields.service is not None
    assert set(load_policy(mapping.replay.policy).queues) >= set(mapping.fields.service.values.values())


def test_the_least_a_mapping_says(tmp_path):
    mapping = load(tmp_path, GOOD)
    assert mapping.file.delimiter == ","
    assert mapping.fields.channel.constant == "phone"
    assert set(mapping.used_columns()) == {"id", "start", "wait", "talk", "status"}


def test_a_policy_stands_relative_to_the_mapping(tmp_path):
    mapping = load(tmp_path, GOOD + '\n[replay]\npolicy = "../policies/a.toml"\n')
    assert mapping.replay.policy == tmp_path / ".." / "policies" / "a.toml"


@pytest.mark.parametrize(
    ("change", "to", "line", "message"),
    [
        ('name = "minimal"', "", 1, "name: is missing"),
        ('name = "minimal"', 'name = "minimal"\ncolour = "red"', 2, "colour: there is no such field"),
        ('column = "wait"', 'column = "wait", unit = "hours"', 10, "durations.wait.unit: Input should be 'seconds'"),
        ('template = "{id}"', 'template = "{id}", constant = "x"', 4, "fields.contact_id: give exactly one of"),
        ('template = "{id}"', 'template = "id"', 4, "fields.contact_id: `template` names no column"),
        ('column = "start"', 'column = "start", format = "soon"', 7, "times.entered_at.format: 'soon' is neither"),
        ('column = "start"', 'column = "start", format = "%H:%M"', 6, "times: give `date` if, and only if"),
        ("[times]", '[times]\nzone = "Mars/Base"', 7, "times.zone: there is no time zone 'Mars/Base'"),
        ('answered = ["yes"]', 'answered = ["no"]', 13, "outcome: 'no' can't be both"),
        ('wait = { column = "wait" }', "", 1, "mapping: how long a call waited"),
        ("[fields]", '[fields]\nchannel = { constant = "fax" }', 4, "fields.channel: 'fax' is no channel"),
        ("[fields]", "[file]\nheader = false\n[fields]", 3, "file: give `columns` if, and only if"),
        ("[fields]", '[file]\nencoding = "klingon"\n[fields]', 4, "file.encoding: there is no encoding 'klingon'"),
        ("[fields]", f'{SKIP}values = ["b"]\n{SKIP}[fields]', 7, "skip.1: give either `values` or `pattern`"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_refused_with_file_line_and_field(tmp_path, change, to, line, message):
    assert change in GOOD
    with pytest.raises(MappingError, match=re.escape(f"mapping.toml, line {line}, {message}")):
        load(tmp_path, GOOD.replace(change, to))


def test_what_is_no_toml_or_no_file(tmp_path):
    with pytest.raises(MappingError, match=r"mapping\.toml: .*line 1"):
        load(tmp_path, "name = =\n")
    with pytest.raises(MappingError, match="No such file"):
        load_mapping(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe4"')
    with pytest.raises(MappingError, match="is not UTF-8"):
        load_mapping(tmp_path / "latin.toml")


def test_the_line_of_a_place():
    text = 'a = 1\n[t]\nb = 1\nc.d = 2\n[[s]]\nx = 1\n[[s]]\nx = 2\n["q r".u]\n"v w" = 1'
    assert [line_of(text, place) for place in (("a",), ("t", "b"), ("t", "c", "d"), ("t", "z"))] == [1, 3, 4, 2]
    assert [line_of(text, place) for place in (("s", 0, "x"), ("s", 1, "x"), ("q r", "u", "v w"))] == [6, 8, 10]
