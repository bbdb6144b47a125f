"""Where things are: the project, its build, and room for temporary files."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("MAMORI_BUILD", ROOT / "build"))
PROTO = ROOT / "proto"
GOOGLEAPIS = pathlib.Path("/usr/share/gocode/src/github.com/gogo/googleapis")


def binary(name: str) -> pathlib.Path:
    """The built binary of a service or tool; its absence is a failure, never a skip."""
    path = BUILD / "services" / name.removeprefix("mamori-") / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is not built")
    return path
