"""Any bytes are read as a mail: nothing is raised, and what it says is found."""

import base64
import time
from email import message_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.email.mail import ReportAction
from hub.channels.email.parse import parse
from hub.domain.refused_files import EXECUTABLE
from tests.channels.email.corpus import NOON, corpus, mail

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()
needs_corpus = pytest.mark.skipif(not corpus(), reason="this interpreter came without test/test_email/data")


@needs_corpus
def test_the_corpus_of_the_standard_library_is_read_and_nothing_of_it_is_lost() -> None:
    assert len(corpus()) >= 48
    for file in corpus():
        read = parse(file.read_bytes(), NOON)
        assert not read.is_damaged, file.name
        said = [one.get_payload(decode=True) for one in message_from_bytes(file.read_bytes()).walk()]
        assert read.text or read.html or read.files or not any(one and one.strip() for one in said), file.name
        assert read == parse(file.read_bytes(), NOON), file.name


@needs_corpus
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_mangled_mail_raises_nothing_and_fits_what_the_hub_takes(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(corpus())).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(raw)))
        raw[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    read = parse(bytes(raw), NOON)
    assert len(read.text) <= 100_000
    assert len(read.subject) <= 998
    assert len(read.files) <= 40
    words = (read.text, read.html, read.subject, *(one.name for one in read.files), *read.references)
    assert all("\0" not in one and one.encode() is not None for one in words)
    assert read.sent_at is None or read.sent_at.tzinfo is not None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_bytes_that_are_no_mail_are_read_too(raw: bytes) -> None:
    assert parse(raw, NOON).id == parse(raw, NOON).id


@pytest.mark.parametrize(
    "raw",
    [
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\nContent-Type: a/b\r\n\r\nhi\r\n" * 10_000,
        b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(2_000)),
        b"Content-Type: message/rfc822\r\n\r\n" * 3_000,
        b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000,
        b"\r\n" + b"> a\r\n" * 50_000,
        b"\r\n" + b"-----\r\nFrom: \r\n" * 20_000,
        b"From: " + b"(" * 50_000 + b"\r\nReferences: " + b"<a@b> " * 50_000 + b"\r\n\r\nhi",
        b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\r\n\r\nhi",
    ],
    ids=["parts", "nested", "mails", "elements", "quotes", "dashes", "comments", "words"],
)
def test_what_is_made_to_take_long_does_not(raw: bytes) -> None:
    begun = time.process_time()
    read = parse(raw, NOON)
    assert time.process_time() - begun < 3
    assert len(read.files) <= 40


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        ({"Content_Type": "text/plain; charset=no-such"}, "caf\udcc3\udca9", "café"),
        ({"Content_Type": "text/plain; charset=windows-1256"}, "\udcd3\udce1\udce3", "سلم"),
        ({"Content_Type": "text/plain; charset=utf-8"}, "caf\udce9", "café"),
        ({"Content_Type": "text/plain; charset=gb2312"}, "\udcc4\udce3", "你"),
        ({"Content_Type": "text/plain; charset=utf-8", "Content_Transfer_Encoding": "base64"}, "2LPZhNin2YU=", "سلام"),
        ({"Content_Type": "text/plain; charset=unicode_escape"}, "\\x41", "\\x41"),
        ({"Content_Type": "nonsense"}, "Hello", "Hello"),
    ],
)
def test_words_are_read_in_whatever_charset_they_are(headers: dict[str, str], body: str, text: str) -> None:
    assert parse(mail(body, **headers), NOON).text == text


def test_broken_headers_are_read_as_far_as_they_go() -> None:
    read = parse(
        mail(
            From="M\udcfcller <>",
            Message_ID="< a b@c >",
            References="junk <r1@x> ,, <r 2@x>",
            Subject="Gr\udcfc\udcdfe",
        ),
        NOON,
    )
    assert (read.sender, read.message_id, read.references) == (None, "ab@c", ("r1@x", "r2@x"))
    assert read.subject == "Grüße"
    assert read.sent_at is None


def test_encoded_words_are_put_together_also_where_a_character_is_cut_in_two() -> None:
    subject = "=?utf-8?B?2LPZhA==?=\r\n =?utf-8?B?2KfZhQ==?= and =?utf-8?q?caf=C3?= =?utf-8?q?=A9?="
    assert parse(mail(Subject=subject), NOON).subject == "سلام and café"


