"""The command `gatelight`: the app, or one of the line commands. Without a terminal it tells the story as lines."""

import sys


def main() -> int:
    """Run what the command line asks for and return the exit code."""
    arguments = sys.argv[1:]
    at_a_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not arguments and at_a_terminal:
        from tui.launch import run_app

        return run_app()
    from tui.commands.cli import run

    return run(arguments or ["demo"])


if __name__ == "__main__":
    sys.exit(main())
