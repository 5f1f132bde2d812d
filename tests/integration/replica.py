"""A loopback replica of the services, with their real manners (DATA_SOURCES 1.2, 2 and 3.1)."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from zds_geo.core.model import Services


class Replica:
    """Collections of features, streets and a large file; ``trouble`` says what goes wrong.

    ``trouble`` maps a path's part (``pand``, ``buurten``, ``overpass``, ``extract``) to a list of
    manners, one taken at each question: ``429``, ``503``, ``html``, ``short``, ``away``, ``inside``,
    ``drip``, ``first page``, ``remark``, ``gone``, ``loop``, ``changed``.
    """

    def __init__(self, collections: dict[str, list[dict[str, Any]]], streets: bytes) -> None:
        self.collections, self.streets = collections, streets
        self.most = 7  # the server lowers any limit to this, without saying so
        self.trouble: dict[str, list[str]] = {}
        self.asked: Counter[str] = Counter()
        self.paths: list[str] = []
        self.etag = '"one"'
        replica = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                replica.answer(self)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                replica.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def services(self) -> Services:
        return Services(
            bag=f"{self.base}/bag", cbs=f"{self.base}/cbs{{year}}", years=(2026, 2025),
            overpass=f"{self.base}/overpass", extract=f"{self.base}/extract",
        )  # fmt: skip

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(to.path)
        self.paths.append(to.path)
        pieces = parts.path.strip("/").split("/")
        name = pieces[2] if len(pieces) > 2 else pieces[0]
        self.asked[name] += 1
        if pieces[0] == "cbs2026":
            send(to, 404, b"{}")
            return
        manner = self.trouble[name].pop(0) if self.trouble.get(name) else ""
        if manner in {"429", "503", "504"}:
            send(to, int(manner), b"busy", {"Retry-After": "3"})
        elif manner == "html":
            send(to, 200, b"<!DOCTYPE html><title>storing</title>", {"Content-Type": "text/html"})
        elif manner == "away":
            send(to, 302, b"", {"Location": "https://example.org/data"})
        elif manner == "inside":
            send(to, 302, b"", {"Location": "http://169.254.169.254/latest/meta-data"})
        elif manner == "loop":
            send(to, 302, b"", {"Location": to.path})
        elif manner == "gone":
            hang_up(to)
        elif name == "overpass":
            remark = b"<remark>runtime error: Query timed out</remark>"
            body = self.streets
            if manner == "remark":
                body = body.replace(b"</osm>", remark + b"</osm>")
            send(to, 200, body, short=manner == "short")
        elif name == "extract":
            self.give_file(to, manner)
        else:
            self.give_page(to, name, parts.query, manner)

    def give_file(self, to: BaseHTTPRequestHandler, manner: str) -> None:
        body, begin = self.streets, 0
        if manner == "changed":
            self.etag = '"two"'
        asked = to.headers.get("Range", "")
        if asked and to.headers.get("If-Range") == self.etag:
            begin = int(asked.removeprefix("bytes=").rstrip("-"))
        more = {"ETag": self.etag}
        send(to, 206 if begin else 200, body[begin:], more, short=manner == "short")

    def give_page(self, to: BaseHTTPRequestHandler, name: str, query: str, manner: str) -> None:
        found = {k: v[0] for k, v in parse_qs(query).items()}
        known = {"f", "limit", "bbox", "bbox-crs", "crs", "cursor"}
        if set(found) - known or not found.get("crs", "http://www").startswith("http://www"):
            send(to, 400, b'{"title": "unknown query parameter(s) found"}')
            return
        begin = int(found.get("cursor", "c0").removeprefix("c").rpartition("|")[2] or 0)
        if manner == "first page":
            begin = 0
        features = self.collections.get(name, [])
        size = min(int(found.get("limit", "10")), self.most)
        page = features[begin : begin + size]
        content: dict[str, Any] = {"type": "FeatureCollection", "features": page, "links": []}
        if begin + size < len(features):
            left = "&".join(f"{k}={v}" for k, v in found.items() if k != "cursor")
            url = f"{self.base}{urlsplit(to.path).path}?cursor=AbC|{begin + size}&{left}"
            if manner == "elsewhere":
                url = "https://example.org/next"
            content["links"] = [{"rel": "next", "href": url.replace("|", "%7C")}]
        body = json.dumps(content).encode()
        send(to, 200, body, short=manner == "short")


def send(
    to: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    headers: dict[str, str] | None = None,
    *,
    short: bool = False,
) -> None:
    """Answer; ``short`` promises the whole length and closes half-way."""
    to.send_response(status)
    for name, value in (headers or {}).items():
        to.send_header(name, value)
    to.send_header("Content-Length", str(len(body)))
    to.end_headers()
    to.wfile.write(body[: len(body) // 2] if short else body)
    to.wfile.flush()
    if short:
        hang_up(to)


def hang_up(to: BaseHTTPRequestHandler) -> None:
    """Break the connection off."""
    to.close_connection = True
    to.connection.shutdown(socket.SHUT_RDWR)
