"""What is no event reaches who follows the agent just now, and nobody later."""

from hub.api.feed import Feed
from hub.api.topics import ALL, Topic

BLOCK = b'event: CustomerTyping\ndata: {"interaction_id":"interaction-1","typing":true}\n\n'
TOLD = {"interaction_id": "interaction-1", "typing": True}


def test_who_follows_the_agent_is_told_and_nobody_else() -> None:
    feed = Feed()
    ann, bob = feed.subscribe([Topic("agent", "ann")]), feed.subscribe([Topic("agent", "bob")])
    everybody = feed.subscribe([Topic("agent", ALL)])
    ann_and_queue = feed.subscribe([Topic("agent", "ann"), Topic("queue", "care")])
    for one in (ann, bob, everybody, ann_and_queue):
        assert feed.attach(one, 0)
    feed.whisper("ann", "CustomerTyping", TOLD)
    assert [one.take() for one in (ann, bob, everybody, ann_and_queue)] == [BLOCK, b"", BLOCK, BLOCK]


def test_who_comes_later_hears_nothing_of_it() -> None:
    feed = Feed()
    feed.whisper("ann", "CustomerTyping", TOLD)
    ann = feed.subscribe([Topic("agent", "ann")])
    assert feed.attach(ann, 0)
    assert ann.take() == b""
