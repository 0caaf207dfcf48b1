"""The lists that numbers lead to: the exams themselves, no more and no fewer, and what they add up to."""

import random
import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.support.recount import Recount
from tests.support.two_years import CLOSED
from tests.web.two_years.asking import STRETCHES, address, behind, points

pytestmark = pytest.mark.engines("sqlite")

PAGES = (
    *(address(path, *STRETCHES[4]) for path in ("/volume", "/volume/devices", "/volume/quality", "/volume/staff")),
    address("/volume/explore", *STRETCHES[4], rows="week", columns="part_of_day"),
    address("/volume/explore", *STRETCHES[4], rows="title", columns="quarter"),
    "/volume/year?year=2026",
    f"/volume/months/{CLOSED[0]}",
)  # fmt: skip
"""One of each kind of page that leads to lists."""


def test_a_list_has_the_very_exams_of_its_number(head: FlaskClient, told: Recount) -> None:
    luck = random.Random(3)
    for page in PAGES:
        links = sorted(set(re.findall(r'href="(/exams\?[^"]+)"', head.get(page).text)))
        links = [
            link for link in links if "hour=" not in link
        ]  # of minutes: test_reading_device_use
        assert links, page
        for link in luck.sample(links, min(5, len(links))):
            href = unescape(link)
            chosen = behind(told, href)
            sums = told.sums(chosen)
            says, ids = listed(head, href)
            assert sorted(ids) == [exam.id for exam in chosen], href
            is_counted = not re.search("supervisor|assistant", href)  # of those no roll-up tells
            assert says == [f"{sums.exams:,}", f"{sums.parts:,}", f"{sums.minutes:,}", points(sums.points)] * is_counted  # fmt: skip


def listed(head: FlaskClient, href: str) -> tuple[list[str], list[int]]:
    """What the line above a list says, and the exams on all its pages."""
    first, ids = "", []
    while href:
        page = head.get(href).text
        first = first or page
        ids += [int(each) for each in re.findall(r'<a href="/exams/(\d+)" data-row', page)]
        following = re.search(r'<a [^>]*href="([^"]+)"[^>]*rel="next"', page)
        href = unescape(following[1]) if following else ""
    line = re.search(r'class="figures-line">(.*?)</p>', first, re.DOTALL)
    return re.findall(r"<b>([^<]+)</b>", line[1]) if line else [], ids
