"""What a settings file may say, and how its mistakes are told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.settings import document, template
from jobyard.core.settings.document import Broken, Document


def read(text: str) -> Document:
    return document.read(text.encode())


def mistakes(text: str | bytes) -> list[str]:
    """The lines that are told of a file."""
    with pytest.raises(Broken) as caught:
        document.read(text if isinstance(text, bytes) else text.encode())
    return [problem.text("jobyard.yml") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\n\nkil_grace: 5s\n", "jobyard.yml, line 3: `kil_grace`: settings have no such key. "
         "Did you mean kill_grace?"),
        ("queues:\n  gpu:\n    slotz: 3\n", "jobyard.yml, line 3: `slotz` is no key of a queue. Did you mean slots?"),
        ("kill_grace: 5s\nkill_grace: 6s\n", "jobyard.yml, line 2: `kill_grace` is given twice. "
         "The first is in line 1; keep one of them."),
        ("queues:\n\tgpu: 1\n", "jobyard.yml, line 2: There is a tab, and YAML indents with blanks. "
         "Replace the tab by blanks."),
        ("kill_grace: 1:30\n", 'jobyard.yml, line 1: The kill_grace "1:30" cannot be used. '
         "YAML takes it for a number to the base of 60. Write it like 90s or 1h30m."),
        ("retries: 010\n", 'jobyard.yml, line 1: The retries "010" cannot be used. '
         "YAML takes it for a number to the base of 8. Leave the 0 at its beginning out."),
        ("a: &x 1\nb: *x\n", "jobyard.yml, line 2: There is an alias, *x. Write the value itself."),
        ("on_end: !!python/object:os.system ls\n", "jobyard.yml, line 1: There is a tag, "
         "tag:yaml.org,2002:python/object:os.system. Write the value alone."),
        ("retries: 1\n---\nretries: 2\n", "jobyard.yml, line 2: A second document begins. "
         "Keep one; remove the line ---."),
        ("- kill_grace\n", "jobyard.yml, line 1: Settings are keys with values, like kill_grace: 5s."),
        ("queues: [gpu]\n", "jobyard.yml, line 1: `queues` holds names, each with its keys. Write it like queues: {}."),
        ("queues:\n  gpu: {slots: 2}\n  default/gpu: {}\n", "jobyard.yml, line 3: Queue default/gpu is declared twice."
         " First in line 2."),
        ("queues:\n  gpu: {slots: 2, exclusive: true}\n", "jobyard.yml, line 2: Queue gpu is exclusive and has 2 slots."
         " Keep one of the two."),
        ("queues:\n  lab/gpu: {session: other}\n", 'jobyard.yml, line 2: Queue "lab/gpu" names two sessions. '
         "The other is other. Keep one of them."),
        ("queues:\n  gpu: {policy: longest}\n", 'jobyard.yml, line 2: The policy "longest" cannot be used. '
         "It is one of fifo, shortest, chain."),
        ("resources:\n  qick: {note: x}\n", "jobyard.yml, line 2: Resource qick has no capacity. "
         "Say how many units there are, like 1."),
        ("disk_floor: {a: 1}\n", "jobyard.yml, line 1: `disk_floor` has one value. Write it behind the colon."),
        ("captured_environment: [[PATH]]\n", "jobyard.yml, line 1: `captured_environment` is a list of words. "
         "Write it like [PATH, HOME]."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_reason_and_way_out(text: str, told: str):
    """Each kind of mistake: where, why, and the nearest right thing."""
    assert mistakes(text) == [told]


def test_all_mistakes_are_told_up_to_twenty():
    """Whoever repairs a file sees all that is wrong with it, in order of lines; a hundred are not listed."""
    told = mistakes("retrys: 3\nkill_grace: soon\nqueues:\n  gpu: {slotz: 2, policy: none}\n")
    assert [line.split(":")[0] for line in told] == [f"jobyard.yml, line {at}" for at in (1, 2, 4, 4)]
    assert len(mistakes("".join(f"key{number}: 1\n" for number in range(100)))) == 20


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"a: 1\nretries: \xff\n", "line 2: It is not UTF-8"),
        (b"\xff\xfek\x00", "It is not UTF-8"),
        (b"on_end: a\x00b\n", "line 1: It contains a control character"),
        (b"x" * (1 << 20) + b"x", "It has 1,048,577 bytes"),
        (b"[" * 100_000, "nested too deeply"),
        (b"{" * 100_000, "nested too deeply"),
        (b"? " * 20_000, ""),
        (b'"' + b"a" * 200_000, ""),
        (b"a: {b: &a [1], c: [*a,*a,*a,*a,*a,*a,*a,*a]}\n", "There is an alias"),
    ],
)
def test_hostile_files_are_refused_at_once(data: bytes, part: str):
    """Other encodings, NULs, huge files, bombs of brackets and aliases: one line, no time lost, no memory."""
    assert part in mistakes(data)[0]


def test_yaml_1_1_surprises_are_read_as_written():
    """A note that says no, a queue called on, a flag that says yes: what people wrote is what they get."""
    found = read(
        "queues:\n  on: {instructions: no, paused: yes}\n  1.10: {slots: 2}\nresources: {n: {capacity: 1, note: 1:30}}"
    )
    assert found.queues["default", "on"].values["instructions"][0] == "no"
    assert found.queues["default", "on"].values["paused"][0] is True
    assert ("default", "1.10") in found.queues
    assert found.resources["n"].values["note"][0] == "1:30"


def test_queues_and_resources_are_read_in_all_their_forms():
    """SESSION/QUEUE and session:, exclusive as one slot, a resource as a number, memory as a size."""
    found = read(
        "queues:\n  lab/a: {exclusive: true}\n  b: {session: lab, limit_factor: true}\n  c:\n"
        "resources:\n  qick: 1\n  mem: 4G\n  lic: {capacity: 3, note: floating}\n"
    )
    assert {place: one.line for place, one in found.queues.items()} == {
        ("lab", "a"): 2,
        ("lab", "b"): 3,
        ("default", "c"): 4,
    }
    assert found.queues["lab", "a"].values == {"slots": (1, 2)}
    assert found.queues["lab", "b"].values["limit_factor"] == (True, 3)
    assert {name: one.values["capacity"][0] for name, one in found.resources.items()} == {
        "qick": 1,
        "mem": 4 << 30,
        "lic": 3,
    }


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "~\n", "---\n", "queues:\nresources: ~\non_end:\n"])
def test_nothing_is_a_valid_file(text: str):
    """An empty file, and keys without values, mean the defaults."""
    found = read(text)
    assert (found.values, found.queues, found.resources) == ({}, {}, {})


# -- whatever the text, an answer ------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["queues", "resources", "kill_grace", "slots", "gpu", "mem", "capacity", "true", "1:30", "~", "5s", "-", ":", "{",
     "}", "[", "]", "&a", "*a", "!x", "|", ">", "'", '"', "#", "%", "\t", "\n", "  ", "? ", "<<", "\u2028", "\x85",
     "é", "\ufeff"]
)  # fmt: skip


def answers(data: bytes) -> None:
    """Settings, or one line for each mistake."""
    problems = problems_of(data)
    assert len(problems) <= 20
    for problem in problems:
        line = problem.text("jobyard.yml")
        assert line.isprintable()
        assert line.startswith("jobyard.yml")


def problems_of(data: bytes) -> Sequence[document.Problem]:
    try:
        document.read(data)
    except Broken as broken:
        return broken.problems or pytest.fail("refused without a word")
    return ()


@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
)
def test_any_bytes_give_settings_or_lines(data: bytes):
    """No bytes end in a traceback."""
    answers(data)


@given(st.lists(WORDS, max_size=30).map("".join))
def test_any_shape_of_yaml_gives_settings_or_lines(text: str):
    """Nor does anything that looks like settings."""
    answers(text.encode())


@given(st.data())
def test_a_damaged_file_gives_settings_or_lines(data: st.DataObject):
    """Nor does the shipped file with a piece cut out or put in."""
    whole = template.uncommented(template.template()).encode()
    start, length = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 40))
    answers(whole[:start] + data.draw(st.binary(max_size=8)) + whole[start + length :])
