"""The score and the choice, by hand and against a naive second way of working them out."""

import hashlib
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.contact import Channel
from hub.paths.arbitration.arbitrate import Arbiter, Candidate, NotProposed, Why
from hub.paths.arbitration.responses import Cell, Counts, table_of
from hub.paths.arbitration.score import Factors, Occasion, Scoring, drawn, smoothed
from hub.paths.consent.purposes import Gate
from hub.paths.gates.verdict import Reason, Verdict
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.model import Sender
from tests.paths.propositions import STOOD, a_grant, policy, proposition

OPEN = Verdict(Gate.FIT, True, Reason.FITS)
SHUT = Verdict(Gate.CONSENT, False, Reason.DENIED)
ASKED = Occasion("decision-1", 7, STOOD, Sender.AGENT, unasked=False)
UNASKED = ASKED._replace(unasked=True)


def cell(name: str = "fibre", channel: str = "phone") -> Cell:
    return Cell("B2C", "standard", "acquisition", channel, name)


def factors(rules: PathPolicy, occasion: Occasion, table: Any = None, channel: Channel = Channel.PHONE) -> Factors:
    return Scoring(rules).factors(rules.propositions[0].name, channel, "", 1.5, occasion, table_of(table or {}))


class TestFactors:
    def test_by_hand(self) -> None:
        """(20 x 0.1 + 18) / (20 + 80) = 0.2; 1000 - 400 - 50 / 0.2 = 350; 0.2 x 3 x 1.5 x 350 = 315."""
        rules = policy(
            proposition(service_cost=400, contact_cost={"phone": 50}),
            arbitration={"contexts": [{"weight": 3.0, "kinds": ["product"]}]},
        )
        found = factors(rules, UNASKED, {cell(): Counts(80, 18)})
        assert found == (0.2, 3.0, 1.5, 350.0)
        assert found.score == pytest.approx(315.0)

    def test_nobody_asked_yet_is_what_was_presumed(self) -> None:
        assert factors(policy(proposition()), ASKED).chance == pytest.approx(0.1)
        assert factors(policy(proposition(chance=0.3)), ASKED).chance == pytest.approx(0.3)
        more = {"chance": 0.4, "chance_counts": 1.0}
        assert factors(policy(proposition(), arbitration=more), ASKED, {cell(): Counts(1, 1)}).chance == 0.7

    def test_only_the_same_standing_channel_and_proposition_count(self) -> None:
        others = {
            cell(channel="web"): Counts(90, 90), cell("vdsl"): Counts(90, 90),
            cell()._replace(segment="B2B"): Counts(90, 90), cell()._replace(value_tier="high"): Counts(90, 90),
            cell()._replace(lifecycle_stage="lapsed"): Counts(90, 90),
        }  # fmt: skip
        assert factors(policy(proposition()), ASKED, others).chance == pytest.approx(0.1)

    def test_a_conversation_they_began_costs_no_contact(self) -> None:
        rules = policy(proposition(contact_cost={"phone": 50}))
        assert factors(rules, ASKED).value == 1000
        assert factors(rules, UNASKED).value == pytest.approx(500)
        assert factors(rules, UNASKED, channel=Channel.WEB).value == 1000

    @pytest.mark.parametrize(
        ("rule", "occasion", "weighs"),
        [
            ({"kinds": ["retention"]}, ASKED, False),
            ({"channels": ["phone"]}, ASKED, True),
            ({"channels": ["web"]}, ASKED, False),
            ({"senders": ["agent"]}, ASKED, True),
            ({"senders": ["hub", "dealer"]}, ASKED, False),
            ({"services": ["cancellation"]}, ASKED, False),
            ({"services": ["cancellation"]}, ASKED._replace(service="cancellation"), True),
            ({"services": ["cancellation"], "senders": ["hub"]}, ASKED._replace(service="cancellation"), False),
        ],
    )
    def test_the_first_context_that_holds_counts(self, rule: Any, occasion: Occasion, weighs: bool) -> None:
        contexts = [{"weight": 2.0, **rule}, {"weight": 5.0, "kinds": ["product"]}]
        rules = policy(proposition(), arbitration={"contexts": contexts})
        assert factors(rules, occasion).context == (2.0 if weighs else 5.0)


