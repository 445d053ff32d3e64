"""Path policies told twice: as the text that is published, and as plain numbers that tests reckon with."""

from typing import NamedTuple

from hub.paths.policy.parsing import parse_path_policy

DAY = 24 * 60
CAMPAIGN, HELD_BACK = "spring", "tv"
ALL_CHANNELS = ("phone", "sms", "email", "web", "in_person")


class Cap(NamedTuple):
    """At most so many contacts in any so many hours."""

    most: int
    hours: int
    of: str = "customer"
    purposes: tuple[str, ...] = ("survey", "promotional")
    channels: tuple[str, ...] = ALL_CHANNELS


class Policy(NamedTuple):
    """What changes from one policy to the next. `quiet`: minutes since midnight, an end beyond it is on the next day;
    `saturday` on top of it."""

    zone: str = "Asia/Tehran"
    quiet: tuple[int, int] = (21 * 60, DAY + 9 * 60)
    saturday: tuple[int, int] | None = None
    caps: tuple[Cap, ...] = (Cap(1, 24), Cap(3, 24 * 7), Cap(2, 24 * 3, "account"))
    severity: str = "high"
    hold_hours: int = 24
    share: float = 40.0
    price: int = 50
    explores: bool = False

    @property
    def text(self) -> str:
        zone = f'time_zone = "{self.zone}"\n' if self.zone else ""
        saturday = f'saturday = ["{_span(self.saturday)}"]\n' if self.saturday else ""
        return "".join(
            (
                '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n',
                f'[service_state]\nseverity = "{self.severity}"\nhold_hours = {self.hold_hours}\n',
                f'[quiet_hours]\n{zone}daily = ["{_span(self.quiet)}"]\n{saturday}',
                f"[arbitration]\nexplores = {str(self.explores).lower()}\n",
                *(
                    f"[[frequency]]\nmost = {cap.most}\nhours = {cap.hours}\nof = '{cap.of}'\n"
                    f"purposes = {list(cap.purposes)}\nchannels = {list(cap.channels)}\n"
                    for cap in self.caps
                ),
                f'[[holdouts]]\ncampaign = "{CAMPAIGN}"\nshare = {self.share}\npropositions = ["{HELD_BACK}"]\n',
                _proposition("fibre", "product", 1_000, self.prices["fibre"]),
                _proposition(HELD_BACK, "product", 900, self.prices[HELD_BACK]),
                _proposition("lines", "product", 800, self.prices["lines"], 'holder = "account"\n'),
                _proposition("sorry", "recovery", 10, self.prices["sorry"]),
            )
        )

    @property
    def prices(self) -> dict[str, int]:
        return {"fibre": self.price, HELD_BACK: self.price + 1, "lines": self.price + 2, "sorry": 5}

    def terms(self, proposition: str) -> dict[str, int]:
        """In which it is granted, where nobody says otherwise."""
        return {"price": self.prices[proposition], "gift": 1}

    @property
    def version(self) -> str:
        return parse_path_policy(self.text).version


def _span(minutes: tuple[int, int]) -> str:
    if minutes == (0, DAY):
        return "00:00-24:00"
    return "-".join(f"{one % DAY // 60:02}:{one % 60:02}" for one in minutes)


def _proposition(name: str, kind: str, contribution: int, price: int, more: str = "") -> str:
    return (
        f'[[propositions]]\nname = "{name}"\nkind = "{kind}"\nchannels = {list(ALL_CHANNELS)}\n{more}'
        f"days_granted = 5\ncontribution = {contribution}\n"
        f'[propositions.terms]\nprice = {{ value = {price}, floor = 1, ceiling = 100, better = "lower" }}\n'
        'gift = { value = 1, floor = 0, ceiling = 9, better = "higher" }\n'
    )


STRICT = Policy()
OPEN_ALL_NIGHT = Policy(
    zone="", quiet=(3 * 60, 4 * 60), saturday=(22 * 60 + 30, DAY + 8 * 60), severity="critical", hold_hours=2,
    caps=(Cap(1, 12, channels=("sms", "phone")), Cap(2, 24), Cap(3, 24 * 7, "account", ("service", "promotional"))),
    price=45,
)  # fmt: skip
DAYTIME = Policy(quiet=(12 * 60, 14 * 60), share=90.0, severity="low", hold_hours=1, price=55, explores=True)
POLICIES = (STRICT, OPEN_ALL_NIGHT, DAYTIME)
BY_VERSION = {one.version: one for one in POLICIES}
PURPOSE_OF = {"fibre": "promotional", HELD_BACK: "promotional", "lines": "promotional", "sorry": "recovery"}
