"""Decoding an uploaded list, and finding its delimiter and its lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi import errors
from onapi.domain import address_files

STREET = "streetName\nÅkervägen é\n"


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 with BOM"), ("iso-8859-1", "ISO-8859-1")],
)
def test_swedish_letters_survive_every_encoding(codec: str, encoding: str) -> None:
    assert address_files.decode(STREET.encode(codec)) == address_files.Decoded(STREET, encoding)


def test_plain_ascii_is_utf_8() -> None:
    assert address_files.decode(b"streetName\n").encoding == "UTF-8"


def test_no_bytes_are_no_text() -> None:
    assert address_files.decode(b"") == address_files.Decoded("", "UTF-8")


@pytest.mark.parametrize("text", ["Ängs–gatan", "Ängsgatan €", "“Ängsgatan”"])
def test_bytes_that_only_windows_1252_prints_tell_that_encoding(text: str) -> None:
    assert address_files.decode(text.encode("cp1252")) == address_files.Decoded(text, "Windows-1252")


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_a_byte_that_no_encoding_prints_is_refused_by_name(byte: int) -> None:
    with pytest.raises(errors.Invalid, match=f"0x{byte:02x}"):
        address_files.decode(b"\xc5ker" + bytes([byte, 0x84]))


def test_a_byte_order_mark_is_not_believed_blindly() -> None:
    with pytest.raises(errors.Invalid, match="line 2"):
        address_files.decode("\ufeffcity\n".encode() + b"\xc5sele\n")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (STREET.encode("utf-16"), "UTF-16"),
        ("\ufeff".encode("utf-16-be") + STREET.encode("utf-16-be"), "UTF-16"),
        (STREET.encode("utf-16-le"), "NUL byte on line 1"),
        (b"city\nKalmar\nUme\0\n", "NUL byte on line 3"),
        (b"PK\x03\x04\x14\0", "Excel workbook or a zip"),
        (b"\xd0\xcf\x11\xe0\xa1", "old Excel workbook"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_what_is_not_text_is_refused_by_its_name_and_with_advice(data: bytes, kind: str) -> None:
    with pytest.raises(errors.Invalid, match=kind) as refusal:
        address_files.decode(data)
    assert "Save the list as CSV in UTF-8" in refusal.value.cause


def test_letters_that_were_garbled_before_are_warned_of() -> None:
    twice_encoded = "Åkervägen".encode().decode("cp1252").encode()
    warning = address_files.decode(twice_encoded).warning
    assert warning is not None
    assert "“Ã¤”" in warning


def test_one_latin_letter_in_a_utf_8_file_garbles_the_others_and_is_warned_of() -> None:
    decoded = address_files.decode("Åkervägen\n".encode() + "Åsele\n".encode("iso-8859-1"))
    assert decoded.encoding == "Windows-1252"
    assert decoded.warning is not None


@given(st.binary())
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        decoded = address_files.decode(data)
    except errors.Invalid:
        return
    assert isinstance(decoded.text, str)
    assert "\0" not in decoded.text


@pytest.mark.parametrize("delimiter", list(",;\t|"))
def test_each_delimiter_is_found_in_the_header(delimiter: str) -> None:
    assert address_files.delimiter(delimiter.join(["accessId", "city", "outlet"]) + "\n1,;|\t2") == delimiter


def test_only_the_header_decides_the_delimiter() -> None:
    assert address_files.delimiter("accessId;city\n1,2,3,4;Kalmar\n") == ";"


def test_quoted_delimiters_do_not_count() -> None:
    assert address_files.delimiter('"a,b,c";"say ""d,e"""\n') == ";"


def test_a_quoted_line_break_does_not_end_the_header() -> None:
    assert address_files.delimiter('"access\nId";city;outlet\n,,,,\n') == ";"


def test_blank_lines_before_the_header_are_passed_over() -> None:
    assert address_files.delimiter("\r\n  \r\na|b\r\n") == "|"


def test_one_column_is_read_with_a_comma() -> None:
    assert address_files.delimiter("accessId\n1;2\n") == ","


def test_an_endless_quoted_value_does_not_hide_the_header_before_it() -> None:
    assert address_files.delimiter('accessId;city;"' + "x," * 100_000) == ";"


def test_lines_end_as_on_every_system_and_nowhere_else() -> None:
    text = "a\nb\r\nc\rd\u2028e\x0bf\x85g\n\nh"
    assert list(address_files.lines(text)) == ["a\n", "b\r\n", "c\r", "d\u2028e\x0bf\x85g\n", "\n", "h"]


@given(st.text(alphabet="ab\r\n\u2028"))
def test_the_lines_are_the_whole_text(text: str) -> None:
    assert "".join(address_files.lines(text)) == text
