import pytest

from hub.application.imports.kinds import KINDS, source_of
from hub.records.accounts import AccountFields, AccountMapping, RoleTimes
from hub.records.consents import ConsentFields, ConsentMapping, ConsentTimes
from hub.records.customers import CustomerFields, CustomerMapping, CustomerTimes
from hub.records.purchases import PurchaseFields, PurchaseMapping, PurchaseTimes
from tests.imports.records import MAPPINGS, ROOT

PAGE = (ROOT / "docs" / "mappings.md").read_text("utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_the_docs_name_an_example_of_each_kind_that_loads(kind):
    [line] = [line for line in PAGE.splitlines() if f"--kind {kind} " in line]
    mapping = MAPPINGS / line.rpartition("/")[2]
    assert f"**{kind.capitalize()}** (`examples/mappings/{mapping.name}`)" in PAGE
    assert source_of(kind, mapping).columns


@pytest.mark.parametrize(
    "model",
    [AccountFields, AccountMapping, RoleTimes, ConsentFields, ConsentMapping, ConsentTimes, CustomerFields,
     CustomerMapping, CustomerTimes, PurchaseFields, PurchaseMapping, PurchaseTimes],
)  # fmt: skip
def test_the_docs_name_every_field(model):
    for name in model.model_fields:
        assert f"`{name}`" in PAGE or f"`[{name}]`" in PAGE or f"`[[{name}]]`" in PAGE, name
