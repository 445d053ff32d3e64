"""What is said between the adapter and Kamailio, and what follows: given a call, when something happens, then."""

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.command import Command
from hub.channels.kamailio.causes import cause
from hub.channels.kamailio.decide import Action, arrived, step
from hub.channels.kamailio.settings import KamailioSettings, kamailio_settings
from hub.channels.kamailio.standing import happened, is_strayed
from hub.channels.kamailio.wire import All, Order, Stands, State, place, told
from hub.channels.phone.actions import Report, Signal
from hub.channels.phone.call import Call, Phase
from hub.channels.phone.happenings import Confirmed, TimeUp, Told
from hub.domain.errors import InvalidError
from hub.settings import SettingsError

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
KEY = "1767614400.000007.42"
SETTINGS = KamailioSettings(agent_uris=("sip:{agent}@one", "sip:{agent}@two"), fallback="sip:queue@pbx")
WAITS = Stands("edge1", "1767610000.5", KEY, State.WAITING, caller="+982188001", dialled="1000")


def signals(actions: list[Action]) -> list[str]:
    return [one.signal for one in actions if isinstance(one, Signal)]


def orders(actions: list[Action]) -> list[tuple[str, int]]:
    return [(one.do, one.turn) for one in actions if isinstance(one, Order)]


def says(call: Call, command: str, **more: str) -> tuple[Call, list[Action]]:
    about = {"id": "i-1.7", "at": NOW, "channel": "phone", "thread": call.thread, "interaction_id": "i-1"}
    return step(call, Told(NOW, Command.model_validate({**about, "command": command, **more})), SETTINGS)


def stands(call: Call, state: State, turn: int, code: int = 0, by: str = "") -> tuple[Call, list[Action]]:
    done: list[Action] = []
    for happening in happened(call, replace(WAITS, state=state, turn=turn, code=code, by=by), NOW):
        call, actions = step(call, happening, SETTINGS)
        done += actions
    return call, done


def waiting() -> Call:
    call, _ = arrived(WAITS, SETTINGS)
    return step(call, Confirmed(NOW, "", accepted=True), SETTINGS)[0]


def ringing() -> Call:
    return says(waiting(), "offered", agent_id="ann", offer_id="o-1")[0]


def talking() -> Call:
    call, _ = stands(ringing(), State.TALKING, 1)
    return says(call, "answered", agent_id="ann")[0]


def test_a_call_is_a_contact_under_the_name_that_kamailio_gave_it() -> None:
    _, actions = arrived(WAITS, SETTINGS)
    [report] = [one for one in actions if isinstance(one, Report)]
    contact = report.contact
    assert (contact.id, contact.path.address) == (f"sip-edge1-{KEY}", "+982188001")
    assert contact.occurred_at == datetime(2026, 1, 5, 12, 0, 0, 7, tzinfo=UTC)


def test_what_the_hub_does_not_confirm_in_time_goes_to_the_fallback() -> None:
    call, _ = arrived(WAITS, SETTINGS)
    after, actions = step(call, TimeUp(NOW, "confirm"), SETTINGS)
    assert after.phase is Phase.OVER
    assert (orders(actions), signals(actions)) == ([("forward", 0)], ["customer_left"])


def test_an_offer_rings_the_agents_phone_and_names_another_place_where_it_may_be() -> None:
    _, actions = says(waiting(), "offered", agent_id="ann", offer_id="o-1")
    [ring] = [one for one in actions if isinstance(one, Order)]
    _, do, key, turn, ms, first, spare = ring.to_bytes().decode().split("|")
    assert (do, key, turn, ms) == ("ring", KEY, "1", "20000")
    assert {first, spare} == {"sip:ann@one", "sip:ann@two"}


@pytest.mark.parametrize(("code", "outcome"), [(486, "busy"), (408, "no_answer"), (503, "failed")])
def test_a_phone_that_is_not_picked_up_declines_and_the_customer_waits_on(code: int, outcome: str) -> None:
    after, actions = stands(ringing(), State.WAITING, 1, code)
    [signal] = [one for one in actions if isinstance(one, Signal)]
    assert (signal.signal, signal.details["outcome"], after.legs) == ("offer_declined", outcome, ())
    again, more = says(after, "offered", agent_id="bob", offer_id="o-2")
    assert (again.phase, orders(more)) == (Phase.WAITING, [("ring", 2)])


def test_an_offer_that_is_over_stops_the_ringing() -> None:
    _, actions = says(ringing(), "offer_over", agent_id="ann", offer_id="o-1", reason="no_answer")
    assert orders(actions) == [("unring", 1)]


