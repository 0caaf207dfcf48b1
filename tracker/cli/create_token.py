"""`create-token`: make an API token for an account and print it, alone and this once."""

import argparse

from tracker import clock
from tracker.cli import Answer, application
from tracker.domain.roles import SYSTEM_ACCOUNT_ID
from tracker.services.tokens import create_token


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The account whose roles the token has."""
    parser.add_argument("name", help="the name of the account")


def run(arguments: argparse.Namespace) -> Answer:
    """Make the token; only its hash is kept, so that it cannot be printed again."""
    with application().app_context():
        token = create_token(arguments.name, by=SYSTEM_ACCOUNT_ID, now=clock.now())
    return Answer(token.text, {"id": str(token.id), "token": token.text})
