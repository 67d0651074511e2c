"""The smallest files of each kind, as a phone or an office would send them, and some that nobody should keep."""

from __future__ import annotations

import io
import zipfile

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + b"\x00" * 40 + b"\xff\xd9"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8ff9f0100"
    "05fe02fea7d6059b0000000049454e44ae426082"
)
AMR = b"#!AMR\n" + b"\x3c" * 64
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 64
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 120
CSV = "客户,金额\n华星,50万\n".encode()


def zipped(*names: str) -> bytes:
    """A zip with files of these names in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for name in names:
            bundle.writestr(name, "x")
    return out.getvalue()


XLSX = zipped("[Content_Types].xml", "xl/workbook.xml")
APK = zipped("AndroidManifest.xml", "classes.dex")
