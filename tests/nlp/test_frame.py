import io
import json
from datetime import datetime

import pytest

from scrm_bot.nlp.frame import BadLine, understand_lines, value_lines, values_of
from scrm_bot.nlp.meaning import When
from scrm_bot.nlp.when import find_times

CUSTOMERS = [{"id": "a", "name": "上海浦江精密机械有限公司"}, {"id": "b", "name": "杭州西溪软件技术有限公司"}]


def understood(words, *rows):
    out = io.StringIO()
    understand_lines([json.dumps(row, ensure_ascii=False) for row in rows], out, CUSTOMERS, words=words)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_frame_holds_the_main_act_and_all_of_them_when_there_are_several(lexicon):
    (one, two) = understood(
        lexicon.words,
        {"id": "1", "text": "昨天见了浦江的王总", "ref": "2026-04-15T10:20"},
        {"id": "2", "text": "昨天拜访了浦江精密,提醒我明天发报价", "ref": "2026-04-15T10:20", "role": "rep"},
    )
    assert one["intent"] == "log_visit"
    assert one["slots"] == {"customer": ["上海浦江精密机械有限公司"], "person": ["王总"], "time": ["2026-04-14"]}
    assert "acts" not in one
    assert [act["intent"] for act in two["acts"]] == ["log_visit", "set_reminder"]


def test_what_is_beyond_the_scheme_stays_out_of_the_frame(lexicon):
    (row,) = understood(lexicon.words, {"id": "1", "text": "今天拜访了佛山顺达五金王总", "ref": "2026-04-15T10:20"})
    assert "unknown_customer" not in row["slots"]


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id":1}', '{"text":"x","ref":"soon"}', '{"text":5,"ref":"2026-04-15T10:20"}']
)
def test_a_line_that_cannot_be_read_is_named_by_its_number(lexicon, line):
    good = '{"id":1,"text":"好的","ref":"2026-04-15T10:20"}'
    with pytest.raises(BadLine, match="line 2"):
        understand_lines([good, line], io.StringIO(), CUSTOMERS, words=lexicon.words)


@pytest.mark.parametrize(
    ("text", "want", "values"),
    [
        ("下周三前付356000元", "time", ["../2026-04-22"]),
        ("质保三年", "time", ["P3Y"]),
        ("15个工作日", "time", ["P15BD"]),
        ("三十五万六", "amount", ["356000 CNY"]),
        ("1万到1万5", "amount", ["10000..15000 CNY"]),
        ("300美元", "amount", ["300 USD"]),
        ("一共2450", "number", ["2450"]),
        ("七五折", "percent", ["75%"]),
        ("三成", "percent", ["30%"]),
        ("75折", "percent", ["75%"]),
    ],
)
def test_values_alone_are_written_as_the_contract_says(text, want, values):
    out = io.StringIO()
    value_lines([json.dumps({"id": "1", "text": text, "ref": "2026-04-15T10:20", "want": want})], out)
    assert json.loads(out.getvalue())["values"] == values


def test_an_unknown_kind_of_value_is_refused():
    with pytest.raises(BadLine, match="want"):
        value_lines(['{"id":1,"text":"x","ref":"2026-04-15T10:20","want":"colour"}'], io.StringIO())


def test_times_keep_their_order():
    now = datetime(2026, 4, 15)
    assert values_of("明天和后天,为期3天", "time", now) == ["2026-04-16", "2026-04-17", "P3D"]
    assert all(isinstance(when, When) for when in find_times("明天", now))
