"""What the checker says of a policy: each remark where there is something to remark, and nowhere else."""

from datetime import date
from pathlib import Path

import pytest

from hub.policies.findings import Severity
from hub.router.policy.checker import check, check_text, explain_order
from hub.router.policy.parsing import PolicyError, Staff, load_policy, parse_policy

ROOT = Path(__file__).parents[2]

SOUND = """
order = "priority"
[queues.sales]
[queues.general]
[[rules]]
service = "sales"
queue = "sales"
skills = { sales = 3 }
[[rules]]
queue = "general"
[[staff]]
skills = { sales = 5 }
languages = ["en"]
attributes = { site = "north" }
"""
SERVES = "[queues.sales.serves]\nskills = { sales = 1 }\n"
TOP = 'order = "priority"'


def said(text, **given):
    return [f"{one.severity} {one}" for one in check(parse_policy(text), **given)]


def changed(old, new):
    assert old in SOUND
    return SOUND.replace(old, new, 1)


def test_a_sound_policy_has_only_a_note_on_what_the_last_rule_takes():
    [note] = said(SOUND + SERVES)

    assert note == "note line 9, rule 2: only this rule, which asks for nothing, takes: service other than sales"


def test_without_staff_it_says_what_was_not_checked():
    text = SOUND.split("[[staff]]", maxsplit=1)[0]

    assert said(text)[0] == (
        "note line 1, policy: no staff is given ([[staff]]): who can serve the queues was not checked"
    )
    assert len(said(text + SERVES, staff=[Staff(skills={"sales": 3})])) == 1


def test_a_queue_that_says_it_serves_all_and_one_with_a_rule_that_asks_nothing_are_not_told_of():
    for text in (
        changed("[queues.sales]", "[queues.sales]\nserves = {}"),
        SOUND + '[[rules]]\nsegment = "B2B"\nqueue = "sales"\n',
    ):
        assert not [one for one in said(text) if "field serves" in one]


def test_work_moved_to_a_queue_of_the_policy_that_ships_asks_for_the_skill_its_own_work_asks_for():
    policy = load_policy()
    asked = {rule.queue: set(rule.skills) for rule in policy.rules}

    assert {name: set(queue.serves.skills or {}) for name, queue in policy.queues.items()} == asked
    assert not [one for one in check(policy) if "field serves" in str(one)]


@pytest.mark.parametrize("name", ["bank_calls", "full_centre"])
def test_the_examples_raise_no_error_and_no_warning(name):
    findings = check(load_policy(ROOT / "examples" / "policies" / f"{name}.toml"), today=date(2026, 12, 1))

    assert {finding.severity for finding in findings} <= {Severity.NOTE}


