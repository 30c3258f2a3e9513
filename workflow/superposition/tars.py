"""What Python's tarfile leaves out: headers that would fill the memory, and tars that are cut short or damaged."""

import tarfile
from typing import Self

MAX_HEADER_BYTES = 2**20
"""Of a header's content: a path, or attributes."""
MAX_PADDING = 64
"""Times that much: what may follow after the last member."""
HEADERS = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)


class Header(tarfile.TarInfo):
    """A header with which tarfile reads little before the next member is known. Maps of sparse files have no bounds."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """The header in one block; raises TarError for one that leads on to much more."""
        header = super().frombuf(buf, encoding, errors)
        if header.type in HEADERS and not 0 <= header.size <= MAX_HEADER_BYTES:
            raise tarfile.TarError(f"a header has {header.size:,} bytes, over the limit of {MAX_HEADER_BYTES:,}")
        if header.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.TarError(f"{header.name!r} is sparse")
        return header

    def _proc_gnusparse_10(self, *_: object) -> None:
        raise tarfile.TarError(f"{self.name!r} is sparse")


def read(archive: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    """The content of a file."""
    file = archive.extractfile(info)
    assert file is not None, "a regular file has a content"
    return file.read()


def check_end(archive: tarfile.TarFile) -> None:
    """Raise EOFError or TarError unless it ends as a whole one does, in a block of zeros.

    tarfile takes a tar that stops between two members for a whole one. All that follows is read too, because gzip
    compares its checksum at the very end.
    """
    assert archive.fileobj is not None
    archive.fileobj.seek(archive.offset)
    if archive.fileobj.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise EOFError("it ends before its last block")
    for _ in range(MAX_PADDING):
        if not archive.fileobj.read(MAX_HEADER_BYTES):
            return
    raise tarfile.TarError("it goes on after its last block")
