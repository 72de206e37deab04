"""Characters in a value that a person would not see, or would take for others."""

from services.tokens.anatomy import hex_around
from services.visible import is_unseen

_EXAMINED = 4_096  # characters of a value


def odd_text(text: str) -> str:
    """What is odd about a value, as a clause with the bytes in hex; empty where nothing is."""
    head = text[:_EXAMINED]
    if head.isascii() and head.isprintable() and head == head.strip(" "):
        return ""
    for position, character in enumerate(head):
        if is_unseen(character) or (character.isspace() and character != " "):
            before = head[:position].encode("utf-8", "surrogatepass")
            odd = character.encode("utf-8", "surrogatepass")
            data = text[: position + 8].encode("utf-8", "surrogatepass")
            where = hex_around(data, len(before), len(before) + len(odd))
            return f"has U+{ord(character):04X} at position {position}: {where}"
    if head and (head[0] == " " or (head == text and head[-1] == " ")):
        return f"{'begins' if head[0] == ' ' else 'ends'} with a blank"
    return ""
