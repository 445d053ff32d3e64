"""The one font that pages bring along, for Persian letters and digits that a machine may lack: Vazirmatn 33.0.3. Its
licence, the SIL Open Font License 1.1, lies beside it."""

from pathlib import Path

FONTS = Path(__file__).parent
VAZIRMATN = FONTS / "vazirmatn.woff2"
