"""What agents have room for: units, ceilings, closed channels, and what may be paused."""

from hub.router.matching.candidates import Rule, candidates
from hub.router.matching.matcher import Matcher
from tests.router.matchers import add_agent, add_asking, add_equipped, add_work, match_all


def test_an_agent_with_room_for_several_gets_several():
    matcher = Matcher()
    add_agent(matcher, "a", 0.0)
    for number in range(4):
        add_asking(matcher, f"chat {number}", float(number), units=30)

    assert match_all(matcher, 5.0) == [("chat 0", "a"), ("chat 1", "a"), ("chat 2", "a")]


def test_a_ceiling_limits_the_pieces_of_a_channel_and_no_other():
    matcher = Matcher()
    agent = add_equipped(matcher, "a", 0.0, {}, ceilings={"web": 1})
    first = add_asking(matcher, "chat 1", 1.0, units=10, channel="web")
    add_asking(matcher, "chat 2", 2.0, units=10, channel="web")
    add_asking(matcher, "mail", 3.0, units=10, channel="email")

    assert match_all(matcher, 5.0) == [("chat 1", "a"), ("mail", "a")]
    matcher.release(first, agent)
    assert match_all(matcher, 6.0) == [("chat 2", "a")]


def test_work_of_no_channel_counts_with_no_other():
    matcher = Matcher()
    add_equipped(matcher, "a", 0.0, {}, ceilings={"": 1, "web": 2})
    for number in range(3):
        add_asking(matcher, f"chat {number}", 1.0, units=10, channel="web")
        add_asking(matcher, f"paper {number}", 1.0, units=10)

    assert match_all(matcher, 2.0) == [("chat 0", "a"), ("paper 0", "a"), ("chat 1", "a")]


def test_a_closed_channel_is_open_again_when_they_say_so():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    matcher.set_closed(agent, frozenset({"phone"}))
    add_asking(matcher, "call", 1.0, channel="phone", units=50)
    add_asking(matcher, "mail", 2.0, channel="email", units=50)

    assert match_all(matcher, 3.0) == [("mail", "a")]
    matcher.set_closed(agent, frozenset())
    assert match_all(matcher, 4.0) == [("call", "a")]


def test_what_may_be_paused_makes_room_for_what_may_interrupt():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    mails = [add_asking(matcher, f"mail {units}", 1.0, units=units, interruptible=True) for units in (20, 30, 50)]
    assert len(match_all(matcher, 1.0)) == 3
    add_asking(matcher, "patient", 2.0, units=60)
    assert matcher.next(2.0) is None
    call = add_asking(matcher, "call", 3.0, units=80, interrupts=True)

    assert matcher.next(3.0) == (call, agent)
    assert matcher.to_pause(agent, call.need) == [mails[2], mails[1]]
    for mail in matcher.to_pause(agent, call.need):
        matcher.pause(mail, agent)
    matcher.reserve(call, agent)
    assert (agent.free, agent.pausable) == (0, 20)
    assert matcher.to_resume(agent) == []
    matcher.release(call, agent)
    assert matcher.to_resume(agent) == [mails[1], mails[2]]
    for mail in matcher.to_resume(agent):
        matcher.resume(mail, agent)
    assert (agent.free, agent.pausable) == (0, 100)


def test_of_equal_pieces_the_newest_is_paused_and_of_those_paused_none():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    mails = [add_asking(matcher, f"mail {number}", float(number), units=25, interruptible=True) for number in range(4)]
    assert len(match_all(matcher, 5.0)) == 4
    urgent, patient = matcher.need({}, units=25, interrupts=True), matcher.need({}, units=25)

    assert matcher.to_pause(agent, urgent) == [mails[3]]
    assert matcher.to_pause(agent, patient) == []
    matcher.pause(mails[3], agent)
    matcher.pause(mails[3], agent)
    assert agent.free == 25
    assert matcher.to_pause(agent, urgent) == []
    assert matcher.to_pause(agent, matcher.need({}, units=50, interrupts=True)) == [mails[2]]
    matcher.release(mails[3], agent)
    assert agent.free == 25


