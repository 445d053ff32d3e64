"""What is told of a proposition: why it is refused, in whole sentences; what kept it back, with all it looked at; what
nobody may say; which levers moved it."""

from datetime import timedelta
from typing import Any

import pytest

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.purchases.state import Purchase
from hub.domain.errors import InvalidError
from hub.domain.grant.events import Response
from hub.paths.consent.purposes import Gate
from hub.paths.decision.question import CameIn
from hub.paths.decision.rules import rules_of
from hub.paths.decision.sayable import check_sayable
from hub.paths.gates.verdict import Reason, Verdict
from hub.paths.policy.parsing import check_text, parse_path_policy
from hub.paths.propositions.catalogue import Catalogue
from hub.paths.propositions.checked import fit_space
from hub.paths.propositions.known import Known
from hub.paths.propositions.levers import moved_by
from hub.paths.propositions.model import Sender
from hub.paths.standing.facts import Facts
from hub.policies.findings import Severity
from tests.paths.decisions import POLICY, inbound, outbound
from tests.paths.propositions import DAY, NOON, a_grant, answered, held, known, policy, proposition
from tests.paths.test_proposition_policy import HEAD, PHONE, REST, TWO, found

LEVERS = '[[propositions.levers]]\nname = "a"\nweight = 5\nwhen = {{ {} }}\n'
YES = '\nname = "ok"\ntype = "yes_no"\nkind = "B2B"\n'
CHOICE = '\nname = "ok"\ntype = "choice"\nkind = "B2C"\nchoices = ["maybe"]\n'
YES_NO = f"[[fields]]{YES}[[fields]]{CHOICE}"


def errors(text: str) -> list[str]:
    return [f"{field}: {message}" for _, field, message in found(text)]


class TestRefused:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("channels = []\n", "channels: names nothing: it could never be said"),
            ('channels = ["phone", "phone"]\n', "channels: names one of them twice"),
            (
                'channels = ["in_person"]\nsenders = ["hub", "campaign"]\n',
                "channels: no gate could ever open: nobody who comes in person meets the hub or a campaign; add a "
                "channel",
            ),
            (
                PHONE + 'purpose = "service"\n',
                "purpose: what is of kind product is promotional, never service: leave it out",
            ),
            (
                PHONE + "service_cost = 1_000\n",
                "contribution: 1000 is not more than the 1000 it costs at least: its value is never above 0, so it is "
                "never proposed; say what it is worth",
            ),
            (
                PHONE + "contact_cost = { sms = 1 }\n",
                "contact_cost.sms: is not among its channels: leave it out, or add it there",
            ),
            (PHONE + 'excludes = ["one"]\n', "excludes.1: a proposition can't exclude itself: leave it out"),
            (
                PHONE + 'eligible = { value_tier = "x" }\n',
                "eligible.value_tier: there is no value tier 'x'; known are standard",
            ),
            (
                PHONE + 'eligible = { declared_stage = "x" }\n',
                "eligible.declared_stage: there is no stage 'x'; known are acquisition, enhancement, retention, lapsed",
            ),
            (
                PHONE + 'eligible = { profile = { line = "dsl" } }\n',
                "eligible.profile.line: can't hold 'dsl'; known are fibre, vdsl",
            ),
            (
                PHONE + 'eligible = { profile = { budget = "1" } }\n',
                "eligible.profile.budget: holds numbers: ask for it under profile_number",
            ),
            (
                PHONE + "eligible = { profile_number = { line = { below = 1 } } }\n",
                "eligible.profile_number.line: holds no numbers: ask for it under profile",
            ),
            (
                PHONE + "eligible = { profile = { line = [] } }\n",
                "eligible.profile.line: names nothing: leave it out where anything will do",
            ),
        ],
    )
    def test_in_a_sentence_that_says_what_to_do(self, text: str, message: str) -> None:
        assert f"proposition 1, field {message}" in errors(HEAD + text)

    def test_two_purposes_that_would_do_are_named(self) -> None:
        text = HEAD.replace('"product"', '"recovery"') + PHONE + 'purpose = "promotional"\n'
        [told] = errors(text)
        assert "what is of kind recovery is recovery or service, never promotional: leave it out" in told

    def test_where_there_is_nothing_to_name_that_is_said(self) -> None:
        none = REST.replace('[[segments]]\nname = "few"\nwhen = { purchases = { below = 3 } }\n', "")
        told = [str(one) for one in _checked(HEAD + PHONE + 'eligible = { segment = "x" }\n' + none)]
        assert any("there is no segment 'x'; there are none in this file" in one for one in told)

    def test_in_a_lever_by_its_number(self) -> None:
        [told] = errors(HEAD + PHONE + LEVERS.format('value_tier = "x"'))
        assert told.startswith("proposition 1, field levers.1.when.value_tier: there is no value tier 'x'")


