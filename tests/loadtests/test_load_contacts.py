from datetime import UTC, datetime, timedelta

from hub.domain.contact import Channel
from loadtests.contacts import contact_maker
from loadtests.plan import arrivals, load_of

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_contacts_use_all_channels_and_some_customers_come_again() -> None:
    make = contact_maker(seed=1)
    found = [make(arrival, START) for arrival in arrivals(load_of(100, 80, 3))]
    assert {one.path.channel for one in found} == set(Channel)
    callers = {one.path.address for one in found}
    assert 0.6 < len(callers) / len(found) < 0.8
    assert len({one.id for one in found}) == len(found)


def test_a_contact_happens_when_it_is_due_and_is_the_same_for_the_same_seed() -> None:
    planned = list(arrivals(load_of(100, 80, 1)))
    one = contact_maker(seed=7)(planned[3], START)
    assert one.occurred_at == START + timedelta(seconds=planned[3].due)
    first, again = contact_maker(seed=7), contact_maker(seed=7)
    assert [first(arrival, START) for arrival in planned] == [again(arrival, START) for arrival in planned]
