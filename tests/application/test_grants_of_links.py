"""Grants where it turns out that two are one customer, or that one was two, and where several ask at the same time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.application.dossier.grants import GrantState
from hub.domain.contact import Channel
from hub.domain.customer.events import SegmentChanged
from hub.domain.errors import ConflictError, RefusedError
from hub.domain.grant.events import PropositionGranted, PropositionPresented, Response
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.sqlite import SqliteStore
from hub.paths.propositions.model import Sender
from tests.application.grants_world import ANN, BEN, BY, DAY, Shop
from tests.application.test_path_grants import give, on_the_web, show
from tests.support.memory import MemoryJournal

FIRST, OTHER = sorted((ANN, BEN))
"""Both were registered in the same moment: then the first by name stands for both."""


@pytest.fixture(params=["memory", "sqlite"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    if request.param == "memory":
        yield await Shop(MemoryJournal()).begin()
        return
    journal = EventJournal(SqliteStore(tmp_path / "events.sqlite", Codec()))
    yield await Shop(journal).begin()
    await journal.close()


class TestLinks:
    async def test_after_a_link_the_better_stands_and_after_unlink_both(self, shop: Shop) -> None:
        mine = (await give(shop)).grant
        theirs = (await give(shop, customer=BEN, terms={"price": 80})).grant
        await shop.link()
        shown = (await shop.grants.of_customer(ANN)).grants
        told = [(one.grant_id, one.state, one.suspended_by) for one in shown]
        assert told == [
            (theirs.grant_id, GrantState.STANDS, ""),
            (mine.grant_id, GrantState.SUSPENDED, theirs.grant_id),
        ]
        with pytest.raises(RefusedError, match=f"in the place of grant .* stands {theirs.grant_id}"):
            await show(shop, mine)
        await show(shop, theirs)
        await shop.unlink()
        assert (await shop.stands(ANN), await shop.stands(BEN)) == (
            {"fibre": mine.grant_id},
            {"fibre": theirs.grant_id},
        )
        await show(shop, mine, "p-2")

    async def test_two_promises_that_a_link_brings_together_are_both_kept(self, shop: Shop) -> None:
        """Fibre excludes cable: neither was promised beside the other, but each was promised."""
        mine, theirs = (await give(shop)).grant, (await give(shop, "cable", BEN)).grant
        await shop.link()
        asked = replace(
            on_the_web(shop), channels=(Channel.PHONE,), sender=Sender.AGENT, propositions=("fibre", "cable")
        )
        decided = await shop.parts.decisions.decide(ANN, asked, request="r", **BY)
        assert {one.proposition: one.grant_id for one in decided.event.said} == {
            "fibre": mine.grant_id, "cable": theirs.grant_id,
        }  # fmt: skip
        shop.clock.moment += 7 * DAY
        with pytest.raises(RefusedError, match="can't stand beside what they hold: fibre"):
            await give(shop, "cable")

    async def test_what_was_granted_while_linked_is_whose_id_stood_for_both_after_an_unlink(self, shop: Shop) -> None:
        """Whoever of the two asked and was told."""
        await shop.link()
        given = (await give(shop, terms={"price": 80}, customer=OTHER)).grant
        assert given.holder == FIRST
        await show(shop, given)
        await shop.unlink()
        assert (await shop.stands(OTHER), await shop.stands(FIRST)) == ({}, {"fibre": given.grant_id})
        asked = await shop.parts.decisions.decide(OTHER, on_the_web(shop), request="r", grants=True, **BY)
        mine = asked.grants["fibre"]
        assert (mine.holder, mine.terms["price"]) == (OTHER, 100)
        [told] = await shop.facts(PropositionPresented)
        assert told.grant_id == given.grant_id
        await shop.link()
        assert await shop.stands(ANN) == await shop.stands(BEN) == {"fibre": given.grant_id}

    async def test_so_is_the_answer_to_it(self, shop: Shop) -> None:
        """Nobody is left alone for what another declined."""
        await shop.link()
        given = (await give(shop)).grant
        await show(shop, given)
        await shop.grants.answer(given.grant_id, "p-1", Response.DECLINED, **BY)
        await shop.unlink()
        for customer, said in ((OTHER, ["fibre"]), (FIRST, [])):
            asked = await shop.parts.decisions.decide(customer, on_the_web(shop), request=f"r-{customer}", **BY)
            assert [one.proposition for one in asked.event.said] == said


class TestTogether:
    async def test_two_who_ask_at_once_are_told_of_one_grant(self, shop: Shop) -> None:
        await shop.link()
        asked, mine, theirs = await asyncio.gather(
            shop.parts.decisions.decide(BEN, on_the_web(shop), request="r", grants=True, **BY),
            give(shop, customer=ANN),
            give(shop, customer=BEN),
        )
        told = {asked.grants["fibre"].terms_hash, mine.grant.terms_hash, theirs.grant.terms_hash}
        assert (len(told), len(await shop.facts(PropositionGranted))) == (1, 1)

    async def test_a_link_that_comes_in_between_is_noticed(self, shop: Shop) -> None:
        """Ben's grant is given; then Ann's, decided before the link, is not."""
        theirs = (await give(shop, customer=BEN)).grant
        commit, first = shop.journal.commit, True

        async def linking_first(units: Any) -> Any:
            nonlocal first
            if first:
                first = False
                await shop.link()
            return await commit(units)

        shop.journal.commit = linking_first
        given = await give(shop)
        assert (given.recorded, given.grant) == ([], theirs)

    async def test_a_presentation_that_an_amendment_overtakes_is_refused(self, shop: Shop) -> None:
        grant, commit = (await give(shop)).grant, shop.journal.commit

        async def amending_first(units: Any) -> Any:
            shop.journal.commit = commit
            await shop.grants.amend(grant.grant_id, terms={"price": 80}, **BY)
            return await commit(units)

        shop.journal.commit = amending_first
        with pytest.raises(RefusedError, match="has other terms"):
            await show(shop, grant)
        assert await shop.facts(PropositionPresented) == []

    async def test_who_can_never_be_first_is_told_so_and_nothing_is_written(self, shop: Shop) -> None:
        commit = shop.journal.commit

        async def others_first(units: Any) -> Any:
            shop.journal.commit = commit
            await shop.write((ANN, SegmentChanged(**shop.meta(), segment="B2C", value_tier="high", reason="said")))
            outcomes = await commit(units)
            shop.journal.commit = others_first
            return outcomes

        shop.journal.commit = others_first
        with pytest.raises(ConflictError):
            await give(shop)
        assert await shop.facts(PropositionGranted) == []
