"""The index finds exactly the records that share a key, and a packed record is the record."""

from collections import defaultdict
from functools import reduce
from operator import or_

from hypothesis import given as for_all
from hypothesis import strategies as st

from hub.paths.duplicates.blocking import KeyIndex, fingerprint
from hub.paths.duplicates.packing import Packed, packed, unpacked
from hub.paths.duplicates.record import Known, Record, folded

MARK_BITS = 46
TEXT = st.text(st.characters(exclude_characters="\x1d\x1e\x1f"), max_size=12)


@for_all(keys=st.lists(st.tuples(st.sampled_from(["a", "b", "c", "é", "\x1f"]), st.integers(0, 9)), max_size=40))
def test_blocks_are_what_shares_a_key(keys):
    index = KeyIndex()
    expected = defaultdict(set)
    for key, ordinal in keys:
        index.add(key, ordinal)
        expected[fingerprint(key)].add(ordinal)

    blocks = list(index.blocks())
    assert len(blocks) == len({mark for mark, _ in blocks})
    assert dict(blocks) == {mark: sorted(found) for mark, found in expected.items() if len(found) > 1}


def test_keys_are_told_apart_by_every_bit_of_their_marks():
    marks = [fingerprint(key) for key in [*map(str, range(1_000)), "torn\ud83d", "torn"]]

    assert len(set(marks)) == len(marks)
    assert reduce(or_, marks) == 2**MARK_BITS - 1


@for_all(
    record=st.builds(
        Record, TEXT, st.lists(st.builds(Known, TEXT, TEXT, st.booleans()), max_size=3).map(tuple), *[TEXT] * 7
    )
)
def test_a_packed_record_comes_back(record):
    assert unpacked(packed(record)) == record


def test_half_a_sign_of_a_torn_text_comes_back_too():
    record = Record("s", (Known("cookie", "a\ud800", True),), "Ali\udfff", place="\ud83d")
    kept = Packed()
    kept.add(record)
    assert (kept.record(0), kept.texts(0)) == (record, record._replace(identifiers=()))


def test_records_come_back_from_whatever_piece_they_are_in():
    records = [Record(f"s{number}", (), "n" * (number % 7)) for number in range(2_500)]
    kept = Packed()
    for number, record in enumerate(records):
        kept.add(record)
        assert kept.record(number) == record
    assert [kept.record(number) for number in range(len(kept))] == records
    assert kept.texts(1_024) == records[1_024]


def test_records_are_compared_folded_but_their_identifiers_are_not():
    record = folded(Record("s", (Known("cookie", "Ab", True),), "Àli", "كريمي", "۱۳۶۰/۰۱/۰۲", postcode="11369-34567"))

    assert record == Record("s", (Known("cookie", "Ab", True),), "ali", "کریمی", "13600102", postcode="1136934567")
