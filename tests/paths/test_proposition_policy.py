"""A proposition that nobody could decide by, or that could never be proposed, is refused by line with what to do."""

from datetime import date

import pytest

from hub.paths.policy.diff import diff
from hub.paths.policy.parsing import check_text, parse_path_policy
from hub.policies.findings import PolicyError, Severity

REST = """
[declared]
lifecycle_stage = false
[[fields]]
name = "line"
type = "choice"
choices = ["fibre", "vdsl"]
[[fields]]
name = "budget"
type = "money"
[[value_tiers]]
name = "standard"
[[segments]]
name = "few"
when = { purchases = { below = 3 } }
[[stages]]
name = "lapsed"
when = { days_since_purchase = { at_least = 180 } }
[[stages]]
name = "retention"
when = { purchases = { at_least = 3 }, days_since_purchase = { below = 180 } }
[[stages]]
name = "enhancement"
when = { purchases = { at_least = 1 } }
[[stages]]
name = "acquisition"
"""
HEAD = '[[propositions]]\nname = "one"\nkind = "product"\ndays_granted = 14\ncontribution = 1_000\n'
PHONE = 'channels = ["phone"]\n'
TWO = '[[propositions]]\nname = "two"\nkind = "product"\ndays_granted = 1\ncontribution = 1\nchannels = ["phone"]\n'


def found(text: str, severity: Severity = Severity.ERROR, today: date | None = None) -> list[tuple[int, str, str]]:
    told = check_text(text + REST, "p", today)
    return [(one.line, one.field, one.message) for one in told if one.severity is severity]


def test_nothing_is_to_be_said_about_a_plain_one() -> None:
    assert found(HEAD + PHONE) == []
    assert found(HEAD + PHONE, Severity.WARNING) == []


@pytest.mark.parametrize(
    ("text", "line", "field", "message"),
    [
        ("", 1, "channels", "is missing"),
        ("channels = []\n", 6, "channels", "names nothing"),
        ('channels = ["fax"]\n', 6, "channels.1", "can't be taken"),
        ('channels = ["phone", "phone"]\n', 6, "channels", "names one of them twice"),
        ('channels = ["in_person"]\nsenders = ["hub", "campaign"]\n', 6, "channels", "no gate could ever open"),
        (PHONE + 'purpose = "service"\n', 7, "purpose", "what is of kind product is promotional, never service"),
        (PHONE + 'purpose = "gossip"\n', 7, "purpose", "'gossip' can't be taken"),
        (PHONE + "service_cost = 1_000\n", 5, "contribution", "its value is never above 0"),
        (
            PHONE + 'senders = ["campaign"]\ncontact_cost = { phone = 1_000 }\n',
            *(5, "contribution", "not more than the 1000 it costs at least"),
        ),
        (PHONE + "contact_cost = { sms = 1 }\n", 7, "contact_cost.sms", "is not among its channels"),
        (PHONE + "chance = 1.0\n", 7, "chance", "less than 1"),
        (
            PHONE + 'valid_from = "2026-03-02"\nvalid_until = "2026-03-02"\n',
            8,
            "valid_until",
            "is not after valid_from",
        ),
        (PHONE + 'valid_from = "2026-02-30"\n', 7, "valid_from", "is no date"),
        (
            PHONE + 'terms = { price = { value = 5, floor = 6, better = "lower" } }\n',
            7,
            "terms.price",
            "5 is below the",
        ),
        (PHONE + 'terms = { price = { value = 5, ceiling = 4, better = "lower" } }\n', 7, "terms.price", "5 is above"),
        (PHONE + "terms = { price = { value = 5 } }\n", 7, "terms.price", "say in better which is better"),
        (PHONE + "terms = { price = { floor = 5 } }\n", 7, "terms.price", "is a value (a whole number) or a text"),
        (PHONE + f'terms = {{ a = {{ text = "{"x" * 201}" }} }}\n', 7, "terms.a.text", "at most 200"),
        (PHONE + 'terms = { price = { text = "a", floor = 5 } }\n', 7, "terms.price", "a text has no floor"),
        (PHONE + 'terms = { price = { value = 1, choices = ["a"] } }\n', 7, "terms.price", "choices are for a text"),
        (PHONE + 'excludes = ["one"]\n', 7, "excludes.1", "a proposition can't exclude itself"),
        (PHONE + 'excludes = ["three"]\n', 7, "excludes.1", "there is no proposition 'three'"),
        (PHONE + 'texts = { Persian = "x" }\n', 7, "texts.Persian", "is no language"),
        (PHONE + 'eligible = { stage = "old" }\n', 7, "eligible.stage", "there is no stage 'old'; known are acq"),
        (PHONE + 'eligible = { segment = "x" }\n', 7, "eligible.segment", "there is no segment 'x'; known are few"),
        (PHONE + 'eligible = { value_tier = "x" }\n', 7, "eligible.value_tier", "known are standard"),
        (PHONE + "applicable = { holds = { x = true } }\n", 7, "applicable.holds.x", "there is no proposition 'x'"),
        (PHONE + 'suitable = { answered = { x = { last = "none" } } }\n', 7, "suitable.answered.x", "no proposition"),
        (PHONE + 'suitable = { profile = { age = "1" } }\n', 7, "suitable.profile.age", "no profile field 'age'"),
        (PHONE + 'suitable = { profile = { line = "dsl" } }\n', 7, "suitable.profile.line", "can't hold 'dsl'; known"),
        (PHONE + 'suitable = { profile = { budget = "1" } }\n', 7, "suitable.profile.budget", "under profile_number"),
        (
            PHONE + "suitable = { profile_number = { line = { below = 1 } } }\n",
            *(7, "suitable.profile_number.line", "holds no numbers"),
        ),
        (PHONE + TWO + '[[propositions]]\nname = "two"\n', 13, "kind", "is missing"),
    ],
)
def test_each_mistake_is_told_by_line(text: str, line: int, field: str, message: str) -> None:
    told = found(HEAD + text)
    assert [one for one in told if one[0] == line and one[1].endswith(field) and message in one[2]], told
    with pytest.raises(PolicyError):
        parse_path_policy(HEAD + text + REST)


