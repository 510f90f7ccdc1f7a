"""A query under way: its manifest, replaced on disk after each step, and the folder of its pages."""

from dataclasses import replace
from pathlib import Path
from time import monotonic

from connectors.landed import LandedBatch, LandedPage
from connectors.salesforce import inbox, manifest
from connectors.salesforce.choice import Mask
from connectors.salesforce.client import Client
from connectors.salesforce.manifest import Manifest
from connectors.salesforce.masking import MaskingStream
from connectors.salesforce.options import FetchOptions


class Work:
    """One query and how far it got. Used by one thread; its pages may come from several."""

    def __init__(self, client: Client, folder: Path, landing: Manifest, options: FetchOptions) -> None:
        self.client = client
        self.folder = folder
        self.manifest = landing
        self.options = options
        self._begun = monotonic()

    @property
    def object_name(self) -> str:
        return self.manifest.object_name

    @property
    def names(self) -> list[str]:
        """The columns as the query asks for them."""
        return [column.source_name for column in self.manifest.columns]

    @property
    def mask(self) -> Mask | None:
        return self.options.choice.masking if self.manifest.masked else None

    def masking(self) -> MaskingStream:
        """A fresh stream for one page; only to be called if there is a mask."""
        assert self.mask is not None
        return MaskingStream(self.manifest.masked, self.mask)

    def page_path(self, number: int) -> Path:
        return self.folder / f"page-{number:05d}.csv.gz"

    def at(self, landing: Manifest) -> None:
        """Go on with the manifest as it is now, written down."""
        if not (self.folder / manifest.FILE_NAME).exists():
            inbox.mark(self.folder)  # first, so that nothing complete is ever without a mark
        manifest.write(self.folder, landing)
        self.manifest = landing

    def add(self, page: LandedPage, locator: str | None, next_locator: str | None) -> None:
        self.at(self.manifest.with_page(page, locator, next_locator))

    def abandon(self) -> None:
        """Nobody is to go on with it."""
        self.at(replace(self.manifest, state="abandoned"))
        inbox.clear(self.folder)

    def finish(self) -> LandedBatch:
        seconds = round(monotonic() - self._begun, 3)
        self.at(replace(self.manifest, state="complete", seconds=seconds))
        return self.manifest.batch(self.folder)
