"""The words of a policy for who goes first: which work an agent takes, which agent work is given to."""

from enum import StrEnum


class Order(StrEnum):
    """What waiting work is taken first. Age is `now - since + credit`; of equals the older, then as they came."""

    PRIORITY = "priority"
    """The highest priority."""
    AGE = "age"
    """The oldest, over all queues."""
    DEADLINE = "deadline"
    """What is to be answered first: since + target."""
    GROWING = "growing"
    """The highest of priority + weight x minutes of age."""
    SKILL = "skill"
    """What the agent is best at: the highest sum of their levels in the skills that the work asks for."""


class AgentChoice(StrEnum):
    """Which of the agents who may take work gets it; of equals the longest idle."""

    LONGEST_IDLE = "longest_idle"
    """Idle since the end of their last piece of work."""
    HIGHEST_LEVEL = "highest_level"
    """The highest sum of levels in the skills that the work asks for."""
    LEAST_OCCUPIED = "least_occupied"
    """The fewest units in use."""
    FEWEST_TODAY = "fewest_today"
    """The fewest pieces of work today."""
    ROUND_ROBIN = "round_robin"
    """The longest time since they were given any."""
    FASTEST = "fastest"
    """The lowest pace: 0.5 needs half the time."""
