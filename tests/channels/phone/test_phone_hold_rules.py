"""Given a call, when its agent's phone puts it on hold, then the hub hears so, and says when there is music."""

from hub.channels.phone.actions import Signal
from hub.channels.phone.decide import decide
from hub.channels.phone.events import read
from hub.channels.phone.happenings import PutOnHold
from tests.channels.phone.lived_calls import LEG, NOON, PLAIN, TALKS, asked, lived, signals, told


def test_the_hold_key_is_told_and_music_comes_with_the_hubs_word() -> None:
    call, _ = lived(*TALKS)
    ids = set()
    for on, signal, first in (
        (True, "held", "POST /bridges/talk-call-c1/removeChannel"),
        (False, "resumed", "DELETE /channels/c1/moh"),
    ):
        call, actions = decide(call, PutOnHold(NOON, LEG, on=on), PLAIN)
        assert (signals(actions), asked(actions)) == ([signal], [])
        [said] = [one for one in actions if isinstance(one, Signal)]
        assert said.details == {"interaction_id": "interaction-1", "agent_id": "ann"}
        ids.add(said.id)
        call, actions = decide(call, told(signal, agent_id="ann"), PLAIN)
        assert asked(actions)[0] == first
    assert len(ids) == 2


def test_what_is_so_already_and_the_customers_own_hold_key_are_nothing_new() -> None:
    call, _ = lived(*TALKS)
    assert decide(call, PutOnHold(NOON, LEG, on=False), PLAIN) == (call, [])
    assert decide(call, PutOnHold(NOON, "c1", on=True), PLAIN) == (call, [])
    assert decide(call, PutOnHold(NOON, "leg of nobody", on=True), PLAIN) == (call, [])


def test_asterisk_tells_of_it() -> None:
    for kind, on in (("ChannelHold", True), ("ChannelUnhold", False)):
        heard = read({"type": kind, "channel": {"id": LEG}, "musicclass": "default"}, NOON)
        assert heard is not None
        assert (heard.happening, heard.channel) == (PutOnHold(NOON, LEG, on=on), LEG)
