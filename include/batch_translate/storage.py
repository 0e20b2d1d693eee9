"""Files at fsspec URLs: read whole into a local file with their sha256, written whole or not at all.

A reader never sees half a file: local files are written beside their place and renamed, object stores make an
upload visible when it is complete.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

from batch_translate.errors import ChangedInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 20


def join(root: str, *names: str) -> str:
    """The URL of something below `root`."""
    return "/".join([root.rstrip("/"), *(name.strip("/") for name in names)])


def resolve(root: str, name: str) -> str:
    """What a setting names: a URL or an absolute path as it is, anything else below `root`."""
    return name if "://" in name or name.startswith("/") else join(root, name)


def local_path(url: str) -> Path | None:
    """The path behind a URL on this machine's disk, None for anything else."""
    files, path = fsspec.core.url_to_fs(url)
    return Path(path) if isinstance(files, LocalFileSystem) else None


def exists(url: str) -> bool:
    """Whether there is a file or folder."""
    files, path = fsspec.core.url_to_fs(url)
    return bool(files.exists(path))


def list_files(root: str) -> tuple[list[str], list[str]]:
    """(files, refused) below `root`, as paths relative to it with `/`, sorted.

    Refused are links to folders, links that lead out of the folder, what is no file, and names that no URL can
    hold: not UTF-8 (shown escaped) or with `::`, which fsspec reads as two URLs. Names that begin with a dot are
    passed over, as are translate.toml files.
    """
    files, base = fsspec.core.url_to_fs(root)
    found, refused = [], []
    prefix = base.rstrip("/") + "/"
    real_base = Path(base).resolve() if isinstance(files, LocalFileSystem) else None
    for path in files.find(base):
        name = str(path).removeprefix(prefix)
        shown = name.encode("utf-8", "backslashreplace").decode()
        parts = name.split("/")
        if any(part.startswith(".") for part in parts) or parts[-1] == "translate.toml":
            continue
        nameable = shown == name and "::" not in name
        if nameable and (real_base is None or _is_file_below(real_base, Path(path))):
            found.append(name)
        else:
            refused.append(shown)
    return sorted(found), sorted(refused)


def _is_file_below(folder: Path, path: Path) -> bool:
    return path.is_file() and path.resolve().is_relative_to(folder)


@contextmanager
def local_copy(url: str, *, sha256: str | None = None) -> Iterator[tuple[BinaryIO, str]]:
    """A private local copy of a file, as (file at its start, sha256 in hex).

    What is hashed is what is read: a file that changes meanwhile cannot slip between the two. With `sha256`
    given, raises ChangedInputError when the content is another one.
    """
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as copy:
        with fsspec.open(url, "rb") as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                copy.write(chunk)
        if sha256 is not None and digest.hexdigest() != sha256:
            raise ChangedInputError(
                f"{url} has changed since it was read: its translation would stand beside another source. "
                "Clear read_documents with everything downstream; what was already translated is not paid again."
            )
        copy.seek(0)
        yield cast("BinaryIO", copy), digest.hexdigest()


@contextmanager
def written_whole(url: str) -> Iterator[IO[bytes]]:
    """A local file to write; on leaving without an exception it stands at `url`, before that nothing does."""
    path = local_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        dir=path.parent if path else None, prefix=".", suffix=".part", delete=False
    ) as part:
        try:
            yield part
            part.flush()
            os.fsync(part.fileno())
            part.close()
            if path is not None:
                Path(part.name).chmod(0o666 & ~_umask())
                Path(part.name).replace(path)
            else:
                files, remote = fsspec.core.url_to_fs(url)
                files.put_file(part.name, remote)
        finally:
            Path(part.name).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def read_json(url: str) -> Any:
    """The JSON value at `url`."""
    with fsspec.open(url, "rb") as file:
        return json.load(file)


def write_json(url: str, value: object) -> None:
    """Write a JSON value for people and programs: UTF-8, indented, final newline."""
    with written_whole(url) as file:
        file.write(json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n")


def copy_into(url: str, source: BinaryIO) -> None:
    """Write all of `source`, from its current position, to `url`."""
    with written_whole(url) as file:
        shutil.copyfileobj(source, file, _CHUNK)


def remove(url: str) -> None:
    """Remove a file if it is there."""
    files, path = fsspec.core.url_to_fs(url)
    if files.exists(path):
        files.rm_file(path)


@contextmanager
def opened(url: str) -> Iterator[BinaryIO]:
    """A file to read at random, without a copy where the storage can do that."""
    with fsspec.open(url, "rb") as file:
        yield cast("BinaryIO", file)
