"""The server below the page: waitress, with room kept for whoever comes next.

Somebody who opens hundreds of connections and says nothing, or sends a letter a minute, keeps nobody else out: the connection
that has been idle longest is closed for a new one, and a request that has not arrived whole after a while is given up.
"""

import logging
import socket
import time
from typing import Any

from flask import Flask
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from pipeline.review.web.security import LARGEST_REQUEST


LIMITS: dict[str, Any] = {
    "threads": 8,
    "ident": None,
    # All connections together may hold 160 MB of what has not arrived whole.
    "max_request_body_size": LARGEST_REQUEST + 64 * 1024,
    "max_request_header_size": 16 * 1024,
    # A visitor who sends a letter a minute must not hold a place for ever.
    "channel_timeout": 60,
    "connection_limit": 500,
    # The other way to wait for connections ends the program from number 1,024 on.
    "asyncore_use_poll": True,
    "clear_untrusted_proxy_headers": False,
}
"""How the page is served. One thread reads what all send, so that a thread is taken only by what has arrived whole."""

MOST_CONNECTIONS = 450
"""From so many on, the one that has been idle longest makes room; fewer than `connection_limit`, which lets nobody in."""
LONGEST_REQUEST_S = 120


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows when its present request began."""

    begun: float = 0.0

    def received(self, data: bytes) -> Any:
        """Take what arrived; the first of a request starts its time."""
        if self.request is None:
            self.begun = time.time()
        return super().received(data)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being answered."""
        return not self.requests and not self.total_outbufs_len


class Server(TcpWSGIServer):  # type: ignore[misc]
    """A server that closes idle connections before it turns anybody away."""

    channel_class = Channel

    def handle_accept(self) -> None:
        """Let a visitor in, and another go where there is no room."""
        if len(self.active_channels) >= MOST_CONNECTIONS:
            idle = [channel for channel in self.active_channels.values() if channel.is_idle]
            # Whoever has never asked for anything goes first.
            if idle:
                min(idle, key=lambda channel: (channel.begun > 0, channel.last_activity)).handle_close()
        super().handle_accept()

    def maintenance(self, now: float) -> None:
        """Close what has been silent for long, and what has been sending one request for too long."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.is_idle and channel.request is not None and channel.begun < now - LONGEST_REQUEST_S:
                channel.will_close = True


def make_server(app: Flask, door: socket.socket) -> Server:
    """Return a server of the page at a socket that listens already; `run` answers until it is stopped."""
    # It would warn of each request that waits for a moment.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    adjustments = Adjustments(sockets=[door], **LIMITS)
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(adjustments.threads)
    about = (door.family, door.type, door.proto, door.getsockname())
    return Server(app, {}, True, door, dispatcher=dispatcher, adj=adjustments, sockinfo=about, bind_socket=False)
