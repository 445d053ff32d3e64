"""Files that agents are not given, as they may act when they are opened: a note says so in the place of each."""

from collections.abc import Collection

from hub.channels.email.mail import File

EXECUTABLE = frozenset({
    "app", "apk", "appx", "bat", "chm", "cmd", "com", "cpl", "dll", "exe", "gadget", "hta", "inf", "iso", "jar", "js",
    "jse", "lnk", "msc", "msi", "msix", "msp", "pif", "ps1", "psm1", "reg", "scf", "scr", "sys", "url", "vb", "vbe",
    "vbs", "vhd", "vhdx", "wsf", "wsh", "xll", "application/x-msdownload", "application/x-dosexec",
    "application/vnd.microsoft.portable-executable", "application/java-archive", "application/hta",
})  # fmt: skip
"""Endings of names, and media types."""
_NOTE = "This file was left out: {what} is not handed to agents. The mail as it came (original.eml) has it.\n"
_MORE = "{count} more files were left out: there are too many. The mail as it came (original.eml) has them.\n"


def given(file: File, refused: Collection[str]) -> File:
    """The file, or the note in its place."""
    ending = file.name.rstrip(" .").rpartition(".")[2].lower()
    kind = file.media_type.partition(";")[0].strip().lower()
    what = next((one for one in (ending, kind) if one in refused), "")
    return note(_NOTE.format(what=what), f"{file.name} - left out.txt") if what else file


def more(count: int) -> File:
    """Of those for which there is no room."""
    return note(_MORE.format(count=count), "files left out.txt")


def note(text: str, name: str) -> File:
    """Words for whoever reads the mail."""
    return File(text.encode(), "text/plain", name)