@pytest.mark.parametrize(
    ("body", "new"),
    [
        ("Yes please.\n\nOn Mon, 5 Jan 2026 at 10:00, Hub <a@b.org> wrote:\n> What?\n> When?", "Yes please."),
        ("Yes.\n\nOn Mon, 5 Jan 2026 at 10:00, Hub <a@b.org> wrote:\n> What?\nThe blue one.\n> When?\nNow.",
         "Yes.\n\nThe blue one.\nNow."),
        ("Ok\n\n-----Original Message-----\nFrom: Hub\nSent: Monday\nTo: Ann\nSubject: s\n\nold", "Ok"),
        ("> What?\nThis.", "This."),
        ("> only\n> quoted", "> only\n> quoted"),
    ],
)  # fmt: skip
def test_what_was_written_before_is_folded(body: str, new: str) -> None:
    assert parse(mail(body), NOON).text == new


def test_html_is_shown_without_what_runs_or_asks_elsewhere() -> None:
    body = (
        '<style>p{}</style><p onclick="x()">Hi <b>you</b></p><script>alert(1)</script><img src="https://t.example/p.gif">'
        '<img src="cid:logo"><a href="javascript:x()">go</a><iframe src="https://x"></iframe>'
        '<a href=" DATA:text/html,<script>alert(1)</script>">on</a> <a href="https://example.com/?q=data:">out</a>'
    )
    read = parse(mail(body, Content_Type="text/html"), NOON)
    assert read.html.count("<img>") == 2
    assert not any(word in read.html for word in ("script", "onclick", "t.example", "iframe", "style", "DATA"))
    assert 'href="https://example.com/?q=data:"' in read.html
    assert read.text == "Hi you\n\ngoon out"


def enclosed(*names: str, kind: str = "application/octet-stream") -> bytes:
    parts = "".join(f"--b\nContent-Type: {kind}; name={name}\n\nx\n" for name in names)
    return mail(f"{parts}--b--\n", Content_Type="multipart/mixed; boundary=b", MIME_Version="1.0")


def test_in_the_place_of_what_may_act_stands_a_note() -> None:
    read = parse(enclosed("a.pdf", "Invoice.PDF.EXE", "b.exe.txt"), NOON, refused=EXECUTABLE)
    assert [one.name for one in read.files] == ["a.pdf", "Invoice.PDF.EXE - left out.txt", "b.exe.txt"]
    assert (read.files[1].media_type, b"exe is not handed" in read.files[1].data) == ("text/plain", True)
    [typed] = parse(enclosed("a", kind="application/x-msdownload"), NOON, refused=EXECUTABLE).files
    assert typed.name == "a - left out.txt"
    assert [one.name for one in parse(enclosed("b.exe"), NOON).files] == ["b.exe"]


def test_of_too_many_files_a_note_says_how_many_are_left_out() -> None:
    read = parse(enclosed(*(f"{n}.pdf" for n in range(45))), NOON)
    assert (len(read.files), read.files[-1].name) == (40, "files left out.txt")
    assert read.files[-1].data.startswith(b"6 more files")


def test_files_keep_their_kind_and_where_they_are_shown() -> None:
    body = (
        "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\nHello\n"
        "--c\nContent-Type: text/html\n\n<p>Hello<img src='cid:logo'><img src='cid:gone'></p>\n"
        "--c\nContent-Type: text/calendar; method=request\n\nBEGIN:VCALENDAR\n--c--\n"
        f"--b\nContent-Type: image/png\nContent-ID: <logo>\nContent-Transfer-Encoding: base64\n\n{PNG}\n"
        "--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''%D8%B1.pdf\n\nx\n--b--\n"
    )
    read = parse(mail(body, Content_Type="multipart/mixed; boundary=b", MIME_Version="1.0"), NOON)
    assert read.text == "Hello"
    told = [(one.media_type, one.name, one.content_id) for one in read.files]
    assert told == [
        ("text/calendar; method=REQUEST", "invite.ics", ""),
        ("image/png", "image.png", "logo"),
        ("application/pdf", "ر.pdf", ""),
    ]
    assert read.files[1].data == base64.b64decode(PNG)
    assert '<img src="cid:2"><img>' in read.html


def test_the_moment_is_that_of_our_own_mail_server() -> None:
    received = "from a by b; Mon, 05 Jan 2026 11:00:00 +0000"
    nine = "Mon, 05 Jan 2026 09:00:00 +0000"
    assert parse(mail(Received=received, Date=nine), NOON).sent_at == NOON.replace(hour=11)
    assert parse(mail(Date=nine), NOON).sent_at == NOON.replace(hour=9)
    assert parse(mail(Date=nine.replace("2026", "2099")), NOON).sent_at is None


