"""Customers: the list, one with contract, cases, misses, credits and allowance; editing, importing with a preview."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Response, UploadFile
from fastapi.responses import RedirectResponse

from intake import tomlfile
from intake.core.case.case import Customer
from intake.desk import customer_changes, customer_files
from intake.desk.customer_record import customer_of, view
from intake.desk.customers import read_customers
from intake.desk.show import customer_json
from intake.errors import IntakeError, Mistake, Mistakes, Overtaken
from intake.store import people
from intake.store.engine import reading
from intake.web.door import LARGEST, Changing, Editing, FormTexts, Looking, OurSite, PageNumber, RowNumber, Visitor
from intake.web.site import Site

log = structlog.get_logger()
router = APIRouter()
PAGE = 50
SHOWN = 200
FORM = "the form"
# of the form, in its order, with what is to be known about each
FIELDS = (
    ("name", "Name", ""),
    ("policy", "Policy", ""),
    ("plan", "Plan", ""),
    ("since", "Customer since", "such as 2026-03-01"),
    ("domains", "Domains", "one a line; mail from them is the customer’s"),
    ("contacts", "Contacts", "mail addresses, one a line"),
    ("zone", "Time zone", "such as Europe/Berlin"),
    ("country", "Country", "two letters, such as DE"),
    ("region", "Region", "where the policy has regions"),
    ("language", "Language", "such as de; empty for that of each mail"),
    ("support_keys", "Support keys", "one a line"),
    ("engineer", "Engineer", "a mail address"),
    ("account_manager", "Account manager", "a mail address"),
    ("targets", "Targets of the contract", "one a line, such as response.1 = 4 business hours"),
    ("hours", "Hours of the contract", "a calendar for a severity, one a line, such as 1 = 24x7"),
)
LONG = ("domains", "contacts", "support_keys", "targets", "hours")

Text = Annotated[str, Form(max_length=900_000)]


@router.get("/customers")
def page(site: OurSite, visitor: Looking, q: str = "", page: PageNumber = 1) -> Response:
    """Customers by name."""
    with reading(site.house.databases.desk) as connection:
        found = people.some_customers(connection, q, (page - 1) * PAGE, PAGE + 1)
    return site.page(
        "customers.html", visitor=visitor, customers=found[:PAGE], more=len(found) > PAGE, q=q, page_number=page
    )


@router.get("/customers/new")
def new(site: OurSite, visitor: Editing) -> Response:
    """An empty form."""
    return _form(site, visitor, None, dict.fromkeys((key for key, _, _ in FIELDS), ""))


@router.get("/customers/import")
def importing(site: OurSite, visitor: Editing) -> Response:
    """Where a file is chosen."""
    return site.page("customers_import.html", visitor=visitor, found=None, text="", name="", said=(), stored=None)


@router.post("/customers/import")
def preview(site: OurSite, visitor: Changing, file: UploadFile) -> Response:
    """What a file would change; nothing is stored yet."""
    name = file.filename or ""
    try:
        text = file.file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise IntakeError(f"{name}: not UTF-8") from None
    return _preview(site, visitor, name, text)


@router.post("/customers/import/store")
def store(site: OurSite, visitor: Changing, name: Text, text: Text, seal: Text) -> Response:
    """Stores the file that was previewed, if its changes are still the same."""
    text = text.replace("\r\n", "\n")
    try:
        wanted = _read(site, customer_files.tables_in(text, name, "customer"))
        with site.house.databases.desk.begin() as connection:
            stored = customer_changes.store(connection, wanted, seal)
    except Overtaken as error:
        return _preview(site, visitor, name, text, str(error))
    log.info("customers were imported", by=visitor.account.address, new=stored[0], changed=stored[1])
    return site.page("customers_import.html", visitor=visitor, found=None, text="", name="", said=(), stored=stored)


@router.get("/customers/{number}")
def one(site: OurSite, visitor: Looking, number: RowNumber, done: bool = False) -> Response:
    """One customer."""
    with reading(site.house.databases.reading) as connection:
        shown = view(site.house, connection, visitor.sight, number, visitor.reader.now)
    policy = next((each for each in site.house.policies if each.name == shown.customer.policy), None)
    return site.page("customer.html", visitor=visitor, shown=shown, customer=shown.customer, policy=policy, done=done)


@router.get("/customers/{number}/edit")
def edit(site: OurSite, visitor: Editing, number: RowNumber) -> Response:
    """The record in a form."""
    with reading(site.house.databases.desk) as connection:
        customer = customer_of(connection, number)
    return _form(site, visitor, customer, customer_files.form_of(customer_json(customer)))


@router.post("/customers/save")
def save(
    site: OurSite, visitor: Changing, form: FormTexts, number: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Stores a record as an import would, if nobody else changed it meanwhile; without a number a new one."""
    texts = {key: form.get(key, "").replace("\r\n", "\n") for key, _, _ in FIELDS}
    before = None
    if number.isdecimal() and int(number) <= LARGEST:
        with reading(site.house.databases.desk) as connection:
            before = customer_of(connection, int(number))
        texts["name"] = before.name
    try:
        wanted = _read(site, customer_files.from_form(texts, FORM))
        with site.house.databases.desk.begin() as connection:
            kept = customer_changes.store_one(connection, wanted[0], form.get("seal", ""))
    except (Mistakes, Overtaken) as error:
        said = [_said(each) for each in error.mistakes] if isinstance(error, Mistakes) else [str(error)]
        return _form(site, visitor, before, texts, said, 400)
    log.info("a customer was changed", by=visitor.account.address, customer=kept)
    return RedirectResponse(f"/customers/{kept}?done=1", 303)


def _preview(site: Site, visitor: Visitor, name: str, text: str, said: str = "") -> Response:
    try:
        wanted = _read(site, customer_files.tables_in(text, name, "customer"))
    except Mistakes as error:
        wrong = [str(each) for each in error.mistakes]
        return site.page(
            "customers_import.html", 400, visitor=visitor, found=None, text="", name="", said=wrong, stored=None
        )
    with reading(site.house.databases.desk) as connection:
        found = customer_changes.changes(connection, wanted)
    return site.page(
        "customers_import.html", visitor=visitor, found=found, text=text, name=name,
        said=[said] if said else [], stored=None, most=SHOWN,
    )  # fmt: skip


def _form(
    site: Site,
    visitor: Visitor,
    before: Customer | None,
    texts: Mapping[str, str],
    said: Sequence[str] = (),
    status: int = 200,
) -> Response:
    return site.page(
        "customer_edit.html",
        status,
        visitor=visitor,
        before=before,
        texts=texts,
        fields=FIELDS,
        long=LONG,
        policies=sorted(site.house.policies, key=lambda policy: policy.name),
        seal=customer_changes.seal_of(before),
        said=said,
    )


def _said(mistake: Mistake) -> str:
    """A mistake of the form, without the place that a file would have."""
    return f"{mistake.key.removeprefix('customer[1].')}: {mistake.text}"


def _read(site: Site, text: tomlfile.TomlText) -> list[Customer]:
    return read_customers(text, site.house.policies, site.house.settings)
