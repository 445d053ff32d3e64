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
STAGES = '[[value_tiers]]\nname = "standard"\n'


def found(text: str, severity: Severity = Severity.ERROR) -> list[tuple[int, str]]:
    return [(one.line, one.message) for one in check_text(text, "p") if one.severity is severity]


def stages(*rules: str) -> str:
    """Each `name: conditions` on two lines and its header, from line 3 on."""
    lines = [STAGES.rstrip()]
    for rule in rules:
        name, _, when = rule.partition(": ")
        lines += ["[[stages]]", f'name = "{name}"' + (f"\nwhen = {{ {when} }}" if when else "\n")]
    return "\n".join(lines)


def test_nothing_is_to_be_said_about_the_policy_that_ships_with_the_hub() -> None:
    assert check_text(DEFAULT, "default") == []
    assert load_path_policy().version == parse_path_policy(DEFAULT).version


def test_somebody_of_whom_nothing_is_known_stands_where_the_hub_assumed_before() -> None:
    assert standing(Facts(), load_path_policy(), NOON).of_routing() == Standing()


def test_a_text_that_is_not_toml_is_told_so() -> None:
    with pytest.raises(PolicyError, match="p: this is not TOML"):
        check_text("= =", "p")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('[money]\ncurrency = "rial"\n', 2, "three capital letters"),
        ("[money]\nshown_units = 10\n", 2, "say in shown_as"),
        ("[money]\ncolour = 1\n", 2, "there is no such field; known are currency"),
        ('[kinds]\nknown = ["B2C"]\ndefault = "B2B"\n', 3, "B2B is not among the known: B2C"),
        ('[kinds]\nknown = ["B2X"]\n', 2, "there is no kind 'B2X'"),
        ('[[segments]]\nname = "Big One"\n', 2, "is no name here"),
        ('[[segments]]\nname = "x"\nwhen = { kind = "B2X" }\n', 3, "there is no kind 'B2X'; known are B2C, B2B, B2G"),
        ('[[segments]]\nname = "x"\nwhen = { value_tier = "gold" }\n', 3, "no value tier 'gold'; known are standard"),
        ('[[segments]]\nname = "x"\nwhen = { segment = "x" }\n', 3, "is not known yet when this is decided"),
        ('[[segments]]\nname = "x"\nwhen = { spend = {} }\n', 3, "there is no such field; known are account"),
        ('[[segments]]\nname = "x"\nwhen = { spent = {} }\n', 3, "says nothing: write at_least, below, or both"),
        ('[[segments]]\nname = "x"\nwhen = { spent = { at_least = 5, below = 5 } }\n', 3, "no number is in between"),
        ('[[segments]]\nname = "x"\nwhen = { kind = [] }\n', 3, "names nothing"),
        ('[[segments]]\nname = "x"\nwhen = { declared_stage = "old" }\n', 3, "there is no stage 'old'"),
        ('[[fields]]\nname = "Birth"\ntype = "date"\n', 2, "is no name of a field"),
        ('[[fields]]\nname = "b"\ntype = "day"\n', 3, "'day' can't be taken"),
        ('[[fields]]\nname = "b"\ntype = "date"\nlongest = 4\n', 1, "longest is for fields of type text, not date"),
        ('[[fields]]\nname = "b"\ntype = "choice"\n', 1, "a choice needs choices"),
        ('[[fields]]\nname = "b"\ntype = "date"\nearliest = "2020-02-30"\n', 4, "is no date"),
        ('[[fields]]\nname = "b"\ntype = "integer"\nat_least = 4\nat_most = 3\n', 1, "nothing is in between"),
        ('[[fields]]\nname = "b"\ntype = "text"\npattern = "("\n', 4, "is no regular expression"),
        ('[[fields]]\nname = "b"\ntype = "text"\nsegment = "x"\n', 4, "there is no segment 'x'; there are none"),
        (
            '[[fields]]\nname = "b"\ntype = "text"\n[[fields]]\nname = "b"\ntype = "date"\nkind = "B2B"\n',
            5,
            "profile field 1 has this name already",
        ),
        ('[purposes.promotional]\ngates = ["consent"]\n', 2, "promotional contacts always pass the gate"),
        ('[purposes.promotional]\nallowed_by_default = true\n', 2, "denied until somebody says yes"),
        ('[purposes.reply]\ngates = ["frequency"]\n', 2, "are waited for: take the gate frequency away"),
        ('[purposes.gossip]\nis_counted = true\n', 1, "'gossip' can't be taken"),
        ('version = "1"\n', 1, "the version is derived from the text"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_by_line_with_what_to_do(text: str, line: int, message: str) -> None:
    told = found(text + REST)
    assert [one for one in told if one[0] == line and message in one[1]], told
    with pytest.raises(PolicyError) as refused:
        parse_path_policy(text + REST, "p")
    assert refused.value.findings


def test_the_same_name_may_be_another_field_of_other_customers() -> None:
    text = '[[fields]]\nname = "b"\ntype = "text"\nkind = "B2C"\n[[fields]]\nname = "b"\ntype = "date"\nkind = "B2B"\n'
    assert found(text + REST) == []


class TestRules:
    def test_without_a_default_it_is_told_who_would_be_nowhere(self) -> None:
        [(line, message)] = found(stages("lapsed: days_since_purchase = { at_least = 90 }"))
        assert line == 3
        assert message.startswith(
            "nobody takes: days since purchase below 90 or never; add a last rule without `when` as the default"
        )

    def test_rules_that_take_everybody_need_no_default(self) -> None:
        assert found(stages("acquisition: purchases = { below = 1 }", "retention: purchases = { at_least = 1 }")) == []

    def test_a_stage_behind_one_that_takes_it_all_can_never_be_reached(self) -> None:
        text = stages(
            "enhancement: purchases = { at_least = 1 }", "lapsed: days_since_purchase = { at_least = 365 }",
            "acquisition",
        )  # fmt: skip
        [(line, message)] = found(text)
        assert line == 6
        assert "stage 'lapsed' can never be reached unless somebody declares it" in message
        assert "all it would take goes to stage 1, which comes first; change it, or move it up" in message

    def test_together_several_rules_take_all_of_another(self) -> None:
        text = stages(
            "lapsed: purchases = { at_least = 1 }, days_since_purchase = { at_least = 30 }",
            "enhancement: purchases = { at_least = 1, below = 5 }",
            "retention: purchases = { at_least = 5 }",
            "enhancement: days_since_purchase = { below = 20 }, account = true",
            "acquisition",
        )
        assert found(text) == []
        never = [message for line, message in found(text, Severity.WARNING) if line == 12]
        assert len(never) == 1
        assert "can never apply: all it would take goes to stage 2 and 3, which come first" in never[0]

    @pytest.mark.parametrize(
        "when",
        [
            "purchases = { below = 1 }, days_since_purchase = { at_least = 3 }",
            "purchases = { below = 1 }, spent = { at_least = 3 }",
            "days_since_purchase = { at_least = 30 }, purchases = { at_least = 1, within_days = 30 }",
            "days_since_purchase = { at_least = 30 }, spent = { at_least = 1, within_days = 30 }",
            "days_since_first_purchase = { below = 10 }, days_since_purchase = { at_least = 10 }",
            "contacts = { below = 1 }, days_since_contact = { below = 9 }",
        ],
    )
    def test_what_no_customer_can_be_is_told(self, when: str) -> None:
        [(line, message)] = found(stages("retention: " + when, "acquisition"))
        assert line == 3
        assert "contradicts itself: no customer can be like that" in message

    def test_rules_that_overlap_are_told_unless_one_is_an_exception_from_the_other(self) -> None:
        text = stages("lapsed: days_since_purchase = { at_least = 30 }", "retention: purchases = { at_least = 2 }",
                      "acquisition")  # fmt: skip
        [(line, message)] = [one for one in found(text, Severity.WARNING) if one[0] > 3]
        assert line == 6
        assert "stage 1 (lapsed) comes first and takes a part of what this asks for" in message
        assert "days since purchase at least 30, purchases at least 2; narrow one of them" in message
        exception = stages("lapsed: days_since_purchase = { at_least = 30 }", "retention: purchases = { at_least = 1 }",
                           "acquisition")  # fmt: skip
        assert [one for one in found(exception, Severity.WARNING) if one[0] > 3] == []

    def test_a_stage_no_rule_leads_to_is_told(self) -> None:
        told = [message for _, message in found(stages("acquisition"), Severity.WARNING)]
        assert [message.split(":")[0] for message in told] == [
            f"no rule leads to stage {name!r}" for name in ("enhancement", "lapsed", "retention")
        ]

    def test_settings_that_do_nothing_are_told(self) -> None:
        text = (
            '[purposes.survey]\nis_counted = true\n[[segments]]\nname = "x"\nwhen = { kind = ["B2C", "B2B", "B2G"] }\n'
            '[[value_tiers]]\nname = "high"\nwhen = { declared_value_tier = "high" }\n'
        )
        told = dict(found(text + REST, Severity.WARNING))
        assert "changes nothing" in told[2]
        assert "names every kind there is" in told[5]
        assert "what is declared stands anyway" in told[8]


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
