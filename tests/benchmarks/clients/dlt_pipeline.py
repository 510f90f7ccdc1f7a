"""dlt from simple-salesforce's query into DuckDB, as dlt's own Salesforce source reads. Runs in the peer's environment.

Arguments: instance address, session id, query, folder.
"""

# mypy: ignore-errors
# It runs where its client is installed, which is not here.
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

address, session_id, query, folder = sys.argv[1:]
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["DLT_DATA_DIR"] = folder

import dlt  # noqa: E402 - reads its environment when imported
from simple_salesforce import Salesforce  # noqa: E402

org = Salesforce(instance=urlsplit(address).netloc, session_id=session_id, version="62.0")


@dlt.resource(name="opportunity", write_disposition="replace")
def opportunities() -> Iterator[dict[str, Any]]:
    for record in org.query_all_iter(query):
        record.pop("attributes")
        yield record


destination = dlt.destinations.duckdb(str(Path(folder) / "peer.duckdb"))
pipeline = dlt.pipeline("peer", destination=destination, dataset_name="raw", pipelines_dir=folder)
pipeline.run(opportunities())
print(pipeline.last_trace.last_normalize_info.row_counts["opportunity"])
