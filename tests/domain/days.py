"""Random device days and requests, and the rule once more in sets of minutes, slow and plain.

The days are unkind on purpose: loads that do not fit the masks, closures over bookings, blocks over midnight.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from tracker.domain.supply import BlockLoad, DeviceDay, ExamRequest, Reserve

MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # 2026-11-23 00:00 in Shanghai
MONDAY = date(2026, 11, 23)
MINUTE = timedelta(minutes=1)
STREAMS, EXAM_TYPES, OPERATORS = (1, 2, 3), (1, 2), (1, 2)

# The same examples in every run: a failure somewhere is a failure everywhere.
examples = settings(max_examples=60, derandomize=True, deadline=None, database=None)
few_examples = settings(examples, max_examples=40)


def at(minute: float, *, day: int = 0) -> datetime:
    """The instant of a minute of the first day, or of the `day`-th after it."""
    return MIDNIGHT + timedelta(days=day, minutes=minute)


@dataclass(frozen=True)
class Scene:
    """A day, a request for it, and the time now."""

    day: DeviceDay
    request: ExamRequest
    now: datetime

    @property
    def minutes(self) -> range:
        """Every minute worth asking for: the blocks, with a margin on both sides."""
        ends = [block.ends for block in self.day.blocks] or [600]
        starts = [block.starts for block in self.day.blocks] or [500]
        return range(min(starts) - 5, max(ends) + 5)


def spans(first: int, last: int, *, longest: int = 60) -> st.SearchStrategy[tuple[int, int]]:
    """A stretch of at least one minute that begins between `first` and `last`."""
    return st.tuples(st.integers(first, last), st.integers(1, longest)).map(
        lambda pair: (pair[0], pair[0] + pair[1])
    )


def mask_of(stretches: list[tuple[int, int]]) -> int:
    """The bits of these stretches, set one by one."""
    return sum(1 << minute for minute in {m for a, b in stretches for m in range(a, b)})


def minutes_of(mask: int) -> set[int]:
    """The set bits of a mask, read one by one."""
    return {minute for minute in range(mask.bit_length()) if mask >> minute & 1}


def instants(first: int, last: int) -> st.SearchStrategy[datetime]:
    """An instant near these minutes, often a whole minute, sometimes not."""
    return st.builds(
        lambda minute, second: at(minute) + timedelta(seconds=second),
        st.integers(first, last),
        st.sampled_from([0, 0, 1, 59]),
    )


@st.composite
def blocks(draw: st.DrawFn, base: int, now: datetime) -> tuple[BlockLoad, ...]:
    """Up to three blocks that do not overlap, some of them touching, none past the second midnight."""
    made = []
    end = base
    for number in range(draw(st.integers(0, 3))):
        start = end + draw(st.sampled_from([0, 0, 7, 30]))
        end = min(start + draw(st.integers(1, 90)), 2880)
        if start < end:
            made.append(draw(block(number + 1, (start, end), now)))
    return tuple(made)


@st.composite
def block(draw: st.DrawFn, block_id: int, span: tuple[int, int], now: datetime) -> BlockLoad:
    """A block with any load, and with reserves that are released around `now`."""
    release = st.integers(-2, 2).map(lambda minute: now + minute * MINUTE)
    reserve = st.builds(Reserve, st.sampled_from(STREAMS), st.integers(1, 60), release)
    used = draw(st.dictionaries(st.sampled_from(STREAMS), st.integers(1, 60), max_size=3))
    idle = {stream: draw(st.integers(0, minutes)) for stream, minutes in used.items()}
    return BlockLoad(
        block_id=block_id,
        starts=span[0],
        ends=span[1],
        operator_id=draw(st.sampled_from([None, *OPERATORS])),
        exam_type_ids=draw(st.sampled_from([frozenset({1}), frozenset({1, 2})])),
        reserves=tuple(draw(st.lists(reserve, max_size=3))),
        used=used,
        idle=draw(st.sampled_from([{}, idle])),
    )


@st.composite
def device_days(draw: st.DrawFn, base: int, now: datetime, device_id: int = 1) -> DeviceDay:
    """A day of one device with bookings, closures and perhaps a running exam near `base`."""
    stretches = st.lists(spans(max(0, base - 30), base + 200, longest=30), max_size=4)
    return DeviceDay(
        device_id=device_id,
        local_date=MONDAY,
        midnight=MIDNIGHT,
        busy=mask_of(draw(stretches)),
        closed=mask_of(draw(st.one_of(st.just([]), stretches))),
        blocks=draw(blocks(base, now)),
        held_until=draw(st.one_of(st.just(0), st.integers(base, base + 100))),
    )


@st.composite
def requests(draw: st.DrawFn, base: int) -> ExamRequest:
    """A request for device 1, by a patient who may be elsewhere, to the second."""
    span = st.builds(
        lambda start, seconds: (start, start + timedelta(seconds=seconds)),
        instants(base - 60, base + 200),
        st.integers(1, 3600),
    )
    return ExamRequest(
        exam_type_id=draw(st.sampled_from([1, 1, 1, 2])),
        stream_id=draw(st.sampled_from(STREAMS)),
        duration_minutes=draw(st.integers(1, 40)),
        observation_minutes=draw(st.sampled_from([0, 0, 30])),
        operator_id=draw(st.sampled_from([None, None, None, 1])),
        device_ids=frozenset({1, 2}),
        busy_spans=tuple(draw(st.lists(span, max_size=2))),
    )


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """A day, a request and a now, at any time of the day, near midnight and past it too."""
    base = draw(st.sampled_from([0, 3, 480, 480, 1400, 2700]))
    now = draw(st.one_of(instants(-1000, -10), instants(base - 10, base + 120)))
    return Scene(draw(device_days(base, now)), draw(requests(base)), now)


def allowed_by_reserves(scene: Scene, load: BlockLoad) -> bool:
    """The rule of the reserves, once more in sets of minutes and plain sums."""
    day, request, now = scene.day, scene.request, scene.now
    usable = set(range(load.starts, load.ends)) - minutes_of(day.closed)
    past = {minute for minute in usable if at(minute + 1) <= now}
    served = len(past & minutes_of(day.busy)) - sum(load.idle.values())
    capacity = len(usable - past) + max(0, served)
    kept = dict.fromkeys(STREAMS, 0)
    for reserve in load.reserves:
        if now < reserve.released_at:
            kept[reserve.stream_id] += reserve.minutes
    used = {s: load.used.get(s, 0) - load.idle.get(s, 0) for s in STREAMS}
    before = sum(max(used[s], kept[s]) for s in STREAMS)
    used[request.stream_id] += request.duration_minutes
    after = sum(max(used[s], kept[s]) for s in STREAMS)
    return after <= capacity or after <= before


def allowed(scene: Scene, minute: int) -> bool:
    """The whole rule for one minute, once more in sets of minutes."""
    day, request = scene.day, scene.request
    span = set(range(minute, minute + request.duration_minutes))
    homes = [b for b in day.blocks if span <= set(range(b.starts, b.ends))]
    return (
        day.device_id in request.device_ids
        and len(homes) == 1
        and request.exam_type_id in homes[0].exam_type_ids
        and request.operator_id in {None, homes[0].operator_id}
        and allowed_by_reserves(scene, homes[0])
        and not span & minutes_of(day.busy)
        and not span & minutes_of(day.closed)
        and minute >= day.held_until
        and at(minute + 1) > scene.now
        and patient_is_free(request, minute)
    )


def patient_is_free(request: ExamRequest, minute: int) -> bool:
    """Whether the patient is held nowhere else from this minute to the end of the observation."""
    start = at(minute)
    end = start + (request.duration_minutes + request.observation_minutes) * MINUTE
    return not any(other < end and start < until for other, until in request.busy_spans)
