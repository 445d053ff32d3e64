"""Phone numbers without a country code belong where the settings say, wherever they come in."""

import os
from datetime import UTC, datetime

import pytest

from hub.application.customers.consents import Consents, Statement
from hub.application.intake.recorder import ContactRecorder, Receipt
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact
from hub.domain.contact import Path as ContactPath
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.normalise import speller
from hub.domain.ids import customer_id
from hub.paths.policy.profile_fields import ProfileField
from hub.paths.profile.values import spelled
from hub.settings import SettingsError, load
from tests.support.memory import MemoryJournal

KEY = b"k" * 32
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LONDON = "+442083661177"


async def test_what_is_dialled_within_the_region_is_one_customer_with_what_is_dialled_from_abroad() -> None:
    journal, clock = MemoryJournal(), WallClock()
    recorder = ContactRecorder(journal, clock, KEY, region="GB")
    for number, written in enumerate(("020 8366 1177", "+44 20 8366 1177", "00442083661177")):
        path = ContactPath(channel=Channel.PHONE, address=written)
        [receipt] = await recorder.record([(Contact(id=f"c{number}", path=path, occurred_at=NOON), "a")])
        assert isinstance(receipt, Receipt)
        assert receipt.customer_id == customer_id(KEY, "phone", LONDON)
    consents = Consents(journal, clock, KEY, spell=speller("GB"))
    told = Statement("phone", "(020) 8366 1177", "call", "operator:x", "c")
    [withdrawn] = await consents.withdraw(told, Channel.SMS, Purpose.PROMOTIONAL, "")
    assert withdrawn.stream == customer_id(KEY, "phone", LONDON)


def test_a_profiles_phone_number_is_spelled_by_it_too() -> None:
    field = ProfileField(name="home", type="phone")
    assert spelled(field, "020 8366 1177", speller("GB")) == LONDON


def test_it_is_a_setting() -> None:
    assert load({"HUB_CONFIG": os.devnull}).phone_region == "IR"
    assert load({"HUB_CONFIG": os.devnull, "HUB_PHONE_REGION": "gb"}).phone_region == "GB"
    with pytest.raises(SettingsError, match=r"HUB_PHONE_REGION: .*'Tehran' is no region with phone numbers"):
        load({"HUB_CONFIG": os.devnull, "HUB_PHONE_REGION": "Tehran"})
