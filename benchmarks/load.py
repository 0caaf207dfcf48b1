"""A load of HTTP requests from this process: clients that each send the next when the last was answered.

Run as a process of its own; the times it prints are in milliseconds.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """One HTTP request; `body` is sent as JSON."""

    method: str
    path: str
    body: bytes = b""


@dataclass
class Result:
    """What a load met: milliseconds of each answer, how many of each status, seconds in all."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    bytes: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.milliseconds) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The time within which this share of the answers came, in milliseconds."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def run(
    port: int,
    headers: dict[str, str],
    requests: Callable[[], Iterator[Request]],
    *,
    clients: int,
    seconds: float,
    most: int = 100_000,
) -> Result:
    """Send requests from `clients` connections for some seconds (or until there are none)."""
    result = Result()
    asyncio.run(_run(port, headers, requests(), result, (clients, seconds, most)))
    return result


async def _run(
    port: int,
    headers: dict[str, str],
    requests: Iterator[Request],
    result: Result,
    bounds: tuple[int, float, int],
) -> None:
    clients, seconds, most = bounds
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    began = time.perf_counter()
    until = began + seconds
    bounded = itertools.islice(requests, most)
    await asyncio.gather(*(_client(port, head, bounded, result, until) for _ in range(clients)))
    result.seconds = time.perf_counter() - began


async def _client(
    port: int, head: str, requests: Iterator[Request], result: Result, until: float
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        request = next(requests, None)
        if request is None:
            break
        began = time.perf_counter()
        writer.write(_bytes(request, head))
        status, size, closed = await _answer(reader)
        result.milliseconds.append((time.perf_counter() - began) * 1000)
        result.statuses[status] = result.statuses.get(status, 0) + 1
        result.bytes += size
        if closed:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


def _bytes(request: Request, head: str) -> bytes:
    lines = f"{request.method} {request.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}"
    if request.body:
        lines += f"Content-Type: application/json\r\nContent-Length: {len(request.body)}\r\n"
    elif request.method == "POST":
        lines += "Content-Length: 0\r\n"
    return lines.encode() + b"\r\n" + request.body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, int, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    status = int(lines[0].split(" ", 2)[1])
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines[1:] if line)
    }
    size = len(head)
    if fields.get("transfer-encoding") == "chunked":
        while length := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(length + 2)
            size += length
        await reader.readline()
    else:
        length = int(fields.get("content-length", "0"))
        await reader.readexactly(length)
        size += length
    return status, size, fields.get("connection") == "close"
