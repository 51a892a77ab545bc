"""The commands of whoever runs a communication operator; they need the extra `server`."""

import typer

from onapi.cli import (
    accesses,
    catalogue,
    demo,
    elements,
    invoices,
    network,
    operator,
    orders,
    provider,
    simulated,
    tickets,
    work,
)

app = typer.Typer(rich_markup_mode=None)
app.command()(demo.demo)
app.command()(operator.serve)
app.command()(work.work)
app.command()(operator.migrate)
app.command()(operator.doctor)
app.command()(operator.settings)
app.add_typer(provider.app, name="provider")
app.add_typer(accesses.app, name="accesses")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(elements.app, name="elements")
app.add_typer(invoices.app, name="invoices")
app.add_typer(network.app, name="network")
app.add_typer(orders.app, name="orders")
app.add_typer(tickets.app, name="tickets")
app.add_typer(simulated.app, name="simulated")
