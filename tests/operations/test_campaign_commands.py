"""`hub paths campaign` decides beside a hub, in processes of its own, and goes on where it was stopped."""

import asyncio
import csv
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.application.paths.bulk import Campaign
from hub.application.paths.capacities import PathCapacities
from hub.application.policies.paths import PathPolicies
from hub.cli.main import hub
from hub.clock import WallClock
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import ConsentGranted, Purpose
from hub.domain.customer.consent.point import contact_point
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved, SegmentChanged
from hub.domain.customer.outbound.events import ContactDispatched, ContactPlanned
from hub.domain.customer.slots.events import ContactSlotReserved
from hub.domain.decision.events import PathDecided
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.ids import customer_id
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.store import open_store
from hub.operations.campaign_workers import CampaignStoppedError
from hub.operations.campaigns import run_campaign
from hub.ports import Append, Unit
from hub.settings import load
from tests.paths.decisions import POLICY

Run = Callable[..., Result]
QUIET_NEVER = POLICY.replace('daily = ["21:00-09:00"]', "daily = []")
ASKED = ("--name", "spring", "--purpose", "promotional", "--proposition", "fibre", "--channels", "sms,email")
LONG_AGO = WallClock().now() - timedelta(days=100)
META: dict[str, Any] = {"at": LONG_AGO, "recorded_at": LONG_AGO, "causation": "c", "actor": "test"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HUB_CONFIG", os.devnull)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "var"))
    return lambda *arguments: CliRunner().invoke(hub, ["paths", "campaign", *map(str, arguments)])


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, (result.output, result.exception)
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def filled(tmp_path: Path, customers: int) -> tuple[Path, list[str]]:
    """A store of people with a phone, every third without consent, every second in a segment; and the list of them."""

    async def fill() -> list[str]:
        settings = load()
        key, journal = installation_key(settings), EventJournal(open_store(settings))
        await PathPolicies(journal, WallClock()).publish(QUIET_NEVER, actor="operator:test", command_id="policy")
        streams, units = [], []
        for number in range(customers):
            value = f"+98912{number:07d}"
            point = contact_point(key, "phone", value)._asdict() | {"source": "web form", "text_version": "v1"}
            events = [
                CustomerRegistered(**META),
                IdentifierObserved(**META, kind="phone", value=value, verified=True),
                *(
                    [ConsentGranted(**META, **point, channel=Channel.SMS, purpose=Purpose.PROMOTIONAL)]
                    * (number % 3 > 0)
                ),
            ]
            for named in ["loyal"] * (number % 2) + [""] * (number % 6 == 5):
                events.append(
                    SegmentChanged(
                        **META, segment="B2C", value_tier="standard", reason="r", said=(), named=named, policy="p"
                    )
                )
            streams.append(customer_id(key, "phone", value))
            units.append(Unit([Append(streams[-1], 0, events)]))
        await journal.commit(units)
        await journal.close()
        return streams

    streams = asyncio.run(fill())
    file = tmp_path / "customers.csv"
    file.write_text("\n".join(["name,customer_id", *(f"x,{stream}" for stream in streams)]) + "\n")
    return file, streams


def recorded(*kinds: type) -> list[Any]:
    async def read() -> list[Any]:
        journal = EventJournal(open_store(load()))
        try:
            return [one.event for one in await journal.read(0, 100_000) if isinstance(one.event, kinds)]
        finally:
            await journal.close()

    return asyncio.run(read())


def test_a_campaign_is_tried_then_run_then_run_again(run: Run, tmp_path: Path) -> None:
    file, streams = filled(tmp_path, 30)
    tried = told(run(file, *ASKED, "--dry-run", "--json"))
    assert (tried["dry_run"], tried["decided"], recorded(PathDecided)) == (True, 30, [])
    out = tmp_path / "decided.csv"
    found = told(run(file, *ASKED, "--out", out, "--json"))
    assert {name: found[name] for name in ("rows", "decided", "of_them_before", "refused", "rejects")} == {
        "rows": 30, "decided": 30, "of_them_before": 0, "refused": 0, "rejects": "",
    }  # fmt: skip
    assert (found["outcomes"], found["channels"]) == ({"nothing": 10, "now": 20}, {"sms": 20})
    assert found["reasons"] == {"nothing": {"default_denied": 10}}
    assert len(recorded(PathDecided)) == 30
    assert len(recorded(ContactSlotReserved)) == 20
    with out.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert sorted(row["customer_id"] for row in rows) == sorted(streams)
    assert {(row["outcome"], row["channel"], row["propositions"], row["why"]) for row in rows} == {
        ("now", "sms", "fibre", ""), ("nothing", "", "", "default_denied"),
    }  # fmt: skip
    again = told(run(file, *ASKED, "--out", out, "--json"))
    assert (again["of_them_before"], again["outcomes"]) == (30, found["outcomes"])
    assert len(recorded(PathDecided)) == 30
    plain = run(file, *ASKED, "--out", out)
    assert "now 20" in plain.stdout
    assert "default denied: 10" in plain.stdout


def test_a_list_alone_keeps_no_place(run: Run, tmp_path: Path) -> None:
    """Nobody would make the contacts."""
    file, _ = filled(tmp_path, 6)
    found = told(run(file, *ASKED, "--json"))
    assert (found["dry_run"], found["outcomes"]) == (True, {"nothing": 2, "now": 4})
    assert recorded(PathDecided, ContactSlotReserved, ContactPlanned) == []
    tried = told(run(file, *ASKED, "--send", "--dry-run", "--json"))
    assert (tried["dry_run"], tried["outcomes"]) == (True, found["outcomes"])
    assert recorded(PathDecided, ContactSlotReserved, ContactPlanned) == []


def test_each_contact_is_planned_once_with_its_slot_and_in_its_words(run: Run, tmp_path: Path) -> None:
    file, streams = filled(tmp_path, 6)
    own = ("--name", "thanks", "--purpose", "service", "--own-words", "--channels", "sms", "--send")
    assert "say something" in str(run(file, *own).exception)
    assert recorded(PathDecided) == []
    for _ in range(2):
        found = told(run(file, *own, "--subject", "well", "--text", "Thank you", "--json"))
        assert (found["dry_run"], found["outcomes"]) == (False, {"now": 6})
    planned = recorded(ContactPlanned)
    assert sorted(one.customer_id for one in planned) == sorted(streams)
    assert {(one.subject, one.text, one.sender, one.speaker) for one in planned} == {
        ("well", "Thank you", "campaign", "thanks")
    }
    assert {one.slot_id for one in planned} == {one.slot_id for one in recorded(ContactSlotReserved)}
    assert recorded(ContactDispatched) == []


def test_bad_rows_are_refused_by_row_field_and_reason(run: Run, tmp_path: Path) -> None:
    _, [one, other, *_] = filled(tmp_path, 3)
    file = tmp_path / "rows.csv"
    unknown, account = f"customer-{0:032x}", f"account-{0:032x}"
    rows = [f"{one},", "Mr. Smith,", ",", f"{unknown},", f"{other},{account}", f"{other},Acme"]
    file.write_text("\n".join(["customer_id,account_id", *rows]) + "\n")
    found = told(run(file, *ASKED, "--json"))
    assert (found["decided"], found["refused"]) == (1, 5)
    refused = [json.loads(line) for line in Path(found["rejects"]).read_text().splitlines()]
    assert {one["row"]: (one["field"], one["reason"].partition(":")[0]) for one in refused} == {
        2: ("customer_id", "is no id of customers"),
        3: ("customer_id", "is blank"),
        4: ("customer_id", f"there is no customer {unknown}"),
        5: ("account_id", f"there is no account {account}"),
        6: ("account_id", "is no id of accounts"),
    }


def test_who_stands_in_a_segment_is_asked_about(run: Run, tmp_path: Path) -> None:
    _, streams = filled(tmp_path, 30)
    found = told(run("--segment", "loyal", *ASKED, "--send", "--json"))
    assert found["decided"] == 10  # every second one, but for every sixth, who left it
    stands = {stream for number, stream in enumerate(streams) if number % 2 and number % 6 != 5}
    assert {one.customer_id for one in recorded(PathDecided)} == stands
    nobody = run("--segment", "nobody", *ASKED)
    assert isinstance(nobody.exception, NotFoundError)


def test_what_can_not_be_asked_is_refused_before_anything_is_decided(run: Run, tmp_path: Path) -> None:
    file, _ = filled(tmp_path, 3)
    assert isinstance(run(*ASKED).exception, InvalidError)
    assert isinstance(run(file, "--segment", "loyal", *ASKED).exception, InvalidError)
    glass = run(file, "--name", "x", "--purpose", "promotional", "--proposition", "glass", "--channels", "sms")
    assert "no proposition 'glass'" in str(glass.exception)
    assert "no channel 'pigeon': name some of phone" in run(file, *ASKED, "--channels", "pigeon").output
    past = run(file, *ASKED, "--by", "2020-01-01T00:00:00Z")
    assert "this moment is over" in str(past.exception)
    for text, said in (("id\nx\n", "no column customer_id"), ('customer_id\n"x\n', "write it as CSV")):
        file.write_text(text)
        assert said in str(run(file, *ASKED).exception)
    file.write_bytes(b"customer_id\n\xff\n")
    assert "UTF-8" in str(run(file, *ASKED).exception)
    assert recorded(PathDecided) == []


def test_a_path_of_which_somebody_told_what_it_takes_is_not_for_many_at_once(run: Run, tmp_path: Path) -> None:
    file, _ = filled(tmp_path, 3)

    async def tell() -> None:
        journal = EventJournal(open_store(load()))
        told = PathCapacities(journal, WallClock()).tell
        await told(Channel.EMAIL, "spring", 7, None, actor="operator:test", command_id="c")
        await journal.close()

    asyncio.run(tell())
    refused = run(file, *ASKED)
    assert isinstance(refused.exception, RefusedError)
    assert "spring has 7 places on email" in str(refused.exception)
    assert told(run(file, *ASKED, "--channels", "sms", "--json"))["decided"] == 3


def test_killed_in_the_middle_it_goes_on_when_it_is_run_again(run: Run, tmp_path: Path) -> None:
    file, _ = filled(tmp_path, 1_500)
    command = [sys.executable, "-m", "hub", "paths", "campaign", str(file), *ASKED, "--send", "--json"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 60
        while not (some := len(recorded(PathDecided))):
            assert time.monotonic() < deadline
        running.send_signal(signal.SIGKILL)
    found = told(run(file, *ASKED, "--send", "--json"))
    assert found["decided"] == 1_500
    assert found["of_them_before"] >= some
    decided = recorded(PathDecided)
    assert len(decided) == len({one.customer_id for one in decided}) == 1_500
    slots = recorded(ContactSlotReserved)
    assert len(slots) == len({one.slot_id for one in slots}) == 1_000
    planned = recorded(ContactPlanned)
    assert {one.slot_id for one in planned} == {one.slot_id for one in slots}
    assert len(planned) == len({one.customer_id for one in planned}) == 1_000


def test_a_campaign_that_loses_a_process_says_that_it_can_go_on(run: Run, tmp_path: Path) -> None:
    file, _ = filled(tmp_path, 3_000)
    campaign = Campaign("spring", Purpose.PROMOTIONAL, (Channel.SMS, Channel.EMAIL), ("fibre",))

    def lose_one(_: int) -> None:
        for child in multiprocessing.active_children():
            child.kill()

    with pytest.raises(CampaignStoppedError, match="run it again, and it goes on from there"):
        run_campaign(load(), campaign, file=file, on_rows=lose_one)
    assert multiprocessing.active_children() == []
    before = len(recorded(PathDecided))
    assert before > 0
    found = told(run(file, *ASKED, "--send", "--json"))
    assert (found["decided"], found["of_them_before"]) == (3_000, before)
