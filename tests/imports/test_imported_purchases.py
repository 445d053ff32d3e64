from collections import Counter

import pytest

from hub.domain.customer.purchases.events import PurchaseRecorded
from tests.imports.records import MAPPINGS, Centre, told

PURCHASES = "invoice,customer,total,currency,product,kind,paid at"
SALE = "1,C1,1500,toman,book,sale,2026-03-01T10:00:00"


@pytest.fixture
def centre(tmp_path):
    return Centre(tmp_path)


def purchases(centre, *rows):
    return centre.take("purchases", "shop_purchases.toml", PURCHASES, *rows)


def test_a_purchase_is_money_with_currency(centre):
    assert told(purchases(centre, SALE)) == {"rows": 1, "taken": 1}
    [bought] = [one for one in centre.events() if isinstance(one, PurchaseRecorded)]
    assert (bought.purchase_id, bought.amount, bought.currency, bought.product) == ("shop-1", 15_000, "IRR", "book")


def test_a_purchase_in_another_currency_than_the_policy_counts_in_is_set_aside_with_its_field(centre):
    abroad = centre.directory / "abroad.toml"
    abroad.write_text((MAPPINGS / "shop_purchases.toml").read_text("utf-8").replace('"IRR"', '"EUR"'), "utf-8")
    assert told(centre.take("purchases", str(abroad), PURCHASES, SALE)) == {"rows": 1, "rejected": 1}
    [(line, named, why)] = centre.refused()
    assert (line, named) == (2, "currency")
    assert "in IRR, not in EUR" in why
    assert centre.names() == []


def test_a_purchase_is_taken_once_and_reversed_once(centre):
    back = SALE.replace("sale", "return")
    assert told(purchases(centre, SALE, back, SALE, back)) == {"rows": 4, "taken": 2, "duplicates": 2}
    assert Counter(centre.names())["PurchaseReversed"] == 1


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (SALE.replace("1500", "1600"), "invoice", "other contents"),
        (SALE.replace("C1", "C2"), "invoice", "other contents"),
        (SALE.replace("1,C1", "2,C1").replace("toman", ""), "currency", "unknown value ''"),
        (SALE.replace("1,C1", "2,C1").replace("1500", "15.5"), "total", "no whole number"),
        (SALE.replace("1,C1", "2,C1").replace("2026-03", "2026-09"), "paid at", "still to come"),
    ],
    ids=["other amount", "other customer", "no currency", "fraction", "future"],
)
def test_a_contradictory_purchase_is_refused(centre, row, field, reason):
    assert told(purchases(centre, SALE, row)) == {"rows": 2, "taken": 1, "rejected": 1}
    [(line, named, why)] = centre.refused()
    assert (line, named) == (3, field)
    assert reason in why
