"""A page of the demo's company with its chat and the way to its branch, so that whoever looks on can be a customer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from hub.simulated.branch_place import Guest

_LOOPBACK = "127.0.0.1"
_TEXTS = {
    "en": ("ltr", "A shop", "This page is the shop's. The chat in its corner is the hub's: write as a customer would. "
           "Whoever is free answers: a simulated agent, or you at your desk in the other tab.", "فارسی", "fa"),
    "fa": ("rtl", "یک فروشگاه", "این صفحه از آنِ فروشگاه است و گفت‌وگوی گوشهٔ آن از آنِ سامانه: مانند یک مشتری بنویسید. "
           "هر که آزاد باشد پاسخ می‌دهد: کارشناسی شبیه‌سازی‌شده، یا خود شما در میز کارتان.", "English", "en"),
}  # fmt: skip
_BRANCH = {
    "en": "Or come to the branch: {kiosk}, see in {display} who is called, or be the clerk at {desk} "
          "(name <code>{name}</code>, PIN <code>{pin}</code>).",
    "fa": "یا به شعبه بیایید: {kiosk}، در {display} ببینید نوبت چه کسی شده است، یا در {desk} متصدی باشید "
          "(نام <code>{name}</code>، رمز <code>{pin}</code>).",
}  # fmt: skip
_LINKS = {
    "en": {"kiosk": "take a ticket", "display": "the hall", "desk": "desk {desk}"},
    "fa": {"kiosk": "نوبت بگیرید", "display": "سالن", "desk": "باجهٔ {desk}"},
}
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>:root {{ color-scheme: light dark }}
body {{ font: 16px/1.7 system-ui, sans-serif; max-width: 42rem; margin: 15vh auto; padding: 0 1rem }}</style></head>
<body><main><h1>{title}</h1><p>{text}</p>{branch}
<p><a href="?language={other}" lang="{other}">{other_name}</a></p></main>
<script src="{script}" defer></script></body></html>
"""


def shop_url(port: int) -> str:
    """Where the page is."""
    return f"http://{_LOOPBACK}:{port}"


@asynccontextmanager
async def shop(port: int, chat_url: str, guest: Guest | None = None) -> AsyncIterator[None]:
    """Serves the page there; `chat_url` is where the chat's adapter is, `guest` who one is in the branch, if there is
    one."""

    async def shown(request: web.Request) -> web.Response:
        language = "fa" if request.query.get("language") == "fa" else "en"
        direction, title, text, other_name, other = _TEXTS[language]
        branch = _branch(guest, language) if guest else ""
        page = _PAGE.format(
            language=language, direction=direction, title=title, text=text, other=other, other_name=other_name,
            branch=branch, script=f"{chat_url}/chat/chat.js",
        )  # fmt: skip
        return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", shown)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, _LOOPBACK, port).start()
        yield
    finally:
        await runner.cleanup()


def _branch(guest: Guest, language: str) -> str:
    desk = guest.desk.translate(_PERSIAN) if language == "fa" else guest.desk
    links = {
        page: f'<a href="{guest.branch}/{page}" target="_blank">{words.format(desk=desk)}</a>'
        for page, words in _LINKS[language].items()
    }
    return f"<p>{_BRANCH[language].format(**links, name=guest.name, pin=guest.pin)}</p>"
