"""Tables as CSV: readable by spreadsheets, harmless to them."""

import csv
import io

import pytest

from connectors.delivery.formats.csv import harmless, render
from connectors.delivery.pack import Pack


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_there_is_one_file_for_each_table(pack: Pack) -> None:
    assert [file.name for file in render(pack)] == ["deals.csv", "empty.csv"]


def test_the_header_names_columns_links_and_owners(pack: Pack) -> None:
    header = read(render(pack)[0].content)[0]
    assert header == ["deal", "deal_url", "seller", "amount", "quota", "rate", "closes", "status", "owner_id"]


def test_values_are_written_for_machines(pack: Pack) -> None:
    row = read(render(pack)[0].content)[1]
    assert row[1:] == [
        "https://crm.example.com/1",
        "<script>alert(1)</script>",
        "1234.50",
        "2000.00",
        "0.62",
        "2026-12-31",
        "behind",
        "r1",
    ]


def test_text_that_would_be_a_formula_gets_an_apostrophe(pack: Pack) -> None:
    rows = read(render(pack)[0].content)
    assert rows[1][0] == "'=1+1"
    assert rows[2][2] == "'@cmd"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1"])
def test_every_beginning_of_a_formula_is_disarmed(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_plain_text_stays_as_it_is() -> None:
    assert harmless("a=1") == "a=1"
    assert harmless("") == ""


def test_an_address_that_is_no_web_page_is_left_out(pack: Pack) -> None:
    assert read(render(pack)[0].content)[2][:2] == ["Second", ""]


def test_rows_end_as_rfc_4180_says_and_begin_with_a_byte_order_mark(pack: Pack) -> None:
    content = render(pack)[0].content
    assert content.startswith(b"\xef\xbb\xbfdeal,")
    assert content.count(b"\r\n") == content.count(b"\n") == 3


def test_a_table_without_rows_has_its_header(pack: Pack) -> None:
    assert len(read(render(pack)[1].content)) == 1