class TestTaken:
    @pytest.mark.parametrize(
        "text",
        [
            'channels = ["in_person"]\nsenders = ["hub", "agent"]\n',
            'channels = ["in_person", "phone"]\nsenders = ["hub", "campaign"]\n',
            'channels = ["phone", "sms"]\nsenders = ["campaign"]\ncontact_cost = { phone = 2_000 }\n',
            PHONE + 'senders = ["campaign", "agent"]\ncontact_cost = { phone = 2_000 }\n',
            PHONE + 'senders = ["campaign"]\nservice_cost = 999\n',
            PHONE + 'eligible = { profile = { line = ["fibre", ""] } }\n',
        ],
    )
    def test_what_could_be_said_to_somebody(self, text: str) -> None:
        assert errors(HEAD + text) == []

    def test_levers_may_take_a_hundred_and_give_what_they_like(self) -> None:
        lever = "[[propositions.levers]]\nname = {!r}\nweight = {}\n"
        assert errors(HEAD + PHONE + lever.format("a", -100) + lever.format("b", 1)) == []

    @pytest.mark.parametrize("fields", [YES_NO, f"[[fields]]{CHOICE}[[fields]]{YES}"])
    @pytest.mark.parametrize(
        ("value", "problem"), [("yes", ""), ("no", ""), ("maybe", ""), ("fibre", "can't hold"), ("", "")]
    )
    def test_a_field_that_is_several_holds_what_each_of_them_may(self, value: str, problem: str, fields: str) -> None:
        told = _checked(HEAD + PHONE + f'eligible = {{ profile = {{ ok = "{value}" }} }}\n' + fields + REST)
        assert [problem in str(one) for one in told] == ([True] if problem else [])

    def test_a_field_of_any_text_may_hold_anything(self) -> None:
        text = '[[fields]]\nname = "city"\ntype = "text"\n'
        assert _checked(HEAD + PHONE + 'eligible = { profile = { city = "Yazd" } }\n' + text + REST) == []


class TestChecked:
    def test_each_after_one_that_fits_nobody(self) -> None:
        nobody = "eligible = { purchases = { below = 1 }, days_since_purchase = { at_least = 3 } }\n"
        told = errors(HEAD + PHONE + nobody + TWO + nobody)
        assert [one.split(":")[0] for one in told] == ["proposition 1, field eligible", "proposition 2, field eligible"]

    def test_what_is_a_customers_may_be_for_who_acts_for_nobody(self) -> None:
        assert errors(HEAD + PHONE + "eligible = { account = false }\n") == []

    def test_a_stage_that_no_rule_leads_to_is_nobodys(self) -> None:
        rest = REST.replace(
            'name = "retention"\nwhen = { purchases = { at_least = 3 }',
            'name = "lapsed"\nwhen = { spent = { at_least = 3 }',
        )
        told = _checked(HEAD + PHONE + 'eligible = { stage = "retention" }\n' + rest)
        assert ["never eligible" in str(one) for one in told] == [True]

    @pytest.mark.parametrize("stage", ["lapsed", "retention", "acquisition"])
    def test_of_stages_that_ask_for_a_segment_and_such_that_do_not_each_is_somebodys(self, stage: str) -> None:
        few = 'when = { segment = "few", purchases = { at_least = 1 }, days'
        rest = REST.replace("when = { purchases = { at_least = 3 }, days", few)
        text = HEAD + PHONE + 'eligible = { stage = ["lapsed", "retention", "acquisition"] }\n'
        assert _checked(text + f'applicable = {{ stage = "{stage}" }}\n' + rest) == []

    def test_a_stage_of_those_in_no_segment_is_somebodys(self) -> None:
        """Nobody of the few, who bought less than three times, is at this stage."""
        rest = REST.replace(
            'name = "enhancement"\nwhen = { purchases = { at_least = 1 } }',
            'name = "enhancement"\nwhen = { segment = "few" }',
        )
        text = HEAD + PHONE + 'eligible = { stage = "acquisition" }\napplicable = { purchases = { at_least = 3 } }\n'
        rest = rest.replace(
            'name = "retention"\nwhen = { purchases = { at_least = 3 }, days',
            'name = "retention"\nwhen = { purchases = { at_least = 9 }, days',
        )
        assert _checked(text + rest) == []
        assert len(_checked(text.replace("at_least = 3", "below = 3") + rest)) == 1

    def test_whom_fields_that_are_chosen_tell_apart(self) -> None:
        fields = [
            {"name": "line", "type": "choice", "choices": ["fibre", "vdsl"]},
            {"name": "other", "type": "choice", "choices": ["x"]},
        ]
        rules = policy(proposition(eligible={"profile": {"line": "fibre"}}), fields=fields)
        assert fit_space(rules).domains["profile.line"] == {"fibre", "vdsl", ""}

    def test_who_is_in_no_segment_is_somebody(self) -> None:
        text = HEAD + PHONE + "eligible = { purchases = { at_least = 3 } }\n"
        assert errors(text) == []
        assert errors(text + 'applicable = { segment = "few" }\n') != []

    def test_a_tier_that_may_be_declared_can_be_anybodys(self) -> None:
        high = '[[value_tiers]]\nname = "high"\nwhen = { purchases = { at_least = 9 } }\n'
        text = HEAD + PHONE + 'eligible = { value_tier = "high", purchases = { below = 2 } }\n' + high
        assert errors(text) == []
        told = _checked(text + REST.replace("[declared]\n", "[declared]\nvalue_tier = false\n"))
        assert ["never eligible" in str(one) for one in told] == [True]

    def test_of_two_texts_of_a_field_that_are_not_chosen_any_two_may_be_asked(self) -> None:
        city = '[[fields]]\nname = "city"\ntype = "text"\n'
        for name, errs in (("Yazd", 0), ("Qom", 1)):
            asked = (
                f'eligible = {{ profile = {{ city = "Yazd" }} }}\napplicable = {{ profile = {{ city = "{name}" }} }}\n'
            )
            assert len(_checked(HEAD + PHONE + asked + city + REST)) == errs


