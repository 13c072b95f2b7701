"""Visitors who send their letter by letter, or never end it, keep nobody else waiting."""

import http.client
import resource
import socket
import threading
from contextlib import contextmanager

import pytest

from pipeline.review.web import connections as serving
from pipeline.review.web.app import create_app
from pipeline.review.web.server_config import make_site


@contextmanager
def served(review):
    """Serve the page with the settings that `themes review` serves it with."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    port = door.getsockname()[1]
    app = create_app(review, make_site("127.0.0.1", port, None), tell=lambda said: None)
    server = serving.make_server(app, door)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield port
    finally:
        server.trigger.pull_trigger(server.close)
        thread.join(10)


def ask(port):
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    asked.request("GET", "/")
    status = asked.getresponse().status
    asked.close()
    return status


BEGUN = [
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1",
    b"POST /who HTTP/1.1\r\nHost: 127.0.0.1:8765\r\nContent-Length: 1000\r\n\r\nname=A",
    b"POST /who HTTP/1.1\r\nHost: 127.0.0.1:8765\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nname",
    b"",
]


def test_many_who_never_finish_what_they_ask_keep_nobody_waiting(review):
    with served(review) as port:
        stalled = []
        # More of each kind than there are threads to answer.
        for begun in BEGUN * (serving.LIMITS["threads"] + 1):
            stalled.append(socket.create_connection(("127.0.0.1", port)))
            stalled[-1].sendall(begun)
        assert [ask(port) for _ in range(5)] == [401] * 5
        for one in stalled:
            one.close()


@pytest.fixture
def enough_files():
    """Let this process hold more connections than the server does, both ends of each."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], min(4_096, before[1])), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_hundreds_of_connections_that_ask_for_nothing_keep_nobody_out(review, enough_files):
    with served(review) as port:
        idle = []
        for _ in range(680):
            idle.append(socket.create_connection(("127.0.0.1", port), timeout=20))
        assert [ask(port) for _ in range(5)] == [401] * 5
        for _ in range(680):
            idle.append(socket.create_connection(("127.0.0.1", port), timeout=20))
            idle[-1].sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1")
        assert [ask(port) for _ in range(5)] == [401] * 5
        for one in idle:
            one.close()


def test_a_request_that_is_sent_letter_by_letter_is_given_up(review, monkeypatch):
    monkeypatch.setattr(serving, "LONGEST_REQUEST_S", 1)
    monkeypatch.setitem(serving.LIMITS, "cleanup_interval", 1)
    with served(review) as port:
        slow = socket.create_connection(("127.0.0.1", port), timeout=0.2)
        slow.sendall(b"POST /who HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n")
        answer = None
        for _ in range(300):
            try:
                slow.sendall(b"x")
                answer = slow.recv(100)
                break
            except TimeoutError:
                continue
            except OSError:
                answer = b""
                break
        slow.close()
        assert answer == b""


def test_a_visitor_who_reads_nothing_of_the_answer_keeps_nobody_waiting(review):
    with served(review) as port:
        greedy = [socket.create_connection(("127.0.0.1", port)) for _ in range(serving.LIMITS["threads"] + 1)]
        for one in greedy:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            one.sendall(f"GET /static/review.css HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode() * 20)
        assert [ask(port) for _ in range(5)] == [401] * 5
        for one in greedy:
            one.close()


def test_whoever_goes_on_sending_nothing_is_let_go():
    assert serving.LIMITS["channel_timeout"] <= 60 and serving.LIMITS["connection_limit"] >= 500