QUEUE = "[queues.general]"
RULE = 'skills = { sales = 3 }'  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # rules
        (
            TOP, TOP + '\n[[rules]]\nservice = "sales"\nqueue = "general"',
            "warning line 8, rule 2: can never apply: rule 1 asks for the same and comes first",
        ),
        (
            QUEUE, QUEUE + '\n[[rules]]\nsegment = "B2G"\nqueue = "sales"',
            "only this rule, which asks for nothing, takes: segment B2C or B2B, service other than sales",
        ),
        # order
        (TOP, 'order = "growing"', "warning line 2, field order: no queue has an age_weight, so nothing grows"),
        (QUEUE, QUEUE + "\nage_weight = 2.0", "warning line 5, queue general, field age_weight: nothing grows with"),
        (TOP + "\n[queues.sales]", 'order = "age"\n[queues.sales]\npriority = 3', "queue sales, field priority: order"),
        # channels
        (
            QUEUE, QUEUE + "\n[channels.email]\ninterrupts = true\ninterruptible = true",
            "warning line 6, channel email, field interrupts: work of this channel may pause other work of its own",
        ),
        (
            QUEUE, QUEUE + "\n[channels.phone]\ninterrupts = true",
            "warning line 6, channel phone, field interrupts: no channel is interruptible",
        ),
        (
            QUEUE, QUEUE + "\n[channels.phone]\nclose_after_silence_seconds = 60",
            "warning line 6, channel phone, field close_after_silence_seconds: only asynchronous work falls silent",
        ),
        # hours
        (
            QUEUE, QUEUE + '\nhours = "office"\n[hours.office]',
            "error line 6, hours office: never open: give it days",
        ),
        (QUEUE, QUEUE + '\n[hours.office]\nmonday = ["08:00-12:00"]', "warning line 5, hours office: no queue has"),
        (QUEUE, QUEUE + '\n[holidays.x]\n2099-01-01 = "x"', "warning line 5, holidays x: no hours have these holidays"),
        # queues
        (QUEUE, QUEUE + "\n[queues.lost]", "warning line 5, queue lost: no rule and no diversion leads to it"),
        (
            QUEUE, QUEUE + '\nwrap_up_rule = "timed"',
            "warning line 5, queue general, field wrap_up_rule: is timed, but wrap_up_seconds is not written",
        ),
        (QUEUE, QUEUE + "\nwrap_up_seconds = 5", "queue general, field wrap_up_seconds: does nothing"),
        (QUEUE, QUEUE + '\nwrap_up = ["x"]\nwrap_up_rule = "none"', "field wrap_up: nobody is asked for a code"),
        (QUEUE, QUEUE + '\nclosed = "refuse"', "queue general, field closed: does nothing: without hours"),
        (QUEUE, QUEUE + '\nfull = "refuse"', "queue general, field full: does nothing: without limit"),
        (QUEUE, QUEUE + '\nfull = "wait"\nlimit = 3', "queue general, field full: the limit does nothing"),
        (QUEUE, QUEUE + '\nlong_wait = "refuse"', "queue general, field long_wait: does nothing without"),
        (
            QUEUE, QUEUE + '\nlong_wait = "wait"\nmax_estimated_wait_seconds = 9',
            "queue general, field long_wait: max_estimated_wait_seconds does nothing",
        ),
        (
            QUEUE, QUEUE + '\nleave_after_seconds = 60\noverflow = { after_seconds = 60, to = "sales" }',
            "queue general, field overflow: never happens: work leaves after 60 s",
        ),
        (
            QUEUE, QUEUE + "\nleave_after_seconds = 60\nentry_delay_seconds = 60",
            "queue general, field leave_after_seconds: work leaves before it is offered to anybody",
        ),
        (
            QUEUE, QUEUE + '\nentry_delay_seconds = 60\noverflow = { after_seconds = 50, to = "sales" }',
            "queue general, field overflow: work moves on before it is offered to anybody",
        ),
        # steps
        (
            RULE, RULE + "\nsteps = [{ after_seconds = 30, skills = { sales = 3 } }]",
            "warning line 9, rule 1, field steps.1: changes nothing",
        ),
        (
            RULE, RULE + "\nsteps = [{ after_seconds = 30, anyone = true }, { after_seconds = 45, priority = 2 }]",
            "warning line 9, rule 1, field steps.2.after_seconds: what was asked before lasts 15 s, an offer in queue",
        ),
        (RULE, RULE + "\nknown_agent = { seconds = 10 }", "rule 1, field known_agent.seconds: is less than an offer"),
        # staff
        (
            RULE, "skills = { sales = 3, law = 2 }",
            "error line 3, queue sales: none of 1 agents can serve it: nobody has law at level 2 (nor at any)",
        ),
        (RULE, 'languages = ["fa", "ar"]', "queue sales: none of 1 agents can serve it: nobody speaks fa or ar"),
        (RULE, 'attributes = { site = "x" }', "queue sales: none of 1 agents can serve it: nobody has site x"),
        (
            QUEUE, QUEUE,
            "warning line 3, queue sales, field serves: is not written: every rule asks for skills, but what is moved",
        ),
        (
            RULE, RULE + '\nlanguages = ["en"]', "every rule asks for skills and languages, but what is moved here",
        ),
        (
            QUEUE, '[queues.sales.serves]\nskills = { law = 1 }\n[queues.general]\nnobody = { to = "sales" }',
            "error line 4, queue sales, field serves: nobody can take what comes from other queues: nobody has law",
        ),
        (
            QUEUE, QUEUE + '\n[[rules]]\nservice = "law"\nqueue = "general"\nskills = { law = 1 }',
            "error line 5, rule 1: nobody can take its work, at any age: nobody has law at level 1",
        ),
        (
            RULE, "skills = { law = 1 }\nsteps = [{ after_seconds = 30, anyone = true }]",
            "warning line 5, rule 1: nobody meets what it asks for before its first step, so it is skipped",
        ),
        (
            RULE, RULE + "\nsteps = [{ after_seconds = 30, skills = { law = 1 } }]",
            "warning line 9, rule 1, field steps.1: nobody meets this step, so it is skipped: nobody has law",
        ),
    ],
)  # fmt: skip
def test_each_slip_is_found_where_it_is(old, new, expected):
    found = said(changed(old, new))

    assert any(expected in line for line in found), found


