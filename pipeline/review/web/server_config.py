"""Where the page is reached: its addresses, and whether people sign in with passwords."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from pipeline.errors import ReviewError


@dataclass(frozen=True)
class ServerConfig:
    """The addresses a browser may use for the page; anything else is refused."""

    origins: tuple[str, ...]
    team: bool = False
    """People reach it from other machines and sign in with passwords; otherwise they choose their name."""

    @property
    def address(self) -> str:
        """The address to give to people."""
        return self.origins[0]

    @property
    def hosts(self) -> frozenset[str]:
        """What the Host header of a request may say, to the letter."""
        return frozenset(origin.partition("://")[2] for origin in self.origins)

    @property
    def secure(self) -> bool:
        """Whether browsers speak TLS to it."""
        return self.address.startswith("https:")


def is_loopback(host: str) -> bool:
    """Say whether an address to listen on is reached from this machine only."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def make_site(host: str, port: int, behind_tls: str | None) -> ServerConfig:
    """Return the site for an address to listen on.

    ReviewError if others could reach it without TLS, or if `behind_tls` is not the https address that people type.
    """
    if behind_tls is not None:
        return ServerConfig((_https_origin(behind_tls),), team=True)
    if not is_loopback(host):
        raise ReviewError(
            f"--host {host} lets other machines reach people's words. Put a web server with TLS in front and say its address: "
            f"--behind-tls https://review.example.org. docs/reviewing.md shows how. Nothing was started."
        )
    names = ("127.0.0.1", "localhost") if host in ("127.0.0.1", "localhost") else (f"[{host}]" if ":" in host else host,)
    return ServerConfig(tuple(f"http://{name}:{port}" for name in names))


def _https_origin(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.username:
        raise ReviewError(
            f"--behind-tls {address}: give the address people type, such as https://review.example.org, "
            "with nothing after the name."
        )
    # The Host header is compared to the letter, and browsers send it in small ones.
    return f"https://{parts.netloc.lower()}"
