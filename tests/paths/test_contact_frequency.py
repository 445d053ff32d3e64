"""Given the contacts of a customer and of an account, when one more is wanted, then no window is ever too full."""

import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from hub.domain.capacity.events import PathPlaceGivenBack
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.paths.consent.purposes import PURPOSES, Gate
from hub.paths.frequency.ledger import account_ledger, customer_ledger
from hub.paths.frequency.reserving import Parties, Rules, Wanted, move, release, reserve, room
from hub.paths.frequency.section import Cap, Whose
from hub.paths.frequency.windows import fits
from hub.paths.gates.verdict import Inputs, Reason, Verdict
from tests.paths.slots import ACME, ANN, BEN, META, Streams, contact, hour, wanted

HOURS = st.integers(0, 60)
CAPS = TypeAdapter(tuple[Cap, ...])


def rules(text: str) -> Rules:
    return Rules("p1", CAPS.validate_python(tuple(tomllib.loads(text)["frequency"])), PURPOSES)


ONE_A_DAY = rules("[[frequency]]\nmost = 1\ndays = 1\n")
TWO_A_DAY = rules("[[frequency]]\nmost = 2\ndays = 1\n")
OF_ACCOUNT = rules('[[frequency]]\nmost = 1\ndays = 1\nof = "account"\n')


def taken(streams: Streams, *slots: Wanted, by: Rules = ONE_A_DAY, **who: Any) -> Streams:
    for slot in slots:
        streams.write(reserve(streams.parties(**who), slot, by, **META))
    return streams


class TestSlidingWindow:
    def test_the_evening_and_the_midnight_after_it_are_one_day(self) -> None:
        """Braze counts by days of the calendar: 23:00 and 00:00 pass there."""
        streams = taken(Streams(), wanted("a", 23))
        verdict = room(streams.parties(), wanted("b", 24), ONE_A_DAY)
        assert (verdict.is_open, verdict.reason, verdict.opens_at) == (False, Reason.CAPPED, hour(47))
        with pytest.raises(RefusedError, match="from 2026-01-06 23:00 UTC on there is room"):
            reserve(streams.parties(), wanted("b", 24), ONE_A_DAY, **META)

    def test_the_window_is_open_at_its_start(self) -> None:
        streams = taken(Streams(), wanted("a", 0))
        assert not room(streams.parties(), wanted("b", 23.999), ONE_A_DAY).is_open
        assert room(streams.parties(), wanted("b", 24), ONE_A_DAY).is_open

    def test_a_contact_that_is_to_come_counts_in_the_windows_that_hold_it(self) -> None:
        streams = taken(Streams(), wanted("a", 48))
        assert room(streams.parties(), wanted("b", 24), ONE_A_DAY).is_open
        verdict = room(streams.parties(), wanted("b", 24.5), ONE_A_DAY)
        assert (verdict.is_open, verdict.opens_at) == (False, hour(72))

    def test_what_it_looked_at_is_told(self) -> None:
        streams = taken(Streams(), wanted("a", 23))
        verdict = room(streams.parties(), wanted("b", 24), ONE_A_DAY)
        cap = {"rule": 1, "of": "customer", "most": 1, "hours": 24, "counted": 1}
        inputs: Inputs = {"caps": [cap], "full": [1]}
        assert verdict == Verdict(Gate.FREQUENCY, False, Reason.CAPPED, inputs, hour(47))
        assert str(verdict.inputs["caps"]) == str([cap])
        free = room(streams.parties(), wanted("b", 47), ONE_A_DAY)
        nothing: Inputs = {"caps": [{**cap, "counted": 0}]}
        assert free == Verdict(Gate.FREQUENCY, True, Reason.WITHIN_CAPS, nothing)

    @for_all(st.lists(st.integers(0, 60), max_size=12), st.integers(0, 60), st.integers(1, 20), st.integers(1, 4))
    def test_it_fits_if_no_window_at_any_moment_is_too_full(
        self, held: list[int], at: int, window: int, most: int
    ) -> None:
        times = sorted(hour(one) for one in held)
        together = sorted([*held, at])
        plain = all(
            sum(end - window < one <= end for one in together) <= most for end in range(100) if end - window < at <= end
        )
        assert fits(times, hour(at), timedelta(hours=window), most) == plain


