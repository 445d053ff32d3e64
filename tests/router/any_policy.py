"""Policies for histories of anything: one plain, and rich ones that differ in order, choice and rules for offers."""

from hub.router.policy.parsing import Policy, parse_policy

RICH = """
decline_backoff_seconds = 25
order = "{order}"

[agents]
not_answering = "{not_answering}"
after_decline_seconds = 3
after_no_answer_seconds = 7
after_busy_seconds = 5
known_agent_seconds = 20

[channels.phone]
interrupts = true

[channels.web]
units = 30
ceiling = 2
close_after_silence_seconds = 120

[channels.email]
units = 40
interruptible = true
close_after_silence_seconds = 300
reopen_within_days = 1

[hours.day]
monday = ["00:00-08:10", "08:20-24:00"]

[queues.sales]
offer_timeout_seconds = 20
offer_to = {offer_to}
pull = true
agent_choice = "{choice}"
wrap_up = ["sold"]
wrap_up_rule = "optional"
callback = {{ attempts = 2, retry_seconds = 30 }}
reentry_seconds = 60
age_weight = 2.0
limit = 4
full = {{ to = "general" }}

[queues.general]
offer_timeout_seconds = 10
priority = 1
entry_delay_seconds = 4
pull = true
wrap_up_rule = "timed"
wrap_up_seconds = 15
overflow = {{ after_seconds = 40, to = "desk" }}
hours = "day"
closed = "callback"
callback = {{}}

[queues.desk]
agent_choice = "{choice}"
offer_timeout_seconds = 15
wrap_up_rule = "none"
leave_after_seconds = 120
nobody = "refuse"
serves = {{ skills = {{ desk = 1 }} }}
service_level = {{ seconds = 60 }}

[[rules]]
service = "sales"
queue = "sales"
skills = {{ sales = 3 }}
known_agent = {{ seconds = 15 }}
steps = [{{ after_seconds = 10, skills = {{ sales = 1 }} }}, {{ after_seconds = 30, anyone = true, priority = 3 }}]

[[rules]]
service = "sales"
channel = "email"
queue = "sales"
languages = ["fa"]
priority = 2
steps = [{{ after_seconds = 20, languages = [] }}]

[[rules]]
service = "desk"
queue = "desk"
skills = {{ desk = 1 }}

[[rules]]
queue = "general"
"""
PLAIN = """
[queues.sales]
callback = { attempts = 1 }
[queues.general]
[queues.desk]
[[rules]]
service = "sales"
queue = "sales"
skills = { sales = 2 }
[[rules]]
queue = "general"
"""


def rich(order: str, choice: str, offer_to: int, not_answering: str) -> Policy:
    return parse_policy(RICH.format(order=order, choice=choice, offer_to=offer_to, not_answering=not_answering))


POLICIES = (
    parse_policy(PLAIN),
    rich("priority", "longest_idle", 1, "all"),
    rich("growing", "fewest_today", 2, "channel"),
    rich("deadline", "round_robin", 3, "none"),
    rich("skill", "highest_level", 1, "channel"),
    rich("age", "least_occupied", 2, "all"),
)
