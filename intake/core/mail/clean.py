"""HTML of a stranger, as far as it is harmless: for a page that shows it."""

import nh3

from intake.core.mail.html import fits

KEPT = (
    "a abbr b blockquote br caption code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins li ol p pre q s small "
    "span strike strong sub sup table tbody td tfoot th thead tr tt u ul"
)
TAGS = frozenset(KEPT.split())
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "ol": {"start"},
}
SCHEMES = {"http", "https", "mailto", "tel"}


def clean(html: str, *, images: bool) -> str | None:
    """The HTML with tags and attributes from a list alone: no script, style, form or frame, and web or mail links only.

    Without `images` no picture is left. None for what nests too deep or has too many tags: cleaning takes time by the
    square of the depth. Tags that never end can still take long, so it runs where it can be killed.
    """
    if not fits(html):
        return None
    tags = set(TAGS if images else TAGS - {"img"})
    attributes = {tag: names for tag, names in ATTRIBUTES.items() if tag in tags}
    return nh3.clean(
        html,
        tags=tags,
        attributes=attributes,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
