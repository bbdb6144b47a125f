"""Looks for words in everything that a system leaves on its disk, however they may be written there."""

import base64
import contextlib
import itertools
import json
import mmap
import pathlib
import re
import subprocess
import tempfile
import unicodedata
import zlib

# Where gzip, zlib, and a file in a zip archive begin.
_COMPRESSED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|PK\x03\x04.{4}\x08\x00", re.DOTALL)
_LONGEST = 8 << 20  # of what was compressed, that much is looked through


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


def compressed(data: bytes) -> dict[str, bytes]:
    """The same as each kind that `search` opens."""
    found = {}
    for name, bits in (("gzip", 31), ("zlib", 15), ("zip", -15)):
        packer = zlib.compressobj(9, zlib.DEFLATED, bits)
        found[name] = packer.compress(data) + packer.flush()
    found["zip"] = b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + b"\x00" * 16 + b"\x01\x00\x00\x00" + b"n" + found["zip"]
    return found


def _opened(data):
    """What compressed streams in it hold."""
    for begin in _COMPRESSED.finditer(data):
        at, kind = begin.start(), begin.group()[:2]
        if kind == b"PK":
            at += 30 + int.from_bytes(data[at + 26:at + 28], "little") + int.from_bytes(data[at + 28:at + 30], "little")
        unpacker, text = zlib.decompressobj(-15 if kind == b"PK" else 47), b""
        try:
            while len(text) < _LONGEST and not unpacker.eof and at < len(data):
                text += unpacker.decompress(data[at:at + 65536])
                at += 65536
        except zlib.error:
            pass  # chance, or the end of what was written of it
        if text:
            yield text


def search(paths, *words: str) -> list[list[str]]:
    """For each word "FILE: FORM" of every file in which it is found, also within what is compressed."""
    patterns = [forms(word) for word in words]
    files = _files(paths)
    found = _with_any(files, [form for one in patterns for form in one.values()])
    hits: list[list[str]] = [[] for _ in words]
    for path in files:
        with contextlib.ExitStack() as opened:
            try:
                file = opened.enter_context(open(path, "rb"))
                data = opened.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            except (FileNotFoundError, ValueError):
                continue  # another test's, gone or empty meanwhile
            texts = [("", data)] if str(path) in found else []
            for prefix, text in itertools.chain(texts, (("compressed ", text) for text in _opened(data))):
                for hit, one in zip(hits, patterns):
                    hit += [f"{path}: {prefix}{name}" for name, form in one.items() if text.find(form) >= 0]
    return hits


def _files(paths) -> list[pathlib.Path]:
    tops = [pathlib.Path(path) for path in paths]
    every = [path for top in tops for path in (sorted(top.rglob("*")) if top.is_dir() else [top])]
    return [path for path in every if _size(path) > 0]


def _size(path: pathlib.Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0


def _with_any(files: list[pathlib.Path], patterns: list[bytes]) -> set[str]:
    """Those of the files that have any of the patterns: one reading of each for all of them."""
    assert not any(b"\n" in pattern for pattern in patterns)
    found: set[str] = set()
    with tempfile.NamedTemporaryFile() as wanted:
        wanted.write(b"\n".join(patterns) + b"\n")
        wanted.flush()
        for begin in range(0, len(files), 500):
            done = subprocess.run(["grep", "-laF", "-f", wanted.name, "--", *files[begin:begin + 500]],
                                  capture_output=True, text=True, env={"LC_ALL": "C"})
            found |= set(done.stdout.splitlines())
    return found
