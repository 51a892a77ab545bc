"""Commands for service providers' accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from onapi import errors, ids
from onapi.actions import providers
from onapi.cli import database, output
from onapi.storage.pool import Database
from onapi.storage.providers import Credential, Provider
from onapi.vocabulary import Dialect, TechnicalScope

app = typer.Typer(
    help="Service providers: accounts and passwords.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
credential = typer.Typer(
    help="Passwords of a provider.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)
app.add_typer(credential, name="credential")


_MEANING = {
    TechnicalScope.OWN: "the accesses where it delivers, and of its own kinds of service there",
    TechnicalScope.ALL: "all accesses that it sees, and of everything there",
}


def _sp(value: str) -> str:
    try:
        return ids.sp(value)
    except errors.Invalid as error:
        raise typer.BadParameter(error.cause) from error


@dataclass(frozen=True, slots=True)
class _ShownProvider:
    """An account; `populations` None is everything, as JSON's null and as "(all)" in a table."""

    sp: str
    name: str
    dialect: Dialect
    populations: tuple[str, ...] | None
    technical: TechnicalScope
    created_at: datetime


@dataclass(frozen=True, slots=True)
class _ShownCredential:
    """A password as it may be shown: never its hash."""

    credential_id: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


Account = Annotated[str, typer.Argument(metavar="ID", callback=_sp, help="The provider's user name.")]


@app.command()
def add(
    account: Account,
    name: Annotated[str, typer.Option(help="The provider's name.")],
    dialect: Annotated[
        Dialect, typer.Option(help="Which reading of the standard it is answered in.")
    ] = Dialect.BITVIS,
    population: Annotated[
        list[str] | None, typer.Option(help="What it may see; may be repeated. None given: everything.")
    ] = None,
) -> None:
    """Make an account, and print its password once."""

    async def work(opened: Database) -> tuple[providers.NewCredential, list[str]]:
        made = await providers.add(
            opened, sp=ids.Sp(account), name=name, dialect=dialect, populations=population or []
        )
        return made, await providers.unknown_populations(opened, population or [])

    made, unknown = database.run(work)
    _print_once(made)
    _doubt(unknown)


@app.command()
def change(
    account: Account,
    name: Annotated[str | None, typer.Option(help="The provider's name.")] = None,
    dialect: Annotated[Dialect | None, typer.Option(help="Which reading of the standard it is answered in.")] = None,
    population: Annotated[
        list[str] | None, typer.Option(help="What it may see from now on, and nothing else; may be repeated.")
    ] = None,
    everything: Annotated[bool, typer.Option("--everything", help="It may see everything from now on.")] = False,
) -> None:
    """Change an account: what is not given stays as it is."""
    if everything and population:
        raise typer.BadParameter("either --everything or --population, not both.")
    if name is None and dialect is None and not population and not everything:
        raise typer.BadParameter("say what to change: --name, --dialect, --population or --everything.")

    async def work(opened: Database) -> list[str]:
        agreed = [None] if everything else population or None
        await providers.change(opened, sp=ids.Sp(account), name=name, dialect=dialect, populations=agreed)
        return await providers.unknown_populations(opened, population or [])

    _doubt(database.run(work))
    output.say(f"{account} is changed; `onapi provider show {account}` shows it.")


@app.command("list")
def list_(as_json: output.Json = False) -> None:
    """List the accounts."""
    output.print_rows(
        [_shown(provider) for provider in database.run(providers.everyone)], as_json=as_json, none="There are none."
    )


@app.command()
def show(account: Account, as_json: output.Json = False) -> None:
    """Show an account and its passwords' dates."""

    async def work(opened: Database) -> tuple[Provider, list[Credential]]:
        return await providers.one(opened, sp=ids.Sp(account))

    provider, stored = database.run(work)
    credentials = [_ShownCredential(c.credential_id, c.created_at, c.last_used_at, c.revoked_at) for c in stored]
    if as_json:
        output.print_json({"provider": _shown(provider), "credentials": credentials})
    else:
        output.print_rows([_shown(provider)], as_json=False)
        print()
        output.print_rows(credentials, as_json=False)


@app.command()
def technical(
    account: Account,
    scope: Annotated[
        TechnicalScope,
        typer.Argument(metavar="SCOPE", help="own: where it delivers, its own kinds; all: whatever it sees."),
    ],
) -> None:
    """Say of what a provider may have technical information."""

    async def work(opened: Database) -> None:
        await providers.set_technical(opened, sp=ids.Sp(account), technical=scope)

    database.run(work)
    output.say(f"{account} may have technical information of {_MEANING[scope]}.")


@credential.command("add")
def add_credential(account: Account) -> None:
    """Make another password, good beside the others, and print it once."""

    async def work(opened: Database) -> providers.NewCredential:
        return await providers.add_credential(opened, sp=ids.Sp(account))

    _print_once(database.run(work))


@credential.command("revoke")
def revoke_credential(
    account: Account, credential_id: Annotated[str, typer.Argument(metavar="CRED", help="As `show` lists it.")]
) -> None:
    """End a password at once."""

    async def work(opened: Database) -> None:
        await providers.revoke_credential(opened, sp=ids.Sp(account), credential_id=credential_id)

    database.run(work)
    output.say(f"{credential_id} of {account} is revoked.")


def _doubt(populations: list[str]) -> None:
    for one in populations:
        output.say(f"No access is in the population {one!r} so far; is it spelled as in the address list?")


def _print_once(made: providers.NewCredential) -> None:
    print(f"{made.sp}:{made.secret}")
    output.say(f"This is credential {made.credential_id}. Keep the line above: it cannot be shown again.")


def _shown(provider: Provider) -> _ShownProvider:
    named = tuple(population for population in provider.populations if population is not None)
    everything = None in provider.populations
    return _ShownProvider(
        provider.sp,
        provider.name,
        provider.dialect,
        None if everything else named,
        provider.technical,
        provider.created_at,
    )
