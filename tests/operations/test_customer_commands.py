"""`hub customers show`: one page of a customer beside a hub that need not run, now and as it was known."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from hub.application.cases.cases import CustomerCases
from hub.application.intake.recorder import ContactRecorder, Receipt
from hub.application.linking.identity import By, Identity
from hub.application.policies.paths import PathPolicyInForce
from hub.clock import WallClock
from hub.domain.cases.events import CaseKind, Severity
from hub.domain.contact import Channel, Contact, Declared, Identifier
from hub.domain.contact import Path as Way
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.outbound.events import ContactFailed, ContactPlanned
from hub.domain.grant.events import Response
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.store import open_store
from hub.operations.personal import forget_customer
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.propositions.model import Sender
from hub.ports import Append, Unit
from hub.settings import Settings
from tests.application.grants_world import BY, POLICY, parts_on
from tests.simulated.processes import run
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal

PHONE, MAIL, NAME = "+989121234567", "negar@example.com", "نگار [bold]احمدی"


async def _lived(settings: Settings) -> tuple[str, str, str]:
    """Somebody called, wrote a mail, was linked, and complained: their two ids, and a moment before the complaint."""
    journal, clock, key = EventJournal(open_store(settings)), WallClock(), installation_key(settings)
    try:
        recorder = ContactRecorder(journal, clock, key)
        told = {"occurred_at": clock.now(), "text": "where is my card"}
        call = Contact(
            id="c-1", path=Way(channel=Channel.PHONE, address=PHONE), declared=Declared(name=NAME), **told,
            identifiers=(Identifier(kind="phone", value="0912 123 4567", verified=True),),
        )  # fmt: skip
        mail = Contact(id="c-2", path=Way(channel=Channel.EMAIL, address=MAIL), subject="card", **told)
        receipts = [*await recorder.record([(call, "adapter:pbx")]), *await recorder.record([(mail, "adapter:mail")])]
        ids = [one.customer_id for one in receipts if isinstance(one, Receipt)]
        identity = Identity(journal, clock, key, LinkViews(MemoryJournal()))
        await identity.link(ids[1], ids[0], By("operator:steward", "command-1", "said so"))
        before = clock.now().isoformat()
        await _told_of_fibre(journal, clock, ids[0])
        await _written_to(journal, clock, ids[0])
        await CustomerCases(journal, clock).open(
            ids[0], kind=CaseKind.COMPLAINT, subject="قبض", text="", severity=Severity.HIGH, owner="ann",
            due_at=clock.now() + timedelta(days=1), request_id="", actor="operator:steward", command_id="command-2",
        )  # fmt: skip
        return ids[0], ids[1], before
    finally:
        await journal.close()


async def _told_of_fibre(journal: EventJournal, clock: WallClock, customer: str) -> None:
    grants = parts_on(journal, clock, PathPolicyInForce(parse_path_policy(POLICY))).grants
    grant = (await grants.give(customer, "fibre", **BY)).grant
    shown = {"presentation_id": "p-1", **BY}
    await grants.present(grant.grant_id, grant.terms_hash, channel=Channel.PHONE, sender=Sender.AGENT, **shown)
    await grants.answer(grant.grant_id, "p-1", Response.DECLINED, **BY)


async def _written_to(journal: EventJournal, clock: WallClock, customer: str) -> None:
    """In vain."""
    now = clock.now()
    meta = {"at": now, "recorded_at": now, "causation": "c", "actor": "agent:ann", "outbound_id": "o-1"}
    planned = ContactPlanned(
        **meta, due_at=now, customer_id=customer, purpose=Purpose.SERVICE, channels=(Channel.SMS,), sender="agent",
        text="it is ready",
    )  # fmt: skip
    failed = ContactFailed(**meta, contact_id="o-1", customer_id=customer, channel=Channel.SMS, reason="phone is off")
    version = len((await journal.load([customer]))[customer])
    await journal.commit([Unit([Append(customer, version, [planned, failed])])])


def test_a_customer_is_shown_on_one_page_now_and_as_known_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "180")
    settings = Settings(data_dir=tmp_path / "var")
    first, second, before = asyncio.run(_lived(settings))
    code, page, error = run("customers", "show", second, data_dir=settings.data_dir)
    assert code == 0, error
    for shown in (NAME, first, f"asked for {second}", PHONE, MAIL, "claimed", "verified", "by hand", "قبض", "ann"):
        assert shown in page, shown
    for shown in ("granted", "fibre", "stands", "declined", "answered", "it is ready", "failed: phone is off"):
        assert shown in page, shown
    code, told, _ = run("customers", "show", second, "--json", "--lines", "2", data_dir=settings.data_dir)
    now = json.loads(told)
    assert (now["customer_id"], now["asked_for"], now["contacts"], len(now["timeline"])) == (first, second, 2, 2)
    assert [one["subject"] for one in now["cases"]] == ["قبض"]
    then = json.loads(run("customers", "show", first, "--at", before, "--json", data_dir=settings.data_dir)[1])
    assert ([one["state"] for one in now["grants"]], then["grants"]) == (["stands"], [])
    assert (then["cases"], then["links"], then["as_of"][:19]) == ([], now["links"], before[:19])

    forget_customer(settings, first, "asked in writing")
    code, page, _ = run("customers", "show", first, data_dir=settings.data_dir)
    assert code == 0
    assert "forgotten" in page
    assert not [word for word in (PHONE, MAIL, "نگار", "قبض") if word in page]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("customer-9",), 1, "there is no event store"),
        (("customer-9", "--at", "2026-01-05T12:00:00"), 2, "has no zone"),
        (("customer-9", "--at", "yesterday"), 2, "no moment"),
    ],
)
def test_what_cannot_be_shown_says_why(tmp_path: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
    told = run("customers", "show", *arguments, data_dir=tmp_path)
    assert (told[0], says in told[2]) == (code, True), told
