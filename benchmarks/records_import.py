"""How fast customers are imported, encryption and every view included: `python -m benchmarks.records_import [rows]
[kind of file ...]`.

In every kind of file each customer has a name, a segment and a value tier. `number`: found by a customer number that is
attested. `claimed`: also a phone and a mail that they only claim. `whole`: found by a national code that is attested, a
phone and a mail that they claim, also a lifecycle stage and two profile fields. `linked`: moreover by a customer number
that is attested, so that each customer has two streams that are linked. Each is imported twice: the second time adds
nothing."""

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from hub.application.imports.records import import_records
from hub.application.policies.paths import PathPolicies
from hub.clock import WallClock
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.paths.policy.parsing import DEFAULT
from hub.settings import Settings

PROJECTOR = (sys.executable, "-m", "hub", "projector")
FIRST = ("مریم", "علی", "زهرا", "رضا", "سارا", "حسین")
LAST = ("رضایی", "احمدی", "کریمی", "موسوی", "جعفری", "نوری")
CITIES = ("Shiraz", "Yazd", "Tabriz", "Qom")
HEADER = "number,code,mobile,mail,name,class,value,stage,city,born\n"
IDENTIFIER = '[[identifiers]]\nkind = "{}"\ncolumn = "{}"\nverified = {}\n'
NUMBER = IDENTIFIER.format("customer_number", "number", "true")
CLAIMED = IDENTIFIER.format("phone", "mobile", "false") + IDENTIFIER.format("email", "mail", "false")
CODE = IDENTIFIER.format("national_id", "code", "true")
FIELDS = '[fields]\nname.column = "name"\nsegment.column = "class"\nvalue_tier.column = "value"\n'
ALL = f'{FIELDS}lifecycle_stage.column = "stage"\n[profile]\ncity.column = "city"\nbirth_date.column = "born"\n'
FILES = {
    "number": NUMBER + FIELDS,
    "claimed": NUMBER + CLAIMED + FIELDS,
    "whole": CODE + CLAIMED + ALL,
    "linked": CODE + NUMBER + CLAIMED + ALL,
}
POLICY = f'{DEFAULT}\n[[fields]]\nname = "city"\ntype = "text"\n[[fields]]\nname = "birth_date"\ntype = "date"\n'


def code(number: int) -> str:
    """A national code with its check digit."""
    digits = f"{100_000_000 + number:09d}"
    rest = sum((10 - place) * int(digit) for place, digit in enumerate(digits)) % 11
    return digits + str(rest if rest < 2 else 11 - rest)


def lines(rows: int, chance: Random) -> Iterator[str]:
    for number in range(rows):
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        mobile = f"0912{chance.randrange(10_000_000):07d}"
        stands = f"B2B,{chance.choice(('standard', 'high'))},{chance.choice(('enhancement', 'retention'))}"
        born = f"19{chance.randrange(40, 99)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}"
        who = f"C{number:07d},{code(number)},{mobile},c{number}@example.com,{name}"
        yield f"{who},{stands},{chance.choice(CITIES)},{born}\n"


async def publish(settings: Settings) -> None:
    """Put the path policy in force that defines the profile fields."""
    journal = EventJournal(open_store(settings))
    await PathPolicies(journal, WallClock()).publish(POLICY, actor="operator:benchmark", command_id="policy")
    await journal.close()


def cpu() -> tuple[float, float]:
    """Seconds of this process, and of its children that have ended."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own, children = (one.ru_utime + one.ru_stime for one in found)
    return own, children


def measure(name: str, rows: int, directory: Path) -> None:
    file, mapping = directory / "customers.csv", directory / "mapping.toml"
    with file.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        out.writelines(lines(rows, Random(1)))
    mapping.write_text(f'name = "bench"\n{FILES[name]}', encoding="utf-8")
    settings = Settings(data_dir=directory / "data")
    asyncio.run(publish(settings))
    for _ in range(2):
        before, started = cpu(), time.perf_counter()
        told = import_records(settings, "customers", file, mapping, clock=WallClock(), projector=PROJECTOR)
        took = time.perf_counter() - started
        own, projector = (1e6 * (now - then) / rows for now, then in zip(cpu(), before, strict=True))
        print(
            f"{name}: {told.rows:,} rows, {told.taken:,} taken, {told.events:,} events,"
            f" stored {told.seconds:.1f} s ({told.rows_per_s:,.0f} rows/s), shown after {told.seconds_shown:.1f} s"
            f" ({told.rows / told.seconds_shown:,.0f} rows/s), all in all {took:.1f} s;"
            f" CPU of a row: {own:.0f} us, in the projector {projector:.0f} us",
            flush=True,
        )


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for name in sys.argv[2:] or FILES:
        with tempfile.TemporaryDirectory() as directory:
            measure(name, rows, Path(directory))


if __name__ == "__main__":
    main()