def test_a_name_is_one_propositions() -> None:
    [(line, field, message)] = found(HEAD + PHONE + HEAD + PHONE)
    assert (line, field) == (8, "proposition 2, field name")
    assert "proposition 1 has this name already" in message


@pytest.mark.parametrize(
    ("one", "two"),
    [('excludes = ["two"]\n', ""), ("", 'excludes = ["one"]\n')],
)
def test_what_is_asked_for_must_not_be_excluded_whoever_says_so(one: str, two: str) -> None:
    text = HEAD + PHONE + one + "applicable = { holds = { two = true } }\n" + TWO + two
    [(_, field, message)] = found(text)
    assert field == "proposition 1, field applicable.holds.two"
    assert "the two exclude each other" in message
    assert found(text.replace("true", "false")) == []


class TestNobody:
    @pytest.mark.parametrize(
        "when",
        [
            "purchases = { below = 1 }, days_since_purchase = { at_least = 3 }",
            'stage = "retention", purchases = { below = 2 }',
            'stage = "lapsed", days_since_purchase = { below = 180 }',
            'segment = "few", purchases = { at_least = 3 }',
        ],
    )
    def test_is_ever_eligible(self, when: str) -> None:
        [(line, field, message)] = found(HEAD + PHONE + f"eligible = {{ {when} }}\n")
        assert (line, field) == (7, "proposition 1, field eligible")
        assert message.startswith("never eligible")

    @pytest.mark.parametrize(
        ("eligible", "other"),
        [
            ("holds = { two = true }", "holds = { two = false }"),
            ('profile = { line = "fibre" }', 'profile = { line = ["vdsl", ""] }'),
            ('answered = { two = { last = "none" } }', 'answered = { two = { last = ["accepted", "declined"] } }'),
            ("case_severity = { below = 2 }", "case_severity = { at_least = 2 }"),
            ("profile_number = { budget = { below = 5 } }", "profile_number = { budget = { at_least = 5 } }"),
            ('stage = "lapsed"', 'stage = ["retention", "acquisition"]'),
            ('stage = "lapsed"', "purchases = { below = 1 }"),
            ('kind = "B2B"', 'kind = "B2C"'),
        ],
    )
    def test_is_like_all_of_it(self, eligible: str, other: str) -> None:
        for field, said in (("applicable", "is ever applicable"), ("suitable", "is ever suitable")):
            text = HEAD + PHONE + f"eligible = {{ {eligible} }}\n{field} = {{ {other} }}\n" + TWO
            [(line, where, message)] = found(text)
            assert (line, where) == (8, f"proposition 1, field {field}")
            assert said in message
            assert found(HEAD + PHONE + f"eligible = {{ {eligible} }}\n" + TWO) == []
            assert found(HEAD + PHONE + f"{field} = {{ {other} }}\n" + TWO) == []

    def test_who_acts_for_no_account_has_an_accounts(self) -> None:
        text = HEAD + PHONE + 'holder = "account"\n'
        assert found(text) == []
        assert found(text + "eligible = { account = false }\n")[0][1] == "proposition 1, field eligible"

    def test_is_told_of_where_stages_may_be_declared(self) -> None:
        text = HEAD + PHONE + 'eligible = { stage = "retention", purchases = { below = 2 } }\n'
        assert check_text(text + REST.replace("lifecycle_stage = false", ""), "p") == []


