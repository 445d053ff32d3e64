"""Small made-up logs in the formats of the example mappings."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
BANK = ROOT / "examples" / "mappings" / "bank_calls.toml"
CLOUD = ROOT / "examples" / "mappings" / "cloud_contact_centre.toml"
REAL = ROOT / ".." / "shared" / "data" / "bank_calls_1999-02_01-14.tsv"

ANSWERED = {
    "vru+line": "ZZ01", "call_id": "1", "customer_id": "0", "priority": "0", "type": "PS", "date": "990301",
    "vru_entry": "10:00:00", "vru_exit": "10:00:10", "vru_time": "10",
    "q_start": "10:00:10", "q_exit": "10:00:40", "q_time": "30", "outcome": "AGENT",
    "ser_start": "10:00:40", "ser_exit": "10:02:40", "ser_time": "120", "server": "ANNA",
}  # fmt: skip
BANK_HEADER = tuple(ANSWERED)
NO_QUEUE = {"q_start": "0:00:00", "q_exit": "0:00:00", "q_time": "0"}
NO_SERVICE = {"ser_start": "0:00:00", "ser_exit": "0:00:00", "ser_time": "0"}
HUNG_UP = {**NO_SERVICE, "outcome": "HANG", "server": "NO_SERVER"}


def bank_log(path: Path, *rows: dict[str, str]) -> Path:
    """A log in the bank's format: each row is an answered call but for what it says otherwise; call ids count up."""
    lines = ["\t".join(BANK_HEADER)]
    for number, row in enumerate(rows, start=1):
        full = {**ANSWERED, "call_id": str(number), **row}
        lines.append("\t".join(full[name] for name in BANK_HEADER))
    path.write_text("\n".join(lines) + "\n")
    return path
