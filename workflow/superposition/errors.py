"""Exceptions that people are meant to read."""


class InputError(Exception):
    """Something the user gave is wrong: the message names it, its value and what would be right."""


def none_of(where: str, value: object, choices: list[str]) -> InputError:
    """`where: 'value' is none of a, b, c`."""
    return InputError(f"{where}: {value!r} is none of {', '.join(sorted(choices)) or '(nothing)'}")


def shown(name: str) -> str:
    """A name as it is, or, where that would break a line, as Python writes it."""
    return name if name.isprintable() else repr(name)


class Stopped(Exception):
    """A job was told to stop, and has saved what it needs to go on."""
