from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from hub.calls.mapping import load_mapping
from hub.calls.reading import read_calls
from hub.calls.recorded_call import RecordedCall
from hub.tables.mapping_file import MappingError
from hub.tables.reading import TableError
from hub.tables.rows import Rejected, Skipped
from tests.calls.logs import BANK, BANK_HEADER, CLOUD, HUNG_UP, NO_QUEUE, NO_SERVICE, REAL, bank_log

MAPPING = load_mapping(BANK)


def read_one(tmp_path: Path, row: dict[str, str]) -> RecordedCall | Rejected | Skipped:
    [found] = read_calls(bank_log(tmp_path / "calls.tsv", row), MAPPING)
    return found


def call_of(tmp_path: Path, row: dict[str, str]) -> RecordedCall:
    found = read_one(tmp_path, row)
    assert isinstance(found, RecordedCall), found
    return found


def test_an_answered_call(tmp_path):
    call = call_of(tmp_path, {"customer_id": "4711", "priority": "2", "type": "PE"})
    assert call.row == 2
    assert call.contact_id == "990301-ZZ01-1"
    assert call.customer is not None
    assert (call.customer.kind, call.customer.value, call.customer.verified) == ("customer_number", "4711", True)
    assert (call.value_tier, call.service, call.contact.language) == ("high", "regular_english", "en")
    assert call.entered_at == datetime(1999, 3, 1, 8, 0, 0, tzinfo=UTC)  # 10:00 in Jerusalem, in winter
    assert call.queued_at == datetime(1999, 3, 1, 8, 0, 10, tzinfo=UTC)
    assert (call.wait, call.talk, call.agent, call.outcome) == (30, 120, "ANNA", "answered")
    assert call.answered_at == datetime(1999, 3, 1, 8, 0, 40, tzinfo=UTC)


def test_nobody_knows_customer_zero(tmp_path):
    assert call_of(tmp_path, {"customer_id": "0"}).customer is None


def test_a_call_without_queue_waits_0(tmp_path):
    call = call_of(tmp_path, {**NO_QUEUE, "ser_start": "10:00:09", "ser_exit": "10:02:09"})
    assert call.wait == 0
    assert call.queued_at == datetime(1999, 3, 1, 8, 0, 10, tzinfo=UTC)


def test_a_hang_up_without_queue_waits_0(tmp_path):
    call = call_of(tmp_path, {**HUNG_UP, **NO_QUEUE})
    assert (call.outcome, call.wait, call.talk, call.agent, call.answered_at) == ("abandoned", 0, 0, "", None)


def test_a_hang_up_with_service_time_stays_abandoned(tmp_path):
    call = call_of(tmp_path, {**HUNG_UP, "ser_start": "10:00:40", "ser_exit": "10:00:50", "ser_time": "10"})
    assert (call.outcome, call.wait, call.talk) == ("abandoned", 30, 0)


def test_answered_by_nobody_is_answered_by_unknown(tmp_path):
    assert call_of(tmp_path, {"server": "NO_SERVER"}).agent == "unknown"


def test_answered_with_no_service_times_talks_0(tmp_path):
    call = call_of(tmp_path, NO_SERVICE)
    assert (call.outcome, call.talk, call.wait) == ("answered", 0, 30)


