"""A digest for Slack: a message of at most twelve lines, and its details in the thread below it.

Nothing from outside stands where Slack would read it as a mention, a link or layout.
"""

from align_sync.digests.model import Digest, DigestState
from align_sync.digests.render.message import Message
from align_sync.digests.render.pasting import SHOW_ALL, show_all
from align_sync.digests.render.slack_blocks import Context, Header, Lines, Part, Sheet
from align_sync.digests.render.slack_main import is_at_length, write_main
from align_sync.digests.render.slack_replies import write_replies
from align_sync.digests.render.slack_text import code, escape, say, size_of, write_fallback
from align_sync.digests.words import Words, words_of

LONGEST_TEXT = 1_500


def render_slack(digest: Digest, language: str) -> tuple[Message, ...]:
    """The message, then its replies; nothing for a digest that stays unsaid."""
    if digest.state is DigestState.QUIET:
        return ()
    words = words_of(language)
    replies = tuple(write_replies(digest, words)) if is_at_length(digest) else ()
    return tuple(
        Message(payload=_payload(parts, digest, words, number), is_reply=number > 0)
        for number, parts in enumerate((tuple(write_main(digest, words)), *replies))
    )


def add_details(message: Message, digest: Digest, language: str) -> Message:
    """With the command for what would stand in the thread, where there is none."""
    words = words_of(language)
    command = code(show_all(digest)) or code(SHOW_ALL)
    line = (*say(f"{words.text('Details:')} "), *command)
    (block,) = Sheet(words=words, mark=_mark(digest, "details")).plain((Context(line),))
    lists = {name: [*told, block] for name, told in message.payload.items() if isinstance(told, list)}
    return Message({**message.payload, **lists})


def _payload(parts: tuple[Part, ...], digest: Digest, words: Words, number: int) -> dict[str, object]:
    """Block ids name the digest and the message, since Slack wants new ones where a message is replaced."""
    sheet = Sheet(words=words, mark=_mark(digest, str(number)))
    return {"text": _fallback(parts), "blocks": sheet.native(parts), "plain_blocks": sheet.plain(parts)}


def _mark(digest: Digest, part: str) -> str:
    return f"{digest.week}-{digest.made_at:%Y%m%dT%H%M%S%f}-{part}"


def _fallback(parts: tuple[Part, ...]) -> str:
    """What a notification and a screen reader say: whole lines, as many as are heard out."""
    texts: list[str] = []
    for part in parts:
        match part:
            case Header(line):
                texts.append(write_fallback(line))
            case Lines(lines):
                texts += map(write_fallback, lines)
    while len(texts) > 1 and size_of("\n".join(texts)) > LONGEST_TEXT:
        texts.pop()
    return "\n".join(texts)


def say_overtaken(language: str) -> Message:
    """What a reply becomes whose place the digest that replaces it does not need."""
    text = words_of(language).text("this part was overtaken by a newer digest")
    block: dict[str, object] = {"type": "context", "elements": [{"type": "plain_text", "text": text}]}
    return Message(payload={"text": escape(text), "blocks": [block], "plain_blocks": [block]}, is_reply=True)
