"""simple-salesforce's own Bulk 2.0 download into a folder of CSV files. Runs in the peer's environment.

Arguments: instance address, session id, query, folder.
"""

# mypy: ignore-errors
# It runs where its client is installed, which is not here.
import sys
from urllib.parse import urlsplit

from simple_salesforce import Salesforce

address, session_id, query, folder = sys.argv[1:]
org = Salesforce(instance=urlsplit(address).netloc, session_id=session_id, version="62.0")
files = org.bulk2.Opportunity.download(query, path=folder, max_records=100_000)
print(sum(int(each["number_of_records"]) for each in files))