class TestDrawing:
    def test_the_same_seed_decision_and_candidate_draw_the_same_and_others_others(self) -> None:
        rules = policy(proposition(), proposition("vdsl"), arbitration={"explores": True})
        scoring = Scoring(rules)
        one = rules.propositions[0].name

        def chance(of: Any = one, channel: Channel = Channel.PHONE, path: str = "", **more: Any) -> float:
            return scoring.factors(of, channel, path, 1.0, ASKED._replace(**more), {}).chance

        random.seed(1)
        first = chance()
        random.seed(2)
        assert chance() == first
        others = [
            chance("vdsl"), chance(channel=Channel.WEB), chance(path="point-2"), chance(seed=8),
            chance(decision_id="decision-2"),
        ]  # fmt: skip
        assert len({first, *others}) == 6

    def test_what_was_drawn_once_is_drawn_for_ever(self) -> None:
        """Decisions of years ago are computed again: another draw from the same seed would be another decision."""
        assert [drawn(Counts(80, 18), 0.1, 20, seed, "decision-1", "fibre") for seed in (1, 2, 3)] == DRAWN

    def test_draws_are_of_the_beta_distribution(self) -> None:
        draws = [drawn(Counts(80, 18), 0.1, 20, seed, "d") for seed in range(4_000)]
        mean = sum(draws) / len(draws)
        variance = sum((one - mean) ** 2 for one in draws) / len(draws)
        assert mean == pytest.approx(20 / 100, abs=0.003)
        assert variance == pytest.approx(20 * 80 / (100**2 * 101), rel=0.1)

    def test_a_draw_of_no_chance_at_all_is_worth_nothing_where_a_contact_costs(self) -> None:
        rare = {"explores": True, "chance": 1e-9, "chance_counts": 1e-6}
        rules = policy(proposition(contact_cost={"phone": 1}), arbitration=rare)
        assert factors(rules, UNASKED).chance == 0.0
        assert factors(rules, UNASKED).value == float("-inf")
        assert factors(rules, ASKED).value == 1000
        assert [one.why for one in arbitrate(rules, on("fibre"), occasion=UNASKED).not_proposed] == [Why.NO_VALUE]

    def test_a_lucky_draw_makes_no_path_of_one_that_is_worth_nothing(self) -> None:
        """Worth 1 on the web, and 1 - 1 / P by phone: less than nothing, however often the phone draws higher."""
        rules = policy(proposition(contribution=1, contact_cost={"phone": 1}), arbitration={"explores": True})
        several = on("fibre"), on("fibre", Channel.WEB)
        found = [arbitrate(rules, *several, occasion=UNASKED._replace(seed=seed)) for seed in range(20)]
        assert {action.channel for one in found for action in one.actions} == {"web"}
        chances = [factors(rules, UNASKED._replace(seed=seed)).chance for seed in range(20)]
        assert any(chance > one.actions[0].factors.chance for chance, one in zip(chances, found, strict=True))

    def test_no_draw_touches_the_random_numbers_of_others(self) -> None:
        random.seed(5)
        expected = random.random()
        random.seed(5)
        drawn(Counts(), 0.1, 20, 1, "d")
        assert random.random() == expected


DRAWN = [0.21173779979068352, 0.1764200410618855, 0.18391583673589124]


def arbitrate(rules: PathPolicy, *candidates: Candidate, occasion: Occasion = ASKED, **more: Any) -> Any:
    levers = {one.name: 1.0 for one in rules.propositions} | more.get("levers", {})
    grants = {one.proposition: one for one in more.get("grants", ())}
    return Arbiter(rules).arbitrate(candidates, levers, grants.get, occasion, table_of(more.get("table", {})))


def on(name: str, channel: Channel = Channel.PHONE, path: str = "", *verdicts: Verdict) -> Candidate:
    return Candidate(name, channel, path, verdicts or (OPEN,))


