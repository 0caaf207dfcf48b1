"""Installs a bundle and starts its server, as a person on an intranet does; says as JSON what came of it.

Runs in a process of its own, which test_cut_off.py starts where no network can be reached.
"""

import fcntl
import http.client
import json
import os
import socket
import struct
import subprocess
import sys
import tarfile
import time
from pathlib import Path

_PATIENCE = 120  # seconds
_SET_FLAGS, _UP = 0x8914, 0x1  # ioctl SIOCSIFFLAGS, IFF_UP: linux/sockios.h, linux/if.h


def main(bundle: Path, place: Path) -> None:
    """Unpack, `make install`, serve, look at three addresses, stop."""
    _raise_loopback()
    facts: dict[str, object] = {"network": _reaches_a_network()}
    with tarfile.open(bundle) as tar:
        tar.extractall(place / "unpacked")
    [folder] = (place / "unpacked").iterdir()
    prefix = place / "hospital"
    words = ["make", "install", f"BUNDLE={bundle}", f"PREFIX={prefix}"]
    installed = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    facts["installed"] = [installed.returncode, installed.stdout, installed.stderr]
    if installed.returncode == 0:
        facts |= _serve(prefix / "current", place)
    print(json.dumps(facts))


def _raise_loopback() -> None:
    """A network of its own begins with nothing, not even 127.0.0.1; elsewhere it is up already."""
    with socket.socket() as any_socket:
        try:
            fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP))
        except PermissionError:
            return


def _reaches_a_network() -> bool:
    """Whether there is a way to an address of another network (RFC 5737: nobody's); nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return False
    return True


def _serve(release: Path, place: Path) -> dict[str, object]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with (place / "messages").open("w") as messages:
        server = subprocess.Popen(
            [str(release / ".venv" / "bin" / "python"), "run.py", "serve"],
            cwd=release,
            env={"PATH": os.environ["PATH"], "DEMO": "0", "PORT": str(port)},
            stdout=messages,
            stderr=messages,
        )
    try:
        deadline = time.monotonic() + _PATIENCE
        while (alive := _status(port, "/healthz")) != 200 and server.poll() is None:
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
        pages = {path: _status(port, path) for path in ("/readyz", "/login", _style_sheet(release))}
    finally:
        server.terminate()
        ended = server.wait(_PATIENCE)
    return {"healthz": alive, "pages": pages, "ended": ended}


def _style_sheet(release: Path) -> str:
    """Where the front end has its style sheet."""
    [file] = (release / "tracker" / "static" / "dist").glob("app-*.css")
    return f"/assets/{file.name}"


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