class TestWhatCounts:
    def test_channels_and_purposes_that_a_cap_names(self) -> None:
        streams = taken(Streams(), wanted("a", 0))
        by = rules('[[frequency]]\nmost = 1\ndays = 1\nchannels = ["sms"]\npurposes = ["promotional"]\n')
        assert not room(streams.parties(), wanted("b", 1), by).is_open
        assert room(streams.parties(), wanted("b", 1, channel=Channel.PHONE), by).is_open
        assert room(streams.parties(), wanted("b", 1, purpose=Purpose.SURVEY), by).is_open
        assert not room(streams.parties(), wanted("b", 1, purpose=Purpose.SURVEY), ONE_A_DAY).is_open

    @pytest.mark.parametrize("purpose", [Purpose.REPLY, Purpose.TRANSACTIONAL, Purpose.RECOVERY])
    def test_what_customers_wait_for_takes_no_slot_and_counts_never(self, purpose: Purpose) -> None:
        streams = Streams()
        streams.write(reserve(streams.parties(), wanted("a", 0, purpose=purpose), ONE_A_DAY, **META))
        streams.write([(ANN, contact(ContactSent, "x", 0, purpose=purpose.value))])
        assert room(streams.parties(), wanted("b", 1), ONE_A_DAY).is_open
        assert not any(isinstance(event, ContactSlotReserved) for _, event in streams.log)

    def test_what_an_agent_or_a_dealer_did_and_told_afterwards_counts(self) -> None:
        streams = Streams()
        streams.write([(ANN, contact(ContactSent, "x", 0, sender="dealer-7"))])
        assert not room(streams.parties(), wanted("b", 1), ONE_A_DAY).is_open

    def test_what_had_no_slot_counts_on_its_channel_alone(self) -> None:
        by_mail = rules('[[frequency]]\nmost = 1\ndays = 1\nchannels = ["email"]\n')
        streams = Streams()
        streams.write([(ANN, contact(ContactSent, "x", 0))])
        assert room(streams.parties(), wanted("b", 1, channel=Channel.EMAIL), by_mail).is_open
        streams.write([(ANN, contact(ContactSent, "y", 0, channel=Channel.EMAIL))])
        assert not room(streams.parties(), wanted("b", 1, channel=Channel.EMAIL), by_mail).is_open

    def test_a_purpose_nobody_knows_counts_as_promotional(self) -> None:
        streams = Streams()
        streams.write([(ANN, contact(ContactSent, "x", 0, purpose="nice weather"))])
        assert not room(streams.parties(), wanted("b", 1), ONE_A_DAY).is_open

    def test_what_is_said_in_a_thread_of_theirs_never_counts(self) -> None:
        streams = Streams()
        streams.write([(ANN, contact(ContactReceived, "in", 0, thread="chat-1"))])
        streams.write([(ANN, contact(ContactSent, f"out-{one}", 0.1, thread="chat-1")) for one in range(5)])
        assert room(streams.parties(), wanted("b", 1), ONE_A_DAY).is_open

    def test_what_a_machine_answered_makes_no_thread_of_theirs(self) -> None:
        streams = Streams()
        streams.write([(ANN, contact(ContactReceived, "in", 0, thread="mail-1", auto=True))])
        streams.write([(ANN, contact(ContactSent, "out", 0.1, thread="mail-1"))])
        assert not room(streams.parties(), wanted("b", 1), ONE_A_DAY).is_open

    def test_a_message_in_parts_counts_once_and_so_does_one_that_had_its_slot(self) -> None:
        streams = taken(Streams(), wanted("a", 0), by=TWO_A_DAY)
        streams.write([(ANN, contact(ContactSent, "a", 0)) for _ in range(3)])
        assert room(streams.parties(), wanted("b", 1), TWO_A_DAY).is_open
        taken(streams, wanted("b", 1), by=TWO_A_DAY)
        assert not room(streams.parties(), wanted("c", 2), TWO_A_DAY).is_open


