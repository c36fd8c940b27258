"""The program's entry: `intake`, or `python -m intake`."""

import sys


def main() -> None:
    """Runs the command line. Ctrl-C ends it without a complaint, also while it is still being loaded."""
    try:
        from intake.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
