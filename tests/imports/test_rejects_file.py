"""The file of refused rows: what was wrong with which row, for its owner alone, and not who stands in it."""

import json

from hub.application.imports.rejects import RejectsFile
from hub.tables.rows import Rejected

REFUSED = Rejected(7, "born", "is no date", "C1,Maryam Rezaei,09121234567")


def test_a_row_is_told_by_its_line_and_not_repeated(tmp_path):
    file = tmp_path / "imports" / "customers.rejects.jsonl"
    with RejectsFile(file) as refused:
        refused.write(REFUSED)
    assert json.loads(file.read_text("utf-8")) == {"row": 7, "field": "born", "reason": "is no date"}


def test_it_is_its_owners_alone_also_where_it_was_there_before(tmp_path):
    file = tmp_path / "customers.rejects.jsonl"
    file.write_text("of an earlier run")
    file.chmod(0o644)
    with RejectsFile(file) as refused:
        refused.write(REFUSED)
    assert file.stat().st_mode & 0o777 == 0o600
    assert "earlier" not in file.read_text("utf-8")
