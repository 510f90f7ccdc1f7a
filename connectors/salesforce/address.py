"""Which addresses a session may be sent to. Pure string work, no HTTP.

An instance or login address must be https on a Salesforce domain or on a host that the
configuration allows by name. Plain http is for loopback only, where the sandbox lives.
"""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from connectors.salesforce.errors import InstanceUrlError

SALESFORCE_DOMAINS = (
    "salesforce.com",
    "force.com",
    "cloudforce.com",
    "database.com",
    "salesforce.mil",
    "crmforce.mil",
    "sfcrmproducts.cn",
    "sfcrmapps.cn",
)
LIGHTNING = ".lightning.force.com"


def trusted(url: str, allowed_hosts: Collection[str] = ()) -> str:
    """The address as `scheme://host[:port]`, or InstanceUrlError if tokens must not go there.

    A Lightning address, which people copy from their browser, becomes the My Domain address that
    serves the API.
    """
    parts, port = _split(url)
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise InstanceUrlError(url, "it names no host")
    if parts.username is not None or parts.password is not None:
        raise InstanceUrlError(url.replace(parts.netloc, f"…@{host}"), "it carries a user name or password")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise InstanceUrlError(url, "it is not https, and only a loopback address may do without")
    if not (is_loopback(host) or _is_salesforce(host) or host in {name.lower() for name in allowed_hosts}):
        raise InstanceUrlError(url, f"{host} is not a Salesforce domain")
    if host.endswith(LIGHTNING):
        host = host.removesuffix(LIGHTNING) + ".my.salesforce.com"
    place = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{place}" + (f":{port}" if port is not None else "")


def is_loopback(host: str) -> bool:
    """Whether the host name or IP address is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """`host[:port]` in lower case."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def same_origin(one: str, other: str) -> bool:
    """Whether both addresses have one scheme, host and port."""
    left, right = urlsplit(one), urlsplit(other)
    return (left.scheme, left.netloc.lower()) == (right.scheme, right.netloc.lower())


def _split(url: str) -> tuple[SplitResult, int | None]:
    if "\\" in url or any(character.isspace() for character in url):
        raise InstanceUrlError(url, "it holds blanks or backslashes")
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        return parts, parts.port
    except ValueError as error:
        raise InstanceUrlError(url, f"it is no web address ({error})") from error


def _is_salesforce(host: str) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in SALESFORCE_DOMAINS)