@pytest.mark.parametrize(
    ("row", "queued", "wait", "talk"),
    [
        (
            {"vru_entry": "23:59:40", "vru_exit": "23:59:50", "q_start": "23:59:50", "q_exit": "0:00:20",
             "ser_start": "0:00:20", "ser_exit": "0:02:20"},
            datetime(1999, 3, 1, 21, 59, 50, tzinfo=UTC), 30, 120,
        ),
        (
            {"vru_entry": "23:59:55", "vru_exit": "0:00:05", "q_start": "0:00:05", "q_exit": "0:00:35",
             "ser_start": "0:00:35", "ser_exit": "0:02:35"},
            datetime(1999, 3, 1, 22, 0, 5, tzinfo=UTC), 30, 120,
        ),
        (
            {"vru_entry": "23:59:50", "vru_exit": "0:00:00", "q_start": "0:00:00", "q_exit": "0:00:30",
             "ser_start": "0:00:30", "ser_exit": "0:02:30"},
            datetime(1999, 3, 1, 22, 0, 0, tzinfo=UTC), 30, 120,
        ),
    ],
    ids=["waits past midnight", "enters the queue past midnight", "queued at midnight, which also means none"],
)  # fmt: skip
def test_past_midnight_adds_a_day(tmp_path, row, queued, wait, talk):
    call = call_of(tmp_path, row)
    assert (call.queued_at, call.wait, call.talk) == (queued, wait, talk)


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ({"vru_time": "-57"}, "vru_time", "negative duration -57"),
        ({"q_time": "-1"}, "q_time", "negative duration -1"),
        ({"ser_time": "-1"}, "ser_time", "negative duration -1"),
        ({"ser_time": "abc"}, "ser_time", "'abc' is no duration in seconds"),
        ({"ser_time": "nan"}, "ser_time", "no duration"),
        ({"ser_time": "9999999"}, "ser_time", "longer than 86400 s"),
        ({"vru_entry": "25:00:00"}, "vru_entry", "impossible time '25:00:00'"),
        ({"vru_entry": ""}, "vru_entry", "is empty"),
        ({"ser_exit": "10:05:00"}, "ser_exit", "impossible time: 260 s after ser_start, but ser_time says 120 s"),
        ({"q_start": "9:59:00", "q_exit": "9:59:30"}, "q_start", "impossible time: 60 s before the call came in"),
        ({"date": "990231"}, "date", "impossible date '990231'"),
        ({"outcome": "LOST"}, "outcome", "unknown value 'LOST'"),
        ({"type": "XX"}, "type", "unknown value 'XX'"),
        ({"priority": "3"}, "priority", "unknown value '3'"),
        ({"call_id": ""}, "call_id", "is empty"),
        ({"server": "A" * 101}, "server", "at most 100"),
        ({"customer_id": "7" * 400}, "customer_id", "longer than 320"),
    ],
)
def test_a_bad_row_is_refused_with_row_field_and_reason(tmp_path, row, field, reason):
    found = read_one(tmp_path, row)
    assert isinstance(found, Rejected), found
    assert (found.row, found.field) == (2, field)
    assert reason in found.reason
    assert "ZZ01" in found.raw


def test_phantoms_are_skipped_before_anything_else_is_looked_at(tmp_path):
    found = read_one(tmp_path, {"outcome": "PHANTOM", "vru_time": "-5", "type": "XX"})
    assert found == Skipped(2, "virtual call")


def test_bad_rows_do_not_stop_the_good_ones(tmp_path):
    log = bank_log(tmp_path / "calls.tsv", {}, {"vru_time": "-1"}, {})
    with log.open("ab") as file:
        file.write(b"too\tfew\n\n\xff\xfe\x00garbage\n")
    kinds = [(found.row, type(found)) for found in read_calls(log, MAPPING)]
    assert kinds == [(2, RecordedCall), (3, Rejected), (4, RecordedCall), (5, Rejected), (7, Rejected)]


def test_a_line_without_end_is_refused_not_remembered(tmp_path):
    log = bank_log(tmp_path / "calls.tsv", {})
    with log.open("a") as file:
        file.write("x" * 2_500_000 + "\n")
        file.write("\t".join(["ZZ", *["?"] * 16]))
    _, long, last = read_calls(log, MAPPING)
    assert isinstance(long, Rejected)
    assert "longer than 1000000 characters" in long.reason
    assert len(long.raw) == 10_000
    assert isinstance(last, Rejected)
    assert last.row == 4


def test_progress_ends_at_the_size_of_the_file(tmp_path):
    log = bank_log(tmp_path / "calls.tsv", *[{}] * 250)
    seen: list[int] = []
    assert len(list(read_calls(log, MAPPING, seen.append))) == 250
    assert seen == sorted(seen)
    assert seen[-1] == log.stat().st_size


def test_a_file_that_lacks_a_column_is_refused_whole(tmp_path):
    log = tmp_path / "calls.tsv"
    log.write_text("\t".join(name for name in BANK_HEADER if name != "q_time") + "\n")
    with pytest.raises(MappingError, match=r"durations\.wait: .* has no column 'q_time'; it has vru\+line"):
        list(read_calls(log, MAPPING))


def test_a_file_that_is_not_there_or_empty(tmp_path):
    with pytest.raises(TableError, match="No such file"):
        list(read_calls(tmp_path / "none.tsv", MAPPING))
    (tmp_path / "empty.tsv").touch()
    with pytest.raises(TableError, match="is empty"):
        list(read_calls(tmp_path / "empty.tsv", MAPPING))


