"""A page as each of its readers has it: in both languages and themes, turned in place, tried for barriers in each."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.ui.house import House

_SPEAK = """async (language) => {
  const headers = { "Content-Type": "application/json" };
  await fetch("/v1/session/language", { method: "PUT", headers, body: JSON.stringify({ language }) });
  new BroadcastChannel("hub.session").postMessage("changed");
}"""
_STILL = """() => Promise.race([
  Promise.allSettled(document.getAnimations().map((one) => one.finished)),
  new Promise((late) => setTimeout(late, 3000)),
]).then(() => undefined)"""
"""Of what moves for ever, as where something is still read, nobody waits for the end."""

FIRST = ("en", "light")
ALL = (FIRST, ("en", "dark"), ("fa", "dark"), ("fa", "light"))
"""Neighbours differ by one thing, so that a language is spoken anew as seldom as can be."""
CORNERS = (FIRST, ("fa", "dark"))


async def lit(page: Any, theme: str) -> None:
    """From now on in this theme; once no colour is on its way any more."""
    await page.emulate_media(color_scheme=theme)
    await page.evaluate(_STILL)


class Look:
    """Looks at what somebody signed in has open, from the look it has on: it is not loaded anew.

    A theme changes colours alone: where a page was looked at in its language already, only they are tried again."""

    def __init__(self, house: House, page: Any, looks: tuple[tuple[str, str], ...] = ALL) -> None:
        self.house, self.page = house, page
        self.looks = looks
        self.now = FIRST
        self.found: dict[str, list[str]] = {}

    async def at(self, what: str, ready: str = "[role=dialog]", part: str = "") -> None:
        """In all looks, those first that are nearest; `ready` stands on the page in each, `part` alone is tried."""
        await self.page.locator(ready).first.wait_for()
        tried = set[str]()
        for language, theme in self.looks if self.now == self.looks[0] else self.looks[::-1]:
            await self.turn(language, theme)
            await self.page.locator(ready).first.wait_for()
            found = await self.house.barriers(self.page, part, colours=language in tried)
            self.found[f"{what} {language} {theme}"] = found
            tried.add(language)

    async def turn(self, language: str, theme: str) -> None:
        """From now on in this language and theme."""
        if language != self.now[0]:
            await self.page.evaluate(_SPEAK, language)
            await self.page.wait_for_function("one => document.documentElement.lang === one", arg=language)
        await lit(self.page, theme)
        self.now = (language, theme)

    async def dialog(self, what: str, opening: Callable[[], Awaitable[Any]]) -> None:
        """What opens like this, and is closed again."""
        await opening()
        await self.at(what, part="[role=dialog]")
        await self.page.keyboard.press("Escape")
        await self.page.get_by_role("dialog").wait_for(state="detached")
        await self.turn(*FIRST)

    def key(self, keys: str) -> Callable[[], Awaitable[Any]]:
        return lambda: self.page.keyboard.press(keys)

    def button(self, name: str) -> Callable[[], Awaitable[Any]]:
        button = self.page.get_by_role("button", name=name, exact=True).first
        return button.click  # type: ignore[no-any-return]

    def clean(self) -> bool:
        """Whether something was looked at; fails where a barrier was found."""
        assert {what: one for what, one in self.found.items() if one} == {}
        return bool(self.found)
