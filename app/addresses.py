"""Web addresses: which ones we keep, and when two of them are the same story."""

import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

DEFAULT_PORTS = {None, 80, 443}
TRACKING = {
    "cmpid", "dclid", "fbclid", "gbraid", "gclid", "gclsrc", "icid", "igshid", "mc_cid", "mc_eid", "mkt_tok",
    "msclkid", "ocid", "twclid", "wbraid", "yclid", "_ga", "_gl", "_hsenc", "_hsmi",
}  # fmt: skip


def web_address(value: str) -> str | None:
    """The address as given, stripped, if it is an http or https one with a host; else None."""
    address = value.strip()
    parts = _split(address)
    if parts is None or any(char.isspace() or not char.isprintable() for char in address):
        return None
    return address


def is_other_address(value: str) -> bool:
    """Whether it looks like an address, but none that is fetched (ftp://…)."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", value.strip()) is not None and web_address(value) is None


def normalise_url(url: str) -> str:
    """The identity key of an address: equal for addresses that lead to the same story.

    http equals https, `www.`, default ports, fragments, user names and tracking parameters do not count, the order
    of parameters neither, nor a slash at the end. What is no http address is only stripped.
    """
    address = url.strip()
    parts = _split(address)
    if parts is None:
        return address
    assert parts.hostname is not None
    host = parts.hostname.rstrip(".").removeprefix("www.")
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in DEFAULT_PORTS else f":{parts.port}"
    path = parts.path.rstrip("/") or "/"
    kept = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(pair[0]))
    query = f"?{urlencode(kept)}" if kept else ""
    return f"https://{host}{port}{path}{query}"


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def _is_tracking(name: str) -> bool:
    return name.lower().startswith("utm_") or name.lower() in TRACKING