class TestChoice:
    def test_at_most_three_the_best_first_and_why_not_the_others(self) -> None:
        worth = {"e": 100, "a": 500, "b": 300, "d": 200, "c": 200}
        rules = policy(*(proposition(name, contribution=one) for name, one in worth.items()))
        found = arbitrate(rules, *map(on, worth))
        assert [one.proposition for one in found.actions] == ["a", "b", "c"]
        assert found.granted == ()
        assert [(one.proposition, one.why, one.than) for one in found.not_proposed] == [
            ("d", Why.OUTRANKED, "c"), ("e", Why.OUTRANKED, "c"),
        ]  # fmt: skip
        equal = found.actions[2].factors
        assert found.not_proposed[0] == NotProposed("d", Why.OUTRANKED, (), equal, "c")
        assert equal == (0.1, 1.0, 1.0, 200.0)

    def test_the_operator_may_want_fewer(self) -> None:
        rules = policy(proposition("a"), proposition("b"), arbitration={"actions": 1})
        assert [one.proposition for one in arbitrate(rules, on("b"), on("a")).actions] == ["a"]

    def test_live_grants_come_first_and_take_no_place(self) -> None:
        rules = policy(
            *(proposition(name, contribution=worth) for name, worth in zip("abcde", (5, 4, 3, 2, 1), strict=True))
        )
        found = arbitrate(rules, *map(on, "abcde"), grants=[a_grant("e"), a_grant("d")])
        assert [one.proposition for one in found.granted] == ["d", "e"]
        assert found.granted[1].grant == a_grant("e")
        assert [one.proposition for one in found.actions] == ["a", "b", "c"]
        assert found.not_proposed == ()

    def test_a_closed_gate_is_told_path_by_path(self) -> None:
        rules = policy(proposition())
        phone, web = on("fibre", Channel.PHONE, "", OPEN, SHUT), on("fibre", Channel.WEB, "", SHUT)
        [told] = arbitrate(rules, phone, web, grants=[a_grant()]).not_proposed
        assert (told.why, told.closed, told.grant) == (Why.GATE, ((phone, SHUT), (web, SHUT)), a_grant())

    def test_no_value_is_never_proposed_granted_or_not(self) -> None:
        """1000 - 100 / 0.1 = 0."""
        for cost, why in ((100, Why.NO_VALUE), (101, Why.NO_VALUE), (99, None)):
            rules = policy(proposition(channels=["phone"], contact_cost={"phone": cost}))
            for grants in ([], [a_grant()]):
                found = arbitrate(rules, on("fibre"), occasion=UNASKED, grants=grants)
                assert [one.why for one in found.not_proposed] == ([why] if why else [])
                if why:
                    worth = Factors(0.1, 1.0, 1.0, pytest.approx(1000 - cost / 0.1))
                    assert found.not_proposed == (
                        NotProposed("fibre", Why.NO_VALUE, (), worth, "", grants[0] if grants else None),
                    )

    def test_the_path_is_where_such_customers_accept_most_within_open_gates(self) -> None:
        rules = policy(proposition(channels=["phone", "web", "sms"], contact_cost={"web": 10}))
        table = {cell(channel="web"): Counts(10, 5), cell(channel="sms"): Counts(10, 9)}
        candidates = on("fibre"), on("fibre", Channel.WEB), on("fibre", Channel.SMS, "", SHUT)
        [action] = arbitrate(rules, *candidates, table=table, occasion=UNASKED).actions
        assert action.channel == "web"
        assert action.factors.value == pytest.approx(1000 - 10 / (7 / 30))

    def test_a_path_that_is_worth_nothing_is_no_path(self) -> None:
        rules = policy(proposition(contact_cost={"web": 500}))
        table = {cell(channel="web"): Counts(10, 5)}
        [action] = arbitrate(rules, on("fibre"), on("fibre", Channel.WEB), table=table, occasion=UNASKED).actions
        assert action.channel == "phone"

    def test_nor_is_one_that_is_worth_just_nothing(self) -> None:
        """1000 - 500 / 0.5 = 0."""
        rules = policy(proposition(contact_cost={"web": 500, "phone": 1}, chance=0.5))
        table = {cell(): Counts(10, 1)}
        [action] = arbitrate(rules, on("fibre"), on("fibre", Channel.WEB), table=table, occasion=UNASKED).actions
        assert action.channel == "phone"

    def test_one_that_is_worth_the_least_there_is_is_a_path(self) -> None:
        """By phone 1 - 1 / 0.4 is less than nothing."""
        rules = policy(proposition(contribution=1, contact_cost={"phone": 1}))
        table = {cell(): Counts(10, 10)}
        [action] = arbitrate(rules, on("fibre"), on("fibre", Channel.WEB), table=table, occasion=UNASKED).actions
        assert (action.channel, action.factors.value) == ("web", 1.0)

    def test_where_the_likeliest_path_is_worth_nothing_the_cheaper_of_two_others_is_taken(self) -> None:
        """By phone 1000 - 900 / 0.5."""
        rules = policy(
            proposition(channels=["phone", "sms", "email"], contact_cost={"phone": 900, "email": 50, "sms": 4})
        )
        several = on("fibre"), on("fibre", Channel.EMAIL), on("fibre", Channel.SMS)
        [action] = arbitrate(rules, *several, table={cell(): Counts(10, 13)}, occasion=UNASKED).actions
        assert (action.channel, action.factors.value) == ("sms", 960.0)

    def test_one_that_is_worth_nothing_on_its_best_path_hides_no_other(self) -> None:
        """They cost the same, and are compared together."""
        cost = {"contact_cost": {"phone": 5}}
        rules = policy(proposition("dear", contribution=1, **cost), proposition("fibre", **cost))
        levers = {"dear": 1.0, "fibre": 1.0}
        found = list(Scoring(rules).best(("dear", "fibre"), [(Channel.PHONE, "")], levers, UNASKED, {}))
        assert [(name, factors.value) for name, _, factors in found] == [("dear", -49.0), ("fibre", 950.0)]

    def test_equal_paths_are_told_apart_by_what_they_cost_then_by_name(self) -> None:
        rules = policy(proposition(channels=["phone", "web", "email"], contact_cost={"phone": 1, "email": 0}))
        several = on("fibre"), on("fibre", Channel.WEB, "point-2"), on("fibre", Channel.WEB, "point-1")
        [action] = arbitrate(rules, *several, on("fibre", Channel.PHONE), occasion=UNASKED).actions
        assert (action.channel, action.path) == ("web", "point-1")
        [action] = arbitrate(rules, *several, on("fibre", Channel.EMAIL), occasion=UNASKED).actions
        assert action.channel == "email"

    def test_of_two_that_exclude_each_other_only_the_better_is_named(self) -> None:
        rules = policy(
            proposition("a", contribution=3, excludes=["b"]),
            proposition("b", contribution=2),
            proposition("c", contribution=1),
        )
        found = arbitrate(rules, *map(on, "abc"))
        assert [one.proposition for one in found.actions] == ["a", "c"]
        assert found.not_proposed == (NotProposed("b", Why.EXCLUDED, (), (0.1, 1.0, 1.0, 2.0), "a"),)

    def test_what_a_context_is_worth_is_that_of_the_path_it_is_said_on(self) -> None:
        contexts = [
            {"weight": 3.0, "channels": ["web"], "kinds": ["product"]}, {"weight": 2.0, "channels": ["phone"]},
        ]  # fmt: skip
        for explores in (False, True):
            more = {"contexts": contexts, "explores": explores}
            rules = policy(proposition(channels=["phone", "web", "sms"]), arbitration=more)
            for channel, weight in ((Channel.WEB, 3.0), (Channel.PHONE, 2.0), (Channel.SMS, 1.0)):
                [action] = arbitrate(rules, on("fibre", channel)).actions
                assert (action.channel, action.factors.context) == (channel, weight)

    def test_a_context_may_be_who_says_it_or_what_their_contact_was_about(self) -> None:
        contexts = [{"weight": 3.0, "senders": ["dealer"]}, {"weight": 2.0, "services": ["moving"]}]
        rules = policy(proposition(), arbitration={"contexts": contexts})
        asked = {3.0: ASKED._replace(sender=Sender.DEALER), 2.0: ASKED._replace(service="moving"), 1.0: ASKED}
        for weight, occasion in asked.items():
            assert arbitrate(rules, on("fibre"), occasion=occasion).actions[0].factors.context == weight

    def test_what_is_kept_back_is_told_in_the_order_of_names_after_what_was_compared(self) -> None:
        """So that the same decision taken again is written down the same, whatever is looked at first."""
        rules = policy(
            *(
                proposition(name, channels=["phone"], contact_cost={"phone": 200 if name in "bd" else 0})
                for name in "abcde"
            ),
            arbitration={"actions": 1},
        )
        shut = [on(name, Channel.PHONE, "", SHUT) for name in "ca"]
        found = arbitrate(rules, *shut, *map(on, "db"), on("e"), occasion=UNASKED)
        assert [(one.proposition, one.why) for one in found.not_proposed] == [
            ("a", Why.GATE), ("b", Why.NO_VALUE), ("c", Why.GATE), ("d", Why.NO_VALUE),
        ]  # fmt: skip

    def test_a_lever_moves_the_order(self) -> None:
        rules = policy(proposition("a", contribution=3), proposition("b", contribution=2))
        found = arbitrate(rules, on("a"), on("b"), levers={"b": 1.6})
        assert [one.proposition for one in found.actions] == ["b", "a"]


