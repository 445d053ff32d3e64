"""Rows that a process beside reads are those that are read here, and it leaves nothing behind."""

import os
import signal
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from hub.application.imports import apart
from hub.application.imports.apart import is_worth_it, rows_read_apart
from hub.application.imports.kinds import Source, source_of
from hub.application.imports.writer import ImportStoppedError
from hub.domain.customer.normalise import DEFAULT_REGION, speller
from hub.domain.errors import HubError
from hub.tables.reading import read_table
from tests.imports.records import MAPPINGS, Centre
from tests.imports.test_imported_records import ALI, CUSTOMERS, MARYAM

MAPPING = """
name = "old"
[file]
delimiter = ";"
[[skip]]
column = "class"
values = ["test"]
reason = "a test"
[[identifiers]]
kind = "customer_number"
column = "number"
verified = true
[[identifiers]]
kind = "phone"
column = "mobile"
[fields]
name.column = "name"
segment.column = "class"
[profile]
city.column = "city"
[times]
zone = "Asia/Tehran"
changed_at.column = "changed"
changed_at.none = ["-"]
"""
LINES = [
    b"number;mobile;name;class;city;changed",
    "C1;09121234567;مریم رضایی;B2B;شیراز;2024-05-01 10:30".encode(),
    "C2;۰۹۱۲۱۲۳۴۵۶۸;Ali;B2G;;2024-05-01T10:30:00.25+02:00".encode(),
    b"C3;;Somebody;test;Yazd;-",
    b"C4;123;\xff\xfe;B2B;Yazd;-",
    b"C5;12;Ali;unheard;Yazd;-",
    b";;Ali;B2B;Yazd;-",
    b"C6;too;few",
    b"",
    b"C7;;Ali;;;yesterday",
    b'C8;;"Ali;Reza";B2B;Yazd;-',
]


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    file = tmp_path / "mapping.toml"
    file.write_text(MAPPING, encoding="utf-8")
    return file


@pytest.fixture
def source(mapping: Path) -> Source:
    return source_of("customers", mapping)


def table(directory: Path, times: int = 1) -> Path:
    file = directory / "customers.csv"
    file.write_bytes(b"\n".join([LINES[0], *LINES[1:] * times]) + b"\n")
    return file


def children() -> set[int]:
    mine = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return {int(one) for one in mine}


def test_they_are_the_same_rows(source: Source, tmp_path: Path) -> None:
    file, read_here, read_apart = table(tmp_path, 300), list[int](), list[int]()
    here = list(read_table(file, source.mapping, source.parser(speller(DEFAULT_REGION)), read_here.append))
    there = list(rows_read_apart(source, file, DEFAULT_REGION, read_apart.append))
    assert there == here
    assert [asdict(one) for one in there] == [asdict(one) for one in here]
    assert {type(one).__name__ for one in there} == {"CustomerRecord", "Rejected", "Skipped"}
    assert read_apart[-1] <= read_here[-1] == file.stat().st_size


def test_a_file_taken_here_is_known_when_it_is_read_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    centre = Centre(tmp_path, 2)
    lines = [CUSTOMERS, MARYAM, ALI, MARYAM.replace("C1;", "C9;"), "x"]
    here = centre.take("customers", "crm_customers.toml", *lines)
    refused = centre.refused()
    monkeypatch.setattr(apart, "WORTH_BYTES", 0)
    there = centre.take("customers", "crm_customers.toml", *lines)
    assert (here.taken, here.rejected) == (2, 2)
    assert (there.duplicates, there.rejected, there.events) == (2, 2, 0)
    assert centre.refused() == refused
    assert not children()


def test_what_is_wrong_with_the_whole_file_is_told_as_here(source: Source, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("number;name\nC1;Ali\n", encoding="utf-8")
    with pytest.raises(HubError) as here:
        list(read_table(file, source.mapping, source.parser(speller(DEFAULT_REGION))))
    with pytest.raises(HubError) as there:
        list(rows_read_apart(source, file, DEFAULT_REGION, None))
    assert (type(there.value), str(there.value)) == (type(here.value), str(here.value))
    assert not children()


def test_who_needs_no_more_rows_ends_it(source: Source, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rows = rows_read_apart(source, table(tmp_path, 20_000), DEFAULT_REGION, None)
    next(rows)
    assert children()
    close(rows)
    assert not children()
    assert capfd.readouterr().err == ""


def test_an_import_whose_reader_dies_says_so(source: Source, tmp_path: Path) -> None:
    rows = rows_read_apart(source, table(tmp_path, 20_000), DEFAULT_REGION, None)
    next(rows)
    [reader] = children()
    os.kill(reader, signal.SIGKILL)
    with pytest.raises(ImportStoppedError, match=r"customers.csv ended with code -9"):
        list(rows)


def test_small_files_and_other_kinds_are_read_here(source: Source, tmp_path: Path) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_bytes(b"x" * (apart.WORTH_BYTES - 1))
    large.write_bytes(b"x" * apart.WORTH_BYTES)
    assert [is_worth_it(source, file) for file in (small, large, tmp_path / "none.csv")] == [
        False,
        (os.cpu_count() or 1) > 1,
        False,
    ]
    assert not is_worth_it(source_of("purchases", MAPPINGS / "shop_purchases.toml"), large)


def close(rows: Iterator[object]) -> None:
    rows.close()  # type: ignore[attr-defined]
