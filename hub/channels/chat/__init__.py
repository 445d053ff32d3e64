"""Web chat: a widget in the operator's pages, and a WebSocket behind it."""