def _checked(text: str) -> list[Any]:
    return [one for one in check_text(text, "p") if one.severity is Severity.ERROR]


class TestKeptBack:
    def test_who_said_later_with_the_moment(self) -> None:
        until = NOON + DAY
        said = held(answers={"fibre": answered(Response.DEFERRED, NOON, until)})
        assert _conflict(held=said) == Verdict(
            Gate.CONFLICT, False, Reason.DEFERRED, {"until": "2026-03-02T12:00:00+00:00"}, until
        )

    def test_who_answered_with_the_grant_and_when(self) -> None:
        said = held(a_grant(), answers={"fibre": answered(Response.DECLINED, NOON)})
        assert _conflict(held=said) == Verdict(
            Gate.CONFLICT,
            False,
            Reason.ANSWERED,
            {"grant": "grant-customer-1-1", "answer": "declined", "at": "2026-03-01T12:00:00+00:00"},
            NOON + 14 * DAY,
        )

    def test_what_is_granted_by_its_grant(self) -> None:
        rules = policy(proposition())
        verdict = Catalogue(rules).look(known(rules, held=held(a_grant()))).fit[0]
        assert verdict == Verdict(Gate.FIT, True, Reason.GRANTED, {"grant": "grant-customer-1-1"})

    @pytest.mark.parametrize(
        ("days", "told", "opens"),
        [
            ({"valid_from": "2026-03-02"}, {"from": "2026-03-02", "until": None}, NOON + timedelta(hours=12)),
            ({"valid_until": "2026-03-01"}, {"from": None, "until": "2026-03-01"}, None),
        ],
    )
    def test_what_is_not_valid_with_its_days(self, days: Any, told: Any, opens: Any) -> None:
        rules = policy(proposition(**days))
        assert Catalogue(rules).look(known(rules)).fit[0] == Verdict(Gate.FIT, False, Reason.NOT_VALID, told, opens)

    def test_what_stands_beside_it(self) -> None:
        rules = policy(proposition(excludes=["tv"]), proposition("tv"), proposition("other"))
        who, catalogue = known(rules, held=held(a_grant("tv"))), Catalogue(rules)
        assert catalogue.rival("fibre", who) == a_grant("tv")
        assert catalogue.rival("other", who) is None
        assert catalogue.rival("tv", who) is None


