"""What leaves is a mail as mail servers and readers expect it."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from hub.channels.email.render import Before, Enclosed, Occasion, references, render
from hub.channels.email.settings import Identity
from hub.domain.errors import InvalidError
from tests.channels.email.corpus import NOON, mail
from tests.channels.email.fakes import send

CARDS = Identity(sender="Kärten <cards@example.org>", signature="The card team\nTehran")


def written(command: dict[str, Any] | None = None, **occasion: Any) -> EmailMessage:
    told = {"identity": CARDS, "message_id": "token@example.org", "now": NOON, **occasion}
    raw = render(send(**(command or {})), Occasion(**told))
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return message_from_bytes(raw, policy=policy.default)  # type: ignore[return-value]


def test_headers_say_who_writes_what_is_answered_and_where_answers_go() -> None:
    made = written(before=Before("m2@x", ("m1@x",)))
    assert made["From"] == "Kärten <cards@example.org>"
    assert (made["To"], made["Reply-To"].addresses[0].addr_spec) == ("ann@example.com", "cards+token@example.org")
    assert (made["Message-ID"], made["In-Reply-To"]) == ("<token@example.org>", "<m2@x>")
    assert made["References"].split() == ["<m1@x>", "<m2@x>"]
    assert made["Date"].datetime == NOON
    assert made["Auto-Submitted"] is None


def test_text_and_html_say_the_same_and_are_signed() -> None:
    made = written({"text": "سلام", "html": "<p>سلام<script>x</script></p>"})
    assert made.get_content_type() == "multipart/alternative"
    plain, rich = made.iter_parts()
    assert plain.get_content().splitlines() == ["سلام", "", "-- ", "The card team", "Tehran"]
    assert "script" not in rich.get_content()
    assert "The card team<br>Tehran" in rich.get_content()
    assert written({"text": "", "html": "<p>Hi</p>"}).get_body(("plain",)).get_content().startswith("Hi")  # type: ignore[union-attr]


def test_files_go_along_and_a_mail_goes_as_a_mail() -> None:
    files = [
        Enclosed(b"%PDF", "application/pdf", "r.pdf"),
        Enclosed(mail("Hi", Subject="Old"), "message/rfc822", "o.eml"),
    ]
    made = written(files=[*files, Enclosed(b"x", "nonsense", "")])
    pdf, forwarded, other = made.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()) == ("r.pdf", b"%PDF")
    assert forwarded.get_content_type() == "message/rfc822"
    assert forwarded.get_content()["Subject"] == "Old"
    assert other.get_content_type() == "application/octet-stream"


PICTURE = Enclosed(b"\x89PNG", "image/png", "our logo.png")


@pytest.mark.parametrize("named", ["cid:2", "cid:our%20logo.png", "CID:our logo.png"])
def test_an_image_that_is_named_stands_in_the_html_and_no_other_file_does(named: str) -> None:
    letter, other = Enclosed(b"%PDF", "application/pdf", "r.pdf"), Enclosed(b"GIF89a", "image/gif", "b.gif")
    html = f'<p>Look: <img src="{named}"><img src="cid:1"><img src="cid:9"><img src="https://a.example/x.png"></p>'
    made = written({"text": "Look", "html": html}, files=[letter, PICTURE, other])
    assert [one.get_filename() for one in made.iter_attachments()] == ["r.pdf", "b.gif"]
    body = made.get_body(("related",))
    assert isinstance(body, EmailMessage)
    rich, picture = body.iter_parts()
    assert rich.get_content().count("src=") == 1
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in rich.get_content()
    assert (picture.get_content(), picture.get_content_disposition()) == (b"\x89PNG", "inline")
    assert picture.get_filename() == "our logo.png"


def test_an_image_that_is_shown_twice_goes_along_once_and_what_only_looks_like_one_shows_none() -> None:
    made = written({"html": '<p><img src="cid:1"> <img src="cid:1"></p>'}, files=[PICTURE])
    assert [one.get_content_type() for one in made.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    for html in ("", "<p>cid:1</p>"):
        plain = written({"text": "Hi", "html": html}, files=[PICTURE])
        assert [one.get_content_disposition() for one in plain.iter_attachments()] == ["attachment"]


def test_promotional_mail_can_be_ended_with_one_click_and_no_other_has_that() -> None:
    links = ("https://example.org/u/abc", "mailto:unsubscribe+token@example.org")
    made = written({"purpose": "promotional"}, unsubscribe=links)
    assert made["List-Unsubscribe"].strip() == f"<{links[0]}>, <{links[1]}>"
    assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert written(unsubscribe=links)["List-Unsubscribe"] is None


def test_mail_of_machines_says_so() -> None:
    assert written({"agent_id": ""})["Auto-Submitted"] == "auto-generated"


def test_a_header_can_bring_in_no_other() -> None:
    made = written({"subject": "Hi\r\nBcc: x@y.org\r\n\r\nbody\0"})
    assert made["Subject"] == "Hi Bcc: x@y.org body"
    assert made["Bcc"] is None


def test_terms_of_a_grant_are_said() -> None:
    made = written({"grant": {"grant_id": "g", "terms": {"percent": 5}}})
    assert "percent: 5" in made.get_content()


@pytest.mark.parametrize(
    "address", ["", "ann", "ann@", "a b@x.org", "سلام@x.org", "a@x.org\r\nBcc: b@x.org", "a@x,b@y"]
)
def test_an_address_that_is_none_is_named(address: str) -> None:
    with pytest.raises(InvalidError, match="no mail can be sent"):
        written({"address": address})


def test_a_domain_in_other_letters_is_written_in_ascii() -> None:
    assert written({"address": "ann@bücher.example"})["To"] == "ann@xn--bcher-kva.example"


def test_of_a_long_conversation_its_beginning_and_end_are_referred_to() -> None:
    kept = references(Before("last@x", tuple(f"m{n}@x" for n in range(100))))
    assert (len(kept), kept[0], kept[-1]) == (20, "m0@x", "last@x")
    assert references(Before("é@x", ("y" * 990,))) == ()
    assert (
        len(written(before=Before("last@x", tuple(f"{n}{'x' * 300}@x" for n in range(30))))["References"].split()) == 20
    )
