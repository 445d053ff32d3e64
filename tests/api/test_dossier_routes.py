"""A customer as a whole over HTTP: every part with its source, on one timeline, now and as it was known then."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub.api.customers import Customer, Timeline
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import (
    ContactReceived,
    ContactSent,
    CustomerForgotten,
    CustomerRegistered,
    Evidence,
    IdentifierObserved,
    LifecycleStageChanged,
    ProfileChanged,
    SegmentChanged,
)
from hub.domain.event import Event
from hub.domain.ids import customer_id, interaction_id
from hub.domain.interaction.events import InteractionEnded, InteractionQueued, OfferAccepted, WrapUpCompleted
from tests.api.asking import says
from tests.api.world import KEY, NOON, World
from tests.projections.happenings import placement

PHONE, MAIL = "+989121234567", "negar@example.com"
ANN, MAILBOX = customer_id(KEY, "phone", PHONE), customer_id(KEY, "email", MAIL)
FIRM = {"kind": "account_number", "value": "A-17", "segment": "B2B", "name": "Saman Ltd"}
FIELD = '\n[[fields]]\nname = "city"\ntype = "text"\nrequired = true\n[[fields]]\nname = "job"\ntype = "text"\n'
CONSENT = {"kind": "phone", "value": PHONE, "channel": "sms", "purpose": "promotional", "source": "web form"}


class Stage:
    """A world in which everything happens a minute after the other."""

    def __init__(self, world: World, http: httpx.AsyncClient) -> None:
        self.world, self.http = world, http
        self.number = 0

    def meta(self, **more: Any) -> dict[str, Any]:
        self.world.clock.moment += timedelta(minutes=1)
        self.number += 1
        now = self.world.clock.now()
        return {"at": now, "recorded_at": now, "causation": f"cause-{self.number}", "actor": "adapter:pbx", **more}

    def write(self, stream: str, *events: Event) -> None:
        self.world.write(*((stream, event) for event in events))

    def customer(self, stream: str, kind: str, value: str, *, verified: bool = False) -> None:
        told = self.meta()
        seen = IdentifierObserved(**told, kind=kind, value=value, verified=verified)
        self.write(stream, CustomerRegistered(**told), seen)

    def contact(
        self, contact: str, text: str, what: type[Any] = ContactReceived, stream: str = ANN, **more: Any
    ) -> str:
        """And the interaction that would be opened by it."""
        fact = {
            "contact_id": contact, "channel": Channel.PHONE, "address": PHONE, "sender": "pbx", "thread": contact,
            "purpose": "service", "service": "", "language": "fa", "subject": "", "standing": Standing(), **more,
        }  # fmt: skip
        pool = {"pool": "main"} if what is ContactReceived else {}
        self.write(stream, what(**self.meta(), **fact, **pool, text=text))

    def queued(self, contact: str, queue: str = "care") -> None:
        self.write(interaction_id(KEY, contact), InteractionQueued(
            **self.meta(), pool="main", contact_id=contact, customer_id=ANN, channel=Channel.PHONE, thread=contact,
            service="", **placement(queue)))  # fmt: skip

    def done(self, contact: str) -> None:
        self.write(
            interaction_id(KEY, contact),
            OfferAccepted(**self.meta(), offer_id="offer-1", agent_id="ann"),
            InteractionEnded(**self.meta(), agent_id="ann", ended_by="agent"),
            WrapUpCompleted(**self.meta(), agent_id="ann", code="done"),
        )

    async def post(self, path: str, body: dict[str, Any], method: str = "POST") -> list[dict[str, Any]]:
        self.meta()
        answer = await self.http.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["events"])

    async def show(self, customer: str = ANN, **query: Any) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/customers/{customer}", params=query)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        Customer.model_validate(told, extra="forbid")
        return told

    async def timeline(self, **query: Any) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/customers/{ANN}/timeline", params=query)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        Timeline.model_validate(told, extra="forbid")
        return told

    async def what(self, **query: Any) -> list[str]:
        """Of each line what happened; of a contact its id."""
        return [one.get("what") or one["contact_id"] for one in (await self.timeline(**query))["timeline"]]


@pytest.fixture
def stage(world: World, http: httpx.AsyncClient) -> Stage:
    return Stage(world, http)


async def test_identifiers_are_told_with_all_that_brought_them(stage: Stage) -> None:
    stage.customer(ANN, "phone", PHONE)
    stage.write(ANN, IdentifierObserved(**stage.meta(actor="adapter:crm"), kind="phone", value=PHONE, verified=True))
    stage.contact("c-1", "hello", address="0912 123 4567")
    [told] = (await stage.show())["identifiers"]
    assert (told["kind"], told["value"], told["verified"]) == ("phone", PHONE, True)
    times = [(NOON + timedelta(minutes=number)).isoformat().replace("+00:00", "Z") for number in (1, 2, 3)]
    assert [told["since"], told["verified_since"], told["last_seen_at"]] == times
    assert [(one["causation"], one["actor"], one["verified"], one["customer_id"]) for one in told["evidence"]] == [
        ("cause-1", "adapter:pbx", False, ANN),
        ("cause-2", "adapter:crm", True, ANN),
    ]
    assert told["problem"] == ""


async def test_an_attested_code_whose_check_digit_is_wrong_is_told_to_be_no_proper_one(stage: Stage) -> None:
    stage.customer(ANN, "national_id", "0084575949")
    [told] = (await stage.show())["identifiers"]
    assert told["problem"] == "check_digit"


async def test_standing_is_told_with_reason_policy_and_facts(stage: Stage) -> None:
    stage.customer(ANN, "phone", PHONE)
    told = await stage.show()
    assert [(one["about"], one["value"], one["reason"], one["at"]) for one in told["why"]] == [
        ("segment", "B2C", "", None),
        ("value_tier", "standard", "", None),
        ("named", "", "", None),
        ("lifecycle_stage", "acquisition", "", None),
    ]
    evidence = (Evidence(about="value_tier", rule="value tier 1 (high)", facts={"spent": 7}),)
    decided = {"reason": "path policy: value tier 1 (high)", "policy": "default@1", "evidence": evidence}
    stage.write(
        ANN,
        SegmentChanged(**stage.meta(), segment="B2B", value_tier="high", named="rich", said=(), **decided),
        LifecycleStageChanged(**stage.meta(), lifecycle_stage="retention", reason="set by hand"),
    )
    told = await stage.show()
    assert (told["segment"], told["value_tier"], told["named"], told["lifecycle_stage"]) == (
        "B2B", "high", "rich", "retention",
    )  # fmt: skip
    tier, stage_ = told["why"][1], told["why"][3]
    assert (tier["reason"], tier["policy"], tier["rule"], tier["facts"]) == (
        "path policy: value tier 1 (high)", "default@1", "value tier 1 (high)", {"spent": 7},
    )  # fmt: skip
    assert (stage_["reason"], stage_["policy"], stage_["rule"]) == ("set by hand", "", "")


async def test_name_and_profile_name_their_sources_and_what_is_missing(stage: Stage) -> None:
    text = (await stage.http.get("/v1/policies/paths")).json()["text"]
    await stage.post("/v1/policies/paths", {"text": text + FIELD})
    stage.customer(ANN, "phone", PHONE)
    stage.write(ANN, ProfileChanged(**stage.meta(actor="adapter:crm"), name="Negar"))
    told = await stage.show()
    assert (told["name"], told["named_by"]["actor"], told["named_by"]["customer_id"]) == ("Negar", "adapter:crm", ANN)
    assert (told["profile"]["missing"], told["profile"]["share"]) == (["city"], 0.0)
    await stage.post(f"/v1/customers/{ANN}/profile/city", {"value": "قم", "path": "phone"}, "PUT")
    profile = (await stage.show())["profile"]
    assert (profile["missing"], profile["share"], profile["required"]) == ([], 1.0, 1)
    assert [(one["name"], one["value"], one["actor"], one["path"]) for one in profile["fields"]] == [
        ("city", "قم", "operator:root", "phone"),
        ("job", "", "", ""),
    ]


async def test_a_corrected_name_is_shown_with_who_heard_it_where(stage: Stage) -> None:
    stage.customer(ANN, "phone", PHONE, verified=True)
    stage.customer(MAILBOX, "email", MAIL, verified=True)
    stage.write(ANN, ProfileChanged(**stage.meta(), name="Nigar"))
    await stage.post(f"/v1/customers/{MAILBOX}/links", {"customer_id": ANN, "reason": "said so on the phone"})
    said = {"name": "Negar", "path": "phone", "agent_id": "ann"}
    [told] = await stage.post(f"/v1/customers/{MAILBOX}/name", said, "PUT")
    assert told["stream"] == ANN
    shown = await stage.show()
    assert (shown["name"], shown["named_by"]["customer_id"], shown["named_by"]["path"]) == ("Negar", ANN, "phone")
    lines = (await stage.timeline(kind="profile"))["timeline"]
    assert [(one["what"], one["event"]["name"], one["event"]["path"]) for one in lines] == [
        ("named", "Negar", "phone"),
        ("named", "Nigar", ""),
    ]
    assert await stage.post(f"/v1/customers/{MAILBOX}/name", said, "PUT") == []
    says(await stage.http.put(f"/v1/customers/{ANN}/name", json={"name": " "}), 422, "invalid", "name")


async def test_a_change_of_standing_is_told_once_for_all_streams(stage: Stage) -> None:
    stage.customer(ANN, "phone", PHONE, verified=True)
    stage.customer(MAILBOX, "email", MAIL, verified=True)
    await stage.post(f"/v1/customers/{MAILBOX}/links", {"customer_id": ANN, "reason": "said so on the phone"})
    for segment, tier in (("B2C", "high"), ("B2B", "high")):
        meta = stage.meta(actor="policy:v1")
        for stream in (ANN, MAILBOX):
            stands = {"segment": segment, "value_tier": tier, "said": (), "reason": "path policy: it is so"}
            moved = {"lifecycle_stage": "retention", "reason": "path policy: it is so"}
            stage.write(stream, SegmentChanged(**meta, **stands, policy="v1"))
            stage.write(stream, LifecycleStageChanged(**meta, **moved, policy="v1"))
    lines = (await stage.timeline(kind="standing"))["timeline"]
    assert [(one["what"], one["event"].get("segment")) for one in lines] == [
        ("stage_changed", None), ("segment_changed", "B2B"), ("stage_changed", None), ("segment_changed", "B2C"),
    ]  # fmt: skip


async def test_cases_accounts_consents_and_surveys_are_all_there(stage: Stage) -> None:
    stage.customer(ANN, "phone", PHONE)
    [opened] = await stage.post(f"/v1/customers/{ANN}/cases", {"kind": "complaint", "subject": "a wrong bill"})
    await stage.post(f"/v1/customers/{ANN}/cases", {"kind": "problem", "subject": "no signal", "severity": 4})
    await stage.post(f"/v1/cases/{opened['event']['case_id']}/resolve", {"resolution": "refunded"})
    [account] = await stage.post("/v1/accounts", FIRM)
    until = (stage.world.clock.now() + timedelta(hours=1)).isoformat()
    await stage.post(f"/v1/accounts/{account['stream']}/roles", {"customer_id": ANN, "role": "buyer", "until": until})
    await stage.post("/v1/consents", {**CONSENT, "said": "granted", "text_version": "v1"})
    await stage.post(
        "/v1/consents/preference", {"kind": "phone", "value": PHONE, "source": "web", "language": "fa"}, "PUT"
    )
    told = await stage.show()
    assert [(one["subject"], one["open"], one["resolution"]) for one in told["cases"]] == [
        ("no signal", True, ""),
        ("a wrong bill", False, "refunded"),
    ]
    [role] = told["roles"]
    assert (role["name"], role["value"], role["role"], role["now"]) == ("Saman Ltd", "A-17", "buyer", True)
    [point] = told["points"]
    may = {(one["channel"], one["purpose"]): one["may"] for one in point["consents"]}
    assert (point["value"], may["sms", "promotional"], may["phone", "promotional"]) == (PHONE, True, False)
    assert told["preference"]["language"] == "fa"
    await stage.world.clock.sleep(3600)
    assert [one["now"] for one in (await stage.show())["roles"]] == [False]


async def test_an_older_id_leads_to_the_whole_of_linked_streams(stage: Stage) -> None:
    stage.customer(ANN, "phone", PHONE)
    stage.customer(MAILBOX, "email", MAIL, verified=True)
    stage.contact("c-1", "hello")
    stage.contact("c-2", "hello", ContactSent, MAILBOX, channel=Channel.EMAIL, address=MAIL)
    await stage.post(f"/v1/customers/{MAILBOX}/links", {"customer_id": ANN, "reason": "said so on the phone"})
    told = await stage.show(MAILBOX)
    assert (told["customer_id"], told["asked_for"], told["contacts"]) == (ANN, MAILBOX, 2)
    assert [(one["customer_id"], one["kind"]) for one in told["members"]] == [(ANN, "phone"), (MAILBOX, "email")]
    assert [one["value"] for one in told["identifiers"]] == [PHONE, MAIL]
    assert [one["value"] for one in told["points"]] == [PHONE, MAIL]
    [link] = told["links"]
    assert (link["rule"], link["actor"]) == ("by_hand", "operator:root")
    assert [(one["channel"], one["contacts"]) for one in told["counts"]] == [("email", 1), ("phone", 1)]
    assert await stage.what(kind="link") == ["linked"]


async def test_who_was_forgotten_is_told_without_anything_personal(stage: Stage) -> None:
    stage.customer(ANN, "phone", PHONE)
    stage.contact("c-1", "hello")
    before = stage.world.clock.now().isoformat()
    stage.write(ANN, CustomerForgotten(**stage.meta(), reason="asked"))
    for query in ({}, {"at": before}):
        told = await stage.show(**query)
        assert (told["forgotten"], told["identifiers"], told["points"], told["contacts"]) == (True, [], [], 1)
    assert await stage.what() == ["forgotten", "c-1", "seen", "registered"]


async def test_a_moment_is_told_as_it_was_known(stage: Stage) -> None:
    stage.customer(ANN, "phone", PHONE)
    stage.contact("c-1", "hello")
    stage.queued("c-1")
    then = stage.world.clock.now()
    late = stage.meta(at=NOON - timedelta(days=3))
    stage.write(ANN, ProfileChanged(**late, name="Negar"))
    stage.done("c-1")
    now, told = await stage.show(), await stage.show(at=then.isoformat())
    assert (now["name"], told["name"]) == ("Negar", "")
    assert now["open_interactions"] == []
    assert [one["phase"] for one in told["open_interactions"]] == ["waiting"]
    assert told["as_of"] == then.isoformat().replace("+00:00", "Z")
    assert await stage.what(at=then.isoformat()) == ["c-1", "seen", "registered"]
    [contact] = (await stage.timeline(at=then.isoformat(), kind="contact"))["timeline"]
    assert (contact["queue"], contact["phase"], contact["agent_id"]) == ("care", "waiting", "")
    early = await stage.http.get(f"/v1/customers/{ANN}", params={"at": (NOON - timedelta(hours=1)).isoformat()})
    assert "they are known since 2026-01-05T12:01:00Z" in says(early, 404, "not-found")["detail"]
    for wrong in ("2026-01-05T12:00:00", "2026", "yesterday"):
        says(await stage.http.get(f"/v1/customers/{ANN}", params={"at": wrong}), 422, "invalid", "at")
        says(await stage.http.get(f"/v1/customers/{ANN}/timeline", params={"at": wrong}), 422, "invalid", "at")


async def test_a_timeline_tells_everything_once_newest_first(stage: Stage) -> None:
    stage.customer(ANN, "phone", PHONE)
    stage.customer(MAILBOX, "email", MAIL)
    stage.contact("c-1", "hello")
    stage.queued("c-1")
    case, _ = await stage.post(
        f"/v1/customers/{ANN}/cases",
        {"kind": "complaint", "subject": "قبض اشتباه", "interaction_id": interaction_id(KEY, "c-1")},
    )
    await stage.post("/v1/consents", {**CONSENT, "said": "withdrawn"})
    await stage.post(f"/v1/customers/{MAILBOX}/links", {"customer_id": ANN, "reason": "the same"})
    stage.contact("c-2", "paid", ContactSent, MAILBOX, channel=Channel.EMAIL, address=MAIL)
    assert await stage.what() == [
        "c-2", "linked", "withdrawn", "interaction_attached", "opened", "c-1", "seen", "registered", "seen",
        "registered",
    ]  # fmt: skip
    _, opened = (await stage.timeline(kind="case"))["timeline"]
    assert (opened["event"]["subject"], opened["event"]["case_id"]) == ("قبض اشتباه", case["event"]["case_id"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": "contact"}, ["c-3", "c-2", "c-1"]),
        ({"kind": ["case", "link"]}, ["noted", "interaction_attached", "opened"]),
        ({"channel": "email"}, ["c-3"]),
        ({"channel": "sms"}, ["withdrawn"]),
        ({"direction": "outbound"}, ["c-3"]),
        ({"queue": "care"}, ["c-1"]),
        ({"queue": "care", "kind": "case"}, []),
        ({"interaction": interaction_id(KEY, "c-1")}, ["interaction_attached", "c-1"]),
        ({"interaction": "interaction-9"}, []),
        ({"case": "CASE"}, ["noted", "interaction_attached", "opened", "c-1"]),
        ({"case": "case-9"}, []),
        ({"from": "2026-01-05T12:03:00Z", "to": "2026-01-05T12:05:00Z"}, ["c-2"]),
        ({"q": "كارت ١٢"}, ["c-1"]),
        ({"q": "CARD lost"}, ["c-2"]),
        ({"q": "card found"}, []),
        ({"q": "قبض"}, ["opened"]),
        ({"q": "called TWICE"}, ["noted"]),
        ({"q": "9121234567", "kind": "contact"}, ["c-2", "c-1"]),
        ({"q": "09121234567", "kind": "contact"}, ["c-2", "c-1"]),
        ({"q": "۰۹۱۲ ۱۲۳ ۴۵۶۷", "kind": "contact"}, ["c-2", "c-1"]),
        ({"q": "card +98 912 123-4567"}, []),
        ({"q": "card 00989121234567"}, ["c-2"]),
        ({"q": "02188776655"}, ["c-1"]),
        ({"q": "02188776656"}, []),
        (
            {"q": "  "},
            ["noted", "interaction_attached", "opened", "withdrawn", "c-3", "c-2", "c-1", "seen", "registered"],
        ),
    ],
)
async def test_a_timeline_is_filtered_and_searched(
    stage: Stage, query: dict[str, Any], expected: Sequence[str]
) -> None:
    stage.customer(ANN, "phone", PHONE)
    stage.contact("c-1", "شماره کارت: ۱۲، تلفن (۰۲۱) ۸۸۷۷-۶۶۵۵")
    stage.queued("c-1")
    stage.contact("c-2", "I lost", subject="My card")
    stage.contact("c-3", "", ContactSent, channel=Channel.EMAIL, address=MAIL)
    await stage.post("/v1/consents", {**CONSENT, "said": "withdrawn"})
    about = {"kind": "complaint", "subject": "قبض‌ها", "interaction_id": interaction_id(KEY, "c-1")}
    case, _ = await stage.post(f"/v1/customers/{ANN}/cases", about)
    await stage.post(f"/v1/cases/{case['event']['case_id']}/note", {"text": "Called twice"})
    if query.get("case") == "CASE":
        query = {"case": case["event"]["case_id"]}
    assert await stage.what(**query) == expected


async def test_pages_hold_each_line_once_while_new_things_come_in(stage: Stage) -> None:
    stage.customer(ANN, "phone", PHONE)
    for number in range(7):
        stage.contact(f"c-{number}", "card" if number % 2 else "bill")
        stage.write(ANN, ProfileChanged(**stage.meta(), name=f"card {number}"))
    whole, got, before = await stage.what(), list[str](), None
    while True:
        page = await stage.timeline(limit=3, **({"before": before} if before else {}))
        got += [one.get("what") or one["contact_id"] for one in page["timeline"]]
        before = page["before"]
        if before is None:
            break
        stage.contact(f"new-{before}", "card")
    assert got == whole
    says(await stage.http.get(f"/v1/customers/{ANN}/timeline?before=70000"), 422, "invalid", "before")
    for field, wrong in (
        ("kind.0", "rumour"),
        ("channel", "telepathy"),
        ("limit", "0"),
        ("from", "2026"),
        ("to", "1767614400"),
    ):
        query = {field.partition(".")[0]: wrong}
        says(await stage.http.get(f"/v1/customers/{ANN}/timeline", params=query), 422, "invalid", field)


async def test_a_search_reads_so_much_for_a_page_and_goes_on_with_the_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.application.dossier.timeline.CONTACTS_READ", 4)
    monkeypatch.setattr("hub.application.dossier.timeline.AT_ONCE", 3)
    stage.customer(ANN, "phone", PHONE)
    stage.contact("c-0", "card")
    stage.write(ANN, ProfileChanged(**stage.meta(), name="card holder"))
    for number in range(1, 7):
        stage.contact(f"c-{number}", "bill")
    first = await stage.timeline(q="card")
    assert first["timeline"] == []
    second = await stage.timeline(q="card", before=first["before"])
    assert [one.get("what") or one["contact_id"] for one in second["timeline"]] == ["named", "c-0"]
    assert second["before"] is None


async def test_who_does_not_exist_is_not_found(stage: Stage) -> None:
    for customer in (ANN, "pool-main", "account-1"):
        says(await stage.http.get(f"/v1/customers/{customer}"), 404, "not-found")
        says(await stage.http.get(f"/v1/customers/{customer}/timeline"), 404, "not-found")
