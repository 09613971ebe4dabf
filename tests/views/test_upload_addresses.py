"""What a browser is to send a file to is not thrown away with the page that was being drawn."""

from __future__ import annotations

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from views import upload_addresses


def address(request: str) -> ForwardMsg:
    message = ForwardMsg()
    message.file_urls_response.response_id = request
    return message


def drawn() -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path[:] = [0, 0]
    message.delta.new_element.text.body = "half a page"
    return message


def kinds(queue: ForwardMsgQueue) -> list[str]:
    return [message.WhichOneof("type") for message in queue._queue]


def test_a_page_that_starts_anew_leaves_the_answers_to_the_browser():
    upload_addresses.keep()
    upload_addresses.keep()
    for fragments in (None, ["one"]):
        queue = ForwardMsgQueue()
        for message in (drawn(), address("a"), address("b")):
            queue.enqueue(message)
        queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragments)
        assert kinds(queue).count("file_urls_response") == 2
        queue.enqueue(drawn())
        assert [m.file_urls_response.response_id for m in queue.flush() if m.HasField("file_urls_response")] == [
            "a",
            "b",
        ]
        assert kinds(queue) == []
    queue = ForwardMsgQueue()
    queue.enqueue(address("a"))
    queue.clear()
    assert kinds(queue) == []