class TestSlots:
    def test_a_slot_stands_in_the_streams_of_point_customer_and_account(self) -> None:
        told = reserve(
            Streams().parties(ANN, BEN, account=ACME),
            wanted("a", 0, customer_id=BEN, account_id=ACME, decision_id="decision-1"),
            ONE_A_DAY,
            **META,
        )
        assert [stream for stream, _ in told] == [ANN, BEN, ACME]
        assert told[0][1] == ContactSlotReserved(
            **META, slot_id="a", customer_id=BEN, account_id=ACME, policy="p1", due_at=hour(0), channel=Channel.SMS,
            purpose=Purpose.PROMOTIONAL, sender="hub", decision_id="decision-1",
        )  # fmt: skip

    def test_it_is_released_in_each_of_them_and_says_whose_it_was(self) -> None:
        streams = Streams()
        slot = wanted("a", 0, customer_id=BEN, account_id=ACME)
        streams.write(reserve(streams.parties(ANN, BEN, account=ACME), slot, ONE_A_DAY, **META))
        told = release(streams.parties(ANN, BEN, account=ACME), "a", "x", policy="p1", **META)
        whose = {"slot_id": "a", "customer_id": BEN, "account_id": ACME}
        released = ContactSlotReleased(**META, **whose, policy="p1", reason="x")
        assert told == [(stream, released) for stream in (ANN, BEN, ACME)]

    def test_a_contact_that_has_its_slot_is_not_in_its_own_way(self) -> None:
        """Else what was reserved when it was decided on could never be sent."""
        streams = taken(Streams(), wanted("a", 0))
        assert room(streams.parties(), wanted("a", 0.5), ONE_A_DAY).is_open
        assert not room(streams.parties(), wanted("b", 0.5), ONE_A_DAY).is_open

    def test_the_same_again_is_nothing_new_another_contact_is_refused(self) -> None:
        streams = taken(Streams(), wanted("a", 0))
        assert reserve(streams.parties(), wanted("a", 0), ONE_A_DAY, **META) == []
        with pytest.raises(RefusedError, match="slot_id 'a' is taken already, reserved for another contact"):
            reserve(streams.parties(), wanted("a", 90), ONE_A_DAY, **META)

    def test_a_slot_that_is_released_is_free(self) -> None:
        streams = taken(Streams(), wanted("a", 0))
        streams.write(release(streams.parties(), "a", "failed", policy="p1", **META))
        assert room(streams.parties(), wanted("b", 1), ONE_A_DAY).is_open
        with pytest.raises(RefusedError, match="slot_id 'a' is taken already, released: failed"):
            reserve(streams.parties(), wanted("a", 0), ONE_A_DAY, **META)

    def test_releasing_twice_is_refused(self) -> None:
        streams = taken(Streams(), wanted("a", 0))
        streams.write(release(streams.parties(), "a", "failed", policy="p1", **META))
        with pytest.raises(RefusedError, match="slot_id 'a' was released already: failed"):
            release(streams.parties(), "a", "failed", policy="p1", **META)

    def test_what_can_not_be_is_refused(self) -> None:
        streams = taken(Streams(), wanted("a", 0))
        with pytest.raises(NotFoundError, match="slot_id 'b': customer-ann has no such slot"):
            release(streams.parties(), "b", "failed", policy="p1", **META)
        too_long, reason = "x" * 201, "say in 1 to 64 characters why it was not made"
        for field, message, call in (
            ("reason", reason, lambda: release(streams.parties(), "a", " ", policy="p1", **META)),
            ("reason", reason, lambda: release(streams.parties(), "a", "x" * 65, policy="p1", **META)),
            ("slot_id", "name the slot in 1 to 200 characters",
             lambda: reserve(streams.parties(), wanted("", 0), ONE_A_DAY, **META)),
            ("slot_id", "name the slot in 1 to 200 characters",
             lambda: reserve(streams.parties(), wanted(too_long, 0), ONE_A_DAY, **META)),
            ("customer_id", "customer-ben is neither customer customer-ann nor linked with them",
             lambda: reserve(streams.parties(), wanted("c", 0, customer_id=BEN), ONE_A_DAY, **META)),
        ):  # fmt: skip
            with pytest.raises(InvalidError) as refused:
                call()
            assert (refused.value.field, str(refused.value)) == (field, message)

    def test_what_is_just_short_enough_is_taken(self) -> None:
        name, reason = "x" * 200, "y" * 64
        streams = taken(Streams(), wanted(name, 0))
        [(_, event)] = release(streams.parties(), name, f" {reason} ", policy="p1", **META)
        assert isinstance(event, ContactSlotReleased)
        assert (event.slot_id, event.reason, event.policy) == (name, reason, "p1")

    def test_what_was_sent_and_did_not_arrive_is_free_what_was_sent_though_it_was_released_counts(self) -> None:
        bounced = taken(Streams(), wanted("a", 0))
        bounced.write([(ANN, contact(ContactSent, "a", 0))])
        bounced.write(release(bounced.parties(), "a", "failed", policy="p1", **META))
        assert room(bounced.parties(), wanted("b", 1), ONE_A_DAY).is_open
        late = taken(Streams(), wanted("a", 0))
        late.write(release(late.parties(), "a", "held", policy="p1", **META))
        late.write([(ANN, contact(ContactSent, "a", 0))])
        assert not room(late.parties(), wanted("b", 1), ONE_A_DAY).is_open

    def test_what_was_sent_for_a_slot_counts_for_what_was_reserved_from_when_it_was_sent(self) -> None:
        """Whatever whoever sent it says it was for: else a reply would be the way around every cap."""
        streams = taken(Streams(), wanted("a", 0))
        streams.write([(ANN, contact(ContactSent, "a", 1, purpose="reply"))])
        verdict = room(streams.parties(), wanted("b", 24.5), ONE_A_DAY)
        assert (verdict.is_open, verdict.opens_at) == (False, hour(25))

    def test_a_contact_that_is_made_later_moves_its_slot(self) -> None:
        streams = taken(Streams(), wanted("a", 0), wanted("z", 30))
        assert move(streams.parties(), "a", wanted("a", 0), ONE_A_DAY, **META) == []
        told = move(streams.parties(), "a", wanted("b", 2), ONE_A_DAY, **META)
        assert [type(event) for _, event in told] == [ContactSlotReleased, ContactSlotReserved]
        assert isinstance(told[0][1], ContactSlotReleased)
        assert told[0][1].reason == "moved"
        with pytest.raises(RefusedError, match="often enough"):
            move(streams.parties(), "a", wanted("b", 7), ONE_A_DAY, **META)

    @pytest.mark.parametrize(
        "more", [{"channel": Channel.PHONE}, {"purpose": Purpose.SERVICE}, {"account_id": ACME}, {"path": "path-1"}]
    )
    def test_a_contact_made_otherwise_than_its_slot_is_for_moves_it(self, more: dict[str, Any]) -> None:
        streams = taken(Streams(), wanted("a", 0))
        told = move(streams.parties(ANN, account=ACME), "a", wanted("b", 0, **more), ONE_A_DAY, **META)
        streams.write(told)
        slot = streams.slots[ANN].reserved["b"]
        assert {name: getattr(slot, name) for name in more} == more
        assert streams.slots[ANN].reserved["a"].released == "moved"

    def test_a_slot_that_is_released_gives_its_place_on_a_limited_path_back(self) -> None:
        streams = taken(Streams(), wanted("a", 0, path="path-1"))
        told = release(streams.parties(), "a", "failed", policy="p1", **META)
        assert told[-1] == ("path-1", PathPlaceGivenBack(**META, contact_id="a"))
        assert [stream for stream, _ in told] == [ANN, "path-1"]

    def test_what_has_not_to_pass_frequency_is_counted_and_never_refused(self) -> None:
        rule = replace(ONE_A_DAY.table[Purpose.RECOVERY], is_counted=True)
        rules = ONE_A_DAY._replace(table={**ONE_A_DAY.table, Purpose.RECOVERY: rule})
        streams = taken(Streams(), wanted("a", 0), by=rules)
        streams.write(reserve(streams.parties(), wanted("b", 1, purpose=Purpose.RECOVERY), rules, **META))
        assert "b" in streams.slots[ANN].reserved
        with pytest.raises(RefusedError, match="often enough"):
            reserve(streams.parties(), wanted("c", 2), rules, **META)

    def test_a_slot_moves_in_all_streams_that_hold_it(self) -> None:
        """Else the account would count it twice, or the customer be asked at both moments."""
        streams, people = Streams(), {"account": ACME, "people": (ANN, BEN)}
        slot = wanted("a", 0, customer_id=BEN, account_id=ACME)
        streams.write(reserve(streams.parties(ANN, BEN, **people), slot, OF_ACCOUNT, **META))
        later = wanted("b", 2, customer_id=BEN, account_id=ACME)
        told = move(streams.parties(ANN, BEN, **people), "a", later, OF_ACCOUNT, **META)
        assert [(stream, type(event)) for stream, event in told] == [
            (stream, kind) for kind in (ContactSlotReleased, ContactSlotReserved) for stream in (ANN, BEN, ACME)
        ]

    def test_a_slot_moves_to_no_moment_at_which_somebody_else_of_the_account_is_contacted(self) -> None:
        streams, people = Streams(), {"account": ACME, "people": (ANN, BEN)}
        for who, at in ((BEN, 0), (ANN, 30)):
            slot = wanted(who, at, customer_id=who, account_id=ACME)
            streams.write(reserve(streams.parties(who, **people), slot, OF_ACCOUNT, **META))
        later = wanted("b", 7, customer_id=BEN, account_id=ACME)
        with pytest.raises(RefusedError, match="often enough"):
            move(streams.parties(BEN, **people), BEN, later, OF_ACCOUNT, **META)

    def test_a_slot_does_not_move_to_somebody_else(self) -> None:
        streams = taken(Streams(), wanted("a", 0))
        with pytest.raises(InvalidError) as refused:
            move(streams.parties(), "a", wanted("b", 2, customer_id=BEN), ONE_A_DAY, **META)
        assert refused.value.field == "customer_id"


