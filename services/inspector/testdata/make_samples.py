"""Makes the files that inspection_test looks into: make_samples.py DIRECTORY.

Pictures, papers and archives as people send them, with what they should not tell, and files that are made against
whoever opens them.
"""

import binascii
import gzip
import io
import os
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

import cairo
import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf  # noqa: E402

# In two parts: this file is no test file itself.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
MEBIBYTE = 1 << 20


def write(name: str, data: bytes) -> None:
    with open(name, "wb") as file:
        file.write(data)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def encrypted_zip(name: bytes, data: bytes, password: bytes) -> bytes:
    """PKWARE's traditional encryption, which every unpacker knows."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc(old: int, byte: int) -> int:
        return binascii.crc32(bytes([byte]), old ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    def update(byte: int) -> None:
        keys[0] = crc(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc(keys[2], keys[1] >> 24)

    for byte in password:
        update(byte)
    checksum = binascii.crc32(data)
    sealed = bytearray()
    for byte in bytes(11) + bytes([checksum >> 24]) + data:
        mask = keys[2] | 2
        sealed.append(byte ^ ((mask * (mask ^ 1) >> 8) & 0xFF))
        update(byte)
    common = struct.pack("<HHHHHIIIHH", 20, 1, 0, 0, 0x21, checksum, len(sealed), len(data), len(name), 0)
    local = b"PK\3\4" + common + name + sealed
    central = b"PK\1\2" + struct.pack("<H", 20) + common + bytes(14) + name
    return local + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def zeros(mebibytes: int) -> tuple[bytes, bytes, int]:
    """As gzip, as raw deflate, and their checksum: each MiB packs to the same bytes, so they are packed once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = piece * mebibytes + zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    checksum = 0
    for _ in range(mebibytes):
        checksum = zlib.crc32(bytes(MEBIBYTE), checksum)
    head = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    return head + packed + struct.pack("<II", checksum, mebibytes * MEBIBYTE), packed, checksum


def zip_of_zeros(members: int, mebibytes: int) -> bytes:
    _, packed, checksum = zeros(mebibytes)
    local, central = b"", b""
    for i in range(members):
        name = b"%d" % i
        sizes = (checksum, len(packed), mebibytes * MEBIBYTE, len(name), 0)
        common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, *sizes)
        offset = len(local)
        local += b"PK\3\4" + common + name + packed
        central += b"PK\1\2" + struct.pack("<H", 20) + common + bytes(10) + struct.pack("<I", offset) + name
    end = struct.pack("<HHHHIIH", 0, 0, members, members, len(central), len(local), 0)
    return local + central + b"PK\5\6" + end


def picture(name: str, kind: str, *options: str) -> None:
    pixels = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, False, 8, 64, 48)
    pixels.fill(0x336699FF)
    pixels.savev(name, kind, [], [])
    if options:
        subprocess.run(["exiftool", "-q", "-overwrite_original", *options, name], check=True)


def pictures() -> None:
    place = ["-GPSLatitude=35.6586", "-GPSLatitudeRef=N", "-GPSLongitude=139.7454", "-GPSLongitudeRef=E"]
    picture("place.jpg", "jpeg", *place, "-Artist=Yamada Taro", "-SerialNumber=123456")
    picture("turned.jpg", "jpeg", "-n", "-Orientation=6")
    picture("author.png", "png", "-Author=Yamada Taro", "-XMP-dc:Creator=Yamada Taro")
    picture("author.tiff", "tiff", "-Artist=Yamada Taro", *place)
    # A picture that is a script as well.
    write("script.gif", b"GIF89a/*" + bytes(6) + b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;*/=1;alert(1)//")


def papers() -> None:
    surface = cairo.PDFSurface("author.pdf", 300, 200)
    surface.set_metadata(cairo.PDFMetadata.AUTHOR, "Yamada Taro")
    context = cairo.Context(surface)
    context.move_to(20, 50)
    context.show_text("a statement")
    context.show_page()
    surface.finish()
    with open("author.pdf", "rb") as file:
        paper = file.read()
    # One reader sees a paper, another an archive with a program in it.
    write("paper_and_archive.pdf", paper + zipped({"setup.exe": b"MZ" + b"hidden program" * 9}))
    write("cut.pdf", paper[: len(paper) // 3])


def documents() -> None:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}"/>'
        f'<Override PartName="/docProps/core.xml" ContentType="{core}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{package}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Yamada Taro</dc:creator></cp:coreProperties>',
        "word/document.xml": f'<w:document xmlns:w="{word}"><w:body><w:p w:rsidR="00AB12CD"><w:r><w:t>a statement</w:t>'
        "</w:r></w:p></w:body></w:document>",
    }
    members = {name: ('<?xml version="1.0" encoding="UTF-8"?>' + text).encode() for name, text in parts.items()}
    write("author.docx", zipped(members))
    write("unknown_part.docx", zipped({**members, "word/embeddings/thing.bin": b"Yamada Taro"}))
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", f'<office:document-content xmlns:office="{office}"/>')
        archive.writestr("meta.xml", f'<office:document-meta xmlns:office="{office}"><office:meta>'
                         '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Yamada Taro</dc:creator>'
                         "</office:meta></office:document-meta>")
    write("author.odt", out.getvalue())


def malware() -> None:
    write("eicar", EICAR)
    inner = zipped({"eicar.com": EICAR})
    write("nested.zip", zipped({"2025/a.tar.gz": gzip.compress(tarred({"b.zip": zipped({"c.zip": inner})}))}))
    write("encrypted.zip", encrypted_zip(b"eicar.com", EICAR, b"infected"))
    write("encrypted_and_open.tar", tarred({"a.zip": encrypted_zip(b"a", b"letter", b"x"), "eicar.com": EICAR}))
    deep = b"letter"
    for _ in range(40):
        deep = gzip.compress(deep, 1)
    write("deep.gz", deep)
    write("bomb.gz", zeros(100)[0])
    write("bomb.zip", zip_of_zeros(100, 1))
    subprocess.run(["exiftool", "-q", "-o", "eicar.jpg", "-Comment=" + EICAR.decode(), "place.jpg"], check=True)


def others() -> None:
    write("letter.txt", "電話で怒鳴られました。😢\n".encode())
    write("page.html", b"<!DOCTYPE html><html><head><title>x</title></head><body><script>1</script></body></html>")
    write("archive.zip", zipped({"letter.txt": b"a letter"}))
    write("noise.bin", b"\x80\x01\x02" + bytes(range(128, 256)) * 30)
    write("empty", b"")


def main() -> None:
    os.chdir(sys.argv[1])
    for part in (pictures, papers, documents, malware, others):
        part()


if __name__ == "__main__":
    main()
