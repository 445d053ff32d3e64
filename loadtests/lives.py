"""What a made-up population does: the file another system knew them by, and their contacts over four years."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hub.domain.contact import Channel, Contact, Declared, Identifier, Path
from loadtests.population import DAYS, Party, Population, Reach, national_code, slip

START = datetime(2022, 1, 1, tzinfo=UTC)
_DAY = 86_400

MAPPING = """
name = "crm"
[[identifiers]]
kind = "customer_number"
column = "number"
verified = true
[[identifiers]]
kind = "national_id"
column = "code"
verified = true
[[identifiers]]
kind = "phone"
column = "checked_mobile"
verified = true
[[identifiers]]
kind = "phone"
column = "mobile"
[[identifiers]]
kind = "email"
column = "mail"
[fields]
name.column = "name"
"""
"""How the rows become customers."""


class Lives:
    """`rows` are the customers that another system knew on the first day, `contacts` what came after, in the order of
    time. `nameless`: the share of contacts with a proven identifier that leave no name."""

    def __init__(self, population: Population, contacts_each: float = 3.0, nameless: float = 0.0) -> None:
        self.population = population
        self._each = contacts_each
        self._nameless = nameless
        self._draw = population.draw
        self._checked: set[int] = set()
        """Who is on record with a phone that was proven."""
        self.attested: list[tuple[int, tuple[tuple[str, str], ...]]] = []
        """What was proven together, and by whom, as far as it is theirs."""

    def rows(self) -> Iterator[str]:
        """The lines of the file, with its header."""
        draw = self._draw
        yield "number,code,checked_mobile,mobile,mail,name\n"
        for party in self.population.parties:
            if not party.numbers or party.is_company or draw.random() > 0.6:
                continue
            code = party.law if draw.random() < 0.8 else ""
            if code and draw.random() < 0.005:
                code = national_code(700_000_000 + party.number)  # taken down wrongly: nobody has it
            phone = party.phones[0].value
            checked = draw.random() < 0.5
            if checked:
                self._checked.add(party.number)
            mail = party.mails[0].value if party.mails and draw.random() < 0.7 else ""
            phones = (phone, "") if checked else ("", phone)
            numbered, coded = ("customer_number", party.numbers[0].value), ("national_id", code)
            self._attests(party, [numbered, coded, ("phone", phones[0])])
            yield ",".join((party.numbers[0].value, code, *phones, mail, self._name(party, 0))) + "\n"

    def contacts(self) -> Iterator[Contact]:
        """Each party's contacts, and mistakes."""
        draw = self._draw
        plan: list[tuple[float, int]] = []
        for party in self.population.parties:
            for _ in range(int(draw.expovariate(1 / self._each)) + 1):
                plan.append((draw.uniform(_DAY, DAYS * _DAY), party.number))
        plan.sort()
        for number, (second, who) in enumerate(plan):
            yield self._contact(number, second, self.population.parties[who])

    def _contact(self, number: int, second: float, party: Party) -> Contact:
        draw, day = self._draw, int(second // _DAY)
        phone, mail = self._one(party.phones, day), self._one(party.mails, day)
        proven: list[tuple[str, str]] = []
        kind = draw.random()
        if kind < 0.15:  # whoever calls: nothing is proven
            pass
        elif kind < 0.2 and number % 4 == 0 and party.number in self._checked and party.phones[0].until > day:
            proven = [("national_id", self._mistaken(party)), ("phone", party.phones[0].value)]
        elif kind < 0.35 or not (party.law or party.numbers):  # a code was sent to the phone, and to the mail address
            proven = [("phone", phone)] + [("email", mail)] * (bool(mail) and draw.random() < 0.6)
        else:
            proven = self._known_by(party, day)
            if kind < 0.7:
                office = party.office if draw.random() < 0.15 else party.dealer if draw.random() < 0.3 else ""
                proven.append(("phone", office or phone))
            if mail and (kind > 0.85 or draw.random() < 0.2):
                proven.append(("email", mail))
        identifiers = tuple(Identifier(kind=one, value=value, verified=True) for one, value in proven if value)
        self._attests(party, proven)
        tells = not identifiers or draw.random() >= self._nameless
        return Contact(
            id=f"contact-{number}",
            path=self._path(proven, phone, mail),
            occurred_at=START + timedelta(seconds=second),
            identifiers=identifiers,
            declared=Declared(name=self._name(party, day) if tells and identifiers else ""),
        )

    def _attests(self, party: Party, proven: list[tuple[str, str]]) -> None:
        holders = self.population.holders
        theirs = tuple(one for one in proven if party.number in holders.get(one, ()))
        if theirs:
            self.attested.append((party.number, theirs))

    def _known_by(self, party: Party, day: int) -> list[tuple[str, str]]:
        """A number, a code, or both; a number that came later is attested together with the code."""
        draw = self._draw
        number = self._one(party.numbers, day)
        later = number != party.numbers[0].value if party.numbers else False
        both = later or draw.random() < 0.2
        found = [("customer_number", number)] if number and (both or not party.law or draw.random() < 0.5) else []
        if party.law and (both or not found):
            found.append((party.law_kind, party.law))
        return found

    def _mistaken(self, party: Party) -> str:
        """The code of somebody else, where one was taken down wrongly."""
        other = self.population.parties[self._draw.randrange(self.population.people)]
        return other.law if other is not party else ""

    def _path(self, proven: list[tuple[str, str]], phone: str, mail: str) -> Path:
        reached = dict(proven)
        if mail and ("phone" not in reached) and self._draw.random() < 0.5:
            return Path(channel=Channel.EMAIL, address=mail)
        return Path(channel=Channel.PHONE, address=reached.get("phone") or phone)

    def _one(self, reaches: list[Reach], day: int) -> str:
        standing = [one.value for one in reaches if one.since <= day < one.until]
        return self._draw.choice(standing) if standing else ""

    def _name(self, party: Party, day: int) -> str:
        name = party.name(day, 1 if self._draw.random() < 0.15 else 0)
        return slip(name, self._draw) if self._draw.random() < 0.06 else name
