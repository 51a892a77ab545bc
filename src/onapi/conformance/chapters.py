"""All chapters and checks, in the order in which they are done."""

from onapi.conformance.checks import (
    accesses,
    answers,
    deltas,
    endpoints,
    events,
    invoices,
    lookups,
    orderevents,
    orders,
    services,
    subscriptions,
    technical,
    tickets,
    transport,
)
from onapi.conformance.register import Chapter, Check

CHAPTERS: tuple[Chapter, ...] = (
    transport.CHAPTER,
    endpoints.CHAPTER,
    accesses.CHAPTER,
    services.CHAPTER,
    subscriptions.CHAPTER,
    orders.CHAPTER,
    orderevents.CHAPTER,
    events.CHAPTER,
    deltas.CHAPTER,
    tickets.CHAPTER,
    lookups.DHCP,
    lookups.OPTION82,
    technical.CHAPTER,
    invoices.CHAPTER,
    # What was answered to all the others.
    answers.CHAPTER,
)
CHECKS: tuple[Check, ...] = tuple(check for chapter in CHAPTERS for check in sorted(chapter.checks, key=lambda one: one.id))
