"""Receipts of anonymous reporters, made here independently of common/receipt."""

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def make() -> str:
    text = "".join(secrets.choice(ALPHABET) for _ in range(26))
    bits = int.from_bytes(hashlib.sha256(b"mamori-receipt-1:" + text.encode()).digest(), "big") >> 236
    return text + "".join(ALPHABET[bits >> shift & 31] for shift in (15, 10, 5, 0))
