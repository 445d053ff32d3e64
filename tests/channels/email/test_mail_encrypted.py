"""Mail comes in and leaves by STARTTLS where that is set, and in the clear to nobody who should prove who they are."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hub.channels.email.server import receiving
from hub.domain.contact import ConversationSignal
from tests.channels.email.corpus import mail
from tests.channels.email.fakes import FakeHub, FakeMailServer, running, send, table, until
from tests.channels.email.test_mail_in import Door

NOW = datetime.now(UTC)  # noqa: TID251


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Of 127.0.0.1, attested by itself; and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    written = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(written)
    (folder / "certificate.pem").write_bytes(made.public_bytes(pem))
    return folder / "certificate.pem", folder / "key.pem"


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
def test_mail_comes_in_encrypted_and_a_connection_counts_once(
    certificate: tuple[Path, Path], tmp_path: Path, protocol: str, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def comes_in() -> None:
        door = Door(tmp_path, protocol=protocol, connections=1, certificate=certificate[0], private_key=certificate[1])
        door.hub.answers.set()
        async with receiving(door.incoming, door.server, "hub") as port:
            for number in range(3):
                await _hands_in(port, protocol, mail(f"number {number}"), certificate[0])
                await asyncio.sleep(0.05)
        assert sorted(one.text for one in door.hub.contacts.values()) == ["number 0", "number 1", "number 2"]
        door.place.ledger.close()
        door.book.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(comes_in())


async def _hands_in(port: int, protocol: str, raw: bytes, trusted: Path) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def says(line: str) -> str:
        writer.write(f"{line}\r\n".encode())
        while (answer := (await reader.readline()).decode())[3:4] == "-":
            pass
        return answer[:3]

    hello = "LHLO me" if protocol == "lmtp" else "EHLO me"
    await reader.readline()
    assert [await says(hello), await says("STARTTLS")] == ["250", "220"]
    await writer.start_tls(ssl.create_default_context(cafile=str(trusted)), server_hostname="127.0.0.1")
    told = (hello, "MAIL FROM:<ann@example.com>", "RCPT TO:<support@example.org>", "DATA")
    assert [await says(one) for one in told] == ["250", "250", "250", "354"]
    assert await says(f"{raw.decode()}\r\n.") == "250"
    writer.close()
    await writer.wait_closed()


async def test_a_mail_leaves_encrypted_to_who_proves_who_they_are(
    certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    server, hub = await _sent(certificate, tmp_path)
    assert [one.signal for one in hub.signals] == [ConversationSignal.SENT]
    assert len(server.mails) == 1


async def test_a_mail_does_not_leave_to_who_does_not(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    server, hub = await _sent(certificate, tmp_path)
    [failed] = hub.signals
    assert failed.signal is ConversationSignal.FAILED
    assert "certificate" in failed.reason.lower()
    assert not server.mails


async def test_a_mail_does_not_leave_in_the_clear_where_encryption_is_not_to_be_had(tmp_path: Path) -> None:
    server, hub = await _sent(None, tmp_path)
    assert [one.signal for one in hub.signals] == [ConversationSignal.FAILED]
    assert not server.mails


async def _sent(certificate: tuple[Path, Path] | None, folder: Path) -> tuple[FakeMailServer, FakeHub]:
    """What came of a mail that may be tried once."""
    server, hub = FakeMailServer(), FakeHub()
    hub.answers.set()
    if certificate is not None:
        server.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        server.tls.load_cert_chain(*certificate)
    async with server.serving():
        told = table(smarthost={"port": server.port, "security": "starttls"})
        async with running(folder / "a", hub, told):
            hub.commands.put_nowait(send(report_by=NOW - timedelta(minutes=1)))
            await until(lambda: hub.signals)
    return server, hub
