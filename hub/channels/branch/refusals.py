"""Why something can't be done in a branch: in words for programs, and in a code that pages say in the language of who
stands before them."""

from hub.domain.errors import InvalidError, RefusedError


class NotNowError(RefusedError):
    """As the branch stands. `about`: what the words of a page are filled with."""

    def __init__(self, code: str, message: str, **about: str) -> None:
        super().__init__(message)
        self.code = code
        self.about = about


class NotSoError(InvalidError):
    """As it was asked for."""

    def __init__(self, code: str, message: str, field: str = "", **about: str) -> None:
        super().__init__(message, field)
        self.code = code
        self.about = about
