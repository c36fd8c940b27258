"""The tables. The spool's are written by the receiver alone; all others belong to the desk.

On SQLite the spool is a file of its own, so that accepting never waits for deciding; a reader attaches it
under the name `spool`. On PostgreSQL `spool` is a schema.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from intake.store.types import Instant, Key, String

spool = MetaData(schema="spool")
desk = MetaData()

mail = Table(
    "mail",
    spool,
    Column("id", Key, primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("source", String(16), nullable=False),
    Column("origin", String(400), unique=True, comment="an IMAP mail's mailbox, UIDVALIDITY and UID"),
    Column("envelope_from", Text, comment="empty for a null return path, NULL where the channel names none"),
    Column("login", Text, comment="who signed in by SMTP AUTH"),
    Column("peer", Text),
    Column("answerable", Boolean, nullable=False, comment="false: old mail from a file, read without answering"),
    Column("backlog", Boolean, nullable=False),
    Column("oversize", Key, comment="bytes of a mail that stayed in its mailbox; raw holds its headers"),
    Column("raw", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

mail_route = Table(
    "mail_route",
    spool,
    Column("mail_id", Key, ForeignKey("spool.mail.id"), primary_key=True),
    Column("route", String(320), primary_key=True),
    Column("recipient", String(320), nullable=False, comment="the address as it was written, with its token"),
    sqlite_with_rowid=False,
)

mailbox = Table(
    "mailbox",
    spool,
    Column("name", String(200), primary_key=True),
    Column("uidvalidity", Key, nullable=False),
    Column("seen_uid", Key, nullable=False, comment="every UID up to this one is kept"),
    Column("looked_at", Instant),
)

customer = Table(
    "customer",
    desk,
    Column("id", Key, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("policy", String(100), nullable=False),
    Column("plan", String(100)),
    Column("since", Date),
    Column("zone", String(64)),
    Column("country", String(2)),
    Column("region", String(64)),
    Column("language", String(8)),
    Column("engineer", String(320)),
    Column("account_manager", String(320)),
    Column("support_keys", JSON, nullable=False),
    Column("targets", JSON, nullable=False),
    Column("hours", JSON, nullable=False, server_default="{}", comment="the contract's calendars, by severity"),
)

customer_address = Table(
    "customer_address",
    desk,
    Column("kind", String(8), primary_key=True, comment="domain or contact"),
    Column("value", String(320), primary_key=True),
    Column("customer_id", Key, ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True),
    Index("customer_address_customer", "customer_id"),
    sqlite_with_rowid=False,
)

agent = Table(
    "agent",
    desk,
    Column("address", String(320), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("zone", String(64)),
    Column("role", String(16), comment="what they may do in the console; NULL for nothing"),
    Column("password", Text, comment="argon2; NULL where none was chosen"),
)

session = Table(
    "session",
    desk,
    Column("id", String(64), primary_key=True, comment="hash of the secret that the browser keeps"),
    Column("address", String(320), ForeignKey("agent.address", ondelete="CASCADE"), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("client", Text, nullable=False, comment="how the browser names itself"),
    Index("session_address", "address"),
)

welcome = Table(
    "welcome",
    desk,
    Column("id", String(64), primary_key=True, comment="hash of the secret in a one-time link"),
    Column("address", String(320), comment="whose password it sets; NULL for the first admin"),
    Column("role", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
)

token = Table(
    "token",
    desk,
    Column("id", Key, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True, comment="hash of the secret, which is shown once"),
    Column("name", String(100), nullable=False, comment="what it is for"),
    Column("address", String(320), ForeignKey("agent.address", ondelete="CASCADE"), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("made_by", String(320), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, comment="NULL for never"),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    Column("revoked_by", String(320)),
)

idempotency = Table(
    "idempotency",
    desk,
    Column("token_id", Key, ForeignKey("token.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("asked", String(64), nullable=False, comment="hash of the request"),
    Column("status", Integer, comment="of the answer; NULL until there is one"),
    Column("answer", JSON(none_as_null=True), comment="headers and body"),
    Column("at", Instant, nullable=False),
    Index("idempotency_at", "at"),
    sqlite_with_rowid=False,
)

attempt = Table(
    "attempt",
    desk,
    Column("id", Key, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("key", String(320), nullable=False),
    Column("at", Instant, nullable=False),
    Index("attempt_key", "kind", "key", "at"),
)

draft = Table(
    "draft",
    desk,
    Column("case_id", Key, ForeignKey("cases.id"), primary_key=True),
    Column("address", String(320), primary_key=True, comment="who writes it"),
    Column("kind", String(8), nullable=False, comment="note, reply or ask"),
    Column("text", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

version = Table(
    "version",
    desk,
    Column("kind", String(16), primary_key=True, comment="policy or template"),
    Column("name", String(200), primary_key=True),
    Column("hash", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    Column("served_at", Instant, nullable=False, comment="when it last began to serve"),
)

published = Table(
    "published",
    desk,
    Column("id", Key, primary_key=True),
    Column("language", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("text", Text, comment="a template that serves over its file; NULL: the file serves again"),
    Column("author", String(320), nullable=False),
    Column("published_at", Instant, nullable=False),
    Index("published_place", "language", "name"),
)

# what the work list's queries ask for, so that they look into the index alone
LISTED = (
    *("policy", "ranked_by", "rank", "id", "severity", "due_at", "opened_at", "state", "queue", "route", "private"),
    *("unsorted", "assignee", "customer_id"),
)
RANKED = Column("ranked_by", String).is_not(None)
# as an older version of the program leaves cases that does not know of ranks; SQLite compares an index's condition by
# its words
MISPLACED = text("(ranked_by IS NULL) = (state IN ('new', 'open', 'waiting'))")

case = Table(
    "cases",
    desk,
    Column("id", Key, primary_key=True),
    Column("reference", String(32), nullable=False, unique=True),
    Column("version", Integer, nullable=False, comment="counts changes; a save that finds another number is stale"),
    Column("policy", String(100), nullable=False),
    Column("policy_version", String(64), nullable=False),
    Column("plan", String(100)),
    Column("route", String(320), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("customer_id", Key, ForeignKey("customer.id")),
    Column("contact_name", Text, nullable=False),
    Column("contact_address", String(320), nullable=False),
    Column("answer_to", String(320), comment="where automatic letters may go; NULL for nowhere"),
    Column("subject", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("wished_severity", Integer),
    Column("because", JSON, nullable=False),
    Column("marks", JSON, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("waived", JSON, nullable=False),
    Column("linked", JSON, nullable=False, comment="references of linked cases"),
    Column("assignee", String(320)),
    Column("opened_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("answered", JSON, nullable=False, comment="kinds of automatic answers that went out, each once"),
    Column("channel", String(16), nullable=False, server_default="email"),
    Column("region", String(64)),
    Column("country", String(2)),
    Column("tags", JSON, nullable=False, server_default="[]", comment="what the policy's rules found besides marks"),
    Column("held", JSON(none_as_null=True), comment="clause and reason for which nobody raises the severity"),
    Column("worst", Integer, nullable=False, server_default="0", comment="the gravest severity it ever had"),
    Column(
        "escalation", JSON(none_as_null=True), comment="level, since when, owner, asked for by the customer, by hand"
    ),
    Column("tasks", JSON, nullable=False, server_default="[]", comment="follow-ups that somebody owes the customer"),
    Column(
        "their_numbers", JSON, nullable=False, server_default="[]", comment="ticket numbers of the other side's own"
    ),
    Column("merged_into", String(32), comment="the case that this one became a part of"),
    Column("private", Boolean, nullable=False, server_default="0", comment="marked `security`; see intake.desk.sight"),
    # what the work list goes by; NULL for cases that are over
    Column("rank", LargeBinary, comment="compares the open cases of a policy; see intake.core.case.work_list"),
    Column("ranked_by", String(64), comment="the version of the policy that the rank is by; empty for none"),
    Column("due_at", Instant, comment="when the first running promise is due"),
    Column("unsorted", Boolean, nullable=False, server_default="0", comment="marked `triage` or `unverified`"),
    Index("cases_customer", "customer_id", "opened_at"),
    Index("cases_state", "state", "id", "version"),
    # whole answers for reports and for a policy's versions: the rows themselves are long
    Index("cases_opened", "opened_at", "policy", "plan", "severity", "route", "queue", "private", "state"),
    Index("cases_policy", "policy", "policy_version", "state", "route", "queue", "private"),
    Index("cases_listed", *LISTED, sqlite_where=RANKED, postgresql_where=RANKED),
    Index("cases_misplaced", "id", sqlite_where=MISPLACED, postgresql_where=MISPLACED),
)

participant = Table(
    "participant",
    desk,
    Column("case_id", Key, ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True, comment="names the participant in reply tokens"),
    Column("address", String(320), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    sqlite_with_rowid=False,
)

their_number = Table(
    "their_number",
    desk,
    Column("key", String(100), primary_key=True, comment="a ticket number of the other side's own, as it compares"),
    Column("case_id", Key, ForeignKey("cases.id"), primary_key=True),
    Index("their_number_case", "case_id"),
    sqlite_with_rowid=False,
)

clock = Table(
    "clock",
    desk,
    Column("case_id", Key, ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("severity", Integer),
    Column("calendar", String(100)),
    Column("target", String(100), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("aim_at", Instant),
    Column("due_at", Instant),
    Column("state", String(16), nullable=False),
    Column("ended_at", Instant),
    Column("missed_at", Instant),
    Column("missed_calendar", String(100)),
    Column("missed_while", String(16), comment="how the case stood when the miss was noted"),
    Column("pauses", JSON, nullable=False, server_default="[]", comment="from, to and why it stood still"),
    Column("because", JSON, nullable=False),
    Column("steps", JSON, nullable=False, comment="what is still to be done about it, in order"),
    Column("next_at", Instant, comment="the first of the steps"),
    # whole answers for reports: the rows themselves are long
    Index("clock_kept", "case_id", "kind", "number", "state", "started_at", "due_at", "ended_at", "missed_at"),
    Index("clock_next", "next_at", sqlite_where=Column("next_at", Instant).is_not(None)),
    Index("clock_missed", "missed_at", sqlite_where=Column("missed_at", Instant).is_not(None)),
    sqlite_with_rowid=False,
)

outcome = Table(
    "outcome",
    desk,
    Column("mail_id", Key, primary_key=True, autoincrement=False),
    Column("route", String(320), primary_key=True),
    Column("outcome", String(16), nullable=False),
    Column("case_id", Key, ForeignKey("cases.id")),
    Column("because", Text, nullable=False),
    Column("content_hash", String(64)),
    Column("decided_at", Instant, nullable=False),
    Index("outcome_case", "case_id"),
    Index("outcome_kind", "outcome"),
    sqlite_with_rowid=False,
)

original = Table(
    "original",
    desk,
    Column("route", String(320), primary_key=True),
    Column("content_hash", String(64), primary_key=True),
    Column("mail_id", Key, nullable=False),
    sqlite_with_rowid=False,
)

message = Table(
    "message",
    desk,
    Column("id", Key, primary_key=True),
    Column("case_id", Key, ForeignKey("cases.id"), nullable=False),
    Column("mail_id", Key, comment="the kept mail it came by; NULL for what we wrote"),
    Column("direction", String(8), nullable=False, comment="in, out, or note"),
    Column("author_name", Text, nullable=False),
    Column("author_address", String(320), nullable=False),
    Column("role", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("message_id", String(998)),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("new_text", Text, nullable=False),
    Column("attachments", JSON, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("unverified", Boolean, nullable=False, server_default="0", comment="nobody vouched for its sender"),
    Index("message_case", "case_id"),
    Index("message_message_id", "message_id"),
)

history = Table(
    "history",
    desk,
    Column("id", Key, primary_key=True),
    Column("case_id", Key, ForeignKey("cases.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(320), nullable=False),
    Column("event", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("because", JSON, nullable=False),
    Index("history_case", "case_id"),
)

UNTOLD_COPIES = text("refused_copies IS NOT NULL")
outgoing = Table(
    "outgoing",
    desk,
    Column("id", Key, primary_key=True),
    Column("case_id", Key, ForeignKey("cases.id")),
    Column("kind", String(32), nullable=False),
    # by itself: neither a person's words nor brought about by a person's act
    Column("automatic", Boolean, nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("envelope_from", String(320), nullable=False),
    Column("envelope_to", JSON, nullable=False),
    Column("subject", Text, nullable=False),
    Column("message_id", String(998), nullable=False, unique=True),
    Column("language", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("queued_at", Instant, nullable=False),
    Column("next_try_at", Instant),
    Column("tries", Integer, nullable=False),
    Column("sent_at", Instant),
    Column("owner", String(64)),
    Column("lease_until", Instant),
    Column("refused_copies", JSON(none_as_null=True), comment="who was refused a copy, until the desk is told"),
    # last: SQLite reads a row from its beginning, and the caps look at many rows
    Column("raw", LargeBinary, nullable=False),
    Index("outgoing_case", "case_id"),
    Index("outgoing_next", "state", "next_try_at"),
    Index("outgoing_state", "state", "id"),
    Index("outgoing_recipient", "recipient", "queued_at"),
    Index("outgoing_refused_copies", "id", sqlite_where=UNTOLD_COPIES, postgresql_where=UNTOLD_COPIES),
)

notice = Table(
    "notice",
    desk,
    Column("id", Key, primary_key=True),
    Column("case_id", Key, ForeignKey("cases.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("role", String(320), nullable=False, comment="whom the decision named: a role, or an address"),
    Column("clock", Integer, comment="the number of the clock that it is about"),
    Column("number", Integer, nullable=False, comment="the step of the ladder"),
    Column("text", Text, nullable=False),
    Column("text_in", JSON, nullable=False, server_default="{}", comment="the text in other languages"),
    Column("excerpt", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("look_at", Instant, comment="from when it may go out; NULL once it is settled"),
    Column("settled_at", Instant),
    Column("message_id", String(998), comment="the letter that told it; NULL where none did"),
    Column("because", Text, comment="why it was not told"),
    Index("notice_case", "case_id"),
    Index("notice_recipient", "recipient", "asked_at"),
    Index("notice_look", "look_at", sqlite_where=Column("look_at", Instant).is_not(None)),
)

obeyed = Table(
    "obeyed",
    desk,
    Column("key", String(64), primary_key=True, comment="what no copy of an obeyed mail of the desk's can change"),
    Column("mail_id", Key, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

undeliverable = Table(
    "undeliverable",
    desk,
    Column("address", String(320), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("because", Text, nullable=False),
)

signing_key = Table(
    "signing_key",
    desk,
    Column("id", Integer, primary_key=True),
    Column("secret", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("secret"),
)

heartbeat = Table(
    "heartbeat",
    desk,
    Column("part", String(32), primary_key=True, comment="a part of the running program"),
    Column("instance", String(200), primary_key=True, comment="which of the running programs"),
    Column("at", Instant, nullable=False, comment="when it last did its work, or looked and found none"),
)

counter = Table(
    "counter",
    desk,
    Column("name", String(32), primary_key=True),
    Column("value", Key, nullable=False),
)
