"""Looks for words in everything that a system leaves on its disk, however they may be written there."""

import base64
import json
import mmap
import pathlib
import unicodedata


def forms(word: str) -> dict[str, bytes]:
    """The ways in which a word may stand in a file, by their names."""
    raw = word.encode()
    found = {
        "raw": raw,
        "lower-cased": word.lower().encode(),
        "NFKC and case-folded": unicodedata.normalize("NFKC", word).casefold().encode(),
        "UTF-16LE": word.encode("utf-16-le"),
        "UTF-16BE": word.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "JSON": json.dumps(word)[1:-1].encode(),
        "JSON, upper": json.dumps(word)[1:-1].replace("\\u", "\0").upper().replace("\0", "\\u").encode(),
        "octal": "".join(chr(b) if 32 <= b < 127 else f"\\{b:03o}" for b in raw).encode(),
        "URL": "".join(chr(b) if chr(b).isalnum() and b < 128 else f"%{b:02X}" for b in raw).encode(),
    }
    for shift in range(3):
        # Wherever it begins in what was encoded: without the letters that its neighbours change.
        encoded = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        found[f"base64 +{shift}"] = encoded[-(-shift * 8 // 6):len(encoded) - 1]
    return found


def search(paths, word: str) -> list[str]:
    """"FILE: FORM" of every file in which it is found."""
    patterns = forms(word)
    hits = []
    for top in paths:
        top = pathlib.Path(top)
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if not path.is_file() or path.stat().st_size == 0:
                continue
            with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                hits += [f"{path}: {name}" for name, pattern in patterns.items() if data.find(pattern) >= 0]
    return hits
