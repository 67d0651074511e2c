"""What a file is, told by its content alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrm_bot.files.kinds import kind_of
from tests.files import contents

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (contents.JPEG, "jpg"),
        (contents.PNG, "png"),
        (b"GIF89a" + b"\x00" * 20, "gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "webp"),
        (contents.AMR, "amr"),
        (b"\x02#!SILK_V3\x0c", "silk"),
        (b"ID3\x04\x00", "mp3"),
        (b"\xff\xfb\x90\x64" + b"\x00" * 30, "mp3"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "wav"),
        (contents.MP4, "mp4"),
        (b"\x00\x00\x00\x18ftypM4A \x00\x00", "m4a"),
        (contents.PDF, "pdf"),
        (contents.XLSX, "xlsx"),
        (contents.zipped("[Content_Types].xml", "word/document.xml"), "docx"),
        (contents.zipped("照片/1.jpg"), "zip"),
        (OLE + "Workbook".encode("utf-16-le"), "xls"),
        (OLE + "WordDocument".encode("utf-16-le"), "doc"),
        ("报价：X200 一万二一台\n".encode(), "txt"),
        ("报价：X200 一万二一台\r\n".encode("gb18030"), "txt"),
    ],
)
def test_content_says_what_a_file_is(content: bytes, ending: str, tmp_path: Path) -> None:
    file = tmp_path / "it"
    file.write_bytes(content)
    found = kind_of(file)
    assert found is not None
    assert found.ending == ending


def test_a_table_is_told_from_other_text_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "it"
    file.write_bytes(contents.CSV)
    assert getattr(kind_of(file, "客户.CSV"), "ending", "") == "csv"
    assert getattr(kind_of(file, "客户.txt"), "ending", "") == "txt"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (contents.EXE, "报价.pdf"),
        (contents.EXE, "照片.jpg"),
        (b"\x7fELF\x02\x01\x01", "x"),
        (contents.APK, "照片.zip"),
        (contents.zipped("META-INF/MANIFEST.MF", "a.class"), "x.zip"),
        (OLE + "MsiInstaller".encode("utf-16-le"), "x.doc"),
        (b"#!/bin/sh\nrm -rf x\n", "说明.txt"),
        (b"<html><script>alert(1)</script>", "说明.txt"),
        (b"\xef\xbb\xbf<svg onload=alert(1)>", "图.svg"),
        (b"<?xml version='1.0'?><svg/>", ""),
        (b"Rar!\x1a\x07\x01\x00", "x.rar"),
        (b"PK\x03\x04broken", "x.zip"),
        (b"", "空.txt"),
        (b"\x00\x01\x02", ""),
        (b"start calc", "点我.bat"),
        (contents.JPEG, "美女.exe"),
    ],
)
def test_what_could_be_run_or_is_unknown_is_not_kept(content: bytes, name: str, tmp_path: Path) -> None:
    file = tmp_path / "it"
    file.write_bytes(content)
    assert kind_of(file, name) is None
