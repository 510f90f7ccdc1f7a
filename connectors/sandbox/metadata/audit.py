"""Lines of fields that many sObjects share, in the notation of `schema`."""

AUDIT = """
CreatedDate datetime required
CreatedById reference >User required
LastModifiedDate datetime required
LastModifiedById reference >User required
SystemModstamp datetime required
"""
RECORD = "Id id required\nIsDeleted boolean required\n"
CURRENCY = "CurrencyIsoCode picklist 3 =USD|EUR|GBP|JPY|CHF|CAD|AUD restricted\n"
ADDRESS = """
{0}Street textarea 255 in:{0}Address
{0}City string 40 in:{0}Address
{0}State string 80 in:{0}Address
{0}PostalCode string 20 in:{0}Address
{0}Country string 80 in:{0}Address
{0}Latitude double 18.15 in:{0}Address
{0}Longitude double 18.15 in:{0}Address
{0}Address address
"""