def test_what_goes_elsewhere_when_nobody_can_serve_it_is_only_a_warning():
    text = changed("[queues.sales]", '[queues.sales]\nnobody = { to = "general" }').replace("sales = 3", "law = 3")

    [found] = [line for line in said(text) if "none of 1 agents" in line]
    assert found.startswith("warning line 3, queue sales: none of 1 agents can serve it: nobody has law at level 3")
    assert found.endswith("while nobody can, its work goes: to queue general")


@pytest.mark.parametrize("order", ["age", "deadline", "skill"])
@pytest.mark.parametrize("added", ["priority = 3", "steps = [{ after_seconds = 30, priority = 3 }]"])
def test_a_priority_nobody_looks_at_is_told_where_it_is_given(order, added):
    text = changed(RULE, f"{RULE}\n{added}")

    assert not any("does not look at priorities" in line for line in said(text))
    [found] = [line for line in said(text.replace(TOP, f'order = "{order}"')) if "priorities" in line]
    assert "rule 1, field priority: order" in found


def test_a_step_as_long_as_an_offer_is_long_enough():
    long = changed(RULE, RULE + "\nsteps = [{ after_seconds = 20, anyone = true }]\nknown_agent = { seconds = 20 }")

    assert len(said(long)) == 1
    assert len(said(long.replace("= 20,", "= 19.9,").replace("= 20 }", "= 19.9 }"))) == 3


def test_skills_must_meet_in_one_person():
    text = SOUND.replace("sales = 3", "sales = 5, law = 5") + "[[staff]]\nskills = { law = 5 }\n"

    assert any("none of 2 agents can serve it: nobody has all of it at once" in line for line in said(text))


def test_the_language_of_the_contact_is_judged_where_the_rule_names_it():
    unknown = changed('service = "sales"', 'service = "sales"').replace(RULE, 'languages = ["contact"]')
    known = unknown.replace('service = "sales"', 'language = "fa"')

    assert not any("speaks" in line for line in said(unknown))
    assert any("nobody speaks fa" in line for line in said(known))
    assert not any("speaks" in line for line in said(unknown.replace('service = "sales"', 'language = "en-US"')))


def test_a_rule_whose_contacts_all_go_to_more_specific_ones_never_applies():
    segments = "".join(
        f'[[rules]]\nservice = "law"\nsegment = "{one}"\nqueue = "sales"\n' for one in ("B2C", "B2B", "B2G")
    )
    text = changed("[[rules]]", f'{segments}[[rules]]\nservice = "law"\nqueue = "general"\n[[rules]]')

    assert [line for line in said(text) if "never apply" in line] == [
        "warning line 17, rule 4: can never apply: all it would take goes to rules that come before it: 1, 2, 3"
    ]
    assert "service law (never applies)" in explain_order(parse_policy(text)).replace("  ", "")


def test_holidays_are_past_only_if_somebody_says_what_day_it_is():
    text = changed(QUEUE, QUEUE + '\nhours = "o"\n[hours.o]\nmonday = ["08:00-12:00"]\nholidays = "x"\n[holidays.x]\n'
                   '2026-01-01 = "a"\n2026-03-21 = "b"')  # fmt: skip
    past = "warning line 9, holidays x: all dates are past, the last is 2026-03-21: add those to come"

    assert past not in said(text)
    assert past not in said(text, today=date(2026, 3, 21))
    assert past in said(text, today=date(2026, 3, 22))


def test_what_is_no_policy_is_reported_in_the_same_form():
    found = check_text(changed("sales = 3", "sales = 9"), "p.toml")

    assert [str(one) for one in found] == ["line 8, rule 1, field skills.sales: level 9 is not between 1 and 5"]
    assert found[0].as_json() == {
        "line": 8, "severity": "error", "field": "rule 1, field skills.sales",
        "message": "level 9 is not between 1 and 5",
    }  # fmt: skip
    assert len(check_text(SOUND + SERVES, "p.toml")) == 1
    with pytest.raises(PolicyError, match="this is not TOML"):
        check_text("[", "p.toml")


def test_the_order_of_the_rules_is_the_order_in_which_they_win():
    text = (
        SOUND
        + """
[[rules]]
service = "sales"
segment = "B2B"
queue = "sales"
priority = 5
steps = [{ after_seconds = 30, languages = ["fa", "en"], attributes = { site = "north" } }]
"""
    )
    lines = explain_order(parse_policy(text)).splitlines()

    assert lines[0].split() == ["rule", "names", "takes", "queue", "asks", "for"]
    assert [line.split()[:2] for line in lines[2:5]] == [["3", "2"], ["1", "1"], ["2", "0"]]
    assert lines[2].endswith(
        "segment B2B, service sales  sales    priority 5; then after 30 s: priority 5, speaks fa or en, site north"
    )
    assert "anything else" in lines[4]
