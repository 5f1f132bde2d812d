"""Check the docstrings of public functions with numpydoc; print each fault and fail on any."""

import ast
import importlib
import sys
from pathlib import Path

from numpydoc.validate import validate

CHECKS = {
    "GL01",
    "GL03",
    "GL05",
    "GL06",
    "GL07",
    "GL08",
    "SS05",
    "PR01",
    "PR02",
    "PR04",
    "RT03",
    "YD01",
}
SOURCE = Path(__file__).resolve().parent.parent / "src"


def main() -> int:
    """Go through all public functions of the rooms and use cases; faces speak by their help."""
    faults = 0
    for path in sorted((SOURCE / "zds_geo").rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        if any(part in module for part in (".cli", ".migrations", "__main__")):
            continue
        private = any(part.startswith("_") for part in module.split("."))
        importlib.import_module(module)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or private:
                continue
            for code, text in validate(f"{module}.{node.name}")["errors"]:
                if code in CHECKS:
                    faults += 1
                    sys.stdout.write(f"{path.name}:{node.lineno} {node.name}: {code} {text}\n")
    sys.stdout.write(f"docstrings: {faults} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