def test_who_picks_up_accepts_and_hanging_up_says_who_did() -> None:
    _, actions = stands(ringing(), State.TALKING, 1)
    assert signals(actions) == ["offer_accepted"]
    assert signals(stands(talking(), State.OVER, 1, 200, "caller")[1]) == ["customer_left"]
    assert signals(stands(talking(), State.OVER, 1, 200, "agent")[1])[0] == "agent_left"


def test_what_ends_at_the_desktop_ends_in_kamailio() -> None:
    after, actions = says(talking(), "ended", agent_id="ann")
    assert (after.phase, orders(actions)) == (Phase.OVER, [("end", 0)])


def test_who_is_refused_hears_why() -> None:
    _, actions = says(waiting(), "refused", reason="full")
    assert [one.more[0] for one in actions if isinstance(one, Order)] == ["486"]


@pytest.mark.parametrize("command", ["transferred", "pulled_back"])
def test_customer_and_agent_are_never_parted(command: str) -> None:
    after, actions = says(talking(), command, agent_id="ann", to_agent="bob")
    assert (after.phase, orders(actions), signals(actions)) == (Phase.OVER, [], ["customer_left"])


def test_an_offer_that_the_hub_gave_to_another_leaves_who_speaks_in_peace() -> None:
    call, _ = stands(ringing(), State.TALKING, 1)
    _, actions = step(call, Confirmed(NOW, "offer_accepted", accepted=False, agent_id="ann"), SETTINGS)
    assert (orders(actions), signals(actions)) == ([], ["customer_left"])


def test_picked_up_while_it_was_taken_back_is_seen() -> None:
    call, _ = says(ringing(), "offer_over", agent_id="ann", offer_id="o-1", reason="no_answer")
    assert is_strayed(call, replace(WAITS, state=State.TALKING, turn=1))
    assert not is_strayed(ringing(), replace(WAITS, state=State.TALKING, turn=1))


@pytest.mark.parametrize("command", ["consult_answered", "participant_joined"])
def test_a_third_is_out_at_once(command: str) -> None:
    after, actions = says(talking(), command, agent_id="bob", consult_id="c-1")
    assert (after.legs, signals(actions), orders(actions)) == (talking().legs, ["agent_left"], [])


def test_a_state_that_is_told_twice_happens_once() -> None:
    once, _ = stands(ringing(), State.WAITING, 1, 486)
    assert stands(once, State.WAITING, 1, 486) == (once, [])
    assert stands(talking(), State.TALKING, 1) == (talking(), [])


def body(caller: str, dialled: str = "1000", **more: object) -> bytes:
    words = ":".join(["waiting", "0", "0", "", *(b64encode(one.encode()).decode() for one in (caller, dialled))])
    return orjson.dumps({"edge": "edge1", "run": "1.2", "key": KEY, "stands": words, **more})


@given(st.text())
def test_whatever_a_caller_writes_stays_text(caller: str) -> None:
    heard = told(body(caller))
    assert isinstance(heard, Stands)
    assert (heard.key, heard.dialled, heard.state) == (KEY, "1000", State.WAITING)
    assert heard.caller.isprintable()


@pytest.mark.parametrize("withheld", ["anonymous", "Unavailable", ""])
def test_who_withholds_the_number_has_none(withheld: str) -> None:
    heard = told(body(withheld))
    assert isinstance(heard, Stands)
    assert heard.caller == ""


@given(st.binary())
def test_bytes_of_anybody_are_no_news(raw: bytes) -> None:
    with pytest.raises(InvalidError):
        told(raw)


def test_an_answer_is_counted() -> None:
    assert told(b'{"edge":"e","run":"1.2","nonce":"n","all":3}') == All("e", "1.2", "n", 3)


def test_a_thread_names_its_kamailio_even_with_a_dash() -> None:
    assert place(replace(WAITS, edge="a-b").thread) == ("a-b", KEY)


def test_an_agents_phone_is_always_looked_for_in_the_same_place_first() -> None:
    firsts = {SETTINGS.uris(f"agent{number}")[0].rpartition("@")[2] for number in range(50)}
    assert firsts == {"one", "two"}
    assert SETTINGS.uris("ann") == SETTINGS.uris("ann")


@pytest.mark.parametrize("uri", ["sip:a|b@c", "tel:1", "sip:a b"])
def test_what_would_break_an_order_is_no_setting(uri: str) -> None:
    with pytest.raises(SettingsError, match="agent_uris"):
        kamailio_settings({"agent_uris": [uri]})


@pytest.mark.parametrize(("status", "meant"), [(486, 17), (404, 1), (500, 41), (699, 41)])
def test_a_status_of_sip_has_its_cause(status: int, meant: int) -> None:
    assert cause(status) == meant
