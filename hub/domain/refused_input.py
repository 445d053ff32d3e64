"""What came by a channel's wire and could not be taken: kept with its bytes, to be seen and tried again."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hub.domain.contact import Attachment, Channel


class RefusedInput(BaseModel):
    """As an adapter reports it. `raw`: the bytes as they came, in the attachment store."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str = Field(min_length=1, max_length=200)
    channel: Channel
    reason: str = Field(min_length=1, max_length=500)
    field: str = Field(default="", max_length=200)
    """Which part of it is to blame, in the protocol's own terms."""
    raw: Attachment
    received_at: AwareDatetime
    instead_of: int = Field(default=0, ge=0)
    """The number under which the hub set aside what was made of these bytes: that one goes, for this one. 0: none."""
