from hub.simulated.client import ServerEvent, parse_event


def test_an_event_is_read() -> None:
    block = b'id: 12\nevent: InteractionOffered\ndata: {"stream":"interaction-1"}'
    assert parse_event(block, {"InteractionOffered"}) == ServerEvent(
        12, "InteractionOffered", {"stream": "interaction-1"}
    )


def test_data_that_nobody_wants_is_not_decoded() -> None:
    assert parse_event(b"id: 3\nevent: OfferAccepted\ndata: {", {"InteractionOffered"}) == ServerEvent(
        3, "OfferAccepted", None
    )


def test_a_reset_is_always_wanted() -> None:
    assert parse_event(b'id: 9\nevent: reset\ndata: {"snapshot":{}}', ()) == ServerEvent(9, "reset", {"snapshot": {}})


def test_a_comment_is_nothing_and_a_mark_moves_the_place_to_resume_from() -> None:
    assert parse_event(b": heartbeat", ()) is None
    assert parse_event(b": heartbeat\nid: 17", ()) == ServerEvent(17, "", None)


def test_data_over_several_lines_is_one() -> None:
    assert parse_event(b"id: 1\nevent: x\ndata: [1,\ndata: 2]", {"x"}) == ServerEvent(1, "x", [1, 2])
