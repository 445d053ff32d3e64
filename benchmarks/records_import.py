"""How fast customers are imported, encryption and every view included: `python benchmarks/records_import.py [rows]`.

Three kinds of files: each customer has a number that is attested, a name, a segment and a value tier; `one stream` no
more than that, `claimed` also a phone and a mail that they only claim, `linked` moreover a national code that is
attested, so that each customer has two streams that are linked."""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from hub.application.imports.records import import_records
from hub.clock import WallClock
from hub.settings import Settings

PROJECTOR = (sys.executable, "-m", "hub", "projector")
FIRST = ("مریم", "علی", "زهرا", "رضا", "سارا", "حسین")
LAST = ("رضایی", "احمدی", "کریمی", "موسوی", "جعفری", "نوری")
HEADER = "number,code,mobile,mail,name,class,value\n"
IDENTIFIER = '[[identifiers]]\nkind = "{}"\ncolumn = "{}"\nverified = {}\n'
NUMBER = IDENTIFIER.format("customer_number", "number", "true")
CLAIMED = IDENTIFIER.format("phone", "mobile", "false") + IDENTIFIER.format("email", "mail", "false")
CODE = IDENTIFIER.format("national_id", "code", "true")
FILES = {"one stream": NUMBER, "claimed": NUMBER + CLAIMED, "linked": NUMBER + CLAIMED + CODE}
FIELDS = '[fields]\nname.column = "name"\nsegment.column = "class"\nvalue_tier.column = "value"\n'


def code(number: int) -> str:
    """A national code with its check digit."""
    digits = f"{100_000_000 + number:09d}"
    rest = sum((10 - place) * int(digit) for place, digit in enumerate(digits)) % 11
    return digits + str(rest if rest < 2 else 11 - rest)


def lines(rows: int, chance: Random) -> Iterator[str]:
    for number in range(rows):
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        mobile = f"0912{chance.randrange(10_000_000):07d}"
        tier = chance.choice(("standard", "high"))
        yield f"C{number:07d},{code(number)},{mobile},c{number}@example.com,{name},B2B,{tier}\n"


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for name, identifiers in FILES.items():
        with tempfile.TemporaryDirectory() as directory:
            file, mapping = Path(directory, "customers.csv"), Path(directory, "mapping.toml")
            with file.open("w", encoding="utf-8") as out:
                out.write(HEADER)
                out.writelines(lines(rows, Random(1)))
            mapping.write_text(f'name = "bench"\n{identifiers}{FIELDS}', encoding="utf-8")
            settings = Settings(data_dir=Path(directory, "data"))
            for _ in range(2):
                started = time.perf_counter()
                told = import_records(settings, "customers", file, mapping, clock=WallClock(), projector=PROJECTOR)
                took = time.perf_counter() - started
                print(
                    f"{name}: {told.rows:,} rows, {told.taken:,} taken, {told.events:,} events,"
                    f" stored {told.seconds:.1f} s ({told.rows_per_s:,.0f} rows/s),"
                    f" shown after {told.seconds_shown:.1f} s, all in all {took:.1f} s"
                )


if __name__ == "__main__":
    main()
