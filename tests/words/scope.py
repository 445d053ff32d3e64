"""Whose sentences have Persian ones: each area is a catalogue, `ui/src/words/hub/<area>.fa.json`.

`talking` modules do nothing but put sentences together, of `raising` ones the errors are meant. What stands in two
areas belongs to the first. The rest of the hub is left out for a reason:
- `cli`, `calls`, `simulated`, `operations`, `doctor`, `settings.py`, `tables`, `router/simulation`, `router/trial` and
  what names a policy's versions to a terminal (`diff.py`, `changes.py`) speak to whoever runs commands, and reads logs;
- `journal`, `bus` and the insides of `channels` speak to the log: of their errors the API tells none (`TOLD` in
  `hub/api/errors.py`), but why a message did not leave is shown to agents; a branch's and a visitor's own pages have
  languages of their own;
- `application/explaining/audit*`, `application/access/oidc*`, `application/imports` and `records` end in a command or a
  file for it."""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from pydantic_core._pydantic_core import list_all_errors

from hub.paths.policy.words import WORDS as PATH_WORDS
from hub.router.policy.words import WORDS as ROUTING_WORDS
from tests.words.sources import constants, modules, raised, spoken


class Area(NamedTuple):
    """Modules and folders within `hub`, and those of them that are left out."""

    talking: tuple[str, ...] = ()
    raising: tuple[str, ...] = ()
    but: tuple[str, ...] = ()


OF_OPERATORS = (
    "api/described.py", "api/routes.py", "api/server.py", "application/explaining/audit.py",
    "application/explaining/audit_counts.py", "application/explaining/audit_rules.py",
    "application/explaining/explainer.py", "application/beside.py", "application/export", "application/imports",
    "application/access/oidc.py", "application/access/oidc_settings.py",
)  # fmt: skip
"""Of the modules that answer the API, those that speak to the log, or to whoever runs a command."""

AREAS: Mapping[str, Area] = {
    "policy": Area(
        talking=("router/policy", "policies"),
        but=("router/policy/book.py", "router/policy/diff.py", "policies/book.py", "policies/changes.py"),
    ),
    "paths": Area(
        talking=(
            "paths/policy", "paths/propositions", "paths/time/section.py", "paths/frequency/section.py",
            "paths/holdout/section.py", "paths/arbitration/model.py", "paths/consent/purposes.py",
        ),
        but=("paths/policy/diff.py",),
    ),
    "routing": Area(
        talking=(
            "router/pool/staffing.py", "router/pool/supervising.py", "router/pool/interrupting.py",
            "router/pool/not_answering.py", "router/pool/joining.py", "router/pool/handing_on.py",
            "router/pool/placing.py", "router/pool/promised.py", "router/pool/visits.py", "router/pool/reactions.py",
            "router/pool/due.py", "router/pool/pulling.py", "domain/interaction/decide",
        ),
        raising=("router/pool", "domain/interaction", "domain/agent"),
    ),
    "access": Area(
        raising=(
            "domain/access", "application/access/keys.py", "application/access/people.py",
            "application/access/sessions.py", "application/access/sign_in.py", "application/access/guessable.py",
            "application/access/passwords.py", "api/callers.py", "api/identifying.py", "api/once.py",
            "api/sessions.py", "api/sessions_oidc.py", "api/people.py", "api/teams.py", "api/keys.py",
        ),
    ),
    "customers": Area(
        raising=(
            "domain/customer", "domain/account", "domain/cases", "domain/grant", "domain/satisfaction",
            "domain/contact.py", "domain/ids.py", "domain/personal.py", "domain/mail_addresses.py", "domain/canned",
            "paths/consent", "paths/profile", "paths/decision", "paths/gates", "paths/duplicates", "journal/drafts.py",
        ),
    ),
    "asked": Area(talking=("api/errors.py",), raising=("api", "application"), but=OF_OPERATORS),
    "contacts": Area(
        talking=(
            "application/intake/envelope.py", "application/views/channel_health.py", "channels/unreached.py",
            "channels/sms/refusals.py", "channels/sms/wishes.py", "domain/rejected",
        ),
        raising=(
            "channels/sms/carrier.py", "channels/sms/aggregator.py", "channels/sms/sender.py",
            "channels/messaging_webhooks/provider.py", "channels/messaging_webhooks/sender.py",
            "bus/rejected.py", "bus/adapter_states.py", "channels/attachments.py", "domain/refused_files.py",
            "domain/refused_input.py", "domain/sign.py", "domain/event.py", "domain/sms",
        ),
    ),
    "input": Area(),
    "reasons": Area(
        talking=(
            "paths/decision/wording.py", "paths/frequency/reserving.py", "paths/duplicates/comparing.py",
            "paths/duplicates/findings.py", "paths/duplicates/proposing.py", "paths/standing/standing.py",
            "application/paths/action_responses.py", "application/paths/contacts.py", "application/callbacks/gates.py",
            "application/customers/standing.py", "domain/customer/decide.py", "domain/customer/links/by_agents.py",
            "domain/grant/terms.py", "domain/account/decide.py", "router/pool/owner.py", "router/pool/phones.py",
        ),
        raising=(
            "paths", "application/explaining/explainer.py", "domain/errors.py", "projections/reports.py",
            "projections/agent_intervals.py",
        ),
    ),
}  # fmt: skip

