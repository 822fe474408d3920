"""What the languages that Whisper knows are called: in English, by themselves, by other codes."""

from typing import Final

_TABLE: Final = """
af: afr, Afrikaans
am: amh, Amharic, አማርኛ
ar: ara, Arabic, العربية
as: asm, Assamese, অসমীয়া
az: aze, Azerbaijani, Azeri, Azərbaycanca, Azərbaycan dili
ba: bak, Bashkir, Башҡортса, Башҡорт теле
be: bel, Belarusian, Belorussian, Беларуская
bg: bul, Bulgarian, Български
bn: ben, Bengali, Bangla, বাংলা
bo: bod, tib, Tibetan, བོད་སྐད་
br: bre, Breton, Brezhoneg
bs: bos, Bosnian, Bosanski
ca: cat, Catalan, Valencian, Català, Valencià
cs: ces, cze, Czech, Čeština
cy: cym, wel, Welsh, Cymraeg
da: dan, Danish, Dansk
de: deu, ger, German, Deutsch
el: ell, gre, Greek, Ελληνικά
en: eng, English
es: spa, Spanish, Castilian, Español, Castellano
et: est, ekk, Estonian, Eesti, Eesti keel
eu: eus, baq, Basque, Euskara
fa: fas, per, pes, prs, Persian, Farsi, Dari, فارسی
fi: fin, Finnish, Suomi
fo: fao, Faroese, Føroyskt
fr: fra, fre, French, Français
gl: glg, Galician, Galego
gu: guj, Gujarati, ગુજરાતી
ha: hau, Hausa
haw: Hawaiian, ʻŌlelo Hawaiʻi
he: heb, iw, Hebrew, עברית
hi: hin, Hindi, हिन्दी
hr: hrv, Croatian, Hrvatski
ht: hat, Haitian Creole, Haitian, Kreyòl ayisyen
hu: hun, Hungarian, Magyar
hy: hye, arm, Armenian, Հայերեն
id: ind, in, Indonesian, Bahasa Indonesia
is: isl, ice, Icelandic, Íslenska
it: ita, Italian, Italiano
ja: jpn, Japanese, 日本語
jw: jv, jav, Javanese, Basa Jawa
ka: kat, geo, Georgian, ქართული
kk: kaz, Kazakh, Қазақша, Қазақ тілі
km: khm, Khmer, Cambodian, ខ្មែរ
kn: kan, Kannada, ಕನ್ನಡ
ko: kor, Korean, 한국어
la: lat, Latin, Latina
lb: ltz, Luxembourgish, Letzeburgesch, Lëtzebuergesch
ln: lin, Lingala, Lingála
lo: lao, Lao, Laotian, ລາວ
lt: lit, Lithuanian, Lietuvių
lv: lav, lvs, Latvian, Latviešu
mg: mlg, plt, Malagasy
mi: mri, mao, Maori, Māori, Te Reo Māori
mk: mkd, mac, Macedonian, Македонски
ml: mal, Malayalam, മലയാളം
mn: mon, khk, Mongolian, Монгол
mr: mar, Marathi, मराठी
ms: msa, may, zsm, Malay, Bahasa Melayu, Melayu
mt: mlt, Maltese, Malti
my: mya, bur, Myanmar, Burmese, မြန်မာ
ne: nep, npi, Nepali, नेपाली
nl: nld, dut, Dutch, Flemish, Nederlands, Vlaams
nn: nno, Nynorsk, Norwegian Nynorsk, Norsk nynorsk
no: nor, nb, nob, Norwegian, Bokmål, Norwegian Bokmål, Norsk, Norsk bokmål
oc: oci, Occitan
pa: pan, Punjabi, Panjabi, ਪੰਜਾਬੀ
pl: pol, Polish, Polski
ps: pus, pbt, Pashto, Pushto, پښتو
pt: por, Portuguese, Português
ro: ron, rum, mo, mol, Romanian, Moldavian, Moldovan, Română
ru: rus, Russian, Русский
sa: san, Sanskrit, संस्कृतम्
sd: snd, Sindhi, سنڌي
si: sin, Sinhala, Sinhalese, සිංහල
sk: slk, slo, Slovak, Slovenčina
sl: slv, Slovenian, Slovene, Slovenščina
sn: sna, Shona, chiShona
so: som, Somali, Soomaali
sq: sqi, alb, als, Albanian, Shqip
sr: srp, Serbian, Српски, Srpski
su: sun, Sundanese, Basa Sunda
sv: swe, Swedish, Svenska
sw: swa, swh, Swahili, Kiswahili
ta: tam, Tamil, தமிழ்
te: tel, Telugu, తెలుగు
tg: tgk, Tajik, Тоҷикӣ
th: tha, Thai, ไทย, ภาษาไทย
tk: tuk, Turkmen, Türkmençe
tl: tgl, fil, Tagalog, Filipino
tr: tur, Turkish, Türkçe
tt: tat, Tatar, Татарча
uk: ukr, Ukrainian, Українська
ur: urd, Urdu, اردو
uz: uzb, uzn, Uzbek, Oʻzbekcha, O'zbekcha
vi: vie, Vietnamese, Tiếng Việt
yi: yid, ji, ydd, Yiddish, ייִדיש
yo: yor, Yoruba, Yorùbá
yue: Cantonese, 粵語, 粤语, 廣東話, 广东话
zh: zho, chi, cmn, Chinese, Mandarin, Mandarin Chinese, 中文, 汉语, 漢語, 普通话, 普通話, 國語, 国语
"""  # noqa: RUF001 - letters of Hawaiian and Uzbek
"""A code of Whisper; other codes (ISO 639-1, 639-2, 639-3 and withdrawn ones); English names, the
usual one first; the language's own names (Unicode CLDR; openai/whisper, `TO_LANGUAGE_CODE`)."""


def _rows() -> dict[str, tuple[str, ...]]:
    rows = (line.split(":", 1) for line in _TABLE.strip().splitlines())
    return {code: tuple(name.strip() for name in names.split(",")) for code, names in rows}


NAMES: Final = _rows()
"""By Whisper code, everything else a language is called."""
