"""The smallest files of each kind, made by hand."""

import io
import struct
import zipfile
from collections.abc import Mapping

OPEN_XML = "application/vnd.openxmlformats-officedocument."
MAIN = {
    ".docx": f"{OPEN_XML}wordprocessingml.document.main+xml",
    ".xlsx": f"{OPEN_XML}spreadsheetml.sheet.main+xml",
    ".pptx": f"{OPEN_XML}presentationml.presentation.main+xml",
}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17)
MAIL = b"Received: from a\r\n by b\r\nFrom: Ann <ann@example.org>\r\nSubject: Invoice\r\n\r\nHere it is.\r\n"


def zipped(parts: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return written.getvalue()


def open_xml(main: str, **more: bytes) -> bytes:
    """A document of Office, by the media type of its main part."""
    types = f'<Types><Override PartName="/main.xml" ContentType="{main}"/></Types>'
    return zipped({"[Content_Types].xml": types.encode(), **more})


def open_document(kind: str, more: Mapping[str, bytes] | None = None) -> bytes:
    """A document of LibreOffice: `text`, `spreadsheet`, `presentation`."""
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(), **(more or {})})


def compound_file(*top: str, below: str = "", padding: int = 0) -> bytes:
    """An old Office file with names at its top, and one below the first; `padding` sectors stand before them.

    From 109 sectors of the table on, further ones are named outside the header, as in files of more than 7 MB.
    """
    none, end = 0xFFFFFFFF, 0xFFFFFFFE
    names = ["Root Entry", *top, *([below] if below else [])]
    per_sector = 4
    directory = -(-len(names) // per_sector)
    tables = 1
    while (padding + directory + tables + max(0, -(-(tables - 109) // 127))) > tables * 128:
        tables += 1
    outside = max(0, -(-(tables - 109) // 127))
    first = padding
    follows = [none] * padding + [first + number + 1 for number in range(directory - 1)] + [end]
    follows += [none] * (tables * 128 - len(follows))
    at = [padding + directory + number for number in range(tables)]
    further = at[109:]
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<II", header, 44, tables, first)
    struct.pack_into("<IIIII", header, 56, 4096, end, 0, at[-1] + 1 if outside else end, outside)
    struct.pack_into("<109I", header, 76, *(at[:109] + [none] * 109)[:109])
    entries = []
    for number, name in enumerate(names):
        entry = bytearray(128)
        written = name.encode("utf-16-le")
        entry[: len(written)] = written
        is_top = 1 <= number <= len(top)
        right = number + 1 if is_top and number < len(top) else none
        child = (1 if top else none) if number == 0 else len(names) - 1 if below and number == 1 else none
        struct.pack_into("<HBBIII", entry, 64, len(written) + 2, 5 if number == 0 else 2, 1, none, right, child)
        entries.append(bytes(entry))
    body = bytes(512 * padding) + b"".join(entries).ljust(directory * 512, b"\x00")
    body += struct.pack(f"<{tables * 128}I", *follows)
    for number in range(outside):
        named = further[number * 127 : (number + 1) * 127]
        named += [none] * (127 - len(named))
        following = at[-1] + 2 + number if number + 1 < outside else end
        body += struct.pack("<128I", *named, following)
    return bytes(header) + body
