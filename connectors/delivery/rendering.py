"""A pack into the files that were asked for. The mail carries the other files as attachments."""

from collections.abc import Sequence
from typing import Literal

from connectors.delivery.formats import csv, mail, xlsx
from connectors.delivery.pack import Pack, PackFile

Format = Literal["xlsx", "csv", "mail"]


def render(pack: Pack, formats: Sequence[Format], *, sender: str) -> tuple[PackFile, ...]:
    """The files of a pack, ordered by format. Raises AddressError if a mail is asked for and cannot be addressed.

    A workbook, or else the CSV files, is attached to the mail; not both, they hold the same.
    """
    workbook = (xlsx.render(pack),) if "xlsx" in formats else ()
    tables = csv.render(pack) if "csv" in formats else ()
    message = (mail.render(pack, sender=sender, attachments=workbook or tables),) if "mail" in formats else ()
    return (*workbook, *tables, *message)
