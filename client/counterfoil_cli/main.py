"""The entry point of `counterfoil`: imports the standard library alone until it knows what is installed."""

import sys

from counterfoil_cli.exit_codes import ExitCode

# Which extra brings a module that is not there.
_EXTRA_OF = {
    "google": "",
    "grpc": "",
    "lxml": "documents",
    "msgspec": "contracts",
    "rich": "cli",
    "typer": "cli",
    "yaml": "network",
}


def main() -> None:
    """Run the command line and end the process with one of `ExitCode`."""
    try:
        from counterfoil_cli.application import application

        application(sys.argv[1:])()
    except ModuleNotFoundError as error:
        extra = _EXTRA_OF.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        sys.stderr.write(
            f"This command needs {error.name}, which is not installed. Install it with one of\n"
            f"  pip install 'counterfoil[{extra}]'\n"
            "  pip install 'counterfoil[all]'\n"
        )
        sys.exit(ExitCode.MISSING_EXTRA)
