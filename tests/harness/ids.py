"""The text form of ids, as common/id makes it: 26 characters of Crockford's base 32."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def name_of(collection: str, raw: bytes) -> str:
    """Such as "reports/…" of an id's 16 bytes."""
    number = int.from_bytes(raw, "big")
    return f"{collection}/" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def id_of(name: str) -> bytes:
    """The 16 bytes of such a name."""
    number = 0
    for letter in name.split("/")[1]:
        number = number << 5 | _ALPHABET.index(letter)
    return number.to_bytes(16, "big")
