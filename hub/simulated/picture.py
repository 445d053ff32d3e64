"""The terminal board as a pure picture: what was glanced at, drawn to fit a terminal of any size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich import box
from rich.align import Align
from rich.console import Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

ACCENT, GOOD, WARN, BAD, QUIET = "bright_cyan", "green3", "gold1", "red1", "grey58"
_STATES: Mapping[str, tuple[str, str, str]] = {
    "available": ("ready", "ready", GOOD),
    "offered": ("ringing", "ring", WARN),
    "on_contact": ("talking", "talk", ACCENT),
    "wrap_up": ("wrap-up", "wrap", "medium_purple1"),
    "away": ("away", "away", QUIET),
    "not_answering": ("no answer", "miss", BAD),
    "signed_off": ("signed off", "off", "grey37"),
}
"""Word, short word and style of what an agent is at."""
_CHANNELS: Mapping[str, str] = {
    "phone": "bright_cyan",
    "web": "medium_purple1",
    "email": "gold1",
    "sms": "green3",
    "in_person": "light_salmon1",
}
_SPARKS = "▁▂▃▄▅▆▇█"
_BOX = box.ROUNDED
_TALL = 28
"""Rows from which on there is one to spare."""


@dataclass(frozen=True, slots=True)
class QueueGlance:
    """One queue this moment; the service level is None where nothing has been answered yet."""

    name: str
    waiting: int
    oldest_s: float | None
    active: int
    answered: int
    abandoned: int
    service_level: float | None
    within_s: float
    """Its target: to be answered within so many seconds."""


@dataclass(frozen=True, slots=True)
class AgentGlance:
    """One agent this moment; `state` is what they do, `since_s` since when, None where nobody says."""

    name: str
    state: str
    since_s: float | None = None
    holds: str = ""


@dataclass(frozen=True, slots=True)
class Glance:
    """Everything the board shows, as the public API told it."""

    title: str
    api_url: str
    up: bool
    seconds: float
    restarts: int
    contacts: int
    answered: int
    abandoned: int
    service_level: float | None
    service_level_name: str
    asa_s: float | None
    aht_s: float | None
    occupancy: float | None
    events: int
    rates: Sequence[float] = ()
    """Events a second, one figure for each of the last seconds."""
    channels: Mapping[str, int] = field(default_factory=dict)
    queues: Sequence[QueueGlance] = ()
    agents: Sequence[AgentGlance] = ()
    key_file: str = ""
    """Where an API key is found, for who wants to ask the hub too."""
    branch: str = ""
    """Where the pages of a branch are, and how to sit down at a desk there."""


def draw(glance: Glance, width: int, height: int) -> RenderableType:
    """The board for a terminal of that many columns and rows (80 x 24 is the least that shows everything)."""
    queue_rows = min(len(glance.queues), max(3, height // 2 - 6))
    header = _header(glance, width, tall=height >= _TALL)
    screen = Layout()
    screen.split_column(
        Layout(Group(*header), name="header", size=len(header)),
        Layout(_figures(glance, width), name="figures", size=4),
        Layout(_queues(glance, queue_rows, width), name="queues", size=queue_rows + 3),
        Layout(name="people"),
        Layout(_footer(), name="footer", size=1),
    )
    left = max(48, width * 58 // 100)
    people_rows = height - len(header) - 4 - (queue_rows + 3) - 1
    screen["people"].split_row(
        Layout(_agents(glance, people_rows - 2, left - 4), size=left),
        Layout(_channels(glance, people_rows - 2, width - left - 4)),
    )
    return screen


def _header(glance: Glance, width: int, *, tall: bool) -> list[RenderableType]:
    """Its lines."""
    sign = Text("● live", style=f"bold {GOOD}") if glance.up else Text("● hub is coming back", style=f"bold {WARN}")
    first = Table.grid(expand=True)
    first.add_column()
    first.add_column(justify="right")
    restarts = Text(f"   hub restarts {glance.restarts}", style=WARN if glance.restarts else QUIET)
    clock = Text(f"   {duration(glance.seconds)}", style="bold")
    first.add_row(Text(f" {glance.title}", style=f"bold {ACCENT}"), sign + restarts + clock + Text(" "))
    second = Text(" open ", style=QUIET)
    second.append(glance.api_url, style=f"underline {ACCENT}")
    second.append("   docs ", style=QUIET)
    second.append(f"{glance.api_url}/docs", style=f"underline {ACCENT}")
    if glance.key_file and width >= 84 + len(glance.key_file):
        second.append("   key in ", style=QUIET).append(glance.key_file)
    if not glance.branch or not tall or width < len(glance.branch) + 9:
        return [first, second]
    return [first, second, Text(" branch ", style=QUIET).append(glance.branch, style=ACCENT)]


def _figures(glance: Glance, width: int) -> RenderableType:
    rate = glance.rates[-1] if glance.rates else 0.0
    tiles = [
        ("contacts", f"{glance.contacts:,}", "bold white"),
        ("answered", f"{glance.answered:,}", f"bold {GOOD}"),
        ("abandoned", f"{glance.abandoned:,}", f"bold {WARN if glance.abandoned else GOOD}"),
        (
            "svc level" if width >= 100 else "level",
            percent(glance.service_level),
            f"bold {_level_style(glance.service_level, 0.8)}",
        ),
        ("ASA", short(glance.asa_s), "bold white"),
        ("AHT", short(glance.aht_s), "bold white"),
        ("occupancy" if width >= 100 else "occup.", percent(glance.occupancy), "bold white"),
        ("events", _big(glance.events), "bold white"),
        ("events/s", f"{rate:.0f}", f"bold {ACCENT}"),
    ]
    table = Table.grid(expand=True, padding=(0, 0))
    for _ in tiles:
        table.add_column(justify="center", no_wrap=True, ratio=1 if width >= 100 else None)
    table.add_row(*(Text(value, style=style) for _, value, style in tiles))
    table.add_row(*(Text(label, style=QUIET) for label, _, _ in tiles))
    name = Text(glance.service_level_name, style=QUIET)
    return Panel(table, box=_BOX, border_style="grey37", subtitle=name, subtitle_align="right")


def _queues(glance: Glance, rows: int, width: int) -> RenderableType:
    table = Table(box=None, expand=True, padding=(0, 1, 0, 0), header_style=QUIET, pad_edge=False)
    bar_cells = max(4, min(40, width - 72))
    table.add_column("queue", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("", width=bar_cells, no_wrap=True)
    for head in ("waiting", "oldest", "active", "answered", "abandoned", "level", "within"):
        table.add_column(head, justify="right", no_wrap=True)
    longest = max([8, *(queue.waiting for queue in glance.queues)])
    for queue in glance.queues[:rows]:
        late = queue.oldest_s is not None and queue.oldest_s > queue.within_s
        alarm = BAD if late else WARN if queue.waiting else QUIET
        table.add_row(
            Text(queue.name, style="bold"),
            Text("━" * max(bool(queue.waiting), round(bar_cells * queue.waiting / longest)), style=alarm),
            Text(str(queue.waiting), style=f"bold {alarm}" if queue.waiting else QUIET),
            Text(duration(queue.oldest_s) if queue.oldest_s is not None else "–", style=alarm),
            Text(str(queue.active), style=ACCENT if queue.active else QUIET),
            f"{queue.answered:,}",
            Text(f"{queue.abandoned:,}", style=WARN if queue.abandoned else QUIET),
            Text(percent(queue.service_level), style=f"bold {_level_style(queue.service_level, 0.8)}"),
            Text(short(queue.within_s), style=QUIET),
        )
    return Panel(table, title=_title("queues"), title_align="left", box=_BOX, border_style="grey37", padding=(0, 1))


def _agents(glance: Glance, rows: int, width: int) -> RenderableType:
    counts: dict[str, int] = dict.fromkeys(_STATES, 0)
    for agent in glance.agents:
        counts[agent.state] = counts.get(agent.state, 0) + 1
    told = [(state, counts[state]) for state in _STATES if counts[state]]
    bar = Text(no_wrap=True)
    for state, cells in shares(told, max(10, width)):
        bar.append("█" * cells, style=_STATES[state][2])
    legend = Text(no_wrap=True, overflow="ellipsis")
    for state, count in told:
        word, brief, style = _STATES[state]
        legend.append(f"{count}", style=f"bold {style}")
        legend.append(f" {word}  " if width >= 58 else f" {brief} ", style=QUIET)
    table = Table.grid(expand=True, padding=(0, 1, 0, 0))
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    for agent in _most_telling(glance.agents, rows - 2):
        word, _, style = _STATES.get(agent.state, (agent.state, "", QUIET))
        since = duration(agent.since_s) if agent.since_s is not None else ""
        table.add_row(agent.name, Text(word, style=style), Text(since, style=QUIET), Text(agent.holds, style=QUIET))
    title = _title(f"agents {len(glance.agents)}")
    return Panel(
        Group(bar, legend, table), title=title, title_align="left", box=_BOX, border_style="grey37", padding=(0, 1)
    )


def _channels(glance: Glance, rows: int, width: int) -> RenderableType:
    table = Table.grid(expand=True, padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    most = max([1, *glance.channels.values()])
    room = max(4, width - 20)
    for channel, count in sorted(glance.channels.items(), key=lambda item: (-item[1], item[0])):
        bar = Text("■" * max(bool(count), round(room * count / most)), style=_CHANNELS.get(channel, ACCENT))
        table.add_row(channel.replace("_", " "), bar, f"{count:,}")
    parts: list[RenderableType] = [table]
    if rows - len(glance.channels) >= 2:
        high = max(1, min(8, rows - len(glance.channels) - 1))
        parts += [Text("events/s", style=QUIET), *spark(glance.rates, max(8, width), high)]
    title = _title("contacts by channel")
    return Panel(Group(*parts), title=title, title_align="left", box=_BOX, border_style="grey37", padding=(0, 1))


def _footer() -> RenderableType:
    return Align.center(Text("Ctrl-C stops everything · started again it goes on where it was", style=QUIET))


def spark(rates: Sequence[float], width: int, height: int = 1) -> list[Text]:
    """The last `width` figures as columns of blocks, `height` lines, the highest figure filling them."""
    shown = list(rates)[-width:]
    top = max([1.0, *shown])
    eighths = [round(8 * height * rate / top) for rate in shown]
    lines = []
    for row in range(height - 1, -1, -1):
        cells = [min(8, max(0, level - 8 * row)) for level in eighths]
        text = "".join(_SPARKS[cell - 1] if cell else " " for cell in cells)
        lines.append(Text(text.rjust(width), style=ACCENT, no_wrap=True))
    return lines


def shares(counts: Sequence[tuple[str, int]], cells: int) -> list[tuple[str, int]]:
    """The cells of a bar dealt out by counts: at least one to each that is not 0, all of them dealt."""
    total = sum(count for _, count in counts)
    if not total:
        return []
    dealt = {name: max(1, cells * count // total) for name, count in counts if count}
    biggest = max(dealt, key=lambda name: dealt[name])
    dealt[biggest] += cells - sum(dealt.values())
    return [(name, max(0, given)) for name, given in dealt.items()]


def duration(seconds: float) -> str:
    """Minutes and seconds, with hours where there are any."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def short(seconds: float | None) -> str:
    """A mean or a target, in seconds up to two minutes."""
    if seconds is None:
        return "–"
    if seconds < 120:
        return f"{seconds:.1f}s" if seconds < 10 and seconds != int(seconds) else f"{seconds:.0f}s"
    return f"{seconds / 60:.0f}m" if seconds < 7200 else f"{seconds / 3600:.0f}h"


def percent(share: float | None) -> str:
    """A share as whole percent."""
    return "–" if share is None else f"{share:.0%}"


def _big(number: int) -> str:
    return (
        f"{number:,}"
        if number < 100_000
        else f"{number / 1000:,.0f}k"
        if number < 10_000_000
        else f"{number / 1e6:.1f}M"
    )


def _level_style(level: float | None, target: float) -> str:
    if level is None:
        return QUIET
    return GOOD if level >= target else WARN if level >= target - 0.15 else BAD


def _title(text: str) -> Text:
    return Text(text, style=f"bold {ACCENT}")


def _most_telling(agents: Sequence[AgentGlance], rows: int) -> list[AgentGlance]:
    """As many agents as fit, the same ones every time, so that the eye finds them again."""
    present = [agent for agent in agents if agent.state != "signed_off"] or list(agents)
    return sorted(present, key=lambda agent: agent.name)[: max(0, rows)]
