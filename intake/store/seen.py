"""What somebody may see, as conditions of a query: the rule that `intake.desk.sight` has for one case."""

from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, exists, literal, not_, or_, true

from intake.store.tables import case, outgoing

TOLD_IN = "told in the digest "


class Sight(Protocol):
    """Somebody's sight, as `intake.desk.sight` makes it."""

    @property
    def routes(self) -> frozenset[str]: ...
    @property
    def queues(self) -> frozenset[str]: ...
    @property
    def private_routes(self) -> frozenset[str]: ...
    @property
    def sees_marked(self) -> bool: ...
    @property
    def people(self) -> frozenset[str]: ...
    @property
    def known_routes(self) -> frozenset[str]: ...
    @property
    def sees_gone(self) -> bool: ...


def cases_seen(sight: Sight, columns: Any = case.c) -> ColumnElement[bool]:
    """True of the rows of `cases`, or of an alias by its columns, that they see."""
    shown = [columns.route.not_in(sorted(sight.routes)), columns.queue.not_in(sorted(sight.queues))]
    if not sight.sees_marked:
        shown.append(or_(not_(columns.private), columns.route.in_(sorted(sight.private_routes))))
    return and_(true(), *shown)


def routes_seen(sight: Sight, route: ColumnElement[str]) -> ColumnElement[bool]:
    """True of the routes whose mail they see, whether or not it came to a case."""
    if not sight.sees_gone:
        return route.in_(sorted(sight.known_routes - sight.routes))
    return route.not_in(sorted(sight.routes))


def letters_seen(sight: Sight) -> ColumnElement[bool]:
    """True of the rows of `outgoing`, joined to their `cases`, that they see.

    A letter of no case is hidden by whom it goes to; a customer's digest, by the cases that it tells of.
    """
    told, of = outgoing.alias(), case.alias()
    in_it = (told.c.recipient == outgoing.c.recipient) & (told.c.reason == literal(TOLD_IN) + outgoing.c.message_id)
    unseen = exists().where(in_it, of.c.id == told.c.case_id, not_(cases_seen(sight, of.c))).correlate(outgoing)
    shown = outgoing.c.recipient.not_in(sorted(sight.people)) & or_(outgoing.c.kind != "digest", ~unseen)
    return or_(and_(outgoing.c.case_id.is_not(None), cases_seen(sight)), and_(outgoing.c.case_id.is_(None), shown))
