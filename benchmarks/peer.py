"""The peer: the single access as a good FastAPI and Pydantic application answers it."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from typing import Annotated, Any

import asyncpg
from fastapi import Depends, FastAPI, HTTPException, Path, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from onapi.vocabulary import AccessState, PremisesType

_ONE = """
SELECT a.access_id, a.legacy_access_id, a.street_name, a.street_number, a.street_littera, a.postal_code, a.city,
       a.country_code, a.premises_type, a.mdu_apartment_number, a.mdu_distinguisher, a.outlet, a.population,
       a.price_group, a.access_state, a.national_address_uuid
  FROM accesses a WHERE a.access_id = $2 AND sees($1, a.population)
"""


class Access(BaseModel):
    """An access, with the standard's names outside and ours inside."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    access_id: str
    legacy_access_id: str | None = None
    street_name: str
    street_number: str | None = None
    street_littera: str | None = None
    postal_code: str
    city: str
    country_code: str
    premises_type: PremisesType
    mdu_apartment_number: str | None = None
    mdu_distinguisher: str | None = None
    outlet: str | None = None
    population: str | None = None
    price_group: int
    access_state: AccessState
    national_address_uuid: str | None = Field(default=None, alias="nationalAddressUUID")


_basic = HTTPBasic()


async def _sp(request: Request, credentials: Annotated[HTTPBasicCredentials, Depends(_basic)]) -> str:
    secret: str | None = request.app.state.secrets.get(credentials.username)
    if secret is None or not secrets.compare_digest(secret.encode(), credentials.password.encode()):
        raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})
    return credentials.username


async def _connection(request: Request) -> AsyncIterator[Any]:
    async with request.app.state.pool.acquire() as connection:
        yield connection


async def one(
    access_id: Annotated[str, Path(pattern=r"^[-0-9a-zA-Z.]{1,36}$")],
    sp: Annotated[str, Depends(_sp)],
    connection: Annotated[Any, Depends(_connection)],
) -> Access:
    """Return one access that the SP sees."""
    row = await connection.fetchrow(_ONE, sp, access_id)
    if row is None:
        raise HTTPException(404)
    return Access(**row)


def application(url: str, sp: str, secret: str) -> FastAPI:
    """Return the application."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.secrets = {sp: secret}
        app.state.pool = await asyncpg.create_pool(url)
        async with app.state.pool:
            yield

    app = FastAPI(lifespan=lifespan)
    app.get("/onapi/2.6/accesses/{access_id}", response_model_exclude_none=True)(one)
    return app
