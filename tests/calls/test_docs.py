import re

from hub.calls.mapping import Durations, Fields, Mapping, ReplayDefaults, Times, load_mapping
from hub.calls.reading import read_calls
from hub.calls.recorded_call import RecordedCall, Row
from hub.calls.sources import AgentSource, OutcomeSource
from hub.tables.rows import Rejected
from hub.tables.sources import FieldSource, FileFormat, IdentifierSource, SkipRule
from tests.calls.logs import ROOT


def told(row: Row) -> str:
    if isinstance(row, RecordedCall):
        outcome = f"talks {row.talk:g} s with {row.agent}" if row.answered else "hangs up"
        return f"line {row.row}: {row.contact_id} service {row.service}, waits {row.wait:g} s, {outcome}"
    if isinstance(row, Rejected):
        return f"line {row.row}: refused, {row.field}: {row.reason}"
    return f"line {row.row}: skipped, {row.reason}"


def test_the_example_of_the_docs_does_what_they_say(tmp_path):
    page = (ROOT / "docs" / "mappings.md").read_text()
    blocks = dict(re.findall(r"```(csv|toml|text)\n(.*?)```", page, re.DOTALL))
    (tmp_path / "calls.csv").write_text(blocks["csv"])
    (tmp_path / "mapping.toml").write_text(blocks["toml"])
    rows = read_calls(tmp_path / "calls.csv", load_mapping(tmp_path / "mapping.toml"))
    assert [told(row) for row in rows] == blocks["text"].splitlines()


def test_the_docs_name_every_section_and_field():
    page = (ROOT / "docs" / "mappings.md").read_text()
    for model in (Durations, Fields, ReplayDefaults, Times, AgentSource, FieldSource, FileFormat, IdentifierSource,
                  OutcomeSource, SkipRule):  # fmt: skip
        for name in model.model_fields:
            assert f"`{name}`" in page, f"{model.__name__}.{name}"
    for name in set(Mapping.model_fields) - {"name"}:
        assert f"`[{name}]`" in page or f"`[[{name}]]`" in page, name
