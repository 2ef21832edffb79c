"""What a visitor is told where a page or a download fails: a sentence. The terminal has the rest.

What failed can hold paths of this machine, and is of use to whoever runs the server alone.
"""

import asyncio

import streamlit as st
from streamlit import runtime
from streamlit.logger import get_logger
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse, DeferredFileResponsePayload
from streamlit.runtime.backend_operation_handler import DeferredFileHandler

from warehouse.errors import BrittlescopeError

PAGE = (
    "This page could not be drawn: an error of Brittlescope itself. The terminal that serves the "
    "app says where; reset the filters, or choose another page."
)
DOWNLOAD = "This file could not be made; the terminal that serves the app says why."

_LOGGER = get_logger(__name__)


def script(_error: Exception) -> bool:
    """Say that the page failed, instead of showing how."""
    st.error(PAGE, icon=":material/error:")
    return True


class Downloads(DeferredFileHandler):
    """Makes the file of a button that was pressed, or says under it why there is none."""

    async def handle(
        self,
        request: BackendOperationRequest,
        session_id: str,
    ) -> BackendOperationResponse:
        """Answer one press."""
        files = runtime.get_instance().media_file_mgr
        try:
            url = await asyncio.to_thread(files.execute_deferred, request.deferred_file.file_id)
        except Exception as error:
            why = error.__cause__
            if isinstance(why, BrittlescopeError):
                text = str(why)
            else:
                text = DOWNLOAD
                _LOGGER.exception("A file to download could not be made.")
            return BackendOperationResponse(request_id=request.request_id, error_msg=text)
        return BackendOperationResponse(
            request_id=request.request_id, deferred_file=DeferredFileResponsePayload(url=url)
        )