class TestAccounts:
    def test_all_people_of_an_account_are_counted_together(self) -> None:
        streams, people = Streams(), (ANN, BEN)
        slot = wanted("a", 0, account_id=ACME)
        streams.write(reserve(streams.parties(ANN, account=ACME, people=people), slot, OF_ACCOUNT, **META))
        ben = streams.parties(BEN, account=ACME, people=people)
        assert not room(ben, wanted("b", 1, customer_id=BEN, account_id=ACME), OF_ACCOUNT).is_open
        assert room(ben, wanted("b", 1, customer_id=BEN), OF_ACCOUNT).is_open
        streams.write(release(streams.parties(ANN, account=ACME, people=people), "a", "failed", policy="p1", **META))
        ben = streams.parties(BEN, account=ACME, people=people)
        assert room(ben, wanted("b", 1, customer_id=BEN, account_id=ACME), OF_ACCOUNT).is_open

    def test_an_account_of_which_nothing_was_written_yet_has_none(self) -> None:
        assert account_ledger(ACME, {}) == ()

    def test_what_a_dealer_told_of_one_of_them_counts(self) -> None:
        streams = Streams()
        streams.write([(ANN, contact(ContactSent, "x", 0))])
        whole = streams.parties(BEN, account=ACME, people=(ANN, BEN)).account
        assert [entry.name for entry in account_ledger(ACME, whole)] == ["x"]


