"""Agents are told how many images of a message they don't see."""

from hub.application.conversations.blocked_images import blocked_images
from hub.channels.email.markup import sanitised


def test_images_without_an_address_are_counted() -> None:
    html = (
        '<img src="https://t.example/p.gif" alt="a > b"><img src="cid:logo" alt="our <b> logo">'
        '<img alt=\'src="cid:logo"\' src="data:image/png;base64,AA"><p title="<img>">x</p>'
    )
    assert blocked_images(sanitised(html, {"logo": 1})) == 2
    assert blocked_images("") == 0
