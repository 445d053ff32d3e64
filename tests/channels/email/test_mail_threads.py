"""Conversations are found again, and no name tells who it is about."""

from hub.channels.email.mail import Address
from hub.channels.email.parse import parse
from hub.channels.email.threads import Names, tagged, untagged
from tests.channels.email.corpus import NOON, mail

NAMES = Names(b"k" * 32, "example.org")
OURS = NAMES.message_id("contact-1")


def known(message_id: str) -> str | None:
    return {OURS: "thread-of-ours"}.get(message_id)


def theirs(message_id: str) -> str | None:
    return {"anns@example.com": "thread-of-ann"}.get(message_id)


def thread(**headers: str) -> str:
    return NAMES.thread_of(parse(mail(**headers), NOON), known, theirs)


def test_an_answer_to_a_mail_of_ours_belongs_where_that_one_does() -> None:
    assert thread(In_Reply_To=f"<{OURS}>") == "thread-of-ours"
    assert thread(Message_ID="<m2@x>", References=f"<m1@example.com> <{OURS}> <other@x>") == "thread-of-ours"


def test_the_token_of_the_address_tells_where_headers_were_lost() -> None:
    address = tagged(Address("", "support@example.org"), OURS.partition("@")[0]).address
    assert thread(To=address) == "thread-of-ours"
    read = parse(mail(), NOON)
    assert NAMES.thread_of(read, known, theirs, [address.upper()]) == "thread-of-ours"
    assert untagged(address) == "support@example.org"


def test_later_mails_of_a_customer_belong_to_their_first() -> None:
    first = thread()
    assert thread(Message_ID="<m2@x>", References="<m1@example.com>") == first
    assert thread(Message_ID="<m2@x>", In_Reply_To="<m1@example.com>") == first
    assert thread(Message_ID="<m2@x>") != first


def test_who_answers_the_same_mail_to_many_that_we_never_had_is_on_a_thread_of_their_own() -> None:
    assert thread(From="a@x.org", References="<news@x>") != thread(From="b@x.org", References="<news@x>")


def test_who_answers_a_mail_that_a_customer_wrote_to_us_is_in_that_conversation() -> None:
    assert thread(From="cy@example.com", References="<anns@example.com>") == "thread-of-ann"
    assert thread(From="cy@example.com", References="<older@x> <anns@example.com> <newer@x>") == "thread-of-ann"
    assert thread(From="cy@example.com", References=f"<{OURS}> <anns@example.com>") == "thread-of-ours"


def test_a_repeat_is_the_same_contact_however_it_travelled_and_another_body_is_not() -> None:
    first = NAMES.contact_id(parse(mail("Hi\n"), NOON))
    again = NAMES.contact_id(parse(b"Received: by x; Mon, 05 Jan 2026 11:00:00 +0000\r\n" + mail("Hi"), NOON))
    assert first == again
    assert NAMES.contact_id(parse(mail("Ho"), NOON)) != first
    assert NAMES.contact_id(parse(mail("Hi", Message_ID=""), NOON)) != first


def test_names_say_nothing_without_the_key() -> None:
    read = parse(mail(), NOON)
    names = [NAMES.contact_id(read), NAMES.thread_of(read, known, theirs)]
    others = Names(b"x" * 32, "example.org")
    assert not any("m1" in one or "ann" in one for one in names)
    assert NAMES.contact_id(read) != others.contact_id(read)
    assert others.message_id("contact-1") != OURS
