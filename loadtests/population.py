"""A made-up population whose truth is known: people in households, companies, dealers, over four years.

Families share phones, companies have switchboards, dealers sign up with their own number, people marry, numbers are
given up and get new owners, names are written in two scripts and with slips of the pen."""

import random
from collections import defaultdict
from dataclasses import dataclass, field

DAYS = 1_460
GIVEN_NAMES = (
    "مریم/Maryam", "زهرا/Zahra", "سارا/Sara", "فاطمه/Fatemeh", "نرگس/Narges", "الهام/Elham", "شیرین/Shirin",
    "پریسا/Parisa", "نازنین/Nazanin", "لیلا/Leila", "مینا/Mina", "سمیرا/Samira", "آزاده/Azadeh", "بهاره/Bahareh",
    "ندا/Neda", "هدی/Hoda", "علی/Ali", "رضا/Reza", "حسین/Hossein", "محمد/Mohammad", "امیر/Amir", "مهدی/Mehdi",
    "سعید/Saeed", "حمید/Hamid", "کامران/Kamran", "بهرام/Bahram", "پویا/Pouya", "آرش/Arash", "داریوش/Dariush",
    "کیوان/Keyvan", "فرهاد/Farhad", "نیما/Nima", "سیاوش/Siavash", "یاسر/Yaser", "منصور/Mansour", "جواد/Javad",
    "هادی/Hadi", "امید/Omid",
)  # fmt: skip
FAMILY_NAMES = (
    "رضایی/Rezaei", "احمدی/Ahmadi", "کریمی/Karimi", "موسوی/Mousavi", "جعفری/Jafari", "نوری/Nouri", "صادقی/Sadeghi",
    "حسینی/Hosseini", "رحیمی/Rahimi", "قاسمی/Ghasemi", "عباسی/Abbasi", "یوسفی/Yousefi", "شریفی/Sharifi",
    "طاهری/Taheri", "مرادی/Moradi", "بهرامی/Bahrami", "اکبری/Akbari", "سلیمانی/Soleimani", "حیدری/Heidari",
    "فرهادی/Farhadi", "زمانی/Zamani", "کاظمی/Kazemi", "نجفی/Najafi", "رستمی/Rostami", "تهرانی/Tehrani",
    "شیرازی/Shirazi",
)  # fmt: skip
_ENDINGS = ("/", " پور/pour", " نژاد/nejad", " زاده/zadeh", " فر/far", " نیا/nia")
SWITCHBOARD_STAFF, DEALER_CUSTOMERS = 12, 30

Identifier = tuple[str, str]
"""Kind and value, in its one spelling."""


@dataclass
class Reach:
    """A phone or mail address while somebody uses it: days from and until."""

    value: str
    since: int = 0
    until: int = DAYS


@dataclass
class Party:
    """The truth about a person or a company."""

    number: int
    given: tuple[str, str]
    family: list[tuple[int, tuple[str, str]]]
    """Since which day which name."""
    law: str = ""
    """National code or legal id; empty: the hub never learns it."""
    is_company: bool = False
    numbers: list[Reach] = field(default_factory=list)
    phones: list[Reach] = field(default_factory=list)
    mails: list[Reach] = field(default_factory=list)
    office: str = ""
    dealer: str = ""

    @property
    def law_kind(self) -> str:
        return "legal_id" if self.is_company else "national_id"

    def name(self, day: int, script: int) -> str:
        """As it is written on that day, in Persian or Latin."""
        family = next(name for since, name in reversed(self.family) if since <= day)
        return " ".join(part for part in (self.given[script], family[script]) if part)


