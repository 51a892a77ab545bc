"""Work on one order, from the step where it stands until it is finished or has to wait."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from prometheus_client import Counter

from onapi import errors
from onapi.domain.plans import CONFIGURE_PORT
from onapi.drivers.contract import Busy, Delivery, Drifted, DriverError, Provisions, Rejected, TimedOut, Unreachable
from onapi.engine.deliveries import deliveries, obstacle, port_of
from onapi.engine.ports import Ports, TakenBack
from onapi.engine.records import Records
from onapi.storage.work import Work
from onapi.vocabulary import Failure

_log = structlog.get_logger()
_FINISHED = Counter("onapi_orders_finished_total", "Orders finished: success, or why not.", ["operation", "outcome"])
_POSTPONED = Counter("onapi_orders_postponed_total", "Steps that failed and will be tried again.", ["operation"])

_AS_BEFORE = "The access is as it was before."
_UNKNOWN = "What the network delivers there now is not known; the operator looks at it."
_ABOUT_THE_ORDER = (TimedOut, Busy, Rejected, Drifted)
_UNREACHABLE = "The network element cannot be reached."
_OPERATORS_MATTER = "The network cannot do this as it is set up; the operator has to see to it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often a step is tried; times are in seconds, and a pause doubles up to `pause_max_s`."""

    deadline_s: float = 30.0
    tries: int = 5
    pause_s: float = 0.5
    pause_max_s: float = 60.0

    def pause(self, tries: int) -> timedelta:
        """Return how long to wait after so many failures before this one."""
        return timedelta(seconds=min(self.pause_s * 2**tries, self.pause_max_s))


class Runner:
    """Carries orders out."""

    def __init__(self, records: Records, driver: Provisions, patience: Patience) -> None:
        self._records = records
        self._provision = driver.provision
        # Where a port has one keeper only, it is asked for the way back as it was for the way forth.
        self._take_back = driver.take_back if isinstance(driver, Ports) else driver.provision
        self._patience = patience

    async def run(self, work: Work) -> None:
        """Go on with an order until it is finished, or has been given back.

        Raises:
            LeaseLost: another worker has it.
            Unavailable: the database is away.
        """
        log = _log.bind(order=work.order_id, operation=work.operation)
        log.debug("order_begun", step=work.step, undoing=work.undoing)
        while work.undoing or work.step < len(work.plan):
            if work.undoing and work.step == 0:
                await self._fail(work, _AS_BEFORE)
                return
            advanced = await (self._undo(work) if work.undoing else self._do(work))
            if advanced is None:
                return
            log.debug("order_step_recorded", step=advanced.step, undoing=advanced.undoing)
            work = advanced
        log.info("order_succeeded")
        _FINISHED.labels(work.operation, "success").inc()

    async def _do(self, work: Work) -> Work | None:
        """Do the next step; return the order after it, or None when it was given back."""
        hindrance = obstacle(work)
        if hindrance is not None:
            code, told = hindrance
            return await self._turn_back(work, code, told, told=told, untouched=not work.resumed)
        if work.step == len(work.plan) - 1:
            try:
                await self._records.succeed(work)
            except errors.Claimed as error:
                return await self._turn_back(work, Failure.CLAIMED, error.cause, told=error.cause, untouched=True)
            return replace(work, step=work.step + 1)
        before, after = deliveries(work)
        try:
            async with asyncio.timeout(self._patience.deadline_s):
                did = await self._step(work, before, after)
        except TimeoutError:
            return await self._fail_step(work, TimedOut("The network did not answer in time."))
        except DriverError as error:
            return await self._fail_step(work, error)
        await self._records.advance(work, did)
        return replace(work, step=work.step + 1, tries=0, resumed=False)

    async def _undo(self, work: Work) -> Work | None:
        """Take the last step back; return the order after it, or None when it was given back or finished."""
        before, after = deliveries(work)
        try:
            async with asyncio.timeout(self._patience.deadline_s):
                did = await self._step(work, after, before)
        except TimeoutError:
            return await self._fail_undo(work, TimedOut("The network did not answer in time."))
        except DriverError as error:
            return await self._fail_undo(work, error)
        await self._records.advance(work, did)
        return replace(work, step=work.step - 1, tries=0)

    async def _step(self, work: Work, before: Delivery | None, after: Delivery | None) -> str:
        number = work.step - 1 if work.undoing else work.step
        name = work.plan[number]
        if name != CONFIGURE_PORT:
            raise DriverError(f"There is no step {name!r} in this version.")
        if work.ended:
            # A takeover ended the subscription, and its port is the winner's now.
            return "The subscription had ended; the port was left as it is."
        self._records.be_certain(work)
        asked = self._take_back if work.undoing else self._provision
        return await asked(port_of(work), before=before, after=after)

    async def _fail_step(self, work: Work, error: DriverError) -> Work | None:
        if error.permanent or work.tries + 1 >= self._patience.tries:
            # An earlier try may have done something; a port that has drifted was not touched by any of them.
            untouched = error.untouched and (isinstance(error, Drifted) or not work.resumed)
            return await self._turn_back(
                work, Failure.NETWORK, error.sentence, told=_told(error), untouched=untouched
            )
        await self._postpone(work, error, self._patience.pause(work.tries))
        return None

    async def _fail_undo(self, work: Work, error: DriverError) -> Work | None:
        if work.abandoned is not None:
            await self._fail(work, f"{_told(error)} {_UNKNOWN}")
            return None
        if error.permanent or work.tries + 1 >= self._patience.tries:
            await self._records.postpone(work, trouble=error.sentence, pause=None)
            _log.error("order_stuck", order=work.order_id, trouble=error.sentence)
        else:
            await self._postpone(work, error, self._patience.pause(work.tries))
        return None

    async def _postpone(self, work: Work, error: DriverError, pause: timedelta) -> None:
        await self._records.postpone(work, trouble=error.sentence, pause=pause)
        _log.info("order_postponed", order=work.order_id, step=work.step, undoing=work.undoing)
        _POSTPONED.labels(work.operation).inc()

    async def _turn_back(self, work: Work, code: Failure, trouble: str, *, told: str, untouched: bool) -> Work:
        steps = await self._records.turn_back(work, trouble=trouble, told=told, code=code, untouched=untouched)
        _log.info("order_taken_back", order=work.order_id, operation=work.operation, code=code, trouble=trouble)
        return replace(work, undoing=True, step=steps, tries=0, code=code, told=told)

    async def _fail(self, work: Work, state: str) -> None:
        message = f"{work.abandoned or work.told} {state}"
        code = Failure.ABANDONED if work.abandoned else work.code or Failure.INTERNAL
        await self._records.fail(work, message=message, code=code)
        _log.info("order_failed", order=work.order_id, operation=work.operation, code=code, trouble=message)
        _FINISHED.labels(work.operation, code).inc()


def _told(error: DriverError) -> str:
    """Return what an SP is told: how the CO's network is set up, and what in it is broken, is the CO's."""
    cause = error.refusal if isinstance(error, TakenBack) else error
    if isinstance(cause, Unreachable):
        return _UNREACHABLE
    return cause.sentence if isinstance(cause, _ABOUT_THE_ORDER) else _OPERATORS_MATTER
