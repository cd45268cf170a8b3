"""Keys by which Chinese sorts as in a dictionary under the C collation; the embedded database has no other."""

import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# Readings that a character has as a surname and rarely elsewhere (现代汉语词典 第7版).
_COMPOUND_SURNAMES = {
    "尉迟": "yu4 chi2",
    "万俟": "mo4 qi2",
    "单于": "chan2 yu2",
    "长孙": "zhang3 sun1",
    "澹台": "tan2 tai2",
    "令狐": "ling2 hu2",
}
_SURNAMES = _COMPOUND_SURNAMES | {
    pair[0]: pair[1:]
    for pair in (  # noqa: SIM905 - a list would fill a page
        "曾zeng1 单shan4 仇qiu2 区ou1 解xie4 查zha1 朴piao2 任ren2 华hua4 盖ge3 翟zhai2 缪miao4 覃qin2 乐yue4 "
        "员yun4 种chong2 牟mu4 卜bu3 繁po2 黑he4 祭zhai4 洗xian3 折she2 秘bi4 薄bo2 召shao4 应ying1 曲qu1 燕yan1 "
        "葛ge3 那na1 过guo1 谌chen2 车che1 柏bai3 佴nai4 宿su4 尹yin3 冼xian3 隗wei3 阚kan4 逄pang2 宓mi4"
    ).split()
}
_COMPOUND = 2


@lru_cache(maxsize=65_536)
def sort_key(name: str, *, is_person: bool = True) -> str:
    """Return syllable, tone (GB/T 16159-2012, 轻声 as 5) and character, one by one: 张三 → `zhang1张 san1三`.

    The character behind the tone keeps 张 and 章 apart, so one surname stays together. The first character of
    a person's name gets its reading as a surname; pass `is_person=False` for places and organisations.
    """
    text = " ".join(unicodedata.normalize("NFKC", name).lower().split())
    readings = _readings(text)
    if is_person:
        for length in (_COMPOUND, 1):
            known = _SURNAMES.get(text[:length])
            if known and (length == 1 or len(text) > _COMPOUND):
                readings[:length] = known.split()
                break
    return " ".join(
        character if reading.startswith(character) else reading + character
        for character, reading in zip(text, readings, strict=True)
        if character != " "
    )


def _readings(text: str) -> list[str]:
    # `errors` hands over a run of characters that have no reading; each stays itself, one entry a character.
    return lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors=list)  # type: ignore[arg-type]
