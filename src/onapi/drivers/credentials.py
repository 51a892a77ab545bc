"""What lets us in to an element: read from where the inventory says it is, kept out of whatever is printed or logged.

A file, or the value of an environment variable, has lines such as `snmp_community = not public`: a name, `=`, and
everything up to the end of the line. Lines that begin with # are for people.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

NAMES = frozenset(
    {
        "snmp_community",
        "snmp_user",
        "snmp_authentication",
        "snmp_authentication_secret",
        "snmp_privacy",
        "snmp_privacy_secret",
        "ssh_user",
        "ssh_password",
        "ssh_key_file",
        "ssh_host_key",
        "sql_user",
        "sql_password",
        "http_user",
        "http_password",
        "http_token",
        "tls_key_file",
        "tls_certificate_file",
        "tls_authority_file",
    }
)
"""Everything that credentials may hold; docs/reference/inventory.md says what for."""

_LARGEST = 16_384


class Unread(Exception):
    """Credentials cannot be used; the sentence is for the CO, and says nothing of what they hold."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Credentials:
    """What lets us in, by name; none is what an element needs that lets everybody in."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)

    def get(self, name: str) -> str | None:
        """Return what there is of this name, or None."""
        return self.values.get(name)


def read(reference: str | None, environment: Mapping[str, str]) -> Credentials:
    """Return the credentials that an inventory refers to: `file:/path`, `env:NAME`, or None for none.

    Raises:
        Unread: there are none there, everybody could read them, or they are not written as they should be.
    """
    if reference is None:
        return Credentials()
    kind, _, where = reference.partition(":")
    text = environment.get(where) if kind == "env" else _file(Path(where))
    if text is None:
        raise Unread(f"The environment variable {where} is not set in this process.")
    return Credentials(_parsed(text, reference))


def _file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & stat.S_IROTH:
                raise Unread(f"Everybody on this machine can read {path}; have it read by its owner only: chmod 600.")
            text = file.read(_LARGEST + 1)
    except OSError as error:
        raise Unread(f"{path} cannot be read: {error.strerror}.") from None
    if len(text) > _LARGEST:
        raise Unread(f"{path} is too big for credentials.")
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise Unread(f"{path} is not UTF-8.") from None


def _parsed(text: str, reference: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = (part.strip() for part in line.partition("="))
        if not equals or not value:
            raise Unread(f"Line {number} of {reference} is not of the form: name = value.")
        if name not in NAMES:
            # The name may be the secret itself, in a file of another form.
            raise Unread(f"Line {number} of {reference} begins with none of {', '.join(sorted(NAMES))}.")
        if name in found:
            raise Unread(f"Line {number} of {reference} has {name} again.")
        found[name] = value
    return found
