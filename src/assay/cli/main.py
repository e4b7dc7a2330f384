"""`assay`: finds the command, opens the case, turns failures into messages and exit codes.

Commands are imported when they are called, so that `assay --help` starts at once.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from assay import __version__

# name -> one line of help; the module is assay.cli.<name>, unless MODULES says otherwise
COMMANDS = {
    "demo": "Build the sample leak, open a case on it, serve the desk.",
    "init": "Make a new case.",
    "add": "Take files and folders into custody, and read and index them.",
    "account": "What was received, read, partly read, not read, and why.",
    "retry": "Try once more what could not be read.",
    "skip": "Have the run that is going on skip one exhibit.",
    "show": "Text, source, metadata, members and problems of an exhibit.",
    "examine": "Findings about authenticity, each with its limits.",
    "statements": "Who said what, figures and dates.",
    "draft": "Check a draft against the case.",
    "search": "Find pages.",
    "names": "Look up a list of names.",
    "note": "Write a note on an exhibit or a passage.",
    "tag": "Put tags on an exhibit or a passage, or take them off.",
    "ledger": "The events of the case, readable.",
    "verify": "Check every digest, proof and signature.",
    "withdraw": "Destroy what must go, keep the proof that it was there.",
    "rebuild": "Make everything derived anew from originals and logs.",
    "backup": "A consistent copy of the case in one file.",
    "doctor": "What this machine can and cannot read, and what adds it.",
    "serve": "Open the desk in a browser.",
}

MODULES = {"serve": "assay.web.command"}  # the desk's own door


class LazyGroup(click.Group):
    """A group that imports a command when it is called, and takes --case anywhere."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(MODULES.get(cmd_name, f"assay.cli.{cmd_name}")).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="First steps:  assay demo, or assay init harbour and assay --case harbour add ~/usb",
)
@click.version_option(__version__, prog_name="assay")
@click.option(
    "--case", "case_dir", metavar="DIR", help="The case (default: $ASSAY_CASE, else above)."
)
@click.pass_context
def cli(ctx: click.Context, case_dir: str | None) -> None:
    """Assay takes a leak from first touch to a defensible story, offline on this computer."""
    ctx.ensure_object(dict)["case"] = case_dir


def main() -> None:
    """Run the command line; ends the process with the contract's exit code."""
    os.umask(0o077)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code. 1 is left to Python itself."""
    from assay.errors import AssayError

    try:
        # click ends the process with 1 on a broken pipe; Python's own exception comes to us
        code = cli.main(arguments, prog_name="assay", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nInterrupted. Everything done is kept; the same command goes on.", err=True)
        return 130
    except BrokenPipeError:
        return _reader_gone()
    except AssayError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except OSError as error:
        if error.errno == 32:
            return _reader_gone()
        if error.errno in (28, 122):
            click.echo("disk: no space is left\n  Free some space and run it again.", err=True)
            return 50
        raise


def _reader_gone() -> int:
    """The reader of our output has gone (`| head`): not a failure."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    main()
