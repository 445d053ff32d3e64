"""What every adapter must do, one rule after the other: each tries it, and says what it saw instead."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from hub.application.intake.envelope import body_hash
from hub.domain.contact import Contact, ConversationSignal
from hub.domain.errors import HubError
from hub.simulated.contract.driver import Driver
from hub.simulated.contract.hub_side import HubSide

PATIENCE = 40.0
"""Seconds within which an adapter does what it must: a report that is repeated comes within 30 s."""
DEAF = 3.0
"""Seconds for which the hub says nothing."""
DEAF_FOR_LONG = 8.0
"""For so long that an adapter which gives up waiting, and says `accepted`, is found out."""
FLOOD = 400
MOST_GROWTH = 64 * 1024 * 1024
"""Bytes that an adapter may grow by while nobody takes its reports."""


class BrokenError(Exception):
    """What was seen where a rule was broken."""


Words = Callable[[Contact], str]
"""What the customer said in it, where a wire can carry words at all."""


def text_of(contact: Contact) -> str:
    """Its text: what was said, on most wires."""
    return contact.text.strip()


class Trial(NamedTuple):
    """The two sides of an adapter; `pid` is its process, 0 where that is not known."""

    hub: HubSide
    wire: Driver
    pid: int
    words: Words = text_of


class Rule(NamedTuple):
    """`name` in a word or two, `says` what an adapter must do."""

    name: str
    says: str
    tries: Callable[[Trial], Awaitable[None]]


async def confirmed(trial: Trial) -> None:
    contact = await _made(trial, "confirmed-1", "confirmed", "Where is my card?")
    _expect(contact.path.channel.value == trial.hub.channel, f"it reported for the channel {contact.path.channel}")
    _expect("card" in trial.words(contact), f"its text is {contact.text!r}")
    _expect(bool(contact.thread), "it has no thread: answers could not come back")


async def only_after(trial: Trial) -> None:
    trial.hub.hears.clear()
    answer = await trial.wire.contact("after-1", "after", "Is anybody there?", DEAF_FOR_LONG)
    trial.hub.hears.set()
    _expect(answer != "accepted", "the wire was told `accepted` while the hub had confirmed nothing")
    await _accepted(trial, "after-1", "after", "Is anybody there?")
    _one(trial, "Is anybody there?")


async def repeats(trial: Trial) -> None:
    for _ in range(3):
        await _accepted(trial, "repeat-1", "repeat", "Once and again")
    _one(trial, "Once and again")


async def threads(trial: Trial) -> None:
    texts = [f"In order {number}" for number in range(6)]
    for number, text in enumerate(texts):
        await _accepted(trial, f"order-{number}", "order" if number % 2 else "other", text)
    told = [one for one in trial.hub.contacts if one.text.strip() in texts]
    first = list({one.id: one for one in told}.values())
    seen = [one.text.strip() for one in first]
    _expect(seen == texts, f"they came as {seen}")
    of = [{one.thread for one in first[start::2]} for start in (0, 1)]
    _expect(all(len(one) == 1 for one in of), f"contacts of one thread came in threads {of}")
    _expect(not of[0] & of[1], f"contacts of two threads came in one, {of[0]}")


async def sends(trial: Trial) -> None:
    contact = await _made(trial, "send-1", "send", "Please answer")
    texts = [f"Answer {number}" for number in range(3)]
    names = [await trial.hub.send(contact.thread, contact.path.address, text) for text in texts]
    seen = await _seen(trial, texts[-1])
    _expect([one for one in seen if one in texts] == texts, f"customers saw {seen}")
    for name in names:
        await _reported(trial, name)
    _expect(await _all_acked(trial), "commands were carried out and not acked")


async def sends_once(trial: Trial) -> None:
    contact = await _made(trial, "once-1", "once", "Answer me once")
    name = await trial.hub.send(contact.thread, contact.path.address, "Only once")
    await _reported(trial, name)
    await trial.hub.send(contact.thread, contact.path.address, "Only once", name=name)
    _expect(await _all_acked(trial), "what was told twice was not acked the second time")
    seen = await _seen(trial, "Only once")
    seen += [one.text for one in await trial.wire.saw()]
    _expect(_count(seen, "Only once") == 1, f"customers saw {seen}")


async def unknown(trial: Trial) -> None:
    contact = await _made(trial, "unknown-1", "unknown", "Do what you can")
    await trial.hub.tell(contact.thread, "somersault", height=3)
    await trial.hub.send(contact.thread, contact.path.address, "After the unknown")
    await _seen(trial, "After the unknown")
    _expect(await _all_acked(trial), "a command that it does not know was not acked")


async def refuses(trial: Trial) -> None:
    before = len(trial.hub.refused)
    answer = await trial.wire.bad(PATIENCE)
    if not answer:
        return
    _expect(answer == "refused", f"the wire was told {answer!r}")
    await _until(lambda: len(trial.hub.refused) > before, "nothing came on refused.in")
    kept = trial.hub.refused[-1]
    _expect(bool(kept.raw.uri), "it does not say where the bytes are")


async def tries_again(trial: Trial) -> None:
    if not await trial.wire.bad(PATIENCE):
        return
    await _until(lambda: trial.hub.refused, "nothing came on refused.in")
    try:
        told = await trial.hub.retry(trial.hub.refused[-1])
    except HubError as error:
        raise BrokenError(f"asked to try it again: {error}") from None
    _expect(told.status == "rejected" and bool(told.reason), f"asked to try bad input again, it answered {told}")


async def killed(trial: Trial) -> None:
    contact = await _made(trial, "killed-0", "killed", "Before the crash")
    trial.hub.hears.clear()
    await trial.wire.contact("killed-1", "killed", "During the crash", DEAF)
    await trial.wire.kill()
    sent = await trial.hub.send(contact.thread, contact.path.address, "While you were away")
    await trial.wire.start()
    trial.hub.hears.set()
    await _accepted(trial, "killed-1", "killed", "During the crash")
    _one(trial, "During the crash")
    seen = await _seen(trial, "While you were away")
    _expect(_count(seen, "While you were away") == 1, f"customers saw {seen}")
    await _reported(trial, sent)


async def bus_killed(trial: Trial) -> None:
    contact = await _made(trial, "bus-0", "bus", "Before the bus was killed")
    killing = asyncio.create_task(trial.hub.kill_bus())
    await trial.wire.contact("bus-1", "bus", "While the bus was gone", DEAF)
    await killing
    await _accepted(trial, "bus-1", "bus", "While the bus was gone")
    _one(trial, "While the bus was gone")
    name = await trial.hub.send(contact.thread, contact.path.address, "The bus is back")
    await _reported(trial, name)
    seen = await _seen(trial, "The bus is back")
    _expect(_count(seen, "The bus is back") == 1, f"customers saw {seen}")


async def flood(trial: Trial) -> None:
    trial.hub.hears.clear()
    before = _bytes(trial.pid)
    early = await trial.wire.flood(FLOOD, DEAF)
    grown = _bytes(trial.pid) - before
    trial.hub.hears.set()
    if early < 0:
        return
    _expect(early == 0, f"the wire was told `accepted` {early} times while the hub had confirmed nothing")
    _expect(grown < MOST_GROWTH, f"it grew by {grown // 1024 // 1024} MiB while nobody took its reports")
    accepted = await trial.wire.flood(FLOOD, 3 * PATIENCE)
    _expect(accepted == FLOOD, f"{accepted} of {FLOOD} were accepted in the end")
    kept = {one.id for one in trial.hub.contacts if one.text.startswith("hello ")}
    _expect(len(kept) == FLOOD, f"{FLOOD} contacts came under {len(kept)} ids")


RULES = (
    Rule(
        "confirmed", "a contact is reported in its channel, with thread and words, and the wire is told so", confirmed
    ),
    Rule("only after", "the wire is answered only after the hub's confirmation", only_after),
    Rule("repeats", "what the wire repeats has the id and content it had before", repeats),
    Rule("threads", "a thread stays one, in order; two threads stay two", threads),
    Rule("sends", "what it is told to send leaves in the order of its thread, and is reported and acked", sends),
    Rule("sends once", "what it is told to send twice leaves once", sends_once),
    Rule("unknown", "a command that it does not know is passed over and acked", unknown),
    Rule("refuses", "bad input is refused on the wire, and reported with its bytes", refuses),
    Rule("tries again", "asked to try again what it refused, it answers with a confirmation", tries_again),
    Rule("killed", "killed and started again, it loses and doubles nothing", killed),
    Rule("bus killed", "it goes on when the bus comes back, and loses and doubles nothing", bus_killed),
    Rule("flood", "what nobody takes waits at its sender, and nothing of it is lost or doubled", flood),
)


def _expect(holds: bool, seen: str) -> None:
    if not holds:
        raise BrokenError(seen)


async def _until(holds: Callable[[], object], otherwise: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise BrokenError(f"{otherwise} within {PATIENCE:.0f} s") from None


async def _accepted(trial: Trial, name: str, thread: str, text: str) -> None:
    """The wire asks until it is told `accepted`."""
    answer, loop = "", asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while answer != "accepted":
        left = end - loop.time()
        if left <= 0:
            raise BrokenError(f"the wire was told {answer!r} of {text!r} for {PATIENCE:.0f} s{_mistakes(trial)}")
        answer = await trial.wire.contact(name, thread, text, left)
        if answer in ("refused", "none"):
            raise BrokenError(f"the wire was told {answer!r} of {text!r}{_mistakes(trial)}")


async def _made(trial: Trial, name: str, thread: str, text: str) -> Contact:
    await _accepted(trial, name, thread, text)
    return _one(trial, text)


def _one(trial: Trial, text: str) -> Contact:
    """The contact with this text: reported as often as may be, always the same."""
    told = [one for one in trial.hub.contacts if text in trial.words(one)]
    if not told:
        raise BrokenError(f"the wire was told `accepted` of {text!r}, and no such contact came{_mistakes(trial)}")
    _expect(len({one.id for one in told}) == 1, f"{text!r} came under several ids: {sorted({one.id for one in told})}")
    differs = f"the contact {told[0].id} was repeated with another content"
    _expect(len({body_hash(one) for one in told}) == 1, differs)
    return told[0]


async def _seen(trial: Trial, text: str) -> list[str]:
    """What customers got until one of them got this, and a moment longer."""
    seen: list[str] = []
    try:
        async with asyncio.timeout(PATIENCE):
            while not _count(seen, text):
                seen += [one.text.strip() for one in await trial.wire.saw()]
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise BrokenError(f"customers saw {seen}, and no {text!r} within {PATIENCE:.0f} s") from None
    await asyncio.sleep(0.5)
    return seen + [one.text.strip() for one in await trial.wire.saw()]


def _count(seen: list[str], text: str) -> int:
    return sum(text in one for one in seen)


async def _reported(trial: Trial, contact_id: str) -> None:
    def told() -> Counter[ConversationSignal]:
        return Counter(one.signal for one in trial.hub.signals if one.contact_id == contact_id)

    await _until(told, f"what became of {contact_id!r} was not reported")
    _expect(set(told()) == {ConversationSignal.SENT}, f"it reported {dict(told())} of {contact_id!r}")


async def _all_acked(trial: Trial) -> bool:
    for _ in range(int(PATIENCE * 10)):
        if not await trial.hub.untold():
            return True
        await asyncio.sleep(0.1)
    return False


def _mistakes(trial: Trial) -> str:
    return f". It reported what no hub understands: {trial.hub.mistakes[-1]}" if trial.hub.mistakes else ""


def _bytes(pid: int) -> int:
    """Resident memory of a process; 0 where it can't be known."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError):
        return 0