CLOUD_LOG = """\
\ufeffconversation_id;media;direction;queue;from;crm_id;account_type;language;started_at;queued_at;answered_at;ended_at;\
talk_time;status;agent
a1;voice;inbound;"Billing; invoices";+49 30 1234;C-77;business;de-DE;2024-07-01T09:00:00;2024-07-01T09:00:20;\
2024-07-01T09:00:50;2024-07-01T09:03:50;0:03:00;completed;anna.b
a2;chat;inbound;Sales;anonymous;-;;fr-FR;2024-07-01T09:00:00+00:00;;;2024-07-01T09:01:30+00:00;;abandoned;-
a3;voice;outbound;Sales;x;-;;;2024-07-01T09:00:00;;;;;completed;anna.b
a4;voice;inbound;TEST 1;x;-;;;2024-07-01T09:00:00;;;;;completed;anna.b
a5;fax;inbound;Sales;x;-;;;2024-07-01T09:00:00;;;;;completed;anna.b
a6;voice;inbound;Sales;x;-;;;2024-07-01T09:00:00;;2024-07-01T08:59:00;2024-07-01T09:01:00;2:00;completed;anna.b
a7;voice;inbound;Sales;"unclosed;-;;;2024-07-01T09:00:00;;;;;completed;anna.b
a8;voice;inbound;Sales;x;-;;;yesterday;;;;;completed;anna.b
"""


def test_a_differently_shaped_file(tmp_path):
    log = tmp_path / "cloud.csv"
    log.write_text(CLOUD_LOG, encoding="utf-8")
    first, second, *rest = read_calls(log, load_mapping(CLOUD))
    assert isinstance(first, RecordedCall)
    assert isinstance(second, RecordedCall)
    assert (first.contact_id, first.contact.path.channel, first.service) == ("cloud-a1", "phone", "Billing; invoices")
    assert (first.contact.path.address, first.contact.declared.segment) == ("+49 30 1234", "B2B")
    assert first.entered_at == datetime(2024, 7, 1, 7, 0, tzinfo=UTC)  # Berlin, in summer
    assert (first.wait, first.talk, first.agent) == (30, 180, "anna.b")
    assert second.entered_at == datetime(2024, 7, 1, 9, 0, tzinfo=UTC)
    assert (second.outcome, second.wait, second.contact.language) == ("abandoned", 90, "")
    assert (second.contact.path.channel, second.contact.path.address, second.customer) == ("web", "", None)
    assert [type(one) for one in rest] == [Skipped, Skipped, Rejected, Rejected, Rejected, Rejected]
    assert [one.field for one in rest if isinstance(one, Rejected)] == ["media", "answered_at", "", "started_at"]


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["0", "-1", "10", "0:00:00", "23:59:59", "AGENT", "HANG", "PHANTOM", "PS", "990301", "nan", "1e999"]
    ),
)
LINE = st.one_of(
    st.binary(max_size=200),
    st.lists(CELL, min_size=17, max_size=17).map(lambda cells: "\t".join(cells).encode("utf-8", "surrogatepass")),
)


@hypothesis(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINE, max_size=8))
def test_garbage_never_stops_the_reader_and_always_adds_up(tmp_path, lines):
    log = tmp_path / "garbage.tsv"
    body = b"\n".join(lines)
    log.write_bytes("\t".join(BANK_HEADER).encode() + b"\n" + body)
    found = list(read_calls(log, MAPPING))
    text = body.decode("utf-8", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n")
    assert len(found) == sum(bool(line.strip()) for line in text.split("\n"))
    for one in found:
        if isinstance(one, Rejected):
            assert one.reason
            one.raw.encode()


@pytest.mark.skipif(not REAL.exists(), reason="the bank's log is not here")
def test_the_banks_two_weeks():
    found = list(read_calls(REAL, MAPPING))
    calls = [one for one in found if isinstance(one, RecordedCall)]
    assert Counter(type(one) for one in found) == {RecordedCall: 17_297, Skipped: 143, Rejected: 16}
    assert {(one.field, one.reason.split(" -")[0]) for one in found if isinstance(one, Rejected)} == {
        ("vru_time", "negative duration")
    }
    assert Counter(call.outcome for call in calls) == {"answered": 14_389, "abandoned": 2_908}
    assert len({call.contact_id for call in calls}) == 17_297
    known = [call.customer for call in calls if call.customer]
    assert len(set(known)) == 2_635
    assert len(calls) - len(known) == 11_027
