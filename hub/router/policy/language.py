"""Language tags such as fa, en-GB: when two of them mean the same."""


def normal_tag(language: str) -> str:
    """A language tag as tags are compared: en_GB is en-gb."""
    return language.strip().lower().replace("_", "-")


def primary_tag(language: str) -> str:
    """The first part of a language tag, in lower case: en of en-GB."""
    return normal_tag(language).partition("-")[0]


def matches_tag(asked: str, language: str) -> bool:
    """Whether a language (both as compared) is the one asked for: by its whole tag, or by the first part of it."""
    return asked in (language, language.partition("-")[0])
