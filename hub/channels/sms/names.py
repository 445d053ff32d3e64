"""Names conversations and messages, so that no name tells whose they are; and seals what is kept of them."""

import re
from datetime import datetime

from hub.channels.keyed_names import KeyedNames
from hub.channels.sms.settings import LINE

_THREAD = re.compile(rf"sms-(?P<line>{LINE})-[0-9a-f]{{32}}")


class Names(KeyedNames):
    """Of conversations and contacts by text message."""

    def thread(self, line: str, number: str) -> str:
        """One for each customer number on each line."""
        return f"sms-{line}-{self.who(line, number)}"

    def who(self, line: str, number: str) -> str:
        """Somebody on a line."""
        return self.digest("who", line, number)

    def contact_id(self, content: str, at: datetime) -> str:
        """Of what came first at this moment."""
        return f"sms-{self.digest('contact', content, at.isoformat())}"


def line_of(thread: str) -> str:
    """The line that a conversation is on; empty: it began elsewhere."""
    found = _THREAD.fullmatch(thread)
    return found["line"] if found else ""