class TestLinks:
    def test_linked_customers_are_counted_as_one_and_apart_again_as_if_never_linked(self) -> None:
        streams = Streams()
        taken(streams, wanted("before", 0))
        assert not room(streams.parties(ANN, BEN), wanted("b", 1, customer_id=BEN), ONE_A_DAY).is_open
        streams.write(reserve(streams.parties(ANN, BEN), wanted("linked", 30, customer_id=BEN), ONE_A_DAY, **META))
        assert [one.name for one in customer_ledger(streams.parties(ANN).customer)] == ["before"]
        assert [one.name for one in customer_ledger(streams.parties(BEN).customer)] == ["linked"]
        assert [one.name for one in customer_ledger(streams.parties(ANN, BEN).customer)] == ["before", "linked"]

    def test_a_slot_released_after_the_link_is_gone_is_released_in_the_next_one_too(self) -> None:
        streams = Streams()
        streams.write(reserve(streams.parties(ANN, BEN), wanted("a", 0, customer_id=BEN), ONE_A_DAY, **META))
        streams.write(release(streams.parties(BEN), "a", "failed", policy="p1", **META))
        assert customer_ledger(streams.parties(ANN, BEN).customer) == ()


def too_full(times: list[datetime], cap: Cap) -> bool:
    """The plain words: for every t there is a contact at."""
    return any(sum(end - cap.window < one <= end for one in times) > cap.most for end in times)


