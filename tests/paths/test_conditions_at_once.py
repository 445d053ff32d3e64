"""All conditions of a policy are answered at once, each just as it would be alone."""

from hypothesis import given as for_all
from hypothesis import strategies as st

from hub.domain.customer.purchases.state import Purchase
from hub.paths.policy.conditions import takes
from hub.paths.propositions.asked import Conditions
from hub.paths.propositions.conditions import FitWhen
from hub.paths.propositions.known import measuring
from hub.paths.standing.facts import Facts
from tests.paths.propositions import DAY, NOON, known, policy, proposition

BOUGHT = Facts(purchases=(Purchase(NOON - 3 * DAY, 70, "IRR"), Purchase(NOON - 2 * DAY, 40, "IRR")))
BOUNDS = st.tuples(st.integers(0, 12), st.integers(1, 6)).map(lambda one: {"at_least": one[0], "below": sum(one)})
SOME = st.lists(st.sampled_from(("B2C", "B2B", "B2G")), min_size=1, unique=True)
ANSWER = st.sampled_from(("accepted", "declined", "deferred", "none"))
WHENS = st.fixed_dictionaries(
    {},
    optional={
        "kind": SOME,
        "purchases": BOUNDS,
        "days_since_purchase": BOUNDS,
        "case_severity": BOUNDS,
        "profile_number": st.fixed_dictionaries({}, optional={"age": BOUNDS, "rooms": BOUNDS}),
        "profile": st.fixed_dictionaries({"city": st.lists(st.sampled_from(("", "Yazd", "Qom")), min_size=1)}),
        "holds": st.fixed_dictionaries({}, optional={"one": st.booleans(), "two": st.booleans()}),
        "answered": st.fixed_dictionaries({}, optional={"one": st.fixed_dictionaries({"last": ANSWER})}),
    },
).map(FitWhen.model_validate)
PROFILES = st.fixed_dictionaries(
    {},
    optional={"age": st.integers(0, 20).map(str), "rooms": st.just("many"), "city": st.sampled_from(("Yazd", "Bam"))},
)


@for_all(st.lists(WHENS, max_size=6), PROFILES, st.booleans())
def test_each_condition_holds_just_where_it_would_alone(
    whens: list[FitWhen], profile: dict[str, str], bought: bool
) -> None:
    rules = policy(proposition("one"), proposition("two"))
    somebody = known(rules, BOUGHT if bought else None)._replace(profile=profile)
    conditions = Conditions(whens)
    values, holds = conditions.answers(somebody, ())
    for when, asked in zip(whens, conditions.asked, strict=True):
        found = {str(measure): measuring(measure)(somebody) for measure, _ in when.conditions}
        alone = all(takes(allowed, found[str(measure)]) for measure, allowed in when.conditions)
        assert (holds & asked.mask == asked.mask) == alone
        told = conditions.told(asked, values)
        assert dict(told) == {name: None if value == -1 else value for name, value in found.items()}
