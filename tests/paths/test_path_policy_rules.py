"""What the checker says of rules that each by itself could be: whole, by line, with what to do."""

import pytest

from hub.paths.policy.parsing import check_text, parse_path_policy
from hub.policies.findings import PolicyError, Severity

TIER = '[[value_tiers]]\nname = "standard"\n'
STAGE = '[[stages]]\nname = "acquisition"\n'
DEFAULT = "add a last rule without `when` as the default ([[{}]] with only a name), so that every customer is somewhere"
NARROW = "narrow one of them, so that they do not overlap"


def rows(table: str, *rules: str) -> str:
    """Each `name: conditions` on two lines after its header, one without conditions on one."""
    lines = []
    for rule in rules:
        name, _, when = rule.partition(": ")
        lines += [f"[[{table}]]", f'name = "{name}"', *([f"when = {{ {when} }}"] if when else [])]
    return "\n".join(lines) + "\n"


def stages(*rules: str) -> str:
    """From line 3 on."""
    return TIER + rows("stages", *rules)


def tiers(*rules: str) -> str:
    """From line 1 on."""
    return rows("value_tiers", *rules) + STAGE


def told(text: str) -> list[str]:
    """All there is to say, but of stages that no rule leads to."""
    return [f"{one.severity}, {one}" for one in check_text(text, "p") if "no rule leads to" not in one.message]


class TestNobodyTakes:
    def test_who_would_be_nowhere_is_told(self) -> None:
        text = stages("lapsed: days_since_purchase = { at_least = 90 }")
        message = f"nobody takes: days since purchase below 90 or never; {DEFAULT.format('stages')}"
        assert told(text) == [f"error, line 3, field stages: {message}"]
        with pytest.raises(PolicyError) as refused:
            parse_path_policy(text, "p")
        assert str(refused.value) == f"p: line 3, field stages: {message}"

    def test_three_groups_are_told_and_how_many_more_there_are(self) -> None:
        when = 'high: kind = "B2C", purchases = { at_least = 2, within_days = 30 }, account = true'
        three = "kind B2G or B2B; account no, kind B2C; account yes, kind B2C, purchases in 30 days below 2"
        lead, tail = "error, line 1, field value_tiers: nobody takes: ", DEFAULT.format("value_tiers")
        assert told(tiers(when)) == [f"{lead}{three}; {tail}"]
        assert told(tiers(when + ", contacts = { below = 3 }")) == [f"{lead}{three}; and 1 more; {tail}"]

    def test_amounts_are_told_in_what_people_say(self) -> None:
        text = tiers("high: spent = { at_least = 1_000_005, within_days = 30 }")
        [message] = told(text + '[money]\nshown_as = "toman"\nshown_units = 10\n')
        assert "nobody takes: spent in 30 days below 100,000.5 toman; add a last rule" in message

    @pytest.mark.parametrize(
        ("text", "left"),
        [
            (tiers('high: declared_value_tier = "gold"'), "declared value tier any other or none"),
            (
                stages('lapsed: declared_stage = "lapsed"'),
                "declared stage retention or enhancement or acquisition or none",
            ),
            (stages('lapsed: value_tier = "standard"'), "value tier any other"),
            (rows("segments", "loyal: account = true") + stages('lapsed: segment = "loyal"'), "segment none"),
        ],
    )
    def test_what_no_rule_names_is_told_too(self, text: str, left: str) -> None:
        [message] = [one for one in told(text) if one.startswith("error")]
        assert f": nobody takes: {left}; add a last rule" in message

    def test_rules_that_take_everybody_need_no_default(self) -> None:
        text = stages("acquisition: purchases = { below = 1 }", "retention: purchases = { at_least = 1 }")
        assert told(text) == []

    def test_who_is_in_no_segment_is_all_right(self) -> None:
        assert told(TIER + rows("segments", "loyal: purchases = { at_least = 9 }") + STAGE) == []


