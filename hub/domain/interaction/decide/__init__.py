"""What an agent, a customer, a supervisor or the passing of time makes happen to an interaction."""

from hub.domain.interaction.decide.agents import (
    complete_wrap_up,
    continue_,
    end,
    hold,
    interrupt,
    miss_agent,
    park,
    resume,
    transfer,
    unpark,
)
from hub.domain.interaction.decide.customers import (
    OUTCOMES,
    customer_left,
    miss_callback,
    reach_callback,
    reopen,
    schedule_callback,
)
from hub.domain.interaction.decide.offers import accept, decline, rescind, time_out
from hub.domain.interaction.decide.recording import ask_recording, switch_recording
from hub.domain.interaction.decide.supervisors import MODES, flag, join, leave, move, prioritise, pull_back, unflag
from hub.domain.interaction.decide.time import expire, forget_declines, relax

__all__ = [
    "MODES",
    "OUTCOMES",
    "accept",
    "ask_recording",
    "complete_wrap_up",
    "continue_",
    "customer_left",
    "decline",
    "end",
    "expire",
    "flag",
    "forget_declines",
    "hold",
    "interrupt",
    "join",
    "leave",
    "miss_agent",
    "miss_callback",
    "move",
    "park",
    "prioritise",
    "pull_back",
    "reach_callback",
    "relax",
    "reopen",
    "rescind",
    "resume",
    "schedule_callback",
    "switch_recording",
    "time_out",
    "transfer",
    "unflag",
    "unpark",
]
