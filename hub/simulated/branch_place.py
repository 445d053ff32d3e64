"""The demo's branch: where its pages are, who sits at its desks, and how visits wait there."""

from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from hub.policies.reading import shipped
from hub.simulated.population import SERVICES, person
from hub.simulated.process import keep_private

BRANCH, QUEUE, CLERKS = "demo", "branch", 8
_FIRST_CLERK = 2_000_000
_NAMES = {
    "support": ("Support", "پشتیبانی"),
    "sales": ("Sales", "فروش"),
    "billing": ("Billing", "صورتحساب"),
    "complaints": ("Complaints", "شکایت"),
}
_VISITS = "[channels.in_person]\n"
_BRANCH_QUEUE = f"""
[queues.{QUEUE}]
service_level = {{ seconds = 120, share = 0.8 }}
offer_timeout_seconds = 20

# Whoever comes to the branch is seen there, at a desk.
[[rules]]
channel = "in_person"
queue = "{QUEUE}"
attributes = {{ branch = "{BRANCH}" }}
"""


class Clerk(NamedTuple):
    """Who sits at a desk."""

    id: str
    name: str
    desk: str
    pin: str


class Guest(NamedTuple):
    """How whoever looks at the demo works at a desk of their own, and with the same PIN at the reception: the pages are
    on this machine alone. `branch`: what the pages' addresses begin with."""

    branch: str
    name: str = "guest"
    desk: str = str(CLERKS + 1)
    pin: str = "2468"


def branch_policy() -> str:
    """The one that ships with the hub, and a queue for the branch; visits may be laid aside."""
    return shipped("hub.router.policy").replace(_VISITS, f"{_VISITS}asynchronous = true\n") + _BRANCH_QUEUE


class BranchPlace:
    """On this port; who may sit where lies in this file."""

    def __init__(self, port: int, pins_file: Path) -> None:
        self.clerks = [
            Clerk(f"demo-desk-{desk}", person(_FIRST_CLERK + desk, 0).name, str(desk), token_hex(8))
            for desk in range(1, CLERKS + 1)
        ]
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._pins_file = pins_file

    def page(self, name: str) -> str:
        """Of the branch: kiosk, display, desk, reception, or what they ask for."""
        return f"{self.url}/b/{BRANCH}/{name}"

    def guest(self) -> Guest:
        """Who one is here."""
        return Guest(f"{self.url}/b/{BRANCH}")

    def invitation(self) -> str:
        """Where whoever looks at the demo finds the pages."""
        guest = self.guest()
        return (
            f"{guest.branch}/kiosk  /display  /reception  /desk   "
            f"yours is desk {guest.desk}: {guest.name}, PIN {guest.pin}"
        )

    def keep_pins(self) -> None:
        """Before the adapter starts."""
        agents = "".join(f'{one.id} = "{one.pin}"\n' for one in self._everybody())
        keep_private(self._pins_file, f'[agents]\n{agents}[reception]\n{BRANCH} = "{self.guest().pin}"\n'.encode())

    def table(self) -> str:
        """`[branch]` of channels.toml: a service for each that customers come for."""
        everybody = self._everybody()
        services = "".join(_service(*one) for one in zip(SERVICES, "ABCDEFGH", strict=False))
        desks = "".join(f"[branch.branches.{BRANCH}.desks.{one.desk}]\n" for one in everybody)
        agents = "".join(f'[branch.branches.{BRANCH}.agents.{one.id}]\nname = "{one.name}"\n' for one in everybody)
        return f"""[branch]
port = {self._port}
pins_file = "{self._pins_file}"
tickets_per_minute = 10_000

[branch.branches.{BRANCH}]
name = {{ en = "Demo branch", fa = "شعبهٔ نمونه" }}
time_zone = "Asia/Tehran"
languages = ["en", "fa"]
wrap_up = ["resolved", "follow_up", "escalated", "no_answer_needed"]
{services}{desks}{agents}"""

    def _everybody(self) -> tuple[Clerk, ...]:
        guest = self.guest()
        return (*self.clerks, Clerk(guest.name, "You", guest.desk, guest.pin))


def _service(service: str, letter: str) -> str:
    english, persian = _NAMES[service]
    return f"""
[branch.branches.{BRANCH}.services.{service}]
name = {{ en = "{english}", fa = "{persian}" }}
letter = "{letter}"
queue = "{QUEUE}"
minutes = 0.4
"""