class TestNever:
    def test_a_name_that_nobody_can_have_is_an_error(self) -> None:
        text = (
            rows("value_tiers", "high", "low: spent = { at_least = 1 }")
            + rows("segments", "one", "two: account = true")
            + rows("stages", "enhancement: purchases = { at_least = 1 }", "lapsed: days_since_purchase = { below = 9 }")
            + STAGE
        )
        lead, tail = "this rule can never apply: all it would take goes to", "move it up, change it, or drop it"
        for declared, but in (
            ("", " unless somebody declares it"),
            ("value_tier = false\nlifecycle_stage = false", ""),
        ):
            assert told(f"{text}[declared]\n{declared}\n") == [
                f"error, line 3, value tier 2: value tier 'low' can never be reached{but}: {lead} value tier 1, which "
                f"comes first; {tail}",
                "error, line 8, segment 2: segment 'two' can never be reached: "
                f"{lead} segment 1, which comes first; {tail}",
                f"error, line 14, stage 2: stage 'lapsed' can never be reached{but}: {lead} stage 1, which comes "
                f"first; {tail}",
            ]

    def test_whether_it_can_be_declared_is_said_for_tiers_and_stages_apart(self) -> None:
        text = rows("value_tiers", "high", "low") + rows("stages", "retention", "lapsed")
        for setting, tier, stage in (("value_tier", False, True), ("lifecycle_stage", True, False)):
            one, other = told(f"{text}[declared]\n{setting} = false\n")
            assert ("unless somebody declares it" in one) is tier
            assert ("unless somebody declares it" in other) is stage

    def test_a_rule_too_many_for_a_name_that_others_stand_for_is_a_warning(self) -> None:
        text = tiers("high: purchases = { at_least = 2 }", "standard", 'high: kind = "B2B"')
        message = "can never apply: all it would take goes to value tier 1 and 2, which come first"
        assert told(text) == [f"warning, line 6, value tier 3: {message}; move it up, change it, or drop it"]

    def test_for_the_same_error_it_is_refused(self) -> None:
        text = tiers("standard", "high: account = true")
        with pytest.raises(PolicyError) as refused:
            parse_path_policy(text, "p")
        assert [f"error, {one}" for one in refused.value.findings] == told(text)
        assert str(refused.value).startswith("p: line 3, value tier 2: value tier 'high' can never be reached")

    def test_of_several_rules_that_never_hold_the_first_says_that_the_name_is_out_of_reach(self) -> None:
        text = tiers("standard", "high: contacts = { at_least = 3 }", 'high: kind = "B2B"')
        first, second = told(text)
        assert first.startswith("error, line 3, value tier 2: value tier 'high' can never be reached unless somebody")
        assert second == (
            "warning, line 6, value tier 3: can never apply: all it would take goes to value tier 1 and 2, which come "
            "first; move it up, change it, or drop it"
        )

    def test_only_rules_that_have_something_of_it_are_blamed(self) -> None:
        text = stages(
            "retention: purchases = { below = 1 }, spent = { at_least = 3 }",
            "lapsed: days_since_purchase = { at_least = 30 }",
            "enhancement: purchases = { at_least = 1, below = 5 }",
            "retention: purchases = { at_least = 5 }",
            "enhancement: days_since_purchase = { below = 20 }, account = true",
            "acquisition",
        )
        assert [one for one in told(text) if "never" in one or "contradicts" in one] == [
            "warning, line 3, stage 1: contradicts itself: no customer can be like that; change it, or drop it",
            "warning, line 15, stage 5: can never apply: all it would take goes to stage 3 and 4, which come first; "
            "move it up, change it, or drop it",
        ]

    def test_a_contradiction_behind_other_rules_is_told_as_one(self) -> None:
        text = tiers("high: account = true", "high: purchases = { below = 1 }, spent = { at_least = 3 }", "standard")
        message = "contradicts itself: no customer can be like that; change it, or drop it"
        assert told(text) == [f"warning, line 4, value tier 2: {message}"]

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
    def test_what_no_customer_can_be_contradicts_itself(self, when: str) -> None:
        assert told(stages(f"retention: {when}", "acquisition")) == [
            "error, line 3, stage 1: stage 'retention' can never be reached unless somebody declares it: this rule "
            "contradicts itself: no customer can be like that; change it, or drop it"
        ]


