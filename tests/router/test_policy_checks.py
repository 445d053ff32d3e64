"""What no field by itself shows, and no router could work with, is refused."""

import pytest

from hub.router.policy.parsing import PolicyError, parse_policy

SOUND = """
[queues.a]
[queues.b]
[queues.c]
[[rules]]
queue = "a"
"""


def refused(old, new):
    assert old in SOUND
    with pytest.raises(PolicyError) as error:
        parse_policy(SOUND.replace(old, new, 1), "p.toml")
    return [str(finding) for finding in error.value.findings]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "[queues.b]", '[queues.b]\nhours = "office"',
            "line 4, queue b, field hours: there are no hours 'office': write a table [hours.office]",
        ),
        (
            "[queues.b]", '[queues.b]\n[hours.office]\nholidays = "x"',
            "line 5, hours office, field holidays: there are no holidays 'x': write a table [holidays.x]",
        ),
        (
            "[queues.b]", '[queues.b]\nfull = { to = "d" }',
            "line 4, queue b, field full.to: there is no queue 'd'; known are a, b, c",
        ),
        (
            "[queues.b]", '[queues.b]\noverflow = { after_seconds = 5, to = "d" }',
            "line 4, queue b, field overflow.to: there is no queue 'd'; known are a, b, c",
        ),
        (
            "[queues.b]", '[queues.b]\nclosed = "callback"',
            "line 4, queue b, field closed: this queue has no callback: add callback = {",
        ),
        (
            "[queues.b]", '[queues.b]\nnobody = { to = "b" }',
            "line 4, queue b, field nobody: work could go round for ever: b -> b",
        ),
        (
            '"a"', '"a"\nsteps = [{ after_seconds = 5 }, { after_seconds = 5 }]',
            "line 7, rule 1, field steps.2.after_seconds: comes after 5 s, so it must be more than that",
        ),
        (
            '"a"', '"a"\nsteps = [{ after_seconds = 5, anyone = true, languages = [] }]',
            "line 7, rule 1, field steps.1.anyone: asks for what the queue serves: leave out skills, languages",
        ),
    ],
)  # fmt: skip
def test_a_contradiction_is_named_where_it_is(old, new, expected):
    [found] = refused(old, new)

    assert found.startswith(expected)


def test_each_way_round_is_told_once_at_its_first_queue():
    [found] = refused(
        "[queues.a]\n[queues.b]\n[queues.c]",
        '[queues.a]\nfull = { to = "b" }\n[queues.b]\noverflow = { after_seconds = 5, to = "c" }\n'
        '[queues.c]\nnobody = { to = "a" }\nclosed = "refuse"',
    )

    assert found == "line 3, queue a, field full: work could go round for ever: a -> b -> c -> a"


def test_a_way_that_ends_is_no_round():
    text = SOUND.replace("[queues.a]", '[queues.a]\nfull = { to = "b" }\nnobody = { to = "c" }')

    assert parse_policy(text.replace("[queues.b]", '[queues.b]\nclosed = { to = "c" }')).queues["b"].closed.to == "c"


def test_what_no_rule_takes_is_told():
    [found] = refused('queue = "a"', 'queue = "a"\nchannel = "phone"\n[[rules]]\nservice = "x"\nqueue = "b"')

    assert found.endswith("nobody takes now: channel web, email, sms or in_person, service other than x")
