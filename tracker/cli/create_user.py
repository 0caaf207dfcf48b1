"""`create-user`: make an account that can sign in; its password comes from standard input."""

import argparse
import getpass
import sys

from tracker import clock
from tracker.cli import Answer, CommandFailed, application
from tracker.domain.roles import SYSTEM_ACCOUNT_ID, Role
from tracker.services.accounts import NewAccount, create_account


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The name, one or more roles, and the staff member who is the default operator."""
    parser.add_argument("name", help="what the person types to sign in")
    parser.add_argument(
        "--role",
        action="append",
        required=True,
        choices=[role.value for role in Role],
        dest="roles",
        help="what the person is here to do; may be given several times",
    )
    parser.add_argument("--staff", metavar="CODE", help="the staff member this person is")


def run(arguments: argparse.Namespace) -> Answer:
    """Make the account; the password is the first line of standard input, or is asked for."""
    new = NewAccount(
        username=arguments.name,
        password=_password(),
        roles=arguments.roles,
        staff_code=arguments.staff,
    )
    with application().app_context():
        account_id = create_account(new, by=SYSTEM_ACCOUNT_ID, now=clock.now())
    return Answer(f"{arguments.name} can sign in now.", {"id": str(account_id)})


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise CommandFailed("The two passwords differ.")
    return password