class TestOverlaps:
    def test_the_part_that_two_rules_ask_for_is_told(self) -> None:
        text = tiers("high: spent = { at_least = 1_005 }", "mid: contacts = { at_least = 3 }", "standard")
        message = "value tier 1 (high) comes first and takes a part of what this asks for: contacts at least 3, spent"
        assert told(text + '[money]\nshown_as = "toman"\nshown_units = 10\n') == [
            f"warning, line 4, value tier 2: {message} at least 100.5 toman; {NARROW}"
        ]

    def test_each_pair_is_told_by_what_the_first_really_gets(self) -> None:
        text = stages(
            'retention: kind = "B2C", contacts = { at_least = 9 }',
            "lapsed: contacts = { at_least = 5 }, tenure_days = { below = 10 }",
            "enhancement: account = true",
            "acquisition",
        )
        first, second, takes = (
            "stage 1 (retention)",
            "stage 2 (lapsed)",
            "comes first and takes a part of what this asks",
        )
        assert told(text) == [
            f"warning, line 6, stage 2: {first} {takes} for: contacts at least 9, kind B2C, tenure days below 10; "
            + NARROW,
            f"warning, line 9, stage 3: {first} {takes} for: account yes, contacts at least 9, kind B2C; {NARROW}",
            f"warning, line 9, stage 3: {second} {takes} for: account yes, contacts at least 5, kind B2G or B2B, "
            f"tenure days below 10; {NARROW}",
        ]

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("high: contacts = { at_least = 5 }", "mid: contacts = { at_least = 2 }"),
            ("high: contacts = { at_least = 2 }, account = true", "mid: contacts = { at_least = 2 }"),
            ("high: contacts = { at_least = 5 }", "high: account = true"),
            ('high: kind = "B2B", account = true', 'mid: kind = "B2C"'),
            ("high: purchases = { below = 1 }, spent = { at_least = 3 }", "high: account = true"),
        ],
    )
    def test_nothing_is_said_of_exceptions_of_the_same_name_or_of_rules_apart(self, first: str, second: str) -> None:
        assert [one for one in told(tiers(first, second, "standard")) if "comes first and takes" in one] == []

    def test_nothing_is_said_of_a_part_that_an_earlier_rule_takes(self) -> None:
        rules = ("high: contacts = { at_least = 5 }", 'mid: kind = "B2C"', "standard")
        assert len(told(tiers(*rules))) == 1
        assert told(tiers('top: kind = "B2C", contacts = { at_least = 2 }', *rules)) == [
            "warning, line 4, value tier 2: value tier 1 (top) comes first and takes a part of what this asks for: "
            f"contacts at least 5, kind B2C; {NARROW}"
        ]

    def test_nothing_is_said_of_what_can_never_apply_anyway(self) -> None:
        text = tiers(
            "high: contacts = { below = 5 }", "mid: contacts = { at_least = 3 }", "low: account = true", "low",
        )  # fmt: skip
        assert [one.split(":")[0] for one in told(text)] == [
            "warning, line 4, value tier 2", "error, line 7, value tier 3", "warning, line 10, value tier 4",
        ]  # fmt: skip
        text = tiers(
            "high: contacts = { at_least = 5 }", "mid: contacts = { at_least = 6 }", "low: account = true", "low"
        )
        never, overlap = told(text)
        assert never.startswith("error, line 4, value tier 2: value tier 'mid' can never be reached")
        assert overlap == (
            "warning, line 7, value tier 3: value tier 1 (high) comes first and takes a part of what this asks for: "
            f"account yes, contacts at least 5; {NARROW}"
        )


def test_rules_that_are_too_many_to_be_compared_are_checked_each_by_itself() -> None:
    measures = ("contacts", "tenure_days", "purchases", "spent", "days_since_contact")
    every = [
        f"t{number}: " + ", ".join(f"{name} = {{ at_least = {number + 1}, below = {number + 9} }}" for name in measures)
        for number in range(14)
    ]
    text = rows("value_tiers", "never: contacts = { below = 1 }, days_since_contact = { below = 9 }", *every)
    text += rows("segments", "one", "two: account = true") + STAGE
    never = "this rule contradicts itself: no customer can be like that; change it, or drop it"
    assert told(text) == [
        f"error, line 1, value tier 1: value tier 'never' can never be reached unless somebody declares it: {never}",
        "note, line 1, field value_tiers: these rules are too many to be compared: only each by itself was checked",
        "error, line 48, segment 2: segment 'two' can never be reached: this rule can never apply: all it would take "
        "goes to segment 1, which comes first; move it up, change it, or drop it",
    ]


