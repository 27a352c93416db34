"""How a file of members comes in: straight to where it is kept, never more than is allowed.

Django asks this handler for every file of every form. Only the upload page takes files, and only
from those who may import audiences; files of other requests are read past.
"""

from contextlib import suppress
from typing import Any, Final

from django.core.files.uploadhandler import SkipFile, StopUpload, TemporaryFileUploadHandler

from activations.services.uploads import inspecting, storage
from connections.permissions import Permission, may

VIEW = "activations:upload-new"
# Why a file was not taken, in the request's META for the form.
PROBLEM = "zendeskdest.upload_problem"
TOO_LARGE = f"The file is larger than {inspecting.MAX_BYTES // 10**9} GB; split it into several."

# Bytes of a form around its file.
_OTHER_FIELDS: Final = 100_000


class AudienceFile(TemporaryFileUploadHandler):
    """Ends the upload as soon as it cannot succeed; the fields before the file are kept."""

    limit = inspecting.MAX_BYTES
    _taken = 0
    _announced = 0

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        self._announced = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if not self._is_wanted():
            raise SkipFile
        if self._announced > self.limit + _OTHER_FIELDS:
            self._refuse(TOO_LARGE)
        try:
            storage.folder()
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._refuse(storage.words(error=error))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._taken += len(raw_data)
        if self._taken > self.limit:
            self._refuse(TOO_LARGE)
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._refuse(storage.words(error=error))

    def file_complete(self, file_size: int) -> Any:
        try:
            # The last bytes may still be in memory.
            self.file.flush()
            return super().file_complete(file_size)
        except OSError as error:
            self._refuse(storage.words(error=error))

    def _is_wanted(self) -> bool:
        request = self.request
        assert request is not None
        match = request.resolver_match
        is_here = match is not None and match.view_name == VIEW
        return is_here and may(user=request.user, permission=Permission.IMPORT_AUDIENCES)

    def _refuse(self, problem: str) -> None:
        assert self.request is not None
        self.request.META[PROBLEM] = problem
        if hasattr(self, "file"):
            with suppress(OSError):
                # What is still in memory does not fit on a full disk either.
                self.file.close()
        raise StopUpload(connection_reset=False)
