"""A path policy is read whole or refused with every mistake: file, line, field, and what to do."""

import pytest

from hub.domain.contact import Standing
from hub.domain.customer.consent.events import Purpose
from hub.paths.consent.purposes import PURPOSES, Gate
from hub.paths.policy.diff import diff
from hub.paths.policy.model import Money
from hub.paths.policy.parsing import DEFAULT, check_text, load_path_policy, parse_path_policy, path_policy_book
from hub.paths.standing.facts import Facts
from hub.paths.standing.standing import standing
from hub.policies.findings import PolicyError, Severity
from tests.paths.standings import NOON

REST = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'


def found(text: str, severity: Severity = Severity.ERROR) -> list[tuple[int, str]]:
    return [(one.line, one.message) for one in check_text(text, "p") if one.severity is severity]


def test_nothing_is_to_be_said_about_the_policy_that_ships_with_the_hub() -> None:
    assert check_text(DEFAULT, "default") == []
    assert load_path_policy().version == parse_path_policy(DEFAULT).version


def test_somebody_of_whom_nothing_is_known_stands_where_the_hub_assumed_before() -> None:
    assert standing(Facts(), load_path_policy(), NOON).of_routing() == Standing()


def test_a_text_that_is_not_toml_is_told_so() -> None:
    with pytest.raises(PolicyError, match="p: this is not TOML"):
        check_text("= =", "p")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[money]\ncurrency = "rial"\n',
            "line 2, field money.currency: 'rial' is no currency: three capital letters such as IRR or EUR",
        ),
        (
            "[money]\nshown_units = 10\n",
            "line 2, field money.shown_units: say in shown_as what so many of the currency are called",
        ),
        (
            "[money]\ncolour = 1\n",
            "line 2, field money.colour: there is no such field; known are currency, shown_as, shown_units",
        ),
        (
            '[kinds]\nknown = ["B2C"]\ndefault = "B2B"\n',
            "line 3, field kinds.default: B2B is not among the known: B2C",
        ),
        (
            '[kinds]\nknown = ["B2X"]\n',
            "line 2, field kinds.known.1: there is no kind 'B2X'; known are B2C, B2B, B2G",
        ),
        (
            '[[segments]]\nname = "Big One"\n',
            "line 2, segment 1, field name: 'Big One' is no name here: a lower-case word of letters, digits, - and "
            "_, at most 32",
        ),
        (
            '[[segments]]\nname = "x"\nwhen = { kind = "B2X" }\n',
            "line 3, segment 1, field when.kind: there is no kind 'B2X'; known are B2C, B2B, B2G",
        ),
        (
            '[[segments]]\nname = "x"\nwhen = { value_tier = "gold" }\n',
            "line 3, segment 1, field when.value_tier: there is no value tier 'gold'; known are standard",
        ),
        (
            '[[segments]]\nname = "x"\nwhen = { segment = "x" }\n',
            "line 3, segment 1, field when.segment: segment is not known yet when this is decided: leave it out",
        ),
        (
            '[[segments]]\nname = "x"\nwhen = { spend = {} }\n',
            "line 3, segment 1, field when.spend: there is no such field; known are account, contacts, "
            "days_since_contact, days_since_first_purchase, days_since_purchase, declared_stage, "
            "declared_value_tier, kind, purchases, segment, spent, tenure_days, value_tier",
        ),
        (
            '[[segments]]\nname = "x"\nwhen = { spent = {} }\n',
            "line 3, segment 1, field when.spent: says nothing: write at_least, below, or both",
        ),
        (
            '[[segments]]\nname = "x"\nwhen = { spent = { at_least = 5, below = 5 } }\n',
            "line 3, segment 1, field when.spent: at_least 5 is not less than below 5: no number is in between",
        ),
        (
            '[[segments]]\nname = "x"\nwhen = { kind = [] }\n',
            "line 3, segment 1, field when.kind: names nothing: leave it out where anything will do",
        ),
        (
            '[[segments]]\nname = "x"\nwhen = { declared_stage = "old" }\n',
            "line 3, segment 1, field when.declared_stage: there is no stage 'old'; known are acquisition, "
            "enhancement, retention, lapsed",
        ),
        (
            '[[fields]]\nname = "Birth"\ntype = "date"\n',
            "line 2, profile field 1, field name: 'Birth' is no name of a field: lower-case letters, digits and _, "
            "up to 64",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "day"\n',
            "line 3, profile field 1, field type: 'day' can't be taken: input should be 'text', 'integer', 'date', "
            "'choice', 'money', 'phone', 'mail' or 'yes_no'",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "date"\nlongest = 4\n',
            "line 1, profile field 1: longest is for fields of type text, not date: leave it out",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "choice"\n',
            "line 1, profile field 1: a choice needs choices to choose from",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "date"\nearliest = "2020-02-30"\n',
            "line 4, profile field 1, field earliest: '2020-02-30' is no date: write it like \"1984-11-02\"",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "integer"\nat_least = 4\nat_most = 3\n',
            "line 1, profile field 1: at_least 4 is more than at_most 3: nothing is in between",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "text"\npattern = "("\n',
            "line 4, profile field 1, field pattern: '(' is no regular expression: missing ), unterminated "
            "subpattern at position 0",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "text"\nsegment = "x"\n',
            "line 4, profile field 1, field segment: there is no segment 'x'; there are none in this file",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "text"\n[[fields]]\nname = "b"\ntype = "date"\nkind = "B2B"\n',
            "line 5, profile field 2, field name: profile field 1 has this name already and belongs to the same "
            "customers: name another kind, value_tier, segment or stage in one of them, or drop one",
        ),
        (
            '[purposes.promotional]\ngates = ["consent"]\n',
            "line 2, purpose promotional, field gates: promotional contacts always pass the gate block: add it",
        ),
        (
            "[purposes.promotional]\nallowed_by_default = true\n",
            "line 2, purpose promotional, field allowed_by_default: promotional contacts are denied until somebody "
            "says yes",
        ),
        (
            '[purposes.reply]\ngates = ["frequency"]\n',
            "line 2, purpose reply, field gates: reply contacts are waited for: take the gate frequency away",
        ),
        (
            "[purposes.gossip]\nis_counted = true\n",
            "line 1, purpose gossip: 'gossip' can't be taken: input should be 'reply', 'transactional', 'service', "
            "'recovery', 'survey' or 'promotional'",
        ),
        ('version = "1"\n', "line 1, field version: there is no such field: the version is derived from the text"),
        ('[money]\nshown_as = " "\n', "line 2, field money.shown_as: is empty: leave it out where anything will do"),
        (
            '[kinds]\nknown = ["B2C", "B2G"]\ndefault = "B2B"\n',
            "line 3, field kinds.default: B2B is not among the known: B2C, B2G",
        ),
        (
            '[[segments]]\nname = "x"\nwhen = { value_tier = ["gold", "old"] }\n',
            "line 3, segment 1, field when.value_tier: there is no value tier 'gold'; known are standard\n"
            "line 3, segment 1, field when.value_tier: there is no value tier 'old'; known are standard",
        ),
        (
            '[[value_tiers]]\nname = "x"\nwhen = { value_tier = "x" }\n',
            "line 3, value tier 1, field when.value_tier: value tier is not known yet when this is decided: leave "
            "it out",
        ),
        (
            '[[value_tiers]]\nname = "x"\nwhen = { segment = "x" }\n',
            "line 3, value tier 1, field when.segment: segment is not known yet when this is decided: leave it out",
        ),
        (
            '[[segments]]\nname = "y"\n[[segments]]\nname = "x"\nwhen = { kind = ["B2C", "B2X"] }\n',
            "line 5, segment 2, field when.kind: there is no kind 'B2X'; known are B2C, B2B, B2G",
        ),
        (
            '[[stages]]\nname = "old"\n',
            "line 2, stage 1, field name: there is no stage 'old'; known are acquisition, enhancement, retention, "
            "lapsed",
        ),
        (
            '[[stages]]\nname = "lapsed"\nwhen = { segment = "x", declared_stage = ["lapsed", "old"] }\n',
            "line 3, stage 1, field when.declared_stage: there is no stage 'old'; known are acquisition, "
            "enhancement, retention, lapsed\n"
            "line 3, stage 1, field when.segment: there is no segment 'x'; there are none in this file",
        ),
        (
            '[[segments]]\nname = "x"\n[[segments]]\nname = "y"\n[[stages]]\nname = "lapsed"\nwhen = { segment = '
            '"z" }\n',
            "line 7, stage 1, field when.segment: there is no segment 'z'; known are x, y",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "date"\nat_least = 4\n',
            "line 1, profile field 1: at_least is for fields of type integer or money, not date: leave it out",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "choice"\nchoices = ["a", "b", "a"]\n',
            "line 1, profile field 1: a choice is named twice",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "date"\nearliest = "2020-02-02"\nlatest = "2020-02-01"\n',
            "line 1, profile field 1: earliest 2020-02-02 is more than latest 2020-02-01: nothing is in between",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "date"\nlatest = "20200201"\n',
            "line 4, profile field 1, field latest: '20200201' is no date: write it like \"1984-11-02\"",
        ),
        (
            '[[fields]]\nname = "b"\ntype = "text"\nstage = "old"\n',
            "line 4, profile field 1, field stage: there is no stage 'old'; known are acquisition, enhancement, "
            "retention, lapsed",
        ),
        (
            '[[fields]]\nname = "a"\ntype = "text"\n[[fields]]\nname = "b"\ntype = "text"\nkind = ["B2B", "B2G"]\n'
            'stage = "lapsed"\n[[fields]]\nname = "b"\ntype = "date"\nkind = ["B2C", "B2G"]\n[[fields]]\nname = '
            '"b"\ntype = "date"\n',
            "line 10, profile field 3, field name: profile field 2 has this name already and belongs to the same "
            "customers: name another kind, value_tier, segment or stage in one of them, or drop one\n"
            "line 14, profile field 4, field name: profile field 2 has this name already and belongs to the same "
            "customers: name another kind, value_tier, segment or stage in one of them, or drop one",
        ),
    ],
)
def test_each_mistake_is_told_by_line_with_what_to_do(text: str, told: str) -> None:
    findings = [one for one in check_text(text + REST, "p") if one.severity is Severity.ERROR]
    assert "\n".join(str(one) for one in findings) == told
    with pytest.raises(PolicyError) as refused:
        parse_path_policy(text + REST, "p")
    assert refused.value.findings == tuple(findings)
    assert str(refused.value) == "\n".join(f"p: {one}" for one in findings)


