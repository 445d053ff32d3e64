"""What another path policy would change is told whole: each setting, and who would stand elsewhere, where, in words."""

from hub.paths.policy.diff import PathPolicyDiff, StandingChange, diff
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.parsing import DEFAULT, parse_path_policy
from hub.policies.changes import SettingChange

REST = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'
LOYAL = '[[segments]]\nname = "loyal"\nwhen = {{ {} }}\n'


def compared(old: str, new: str) -> PathPolicyDiff:
    return diff(parse_path_policy(old), parse_path_policy(new))


def test_settings_and_customers_who_would_stand_elsewhere_are_told() -> None:
    new = DEFAULT.replace("= 365 } }", "= 180 } }").replace("below = 365", "below = 180").replace("toman", "Toman")
    found = compared(DEFAULT, new)
    assert found.as_text() == (
        f"path policy {parse_path_policy(DEFAULT).version} -> {parse_path_policy(new).version}\n"
        "\n"
        "Settings:\n"
        "  money.shown_as: toman -> Toman\n"
        "\n"
        "Customers who stand elsewhere:\n"
        "  value_tiers: spent in 180 days below 50,000,000 Toman, spent in 365 days at least 50,000,000 Toman: "
        "high -> standard\n"
        "  stages: days since purchase at least 180 and below 365, purchases at least 2: retention -> lapsed\n"
        "  stages: days since purchase at least 180 and below 365, purchases at least 1 and below 2: "
        "enhancement -> lapsed\n"
    )
    assert found.as_json()["standing"][1] == {
        "table": "stages",
        "who": "days since purchase at least 180 and below 365, purchases at least 2",
        "before": "retention",
        "after": "lapsed",
    }


def test_only_settings_or_only_customers_are_told_by_themselves() -> None:
    policies = [parse_path_policy(text) for text in (REST, '[kinds]\ndefault = "B2B"\n' + REST)]
    old, settings = policies
    assert diff(old, settings).as_text() == (
        f"path policy {old.version} -> {settings.version}\n\nSettings:\n  kinds.default: B2C -> B2B\n"
    )
    loyal = parse_path_policy(LOYAL.format("purchases = { at_least = 9 }") + REST)
    assert diff(old, loyal).as_text() == (
        f"path policy {old.version} -> {loyal.version}\n\nCustomers who stand elsewhere:\n"
        "  segments: purchases at least 9: none -> loyal\n"
    )


def test_what_does_the_same_is_said_to() -> None:
    """However it is written: rules are compared by whom they take."""
    new = DEFAULT.replace("below = 365", "at_least = 0, below = 365") + "# more\n"
    versions = [parse_path_policy(text).version for text in (DEFAULT, new)]
    assert compared(DEFAULT, new).as_text() == f"path policy {versions[0]} -> {versions[1]}\n\nThey do the same.\n"


def test_names_and_windows_that_only_one_of_them_has_are_told_too() -> None:
    """Whichever of the two it is."""
    gold = '[[value_tiers]]\nname = "gold"\nwhen = { contacts = { at_least = 9 } }\n'
    rich = gold + LOYAL.format('value_tier = "gold"') + REST
    assert compared(rich, REST).standing == (
        StandingChange("value_tiers", "contacts at least 9", "gold", "standard"),
        StandingChange("segments", "value tier gold", "loyal", ""),
    )
    assert compared(REST, rich).standing == (
        StandingChange("value_tiers", "contacts at least 9", "standard", "gold"),
        StandingChange("segments", "value tier gold", "", "loyal"),
    )
    plain = LOYAL.format('value_tier = "standard"').replace("loyal", "plain") + REST
    assert compared(rich, plain).standing[1:] == (
        StandingChange("segments", "value tier gold", "loyal", ""),
        StandingChange("segments", "value tier standard", "", "plain"),
    )
    few, many = (LOYAL.format(f"purchases = {{ at_least = 2, within_days = {days} }}") + REST for days in (30, 90))
    who = "purchases in 30 days below 2, purchases in 90 days at least 2"
    assert compared(few, many).standing == (StandingChange("segments", who, "", "loyal"),)
    assert compared(many, few).standing == (StandingChange("segments", who, "loyal", ""),)


def test_whoever_stands_nowhere_is_told_so() -> None:
    gone, new = (str(StandingChange("segments", "kind B2C", *names)) for names in (("loyal", ""), ("", "loyal")))
    assert (gone, new) == ("segments: kind B2C: loyal -> none", "segments: kind B2C: none -> loyal")


def test_a_hundred_groups_of_each_table_are_told_at_most() -> None:
    when = "when = {{ tenure_days = {{ at_least = {}, below = {} }} }}\n"
    text = "".join(f'[[segments]]\nname = "s{day}"\n{when.format(day, day + 1)}' for day in range(101))
    found = compared(REST.replace("acquisition", "retention"), text + REST)
    assert [one.table for one in found.standing] == [*["segments"] * 100, "stages"]


def test_tables_with_too_many_rules_are_named_and_the_others_compared() -> None:
    measures = ("contacts", "tenure_days", "purchases", "spent", "days_since_contact")
    ranges = [{"at_least": number + 1, "below": number + 9} for number in range(14)]
    rules = [{"name": "loyal", "when": dict.fromkeys(measures, bounds)} for bounds in ranges]
    few = parse_path_policy(REST.replace("acquisition", "retention"))
    tables = {"value_tiers": [{"name": "standard"}], "segments": rules, "stages": [{"name": "acquisition"}]}
    many = PathPolicy.model_validate({"version": "many", **tables})
    for found, version in ((diff(few, many), few.version), (diff(many, few), "many")):
        assert found.uncompared == ("segments",)
        assert [one.table for one in found.standing] == ["stages"]
        assert found.as_text().startswith(f"path policy {version} -> ")
        assert found.as_text().endswith("\n\nToo many rules to compare: segments.\n")


def test_all_that_can_not_be_compared_is_named_in_one_line() -> None:
    change = (SettingChange("kinds.default", "B2C", "B2B"),)
    assert PathPolicyDiff("1", "2", change, (), ("segments", "stages")).as_text() == (
        "path policy 1 -> 2\n\nSettings:\n  kinds.default: B2C -> B2B\n\nToo many rules to compare: segments, stages.\n"
    )
    assert PathPolicyDiff("1", "2", (), (), ("stages",)).as_text() == (
        "path policy 1 -> 2\n\nToo many rules to compare: stages.\n"
    )
