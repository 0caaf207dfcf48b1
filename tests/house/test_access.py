"""Every route declares who may use it, and the tables say nothing about routes that are not there."""

import itertools
import re

import pytest
from flask import Flask

from tests.support.databases import Bench
from tracker.api import access as api
from tracker.domain.roles import Role
from tracker.web import access as web
from tracker.web.navigation import NAVIGATION

pytestmark = pytest.mark.engines("sqlite")


def endpoints(app: Flask, *, of_api: bool) -> set[str]:
    rules = app.url_map.iter_rules()
    return {rule.endpoint for rule in rules if rule.rule.startswith(api.PREFIX) == of_api}


def test_both_tables_divide_the_addresses_alike() -> None:
    assert web.API_PREFIX == api.PREFIX


def test_every_page_is_in_the_table(bench: Bench) -> None:
    assert endpoints(bench.app, of_api=False) == set(web.ACCESS)


def test_every_endpoint_of_the_interface_is_in_its_table(bench: Bench) -> None:
    assert endpoints(bench.app, of_api=True) == set(api.ACCESS)


@pytest.mark.parametrize("table", [web.ACCESS, api.ACCESS])
def test_the_tables_name_roles_that_exist(table: dict[str, frozenset[str]]) -> None:
    public = (web.PUBLIC, api.PUBLIC)
    for endpoint, audience in table.items():
        assert audience in public or (audience and audience <= set(Role)), endpoint


# a fragment that no address bar shows, and steps from any page that a look at their address must not take
WITHOUT_A_PAGE = {"exam_entry.name_patient", "languages.choose_language", "sign_in.leave_page"}
CHOICE = re.compile(r"<any\(([^)]*)\):\w+>")


def addresses(rule: str) -> set[str]:
    """The addresses of a rule: one for each step it names, without the names of its numbers."""
    steps = [re.findall(r"[\w-]+", found) for found in CHOICE.findall(rule)]
    pattern = re.sub("<[^>]*>", "#", CHOICE.sub("{}", rule))
    return {pattern.format(*chosen) for chosen in itertools.product(*steps)}


def test_a_page_that_was_refused_can_be_loaded_again(bench: Bench) -> None:
    shown, sent = set(), {}
    for rule in bench.app.url_map.iter_rules():
        methods = rule.methods or set()
        if "GET" in methods:
            shown |= addresses(rule.rule)
        if "POST" in methods and not rule.rule.startswith(api.PREFIX):
            sent |= dict.fromkeys(addresses(rule.rule), rule.endpoint)
    assert {sent[address] for address in sent.keys() - shown} == WITHOUT_A_PAGE


def test_nobody_is_shown_an_entry_that_is_refused_to_them(bench: Bench) -> None:
    urls = bench.app.url_map.bind("localhost")
    paths = {rule.rule for rule in bench.app.url_map.iter_rules()}
    for item in NAVIGATION:
        if item.path in paths:
            endpoint, _ = urls.match(item.path)
            assert item.roles <= web.ACCESS[endpoint], item.path