STEP = st.tuples(
    st.sampled_from(["reserve", "reserve", "reserve", "release"]),
    st.sampled_from([ANN, BEN]),
    st.integers(0, 80),
    st.sampled_from([Channel.SMS, Channel.EMAIL]),
    st.sampled_from([Purpose.PROMOTIONAL, Purpose.SURVEY, Purpose.REPLY]),
)
SEVERAL = rules(
    "[[frequency]]\nmost = 2\nhours = 20\n"
    '[[frequency]]\nmost = 1\nhours = 9\nchannels = ["sms"]\npurposes = ["promotional"]\n'
    '[[frequency]]\nmost = 3\nhours = 30\nof = "account"\n'
)


@settings(max_examples=300)
@for_all(st.lists(st.lists(STEP, min_size=1, max_size=4), max_size=12))
def test_no_window_is_ever_exceeded_whoever_decides_at_once(rounds: list[list[tuple[Any, ...]]]) -> None:
    """Several decide on the same state at once; who finds that a stream has moved on decides again, as the store makes
    them do. Two people of one account, several caps, releases in between."""
    streams = Streams()
    for number, together in enumerate(rounds):
        stale = {
            who: (streams.parties(who, account=ACME, people=(ANN, BEN)), dict(streams.versions)) for who in (ANN, BEN)
        }
        for place, (what, who, at, channel, purpose) in enumerate(together):
            parties, versions = stale[who]
            slot = wanted(f"s{number}.{place}", at, customer_id=who, account_id=ACME, channel=channel, purpose=purpose)
            told = attempt(what, parties, slot, number)
            if any(streams.versions.get(stream, 0) != versions.get(stream, 0) for stream, _ in told):
                told = attempt(what, parties_of(streams, who), slot, number)
            streams.write(told)
        check(streams)


def parties_of(streams: Streams, who: str) -> Parties:
    return streams.parties(who, account=ACME, people=(ANN, BEN))


def attempt(what: str, parties: Parties, slot: Wanted, number: int) -> list[Any]:
    try:
        if what == "reserve":
            return reserve(parties, slot, SEVERAL, **META)
        return release(parties, f"s{number - 1}.0", "failed", policy="p1", **META)
    except (RefusedError, NotFoundError):
        return []


def check(streams: Streams) -> None:
    ledgers = [customer_ledger(streams.parties(who).customer) for who in (ANN, BEN)]
    of_account = account_ledger(ACME, streams.parties(ANN, account=ACME, people=(ANN, BEN)).account)
    assert sorted(one for ledger in ledgers for one in ledger) == list(of_account)
    for cap in SEVERAL.caps:
        for ledger in ledgers if cap.of is Whose.CUSTOMER else [of_account]:
            assert not too_full([one.at for one in ledger if cap.counts(one.channel, one.purpose)], cap)


@for_all(st.lists(st.integers(0, 80), max_size=15), st.integers(0, 80))
def test_the_next_moment_with_room_is_the_first_there_is(held: list[int], at: int) -> None:
    streams = Streams()
    streams.write([(ANN, contact(ContactSent, f"x{number}", one)) for number, one in enumerate(held)])
    parties = streams.parties()
    found = room(parties, wanted("b", at), SEVERAL)
    opens = hour(at) if found.is_open else found.opens_at
    plain = next(one for one in range(at, 200) if room(parties, wanted("b", one), SEVERAL).is_open)
    assert opens == hour(plain)
