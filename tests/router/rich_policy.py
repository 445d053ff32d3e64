"""A policy that uses what queues, channels and rules can say, for tests; `policy(...)` changes what a test is about."""

from hub.router.policy.parsing import Policy, parse_policy

_TEXT = """
decline_backoff_seconds = 60
{top}

[agents]
known_agent_seconds = 30
{agents}

[channels.phone]
interrupts = true
[channels.web]
units = 25
[channels.email]
units = 40
interruptible = true
{channels}

[queues.sales]
offer_timeout_seconds = 20
{sales}

[queues.general]
offer_timeout_seconds = 20
{general}

[queues.desk]

[[rules]]
service = "sales"
queue = "sales"
{rule}

[[rules]]
queue = "general"

{more}
"""


def policy(
    *, top: str = "", agents: str = "", channels: str = "", sales: str = "", general: str = "", rule: str = "",
    more: str = "",
) -> Policy:  # fmt: skip
    """Lines of TOML for each of its places."""
    return parse_policy(
        _TEXT.format(top=top, agents=agents, channels=channels, sales=sales, general=general, rule=rule, more=more)
    )