def test_only_as_much_is_resumed_as_there_is_room_for():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    mails = [add_asking(matcher, f"mail {number}", float(number), units=50, interruptible=True) for number in range(2)]
    assert len(match_all(matcher, 5.0)) == 2
    for mail in mails:
        matcher.pause(mail, agent)
    short = add_asking(matcher, "short", 6.0, units=40)
    assert match_all(matcher, 6.0) == [("short", "a")]

    assert matcher.to_resume(agent) == [mails[0]]
    matcher.release(short, agent)
    assert matcher.to_resume(agent) == mails


def test_what_cannot_be_interrupted_cannot_be_paused():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    work = add_work(matcher, "w", 1.0)
    assert match_all(matcher, 1.0) == [("w", "a")]
    matcher.pause(work, agent)
    matcher.resume(work, agent)

    assert agent.free == 0


def test_the_room_that_was_booked_is_given_back_whatever_the_work_asks_for_now():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    work = add_asking(matcher, "w", 1.0, units=60)
    assert match_all(matcher, 1.0) == [("w", "a")]
    matcher.move(work, matcher.line("other", matcher.need({}, units=10)))
    assert agent.free == 40
    matcher.reserve(work, agent)
    assert agent.free == 40
    matcher.release(work, agent)
    matcher.release(work, agent)

    assert agent.free == 100
    assert not work.waiting


def test_work_of_a_channel_takes_what_it_takes_of_this_agent():
    matcher = Matcher()
    usual, quick = add_agent(matcher, "usual", 0.0), add_equipped(matcher, "quick", 9.0, {}, units={"web": 20})
    need, call = matcher.need({}, channel="web", units=60), matcher.need({}, channel="phone", units=60)
    chats = [add_asking(matcher, f"chat {number}", 10.0 + number, channel="web", units=60) for number in range(7)]

    assert [matcher.units_for(seat, one) for seat in (usual, quick) for one in (need, call)] == [60, 60, 20, 60]
    assert [name for _, name in match_all(matcher, 20.0)] == ["usual"] + 5 * ["quick"]
    assert (usual.free, quick.free) == (40, 0)
    matcher.equip(quick, {}, units={"web": 50})
    matcher.release(chats[1], quick)
    assert quick.free == 20
    assert match_all(matcher, 20.0) == []
    matcher.release(chats[2], quick)
    matcher.release(chats[3], quick)
    assert match_all(matcher, 20.0) == [("chat 6", "quick")]
    assert quick.free == 10


def test_units_of_their_own_count_for_pauses_too():
    matcher = Matcher()
    agent = add_equipped(matcher, "a", 0.0, {}, units={"phone": 80, "mail": 50})
    mails = [
        add_asking(matcher, f"mail {number}", 1.0, channel="mail", units=10, interruptible=True) for number in (0, 1)
    ]
    assert len(match_all(matcher, 1.0)) == 2
    assert (agent.free, agent.pausable) == (0, 100)
    call = add_asking(matcher, "call", 2.0, channel="phone", units=30, interrupts=True)

    assert matcher.next(2.0) == (call, agent)
    assert matcher.to_pause(agent, call.need) == [mails[1], mails[0]]
    for mail in mails:
        matcher.pause(mail, agent)
    matcher.reserve(call, agent)
    assert (agent.free, agent.pausable) == (20, 0)
    matcher.release(call, agent)
    assert matcher.to_resume(agent) == mails
    rule = {one.agent_id: one.rule for one in candidates(matcher, matcher.work("x", 3.0, call.line), 3.0)}
    matcher.equip(agent, {}, capacity=79, units={"phone": 80})
    assert rule == {"a": Rule.FITS}
    assert candidates(matcher, call, 3.0)[0].rule is Rule.CAPACITY


def test_a_pause_makes_room_and_what_is_not_held_cannot_be_paused():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    mail = add_asking(matcher, "mail", 1.0, interruptible=True)
    matcher.pause(mail, agent)
    assert (agent.free, agent.paused) == (100, frozenset())
    assert match_all(matcher, 1.0) == [("mail", "a")]
    add_work(matcher, "w", 2.0)
    assert matcher.next(2.0) is None
    matcher.pause(mail, agent)

    assert match_all(matcher, 2.0) == [("w", "a")]


