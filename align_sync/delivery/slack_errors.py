"""What Slack's words for a refusal mean for the message, for the channel, and for certainty.

The words are those of https://docs.slack.dev/reference/methods/chat.postMessage and of
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
"""

import re

from align_sync.sending.outcome import Refused, Unclear


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


UNFIT_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
"""Nothing was posted, and simpler blocks may do."""

_ADVICE = {
    "missing_scope": "add the scopes to the app and install it again",
    "not_in_channel": "invite the app to the channel: /invite @align-sync",
    "channel_not_found": "name the channel by its id in `to`; a private one must have invited the app",
    "is_archived": "name another channel in `to`",
}

_CLOSING = _words(
    """
    invalid_auth not_authed account_inactive token_revoked token_expired not_allowed_token_type missing_scope
    no_permission access_denied accesslimited ekm_access_denied enterprise_is_restricted team_access_not_granted
    two_factor_setup_required channel_not_found is_archived channel_is_archived not_in_channel is_inactive
    restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel
    posting_to_general_channel_denied messages_tab_disabled channel_type_not_supported method_deprecated
    deprecated_endpoint unknown_method as_user_not_supported metadata_must_be_sent_from_app team_not_found
    no_service no_service_id no_team team_disabled invalid_token action_prohibited user_not_found
    """
)
"""Holds for every message: a token or a channel that is gone or closed, until a person has acted."""

_HOPELESS = UNFIT_BLOCKS | _words(
    """
    msg_too_long no_text markdown_text_conflict metadata_too_large invalid_metadata_format invalid_metadata_schema
    too_many_attachments invalid_attachments attachment_payload_limit_exceeded slack_connect_blocked_file_type
    invalid_arguments invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_post_type
    missing_post_type invalid_json json_not_object invalid_payload missing_text_or_fallback_or_attachments
    thread_not_found invalid_thread_ts cannot_reply_to_message restricted_action_non_threadable_channel
    restricted_action_thread_locked message_not_found cant_update_message cant_delete_message edit_window_closed
    cant_broadcast_message compliance_exports_prevent_deletion
    """
)
"""Holds for this message alone, however often it is sent."""

_PASSING = _words(
    """
    ratelimited rate_limited message_limit_exceeded service_unavailable org_login_required team_added_to_org
    """
)
"""`org_login_required` and `team_added_to_org` last as long as a workspace is moved."""

_WORD = re.compile(r"[a-z][a-z0-9_]{1,79}")


def read_word(value: object) -> str:
    """The word for what went wrong; "" where it is none, since anything else is not repeated."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def judge_word(word: str, *, more: str = "") -> Refused | Unclear:
    """What an `ok: false` means.

    Of `internal_error` and `fatal_error` Slack says that some of it may have happened, and of words that are not known
    nobody can say: those are unclear, so that it is looked up before the message is sent again.
    """
    reason = f"slack says {word or 'no'}{f' ({more})' if more else ''}"
    if advice := _ADVICE.get(word):
        reason = f"{reason}; {advice}"
    if word in _CLOSING:
        return Refused(reason=reason, is_permanent=True, closes_channel=True)
    if word in _HOPELESS:
        return Refused(reason=reason, is_permanent=True)
    return Refused(reason=reason) if word in _PASSING else Unclear(reason)
