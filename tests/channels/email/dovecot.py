"""A real Dovecot in a directory of its own, on any port of loopback, with one mailbox."""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.channels.email.mail_adapter import free_port

DOVECOT = shutil.which("dovecot", path="/usr/sbin:/usr/bin") or ""
needs_dovecot = pytest.mark.skipif(not (DOVECOT and os.geteuid() == 0), reason="needs root, and Debian's dovecot-imapd")

_SETTINGS = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
default_login_user = dovenull
default_internal_user = dovecot
first_valid_uid = 0
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """`password_file` opens the mailbox of anybody."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.password_file = folder / "password"
        self.password_file.write_text("secret\n")
        self._mail = folder / "mail"
        for path in (folder / "home", *(self._mail / name for name in ("", "new", "cur", "tmp"))):
            path.mkdir(exist_ok=True)
            shutil.chown(path, "nobody", "nogroup")
        self._settings = folder / "dovecot.conf"
        self._settings.write_text(_SETTINGS.format(folder=folder, port=self.port))

    def deliver(self, raw: bytes) -> None:
        """A new mail is there."""
        name = uuid.uuid4().hex
        draft = self._mail / "tmp" / name
        draft.write_bytes(raw)
        shutil.chown(draft, "nobody", "nogroup")
        draft.rename(self._mail / "new" / name)

    def seen(self) -> int:
        """Mails that are marked so."""
        return sum(1 for one in (self._mail / "cur").iterdir() if "S" in one.name.partition(":2,")[2])

    @contextmanager
    def serving(self) -> Iterator[None]:
        process = subprocess.Popen([DOVECOT, "-F", "-c", str(self._settings)], stderr=subprocess.PIPE, text=True)
        with process:
            try:
                time.sleep(0.3)
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
                yield
            finally:
                process.terminate()


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Its folder can be entered by the users it works as; it serves where it is told to."""
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    folder.chmod(0o755)
    try:
        yield Dovecot(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
