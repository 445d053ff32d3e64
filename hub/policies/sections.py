"""What the parts of a policy file are made of: nothing unknown, nothing empty, nothing bent into shape."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: leave it out where anything will do")
    return text


Text = Annotated[str, AfterValidator(_not_empty)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]


class Section(BaseModel):
    """Part of a file people write: nothing unknown, nothing bent into shape."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
    IS_ONE_VALUE: ClassVar[bool] = False
    """Whether people see it as one value, the text of it, where a change of it is told."""
