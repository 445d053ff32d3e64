"""`hub channel check NAME` tries an adapter that comes with the hub by a wire that does."""

import pytest
from click.testing import CliRunner

from hub.channels.registry import kinds
from hub.cli.main import hub
from hub.domain.errors import NotFoundError
from hub.simulated.contract.rules import RULES
from hub.simulated.contract.shipped import shipped_wire

WITHOUT_A_PEER = ("branch", "chat", "email", "kamailio", "messaging_webhooks", "sms", "voice_webhooks")
TRIED_HERE_ALONE = ("kamailio", "sms")
"""Tests of the others go by the same wire, rule by rule."""


@pytest.mark.acceptance
@pytest.mark.parametrize("name", TRIED_HERE_ALONE)
def test_an_operator_tries_one_by_its_name(name: str) -> None:
    done = CliRunner().invoke(hub, ["channel", "check", name, "--rule", "confirmed"])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("kept   confirmed: ")


def test_what_is_not_tried_is_said_with_its_reason() -> None:
    told = ["channel", "check", "kamailio", "--rule", "flood", "--rule", "sends"]
    done = CliRunner().invoke(hub, told)
    assert done.exit_code == 0, done.output
    assert "kept" not in done.output
    assert done.output.count("left   ") == done.output.count("not tried: ") == 2
    assert "nothing is said into a call from here" in done.output


@pytest.mark.parametrize("name", WITHOUT_A_PEER)
def test_what_is_left_out_is_a_rule_and_has_a_reason(name: str) -> None:
    left_out = shipped_wire(name).LEFT_OUT
    assert name in kinds()
    assert set(left_out) < {rule.name for rule in RULES}
    assert all(left_out.values())


def test_a_phone_needs_a_peer_and_what_is_none_is_named() -> None:
    with pytest.raises(NotFoundError, match="no wire of phone comes with the hub"):
        shipped_wire("phone")
    with pytest.raises(NotFoundError, match="there is no adapter 'pigeon'"):
        shipped_wire("pigeon")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["pigeon"], "there is no adapter 'pigeon'"),
        (["email", "--rule", "flies"], "there is no rule 'flies'"),
        (["--channel", "pigeon", "--drive", "true"], "no user for an adapter 'pigeon'"),
    ],
)
def test_what_there_is_not_is_named(told: list[str], said: str) -> None:
    done = CliRunner().invoke(hub, ["channel", "check", *told])
    assert done.exit_code == 1
    assert said in str(done.exception)


@pytest.mark.parametrize("told", [[], ["--channel", "web"], ["email", "--channel", "email"], ["--drive", "true"]])
def test_either_a_name_or_both_of_ones_own(told: list[str]) -> None:
    done = CliRunner().invoke(hub, ["channel", "check", *told])
    assert done.exit_code == 2
    assert "name an adapter that comes with the hub" in done.output


@pytest.mark.acceptance
def test_a_second_adapter_of_a_channel_is_tried_as_its_own_bus_user() -> None:
    command = ["channel", "check", "--channel", "voice_webhooks", "--rule", "confirmed", "--drive", "false"]
    done = CliRunner().invoke(hub, command)
    assert (done.exit_code, "BROKEN confirmed" in done.output, "the driver" in done.output) == (1, True, True)
