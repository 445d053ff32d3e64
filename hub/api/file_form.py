"""A file that comes in a form, as browsers send it: read as it comes, and no further than it may be long."""

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from hub.api.errors import TooLargeError
from hub.domain.errors import InvalidError


class FileForm:
    """One form (`multipart/form-data`) with one file. Fields beside it are passed over. Raises InvalidError of what is
    none, and TooLargeError as soon as the file has more than `largest` bytes."""

    def __init__(self, content_type: str, largest: int) -> None:
        boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
        if not boundary:
            raise InvalidError("the Content-Type of a form names its boundary", "body")
        self.data = bytearray()
        self.media_type = ""
        self.name = ""
        self._largest = largest
        self._files = 0
        self._is_file = False
        self._is_over = False
        self._header = bytearray()
        self._value = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_part,
                "on_part_data": self._on_data,
                "on_end": self._on_end,
            },
        )

    def feed(self, part: bytes) -> None:
        """The next bytes of the body."""
        try:
            self._parser.write(part)
        except FormParserError as error:
            raise InvalidError(f"this is no form: {error}", "body") from None

    def end(self) -> None:
        """There are no more. Raises InvalidError where that is too early, or no file came."""
        if not self._is_over:
            raise InvalidError("the form did not come to its end", "body")
        if not self._files:
            raise InvalidError("there is no file in the form: send one, with its filename", "body")

    def _on_header_end(self) -> None:
        self._headers[bytes(self._header).lower()] = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _on_part(self) -> None:
        told = parse_options_header(self._headers.get(b"content-disposition", b""))[1]
        self._is_file = b"filename" in told
        if not self._is_file:
            return
        self._files += 1
        if self._files > 1:
            raise InvalidError("there are several files in the form: send each in one of its own", "body")
        self.name = told[b"filename"].decode(errors="replace")[:255]
        self.media_type = self._headers.get(b"content-type", b"").decode("ascii", "replace")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if not self._is_file:
            return
        if len(self.data) + end - start > self._largest:
            raise TooLargeError(f"a file has at most {self._largest:,} bytes here (HUB_ATTACHMENT_BYTES)")
        self.data += data[start:end]

    def _on_end(self) -> None:
        self._is_over = True
