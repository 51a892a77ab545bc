"""The command `onapi sp`."""

import typer

from onapi.cli.sp import accesses, doctor, events, invoices, login, orders, sync, tech, tickets

app = typer.Typer(
    help="Be a service provider at an ON-API server.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
app.command()(login.login)
app.add_typer(login.app, name="profile")
app.add_typer(accesses.accesses, name="accesses")
app.add_typer(accesses.services, name="services")
app.add_typer(accesses.subscriptions, name="subscriptions")
app.add_typer(orders.app, name="orders")
app.add_typer(events.orderevents, name="orderevents")
app.add_typer(events.events, name="events")
app.add_typer(tickets.app, name="tickets")
app.add_typer(invoices.app, name="invoices")
app.add_typer(tech.app, name="tech")
app.add_typer(tech.lookups, name="lookup")
app.add_typer(sync.app)
doctor.add_to(app)
