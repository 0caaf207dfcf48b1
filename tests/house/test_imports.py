"""Layers: who may import whom. The contracts are in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

from config import ROOT
from tests.support.sources import modules_imported, python_files


def test_the_import_contracts_are_kept() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_domain_imports_the_standard_library_only() -> None:
    strangers = []
    for name in python_files("tracker/domain/"):
        for module in sorted(modules_imported(name)):
            own = module == "tracker.domain" or module.startswith("tracker.domain.")
            if not own and module.partition(".")[0] not in sys.stdlib_module_names:
                strangers.append(f"{name}: {module}")
    assert strangers == []


def test_the_domain_loads_without_flask() -> None:
    modules = ", ".join(
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in python_files("tracker/domain/")
    )
    program = f"import sys, {modules}; print('flask' in sys.modules, 'sqlalchemy' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["False", "False"]
