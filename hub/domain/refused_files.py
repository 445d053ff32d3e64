"""Files that nobody is given, as they may act when they are opened: by the endings of their names, or what they are."""

from collections.abc import Collection

EXECUTABLE = frozenset({
    "app", "apk", "appx", "bat", "chm", "cmd", "com", "cpl", "dll", "exe", "gadget", "hta", "inf", "iso", "jar", "js",
    "jse", "lnk", "msc", "msi", "msix", "msp", "pif", "ps1", "psm1", "reg", "scf", "scr", "sys", "url", "vb", "vbe",
    "vbs", "vhd", "vhdx", "wsf", "wsh", "xll", "application/x-msdownload", "application/x-dosexec",
    "application/vnd.microsoft.portable-executable", "application/java-archive", "application/hta",
})  # fmt: skip
"""Endings of names, and media types."""


def refused_for(name: str, media_type: str, refused: Collection[str]) -> str:
    """The ending, or the media type, for which this file is refused; empty: it is not."""
    ending = name.rstrip(" .").rpartition(".")[2].lower()
    kind = media_type.partition(";")[0].strip().lower()
    return next((one for one in (ending, kind) if one in refused), "")
