"""How Chinese names are read where the everyday reading of a character misleads. Data, and one rule.

Readings are pinyin without tones, ü as v, the usual one first. The everyday reading comes from a dictionary
that the caller brings.
"""

from collections.abc import Callable, Iterator, Mapping

Reading = tuple[str, ...]
"""The syllables of a text, one or more characters each."""

_OF_SURNAME = """
仇 qiu | 佴 nai | 便 pian | 召 shao zhao | 句 gou | 员 yun yuan | 咎 gao jiu | 区 ou | 单 shan | 卜 bu
厍 she | 番 pan fan | 宓 mi fu | 宿 su xiu | 尉 wei yu | 强 qiang jiang | 折 she zhe | 种 chong | 能 nai neng
晟 cheng sheng | 曾 zeng | 朴 piao pu | 查 zha | 柏 bai bo | 洗 xian xi | 澹 tan | 牟 mu mou | 率 lv shuai
盖 ge gai | 相 xiang | 祭 zhai ji | 秘 bi mi | 稽 ji | 繁 po | 缪 miao | 翟 zhai | 臧 zang | 舍 she | 蔚 yu wei
薄 bo | 藏 zang cang | 行 xing hang | 解 xie | 覃 qin tan | 角 jue jiao | 谌 chen shen | 费 fei bi | 过 guo
还 huan | 适 kuo | 郇 xun huan | 郗 xi chi | 郄 qie xi | 都 du | 重 chong zhong | 镡 tan chan | 长 zhang chang
阚 kan | 降 xiang jiang | 隗 wei kui | 隽 juan jun | 难 ning nan | 黑 hei he | 乐 yue le | 乜 nie | 么 yao
会 gui hui | 莘 shen xin | 库 ku she | 莞 guan | 朝 chao | 盛 sheng | 乾 qian | 炔 gui
"""

_OF_COMPOUND_SURNAME = """
单于 chan yu | 万俟 mo qi | 尉迟 yu chi | 欧阳 ou yang | 司马 si ma | 诸葛 zhu ge | 上官 shang guan | 令狐 ling hu
长孙 zhang sun | 澹台 tan tai | 淳于 chun yu | 夏侯 xia hou | 皇甫 huang fu | 公孙 gong sun | 宇文 yu wen
慕容 mu rong | 轩辕 xuan yuan | 东方 dong fang | 独孤 du gu | 赫连 he lian | 呼延 hu yan | 钟离 zhong li
闾丘 lv qiu | 亓官 qi guan | 司徒 si tu | 司空 si kong | 司寇 si kou | 端木 duan mu | 百里 bai li | 东郭 dong guo
南宫 nan gong | 南门 nan men | 西门 xi men | 申屠 shen tu | 太史 tai shi | 太叔 tai shu | 仲孙 zhong sun
拓跋 tuo ba | 濮阳 pu yang | 宰父 zai fu | 谷梁 gu liang | 漆雕 qi diao | 公冶 gong ye | 公羊 gong yang
公西 gong xi | 乐正 yue zheng | 壤驷 rang si | 颛孙 zhuan sun | 巫马 wu ma | 第五 di wu | 梁丘 liang qiu
左丘 zuo qiu | 鲜于 xian yu | 叶赫 ye he | 那拉 na la | 完颜 wan yan | 纳兰 na lan | 耶律 ye lv | 即墨 ji mo
相里 xiang li | 微生 wei sheng | 羊舌 yang she | 段干 duan gan | 宗政 zong zheng | 贺兰 he lan | 达奚 da xi
斛律 hu lv | 库狄 she di | 仆固 pu gu
"""

_IN_GIVEN_NAME = """
乐 le yue | 长 chang zhang | 行 xing hang | 重 chong zhong | 朝 chao zhao | 盛 sheng cheng | 晟 sheng cheng
茜 qian xi | 藏 zang cang | 曾 zeng ceng | 召 zhao shao | 单 dan shan | 俞 yu shu | 蕃 fan bo | 车 che ju
都 du dou | 伯 bo bai | 柏 bai bo | 娜 na nuo | 朴 pu piao | 强 qiang jiang | 蔚 wei yu | 莘 xin shen
率 shuai lv | 传 chuan zhuan | 参 can shen | 解 jie xie | 翟 zhai di | 仇 chou qiu | 查 cha zha | 大 da dai
"""


def _table(text: str) -> Mapping[str, Reading]:
    entries = (entry.split() for line in text.splitlines() for entry in line.split("|"))
    return {entry[0]: tuple(entry[1:]) for entry in entries if entry}


_SURNAMES = _table(_OF_SURNAME)
_COMPOUND_SURNAMES = _table(_OF_COMPOUND_SURNAME)
_GIVEN = _table(_IN_GIVEN_NAME)


def readings_of(name: str, everyday: Callable[[str], list[str]]) -> Iterator[Reading]:
    """Every reading under which somebody may look for a name that is written in Chinese characters.

    The surname is the first character, or the first two where they are a compound surname (then both ways
    of reading are given). `everyday` reads a text as a dictionary does.
    """
    compound = _COMPOUND_SURNAMES.get(name[:2])
    if compound is not None:
        yield from (compound + given for given in _readings_given(name[2:], everyday))
    own = _SURNAMES.get(name[:1]) or tuple(everyday(name[:1]))
    for given in _readings_given(name[1:], everyday):
        yield from ((surname, *given) for surname in own)


def _readings_given(given: str, everyday: Callable[[str], list[str]]) -> Iterator[Reading]:
    """The dictionary's reading, then those in which one character is read another way."""
    usual = tuple(everyday(given)) if given else ()
    yield usual
    if len(usual) != len(given):  # letters among the characters: nobody can tell which is which
        return
    for place, character in enumerate(given):
        for other in _GIVEN.get(character, ()):
            if other != usual[place]:
                yield (*usual[:place], other, *usual[place + 1 :])
