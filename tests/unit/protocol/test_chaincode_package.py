import gzip
import hashlib
import io
import json
import tarfile

import pytest
from counterfoil_protocol import chaincode_package
from counterfoil_protocol.chaincode_package import (
    CODE_FILE,
    METADATA_FILE,
    build_archive,
    build_package,
    package_id,
    parse_package,
    read_archive,
)
from counterfoil_protocol.errors import MalformedMessage

CONNECTION = {"address": "127.0.0.1:27099", "dial_timeout": "10s", "tls_required": False}


def test_the_id_fabric_gave_to_the_same_package() -> None:
    # Of `peer lifecycle chaincode calculatepackageid` and `install` of Fabric 3.1.5 for these bytes.
    package = build_package("trade_1", "ccaas", {"connection.json": json.dumps(CONNECTION).encode()})
    expected = "trade_1:dda7e77ab8fa3a45d1346426f9edb87692af6b01613e8db15599eee28c38088e"
    assert package_id("trade_1", package) == expected
    parsed = parse_package(package)
    assert (parsed.label, parsed.type, parsed.path, parsed.package_id) == ("trade_1", "ccaas", "", expected)
    assert json.loads(parsed.files()["connection.json"]) == CONNECTION


def test_order_does_not_matter() -> None:
    files = {"src/b.py": b"b", "src/a.py": b"a" * 200_000, "chaincode.json": b"{}"}
    package = build_package("x", "python", files)
    assert package == build_package("x", "python", dict(reversed(files.items())))
    assert parse_package(package).files() == files


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 200_000])
def test_python_reads_the_archive(size: int) -> None:
    data = build_archive({"f": bytes(size)})
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as archive:
        (entry,) = archive.getmembers()
        assert (entry.name, entry.size, entry.mtime, entry.uid, entry.uname) == ("f", size, 0, 0, "")


@pytest.mark.parametrize("label", ["", "-a", "a/b", "a b", "_a", "a\n", "é"])
def test_labels(label: str) -> None:
    with pytest.raises(ValueError, match="invalid label"):
        build_package(label, "python", {})
    metadata = json.dumps({"label": label, "type": "python"}).encode()
    with pytest.raises(MalformedMessage, match="label"):
        parse_package(build_archive({METADATA_FILE: metadata, CODE_FILE: b""}))


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../x", "a\\b"])
def test_paths_that_leave_the_folder(path: str) -> None:
    with pytest.raises(ValueError, match="relative path"):
        build_archive({path: b""})


def archive_of(*entries: tarfile.TarInfo) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for entry in entries:
            archive.addfile(entry)
    return packed.getvalue()


def entry(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = "target"
    return info


def test_archives_that_are_refused() -> None:
    for bad in (
        archive_of(entry("../x")),
        archive_of(entry("/x")),
        archive_of(entry("x", tarfile.SYMTYPE)),
        archive_of(entry("x", tarfile.LNKTYPE)),
        archive_of(entry("x", tarfile.FIFOTYPE)),
        archive_of(entry("x"), entry("x")),
        b"",
        b"\x1f\x8b",
        gzip.compress(b"no tar at all, but long enough" * 100),
        build_archive({"f": b"x" * 1000})[:-20],
    ):
        with pytest.raises(MalformedMessage):
            read_archive(bad)
    assert read_archive(archive_of(entry("folder", tarfile.DIRTYPE), entry("folder/f"))) == {"folder/f": b""}


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chaincode_package, "_UNPACKED_BYTES_MAX", 1 << 20)
    with pytest.raises(MalformedMessage, match="more than a package may hold"):
        read_archive(gzip.compress(bytes(2 << 20)))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({METADATA_FILE: b"{}"}, "did not find a code package"),
        ({CODE_FILE: b""}, "missing metadata.json"),
        ({CODE_FILE: b"", METADATA_FILE: b"["}, "could not unmarshal"),
        ({CODE_FILE: b"", METADATA_FILE: b"[]"}, "could not unmarshal"),
        ({CODE_FILE: b"", METADATA_FILE: b'{"label":"a","type":1}'}, "no text"),
    ],
)
def test_incomplete_packages(files: dict[str, bytes], message: str) -> None:
    with pytest.raises(MalformedMessage, match=message):
        parse_package(build_archive(files))


def test_id_is_of_the_whole_package() -> None:
    package = build_package("a", "python", {"f": b""})
    assert parse_package(package).package_id == f"a:{hashlib.sha256(package).hexdigest()}"
    assert "f" not in repr(parse_package(package).code[:0])