class TestUnnamedStages:
    @pytest.mark.parametrize(
        ("declared", "only"), [("", "only somebody who declares it can"), ("lifecycle_stage = false", "nothing can")]
    )
    def test_a_stage_no_rule_leads_to_is_told(self, declared: str, only: str) -> None:
        found = check_text(f"{stages('acquisition', 'retention: account = true')}[declared]\n{declared}\n", "p")
        assert [str(one) for one in found if one.severity is Severity.WARNING and "no rule" in one.message] == [
            f"line 3, field stages: no rule leads to stage {name!r}: {only} put a customer there; add [[stages]] with "
            "this name"
            for name in ("enhancement", "lapsed")
        ]


class TestSettings:
    REST = (
        TIER
        + rows("stages", "lapsed: purchases = { at_least = 9 }", "retention: purchases = { at_least = 5 }")
        + rows("stages", "enhancement: purchases = { at_least = 1 }")
        + STAGE
    )

    @pytest.mark.parametrize(
        ("text", "warnings"),
        [
            (
                "[purposes.survey]\nis_counted = true\n",
                ["line 2, purpose survey, field is_counted: changes nothing: it is so already"],
            ),
            (
                '[purposes.survey]\nends_on_unsubscribe = true\nidentity = "claimed"\n',
                ["line 3, purpose survey, field identity: changes nothing: it is so already"],
            ),
            ("[purposes.survey]\nends_on_unsubscribe = true\n", []),
            (
                '[[segments]]\nname = "x"\nwhen = { account = true }\n'
                '[[segments]]\nname = "y"\nwhen = { kind = ["B2C", "B2B", "B2G"] }\n',
                ["line 6, segment 2, field when.kind: names every kind there is: leave it out"],
            ),
            (
                '[kinds]\nknown = ["B2C"]\n[[segments]]\nname = "y"\nwhen = { kind = "B2C" }\n',
                ["line 5, segment 1, field when.kind: names every kind there is: leave it out"],
            ),
            ('[[segments]]\nname = "y"\nwhen = { kind = ["B2C", "B2B"] }\n', []),
            (
                '[[fields]]\nname = "a"\ntype = "text"\nrequired = true\n'
                '[[fields]]\nname = "b"\ntype = "choice"\nrequired = true\nchoices = ["one"]\n',
                ["line 9, profile field 2, field choices: there is nothing to choose: one choice, and it is required"],
            ),
            ('[[fields]]\nname = "b"\ntype = "choice"\nchoices = ["one"]\n', []),
            ('[[fields]]\nname = "b"\ntype = "choice"\nrequired = true\nchoices = ["one", "two"]\n', []),
        ],
    )
    def test_what_does_nothing_is_told(self, text: str, warnings: list[str]) -> None:
        assert told(text + self.REST) == [f"warning, {one}" for one in warnings]

    @pytest.mark.parametrize(
        ("table", "name", "setting"),
        [("value_tiers", "declared_value_tier", "value_tier"), ("stages", "declared_stage", "lifecycle_stage")],
    )
    def test_asking_for_what_stands_anyway_is_told(self, table: str, name: str, setting: str) -> None:
        text = rows(table, "lapsed: account = true", f'lapsed: {name} = "retention", account = false') + self.REST
        what = {"value_tiers": "value tier", "stages": "stage"}[table]
        message = f"does nothing: what is declared stands anyway; write {setting} = false under [declared]"
        asked = [one for one in told(text) if "declared" in one and "overlap" not in one]
        assert asked == [f"warning, line 6, {what} 2, field when.{name}: {message}"]
        assert message not in "".join(told(f"{text}[declared]\n{setting} = false\n"))

    def test_a_segment_may_ask_for_what_was_declared(self) -> None:
        assert told(rows("segments", 'vip: declared_value_tier = "gold"') + self.REST) == []
