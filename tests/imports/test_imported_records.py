from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from hub.application.imports.kinds import KINDS, source_of
from hub.domain.account.events import AccountRegistered, RoleAssigned
from hub.domain.customer.consent.events import ConsentGranted
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved, ProfileChanged, SegmentChanged
from hub.domain.customer.links.events import CustomersLinked
from hub.tables.mapping_file import MappingError
from tests.imports.records import MAPPINGS, Centre, told

CUSTOMERS = "number;national code;mobile;mail;name;class;value;status;changed"
MARYAM = "C1;3787324501;09121234567;maryam@example.com;مریم رضایی;person;A;;2026-03-01 10:00"
ALI = "C2;9604464973;-;;Ali Ahmadi;company;B;;2026-03-02 10:00"
ACCOUNTS = "legal id;company;class;number;role;from;to"
ACME = "63112357897;ACME;company"
CONSENTS = "address,answer,form,wording,when,until"


@pytest.fixture
def centre(tmp_path):
    return Centre(tmp_path)


def customers(centre, *rows):
    return centre.take("customers", "crm_customers.toml", CUSTOMERS, *rows)


def accounts(centre, *rows):
    return centre.take("accounts", "crm_accounts.toml", ACCOUNTS, *rows)


def consents(centre, *rows):
    return centre.take("consents", "newsletter_consents.toml", CONSENTS, *rows)


def test_a_customer_is_registered_with_identifiers_name_segment_and_a_link(centre):
    assert told(customers(centre, MARYAM)) == {"rows": 1, "taken": 1}
    events = centre.events()
    seen = [(one.kind, one.value, one.verified) for one in events if isinstance(one, IdentifierObserved)]
    assert seen[:4] == [
        ("national_id", "3787324501", True), ("customer_number", "C1", True), ("phone", "+989121234567", False),
        ("email", "maryam@example.com", False),
    ]  # fmt: skip
    assert [one.name for one in events if isinstance(one, ProfileChanged)] == ["مریم رضایی"]
    assert [(one.segment, one.value_tier) for one in events if isinstance(one, SegmentChanged)] == [("B2C", "high")]
    assert len({one.link_id for one in events if isinstance(one, CustomersLinked)}) == 1
    first = events[0]
    assert isinstance(first, CustomerRegistered)
    assert (first.at, first.actor) == (datetime(2026, 3, 1, 6, 30, tzinfo=UTC), "import:crm")
    assert "3787324501" not in first.causation


def test_the_same_file_twice_adds_nothing(centre):
    customers(centre, MARYAM, ALI)
    before = centre.names()
    assert told(customers(centre, MARYAM, ALI)) == {"rows": 2, "duplicates": 2}
    assert centre.names() == before


def test_a_row_twice_in_a_file_counts_once(centre):
    assert told(customers(centre, MARYAM, MARYAM)) == {"rows": 2, "taken": 1, "duplicates": 1}


def test_a_changed_row_brings_what_is_new_of_it(centre):
    customers(centre, ALI)
    assert told(customers(centre, ALI.replace("Ahmadi", "Karimi"))) == {"rows": 1, "taken": 1}
    assert [one.name for one in centre.events() if isinstance(one, ProfileChanged)] == ["Ali Ahmadi", "Ali Karimi"]


def test_a_row_that_says_what_is_known_changes_nothing(centre):
    customers(centre, ALI)
    before = centre.names()
    assert told(customers(centre, ALI.replace("03-02", "03-03"))) == {"rows": 1, "unchanged": 1}
    assert centre.names() == before


@pytest.mark.parametrize("apart", [False, True], ids=["in one file", "in two"])
def test_a_national_code_of_another_customer_number_is_refused_whole(centre, apart):
    thief = MARYAM.replace("C1;", "C9;").replace("maryam@", "other@")
    if apart:
        customers(centre, MARYAM)
        before = centre.names()
        counts = customers(centre, thief)
        assert centre.names() == before
    else:
        counts = customers(centre, MARYAM, thief)
    assert counts.rejected == 1
    [(row, field, reason)] = centre.refused()
    assert (row, field) == (2 if apart else 3, "national code")
    assert reason.startswith("this national id belongs to another customer, whose customer number")
    assert not any(isinstance(one, IdentifierObserved) and one.value == "C9" for one in centre.events())


def test_a_customer_number_of_another_national_code_is_refused(centre):
    customers(centre, MARYAM)
    customers(centre, MARYAM.replace("3787324501", "8810475674"))
    [(_, field, reason)] = centre.refused()
    assert (field, reason.split(",")[0]) == ("number", "this customer number belongs to another customer")


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (ALI.replace("9604464973", "9604464974"), "national code", "check digit"),
        (ALI.replace("company", "club"), "class", "unknown value 'club'"),
        (ALI.replace("2026-03-02 10:00", "yesterday"), "changed", "impossible time"),
        (ALI.replace("2026-03-02", "2027-03-02"), "changed", "still to come"),
        (ALI.replace("C2;9604464973", ";"), "number", "names nobody"),
        ("C2;9604464973", "", "2 columns"),
    ],
    ids=["check digit", "value", "time", "future", "nobody", "columns"],
)
def test_a_bad_row_is_refused_with_row_field_and_reason(centre, row, field, reason):
    assert told(customers(centre, row, MARYAM)) == {"rows": 2, "taken": 1, "rejected": 1}
    [(line, named, why)] = centre.refused()
    assert (line, named) == (2, field)
    assert reason in why


