"""The wallboard on the stream: a frame whose body is the same for all who follow it."""

from hub.application.deflating import Deflatable


class BoardFrame(bytes):
    """A frame whose body others are told, too; `parts` are what it is made of."""

    parts: tuple[bytes, Deflatable, bytes]


def board_frame(position: int, board: Deflatable) -> BoardFrame:
    """The wallboard, or what changed of it, to a listener who has everything up to here."""
    parts = (b"id: %d\nevent: board\ndata: " % position, board, b"\n\n")
    told = BoardFrame(b"".join(parts))
    told.parts = parts
    return told
