"""Made-up Chinese names, birth dates and numbers for trial data. No real person is meant."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from tracker.domain.patients import PatientFacts

# Surnames with rough shares of the population (per thousand), the commonest of the 2020 census first.
_SURNAMES = {
    "王": 72, "李": 71, "张": 68, "刘": 52, "陈": 45, "杨": 31, "黄": 22, "赵": 22, "吴": 20, "周": 19,
    "徐": 15, "孙": 15, "马": 13, "朱": 12, "胡": 12, "郭": 11, "何": 11, "林": 11, "高": 10, "罗": 10,
    "郑": 9, "梁": 9, "谢": 8, "宋": 8, "唐": 7, "许": 7, "韩": 7, "邓": 6, "冯": 6, "曹": 6,
    "彭": 5, "曾": 5, "肖": 5, "田": 5, "董": 5, "潘": 4, "袁": 4, "蔡": 4, "蒋": 4, "余": 4,
    "单": 1, "仇": 1, "解": 1, "欧阳": 1, "上官": 1,
}  # fmt: skip
_NAMES, _WEIGHTS = list(_SURNAMES), list(_SURNAMES.values())
_FEMALE = "芳娜敏静丽艳娟霞秀兰玉梅红琴洁颖雪慧莉婷欣悦琳蓉"
_MALE = "伟强磊军洋勇杰涛超明刚平辉鹏飞波斌宇浩凯健俊帆峰"
_EITHER = "文晓志海春建国华永新东成光云安宁思佳子雨"


def people(rng: random.Random, count: int, *, today: date) -> Iterator[PatientFacts]:
    """`count` patients with numbers of their own; ages as a hospital sees them (15 to 92)."""
    return (person(rng, number, today=today) for number in range(1, count + 1))


def person(rng: random.Random, number: int, *, today: date) -> PatientFacts:
    """The patient of a number."""
    female = rng.random() < 0.54
    age_days = int(min(92, max(15, rng.gauss(52, 17))) * 365.25) + rng.randrange(365)
    return PatientFacts(
        name=rng.choices(_NAMES, _WEIGHTS)[0] + _given_name(rng, female=female),
        sex="female" if female else "male",
        birth_date=today - timedelta(days=age_days),
        phone=f"13{rng.randrange(10**9):09d}",
        mrn=mrn_of(number),
    )


def mrn_of(number: int) -> str:
    """The number that a made-up person has in the hospital."""
    return f"R{number:09d}"


def _given_name(rng: random.Random, *, female: bool) -> str:
    last = rng.choice(_FEMALE if female else _MALE)
    return last if rng.random() < 0.25 else rng.choice(_EITHER) + last
