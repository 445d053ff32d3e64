"""Customers found by what an agent types, in one line each, traced as readings."""

from collections.abc import Sequence

import httpx
import pytest

from hub.domain.customer.events import CustomerForgotten, CustomerRegistered, IdentifierObserved, ProfileChanged
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.domain.reading.events import PersonalDataRead
from tests.api.asking import says
from tests.api.world import META, NOON, World

PHONE = "+989121234567"
SEEN = {
    ("phone", PHONE): ["customer-1", "customer-2", "customer-3"],
    ("email", "mina@example.com"): ["customer-2"],
    ("customer_number", "4711"): ["customer-1", "customer-gone"],
}


@pytest.fixture
def known(world: World) -> World:
    one, two = Side(id="customer-1", since=NOON), Side(id="customer-2", since=NOON)
    link = CustomersLinked(**META, link_id="link-1", left=one, right=two, rule="by_hand")
    world.write(
        ("customer-1", CustomerRegistered(**META)),
        ("customer-1", ProfileChanged(**META, name="Mina")),
        ("customer-1", IdentifierObserved(**META, kind="phone", value=PHONE, verified=True)),
        ("customer-1", IdentifierObserved(**META, kind="customer_number", value="4711", verified=True)),
        ("customer-1", IdentifierObserved(**META, kind="pin", value="ab", verified=False)),
        ("customer-1", link),
        ("customer-2", CustomerRegistered(**META)),
        ("customer-2", IdentifierObserved(**META, kind="email", value="mina@example.com", verified=False)),
        ("customer-2", link),
        ("customer-3", CustomerRegistered(**META)),
        ("customer-3", CustomerForgotten(**META, reason="asked")),
    )

    async def seen(kind: str, value: str) -> Sequence[str]:
        return SEEN.get((kind, value), [])

    world.views.customers_by_identifier = seen  # type: ignore[method-assign]
    return world


@pytest.mark.parametrize(
    ("typed", "matched"),
    [
        ("0912 123 4567", ["phone"]),
        ("۰۹۱۲۱۲۳۴۵۶۷", ["phone"]),
        (" Mina@Example.com ", ["email"]),
        ("4711", ["customer_number"]),
        ("customer-2", []),
    ],
)
async def test_a_customer_is_found_once_by_whatever_names_them(
    known: World, http: httpx.AsyncClient, typed: str, matched: list[str]
) -> None:
    [found] = (await http.get("/v1/customers/search", params={"q": typed})).json()["customers"]
    assert (found["customer_id"], found["name"], found["matched"]) == ("customer-1", "Mina", matched)
    assert {"segment", "value_tier", "lifecycle_stage"} <= found.keys()
    traces = [one.event for one in known.journal.log if isinstance(one.event, PersonalDataRead)]
    assert [(one.what, one.customer_id) for one in traces] == [("search", "customer-1")]


async def test_what_was_not_asked_for_is_told_by_its_end(known: World, http: httpx.AsyncClient) -> None:
    [found] = (await http.get("/v1/customers/search?q=4711")).json()["customers"]
    assert [(one["kind"], one["value"], one["verified"], one["matched"]) for one in found["identifiers"]] == [
        ("phone", "••4567", True, False),
        ("customer_number", "4711", True, True),
        ("pin", "••b", False, False),
        ("email", "••.com", False, False),
    ]


@pytest.mark.parametrize("typed", ["+98211", "nobody@example.com", "  ", "customer-9", "customer-3"])
async def test_nobody_is_an_empty_list(known: World, http: httpx.AsyncClient, typed: str) -> None:
    assert (await http.get("/v1/customers/search", params={"q": typed})).json() == {"customers": []}
    assert not [one for one in known.journal.log if isinstance(one.event, PersonalDataRead)]


async def test_something_has_to_be_typed(known: World, http: httpx.AsyncClient) -> None:
    says(await http.get("/v1/customers/search?q="), 422, "invalid", "q")
