"""Given a question to which there is nothing to say, then each candidate is shown with what keeps it back."""

from hub.domain.cases.events import Severity
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.paths.consent.purposes import Gate
from hub.paths.decision.kept_back import KeptBack, Rule, every_candidate
from hub.paths.decision.question import CameIn, Question
from hub.paths.gates.verdict import Reason
from hub.paths.propositions.model import Sender
from tests.paths.decisions import ANN, MAIL, PHONE, World, at, complaint, consent, inbound, outbound

SMS, EMAIL, WEB, IN_PERSON = Channel.SMS, Channel.EMAIL, Channel.WEB, Channel.IN_PERSON
YES = (ANN, consent(at(-1), PHONE, SMS, said=True))
OWN = [Gate.FIT, Gate.CONFLICT, Gate.HOLDOUT]


def told(question: Question, world: World) -> list[KeptBack]:
    return list(every_candidate(world.decide(question), world.rules))


def rules(found: list[KeptBack]) -> list[tuple[str, Channel, str, Rule | None]]:
    return [(one.candidate.proposition, one.candidate.channel, one.candidate.path, one.rule) for one in found]


class TestPropositions:
    def test_on_a_path_that_there_is_only_gates_keep_one_back(self) -> None:
        fibre, *_ = told(outbound(channels=(SMS, EMAIL), propositions=("fibre",)), World(YES))
        assert (fibre.rule, fibre.is_open) == (None, True)
        found = told(outbound(channels=(SMS, EMAIL), propositions=("fibre",)), World())
        assert rules(found) == [("fibre", SMS, PHONE.point, None), ("fibre", EMAIL, MAIL.point, None)]
        assert [one.is_open for one in found] == [False, False]

    def test_without_an_address_there_its_own_gates_are_told_all_the_same(self) -> None:
        found = told(outbound(channels=(WEB, SMS), propositions=("tv",), point=MAIL.point), World(YES))
        assert rules(found) == [("tv", WEB, "", Rule.NO_ADDRESS), ("tv", SMS, "", Rule.NO_ADDRESS)]
        for one in found:
            assert [verdict.gate for verdict in one.candidate.verdicts] == OWN
            assert one.candidate.verdicts[0].reason is Reason.NOT_APPLICABLE

    def test_what_no_gate_keeps_back_is_not_open_for_that(self) -> None:
        [fibre] = told(outbound(channels=(WEB,), propositions=("fibre",)), World(YES))
        assert (fibre.candidate.is_open, fibre.is_open, fibre.rule) == (True, False, Rule.NO_ADDRESS)

    def test_a_channel_that_it_is_not_for_is_named_and_so_is_one_without_it(self) -> None:
        found = told(inbound(channels=(IN_PERSON, Channel.PHONE), purpose=Purpose.PROMOTIONAL), World())
        assert rules(found) == [
            ("fibre", Channel.PHONE, PHONE.point, None), ("tv", Channel.PHONE, PHONE.point, None),
            ("fibre", IN_PERSON, "", Rule.CHANNEL), ("tv", IN_PERSON, "", Rule.CHANNEL),
        ]  # fmt: skip

    def test_who_asks_may_not_say_it(self) -> None:
        world = World((ANN, complaint(at(-1), Severity.LOW)))
        dealer, agent = (
            [one for one in told(inbound(sender=sender), world) if one.candidate.proposition == "sorry"]
            for sender in (Sender.DEALER, Sender.AGENT)
        )
        assert [(one.rule, one.candidate.is_open, one.is_open) for one in dealer] == [(Rule.SENDER, True, False)]
        assert [(one.rule, one.is_open) for one in agent] == [(None, True)]


class TestNothingToPropose:
    def test_where_there_is_no_proposition_the_paths_are_shown_with_their_gates(self) -> None:
        world = World(policy='[[stages]]\nname = "acquisition"\n\n[[value_tiers]]\nname = "standard"\n')
        found = told(outbound(channels=(SMS, WEB)), world)
        assert rules(found) == [("", SMS, PHONE.point, Rule.NO_PROPOSITION), ("", WEB, "", Rule.NO_PROPOSITION)]
        assert Reason.DEFAULT_DENIED in {verdict.reason for verdict in found[0].candidate.verdicts}
        assert found[1].candidate.verdicts == ()
        assert not any(one.is_open for one in found)

    def test_of_a_contact_that_proposes_nothing_each_channel_is_shown_once(self) -> None:
        found = told(outbound(channels=(SMS, WEB), purpose=Purpose.SERVICE, proposes=False), World())
        assert rules(found) == [("", SMS, PHONE.point, None), ("", WEB, "", Rule.NO_ADDRESS)]
        assert [one.is_open for one in found] == [True, False]

    def test_a_reply_leaves_by_the_path_the_contact_came_in_on(self) -> None:
        question = outbound(
            channels=(SMS, EMAIL), purpose=Purpose.REPLY, proposes=False, came_in=CameIn(SMS, PHONE.point)
        )
        found = told(question, World())
        assert rules(found) == [("", SMS, PHONE.point, None), ("", EMAIL, "", Rule.OTHER_PATH)]