def test_closing_a_channel_leaves_ceilings_and_own_units_as_they_are():
    matcher = Matcher()
    agent = add_equipped(matcher, "a", 0.0, {}, ceilings={"web": 1}, units={"mail": 40})
    matcher.set_closed(agent, frozenset({"phone"}))
    matcher.set_closed(agent, frozenset())
    for number in range(3):
        add_asking(matcher, f"chat {number}", 1.0, channel="web", units=10)
        add_asking(matcher, f"mail {number}", 2.0, channel="mail", units=10)

    assert match_all(matcher, 3.0) == [("chat 0", "a"), ("mail 0", "a"), ("mail 1", "a")]
    assert agent.free == 10


def test_a_single_unit_that_is_lacking_is_made_room_for():
    matcher = Matcher()
    agent = add_agent(matcher, "a", 0.0)
    mail = add_asking(matcher, "mail", 1.0, units=1, interruptible=True)
    assert match_all(matcher, 1.0) == [("mail", "a")]

    assert matcher.to_pause(agent, matcher.need({}, units=100, interrupts=True)) == [mail]
    assert matcher.to_pause(agent, matcher.need({}, units=99, interrupts=True)) == []


def test_a_single_unit_of_room_is_room():
    matcher = Matcher()
    matcher.need({}, units=1)
    add_agent(matcher, "a", 0.0, capacity=1)
    assert matcher.next(0.0) is None
    add_asking(matcher, "mail", 1.0, units=1)

    assert match_all(matcher, 1.0) == [("mail", "a")]


def test_who_has_not_the_room_for_one_is_found_by_what_takes_less():
    matcher = Matcher()
    matcher.need({}, units=100)
    matcher.need({}, units=30)
    add_agent(matcher, "a", 0.0, capacity=50)
    assert matcher.next(0.0) is None
    add_asking(matcher, "chat", 1.0, units=30)

    assert match_all(matcher, 1.0) == [("chat", "a")]


def test_who_came_with_only_what_may_be_paused_is_found_by_what_may_interrupt():
    matcher = Matcher()
    matcher.need({}, interrupts=True)
    agent = add_agent(matcher, "a", 0.0)
    add_asking(matcher, "mail", 1.0, interruptible=True)
    assert match_all(matcher, 1.0) == [("mail", "a")]
    matcher.idle_since(agent, 2.0)
    assert matcher.next(2.0) is None
    call = add_asking(matcher, "call", 3.0, interrupts=True)

    assert matcher.next(3.0) == (call, agent)


def test_who_takes_less_for_it_than_others_is_found_with_less_room():
    matcher = Matcher()
    matcher.need({}, channel="web", units=60)
    add_equipped(matcher, "a", 0.0, {}, capacity=30, units={"web": 30})
    assert matcher.next(0.0) is None
    add_asking(matcher, "chat", 1.0, channel="web", units=60)

    assert match_all(matcher, 1.0) == [("chat", "a")]


def test_paused_work_that_ends_makes_room_under_its_ceiling_and_leaves_others_paused():
    matcher = Matcher()
    agent = add_equipped(matcher, "a", 0.0, {}, ceilings={"mail": 2})
    mails = [add_asking(matcher, f"mail {at}", 1.0, units=50, channel="mail", interruptible=True) for at in range(2)]
    assert len(match_all(matcher, 1.0)) == 2
    for mail in mails:
        matcher.pause(mail, agent)
    add_asking(matcher, "mail 2", 2.0, units=50, channel="mail")
    assert match_all(matcher, 2.0) == []
    matcher.release(mails[0], agent)

    assert agent.paused == {mails[1]}
    assert match_all(matcher, 3.0) == [("mail 2", "a")]


def test_who_has_a_single_unit_of_room_takes_what_waits_for_one():
    matcher = Matcher()
    add_asking(matcher, "mail", 1.0, units=1)
    assert matcher.next(1.0) is None
    add_agent(matcher, "a", 0.0, capacity=1)

    assert match_all(matcher, 2.0) == [("mail", "a")]
