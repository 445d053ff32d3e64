"""What an adapter can't reach is said from when it was first missed until it is reached."""

from datetime import timedelta

from hub.channels.unreached import Unreached, carrier_of, kamailio
from tests.api.world import NOON
from tests.support.clocks import MovedClock


def test_it_stands_since_it_was_first_missed_until_it_is_reached() -> None:
    clock = MovedClock(NOON)
    unreached = Unreached(clock)
    line, edge = unreached.of(carrier_of("3000")), unreached.of(kamailio("k1"))
    line(True)
    assert unreached.told() == ()
    line(False)
    clock.moment += timedelta(minutes=1)
    line(False)
    edge(False)
    first, second = unreached.told()
    assert first == ("line 3000: its carrier can't be reached", NOON.isoformat())
    assert second.since == clock.moment.isoformat()
    line(True)
    assert [one.said for one in unreached.told()] == ["Kamailio k1 does not answer"]
