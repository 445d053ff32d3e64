"""What agents and their phones do with the recording of a conversation."""

from hub.domain.contact import Channel
from hub.domain.errors import RefusedError
from hub.domain.interaction import decide as rules
from hub.router.pool.commands import AskRecording, SwitchRecording
from hub.router.pool.decided import in_words, meta, of, open_interaction
from hub.router.pool.state import Decided, OpenInteraction, PoolState


def ask_recording(state: PoolState, command: AskRecording) -> list[Decided]:
    """The agent wants nothing recorded for a while, or recorded on."""
    interaction = open_interaction(state, command.interaction_id)
    _require_customers_call(interaction)
    said, given = in_words(interaction, command.reason), meta(command, interaction.stream)
    return of(interaction, rules.ask_recording(interaction.state, command.agent_id, command.state, **said, **given))


def switch_recording(state: PoolState, command: SwitchRecording) -> list[Decided]:
    """Who records says how it is."""
    interaction = open_interaction(state, command.interaction_id)
    given = meta(command, interaction.stream)
    return of(interaction, rules.switch_recording(interaction.state, command.agent_id, command.state, **given))


def _require_customers_call(interaction: OpenInteraction) -> None:
    if interaction.queued.consult_of:
        raise RefusedError(f"a consultation is never recorded: name the interaction {interaction.queued.consult_of}")
    if interaction.queued.channel is not Channel.PHONE:
        raise RefusedError(f"calls alone are recorded: this interaction is of channel {interaction.queued.channel}")
