"""Runs one Bulk 2.0 query and reads its pages without looking at them: what is measured is the server.

Arguments: host, port, session id, query, lines a page, encoding. Prints its figures as JSON.
"""

import http.client
import json
import sys
import time
from typing import Any


def main(host: str, port: str, session: str, query: str, lines: str, encoding: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection(host, int(port))
    headers = {"Authorization": f"Bearer {session}", "Content-Type": "application/json"}
    jobs = "/services/data/v64.0/jobs/query"
    started = time.monotonic()
    connection.request("POST", jobs, json.dumps({"operation": "query", "query": query}), headers)
    job = json.loads(connection.getresponse().read())
    while job["state"] in ("UploadComplete", "InProgress"):
        time.sleep(0.02)
        connection.request("GET", f"{jobs}/{job['id']}", headers=headers)
        job = json.loads(connection.getresponse().read())
    if job["state"] != "JobComplete":
        raise SystemExit(f"the job ended as {job['state']}: {job}")
    headers["Accept-Encoding"] = encoding
    locator, size, rows, buffer = "", 0, 0, bytearray(1 << 20)
    while locator != "null":
        place = f"{jobs}/{job['id']}/results?maxRecords={lines}" + (f"&locator={locator}" if locator else "")
        connection.request("GET", place, headers=headers)
        page = connection.getresponse()
        while count := page.readinto(buffer):
            size += count
        rows += int(page.headers["Sforce-NumberOfRecords"])
        locator = page.headers["Sforce-Locator"]
    return {"rows": rows, "mb": size / 1e6, "wall": time.monotonic() - started}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