def test_a_skipped_row_is_counted(centre):
    assert told(customers(centre, ALI.replace("B;;", "B;test;"))) == {"rows": 1, "skipped": 1}


def test_a_family_phone_links_nobody(centre):
    customers(centre, MARYAM, ALI.replace(";-;", ";09121234567;"))
    assert Counter(centre.names())["CustomersLinked"] == 4  # each number with its national code, in both streams


def test_an_account_and_its_buyer_are_taken_together(centre):
    customers(centre, MARYAM)
    assert told(accounts(centre, f"{ACME};C1;purchasing;2026-01-01;")) == {"rows": 1, "taken": 1}
    events = centre.events()
    assert [(one.name, one.segment) for one in events if isinstance(one, AccountRegistered)] == [("ACME", "B2B")]
    roles = [one for one in events if isinstance(one, RoleAssigned)]
    assert [(one.role, one.since) for one in roles] == [("buyer", datetime(2025, 12, 31, 20, 30, tzinfo=UTC))] * 2


def test_a_role_that_overlaps_is_refused_and_its_account_untouched(centre):
    customers(centre, MARYAM, ALI)
    accounts(centre, f"{ACME};C1;director;2026-01-01;")
    before = centre.names()
    counts = accounts(centre, f"{ACME.replace('ACME', 'ACME new')};C2;director;2026-02-01;")
    assert told(counts) == {"rows": 1, "rejected": 1}
    assert centre.names() == before
    [(_, field, reason)] = centre.refused()
    assert (field, "there is one at a time" in reason) == ("role", True)


def test_roles_that_overlap_in_one_file_are_told_apart(centre):
    customers(centre, MARYAM, ALI)
    first, second = f"{ACME};C1;director;2026-01-01;", f"{ACME};C2;director;2026-02-01;"
    assert told(accounts(centre, first, second)) == {"rows": 2, "taken": 1, "rejected": 1}


def test_a_role_of_nobody_known_is_refused_with_the_account(centre):
    assert told(accounts(centre, f"{ACME};C7;purchasing;2026-01-01;")) == {"rows": 1, "rejected": 1}
    assert centre.names() == []
    assert centre.refused()[0][1:] == (
        "number", "nobody is known by the identifiers of this row: import the customers first"
    )  # fmt: skip


def test_an_account_without_a_person_and_one_with_a_wrong_legal_id(centre):
    counts = accounts(centre, f"{ACME};;;;", ACME.replace("63112357897", "63112357898") + ";;;;")
    assert told(counts) == {"rows": 2, "taken": 1, "rejected": 1}
    assert centre.refused()[0][1] == "legal id"


YES = "m@example.com,yes,web form,v3,2026-03-01T10:00:00,"


def test_a_consent_is_recorded_with_source_wording_and_time(centre):
    assert told(consents(centre, YES)) == {"rows": 1, "taken": 1}
    [granted] = [one for one in centre.events() if isinstance(one, ConsentGranted)]
    assert (granted.channel, granted.purpose, granted.source, granted.text_version, granted.at) == (
        "email", "promotional", "web form", "v3", datetime(2026, 3, 1, 6, 30, tzinfo=UTC)
    )  # fmt: skip


def test_what_was_said_at_one_moment_was_said_once(centre):
    no = YES.replace(",yes,", ",stop,")
    assert told(consents(centre, YES, no)) == {"rows": 2, "taken": 1, "rejected": 1}
    assert centre.refused() == [(3, "answer", "something else is on record of the same at the same moment")]
    assert told(consents(centre, YES, no.replace("03-01", "03-05"))) == {"rows": 2, "taken": 1, "duplicates": 1}


def test_a_consent_without_wording_is_refused(centre):
    assert told(consents(centre, YES.replace("v3", ""))) == {"rows": 1, "rejected": 1}
    assert centre.refused()[0][1] == "wording"
    assert centre.names() == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_mapping_of_another_kind_is_told(kind):
    own = {"customers": "crm_customers", "accounts": "crm_accounts", "purchases": "shop_purchases",
           "consents": "newsletter_consents"}  # fmt: skip
    for other in KINDS:
        mapping = own[other]
        if other == kind:
            assert source_of(kind, MAPPINGS / f"{mapping}.toml").kind == kind
        else:
            with pytest.raises(MappingError, match=r"kind: Input should be"):
                source_of(kind, MAPPINGS / f"{mapping}.toml")


ROWS = (
    MARYAM, ALI, MARYAM.replace("C1;", "C9;"), ALI.replace("Ali", "Ali Reza"), ALI.replace("C2;", "C1;"), "x",
    ";;;;;;;;", MARYAM.replace("A;", "?;"),
)  # fmt: skip
LINES = st.lists(st.sampled_from(ROWS), max_size=8)


@hypothesis(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=LINES, size=st.sampled_from([1, 2, 1_000]))
def test_whatever_the_file_holds_it_reconciles_and_twice_adds_nothing(tmp_path_factory, rows, size):
    whole = Centre(tmp_path_factory.mktemp("import"))
    centre = Centre(tmp_path_factory.mktemp("import"), size)
    counts = customers(centre, *rows)
    assert counts.rows == counts.taken + counts.unchanged + counts.duplicates + counts.rejected + counts.skipped
    before = centre.names()
    again = customers(centre, *rows)
    assert (again.taken, again.unchanged, again.rejected) == (0, 0, counts.rejected)
    assert centre.names() == before
    assert customers(whole, *rows) == counts
    assert whole.names() == before  # in batches of any size the same is decided
