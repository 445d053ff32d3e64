"""Adapters that listen can all be run on one machine as they come."""

import pytest
from pydantic import BaseModel

from hub.channels.branch.settings import BranchSettings
from hub.channels.chat.settings import ChatSettings
from hub.channels.email.settings import Server, Unsubscribing
from hub.channels.messaging_webhooks.settings import MessagingSettings
from hub.channels.sms.settings import SmsSettings
from hub.channels.voice_webhooks.settings import VoiceSettings
from hub.settings import Settings

LISTENING = (BranchSettings, ChatSettings, MessagingSettings, Server, SmsSettings, Unsubscribing, VoiceSettings)


@pytest.mark.parametrize("one", LISTENING)
def test_no_two_listen_on_one_port_by_default(one: type[BaseModel]) -> None:
    others = [other.model_fields["port"].default for other in LISTENING if other is not one]
    assert one.model_fields["port"].default not in [*others, Settings().api_port]
