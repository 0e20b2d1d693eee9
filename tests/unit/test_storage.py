from __future__ import annotations

import hashlib
import io
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import fsspec
import pytest

from batch_translate import storage
from batch_translate.errors import ChangedInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ["a.md", "two words.csv", "日本語/お知らせ 4月.md", "100%.txt", "a#b?c.txt", "[x]*.md", "q&a/~b.txt"]


@pytest.fixture(params=["local path", "file", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty place to keep files in, as a URL."""
    if request.param == "memory":
        url = f"memory://{secrets.token_hex(6)}"
        yield url
        memory = fsspec.filesystem("memory")
        if memory.exists(url):
            memory.rm(url, recursive=True)
    else:
        yield f"file://{tmp_path}" if request.param == "file" else str(tmp_path)


def write(url: str, content: bytes) -> None:
    with storage.written_whole(url) as file:
        file.write(content)


def read(url: str) -> bytes:
    with storage.local_copy(url) as (file, _):
        return file.read()


def test_files_of_every_name_are_written_listed_read_and_removed(root: str) -> None:
    for name in NAMES:
        write(storage.join(root, name), name.encode())
    assert storage.list_files(root) == (sorted(NAMES), [])
    for name in NAMES:
        url = storage.join(root, name)
        assert storage.exists(url)
        assert read(url) == name.encode()
        with storage.opened(url) as file:
            file.seek(1)
            assert file.read() == name.encode()[1:]
        storage.remove(url)
        assert not storage.exists(url)
    storage.remove(storage.join(root, "never there"))


def test_json_comes_back_and_reads_well(root: str) -> None:
    url = storage.join(root, "day", "report.json")
    storage.write_json(url, {"名前": ["ä", 1, None]})
    assert storage.read_json(url) == {"名前": ["ä", 1, None]}
    assert read(url) == '{\n "名前": [\n  "ä",\n  1,\n  null\n ]\n}\n'.encode()


def test_a_copy_carries_its_sha256_and_refuses_another_content(root: str) -> None:
    url = storage.join(root, "a.txt")
    write(url, b"before")
    sha256 = hashlib.sha256(b"before").hexdigest()
    with storage.local_copy(url, sha256=sha256) as (file, found):
        assert (file.read(), found) == (b"before", sha256)
    write(url, b"after")
    with (
        pytest.raises(ChangedInputError, match=r"a\.txt has changed.*Clear read_documents"),
        storage.local_copy(url, sha256=sha256),
    ):
        pass


def test_copy_into_begins_where_the_source_stands(root: str) -> None:
    source = io.BytesIO(b"head body")
    source.seek(5)
    storage.copy_into(storage.join(root, "new folder", "a.txt"), source)
    assert read(storage.join(root, "new folder", "a.txt")) == b"body"


@pytest.mark.parametrize("before", [None, b"before"])
def test_an_exception_while_writing_leaves_what_was_there(root: str, before: bytes | None) -> None:
    url = storage.join(root, "a.txt")
    if before is not None:
        write(url, before)

    def break_off() -> None:
        with storage.written_whole(url) as file:
            file.write(b"half a f")
            file.flush()
            assert (read(url) if storage.exists(url) else None) == before
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert (read(url) if storage.exists(url) else None) == before
    assert storage.list_files(root)[0] == (["a.txt"] if before else [])


def test_nothing_but_the_file_is_left_beside_it(tmp_path: Path) -> None:
    write(str(tmp_path / "a.txt"), b"x")
    with pytest.raises(IsADirectoryError):
        write(str(tmp_path), b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert not [path for path in tmp_path.parent.iterdir() if path.suffix == ".part"]


def test_a_written_file_has_the_rights_that_the_umask_gives(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(str(tmp_path / "a.txt"), b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("root", "names", "url"),
    [
        ("/data", ("day", "a.md"), "/data/day/a.md"),
        ("/data/", ("/day/", "a b.md"), "/data/day/a b.md"),
        ("/", ("a",), "/a"),
        ("s3://bucket", ("day",), "s3://bucket/day"),
        ("memory://x/", (), "memory://x"),
    ],
)
def test_join(root: str, names: tuple[str, ...], url: str) -> None:
    assert storage.join(root, *names) == url


def test_local_path_is_known_only_for_this_machines_disk(tmp_path: Path) -> None:
    assert storage.local_path(str(tmp_path)) == storage.local_path(f"file://{tmp_path}") == tmp_path
    assert storage.local_path("memory://x") is None


def test_dotted_names_and_settings_are_passed_over(root: str) -> None:
    for name in (
        ".hidden",
        ".git/a.md",
        "sub/.cache/a.md",
        "sub/.a.md",
        "translate.toml",
        "sub/translate.toml",
        "a.md",
    ):
        write(storage.join(root, name), b"x")
    assert storage.list_files(root) == (["a.md"], [])


def test_links_are_followed_only_to_files_of_the_same_folder(tmp_path: Path) -> None:
    day, outside = tmp_path / "2024-04-17", tmp_path / "2024-04-17 secret"
    (day / "sub" / "deep").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (day / "a.txt").write_text("a")
    links = {
        "inside.txt": day / "a.txt",
        "secret.txt": outside / "secret.txt",
        "sub/secret.txt": Path("../../2024-04-17 secret/secret.txt"),
        "sub/deep/twice.txt": day / "sub" / "secret.txt",
        "folder": outside,
        "sub/deep/folder": outside,
        "own folder": day / "sub",
        "sub/loop": day,
        "broken.txt": day / "nothing.txt",
        "itself.txt": day / "itself.txt",
    }
    for name, target in links.items():
        (day / name).symlink_to(target)
    found, refused = storage.list_files(str(day))
    assert found == ["a.txt", "inside.txt"]
    assert refused == sorted(links.keys() - {"inside.txt"})


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("a")
    (tmp_path / "day").symlink_to(tmp_path / "real")
    assert storage.list_files(str(tmp_path / "day")) == (["a.txt"], [])


def test_what_is_no_file_or_has_a_name_that_no_url_can_hold_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")  # to open it would be to wait for ever
    (tmp_path / "a::b.txt").write_text("x")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + "日本.txt".encode("shift_jis"))).write_text("x")
    assert storage.list_files(str(tmp_path)) == ([], ["\\udc93\\udcfa\\udc96{.txt", "a::b.txt", "pipe.txt"])
