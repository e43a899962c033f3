"""Where the product may call: every address that comes from configuration passes here before anything connects to it.

Users name no address anywhere. What is configured is held to a list of the exchange's hosts, so that a wrong or forged
setting cannot turn the functions into a way to the inside of the network (SSRF, CWE-918): TLS alone, no credentials in
the address, no other port, no literal address. The simulator is on this machine, and nowhere else.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

EXCHANGE_HOSTS = frozenset(
    {
        "api.bybit.com",
        "api-demo.bybit.com",
        "api-testnet.bybit.com",
        "stream.bybit.com",
        "stream-demo.bybit.com",
        "stream-testnet.bybit.com",
    }
)
_OVER_TLS = frozenset({"https", "wss"})
_IN_CLEAR = frozenset({"http", "ws"})


class AddressRefused(ValueError):
    """An address is none that the product may call; the message names it without its path, and says why."""


def exchange_url(url: str) -> str:
    """``url``, an address of the exchange. Raises AddressRefused."""
    scheme, host, port = _parts(url)
    if scheme not in _OVER_TLS:
        raise AddressRefused(f"{scheme}://{host}: the exchange is called over TLS alone")
    if host not in EXCHANGE_HOSTS or port not in (None, 443):
        raise AddressRefused(f"{scheme}://{host}: not a host of the exchange")
    return url


def simulator_url(url: str) -> str:
    """``url``, an address of the simulator: on this machine, by name or in the usual form. Raises AddressRefused."""
    scheme, host, _ = _parts(url)
    if scheme not in _OVER_TLS | _IN_CLEAR:
        raise AddressRefused(f"{scheme}://{host}: the simulator speaks HTTP and WebSocket")
    if host != "localhost" and not _is_loopback(host):
        raise AddressRefused(f"{scheme}://{host}: the simulator runs on this machine")
    return url


def _parts(url: str) -> tuple[str, str, int | None]:
    if not url.isascii() or any(letter <= " " or letter in "\\\x7f" for letter in url):
        raise AddressRefused("an address has a character that does not belong there")
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise AddressRefused("an address cannot be read") from error
    if split.username is not None or split.password is not None:
        raise AddressRefused(f"{split.scheme}://{split.hostname}: credentials in an address")
    return split.scheme, split.hostname or "", port


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
