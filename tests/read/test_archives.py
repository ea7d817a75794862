"""Zip and tar, honest and hostile."""

import gzip
import io
import random
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from app.read import allowance, zips
from app.spans import RawStory, Unreadable
from tests.read.reading import read, refusal

VOTE = b"The harbour council of Lindvik voted on Tuesday to close the northern quay."
FILES = {
    "news/": b"",
    "news/a.txt": VOTE,
    "news/b.jsonl": b'{"text": "One."}\n{"text": "Two."}\n',
    "news/c.txt.gz": gzip.compress(b"Packed."),
    "news/d.csv": b"title,text\nA,Three.\n",
    "news/README.md": b"Notes.",
    "news/.hidden": b"Hidden.",
    "__MACOSX/news/._a.txt": b"\0\0",
}
TEXTS = [VOTE.decode(), "One.", "Two.", "Packed.", "Three."]


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return written.getvalue()


def tarred(files: dict[str, bytes], *others: tarfile.TarInfo, form: int = tarfile.PAX_FORMAT) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.type = len(data), tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(info, io.BytesIO(data))
        for info in others:
            archive.addfile(info)
    return written.getvalue()


def texts(found: list[RawStory | Unreadable]) -> list[str]:
    return [one.text for one in found if isinstance(one, RawStory)]


def reasons(found: list[RawStory | Unreadable]) -> dict[str, str]:
    return {one.origin: one.reason for one in found if isinstance(one, Unreadable)}


@pytest.mark.parametrize(
    "data",
    [
        zipped(FILES),
        zipped(FILES, zipfile.ZIP_STORED),
        tarred(FILES),
        tarred(FILES, form=tarfile.GNU_FORMAT),
        tarred(FILES, form=tarfile.USTAR_FORMAT),
        gzip.compress(tarred(FILES)),
    ],
)
def test_the_stories_of_all_files_of_an_archive_are_read(data: bytes) -> None:
    found = read(data, "all")
    assert texts(found) == TEXTS
    assert reasons(found) == {}
    assert found[0].origin == "all/news/a.txt"


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archive_in_an_archive_is_read_but_no_deeper(pack: object) -> None:
    assert callable(pack)
    assert texts(read(pack({"in.zip": zipped(FILES), "in.tar.gz": gzip.compress(tarred(FILES))}))) == TEXTS * 2
    deep = read(pack({"in.zip": zipped({"in.tar": tarred({"in.zip": zipped(FILES)}), "a.txt": VOTE})}))
    assert texts(deep) == [VOTE.decode()]
    assert "archive in an archive" in reasons(deep)["news/in.zip/in.tar"]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_lead_nowhere(pack: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert callable(pack)
    names = ["../../up.txt", "/etc/root.txt", "C:\\win.txt", "a\x1b[2J.txt", "x" * 3000 + ".txt"]
    found = read(pack(dict.fromkeys(names, VOTE)))
    assert len(texts(found)) == len(names)
    assert all(one.origin.isprintable() and len(one.origin) < 300 for one in found)
    assert list(tmp_path.iterdir()) == []


def special(name: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def test_links_and_devices_in_a_tar_are_not_followed() -> None:
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
    found = read(tarred({"a.txt": VOTE}, *[special(f"{kind.decode()}.txt", kind) for kind in kinds]))
    assert texts(found) == [VOTE.decode()]
    assert len(reasons(found)) == len(kinds)
    assert all("never followed" in reason for reason in reasons(found).values())


def test_links_in_a_zip_are_not_followed() -> None:
    link = zipfile.ZipInfo("link.txt")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "never followed" in refusal(written.getvalue()).reason


def test_encrypted_and_strangely_packed_files_say_so() -> None:
    data = bytearray(zipped({"a.txt": VOTE}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    assert "encrypted" in refusal(bytes(data)).reason
    assert "ordinary zip" in refusal(zipped({"a.txt": VOTE}, zipfile.ZIP_LZMA)).reason


@pytest.mark.parametrize("name", ["[Content_Types].xml", "mimetype"])
def test_office_documents_are_named(name: str) -> None:
    assert "Word, OpenDocument or EPUB" in refusal(zipped({name: b"x", "word/document.xml": b"<a>"})).reason


def test_a_bomb_is_refused_and_its_other_files_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "FREE_BYTES", 1_000_000)
    lines = b'{"text": "a"}\n' + b"\n" * 4_000_000
    *_, last = read(zipped({"a.jsonl": lines, "b.txt": VOTE}), "all.zip")
    assert isinstance(last, Unreadable)
    assert (last.origin, "200 times its size" in last.reason) == ("all.zip", True)


def test_a_bomb_in_an_archive_in_an_archive_is_counted_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "FREE_BYTES", 1_000_000)
    # Each level by itself stays under the ratio.
    inner = zipped({"a.jsonl": random.Random(7).randbytes(10_000).hex().encode() + b"\n" * 2_400_000})
    outer = zipped({f"{i}.zip": inner for i in range(60)}, zipfile.ZIP_STORED)
    found = read(gzip.compress(outer), "all.zip")
    assert "200 times its size" in reasons(found)["all.zip"]


def test_files_that_share_their_bytes_are_a_bomb_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "FREE_BYTES", 1_000_000)
    data = zipped({"a.txt": b"word " * 200_000})
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry, count = data[at:end], 1000
    foot = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, at, 0)
    *_, last = read(data[:at] + entry * count + foot, "all.zip")
    assert isinstance(last, Unreadable)
    assert "200 times its size" in last.reason


