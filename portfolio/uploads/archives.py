"""Some parts of a package written anew; every other byte of the file as it was sent, packed as it was."""

import struct
import zlib
from collections.abc import Mapping
from zipfile import ZipInfo

from portfolio.uploads.packages import DAMAGED, NotAWorkbook, Package, damage_told, plain_name

_HEADER = struct.Struct("<4s5H3L2H")  # before each part
_LINE = struct.Struct("<4s6H3L5H2L")  # of the directory
_END = struct.Struct("<4s4H2LH")
_NAME, _EXTRA = 9, 10  # their lengths, in a header; a line has one field more before them
_STREAMED = 0x08  # says that the sizes follow the bytes: they are known before now
_DEFLATED = 8
_OF_LARGE = 1  # the kind of field that holds sizes above 4 GB, which some programs write whatever the size
_LARGE = 0xFFFFFFFF


def with_parts(content: bytes, package: Package, changes: Mapping[str, bytes]) -> bytes:
    """The file in which some parts hold something else, by their names; the others are not even packed again.

    Raises NotAWorkbook where the file's directory and its parts do not fit each other.
    """
    changed = {plain_name(name): part for name, part in changes.items()}
    with damage_told():
        return _joined(content, package, changed)


def _joined(content: bytes, package: Package, changed: Mapping[str, bytes]) -> bytes:
    entries = package.entries
    in_place = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [entry.header_offset for entry in in_place[1:]] + [package.directory]
    pieces = [content[: in_place[0].header_offset]]
    length = len(pieces[0])
    starts: dict[str, int] = {}
    new: dict[str, bytes] = {}
    packed: dict[str, bytes] = {}
    for entry, end in zip(in_place, ends, strict=True):
        name = entry.filename
        header = _HEADER.unpack_from(content, entry.header_offset)
        inner = entry.header_offset + _HEADER.size + header[_NAME] + header[_EXTRA]
        if inner + entry.compress_size > end:
            raise NotAWorkbook(DAMAGED)
        starts[name] = length
        part = None if entry.is_dir() else changed.get(plain_name(name))
        if part is None:
            # Whatever follows a part, such as sizes that its program learnt last, goes with it.
            piece = content[entry.header_offset : end]
        else:
            new[name] = part
            packed[name] = _packed(part)
            piece = _headed(header, content[inner - header[_NAME] - header[_EXTRA] : inner], part, packed[name])
            piece += packed[name]
        pieces.append(piece)
        length += len(piece)
    lines = []
    place = package.directory
    for entry in entries:
        fields = list(_LINE.unpack_from(content, place))
        name_end = place + _LINE.size + fields[_NAME + 1]
        extra_end = name_end + fields[_EXTRA + 1]
        end = extra_end + fields[_EXTRA + 2]
        told = content[place + _LINE.size : name_end], content[name_end:extra_end], content[extra_end:end]
        name = entry.filename
        lines.append(_line(fields, told, entry, starts[name], new.get(name), packed.get(name, b"")))
        place = end
    directory = b"".join(lines)
    comment = package.comment
    last = _END.pack(b"PK\x05\x06", 0, 0, len(lines), len(lines), len(directory), length, len(comment))
    return b"".join((*pieces, directory, last, comment))


def _packed(part: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(part) + packer.flush()


def _headed(header: tuple[int, ...], told: bytes, part: bytes, packed: bytes) -> bytes:
    """A part's header with its new sizes; its name, its time and its further fields stay."""
    sign, version, flags, _, time, day, _, _, _, named, _ = header
    extra = _without_large(told[named:])
    sizes = zlib.crc32(part), len(packed), len(part)
    return (
        _HEADER.pack(sign, version, flags & ~_STREAMED, _DEFLATED, time, day, *sizes, named, len(extra))
        + told[:named]
        + extra
    )


def _line(
    fields: list[int], told: tuple[bytes, bytes, bytes], entry: ZipInfo, start: int, part: bytes | None, packed: bytes
) -> bytes:
    name, extra, comment = told
    if part is not None:
        fields[3] &= ~_STREAMED
        fields[4] = _DEFLATED
        fields[7:10] = zlib.crc32(part), len(packed), len(part)
        extra = _without_large(extra)
    elif _LARGE in (fields[8], fields[9], fields[16]):
        fields[8:10] = entry.compress_size, entry.file_size
        extra = _without_large(extra)
    fields[11] = len(extra)
    fields[16] = start
    return _LINE.pack(*fields) + name + extra + comment


def _without_large(extra: bytes) -> bytes:
    kept = b""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        kept += b"" if kind == _OF_LARGE else extra[: 4 + size]
        extra = extra[4 + size :]
    return kept + extra
