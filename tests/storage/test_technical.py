"""Who may have technical information of an access, and of which kinds of service there."""

from collections.abc import Iterator

import pytest

from onapi import ids
from onapi.domain.technical import Standing
from onapi.storage import technical
from tests.operators import Operator
from tests.storage.stored_orders import ALFA, BETA, activate

GAMMA = ids.Sp("gamma")
BB, IPTV = frozenset({"bb"}), frozenset({"iptv"})


def standing(operator: Operator, sp: ids.Sp, access: str) -> Standing | None:
    """Return how an SP stands to an access."""

    async def ask() -> Standing | None:
        async with operator.database.connection(sp) as tx:
            found = await technical.many(tx, [(sp, ids.AccessId(access))])
            return found.get((sp, ids.AccessId(access)))

    return operator.wait(ask())


@pytest.fixture
def agreed(operator: Operator) -> Iterator[None]:
    """Let gamma have everything of what it sees."""
    operator.rows("UPDATE providers SET technical = 'all' WHERE sp = 'gamma'")
    yield
    operator.rows("UPDATE providers SET technical = 'own' WHERE sp = 'gamma'")


def test_who_delivers_may_ask_and_is_told_its_kinds_and_those_of_others(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    activate(operator, access)
    tv = {"service": "IPTV-BASE", "service_type": "IPTV"}
    activate(operator, access, sp=BETA, **tv)
    of_alfa, of_beta = standing(operator, ALFA, access), standing(operator, BETA, access)
    assert of_alfa
    assert of_beta
    assert (of_alfa.allowed, of_alfa.everything, set(of_alfa.own), of_alfa.others) == (True, False, {"bb"}, IPTV)
    assert (of_beta.allowed, of_beta.everything, set(of_beta.own), of_beta.others) == (True, False, {"iptv"}, BB)
    began = operator.value("SELECT connected_at FROM subscriptions WHERE sp = 'alfa' AND access_id = $1", access)
    assert of_alfa.own["bb"] == began


def test_who_delivers_no_more_or_not_yet_may_not(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    order = activate(operator, access)
    operator.rows("UPDATE subscriptions SET state = 'SUSPENDED' WHERE subscription_id = $1", order.subscription_id)
    suspended = standing(operator, ALFA, access)
    assert suspended
    assert suspended.allowed
    operator.rows(
        "UPDATE subscriptions SET state = 'ENDED', ended_at = now() WHERE subscription_id = $1", order.subscription_id
    )
    for sp in (ALFA, BETA):
        assert standing(operator, sp, access) == Standing(allowed=False, everything=False, own={}, others=frozenset())


def test_an_access_that_an_sp_does_not_see_is_none(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    activate(operator, access)
    for unknown in (access, "X-1"):
        assert standing(operator, GAMMA, unknown) is None
    # Until it delivers there.
    activate(operator, access, sp=GAMMA, service="VOIP", service_type="VOIP", claim="gamma ")
    known = standing(operator, GAMMA, access)
    assert known
    assert (known.allowed, set(known.own), known.others) == (True, {"voip"}, BB)


@pytest.mark.usefixtures("agreed")
def test_an_agreement_that_says_all_is_of_all_that_the_sp_sees(operator: Operator, accesses: Iterator[str]) -> None:
    assert standing(operator, GAMMA, "E-1") == Standing(allowed=True, everything=True, own={}, others=frozenset())
    for unseen in (next(accesses), "H-1", "X-1"):
        assert standing(operator, GAMMA, unseen) is None


def test_who_has_a_ticket_open_may_ask_until_it_is_closed(operator: Operator, accesses: Iterator[str]) -> None:
    access, other = next(accesses), next(accesses)
    activate(operator, access)
    operator.rows(
        "INSERT INTO tickets (ticket_id, sp, access_id, opened_by, created_by, heading, description, problem_type) "
        "VALUES ('t-1', 'beta', $1, 'SP', 'a', 'b', 'c', 'OTHER')",
        access,
    )
    known = standing(operator, BETA, access)
    assert known
    # Of what others deliver it is told no more than before.
    assert (known.allowed, known.everything, known.own, known.others) == (True, False, {}, BB)
    unknown = standing(operator, BETA, other)
    assert unknown
    assert not unknown.allowed
    operator.rows("INSERT INTO ticket_entries (ticket_id, sp, party, status) VALUES ('t-1', 'beta', 'SP', 'CLOSED')")
    closed = standing(operator, BETA, access)
    assert closed
    assert not closed.allowed


def test_what_several_sps_ask_at_once_is_told_to_each(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    activate(operator, access)
    wanted = [(sp, ids.AccessId(name)) for name in (access, "X-1") for sp in (BETA, ALFA, GAMMA)]

    async def ask() -> dict[tuple[ids.Sp, ids.AccessId], bool]:
        async with operator.database.connection(*(sp for sp, _ in wanted)) as tx:
            return {key: found.allowed for key, found in (await technical.many(tx, wanted)).items()}

    assert operator.wait(ask()) == {(ALFA, access): True, (BETA, access): False}
