"""Rules for a whole text of Markdown: languages of fences, levels of headings, emphasis."""

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from hub.lib.scripts import script_of


def show_language(state: StateCore) -> None:
    """Show what stands beside a fence as the first line of its code.

    HTML has no place for it, and it may be words.
    """
    for token in state.tokens:
        if token.type == "fence" and (language := token.info.strip()):
            token.content, token.info = f"{language}\n{token.content}", ""


def lower_headings(state: StateCore) -> None:
    """Put a contribution's own headings below the page's.

    "#" becomes h3, and nothing is deeper than h6.
    """
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"


def mark_scripts(state: StateCore) -> None:
    """Mark emphasis of words in a script without slanted letters.

    Style sheets show it in another way.
    """
    for token in state.tokens:
        opened: list[tuple[Token, list[str]]] = []
        for part in token.children or ():
            if part.type == "em_open":
                opened.append((part, []))
            elif part.type == "em_close" and opened:
                emphasis, words = opened.pop()
                if script := script_of("".join(words)):
                    emphasis.attrSet("class", script)
            for _, words in opened:
                words.append(part.content)
