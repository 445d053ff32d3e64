"""Files that agents are not given, as they may act when they are opened: a note says so in the place of each."""

from collections.abc import Collection

from hub.channels.email.mail import File
from hub.domain.refused_files import refused_for

_NOTE = "This file was left out: {what} is not handed to agents. The mail as it came (original.eml) has it.\n"
_MORE = "{count} more files were left out: there are too many. The mail as it came (original.eml) has them.\n"


def given(file: File, refused: Collection[str]) -> File:
    """The file, or the note in its place."""
    what = refused_for(file.name, file.media_type, refused)
    return note(_NOTE.format(what=what), f"{file.name} - left out.txt") if what else file


def more(count: int) -> File:
    """Of those for which there is no room."""
    return note(_MORE.format(count=count), "files left out.txt")


def note(text: str, name: str) -> File:
    """Words for whoever reads the mail."""
    return File(text.encode(), "text/plain", name)