def naive(
    rules: PathPolicy, candidates: list[Candidate], levers: Any, granted: set[str], occasion: Occasion, table: Any
) -> Any:
    """The page in code, without a thought for speed or form."""
    scored: dict[str, list[tuple[float, float, str, str, float]]] = {}
    for one in candidates:
        of = next(p for p in rules.propositions if p.name == one.proposition)
        n0, p0 = rules.arbitration.chance_counts, of.chance or rules.arbitration.chance
        shown, accepted, *_ = table.get((*STOOD.model_dump().values(), one.channel, one.proposition), (0, 0, 0, 0))
        p = (n0 * p0 + accepted) / (n0 + shown)
        if rules.arbitration.explores:
            text = "\x1f".join((str(occasion.seed), occasion.decision_id, one.proposition, one.channel, one.path))
            seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
            p = random.Random(seed).betavariate(n0 * p0 + accepted, n0 * (1 - p0) + max(0, shown - accepted))
        v = of.contribution - of.service_cost - (of.contact_cost.get(one.channel, 0) / p if occasion.unasked else 0)
        if v > 0 and all(verdict.is_open for verdict in one.verdicts):
            scored.setdefault(one.proposition, []).append(
                (p, v, one.channel.value, one.path, p * 1.0 * levers[of.name] * v)
            )
    best = {}
    for name, paths in scored.items():
        top = max(path[0] for path in paths)
        worth = max(path[1] for path in paths if path[0] == top)
        best[name] = sorted(path for path in paths if path[:2] == (top, worth))[0]
    order = sorted(best, key=lambda name: (-best[name][4], name))
    new = []
    for name in order:
        mine = next(p for p in rules.propositions if p.name == name)
        rivals = [p.name for p in rules.propositions if name in p.excludes] + list(mine.excludes)
        if name not in granted and not set(rivals) & set(new) and len(new) < rules.arbitration.actions:
            new.append(name)
    picked = [name for name in order if name in granted], new
    return [[(name, best[name][2], best[name][3], best[name][4]) for name in part] for part in picked]