def test_the_same_name_may_be_another_field_of_other_customers() -> None:
    text = '[[fields]]\nname = "b"\ntype = "text"\nkind = "B2C"\n[[fields]]\nname = "b"\ntype = "date"\nkind = "B2B"\n'
    assert found(text + REST) == []


def test_gates_of_purposes_are_the_shipped_ones_with_the_operators_changes() -> None:
    policy = parse_path_policy('[purposes.survey]\ngates = ["consent", "frequency"]\n' + REST)
    table = policy.purpose_table()
    assert table[Purpose.SURVEY].gates == {Gate.CONSENT, Gate.FREQUENCY}
    assert table[Purpose.SERVICE] == PURPOSES[Purpose.SERVICE]


def test_a_diff_tells_settings_and_the_customers_who_would_stand_elsewhere() -> None:
    new = DEFAULT.replace("= 365 } }", "= 180 } }").replace("below = 365", "below = 180").replace("toman", "Toman")
    found = diff(parse_path_policy(DEFAULT), parse_path_policy(new))
    assert [str(change) for change in found.settings] == ["money.shown_as: toman -> Toman"]
    assert {(one.table, one.before, one.after) for one in found.standing} == {
        ("stages", "retention", "lapsed"), ("stages", "enhancement", "lapsed"), ("value_tiers", "high", "standard"),
    }  # fmt: skip
    assert "stages: days since purchase at least 180 and below 365, purchases at least 2: retention -> lapsed" in (
        found.as_text()
    )
    same = diff(parse_path_policy(DEFAULT), parse_path_policy(DEFAULT + "# more\n"))
    assert same.as_text().endswith("They do the same.\n")
    assert found.as_json()["standing"][0].keys() == {"table", "who", "before", "after"}


def test_a_book_reads_any_version_that_was_published() -> None:
    book = path_policy_book(load_path_policy())
    text = parse_path_policy(REST)
    book.add(text.version, REST)
    assert book.get(text.version) == text
    assert "x" not in book


@pytest.mark.parametrize(
    ("amount", "units", "shown"),
    [(12_500_003, 10, "1,250,000.3 toman"), (5, 100, "0.05 toman"), (7, 1, "7 toman"), (-15, 10, "-1.5 toman")],
)
def test_money_is_shown_in_what_people_say(amount: int, units: int, shown: str) -> None:
    assert Money(shown_as="toman", shown_units=units).shown(amount) == shown
