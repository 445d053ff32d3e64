import random

import pytest

from hub.simulated.behaviour import Human, Work


@pytest.mark.parametrize("channel", ["email", "sms", "web"])
def test_who_wrote_is_answered_in_writing(channel: str) -> None:
    assert Human(random.Random(1)).answer(Work("interaction-1", "ana", channel=channel))


@pytest.mark.parametrize("channel", ["phone", "in_person"])
def test_who_speaks_is_not(channel: str) -> None:
    assert not Human(random.Random(1)).answer(Work("interaction-1", "ana", channel=channel))
