"""The command line. Each command reads its arguments, calls the program, and prints."""

import sys

import click
import structlog
import typer
from sqlalchemy.exc import SQLAlchemyError

from intake import __version__
from intake.cli import case, mail, people, policy, run, template
from intake.cli.common import complain, group
from intake.errors import IntakeError

log = structlog.get_logger()

app = group("Case intake for support addresses: mail in, a case and a promise, an acknowledgment out.")
for commands in (run.commands, mail.commands, policy.commands):
    app.registered_commands += commands.registered_commands
app.add_typer(case.commands, name="case")
app.add_typer(mail.parked, name="parked")
app.add_typer(mail.outbox, name="outbox")
app.add_typer(template.commands, name="template")
app.add_typer(people.customer, name="customer")
app.add_typer(people.agent, name="agent")


@app.callback(invoke_without_command=False)
def root(
    version: bool = typer.Option(False, "--version", help="Show the version and end.", is_eager=True),
) -> None:
    """Case intake for support addresses: mail in, a case and a promise, an acknowledgment out."""


def main() -> None:
    """The program's entry. Exit status 0 done, 1 something is wrong and was named, 2 misuse."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"intake {__version__}\n")
        return
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        status = app(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except IntakeError as error:
        complain(str(error))
        sys.exit(1)
    except SQLAlchemyError as error:
        complain(f"the database: {str(error).splitlines()[0]}")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        complain(f"a mistake of this program: {type(error).__name__}: {error}; please report it with what you did")
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
