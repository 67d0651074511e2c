"""What a file is, by what stands in it: its name and what a platform says of it are anybody's word.

What is not known here is not kept, and nothing that a machine could run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

HEAD: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileKind:
    """`what` it is for people, `mime` and `ending` for machines; `shown`: a browser may show it as it stands."""

    what: str
    mime: str
    ending: str
    shown: bool = False


_PICTURES = (
    FileKind("图片", "image/jpeg", "jpg", shown=True),
    FileKind("图片", "image/png", "png", shown=True),
    FileKind("图片", "image/gif", "gif", shown=True),
    FileKind("图片", "image/webp", "webp", shown=True),
)
_SOUNDS = (
    FileKind("语音", "audio/amr", "amr"),
    FileKind("语音", "audio/amr-wb", "awb"),
    FileKind("语音", "audio/silk", "silk"),
    FileKind("语音", "audio/mpeg", "mp3", shown=True),
    FileKind("语音", "audio/wav", "wav", shown=True),
    FileKind("语音", "audio/ogg", "ogg", shown=True),
    FileKind("语音", "audio/mp4", "m4a", shown=True),
)
_PAPERS = (
    FileKind("视频", "video/mp4", "mp4", shown=True),
    FileKind("视频", "video/quicktime", "mov"),
    FileKind("文件", "application/pdf", "pdf"),
    FileKind("文件", "application/msword", "doc"),
    FileKind("文件", "application/vnd.ms-excel", "xls"),
    FileKind("文件", "application/vnd.ms-powerpoint", "ppt"),
    FileKind("文件", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    FileKind("文件", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    FileKind("文件", "application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    FileKind("文件", "application/zip", "zip"),
    FileKind("文件", "text/csv", "csv"),
    FileKind("文件", "text/plain", "txt"),
)
KINDS: Final[Mapping[str, FileKind]] = {kind.ending: kind for kind in (*_PICTURES, *_SOUNDS, *_PAPERS)}
BY_MIME: Final[Mapping[str, FileKind]] = {kind.mime: kind for kind in KINDS.values()}

_BEGINNINGS: Final[Sequence[tuple[bytes, str]]] = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"#!AMR-WB\n", "awb"),
    (b"#!AMR\n", "amr"),
    (b"#!SILK_V3", "silk"),
    (b"\x02#!SILK_V3", "silk"),
    (b"ID3", "mp3"),
    (b"OggS", "ogg"),
    (b"%PDF-", "pdf"),
)
_BRANDS: Final = {b"M4A ": "m4a", b"M4B ": "m4a", b"qt  ": "mov"}
_FILMS: Final = re.compile(rb"isom|iso[2-9]|mp4[12]|avc1|M4V |MSNV|dash|3gp[45]|f4v ")
_SPEECH: Final = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")  # a frame of MP3 without a head before it
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS: Final = (("WordDocument", "doc"), ("Workbook", "xls"), ("PowerPoint Document", "ppt"))
_OFFICE: Final = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
_PROGRAMS: Final = ("AndroidManifest.xml", "META-INF/MANIFEST.MF", "Payload/")  # packed as a zip: apk, jar, ipa
_ACTIVE: Final = re.compile(rb"\s*(?:#!|<\?|<!doctype|<html|<svg|<script|<job|@echo\s+off)", re.I)
_RUNS: Final = frozenset(  # text that is run by its name
    "exe com bat cmd ps1 vbs vbe js jse wsf wsh hta scr pif cpl msi msp msc reg lnk url sh bash py pl rb php jar apk "
    "ipa app dmg iso img deb rpm elf so dll sys html htm svg xhtml mht".split()
)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def runs(name: str) -> bool:
    """A name under which some machine would run it."""
    ending = name.rpartition(".")[2].strip().lower()
    return "." in name and ending in _RUNS


def kind_of(path: Path, name: str = "") -> FileKind | None:
    """What this file is; None: nothing that we keep. `name` tells a table from other text, and what would be run."""
    if runs(name):
        return None
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    ending = _by_head(head) or _by_inside(path, head) or _by_words(path, head, name)
    return KINDS.get(ending)


def _by_head(head: bytes) -> str:
    for beginning, ending in _BEGINNINGS:
        if head.startswith(beginning):
            return ending
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "mp4" if _FILMS.match(head[8:12]) else "")
    return "mp3" if _SPEECH.match(head) else ""


def _by_inside(path: Path, head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(path)
    if head.startswith(_OLE):  # an installer is one, too
        content = path.read_bytes()
        return next((ending for name, ending in _STREAMS if name.encode("utf-16-le") in content), "")
    return ""


def _in_zip(path: Path) -> str:
    try:
        with ZipFile(path) as bundle:
            names = bundle.namelist()
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        return ""
    if "[Content_Types].xml" in names:
        return next((ending for folder, ending in _OFFICE if any(name.startswith(folder) for name in names)), "zip")
    return "" if any(name.startswith(_PROGRAMS) for name in names) else "zip"


def _by_words(path: Path, head: bytes, name: str) -> str:
    """Plain text, in UTF-8 or as Windows writes it in China."""
    if not head or _ACTIVE.match(head.removeprefix(b"\xef\xbb\xbf")):
        return ""
    content = path.read_bytes()
    if _CONTROL.search(content) or not _is_text(content):
        return ""
    return "csv" if name.lower().endswith(".csv") else "txt"


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