class Population:
    """Everybody, and whose every identifier is. The same for the same size and seed."""

    def __init__(self, people: int, companies: int, seed: int = 7) -> None:
        self.draw = random.Random(seed)
        self.people = people
        self.parties: list[Party] = []
        self._phones = self._landlines = 0
        while len(self.parties) < people:
            self._household(min(self.draw.choice((1, 2, 2, 3, 4, 5)), people - len(self.parties)))
        for _ in range(companies):
            self._company()
        self._recycle()
        for _ in range(people // 500):
            dealer = self._landline()
            for party in self.draw.sample(range(people), min(people, DEALER_CUSTOMERS)):
                self.parties[party].dealer = dealer
        self.holders = self._holders()
        """Whose every identifier is, or ever was."""

    def is_right(self, together: list[Identifier]) -> bool:
        """Whether there is one party whose these all are."""
        held = [self.holders[one] for one in together if one in self.holders]
        return bool(set.intersection(*held)) if held else True

    def _household(self, size: int) -> None:
        draw = self.draw
        family = self._family()
        landline = self._landline() if size > 1 and draw.random() < 0.6 else ""
        first = len(self.parties)
        for given in draw.sample(GIVEN_NAMES, size):
            party = Party(len(self.parties), _both(given), [(0, family if draw.random() < 0.75 else self._family())])
            if draw.random() < 0.04:
                party.family.append((draw.randrange(100, DAYS), self._family()))
            self._known_by(party)
            if draw.random() < 0.9 or not landline:
                party.phones.append(Reach(self._mobile()))
            if landline:
                party.phones.append(Reach(landline))
            elif size > 1 and len(self.parties) > first and draw.random() < 0.15:
                party.phones = [Reach(self.parties[first].phones[0].value)]
            self._mail(party)
            self.parties.append(party)

    def _known_by(self, party: Party) -> None:
        """Codes and numbers that name this person alone; prospects have none."""
        draw = self.draw
        if draw.random() < 0.08:
            return
        party.numbers.append(Reach(f"C{party.number:07d}"))
        if draw.random() < 0.8:
            party.law = national_code(1_000_003 + party.number * 7)
            if draw.random() < 0.1:
                party.numbers.append(Reach(f"C{party.number + 5_000_000:07d}", draw.randrange(50, 1_000)))

    def _mail(self, party: Party) -> None:
        draw = self.draw
        name = f"{party.given[1]}.{party.number}".lower()
        if draw.random() < 0.6:
            party.mails.append(Reach(f"{name}@mail.example"))
            if draw.random() < 0.25:
                party.mails.append(Reach(f"{name}@new.example", draw.randrange(100, 1_200)))

    def _company(self) -> None:
        draw, number = self.draw, len(self.parties)
        name = f"Company {number}"
        party = Party(number, (name, name), [(0, ("", ""))], legal_id(10_000_000 + number), is_company=True)
        switchboard = self._landline()
        party.phones.append(Reach(switchboard))
        party.mails.append(Reach(f"info@company{number}.example"))
        for one in draw.sample(range(self.people), min(self.people, SWITCHBOARD_STAFF)):
            self.parties[one].office = switchboard
        self.parties.append(party)

    def _recycle(self) -> None:
        """Three of a hundred give their mobile up; half a year later or more somebody else has it."""
        draw = self.draw
        for old in draw.sample(range(self.people), self.people * 3 // 100):
            party = self.parties[old]
            mobile = next((one for one in party.phones if one.value.startswith("+989")), None)
            if mobile is None or mobile.until < DAYS:
                continue
            mobile.until = draw.randrange(200, 900)
            party.phones.append(Reach(self._mobile(), mobile.until))
            new = self.parties[draw.randrange(self.people)]
            if new is not party:
                new.phones.append(Reach(mobile.value, mobile.until + draw.randrange(180, 400)))

    def _holders(self) -> dict[Identifier, set[int]]:
        found: defaultdict[Identifier, set[int]] = defaultdict(set)
        for party in self.parties:
            if party.law:
                found[party.law_kind, party.law].add(party.number)
            for kind, reaches in (("customer_number", party.numbers), ("phone", party.phones), ("email", party.mails)):
                for one in reaches:
                    found[kind, one.value].add(party.number)
            for phone in filter(None, (party.office, party.dealer)):
                found["phone", phone].add(party.number)
        return dict(found)

    def _family(self) -> tuple[str, str]:
        persian, latin = _both(self.draw.choice(FAMILY_NAMES))
        more, ending = _both(self.draw.choice(_ENDINGS))
        return persian + more, latin + ending

    def _mobile(self) -> str:
        self._phones += 1
        return f"+98912{self._phones:07d}"

    def _landline(self) -> str:
        self._landlines += 1
        return f"+9821{22_000_000 + self._landlines:08d}"


def slip(text: str, draw: random.Random) -> str:
    """A slip of the pen: a letter left out, doubled or exchanged with the next, or another spelling of it."""
    at = draw.randrange(len(text))
    return draw.choice(
        (
            text[:at] + text[at + 1 :],
            text[: at + 1] + text[at:],
            text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
            text.replace("ی", "ي").replace("ک", "ك"),
        )
    )


def national_code(serial: int) -> str:
    """A person's code with its check digit."""
    digits = f"{serial % 10**9:09d}"
    rest = sum((10 - place) * int(digit) for place, digit in enumerate(digits)) % 11
    return f"{digits}{rest if rest < 2 else 11 - rest}"


def legal_id(serial: int) -> str:
    """An organisation's id with its check digit."""
    digits = f"{serial % 10**10:010d}"
    added = int(digits[9]) + 2
    weights = (29, 27, 23, 19, 17) * 2
    total = sum((int(digit) + added) * weight for digit, weight in zip(digits, weights, strict=True))
    return f"{digits}{total % 11 % 10}"


def _both(written: str) -> tuple[str, str]:
    persian, _, latin = written.partition("/")
    return persian, latin