class TestMeasured:
    def test_money_is_that_of_the_policy(self) -> None:
        """What was spent in another currency is none of it."""
        rules = policy(proposition(eligible={"spent": {"at_least": 100}}))
        for currency, fits in (("IRR", True), ("EUR", False)):
            who = known(rules, Facts(purchases=(Purchase(NOON - DAY, 100, currency),)))
            assert Catalogue(rules).look(who).fit[0].is_open is fits

    def test_what_nobody_was_granted_or_asked_is_told_as_that(self) -> None:
        when = {"holds": {"other": False}, "answered": {"other": {"last": "none"}}}
        rules = policy(proposition(eligible=when), proposition("other"))
        verdict = Catalogue(rules).look(known(rules)).fit[0]
        assert list(verdict.inputs.values()) == ["no", "none"]

    def test_the_segment_is_the_one_that_the_rules_say(self) -> None:
        segments = [{"name": "few", "when": {"purchases": {"below": 3}}}]
        rules = policy(proposition(eligible={"segment": "few"}), segments=segments)
        for bought, fits in ((0, True), (3, False)):
            purchases = tuple(Purchase(NOON - DAY, 100, "IRR") for _ in range(bought))
            assert Catalogue(rules).look(known(rules, Facts(purchases=purchases))).fit[0].is_open is fits

    def test_who_answered_last_counts_whatever_it_was(self) -> None:
        rules = policy(proposition(), proposition("other"))
        early, late = answered(Response.DEFERRED, NOON - DAY, NOON), answered(Response.ACCEPTED, NOON)
        for own, account in ((early, late), (late, early)):
            who = known(rules, held=held(answers={"other": own}), account=held(answers={"other": account}))
            assert who.answer("other") == late

    def test_levers_that_hold_are_told_in_the_order_of_the_file(self) -> None:
        levers = [
            {"name": "a", "weight": 25, "when": {"purchases": {"at_least": 1}}},
            {"name": "b", "weight": -10, "when": {"holds": {"other": True}}},
            {"name": "c", "weight": 5, "when": {"answered": {"other": {"last": "declined"}}}},
            {"name": "d", "weight": 7},
        ]
        rules = policy(proposition(levers=levers), proposition("other"))

        def moved(**who: Any) -> list[str]:
            told: Known = known(rules, **who)
            return [one.name for one in moved_by(rules.propositions[0], told)]

        said = held(a_grant("other"), answers={"other": answered(Response.DECLINED)})
        assert moved() == ["d"]
        assert moved(facts=Facts(purchases=(Purchase(NOON - DAY, 100, "IRR"),))) == ["a", "d"]
        assert moved(held=held(a_grant("other"))) == ["b", "d"]
        assert moved(held=held(answers={"other": answered(Response.DECLINED)})) == ["c", "d"]
        assert moved(held=said) == moved(account=said) == ["b", "c", "d"]


class TestSayable:
    RULES = rules_of(parse_path_policy(POLICY))

    @pytest.mark.parametrize(
        ("question", "field", "message"),
        [
            (
                inbound(purpose=Purpose.RECOVERY, propositions=("fibre",)),
                "purpose",
                "fibre is for promotional contacts, not for recovery",
            ),
            (
                inbound(sender=Sender.DEALER, propositions=("sorry",)),
                "propositions",
                "sorry is not for dealers to say: see its senders",
            ),
            (
                outbound(propositions=("sorry",), purpose=None),
                "propositions",
                "sorry is not for campaigns to say: see its senders",
            ),
            (
                inbound(channels=(Channel.IN_PERSON,), propositions=("sorry", "fibre")),
                "channels",
                "sorry is said on email, phone alone",
            ),
            (
                outbound(channels=(Channel.IN_PERSON,)),
                "channels",
                "nobody is contacted on in_person: use one of email, phone, sms, web",
            ),
        ],
    )
    def test_what_could_be_said_to_nobody_names_its_field(self, question: Any, field: str, message: str) -> None:
        with pytest.raises(InvalidError) as refused:
            check_sayable(question, self.RULES)
        assert (refused.value.field, str(refused.value)) == (field, message)

    @pytest.mark.parametrize(
        "question",
        [
            inbound(sender=Sender.DEALER, propositions=("sorry", "fibre")),
            inbound(purpose=Purpose.RECOVERY, propositions=("sorry",)),
            inbound(propositions=("fibre",)),
            inbound(channels=(Channel.WEB, Channel.IN_PERSON)),
            outbound(channels=(Channel.IN_PERSON, Channel.SMS)),
            outbound(channels=(Channel.IN_PERSON,), proposes=False, came_in=CameIn(Channel.IN_PERSON, "")),
        ],
    )
    def test_what_could_be_said_to_somebody_may_be_asked(self, question: Any) -> None:
        check_sayable(question, self.RULES)

    def test_the_hub_is_named_as_one(self) -> None:
        policy = POLICY.replace('senders = ["agent", "hub"]', 'senders = ["agent"]')
        with pytest.raises(InvalidError, match="sorry is not for the hub to say"):
            check_sayable(inbound(sender=Sender.HUB, propositions=("sorry",)), rules_of(parse_path_policy(policy)))


def _conflict(**who: Any) -> Verdict:
    rules = policy(proposition())
    return Catalogue(rules).look(known(rules, **who)).conflict[0]