@st.composite
def some_propositions(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True))
    return [
        proposition(
            name, channels=["phone", "web", "sms"], contribution=draw(st.integers(1, 60)),
            service_cost=draw(st.integers(0, 20)), chance=draw(st.sampled_from([None, 0.2, 0.5])),
            contact_cost={"web": draw(st.integers(0, 5)), "phone": draw(st.integers(0, 5))},
            excludes=draw(st.sampled_from([[], *([other] for other in names if other != name)])),
        )
        for name in names
    ]  # fmt: skip


counts = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda two: Counts(two[0] + two[1], two[1]))


@given(
    data=st.data(),
    written=some_propositions(),
    explores=st.booleans(),
    actions=st.integers(1, 3),
    unasked=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_it_is_what_the_page_says(
    data: st.DataObject, written: list[dict[str, Any]], explores: bool, actions: int, unasked: bool
) -> None:
    rules = policy(*written, arbitration={"explores": explores, "actions": actions})
    names = [one["name"] for one in written]
    draw = data.draw
    candidates = draw(
        st.lists(
            st.builds(
                Candidate, st.sampled_from(names), st.sampled_from([Channel.PHONE, Channel.WEB, Channel.SMS]),
                st.sampled_from(["1", "2"]), st.sampled_from([(OPEN,), (OPEN, SHUT)]),
            ),
            unique_by=lambda one: (one.proposition, one.channel, one.path),
        )
    )  # fmt: skip
    table = {cell(name, channel): draw(counts) for name in names for channel in ("phone", "web")}
    levers = {name: draw(st.sampled_from([0.5, 1.0, 1.25])) for name in names}
    granted = draw(st.sets(st.sampled_from(names)))
    occasion = ASKED._replace(unasked=unasked)
    grants = [a_grant(name) for name in granted]
    found = arbitrate(rules, *candidates, occasion=occasion, levers=levers, grants=grants, table=table)
    told = [
        [(one.proposition, one.channel.value, one.path, one.factors.score) for one in part]
        for part in (found.granted, found.actions)
    ]
    assert told == naive(rules, candidates, levers, granted, occasion, table)
    named = [one.proposition for one in (*found.granted, *found.actions, *found.not_proposed)]
    assert sorted(named) == sorted({one.proposition for one in candidates})
    shuffled = draw(st.permutations(candidates))
    assert arbitrate(rules, *shuffled, occasion=occasion, levers=levers, grants=grants, table=table)[:2] == found[:2]


@given(counts, st.floats(0.01, 0.99), st.floats(0.1, 100))
@settings(deadline=None)
def test_a_smoothed_chance_lies_between_what_was_presumed_and_what_was_seen(
    seen: Counts, presumed: float, counts_as: float
) -> None:
    share = seen.accepted / seen.shown if seen.shown else presumed
    found = smoothed(seen, presumed, counts_as)
    assert min(share, presumed) - 1e-9 <= found <= max(share, presumed) + 1e-9