@pytest.mark.parametrize(
    ("headers", "sender", "auto"),
    [
        ({}, "ann@example.com", False),
        ({}, None, False),
        ({"Auto_Submitted": "no"}, None, False),
        ({}, "", True),
        ({"Auto_Submitted": "auto-replied"}, None, True),
        ({"Precedence": "Bulk"}, None, True),
        ({"List_Id": "<x>"}, None, True),
        ({"X_Auto_Response_Suppress": "DR, OOF"}, None, True),
        ({"Return_Path": "<>"}, None, True),
        ({"From": "MAILER-DAEMON@example.com"}, None, True),
        ({"From": "Form <noreply@example.com>"}, None, True),
        ({"From": "Form <noreply@example.com>", "Reply_To": "no-reply@example.com"}, None, True),
        ({"From": "Form <noreply@example.com>", "Reply_To": "Ann <ann@example.com>"}, None, False),
    ],
)
def test_mails_of_machines_are_known(headers: dict[str, str], sender: str | None, auto: bool) -> None:
    assert parse(mail(**headers), NOON, sender).is_auto is auto


@pytest.mark.parametrize(
    ("headers", "auto"),
    [
        ({}, False),
        ({"Precedence": "list", "List_Unsubscribe": "<mailto:x@example.com>"}, False),
        ({"List_Id": "Help <help.groups.example>"}, True),
        ({"Precedence": "bulk"}, True),
        ({"Auto_Submitted": "auto-replied"}, True),
        ({"Return_Path": "<>"}, True),
    ],
)
@pytest.mark.parametrize("named", ["Support@Groups.example", "support.groups.example"])
def test_a_list_by_which_people_write_to_us_makes_nobody_a_machine(
    headers: dict[str, str], auto: bool, named: str
) -> None:
    raw = mail(**{"List_Id": '"Support, all of it" <support.groups.example>', **headers})
    assert parse(raw, NOON, None, {named}).is_auto is auto


def bounce(action: str = "failed", status: str = "5.1.1", returned: str = "message/rfc822") -> bytes:
    body = (
        "--b\n\nIt is lost.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; ann@example.com\nAction: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such\n  user\n"
        f"--b\nContent-Type: {returned}\n\nMessage-ID: <ours@example.org>\nSubject: s\n\nx\n--b--\n"
    )
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    return mail(body, From="MAILER-DAEMON@mx.example.org", Content_Type=kind, MIME_Version="1.0")


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_bounce_tells_which_mail_came_back_and_why(returned: str) -> None:
    report = parse(bounce(returned=returned), NOON, "").report
    assert report is not None
    assert (report.action, report.reason) == (ReportAction.FAILED, "550 5.1.1 no such user")
    assert report.about[0] == "ours@example.org"


def test_a_delay_is_no_failure() -> None:
    report = parse(bounce("delayed", "4.4.1"), NOON, "").report
    assert report is not None
    assert report.action is ReportAction.DELAYED


COPIED = b"Message-ID: <ours@example.org>\nTo: ann@example.com\nCc: Boss <boss@example.com>"
FAILED_COPY = b"Final-Recipient: rfc822; BOSS@example.com\nAction: failed\nStatus: 5.2.2\n"


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_that_a_copy_did_not_arrive_is_told_apart_from_the_mail_itself(returned: str) -> None:
    of_both = bounce(returned=returned).replace(b"Message-ID: <ours@example.org>", COPIED)
    of_both = of_both.replace(b"Final-Recipient: rfc822; ann", FAILED_COPY + b"\nFinal-Recipient: rfc822; ann")
    report = parse(of_both, NOON, "").report
    assert report is not None
    assert (report.reason, report.is_of_copy) == ("550 5.1.1 no such user", False)

    of_the_copy = of_both.replace(b"rfc822; ann@", b"rfc822; boss@")
    report = parse(of_the_copy, NOON, "").report
    assert report is not None
    assert (report.action, report.is_of_copy) == (ReportAction.FAILED, True)


def test_a_bounce_of_no_standard_is_known_by_its_empty_sender() -> None:
    raw = mail("Hi. I'm sorry.\n\n--- Below this line is a copy.\n\nMessage-ID: <ours@example.org>\n", Message_ID="")
    report = parse(raw, NOON, "").report
    assert report is not None
    assert report.about == ("ours@example.org",)
    assert parse(raw, NOON, "ann@example.com").report is None


def test_the_address_for_answers_is_found() -> None:
    assert parse(mail(Reply_To="Other <Other@Example.com>"), NOON).reply_to == "other@example.com"
    assert parse(mail(), NOON).reply_to == ""
