"""The whole schema as one text: `python -m tests.storage.schema` writes it, and a test compares it."""

import asyncio
import re
import subprocess
import tempfile
from pathlib import Path

from onapi.storage import embedded, migrate, pool

FILE = Path(__file__).parents[2] / "src" / "onapi" / "storage" / "schema.sql"
_HEAD = "-- The whole schema, for readers. Made from the migrations by `make schema`; change those instead.\n"


def dump(url: str) -> str:
    """Return the schema of a database, without what differs from run to run."""
    program = embedded.installed() / "pginstall18" / "bin" / "pg_dump"
    done = subprocess.run(
        [program, "--schema-only", "--no-owner", "--no-privileges", url], check=True, capture_output=True, text=True
    )
    kept = [
        line for line in done.stdout.splitlines() if not line.startswith(("--", "\\", "SET ", "SELECT pg_catalog"))
    ]
    return _HEAD + re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() + "\n"


async def _migrate(url: str) -> None:
    database = await pool.connect(url)
    async with database.transaction() as tx:
        await migrate.apply(tx)
    await database.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with embedded.running(Path(folder), durable=False) as cluster:
            asyncio.run(_migrate(cluster))
            FILE.write_text(dump(cluster), encoding="utf-8")
