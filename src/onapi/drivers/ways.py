"""The ways to an element that its inventory describes: made when a driver first takes one, let go of after a rest."""

# ruff: noqa: PLC0415 — the libraries of SSH and of the web take a second to load, and most networks need neither.

import inspect
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from onapi.drivers.contract import Appctl, Cabinet, Control, Element, Http, Netconf, OpenFlow, Ovsdb, Shell, Snmp, Sql
from onapi.drivers.credentials import Credentials, Unread
from onapi.drivers.kea.database import KeaDatabase
from onapi.drivers.no_ways import NoWays
from onapi.drivers.ovs.appctl import AppctlClient
from onapi.drivers.ovs.openflow import OpenFlowClient
from onapi.drivers.ovs.ovsdb import OvsdbClient
from onapi.drivers.snmp.credentials import Authentication, Community, Privacy, User
from onapi.drivers.snmp.credentials import Credentials as SnmpCredentials
from onapi.drivers.snmp.session import Session

if TYPE_CHECKING:
    from onapi.drivers.ssh.connection import Login

T = TypeVar("T")


class Ways(NoWays):
    """The transports to one element; see `contract.Transports`.

    Which there are depends on the element's options and credentials; docs/reference/inventory.md has them all.
    """

    def __init__(self, element: Element, credentials: Credentials, cabinet: Cabinet | None = None) -> None:
        """Make it; `cabinet` is the simulated network, where there is one."""
        self._element = element
        self._credentials = credentials
        self._cabinet = cabinet
        self._made: dict[str, Any] = {}

    def snmp(self) -> Snmp:
        """Return the way by SNMP; with `snmp_user` it is SNMPv3, with `snmp_community` SNMPv2c."""
        asks_as = self._snmp_credentials()
        if asks_as is None:
            return super().snmp()
        port = self._port("snmp_port", 161)
        return self._once("snmp", lambda: Session(self._element.address, asks_as, port=port))

    def ovsdb(self) -> Ovsdb:
        """Return the way to the database of an Open vSwitch, where the option `ovsdb` says."""
        endpoint = self._option("ovsdb")
        return (
            super().ovsdb()
            if endpoint is None
            else self._once("ovsdb", lambda: OvsdbClient(endpoint, tls=self._tls()))
        )

    def openflow(self) -> OpenFlow:
        """Return the way to the bridge's flow tables, where the option `openflow` says."""
        endpoint = self._option("openflow")
        return (
            super().openflow()
            if endpoint is None
            else self._once("openflow", lambda: OpenFlowClient(endpoint, tls=self._tls()))
        )

    def appctl(self) -> Appctl:
        """Return the way to the running switch, where the option `appctl` says."""
        endpoint = self._option("appctl")
        return super().appctl() if endpoint is None else self._once("appctl", lambda: AppctlClient(endpoint))

    def shell(self) -> Shell:
        """Return the way to the command line, as `ssh_user`."""
        login = self._login()
        if login is None:
            return super().shell()
        port = self._port("ssh_port", 22)
        from onapi.drivers.ssh.shell import ShellClient

        return self._once("shell", lambda: ShellClient(self._element.address, login, port=port))

    def netconf(self) -> Netconf:
        """Return the way by NETCONF, as `ssh_user`."""
        login = self._login()
        if login is None:
            return super().netconf()
        port = self._port("netconf_port", 830)
        from onapi.drivers.netconf.client import NetconfClient

        return self._once("netconf", lambda: NetconfClient(self._element.address, login, port=port))

    def sql(self) -> Sql:
        """Return the way to the database that the option `sql_database` names, as `sql_user`."""
        database = self._option("sql_database")
        if database is None:
            return super().sql()
        host, port = self._option("sql_host") or self._element.address, self._port("sql_port", 5432)
        user, password = self._credentials.get("sql_user") or "kea", self._credentials.get("sql_password")
        return self._once("sql", lambda: KeaDatabase(host, port, database, user, password, tls=self._tls()))

    def control(self) -> Control:
        """Return the way to the control socket of a Kea server, where the option `control` says."""
        where, six = self._option("control"), self._option("control6")
        if where is None:
            return super().control()
        user, password = self._credentials.get("http_user"), self._credentials.get("http_password")
        from onapi.drivers.kea.control import KeaControl

        return self._once("control", lambda: KeaControl(where, six, user=user, password=password, tls=self._tls()))

    def http(self) -> Http:
        """Return the way to the web server that the option `url` names."""
        url = self._option("url")
        if url is None:
            return super().http()
        from onapi.drivers.web import WebClient

        get = self._credentials.get
        user, password, token = get("http_user"), get("http_password"), get("http_token")
        return self._once("http", lambda: WebClient(url, user=user, password=password, token=token, tls=self._tls()))

    def cabinet(self) -> Cabinet:
        """Return the way to the simulated network."""
        return super().cabinet() if self._cabinet is None else self._cabinet

    async def rest(self) -> None:
        """Let go of sockets and connections; whoever asks again gets new ones."""
        for way in self._made.values():
            closed = way.close() if hasattr(way, "close") else None
            if inspect.isawaitable(closed):
                await closed

    def _once(self, name: str, make: Callable[[], T]) -> T:
        if name not in self._made:
            try:
                self._made[name] = make()
            except ValueError as error:
                raise Unread(f"The inventory of {self._element.name} is no use: {error}") from None
        way: T = self._made[name]
        return way

    def _option(self, name: str) -> str | None:
        return self._element.options.get(name)

    def _port(self, name: str, usual: int) -> int:
        text = self._option(name) or str(usual)
        if not text.isdecimal() or not 0 < int(text) < 65536:
            raise Unread(f"The option {name} of {self._element.name} is no port number.")
        return int(text)

    def _snmp_credentials(self) -> SnmpCredentials | None:
        get = self._credentials.get
        user, community = get("snmp_user"), get("snmp_community")
        if user is None:
            return None if community is None else Community(community)
        try:
            return User(
                name=user,
                authentication=Authentication(get("snmp_authentication") or Authentication.SHA1),
                authentication_secret=get("snmp_authentication_secret") or "",
                privacy=Privacy(get("snmp_privacy") or Privacy.AES128),
                privacy_secret=get("snmp_privacy_secret") or "",
            )
        except ValueError as error:
            raise Unread(f"The SNMPv3 credentials of {self._element.name} are no use: {error}") from None

    def _login(self) -> "Login | None":
        get = self._credentials.get
        user = get("ssh_user")
        if user is None:
            return None
        from onapi.drivers.ssh.connection import Login

        try:
            return Login(
                user=user,
                host_key=get("ssh_host_key") or "",
                password=get("ssh_password"),
                private_key=_text_of(get("ssh_key_file")),
            )
        except ValueError as error:
            raise Unread(f"The SSH credentials of {self._element.name} are no use: {error}") from None

    def _tls(self) -> ssl.SSLContext | None:
        """Return what encrypts and proves who is there, on both sides; None when there are no certificates."""
        get = self._credentials.get
        authority, certificate, key = get("tls_authority_file"), get("tls_certificate_file"), get("tls_key_file")
        if authority is None:
            return None
        try:
            context = ssl.create_default_context(cafile=authority)
            # Switches' certificates name the switch, not its address; that its authority made them is what counts.
            context.check_hostname = False
            if certificate is not None:
                context.load_cert_chain(certificate, key)
        except OSError as error:
            raise Unread(f"The certificates of {self._element.name} are no use: {error.strerror or error}.") from None
        return context


def _text_of(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unread(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}.") from None
