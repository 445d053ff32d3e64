"""A path policy is read whole or refused with every mistake: file, line, field, and what to do."""

from datetime import date
from pathlib import Path

import pytest

from hub.domain.contact import Standing
from hub.domain.customer.consent.events import Purpose
from hub.domain.errors import HubError
from hub.paths.consent.purposes import PURPOSES, Gate
from hub.paths.policy.model import Money
from hub.paths.policy.parsing import DEFAULT, check_text, load_path_policy, parse_path_policy, path_policy_book
from hub.paths.standing.facts import Facts
from hub.paths.standing.standing import standing
from hub.policies.findings import PolicyError, Severity
from tests.paths.standings import NOON

REST = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'


def test_nothing_is_to_be_said_about_the_policy_that_ships_with_the_hub() -> None:
    assert check_text(DEFAULT, "default") == []
    assert load_path_policy().version == parse_path_policy(DEFAULT).version


def test_somebody_of_whom_nothing_is_known_stands_where_the_hub_assumed_before() -> None:
    assert standing(Facts(), load_path_policy(), NOON).of_routing() == Standing()


def test_a_text_that_is_not_toml_is_told_so() -> None:
    for read in (check_text, parse_path_policy):
        with pytest.raises(PolicyError, match="p: this is not TOML"):
            read("= =", "p")


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
        (
            'version = "1"\n[money]\ncolour = 1\n',
            "line 1, field version: there is no such field: the version is derived from the text\n"
            "line 3, field money.colour: there is no such field; known are currency, shown_as, shown_units",
        ),
        (
            "colour = 1\n",
            "line 1, field colour: there is no such field; known are arbitration, declared, fields, frequency, "
            "holdouts, kinds, money, outbound, propositions, purposes, quiet_hours, retention, segments, "
            "service_state, stages, surveys, value_tiers",
        ),
        (
            "[money]\nshown_units = 2\n",
            "line 2, field money.shown_units: say in shown_as what so many of the currency are called",
        ),
        (
            '[[holdouts]]\ncampaign = "spring"\nshare = 0.1\npropositions = ["one"]\n',
            "line 4, holdout 1, field propositions: there is no proposition 'one'; there are none in this file",
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


def test_what_is_over_is_told_beside_all_else() -> None:
    one = '[[propositions]]\nname = "one"\nkind = "product"\ndays_granted = 1\ncontribution = 1\nchannels = ["phone"]\n'
    text = f'{one}valid_until = "2026-03-02"\n{REST}'
    over = "line 7, proposition 1, field valid_until: expired: 2026-03-02 was the first day"
    before, after = ([str(told) for told in check_text(text, "p", date(2026, 3, day))] for day in (1, 2))
    assert len(before) == 3
    assert [told for told in after if not told.startswith(over)] == before
    assert len(after) == 4


def test_the_same_name_may_be_another_field_of_other_customers() -> None:
    text = '[[fields]]\nname = "b"\ntype = "text"\nkind = "B2C"\n[[fields]]\nname = "b"\ntype = "date"\nkind = "B2B"\n'
    assert parse_path_policy(text + REST)


def test_gates_of_purposes_are_the_shipped_ones_with_the_operators_changes() -> None:
    policy = parse_path_policy('[purposes.survey]\ngates = ["consent", "frequency"]\n' + REST)
    table = policy.purpose_table()
    assert table[Purpose.SURVEY].gates == {Gate.CONSENT, Gate.FREQUENCY}
    assert table[Purpose.SERVICE] == PURPOSES[Purpose.SERVICE]


def test_a_book_reads_any_version_that_was_published() -> None:
    shipped = load_path_policy()
    book = path_policy_book(shipped)
    text = parse_path_policy(REST)
    book.add(text.version, REST)
    assert book.get(text.version) == text
    assert book.get(shipped.version) is shipped
    assert "x" not in book
    with pytest.raises(HubError, match="decisions name path policy x, but its text is not in the log"):
        book.get("x")


def test_a_policy_is_read_from_its_file_and_errors_name_it(tmp_path: Path) -> None:
    path = tmp_path / "paths.toml"
    path.write_text(REST, "utf-8")
    assert load_path_policy(path) == parse_path_policy(REST)
    path.write_text("[money]\nshown_units = 10\n" + REST, "utf-8")
    with pytest.raises(PolicyError) as refused:
        load_path_policy(path)
    message = "line 2, field money.shown_units: say in shown_as what so many of the currency are called"
    assert str(refused.value) == f"{path}: {message}"
    with pytest.raises(PolicyError, match=f"^policy: {message}$"):
        parse_path_policy("[money]\nshown_units = 10\n" + REST)


@pytest.mark.parametrize(
    ("amount", "units", "shown"),
    [
        (12_500_003, 10, "1,250,000.3 toman"), (5, 100, "0.05 toman"), (150, 100, "1.5 toman"), (7, 1, "7 toman"),
        (7, 2, "3.5 toman"), (0, 10, "0 toman"), (1, 10, "0.1 toman"), (-15, 10, "-1.5 toman"),
    ],
)  # fmt: skip
def test_money_is_shown_in_what_people_say(amount: int, units: int, shown: str) -> None:
    assert Money(shown_as="toman", shown_units=units).shown(amount) == shown


def test_money_without_a_name_of_its_own_is_shown_in_its_currency() -> None:
    assert Money(currency="EUR").shown(1_200) == "1,200 EUR"
