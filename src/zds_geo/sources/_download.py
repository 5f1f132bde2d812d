"""The only door to the network: known hosts, few tries, whole answers or one clear sentence."""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit

from zds_geo.core.errors import SourceError

T = TypeVar("T")
USER_AGENT: Final = "zds_geo, door-to-door coverage planner (EUPL-1.2)"
TRIES: Final = 3
CONNECT_S: Final = 10.0
READ_S: Final = 60.0
LONGEST_WAIT_S: Final = 120.0
PATIENCE_S: Final = 60.0  # after this an answer must have come at SLOWEST bytes a second
SLOWEST: Final = 2_000
MOST_REDIRECTS: Final = 3
MOST_BYTES: Final = 300 * 1024**2  # of an answer kept in memory
_PIECE: Final = 1 << 16
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_MOVED: Final = frozenset({301, 302, 303, 307, 308})


class _TryAgainError(Exception):
    """This try failed, another may not; ``wait_s`` is what the server asked for."""

    def __init__(self, why: str, *, wait_s: float | None = None) -> None:
        self.wait_s = wait_s
        super().__init__(why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long to wait, and for whom; ``sleep`` and ``clock`` are given so that tests can see."""

    connect_s: float = CONNECT_S
    read_s: float = READ_S
    patience_s: float = PATIENCE_S
    most_bytes: int = MOST_BYTES
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class Client:
    """Asks known hosts only.

    Parameters
    ----------
    hosts : frozenset of str
        Names (with port, where it is not the usual one) that may be asked, also by redirect. Only
        a loopback address may be asked without encryption, and only when it is named here.
    limits : Limits
        Waiting.
    seed : int
        For the jitter of waiting.
    """

    def __init__(self, hosts: frozenset[str], *, limits: Limits | None = None, seed: int) -> None:
        self._hosts, self._limits = hosts, limits or Limits()
        self._rng = Random(seed)

    def get(self, url: str, *, post: bytes | None = None) -> bytes:
        """Ask for an answer and keep it in memory.

        Parameters
        ----------
        url : str
            On a known host.
        post : bytes, optional
            Form body: makes it a POST.

        Returns
        -------
        bytes
            Complete, and no HTML page.

        Raises
        ------
        SourceError
            If the host refuses, stays silent, or gives something else than data.
        """

        def once() -> bytes:
            with self._open(url, post=post) as (response, _):
                pieces = list(self._pieces(response, url, expected=_length(response)))
                return b"".join(pieces)

        body = self._with_tries(url, once)
        if body[:200].lstrip().lower().startswith((b"<!doctype html", b"<html")):
            raise SourceError("fetch.html", host=urlsplit(url).netloc)
        return body

    def get_json(self, url: str) -> dict[str, Any]:
        """Ask for a JSON object.

        Parameters
        ----------
        url : str
            On a known host.

        Returns
        -------
        dict
            The object.

        Raises
        ------
        SourceError
            As ``get``, or if the answer is no JSON object.
        """
        try:
            content = json.loads(self.get(url))
        except (ValueError, RecursionError) as fault:
            raise SourceError("fetch.no_json", host=urlsplit(url).netloc) from fault
        if not isinstance(content, dict):
            raise SourceError("fetch.no_json", host=urlsplit(url).netloc)
        return content

    def fetch_file(
        self, url: str, target: Path, *, progress: Callable[[int, int | None], None]
    ) -> None:
        """Download a large file, going on where an earlier try stopped.

        Parameters
        ----------
        url : str
            On a known host.
        target : Path
            Where the whole file comes; ``.part`` and ``.etag`` stand beside it meanwhile.
        progress : callable
            Called with bytes done and in all.

        Raises
        ------
        SourceError
            As ``get``; what was downloaded stays for the next time.
        """
        part, tag = target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.etag")

        def once() -> None:
            done = part.stat().st_size if part.exists() and tag.exists() else 0
            headers = {"Range": f"bytes={done}-", "If-Range": tag.read_text()} if done else {}
            with self._open(url, headers=headers) as (response, status):
                etag = response.getheader("ETag") or ""
                if status != 206:  # the file changed meanwhile, or no pieces are given
                    done = 0
                tag.write_text(etag, encoding="ascii", errors="replace")
                if not etag:
                    tag.unlink()
                length = _length(response)
                total = None if length is None else done + length
                with part.open("ab" if done else "wb") as stream:
                    for piece in self._pieces(response, url, expected=length, in_memory=False):
                        stream.write(piece)
                        done += len(piece)
                        progress(done, total)

        self._with_tries(url, once)
        part.replace(target)
        tag.unlink(missing_ok=True)

    def _with_tries(self, url: str, once: Callable[[], T]) -> T:
        host = urlsplit(url).netloc
        why: BaseException = OSError()
        for attempt in range(TRIES):
            try:
                return once()
            except _TryAgainError as fault:
                why = fault
                wait = fault.wait_s
            except (OSError, http.client.HTTPException) as fault:
                why, wait = fault, None
            if attempt < TRIES - 1:
                backoff = 2.0**attempt * self._rng.uniform(0.8, 1.6)
                self._limits.sleep(min(wait if wait is not None else backoff, LONGEST_WAIT_S))
        raise SourceError("fetch.silent", host=host, tries=TRIES) from why

    @contextmanager
    def _open(
        self, url: str, *, post: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[tuple[http.client.HTTPResponse, int]]:
        for _ in range(MOST_REDIRECTS + 1):
            connection = self._connect(url)
            try:
                parts = urlsplit(url)
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **(headers or {})}
                if post is not None:
                    sent["Content-Type"] = "application/x-www-form-urlencoded"
                connection.request("GET" if post is None else "POST", path, post, sent)
                if connection.sock is not None:
                    connection.sock.settimeout(self._limits.read_s)
                with connection.getresponse() as response:
                    if response.status in _MOVED:
                        url = urljoin(url, response.getheader("Location") or "")
                        continue
                    _check_status(response, url)
                    yield response, response.status
                return
            finally:
                connection.close()
        raise SourceError("fetch.redirects", host=urlsplit(url).netloc)

    def _connect(self, url: str) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        host = parts.hostname or ""
        named = parts.netloc in self._hosts
        local = named and host in {"127.0.0.1", "::1", "localhost"}
        if not named or (parts.scheme != "https" and not local):
            raise SourceError("fetch.host", host=parts.netloc or url[:60])
        if not local:
            _refuse_private(host, parts.port or 443)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        return kind(host, parts.port, timeout=self._limits.connect_s)

    def _pieces(
        self,
        response: http.client.HTTPResponse,
        url: str,
        *,
        expected: int | None,
        in_memory: bool = True,
    ) -> Iterator[bytes]:
        """Give the body; too short, too long or too slow is no answer."""
        begun, done = self._limits.clock(), 0
        while piece := response.read1(_PIECE):
            done += len(piece)
            if in_memory and done > self._limits.most_bytes:
                raise SourceError("fetch.too_much", host=urlsplit(url).netloc)
            yield piece
            spent = self._limits.clock() - begun
            if spent > self._limits.patience_s and done < SLOWEST * spent:
                raise _TryAgainError("dripping")
        if expected is not None and done != expected:
            raise _TryAgainError(f"{done} bytes of {expected}")


def _length(response: http.client.HTTPResponse) -> int | None:
    text = response.getheader("Content-Length") or ""
    return int(text) if text.isdigit() else None


def _check_status(response: http.client.HTTPResponse, url: str) -> None:
    if response.status in _AGAIN:
        text = response.getheader("Retry-After") or ""
        raise _TryAgainError(str(response.status), wait_s=float(text) if text.isdigit() else None)
    if response.status not in {200, 206}:
        raise SourceError("fetch.refused", host=urlsplit(url).netloc, status=response.status)


def _refuse_private(host: str, port: int) -> None:
    """Refuse a name that leads into a private network."""
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if not ipaddress.ip_address(str(address[0])).is_global:
            raise SourceError("fetch.host", host=host)