def test_a_list_of_far_too_many_files_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MAX_LIST_BYTES", 10_000)
    assert "too many files" in refusal(zipped({f"{i}.txt": b"x" for i in range(300)})).reason


@pytest.mark.parametrize(
    "header",
    [
        b"9" * 3000,
        b"30 GNU.sparse.offset=" + b"9" * 3000,
        b"x" * (1 << 17),
        b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n",
    ],
)
def test_headers_made_to_fill_memory_or_time_are_refused(header: bytes) -> None:
    written = io.BytesIO()
    info = tarfile.TarInfo("h")
    info.type, info.size = tarfile.XHDTYPE, len(header)
    written.write(info.tobuf(tarfile.USTAR_FORMAT) + header.ljust(-len(header) % 512 + len(header), b"\0"))
    written.write(tarred({"a.txt": b"9" * 500}))
    found = read(written.getvalue())
    assert reasons(found)


def test_a_sparse_file_of_gigabytes_is_no_ordinary_one() -> None:
    info = tarfile.TarInfo("a.txt")
    info.type, info.size = tarfile.GNUTYPE_SPARSE, 0
    data = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    data[483:495] = b"77777777777\0"
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data)
    assert "no ordinary file" in refusal(bytes(data) + bytes(1024)).reason


def test_files_before_a_break_are_kept() -> None:
    files = {f"{i}.txt": VOTE + str(i).encode() * 500 for i in range(40)}
    whole = tarred(files)
    header = whole.index(b"20.txt")
    for data, words in (
        (whole[:20_000], "cut off"),
        (gzip.compress(whole)[:-300], "gzip data are cut off"),
        (whole[:header] + b"x" * 512 + whole[header + 512 :], "damaged"),
    ):
        found = read(data)
        assert len(texts(found)) > 5
        assert words in " ".join(reasons(found).values())
    assert "damaged or cut off" in refusal(zipped(files)[:-30]).reason


def test_one_damaged_file_in_a_zip_stops_no_other() -> None:
    data = bytearray(zipped({"a.txt": VOTE, "b.txt": VOTE + b"!"}, zipfile.ZIP_STORED))
    data[data.index(VOTE) + 5] ^= 1
    found = read(bytes(data))
    assert texts(found) == [VOTE.decode() + "!"]
    assert "damaged" in reasons(found)["news/a.txt"]


def test_empty_archives_say_so() -> None:
    for data in (zipped({}), tarred({"a/": b""}), zipped({".hidden": b"x"})):
        assert refusal(data, "a.tar").reason == "the file holds no story"
