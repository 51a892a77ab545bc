"""Agents that answer as none should, each a way in which real ones have been seen to, or an attacker would."""

from collections.abc import Callable

from tests.drivers.snmp import agent, ber
from tests.drivers.snmp.agent import Answer, Recording
from tests.drivers.snmp.ber import Question


def silent(_recording: Recording, _question: Question) -> list[bytes]:
    """Say nothing."""
    return []


def truncated(recording: Recording, question: Question) -> list[bytes]:
    """End in the middle."""
    return [packet[: len(packet) * 2 // 3] for packet in agent.honest(recording, question)]


def garbage(_recording: Recording, _question: Question) -> list[bytes]:
    """Answer with bytes that mean nothing."""
    return [b"\xff" * 40]


def html(_recording: Recording, _question: Question) -> list[bytes]:
    """Be another service."""
    return [b"<html><body>It works!</body></html>"]


def somebody_elses(_recording: Recording, question: Question) -> list[bytes]:
    """Answer a question that was not asked."""
    other = (1, 3, 6, 1, 4, 1, 99999, 1)
    return [ber.response(question, [ber.binding(other, ber.integer(1)) for _ in question.oids])]


def wrong_types(_recording: Recording, question: Question) -> list[bytes]:
    """Answer text where there should be numbers, and the other way round."""
    if question.kind != ber.GET:
        oid = (*question.oids[0], 1)
        return [ber.response(question, [ber.binding(oid, ber.identifier((1, 3, 6, 1)))]) if len(oid) < 30 else b""]
    kinds = (ber.wrapped(ber.OCTETS, b"\xff\xfe\x00"), ber.identifier((1, 3, 6, 1)), ber.integer(-(2**40)))
    return [ber.response(question, [ber.binding(oid, kinds[i % 3]) for i, oid in enumerate(question.oids)])]


def unreadable_value(_recording: Recording, question: Question) -> list[bytes]:
    """Answer with an identifier that has no numbers."""
    return [ber.response(question, [ber.binding(oid, b"\x06\x00") for oid in question.oids])]


def backwards(_recording: Recording, question: Question) -> list[bytes]:
    """Answer a walk with the same rows for ever."""
    root = question.oids[0][:9]
    rows = [ber.binding((*root, last), ber.integer(last)) for last in (1, 2, 3)]
    return [ber.response(question, rows)]


def endless(_recording: Recording, question: Question) -> list[bytes]:
    """Answer a walk with ever more rows."""
    oid = question.oids[0]
    begin = oid[-1] + 1 if len(oid) > 9 else 1
    rows = [ber.binding((*oid[:9], begin + step), ber.integer(step)) for step in range(question.second)]
    return [ber.response(question, rows)]


def flood(_recording: Recording, question: Question) -> list[bytes]:
    """Answer with many packets, none of which is the answer."""
    return [ber.response(question, [], request_id=ber.integer(wrong)) for wrong in range(2**30, 2**30 + 50)]


def errors_only(_recording: Recording, question: Question) -> list[bytes]:
    """Answer every question with genErr."""
    return [_error(question, 5)]


def too_big_above(most: int) -> Answer:
    """Return an agent that has room for so few values in a packet, and answers tooBig otherwise."""

    def answer(recording: Recording, question: Question) -> list[bytes]:
        asked = question.second if question.kind == ber.GET_BULK else len(question.oids)
        return [_error(question, 1)] if asked > most else agent.honest(recording, question)

    return answer


def stumbling_over(oid: str) -> Answer:
    """Return an agent that answers genErr whenever one instance is asked for."""

    def answer(recording: Recording, question: Question) -> list[bytes]:
        if question.kind == ber.GET and agent.arcs(oid) in question.oids:
            return [_error(question, 5)]
        return agent.honest(recording, question)

    return answer


def first(times: int, wrong: Answer, then: Answer = agent.honest) -> Answer:
    """Return an agent that recovers after so many questions."""
    left = [times]

    def answer(recording: Recording, question: Question) -> list[bytes]:
        left[0] -= 1
        return (wrong if left[0] >= 0 else then)(recording, question)

    return answer


def _error(question: Question, status: int) -> bytes:
    bindings = [] if status == 1 else [ber.binding(oid, b"\x05\x00") for oid in question.oids]
    return ber.response(question, bindings, error=status)


ALL: dict[str, Callable[[Recording, Question], list[bytes]]] = {
    "silent": silent,
    "truncated": truncated,
    "garbage": garbage,
    "html": html,
    "somebody else's": somebody_elses,
    "wrong types": wrong_types,
    "unreadable value": unreadable_value,
    "backwards": backwards,
    "endless": endless,
    "flood": flood,
    "errors only": errors_only,
}
