from __future__ import annotations

from conformance.suite import read, write


def test_paragraph_is_a_segment_and_its_margins_stay() -> None:
    content = "　吾輩《わがはい》は猫。\r\n名前はない。 \r\n\r\n \r\n次。".encode()
    segments, _ = read("a.txt", content)
    assert [(segment.place, segment.text) for segment in segments] == [
        ("paragraph 1", "<1>吾輩</1>は猫。\r\n名前はない。"),
        ("paragraph 2", "次。"),
    ]
    assert (
        write("a.txt", content, lambda segment: "<1>a</1>\nb" if "<" in segment.text else "a\nb").decode()
        == "　a《わがはい》\r\nb \r\n\r\n \r\na\nb"
    )
