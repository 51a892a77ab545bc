"""All chapters and checks, in the order in which they are done."""

from onapi.conformance.checks import (
    accesses,
    answers,
    deltas,
    endpoints,
    events,
    invoices,
    lookups,
    order_fields,
    order_life,
    order_news,
    order_placing,
    order_refusals,
    orderevents,
    orders,
    services,
    subscription_fields,
    subscriptions,
    technical,
    technical_fields,
    ticket_life,
    tickets,
    transport,
)
from onapi.conformance.register import Chapter, Check

# These only add to chapters of others.
_ADDED = (
    subscription_fields,
    order_fields,
    order_placing,
    order_life,
    order_news,
    order_refusals,
    technical_fields,
    ticket_life,
)

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
CHECKS: tuple[Check, ...] = tuple(
    check for chapter in CHAPTERS for check in sorted(chapter.checks, key=lambda one: one.id)
)
