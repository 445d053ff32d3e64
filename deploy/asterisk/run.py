#!/usr/bin/env python3
"""Runs the Asterisk that `install` brought, until it is told to end: one folder holds all that it writes."""

import argparse
import math
import os
import platform
import secrets
import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFAULT_ROOT = Path.home() / ".cache/contact-path-manager/asterisk"


def main() -> None:
    given = _arguments()
    folder = given.folder.resolve()
    root = Path(os.environ.get("ASTERISK_ROOT", DEFAULT_ROOT)).resolve()
    binary = root / "usr/sbin/asterisk"
    if not binary.exists():
        raise SystemExit(
            f"there is no Asterisk in {root}: run {HERE / 'install'} first, or name the folder in ASTERISK_ROOT"
        )
    for name in ("etc", "cache", "lib/keys", "run", "log/cdr-custom", "spool/fallback", "spool/recording", "moh"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _password(folder)
    _music(folder / "moh" / "music.sln")
    _data(folder / "data", root)
    _settings(folder, root, given)
    libraries = root / f"usr/lib/{platform.machine()}-linux-gnu"
    loader = next(one for part in ("lib64", "lib") for one in (root / "usr" / part).glob("ld-linux-*"))
    print(f"ARI at http://127.0.0.1:{given.http_port}/ari, SIP at {given.sip_address}:{given.sip_port}", flush=True)
    command = [loader, "--library-path", libraries, binary, "-C", folder / "etc/asterisk.conf", "-f", "-n"]
    os.execv(loader, [str(part) for part in command])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder", type=Path, help="holds settings, recordings, records and logs; made if it is not there"
    )
    parser.add_argument("--sip-address", default="127.0.0.1")
    parser.add_argument("--sip-port", type=int, default=5060)
    parser.add_argument("--http-port", type=int, default=8088)
    parser.add_argument("--rtp-start", type=int, default=10000, help="the first of 2,000 ports for voice")
    parser.add_argument("--trunk", default="sip:127.0.0.1:5080", help="where calls to customers go")
    parser.add_argument("--trunk-match", default="127.0.0.1", help="the addresses calls come from")
    parser.add_argument(
        "--fallback-seconds", type=int, default=60, help="how long its own queue tries while the hub is away"
    )
    parser.add_argument(
        "--agent",
        action="append",
        default=[],
        metavar="NAME=PASSWORD, NAME=browser or NAME=sip:…",
        help="an agent's phone: registers with the password, in a browser with one of phones.toml, or is called there",
    )
    return parser.parse_args()


def _password(folder: Path) -> None:
    file = folder / "ari-password"
    if not file.exists():
        _secret(file, secrets.token_hex(16))


def _music(file: Path) -> None:
    """A soft chord, twenty seconds of it: put other music (8 kHz, signed linear) beside it or in its place."""
    if file.exists():
        return
    notes, rate = (220.0, 277.18, 329.63), 8000
    samples = (
        int(
            1800
            * (0.6 + 0.4 * math.sin(2 * math.pi * at / rate / 5))
            * sum(math.sin(2 * math.pi * note * at / rate) for note in notes)
        )
        for at in range(20 * rate)
    )
    file.write_bytes(b"".join(struct.pack("<h", sample) for sample in samples))


def _data(data: Path, root: Path) -> None:
    """What Asterisk reads and never writes. The package's links among it lead out of the folder."""
    given = root / "usr/share/asterisk"
    sounds = data / "sounds"
    sounds.mkdir(parents=True, exist_ok=True)
    for source in given.iterdir():
        link = data / source.name
        if not link.exists() and source.name != "sounds":
            link.symlink_to(source)
    english = next(one for one in sorted(given.glob("sounds/en_*")) if one.is_dir() and not one.is_symlink())
    if not (sounds / "en").exists():
        (sounds / "en").symlink_to(english)


def _settings(folder: Path, root: Path, given: argparse.Namespace) -> None:
    words = {
        "HERE": folder,
        "ROOT": root,
        "SPOOL": folder / "spool",
        "MUSIC": folder / "moh",
        "MACHINE": platform.machine(),
        "SYSTEM_NAME": "pbx",
        "ARI_PASSWORD": (folder / "ari-password").read_text(),
        "HTTP_PORT": given.http_port,
        "SIP_ADDRESS": given.sip_address,
        "SIP_PORT": given.sip_port,
        "TRUNK_CONTACT": given.trunk,
        "TRUNK_MATCH": given.trunk_match,
        "FALLBACK_SECONDS": given.fallback_seconds,
    }
    for template in (HERE / "etc").iterdir():
        text = template.read_text()
        for word, value in words.items():
            text = text.replace(f"@{word}@", str(value))
        (folder / "etc" / template.name).write_text(text)
    (folder / "etc/rtp.conf").write_text(
        f"[general]\nrtpstart = {given.rtp_start}\nrtpend = {given.rtp_start + 1999}\n"
    )
    agents = dict(agent.split("=", 1) for agent in given.agent)
    passwords = {name: secrets.token_urlsafe(24) for name, how in agents.items() if how == "browser"}
    _tell_browsers(folder / "phones.toml", given.http_port, passwords)
    phones = [_phone(name, how, passwords.get(name, "")) for name, how in agents.items()]
    _secret(folder / "etc/pjsip_agents.conf", "\n".join(phones))
    members = [f"member => PJSIP/{name}\n" for name in agents]
    (folder / "etc/queue_members.conf").write_text("".join(members))


def _tell_browsers(file: Path, http_port: int, passwords: dict[str, str]) -> None:
    """For HUB_PHONES: the passwords are new with every start."""
    lines = [f'url = "ws://127.0.0.1:{http_port}/ws"', 'domain = "127.0.0.1"']
    lines += [f'\n[agents."{name}"]\npassword = "{password}"' for name, password in passwords.items()]
    _secret(file, "\n".join(lines) + "\n")


def _secret(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)


def _phone(name: str, how: str, of_browser: str) -> str:
    if how.startswith("sip:"):
        return f"[{name}](agent)\naors = {name}\n\n[{name}]\ntype = aor\ncontact = {how}\n"
    kind = "agent-browser" if of_browser else "agent"
    login = f"[{name}](agent-login)\nusername = {name}\npassword = {of_browser or how}\n"
    return f"[{name}]({kind})\nauth = {name}\naors = {name}\n\n{login}\n[{name}](agent-phone)\n"


if __name__ == "__main__":
    main()
