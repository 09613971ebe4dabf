"""Errors as messages for a reader: those of data in words, any other by a short code that stands in the log too."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import traceback
from collections.abc import Callable
from typing import Any

from geo.errors import CahraError
from i18n.translator import LANGUAGES, N_, Translator, translator

LOG = logging.getLogger("cahra")
MOST_CHARACTERS = 400
"""Characters under a button."""


class DownloadError(Exception):
    """Why a file could not be made, in the reader's language."""


def sentence_of(error: Exception, translate: Translator) -> str:
    """The message for an error; call it while the error is handled."""
    if isinstance(error, CahraError):
        return error.sentence(translate)
    code = hashlib.sha256(traceback.format_exc().encode()).hexdigest()[:6].upper()
    # Only where it happened: the message may hold rows of a reader's file.
    where = traceback.extract_tb(error.__traceback__)[-1]
    LOG.error("error %s: %s at %s:%s", code, type(error).__name__, where.filename, where.lineno)
    return translate(
        "Something went wrong on our side (code {code}). Reload the page; if it stays, report the code.", code=code
    )


def telling(make: Callable[[], bytes], translate: Translator) -> Callable[[], bytes]:
    """A file made when its button is pressed, long after the page was drawn: an error is shown under the button."""

    def made() -> bytes:
        try:
            return make()
        except Exception as error:
            raise DownloadError(sentence_of(error, translate)[:MOST_CHARACTERS]) from None

    return made


def install() -> None:
    """Puts our messages in place of Streamlit's one English sentence, which logs the error's text, rows and all."""
    from streamlit.elements import exception
    from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse, DeferredFileResponsePayload
    from streamlit.runtime.backend_operation_handler import DeferredFileHandler

    async def handle(self: Any, request: Any, session_id: str) -> Any:
        try:
            url = await asyncio.to_thread(self._get_media_file_mgr().execute_deferred, request.deferred_file.file_id)
        except Exception as fault:
            message = (
                fault.__cause__ if isinstance(fault.__cause__, DownloadError) else "Reload the page, then try again."
            )
            return BackendOperationResponse(request_id=request.request_id, error_msg=str(message))
        return BackendOperationResponse(
            request_id=request.request_id, deferred_file=DeferredFileResponsePayload(url=url)
        )

    # What breaks before a page knows its reader's language is said in each of them.
    broken = N_("Something went wrong on our side. Reload the page; if it stays, report it.")
    sentences = " · ".join(translator(language)(broken) for language in LANGUAGES)
    exception._GENERIC_UNCAUGHT_EXCEPTION_TEXT = sentences  # type: ignore[misc]
    DeferredFileHandler.handle = handle  # type: ignore[method-assign]