WORDS = "words"
"""The catalogue of single words that stand within a sentence: `waiting`. Each is a string of the hub by itself."""


@cache
def said() -> Mapping[str, frozenset[str]]:
    """By area, every template of a sentence that its modules may say."""
    found: dict[str, frozenset[str]] = {}
    told: set[str] = set()
    for name, area in AREAS.items():
        out = modules(*area.but)
        texts = {text for module in modules(*area.talking) if module not in out for text in spoken(module)}
        texts |= {text for module in modules(*area.raising) if module not in out for text in raised(module)}
        texts |= {"policy": _places, "input": _of_pydantic}.get(name, set)()
        found[name] = frozenset(texts - told)
        told |= texts
    return found


def single_words() -> frozenset[str]:
    """Every string that could be a word of a sentence."""
    return frozenset(text for text in constants() if " " not in text)


_ASKED_OF_INPUT = (
    "missing", "int_type", "int_parsing", "int_from_float", "float_type", "float_parsing", "finite_number", "bool_type",
    "bool_parsing", "string_type", "string_too_short", "string_too_long", "string_pattern_mismatch", "enum",
    "literal_error", "list_type", "tuple_type", "dict_type", "model_type", "model_attributes_type", "too_short",
    "too_long", "greater_than", "greater_than_equal", "less_than", "less_than_equal", "multiple_of", "datetime_type",
    "datetime_parsing", "datetime_from_date_parsing", "timezone_aware", "date_type", "date_parsing",
    "date_from_datetime_parsing", "time_parsing", "url_parsing", "union_tag_invalid", "union_tag_not_found",
    "json_invalid", "none_required", "uuid_parsing", "bytes_type", "frozen_set_type", "set_type",
)  # fmt: skip
"""What pydantic may find wrong with what the hub's models ask for."""


def _of_pydantic() -> set[str]:
    """Its messages, as templates; `expected_plural` is nothing or an s."""
    known = {one["type"]: one["message_template_python"] for one in list_all_errors()}
    texts = {known[kind] for kind in _ASKED_OF_INPUT}
    both = {text.replace("{expected_plural}", end) for text in texts for end in ("", "s")}
    return {re.sub(r"\{\w+\}", "{}", text) for text in both}


def _places() -> set[str]:
    """`queue sales`, `rule 3`: how findings name where they are."""
    words = (ROUTING_WORDS, PATH_WORDS)
    return {f"{name} {{}}" for one in words for name in [*one.rows.values(), *one.tables.values()]}
