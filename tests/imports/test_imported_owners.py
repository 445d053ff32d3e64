"""Who looks after an account is imported with it; a row that does not say so changes nothing."""

from pathlib import Path

from hub.domain.account.events import AccountOwnerChanged
from tests.imports.records import MAPPINGS, Centre, told

ACME = "63112357897;ACME;company;;;;"


def owners(centre: Centre) -> list[str]:
    return [one.agent_id for one in centre.events() if isinstance(one, AccountOwnerChanged)]


def test_the_owner_comes_with_the_account_and_an_empty_one_says_nothing(tmp_path: Path) -> None:
    text = (MAPPINGS / "crm_accounts.toml").read_text("utf-8")
    mapping = tmp_path / "owners.toml"
    mapping.write_text(text.replace("[fields]", '[fields]\nowner = { column = "agent" }'), "utf-8")
    centre, head = Centre(tmp_path), "legal id;company;class;number;role;from;to;agent"

    def take(*rows: str) -> dict[str, int]:
        return told(centre.take("accounts", str(mapping), head, *rows))

    assert take(f"{ACME};omid", f"{ACME};") == {"rows": 2, "taken": 1, "unchanged": 1}
    assert take(f"{ACME};omid", f"{ACME};parisa") == {"rows": 2, "taken": 1, "duplicates": 1}
    assert owners(centre) == ["omid", "parisa"]
    assert take(f"{ACME.replace('ACME', 'ACME new')};{'x' * 65}") == {"rows": 1, "rejected": 1}
    assert centre.refused()[0][1:] == ("agent", "the id of an agent has at most 64 characters")
    assert centre.names() == ["AccountRegistered", "AccountOwnerChanged", "AccountOwnerChanged"]