def test_levers_that_do_harm_or_nothing_are_told() -> None:
    def levers(*written: tuple[str, int, str]) -> str:
        one = "[[propositions.levers]]\nname = {!r}\nweight = {}\nwhen = {{ {} }}\n"
        return HEAD + PHONE + 'eligible = { kind = "B2C" }\n' + "".join(one.format(*lever) for lever in written)

    assert found(levers(("a", -60, 'kind = "B2C"'), ("b", -40, ""), ("c", 500, ""))) == []
    [(_, field, message)] = found(levers(("a", -60, 'kind = "B2C"'), ("b", -41, "")))
    assert (field, message[:30]) == ("proposition 1, field levers", "together they take more than 1")
    [(line, _, message)] = found(levers(("a", 1, ""), ("a", 2, "")))
    assert (line, message) == (13, "another lever is named 'a' already")
    [(line, _, message)] = found(levers(("a", 1, 'kind = "B2B"')), Severity.WARNING)
    assert (line, message) == (11, "moves nothing: nobody whom the proposition fits is like that")


def test_what_is_over_is_told_and_still_usable() -> None:
    text = HEAD + PHONE + 'valid_until = "2026-03-02"\n'
    assert found(text, Severity.WARNING, date(2026, 3, 1)) == []
    [(line, _, message)] = found(text, Severity.WARNING, date(2026, 3, 2))
    assert line == 7
    assert message.startswith("expired: 2026-03-02 was the first day")
    assert parse_path_policy(text + REST)


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ("[arbitration]\nchance = 0.0\n", "arbitration.chance", "greater than 0"),
        ("[arbitration]\nactions = 4\n", "arbitration.actions", "less than or equal to 3"),
        ("[[arbitration.contexts]]\nweight = 2.0\n", "arbitration.contexts.1", "says nothing of the context"),
        ('[[arbitration.contexts]]\nweight = 0.0\nservices = ["x"]\n', "arbitration.contexts.1.weight", "greater"),
    ],
)
def test_settings_of_arbitration_have_their_bounds(text: str, field: str, message: str) -> None:
    [(_, where, told)] = found(text)
    assert where == f"field {field}"
    assert message in told


def test_a_diff_tells_propositions_by_name_wherever_they_stand() -> None:
    terms = 'terms = { price = { value = 5, better = "lower" } }\n'
    old = parse_path_policy(HEAD + PHONE + terms + TWO + REST)
    new = HEAD + PHONE + terms.replace("5", "4") + 'eligible = { kind = "B2C" }\n'
    moved = parse_path_policy(TWO.replace('"two"', '"three"') + new + REST)
    assert [str(one) for one in diff(old, moved).settings] == [
        "propositions.one.eligible.kind: not there -> [B2C]",
        "propositions.one.terms.price.value: 5 -> 4",
        *_whole("three", new=True),
        *_whole("two", new=False),
    ]
    assert diff(old, parse_path_policy(TWO + HEAD + PHONE + terms + REST)).settings == ()


def _whole(name: str, *, new: bool) -> list[str]:
    values = {
        "": "there",
        "channels": "[phone]",
        "contribution": "1",
        "days_granted": "1",
        "kind": "product",
        "name": name,
    }
    told = []
    for field, value in values.items():
        place = f"propositions.{name}" + (f".{field}" if field else "")
        told.append(f"{place}: not there -> {value}" if new else f"{place}: {value} -> not there")
    return told
