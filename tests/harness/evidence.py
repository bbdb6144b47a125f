"""Uploads files of reports, as an application does."""

import hashlib

import grpc

from .client import new_request_id
from .processes import wait_until
from .stubs import evidence_service_pb2

PIECE = 500_000


def _file(content: bytes, file_name: str):
    return evidence_service_pb2.UploadedFile(file_name=file_name, size=len(content),
                                             sha256=hashlib.sha256(content).digest())


def _chunks(content: bytes):
    for offset in range(0, len(content), PIECE):
        data = content[offset:offset + PIECE]
        yield evidence_service_pb2.EvidenceChunk(offset=offset, data=data, sha256=hashlib.sha256(data).digest())


def upload(client, report: str, content: bytes = b"evidence", file_name: str = "note.txt") -> str:
    """The name of the file that it becomes, by the token of the client's person."""
    started = client.call("intake", "StartUpload", evidence_service_pb2.StartUploadRequest(
        request_id=new_request_id(), report=report, file=_file(content, file_name)))

    def messages():
        yield evidence_service_pb2.UploadEvidenceRequest(target={"name": started.name})
        for chunk in _chunks(content):
            yield evidence_service_pb2.UploadEvidenceRequest(chunk=chunk)

    def complete():
        """A few at once have a place; the others come again, as RESOURCE_EXHAUSTED asks."""
        try:
            return client.call("intake", "UploadEvidence", messages(), timeout=10 + len(content) / PIECE).complete
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.RESOURCE_EXHAUSTED:
                raise
            return False
    wait_until("a place for an upload", complete, 30)
    return started.name


def upload_by_receipt(client, receipt: str, content: bytes = b"evidence", file_name: str = "note.txt") -> str:
    """The same by receipt."""
    started = client.call("intake", "StartAnonymousUpload", evidence_service_pb2.StartAnonymousUploadRequest(
        request_id=new_request_id(), receipt=receipt, file=_file(content, file_name)), anonymous=True)

    def messages():
        yield evidence_service_pb2.UploadAnonymousEvidenceRequest(target={"receipt": receipt, "name": started.name})
        for chunk in _chunks(content):
            yield evidence_service_pb2.UploadAnonymousEvidenceRequest(chunk=chunk)
    assert client.call("intake", "UploadAnonymousEvidence", messages(), anonymous=True).complete
    return started.name


def confirming_hashes(pieces: list[bytes], file_name: str, key: bytes) -> set[str]:
    """The beginnings, in upper-case hex, of what whoever has a file may look for: unkeyed hashes of its pieces, the first of
    which is all of it, and hashes with `key` of what a client tells of it."""
    hashes = {hashlib.new(kind, piece).hexdigest() for kind in
              ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s") for piece in pieces}
    hashes |= {hashlib.blake2b(piece, digest_size=size).hexdigest() for piece in pieces for size in (16, 32)}

    def parted(*parts: bytes) -> bytes:
        return b"".join(len(part).to_bytes(8, "little") + part for part in parts)

    whole = hashlib.sha256(pieces[0]).digest()
    told = parted(file_name.encode(), str(len(pieces[0])).encode(), whole)
    for text in (whole, hashlib.blake2b(told, digest_size=32).digest()):
        for shape in (text, told, parted(text), parted(b"body", text)):
            hashes.add(hashlib.blake2b(shape, key=key, digest_size=32).hexdigest())
    return {one.upper()[:32] for one in hashes}
