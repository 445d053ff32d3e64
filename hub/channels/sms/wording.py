"""What customers are told who leave advertising or come back, where the line's table says nothing else."""

import re
from typing import Literal

from hub.channels.sms.words import Heard, Wish

Language = Literal["en", "fa"]
_PERSIAN = re.compile(r"[\u0600-\u065f\u066e-\u06ef\u06fa-\u06ff]")
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_LEFT: dict[Language, str] = {
    "en": "You will get no more advertising from us.",
    "fa": "دیگر پیام تبلیغاتی از ما نمی‌گیرید.",
}
_BACK: dict[Language, str] = {"en": " To get it again, send START.", "fa": " برای بازگشت «عضویت» را بفرستید."}
_JOINED: dict[Language, str] = {
    "en": "You will get our advertising again. To end it, send STOP.",
    "fa": "از این پس پیام تبلیغاتی ما را می‌گیرید. برای پایان «لغو» را بفرستید.",
}


def answer(found: Heard, line: Language, *, can_come_back: bool) -> str:
    """In the language they wrote in; where they wrote a number alone, in the line's."""
    language = spoken(found.as_said) or line
    if found.wish is Wish.JOIN:
        return _JOINED[language]
    return _LEFT[language] + (_BACK[language] if can_come_back else "")


def spoken(said: str) -> Language | None:
    """None: it could be either."""
    if _PERSIAN.search(said):
        return "fa"
    return "en" if _LATIN.search(said) else None
