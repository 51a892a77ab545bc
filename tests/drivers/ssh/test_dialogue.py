"""What is said on a command line is understood however it arrives, and never taken for something else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onapi.drivers.contract import DriverError, Garbled, Rejected
from onapi.drivers.ssh.dialogue import Dialogue


def _ready(prompt: bytes = b"\r\n<sw-1>") -> Dialogue:
    dialogue = Dialogue()
    assert dialogue.feed(prompt) == b""
    assert dialogue.ready
    return dialogue


def _said(*chunks: bytes, command: str = "display version", prompt: bytes = b"\r\n<sw-1>") -> str | None:
    dialogue = _ready(prompt)
    assert dialogue.ask(command) == command.encode() + b"\n"
    for chunk in chunks:
        dialogue.feed(chunk)
    return dialogue.answer()


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (b"<sw-1>", b"<sw-1>"),
        (b"<sw-1>", b"[sw-1]"),
        (b"<sw-1>", b"[sw-1-GigabitEthernet0/0/1]"),
        (b"<sw-1>", b"[~sw-1]"),
        (b"<sw-1>", b"[*sw-1-vlan10]"),
        (b"asr-3>", b"asr-3#"),
        (b"asr-3#", b"asr-3(config)#"),
        (b"admin@asr-3> ", b"admin@asr-3> "),
        (b"\x1b[0m<sw-1>", b"<sw-1>"),
    ],
)
def test_an_answer_ends_with_a_prompt_of_the_element(first: bytes, later: bytes) -> None:
    assert _said(b"display version\r\nVRP\r\n" + later, prompt=b"Welcome!\r\n\r\n" + first) == "VRP"


@pytest.mark.parametrize("line", [b"<other>", b"[sw-2]", b"<sw-1> and more", b" <sw-1>", b"sw-1>", b"[sw-1"])
def test_what_only_looks_like_a_prompt_ends_nothing(line: bytes) -> None:
    assert _said(b"display version\r\n" + line) is None


def test_an_answer_is_the_same_however_it_is_cut() -> None:
    printed = b"display version\r\nline 1\r\n  ---- More ----\x1b[16D                \x1b[16D line 2\r\n<sw-1>"
    assert _said(printed) == "line 1\n line 2"
    assert _said(*(printed[place : place + 1] for place in range(len(printed)))) == "line 1\n line 2"


@pytest.mark.parametrize(
    "pause",
    [
        b"  ---- More ----\x1b[16D                \x1b[16D",
        b"--More--\r        \r",
        b"--More--\x08\x08\x08\x08\x08\x08\x08\x08        \x08\x08\x08\x08\x08\x08\x08\x08",
        b"---- More (Press 'Q' to break) ----\x1b[42D                                          \x1b[42D",
        b"-- more --\x1b[2K",
    ],
)
def test_pages_are_turned_and_leave_no_trace(pause: bytes) -> None:
    dialogue = _ready()
    dialogue.ask("display interface")
    end = pause.rindex(b"-") + 1
    assert dialogue.feed(b"display interface\r\nline 1\r\n" + pause[:end]) == b" "
    # What is already answered is not answered again.
    assert dialogue.feed(b"") == b""
    assert dialogue.feed(pause[end:] + b" line 2\r\n<sw-1>") == b""
    assert dialogue.answer() == "line 1\n line 2"


def test_questions_before_a_command_are_declined_and_those_after_one_agreed_to() -> None:
    dialogue = Dialogue()
    warning = b"Warning: The initial password poses security risks.\r\n"
    assert dialogue.feed(warning + b"The password needs to be changed. Change now? [Y/N]:") == b"n\n"
    assert dialogue.feed(b"n\r\n<sw-1>") == b""
    dialogue.ask("save")
    assert dialogue.feed(b"save\r\nAre you sure to continue?[Y/N]") == b"y\n"
    assert dialogue.feed(b"y\r\nPlease input the file name ( *.cfg, *.zip ) [vrpcfg.zip]:") == b"\n"
    assert dialogue.feed(b"\r\nSaved.\r\n<sw-1>") == b""
    assert dialogue.answer() == (
        "Are you sure to continue?[Y/N]y\nPlease input the file name ( *.cfg, *.zip ) [vrpcfg.zip]:\nSaved."
    )


def test_a_prompt_from_before_is_no_answer() -> None:
    assert _said(b"\r\n<sw-1>") is None
    assert _said(b"\r\n<sw-1>", b"display version\r\nVRP\r\n<sw-1>") == "VRP"


def test_an_echo_may_be_wrapped() -> None:
    assert _said(b"display ver\r\nsion\r\nVRP\r\n<sw-1>") == "VRP"
    assert _said(b"display ver\x1b[1Dsion \r\r\nVRP\r\n<sw-1>") == "VRP"


def test_an_answer_can_be_nothing_at_all() -> None:
    assert _said(b"display version\r\n<sw-1>") == ""


@pytest.mark.parametrize("command", ["", " ", "a\nreboot", "a\rb", "a\x03", "display ?", "a\tb", "a\x7f"])
def test_a_command_is_one_line_of_characters(command: str) -> None:
    with pytest.raises(Rejected, match="one line"):
        _ready().ask(command)


def test_an_answer_without_end_is_not_listened_to() -> None:
    dialogue = Dialogue(largest=1000)
    dialogue.feed(b"<sw-1>")
    dialogue.ask("display version")
    for _ in range(10):
        dialogue.feed(b"x" * 99)
    with pytest.raises(Garbled, match="more than 1000 bytes"):
        dialogue.feed(b"x" * 99)


@given(
    st.lists(st.binary(max_size=40) | st.sampled_from([b"<sw-1>", b"display version\r\n", b"-- More --", b"[Y/N]"]))
)
@example([b"<>"])
@example([b"\x1b[" * 50])
def test_nonsense_is_an_answer_or_none_or_an_error_that_says_so(chunks: list[bytes]) -> None:
    dialogue = Dialogue(largest=2000)
    try:
        for chunk in chunks:
            assert dialogue.feed(chunk) in (b"", b" ", b"y\n", b"n\n", b"\n")
            if dialogue.ready:
                dialogue.ask("display version")
            assert dialogue.answer() is None or "\r" not in (dialogue.answer() or "")
    except DriverError:
        pass
