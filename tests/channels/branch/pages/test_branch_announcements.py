"""What the hall hears: which clips call a ticket to a desk, for every number, in both languages."""

import importlib.util
import json
import shutil
import subprocess
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

from hub.channels.branch.pages import serving

PAGES = Path(serving.__file__).parent
CLIPS = PAGES / "clips"
SCRIPT = Path(__file__).parents[4] / "deploy" / "branch" / "clips"
LANGUAGES = ("fa", "en")

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not here: announcements are not tried")


def told(expression: str) -> Any:
    """What the page's own module says."""
    program = f"import * as all from {json.dumps((PAGES / 'announcement.js').as_uri())};\n" + (
        "const { numberParts, nameParts, clips, callClips } = all;\n"
        f"process.stdout.write(JSON.stringify({expression}));"
    )
    run = subprocess.run(["node", "--input-type=module", "-e", program], capture_output=True, text=True, check=False)
    assert not run.returncode, run.stderr
    return json.loads(run.stdout)


def words(language: str) -> dict[str, str]:
    loader = SourceFileLoader("clips_script", str(SCRIPT))
    spec = importlib.util.spec_from_loader("clips_script", loader)
    assert spec is not None
    script = importlib.util.module_from_spec(spec)
    loader.exec_module(script)
    spoken: dict[str, str] = script.phrases(language)
    return spoken


def test_every_number_is_put_together_of_parts_that_make_it_up() -> None:
    for number, parts in enumerate(told("Array.from({ length: 1000 }, (_, one) => numberParts(one))")):
        values = [int(part.removesuffix("+")) for part in parts]
        assert sum(values) == number, parts
        assert values == sorted(values, reverse=True)
        assert [part.endswith("+") for part in parts] == [True] * (len(parts) - 1) + [False]
        assert all((CLIPS / language / f"{part}.opus").is_file() for part in parts for language in LANGUAGES)


@pytest.mark.parametrize(
    ("number", "persian", "english"),
    [
        (0, "صفر", "zero"),
        (17, "هفده", "seventeen"),
        (20, "بیست", "twenty"),
        (123, "صدُ بیستُ سه", "one hundred and twenty three"),
        (305, "سیصدُ پنج", "three hundred and five"),
        (500, "پانصد", "five hundred"),
        (999, "نهصدُ نودُ نُه", "nine hundred and ninety nine"),
    ],
)
def test_numbers_are_said_as_people_say_them(number: int, persian: str, english: str) -> None:
    parts = told(f"numberParts({number})")
    assert " ".join(words("fa")[part] for part in parts) == persian
    assert " ".join(words("en")[part] for part in parts) == english


def test_numbers_that_no_clips_make_up_are_refused() -> None:
    for number in ("-1", "1000", "1.5", "NaN", '"7"'):
        refused = told(f"(() => {{ try {{ return numberParts({number}) }} catch (error) {{ return error.name }} }})()")
        assert refused == "RangeError"


def test_a_call_names_ticket_and_desk() -> None:
    call = {"number": "A017", "letter": "A", "count": 17, "desk": "3", "language": "fa"}
    assert told(f"clips({json.dumps(call)}, 'fa')") == ["fa/ticket", "fa/A", "fa/17", "fa/desk", "fa/3"]


def test_desks_may_have_letters_and_long_numbers() -> None:
    assert told('nameParts("a12")') == ["A", "12"]
    assert told('nameParts("VIP-007")') == ["V", "I", "P", "7"]
    assert told('nameParts("2026")') == ["2", "0", "2", "6"]
    assert told('nameParts("باجه")') == []


def test_a_count_beyond_what_is_spoken_is_read_as_it_is_written() -> None:
    call = {"number": "A1234", "letter": "A", "count": 1234, "desk": "3", "language": "fa"}
    parts = [*"A1234"]
    assert told(f"clips({json.dumps(call)}, 'en')") == ["en/ticket", *(f"en/{one}" for one in parts), "en/desk", "en/3"]


@pytest.mark.parametrize(
    ("of_ticket", "of_branch", "heard"),
    [
        ("en", ["fa", "en"], ["en", "fa"]),
        ("fa", ["fa", "en"], ["fa", "en"]),
        ("de", ["de", "en"], ["en"]),
        ("en", ["fa"], ["fa"]),
    ],
)
def test_the_tickets_own_language_is_heard_first(of_ticket: str, of_branch: list[str], heard: list[str]) -> None:
    call = {"number": "A017", "letter": "A", "count": 17, "desk": "3", "language": of_ticket}
    calls = told(f"callClips({json.dumps(call)}, {json.dumps(of_branch)})")
    assert [clips[0].split("/")[0] for clips in calls] == heard


PLAYED = """
const started = [], microtask = (run) => queueMicrotask(run);
const gain = { setValueAtTime() {}, exponentialRampToValueAtTime() {} };
class Node {
  constructor(_, about = {}) { Object.assign(this, { about, gain }); }
  connect(other) { return other; }
  start() { if (this.about.buffer) started.push(this.about.buffer.name); }
  stop() {}
}
class Context {
  currentTime = 0;
  state = STATE;
  decodeAudioData(name) { return { duration: 0.5, name }; }
}
Object.assign(globalThis, { AudioContext: Context, GainNode: Node, OscillatorNode: Node, AudioBufferSourceNode: Node,
  setTimeout: microtask, fetch: async (url) => ({ ok: true, arrayBuffer: async () => url.split("/").pop() }) });
const { Speaker } = await import(MODULE);
const speaker = new Speaker("clips");
for (const name of CALLS) speaker.say([[name, `${name}!`]]);
while (speaker.speaking) await new Promise(setImmediate);
process.stdout.write(JSON.stringify(started));
"""


def played(calls: list[str], state: str = "running") -> list[str]:
    """What is heard of calls that come all at once, one clip after the other."""
    words = {"STATE": state, "MODULE": (PAGES / "speaker.js").as_uri(), "CALLS": calls}
    program = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in words.items()) + PLAYED
    run = subprocess.run(["node", "--input-type=module", "-e", program], capture_output=True, text=True, check=False)
    assert not run.returncode, run.stderr
    heard: list[str] = json.loads(run.stdout)
    return [one.removesuffix(".opus") for one in heard]


def test_calls_that_come_at_once_are_heard_one_after_the_other() -> None:
    assert played(["a", "b", "c"]) == ["a", "a!", "b", "b!", "c", "c!"]


def test_of_very_many_calls_the_latest_are_heard_and_of_none_before_the_sound_is_on() -> None:
    assert played([*"abcdefghij"])[::2] == ["a", *"efghij"]
    assert played(["a", "b"], "suspended") == []


def test_all_clips_are_there_and_small() -> None:
    for language in LANGUAGES:
        assert {one.stem for one in (CLIPS / language).iterdir()} == set(words(language))
    files = list(CLIPS.rglob("*.opus"))
    assert all(one.read_bytes().startswith(b"OggS") for one in files)
    assert sum(one.stat().st_size for one in files) < 1_500_000
