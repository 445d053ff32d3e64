"""Profile fields by the path policy in force: checked, spelled, told once, with the import as their source."""

import asyncio

import pytest

from hub.application.imports.profiles import PATH
from hub.application.policies.paths import PathPolicies
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved
from hub.domain.customer.links.events import CustomersLinked
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.errors import InvalidError
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from tests.imports.records import ROOT, Centre, FixedClock, told

HEADER = "number,code,mobile,name,class,city,born,second"
MAPPING = """
name = "profiles"
{fields}
[[identifiers]]
kind = "customer_number"
column = "number"
verified = true
[[identifiers]]
kind = "national_id"
column = "code"
verified = true
[[identifiers]]
kind = "phone"
column = "mobile"
[fields]
name.column = "name"
segment.column = "class"
"""
PROFILE = """
[profile]
service_city = { column = "city" }
birth_date = { column = "born" }
second_phone = { column = "second" }
"""
MARYAM = "C1,,09121234567,Maryam,B2C, Shiraz ,۱۹۸۴-11-02,0912 765 4321"


@pytest.fixture
def centre(tmp_path):
    return Centre(tmp_path)


def publish(centre, text):
    async def run():
        journal = EventJournal(open_store(centre.settings))
        await PathPolicies(journal, FixedClock()).publish(text, actor="operator:ann", command_id="publish")
        await journal.close()

    asyncio.run(run())


@pytest.fixture
def telecom(centre):
    publish(centre, (ROOT / "examples" / "policies" / "telecom_paths.toml").read_text("utf-8"))
    return centre


def take(centre, *rows, profile=PROFILE):
    mapping = centre.directory / "profiles.toml"
    mapping.write_text(MAPPING.format(fields="") + profile, encoding="utf-8")
    return centre.take("customers", mapping, HEADER, *rows)


def fields(centre):
    return [(one.field, one.value) for one in centre.events() if isinstance(one, ProfileFieldChanged)]


def test_fields_are_spelled_by_their_types_and_name_the_import(telecom):
    assert told(take(telecom, MARYAM)) == {"rows": 1, "taken": 1}
    assert fields(telecom) == [
        ("service_city", "Shiraz"), ("birth_date", "1984-11-02"), ("second_phone", "+989127654321")
    ]  # fmt: skip
    said = [one for one in telecom.events() if isinstance(one, ProfileFieldChanged)]
    assert {(one.actor, one.path) for one in said} == {("import:profiles", PATH)}


def test_only_what_is_new_is_told_again(telecom):
    take(telecom, MARYAM)
    assert told(take(telecom, MARYAM.replace("Shiraz", "Yazd"))) == {"rows": 1, "taken": 1}
    assert fields(telecom)[3:] == [("service_city", "Yazd")]


def test_empty_cells_say_nothing(telecom):
    take(telecom, MARYAM)
    assert told(take(telecom, "C1,,09121234567,Maryam,B2C,,,")) == {"rows": 1, "unchanged": 1}


@pytest.mark.parametrize("size", [1, 2, 1_000])
def test_rows_of_one_customer_build_on_each_other(telecom, size):
    telecom.batch_rows = size
    rows = [MARYAM, MARYAM.replace("Shiraz", "Yazd"), MARYAM.replace("Shiraz", "Yazd").replace("Maryam", "Mary")]
    assert told(take(telecom, *rows)) == {"rows": 3, "taken": 3}
    assert [value for name, value in fields(telecom) if name == "service_city"] == ["Shiraz", "Yazd"]


def test_what_a_linked_stream_says_is_known(telecom):
    """The row with the code alone, which has the stream of the code to itself, finds what that with the number said."""
    take(telecom, MARYAM)
    take(telecom, "C1,3787324501,,,,,,")
    assert any(isinstance(one, CustomersLinked) for one in telecom.events())
    before = telecom.names()
    assert told(take(telecom, ",3787324501,,Mary,,Shiraz,,")) == {"rows": 1, "taken": 1}
    assert telecom.names()[len(before) :] == ["ProfileChanged"]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (MARYAM.replace("۱۹۸۴-11-02", "2nd of May"), "born", "no date"),
        (MARYAM.replace("0912 765 4321", "12"), "second", "is no phone"),
        (MARYAM.replace("Shiraz", "x" * 61), "city", "at most 60"),
        (MARYAM.replace("B2C", "B2B"), "born", "no profile field 'birth_date'"),
    ],
    ids=["date", "phone", "length", "not of a company"],
)
def test_a_row_with_a_value_that_does_not_fit_is_refused_whole(telecom, row, column, reason):
    assert told(take(telecom, row)) == {"rows": 1, "rejected": 1}
    [(line, field, why)] = telecom.refused()
    assert (line, field) == (2, column)
    assert reason in why
    assert not any(isinstance(one, CustomerRegistered | IdentifierObserved) for one in telecom.events())


def test_a_field_that_the_policy_does_not_define_stops_the_import_before_anything_is_taken(telecom):
    with pytest.raises(InvalidError, match=r"profile.shoe_size of the mapping: .* it has birth_date, line"):
        take(telecom, MARYAM, profile='[profile]\nshoe_size = { column = "born" }\n')
    assert not any(isinstance(one, CustomerRegistered) for one in telecom.events())
