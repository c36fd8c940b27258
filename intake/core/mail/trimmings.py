"""Attachments by which nobody says anything: a signature's pictures, business cards, what programs add."""

import re

from intake.core.mail.message import Attachment

# the signature of the mail itself, keys, and the wrapping whose files are listed beside it
TECHNICAL = frozenset(
    {
        "application/pgp-signature",
        "application/pgp-keys",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pkcs7-mime",
        "application/x-pkcs7-mime",
        "application/ms-tnef",
        "application/vnd.ms-tnef",
    }
)
_CARDS = frozenset({"text/vcard", "text/x-vcard", "text/directory"})
# Exchange adds a text of its own behind an attachment, Outlook names the pictures of a signature so
_ADDED = re.compile(r"ATT\d{3,6}\.(?:txt|html?|c|dat)|.+\.(?:vcf|p7s)|winmail\.dat", re.IGNORECASE)
_PICTURES = re.compile(
    r"(?:image\d{3}|outlook-\w+|.*(?:logo|banner|signature|signatur|facebook|twitter|linkedin|xing|instagram|youtube).*)"
    r"\.\w{3,4}",
    re.IGNORECASE,
)
_SMALL = 10_000


def is_trimming(attachment: Attachment) -> bool:
    """Whether an attachment adds nothing to the words of a mail: a mail of thanks stays one with it."""
    if attachment.content_type in TECHNICAL | _CARDS or _ADDED.fullmatch(attachment.filename):
        return True
    if not attachment.content_type.startswith("image/"):
        return False
    return bool(attachment.content_id or attachment.size <= _SMALL or _PICTURES.fullmatch(attachment.filename))
