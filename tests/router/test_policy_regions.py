"""All contacts there could be, in few combinations: the same as asking the classifier about each of them."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.contact import LIFECYCLE_STAGES, SEGMENTS, Channel
from hub.router.policy.classify import Classifier, Traits
from hub.router.policy.language import normal_tag, primary_tag
from hub.router.policy.parsing import CONDITIONS, Policy, Queue, Rule
from hub.router.policy.regions import Region, outcomes, regions

VALUES = {
    "segment": [None, None, *SEGMENTS[:2]],
    "value_tier": [None, None, "high", "low"],
    "lifecycle_stage": [None, None, None, "lapsed"],
    "channel": [None, None, "phone", "email"],
    "service": [None, "sales", "support"],
    "language": [None, None, None, "fa", "en", "en-GB"],
}
ASKED = {
    "segment": SEGMENTS,
    "value_tier": ("high", "low", "standard"),
    "lifecycle_stage": LIFECYCLE_STAGES[2:],
    "channel": ("phone", "email", "sms"),
    "service": ("sales", "support", ""),
    "language": ("", "fa", "en", "en-GB", "de"),
}
RULES = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()}), max_size=8
).map(lambda rows: (*(Rule(queue="q", **row) for row in rows), Rule(queue="q")))


def policy_of(rules):
    return Policy.model_construct(version="v", queues={"q": Queue()}, rules=rules)


def contains(region: Region, traits: Traits, rules) -> bool:
    """Whether a contact is in a region, by its words alone."""
    tags = {normal_tag(rule.language) for rule in rules if rule.language}
    for one in region.where:
        value = getattr(traits, one.condition)
        if one.condition == "language":
            value = normal_tag(value) if normal_tag(value) in tags else primary_tag(value)
        if (value in one.values) == one.other_than:
            return False
    return True


@settings(max_examples=60, deadline=None)
@given(rules=RULES)
def test_each_contact_is_in_just_one_region_with_the_rule_that_decides(rules):
    classifier = Classifier(policy_of(rules))
    found = regions([rules], lambda winners: winners[0]).regions

    for values in list(product(*ASKED.values()))[::5]:
        traits = Traits(*values)
        [outcome] = [region.outcome for region in found if contains(region, traits, rules)]
        assert classifier.explain_traits(traits)[outcome].decided


@settings(max_examples=60, deadline=None)
@given(old=RULES, new=RULES)
def test_two_tables_are_told_apart_where_they_differ(old, new):
    before, after = Classifier(policy_of(old)), Classifier(policy_of(new))
    found = regions([old, new], lambda winners: winners).regions

    for values in list(product(*ASKED.values()))[::7]:
        traits = Traits(*values)
        [(was, becomes)] = [region.outcome for region in found if contains(region, traits, (*old, *new))]
        assert before.explain_traits(traits)[was].decided
        assert after.explain_traits(traits)[becomes].decided


def test_values_with_one_outcome_are_told_together():
    rules = [
        Rule(queue="q", service="sales"),
        Rule(queue="q", service="support"),
        Rule(queue="q", segment="B2G"),
        Rule(queue="q"),
    ]
    found = regions([rules], lambda winners: "general" if winners[0] == 3 else "other").regions

    assert [(str(region), region.outcome) for region in found] == [
        ("service sales or support", "other"),
        ("segment B2C or B2B, service other than sales or support", "general"),
        ("segment B2G, service other than sales or support", "other"),
    ]
    assert found[1].where_json() == {
        "segment": ["B2C", "B2B"],
        "service": {"other_than": ["sales", "support"]},
    }


def test_without_differences_all_contacts_are_one_region():
    [everything] = regions([[Rule(queue="q"), Rule(queue="q", service="x")]], lambda _: "same").regions

    assert str(everything) == "every contact"


def test_a_long_list_is_cut_short_and_says_so():
    rules = [Rule(queue="q", service=f"s{number}") for number in range(12)]

    assert str(regions([rules], lambda winners: winners[0], most=2)) == "service s0; service s1; and 11 more"
    assert str(regions([rules], lambda winners: winners[0], most=13)).endswith("s10 or s11")


def test_only_what_is_wanted_is_told_and_counted():
    rules = [Rule(queue="q", service=f"s{number}") for number in range(12)]
    found = regions([rules], lambda winners: winners[0], wanted=lambda winner: winner in (3, None))

    assert (str(found.regions[0]), found.total) == ("service s3", 2)
    assert outcomes([rules], lambda winners: winners[0]) == {*range(12), None}


def test_hundreds_of_rules_have_few_combinations():
    channels = [channel.value for channel in Channel]
    rules = [
        Rule(queue="q", service=f"s{number}", **extra)
        for number in range(150)
        for extra in ({}, {"segment": "B2B"}, {"value_tier": "high"}, {"channel": channels[number % 5]})
    ]
    found = regions([[*rules, Rule(queue="q")]], lambda winners: winners[0])

    assert len({region.outcome for region in found.regions}) == 601
    assert found.total == len(found.regions) < 1000
    assert set(CONDITIONS) > {one.condition for region in found.regions for one in region.where}
