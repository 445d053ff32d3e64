"""Given what is known of an account, when people get roles and lose them, then no time is spoken for twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from hub.domain.account import decide
from hub.domain.account.decide import RoleRules
from hub.domain.account.events import AccountChanged, AccountRegistered, RoleAssigned, RoleEnded
from hub.domain.account.identity import account_id
from hub.domain.account.state import Account, evolve, roles, roles_at
from hub.domain.errors import HubError, InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.ids import customer_id

START = datetime(2026, 1, 1, tzinfo=UTC)
FIRM = {"kind": "legal_id", "value": "10100000000", "segment": "B2B", "name": "Saman Ltd"}
OWN = RoleRules(own=frozenset(("auditor",)), contradictory=frozenset((frozenset(("auditor", "buyer")),)))
KEY = b"k" * 32


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def meta(at: datetime = START) -> dict[str, Any]:
    return {"at": at, "recorded_at": at, "causation": "command-1", "actor": "operator:x"}


def after(*events: Event) -> Account:
    account = Account()
    for event in events:
        account = evolve(account, event)
    return account


def firm(*events: Event) -> Account:
    return after(AccountRegistered(**meta(), **FIRM), *events)


def assigned(number: int, who: str, role: str, since: float, until: float | None = None) -> RoleAssigned:
    ends = None if until is None else day(until)
    told = {"account_id": "account-1", "number": number, "customer_id": who, "role": role}
    return RoleAssigned(**meta(), **told, since=day(since), until=ends)


def assign(account: Account, who: str, role: str, since: float, until: float | None = None, **more: Any) -> list[Event]:
    ends = None if until is None else day(until)
    told = {"customer_id": who, "role": role, "since": day(since), "until": ends, **more}
    return decide.assign(account, "account-1", **told, **meta())


def test_an_organisation_is_registered_once_and_put_right_later() -> None:
    [event] = decide.register(Account(), **FIRM, **meta())
    assert event == AccountRegistered(**meta(), **FIRM)
    known = after(event)
    assert decide.register(known, **FIRM | {"name": " Saman Ltd "}, **meta()) == []
    [changed] = decide.register(known, **FIRM | {"name": "Saman Group"}, **meta())
    assert changed == AccountChanged(**meta(), segment="B2B", name="Saman Group")
    assert (after(event, changed).name, after(event, changed).value) == ("Saman Group", "10100000000")


@pytest.mark.parametrize(("field", "value"), [("segment", "B2C"), ("name", "  "), ("name", "x" * 201)])
def test_what_is_no_organisation_is_refused(field: str, value: str) -> None:
    with pytest.raises(InvalidError) as refused:
        decide.register(Account(), **FIRM | {field: value}, **meta())
    assert refused.value.field == field


def test_a_stream_is_found_by_the_legal_id_alone() -> None:
    stream = account_id(KEY, "legal_id", "10100000000")
    assert stream == account_id(KEY, "legal_id", "10100000000")
    assert stream.startswith("account-")
    others = [account_id(KEY, "legal_id", "10100000001"), account_id(KEY, "account_number", "10100000000")]
    assert len({stream, *others}) == 3
    assert stream.removeprefix("account-") != customer_id(KEY, "legal_id", "10100000000").removeprefix("customer-")


@pytest.mark.parametrize(("kind", "value", "field"), [("phone", "+9821", "kind"), ("legal_id", "", "value")])
def test_what_names_no_organisation_has_no_stream(kind: str, value: str, field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        account_id(KEY, kind, value)
    assert refused.value.field == field


def test_a_person_gets_a_role_and_the_same_again_is_nothing_new() -> None:
    [event] = assign(firm(), "customer-a", "buyer", 0)
    assert event == assigned(1, "customer-a", "buyer", 0)
    assert assign(firm(event), "customer-a", "buyer", 0) == []
    [second] = assign(firm(event), "customer-b", "buyer", 0)
    assert isinstance(second, RoleAssigned)
    assert second.number == 2


@pytest.mark.parametrize(
    ("known", "wanted", "told"),
    [
        (
            ("customer-a", "buyer", 0, None),
            ("customer-a", "buyer", 5, 6),
            "customer-a is buyer already from 2026-01-01",
        ),
        (("customer-a", "buyer", 4, 9), ("customer-a", "buyer", 0, 5), "from 2026-01-05 until 2026-01-10"),
        (("customer-a", "owner", 0, 9), ("customer-b", "owner", 8, None), "there is one at a time: end number 1 first"),
        (("customer-a", "buyer", 0, 9), ("customer-a", "auditor", 0, 1), "which nobody is who is auditor"),
        (("customer-a", "auditor", 3, 4), ("customer-a", "buyer", 0, None), "which nobody is who is buyer"),
    ],
)
def test_what_overlaps_or_contradicts_is_refused(known: tuple[Any, ...], wanted: tuple[Any, ...], told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        assign(firm(assigned(1, *known)), *wanted, rules=OWN)


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        (("customer-a", "buyer", 0, 5), ("customer-a", "buyer", 5, None)),
        (("customer-a", "owner", 3, None), ("customer-b", "owner", 0, 3)),
        (("customer-a", "buyer", 0, None), ("customer-b", "buyer", 0, None)),
        (("customer-a", "owner", 0, None), ("customer-a", "user", 0, None)),
        (("customer-a", "auditor", 0, None), ("customer-b", "buyer", 0, None)),
        (("customer-a", "auditor", 0, 5), ("customer-a", "buyer", 5, None)),
    ],
)
def test_what_goes_together_is_taken(known: tuple[Any, ...], wanted: tuple[Any, ...]) -> None:
    assert len(assign(firm(assigned(1, *known)), *wanted, rules=OWN)) == 1


def test_a_role_nobody_knows_or_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidError, match="there is no role 'auditor': there are buyer, consumer, owner, user"):
        assign(firm(), "customer-a", "auditor", 0)
    with pytest.raises(InvalidError) as refused:
        assign(firm(), "customer-a", "buyer", 3, 3)
    assert refused.value.field == "until"


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"own": frozenset(("Big Boss",))}, "own"),
        ({"exclusive": frozenset(("boss",))}, "exclusive"),
        ({"contradictory": frozenset((frozenset(("owner", "boss")),))}, "contradictory"),
        ({"contradictory": frozenset((frozenset(("owner",)),))}, "contradictory"),
    ],
)
def test_rules_that_name_no_role_are_refused(rules: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        RoleRules(**rules)
    assert refused.value.field == field


def test_a_role_ends_once_and_may_have_ended_earlier_than_was_thought() -> None:
    known = firm(assigned(1, "customer-a", "owner", 0))
    [ended] = decide.end(known, 1, until=day(9), reason="left", **meta())
    told = {"account_id": "account-1", "number": 1, "customer_id": "customer-a", "role": "owner"}
    assert ended == RoleEnded(**meta(), **told, until=day(9), reason="left")
    since = firm(assigned(1, "customer-a", "owner", 0), ended)
    assert decide.end(since, 1, until=day(9), **meta()) == []
    assert len(decide.end(since, 1, until=day(5), **meta())) == 1
    assert len(assign(since, "customer-b", "owner", 9)) == 1
    with pytest.raises(RefusedError, match="assign the role anew"):
        decide.end(since, 1, until=day(10), **meta())
    with pytest.raises(InvalidError, match="it ends after that"):
        decide.end(since, 1, until=day(0), **meta())
    with pytest.raises(NotFoundError, match="no role number 2"):
        decide.end(since, 2, until=day(10), **meta())


def test_who_had_which_role_is_told_of_any_time_as_known_at_any_time() -> None:
    ended = RoleEnded(**meta(day(20)), **assigned(1, "customer-a", "owner", 0).model_dump(
        include={"account_id", "number", "customer_id", "role"}), until=day(10))  # fmt: skip
    history = [assigned(1, "customer-a", "owner", 0), ended]
    now, then = roles(history), roles(history, known_at=day(19))
    assert [len(roles_at(now, day(n))) for n in (-1, 0, 9.9, 10)] == [0, 1, 1, 0]
    assert [len(roles_at(then, day(n))) for n in (-1, 0, 9.9, 10)] == [0, 1, 1, 1]


def test_a_fact_that_stands_in_the_persons_stream_too_counts_once() -> None:
    one, other = assigned(1, "customer-a", "buyer", 0), assigned(1, "customer-a", "buyer", 0)
    assert roles([one, AccountRegistered(**meta(), **FIRM), other]) == roles([one])
    elsewhere = one.model_copy(update={"account_id": "account-2"})
    assert [held.account_id for held in roles([one, elsewhere])] == ["account-1", "account-2"]


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["customer-a", "customer-b"]),
            st.sampled_from(["owner", "buyer", "auditor"]),
            st.integers(0, 9),
            st.none() | st.integers(1, 12),
        ),
        st.tuples(st.integers(1, 4), st.integers(0, 12)),
    ),
    max_size=14,
)


@for_all(STEPS)
def test_no_moment_is_ever_spoken_for_twice(steps: list[Any]) -> None:
    history: list[Event] = [AccountRegistered(**meta(), **FIRM)]
    for step in steps:
        account = after(*history)
        try:
            if len(step) == 4:
                history += assign(account, *step, rules=OWN)
                assert assign(after(*history), *step, rules=OWN) == []
            else:
                history += decide.end(account, step[0], until=day(step[1]), **meta())
                assert decide.end(after(*history), step[0], until=day(step[1]), **meta()) == []
        except HubError:
            assert after(*history) == account
    for number in range(14):
        held = roles_at(after(*history).holdings, day(number))
        assert sum(one.role == "owner" for one in held) <= 1
        assert len({(one.customer_id, one.role) for one in held}) == len(held)
        assert not {(who, role) for who, role in ((one.customer_id, one.role) for one in held) if role == "auditor"} & {
            (one.customer_id, "auditor") for one in held if one.role == "buyer"
        }
