"""Lists of elements and of ports: what is read, what is refused and why, line by line."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi import errors
from onapi.domain import inventory_lists
from onapi.domain.inventory import Element, Place
from onapi.domain.inventory_lists import Kind, Reading, Record

SECRET = "hunter2"


def opened(text: str | bytes, **templates: str) -> Reading:
    """Open a list as it comes from a file."""
    data = text if isinstance(text, bytes) else text.encode()
    made = {column: inventory_lists.template(template) for column, template in templates.items()}
    return inventory_lists.open_list(io.BytesIO(data), made)


def records(text: str | bytes, **templates: str) -> list[Record]:
    """Return all that a list holds."""
    return list(opened(text, **templates).records)


def flaws(text: str) -> list[tuple[int, str, str]]:
    """Return what is wrong with a list: line, column and reason."""
    found = [error for record in records(text) if isinstance(record, list) for error in record]
    return [(error.line, error.column, error.reason) for error in found]


def elements(cells: str) -> str:
    """Return a list of one element with these cells."""
    return f"element,address,driver,credentials,options\n{cells}\n"


def ports(cells: str) -> str:
    """Return a list of one port with these cells."""
    return f"accessId,element,port,cpe,ipv4CircuitId,ipv4RemoteId,ipv6InterfaceId,ipv6RemoteId\n{cells}\n"


def test_elements_are_read_with_what_they_have() -> None:
    text = (
        "Element;ADDRESS;driver;credentials;options;note\n"
        "sw-1; 192.0.2.1 ;snmp;file:/etc/onapi/sw 1.cred;version=3 port=161;x\n"
        ";;;;;\n"
        "\n"
        "Växel Åsa;2001:DB8::0001;;env:SW_2;;\n"
    ).replace("sw 1.cred", "sw-1.cred")
    reading = opened(text)
    assert (reading.kind, reading.delimiter, reading.ignored) == (Kind.ELEMENTS, ";", ("note",))
    assert reading.told == {"element", "address", "driver", "credentials", "options"}
    assert list(reading.records) == [
        (
            2,
            Element(
                element="sw-1",
                address="192.0.2.1",
                driver="snmp",
                credentials="file:/etc/onapi/sw-1.cred",
                options={"version": "3", "port": "161"},
            ),
        ),
        (5, Element(element="Växel Åsa", address="2001:db8::1", credentials="env:SW_2")),
    ]


def test_ports_are_read_with_what_they_have() -> None:
    assert records(ports('A-1,sw-1,"Gi0/0/1, left",cpe-1,eth 0/1,0x000A,if-1,r6')) == [
        (
            2,
            Place(
                access_id="A-1",  # type: ignore[arg-type]
                element="sw-1",
                port="Gi0/0/1, left",
                cpe="cpe-1",
                ipv4_circuit_id="eth 0/1",
                ipv4_remote_id="0x000a",
                ipv6_interface_id="if-1",
                ipv6_remote_id="r6",
            ),
        )
    ]
    reading = opened("accessId,ipv4CircuitId\nA-1,0x4142\nA-2,\n")
    assert reading.told == {"access_id", "ipv4_circuit_id"}
    # What reads is as it reads, whichever way it was written.
    assert [place for _, place in reading.records if isinstance(place, Place)] == [
        Place(access_id="A-1", ipv4_circuit_id="AB"),  # type: ignore[arg-type]
        Place(access_id="A-2"),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("data", ["accessId\nÅ", "\ufeffaccessId\r\nÅ\r\n", "\n\naccessId\nÅ"])
def test_a_mark_ends_of_lines_and_blank_lines_before_the_columns_make_no_difference(data: str) -> None:
    ((line, column, _),) = flaws(data)
    assert column == "accessId"
    assert line == data.strip("\ufeff").replace("\r", "").split("\n").index("Å") + 1


def test_a_list_that_breaks_lines_in_values_still_counts_them() -> None:
    text = 'accessId,element,port\nA-1,sw,"a\nb"\nbad id,sw,1\n'
    assert [(line, column) for line, column, _ in flaws(text)] == [(2, "port"), (4, "accessId")]


def test_nothing_is_read_before_it_is_asked_for() -> None:
    def endless() -> Iterator[bytes]:
        yield b"accessId,element,port\n"
        number = 0
        while True:
            number += 1
            yield f"A-{number},sw,{number}\n".encode()

    reading = inventory_lists.open_list(endless(), {})
    for number in range(1, 5000):
        line, place = next(reading.records)
        assert (line, place.access_id) == (number + 1, f"A-{number}")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        (",192.0.2.1,,,", "element", "mandatory"),
        ("sw,,,,", "address", "mandatory"),
        ("s" * 256 + ",192.0.2.1,,,", "element", "256 characters"),
        ("sw\x01,192.0.2.1,,,", "element", "control character"),
        ("sw,switch.example,,,", "address", "IP address"),
        ("sw,192.0.2.256,,,", "address", "IP address"),
        ("sw,192.0.2.1,SNMP v2,,", "driver", "small letters"),
        ("sw,192.0.2.1,,,version", "options", "key=value"),
        ("sw,192.0.2.1,,,Version=3", "options", "key=value"),
        ("sw,192.0.2.1,,,a=1 a=2", "options", "a more than once"),
        ("sw,192.0.2.1", "", "has 2 values, but the list has 5 columns"),
        ('sw,"192.0.2.1,,,', "", "not CSV"),
    ],
)
def test_what_is_wrong_with_an_element_is_told_with_its_reason(cells: str, column: str, says: str) -> None:
    ((line, found, reason),) = flaws(elements(cells))
    assert (line, found) == (2, column)
    assert says in reason


@pytest.mark.parametrize(
    "cells",
    [
        f"sw,192.0.2.1,,{SECRET},",
        f"sw,192.0.2.1,,env:{SECRET} {SECRET},",
        f"sw,192.0.2.1,,file:{SECRET},",
        f"sw,192.0.2.1,,file:/a {SECRET},",
        f"sw,192.0.2.1,,http://{SECRET},",
        f"sw,192.0.2.1,,env:{SECRET}!,",
        f"sw,192.0.2.1,,,community={SECRET}",
        f"sw,192.0.2.1,,,port=1 snmp_password={SECRET}",
        f"sw,192.0.2.1,,,privkey={SECRET}",
        f"sw,192.0.2.1,,,{SECRET}",
        f"sw,192.0.2.1,,\x01{SECRET},",
    ],
)
def test_a_secret_in_a_list_is_refused_and_not_repeated(cells: str) -> None:
    (found,) = records(elements(cells))
    assert isinstance(found, list)
    (error,) = found
    assert error.column in ("credentials", "options")
    assert SECRET not in repr(error)


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        (",sw,1,,,,,", "accessId", "mandatory"),
        ("a b,sw,1,,,,,", "accessId", "1 to 36"),
        ("A-1,sw,,,,,,", "port", "is missing"),
        ("A-1,,1,,,,,", "element", "is missing"),
        ("A-1,sw," + "p" * 256 + ",,,,,", "port", "256 characters"),
        ("A-1,sw,1,,a\x7f,,,", "ipv4CircuitId", "control character"),
        ("A-1,sw,1,,,," + "x" * 254 + ",", "ipv6InterfaceId", "254 octets"),
        ("A-1,sw,1,,," + "å" * 127 + ",,", "ipv4RemoteId", "254 octets"),
        ("A-1,sw,1,,,,,0x" + "00" * 254, "ipv6RemoteId", "254 octets"),
    ],
)
def test_what_is_wrong_with_a_port_is_told_with_its_reason(cells: str, column: str, says: str) -> None:
    ((line, found, reason),) = flaws(ports(cells))
    assert (line, found) == (2, column)
    assert says in reason


def test_every_flaw_of_every_row_is_told_and_good_rows_are_read_between_them() -> None:
    text = "element,address,driver\nsw-1,192.0.2.1,\n,x,Y\nsw-2,192.0.2.2,\nsw-3\n"
    found = records(text)
    assert [record[0] for record in found if isinstance(record, tuple)] == [2, 4]
    assert [(line, column) for line, column, _ in flaws(text)] == [
        (3, "element"),
        (3, "address"),
        (3, "driver"),
        (5, ""),
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"element;port\nx;y\n", "must have the columns"),
        (b"accessId;element;address\n", "must have the columns"),
        (b"A-1,sw,1\n", "must have the columns"),
        (b"accessId|element|port\n", "separated by '|'"),
        (b"accessId,ELEMENT,element,port\n", "more than one column of the same name: ELEMENT, element"),
        ("accessId,Å".encode("latin-1"), "Line 1 holds a byte that is not UTF-8"),
        ("accessId".encode("utf-16"), "not UTF-8"),
        (b"accessId,a\rb\n", "first row of the list is not CSV"),
        (b"PK\x03\x04\x99", "not UTF-8"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(errors.Invalid, match=says):
        opened(data)


def test_a_byte_that_is_not_utf8_is_found_on_its_line() -> None:
    reading = opened(b"accessId\nA-1\nA-\xe5\n")
    next(reading.records)
    with pytest.raises(errors.Invalid, match="Line 3 "):
        next(reading.records)


def test_templates_fill_what_a_row_leaves_empty() -> None:
    text = "accessId,element,port,ipv4CircuitId\nA-1,sw-1,7,\nA-2,sw-1,8,own\nA-3,,,\n"
    reading = opened(text, ipv4CircuitId="{element} {port}", ipv6InterfaceId="{accessId}", ipv4RemoteId="relay {{1}}")
    assert reading.told >= {"ipv4_circuit_id", "ipv4_remote_id", "ipv6_interface_id"}
    found = [place for _, place in reading.records if isinstance(place, Place)]
    assert [(one.ipv4_circuit_id, one.ipv4_remote_id, one.ipv6_interface_id) for one in found] == [
        ("sw-1 7", "relay {1}", "A-1"),
        ("own", "relay {1}", "A-2"),
        (None, "relay {1}", "A-3"),
    ]


@pytest.mark.parametrize(
    "text", ["", " ", "{", "}", "{}", "{0}", "{address}", "{element.x}", "{element!r}", "{element:>9}", "{port[0]}"]
)
def test_a_template_that_names_what_there_is_not_is_refused(text: str) -> None:
    with pytest.raises(errors.Invalid, match="template"):
        inventory_lists.template(text)


def test_a_template_needs_its_columns_and_a_list_of_ports() -> None:
    with pytest.raises(errors.Invalid, match="lacks what a template needs: cpe, port"):
        opened("accessId,element\n", ipv4CircuitId="{port} {cpe} {element}")
    with pytest.raises(errors.Invalid, match="list of elements"):
        opened("element,address\n", ipv4CircuitId="{element}")


@given(st.text(max_size=300))
def test_any_text_is_a_list_or_refused_and_every_row_has_its_line(text: str) -> None:
    for head in ("", "accessId,element,port,ipv4CircuitId\n", "element;address;options\n"):
        data = (head + text).encode("utf-8", "surrogatepass")
        try:
            found = records(data)
        except errors.Invalid:
            continue
        lines = data.count(b"\n") + 1
        for record in found:
            line = record[0].line if isinstance(record, list) else record[0]
            assert 1 <= line <= lines
