"""Who asks an element by SNMP. Secrets are kept out of whatever is printed or logged."""

import functools
from dataclasses import dataclass, field
from enum import StrEnum

import gufo.snmp as gufo

_SHORTEST_SECRET = 8


class Authentication(StrEnum):
    """How SNMPv3 proves who asks. Sources: RFC 3414, RFC 7860."""

    MD5 = "MD5"
    SHA1 = "SHA-1"
    SHA224 = "SHA-224"
    SHA256 = "SHA-256"
    SHA384 = "SHA-384"
    SHA512 = "SHA-512"


class Privacy(StrEnum):
    """How SNMPv3 encrypts. Sources: RFC 3414, RFC 3826; 192 and 256 bits as net-snmp and Cisco have them."""

    DES = "DES"
    AES128 = "AES-128"
    AES192 = "AES-192"
    AES256 = "AES-256"


@dataclass(frozen=True, slots=True)
class Community:
    """SNMPv2c: one word, which travels in the clear."""

    word: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """SNMPv3 with authentication and privacy; the secrets are passwords of eight characters or more.

    Raises:
        ValueError: a secret is too short for SNMPv3.
    """

    name: str
    authentication: Authentication = Authentication.SHA1
    authentication_secret: str = field(repr=False)
    privacy: Privacy = Privacy.AES128
    privacy_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        for what, secret in (("authentication", self.authentication_secret), ("privacy", self.privacy_secret)):
            if len(secret.encode()) < _SHORTEST_SECRET:
                raise ValueError(f"The {what} secret of SNMPv3 user {self.name} has under {_SHORTEST_SECRET} bytes.")


Credentials = Community | User

_AUTHENTICATION: dict[Authentication, type[gufo.BaseAuthKey]] = {
    Authentication.MD5: gufo.Md5Key,
    Authentication.SHA1: gufo.Sha1Key,
    Authentication.SHA224: gufo.Sha224Key,
    Authentication.SHA256: gufo.Sha256Key,
    Authentication.SHA384: gufo.Sha384Key,
    Authentication.SHA512: gufo.Sha512Key,
}
_PRIVACY: dict[Privacy, type[gufo.BasePrivKey]] = {
    Privacy.DES: gufo.DesKey,
    Privacy.AES128: gufo.Aes128Key,
    Privacy.AES192: gufo.Aes192Key,
    Privacy.AES256: gufo.Aes256Key,
}


@functools.lru_cache(maxsize=256)
def keys(user: User) -> gufo.User:
    """Return the library's form of a user.

    A password becomes a key by hashing a megabyte of it, which is done once: networks have few users, many elements.
    """
    authentication = _AUTHENTICATION[user.authentication]
    privacy = _PRIVACY[user.privacy]
    return gufo.User(
        name=user.name,
        auth_key=authentication(
            authentication.get_master_key(user.authentication_secret.encode()), key_type=gufo.user.KeyType.Master
        ),
        priv_key=privacy(
            authentication.get_master_key(user.privacy_secret.encode()), key_type=gufo.user.KeyType.Master
        ),
    )
