"""A real Postfix in a directory of its own, on any port of loopback: it hands `example.org` in by LMTP, and
`elsewhere.example` to a mail server of the test."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.channels.email.mail_adapter import free_port

POSTFIX = shutil.which("postfix", path="/usr/sbin:/usr/bin:/sbin") or ""
SWAKS = shutil.which("swaks") or ""
needs_postfix = pytest.mark.skipif(
    not (POSTFIX and SWAKS and os.geteuid() == 0), reason="needs root, and Debian's packages postfix and swaks"
)

_SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """`port`: where it takes mail; `lmtp`: where it hands it in."""

    def __init__(self, folder: Path, lmtp: int, elsewhere: int) -> None:
        self.port = free_port()
        self._folder = folder
        for name in ("etc", "queue", "data"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "etc" / "master.cf").write_text(_SERVICES.format(port=self.port))
        (folder / "etc" / "transport").write_text(f"elsewhere.example smtp:[127.0.0.1]:{elsewhere}\n")
        settings = {
            "queue_directory": folder / "queue", "data_directory": folder / "data", "maillog_file": folder / "log",
            "maillog_file_prefixes": folder, "compatibility_level": "3.6", "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4", "myhostname": "mx.example.org", "mydestination": "", "mynetworks": "127.0.0.0/8",
            "virtual_mailbox_domains": "example.org", "virtual_transport": f"lmtp:inet:127.0.0.1:{lmtp}",
            "transport_maps": f"texthash:{folder}/etc/transport", "alias_maps": "", "alias_database": "",
            "smtpd_relay_restrictions": "permit_mynetworks, reject", "queue_run_delay": "1s",
            "minimal_backoff_time": "1s", "maximal_backoff_time": "1s", "lmtp_data_done_timeout": "20s",
            "smtpd_tls_security_level": "none",
        }  # fmt: skip
        (folder / "etc" / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))

    def queued(self) -> int:
        """Mails it keeps."""
        return sum(1 for name in ("incoming", "active", "deferred") for one in self._files(name) if one.is_file())

    def deferred(self) -> int:
        """Those that were not taken, and are tried again."""
        return sum(1 for one in self._files("deferred") if one.is_file())

    def _files(self, name: str) -> list[Path]:
        return list((self._folder / "queue" / name).rglob("*"))

    def log(self) -> str:
        file = self._folder / "log"
        return file.read_text() if file.exists() else ""

    def run(self, command: str) -> None:
        done = subprocess.run(
            [POSTFIX, "-c", str(self._folder / "etc"), command], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, f"{done.stderr}\n{self.log()}"


@contextmanager
def postfix(lmtp: int, elsewhere: int = 1) -> Iterator[Postfix]:
    """Running until this is left. Its folder can be entered by the users it works as."""
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    folder.chmod(0o755)
    one = Postfix(folder, lmtp, elsewhere)
    try:
        one.run("start")
        try:
            yield one
        finally:
            one.run("abort")
            time.sleep(0.3)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def swaks(port: int, *arguments: str) -> None:
    """Hand in one mail as a customer's mail server does."""
    command = [SWAKS, "--server", f"127.0.0.1:{port}", "--silent", "2", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
