"""Seals what anonymous reporters send, independently of common/receipt: by PyNaCl, as another's client would."""

import hashlib

from nacl.public import PrivateKey, PublicKey, SealedBox

CLASSES = [size << 10 for size in (4, 16, 64, 256, 512)]
# The largest piece of a file that fits into the largest class with what stands around it.
PIECE = CLASSES[-1] - 1024


def pad(plain: bytes, least: int = 0) -> bytes:
    size = next(c for c in CLASSES if c > len(plain) and c >= least)
    return plain + b"\x80" + bytes(size - len(plain) - 1)


def unpad(padded: bytes) -> bytes:
    plain = padded.rstrip(b"\0")
    assert len(padded) in CLASSES and plain[-1:] == b"\x80"
    return plain[:-1]


class SealedClient:
    """Everything of one anonymous reporter through `client`, an application that must learn nothing. What has passed
    through its hands is in `seen`: bytes."""

    def __init__(self, client, public_key: bytes):
        self._client, self._box, self._reply = client, SealedBox(PublicKey(public_key)), PrivateKey.generate()
        self.seen: list[bytes] = []

    @property
    def reply_key(self) -> bytes:
        return bytes(self._reply.public_key)

    def seal(self, message, least: int = 0):
        """A message of the same kind that holds the other alone."""
        sealed = type(message)(sealed=self._box.encrypt(pad(message.SerializeToString(), least)))
        self.seen.append(sealed.SerializeToString())
        return sealed

    def open(self, answer):
        self.seen.append(answer.SerializeToString())
        plain = SealedBox(self._reply).decrypt(answer.sealed)
        return type(answer).FromString(unpad(plain))

    def call(self, method: str, request):
        request.reply_key = self.reply_key
        return self.open(self._client.call("intake", method, self.seal(request), anonymous=True))

    def done(self, method: str, request) -> None:
        """One whose answer says no more than that it was done."""
        answer = self._client.call("intake", method, self.seal(request), anonymous=True)
        self.seen.append(answer.SerializeToString())

    def first_of(self, method: str, request):
        """The first message of a stream."""
        request.reply_key = self.reply_key
        stream = getattr(self._client.stub("intake", 0), method)(self.seal(request), timeout=20)
        try:
            return self.open(next(stream))
        finally:
            stream.cancel()

    def parts(self, kind, target, content: bytes):
        """The messages of a stream: as many as a power of two, all of one size where there are several."""
        pieces = [content[at:at + PIECE] for at in range(0, len(content), PIECE)]
        count = 1
        while count < len(pieces):
            count *= 2
        least = CLASSES[-1] if count > 1 else 0
        yield self.seal(kind(target=target))
        offset = 0
        for n in range(count):
            part = kind()
            if n < len(pieces):
                part.chunk.offset, part.chunk.data = offset, pieces[n]
                part.chunk.sha256 = hashlib.sha256(pieces[n]).digest()
                offset += len(pieces[n])
            yield self.seal(part, least)
