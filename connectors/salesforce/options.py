"""How to fetch, apart from what: sizes, thresholds, overlap, the choice of fields."""

from dataclasses import dataclass, field
from datetime import timedelta

from connectors.salesforce.choice import FieldChoice

PAGE_ROWS = 100_000
REST_ROWS = 2_000
PARALLEL_PAGES = 4
OVERLAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """`page_rows` bounds what is lost when a page is cut, `parallel_pages` how many come at once.

    Up to `rest_rows` rows are read by REST, which answers in one call where a Bulk job takes five;
    0 means never. `overlap` is how far a window goes back behind the cursor.
    """

    page_rows: int = PAGE_ROWS
    parallel_pages: int = PARALLEL_PAGES
    rest_rows: int = REST_ROWS
    overlap: timedelta = OVERLAP
    choice: FieldChoice = field(default_factory=FieldChoice)
