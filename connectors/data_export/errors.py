"""What can be wrong with an export; every message says what happened, why, and what to do."""

from pathlib import Path


class DataExportError(Exception):
    """Anything that keeps an export from being read."""


class NoExportError(DataExportError):
    """There is nothing that could be an export."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{path} is no data export: {reason}. Point SALESPULSE_EXPORT_FOLDER at the folder with the ZIP files "
            "as Salesforce mailed the links to (WE_…_1.ZIP, all of them), at one such file, or at a folder with "
            "the CSV files from within."
        )


class DamagedExportError(DataExportError):
    """A file of the export was cut or changed on its way."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(
            f"{name} is damaged: {reason}. Nothing of it was loaded. Download the export again (Setup, Data Export) "
            "and run once more."
        )


class ForeignFileError(DataExportError):
    """A file has the name of an object and not its shape."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(
            f"{name} is no CSV as Salesforce's Data Export writes it: {reason}. Its first line has to hold the API "
            "names of the fields, Id among them. Remove the file from the folder, or export it again."
        )
