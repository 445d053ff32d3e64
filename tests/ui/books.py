"""Customers whom a steward has to look at."""

from tests.ui.house import House


async def contradicting(house: House) -> tuple[str, str]:
    """Two customers of one name, each with a customer number of their own, whom an adapter says to be one."""
    name, numbers = house.fresh("Mina Karimi"), (house.fresh("10"), house.fresh("10"))
    lane = house.lane()
    came = []
    for number in numbers:
        proven = [{"kind": "customer_number", "value": number, "verified": True}]
        came.append((await house.contact(lane, "phone", text="hello", identifiers=proven))["customer_id"])
        await house.asked("PUT", f"/v1/customers/{came[-1]}/name", json={"name": name})
    key = await house.asked("POST", "/v1/keys", json={"name": house.fresh("crm"), "role": "adapter"})
    headers = {"Authorization": f"Bearer {key['token']}"}
    said = {"customer_id": came[1], "reason": "the CRM says so"}
    await house.asked("POST", f"/v1/customers/{came[0]}/links", json=said, headers=headers)
    return came[0], name
