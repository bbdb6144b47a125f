"""The text form of ids, as common/id makes it: 26 characters of Crockford's base 32."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def name_of(collection: str, raw: bytes) -> str:
    """Such as "reports/…" of an id's 16 bytes."""
    number = int.from_bytes(raw, "big")
    return f"{collection}/" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
