"""Names that have broken programs: code of every kind, other scripts, marks, numbers and reserved words. Values only.

Written for these tests after the kinds of the Big List of Naughty Strings, with a few hundred combinations of them.
"""

from __future__ import annotations

RESERVED = (
    "undefined", "undef", "null", "NULL", "(null)", "nil", "NIL", "true", "false", "True", "False", "None",
    "hasOwnProperty", "constructor", "__proto__", "prototype", "toString", "valueOf", "then", "self",
    "this", "NaN", "Infinity", "-Infinity", "INF", "1E+02", "1E2", "0x0", "0xffffffff", "01000", "08",
    "1/0", "0/0", "-1", "-1.00", "$1.00", "1.00", "1,000", "١٢٣", "999999999999999999999999",
    "123456789012345678901234567890", "1.7e308", "--1", "+1", "=1+1", "@SUM(1)", "CON", "PRN", "AUX", "NUL",
    "COM1", "LPT1", "CLOCK$", ".", "..", "...", ".hidden", "file:", "~", "~/", "*", "?", "|", ">", "<", "&",
    "&&", ";", "!", "#", "%", "%%", "^", "(", ")", "[", "]", "{", "}", "=", "+", "-", "_", "`", "'",
)  # fmt: skip
CODE = (
    "<script>alert(0)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<svg><script>123<1>alert(2)</script>", '"><script>alert(3)</script>', "'><script>alert(4)</script>",
    "></textarea><script>alert(5)</script>", " onfocus=alert(6) autofocus ",
    '" onfocus=alert(7) autofocus ', "javascript:alert(8)", "<img src=x onerror=alert(9)>",
    "<iframe src=javascript:alert(10)>", '<a href="data:text/html,x">x</a>', "<!--", "-->", "]]>",
    "<![CDATA[x]]>", '<math><mi//xlink:href="data:x,<script>alert(11)</script>">', "<svg/onload=alert(12)>",
    '\\";alert(13);//', "1;DROP TABLE users", "1'; DROP TABLE users-- 1", "' OR 1=1 -- 1", "' OR '1'='1",
    "'; EXEC sp_MSForEachTable 'x'; --", "$HOME", "${HOME}", "$ENV{'HOME'}", "`ls -al /`",
    "$(touch /tmp/never)", "|| touch /tmp/never", "../../etc/passwd", "../../../../etc/passwd%00",
    'System("ls")', 'Kernel.exec("ls")', 'eval("puts 1")', "() { 0; }; touch /tmp/never;", "%d", "%s",
    "%s%s%s%s%s", "%x('ls')", "%n", "%*.*s", "{0}", "{name}", "{{7*7}}", "{% debug %}", "${7*7}", "#{7*7}",
    "<%= 7*7 %>", "[[7*7]]", "*{7*7}", "$\\foo$", "\\begin{x}", "$$x_1^2$$", "*bold*", "**x**", "_x_",
    "[x](javascript:1)", "![x](http://x)", "> q", "# h", "| a | b |", "```", "~~x~~",
    "<details open ontoggle=alert(14)>", "http://a/%%30%30", "=cmd|' /C calc'!A0", "@import url(x)",
    '+HYPERLINK("x")', "-2+3+cmd", "\x09tab", "line\x0afeed", "carriage\x0dreturn", "a\x00b", "bell\x07",
    "esc\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "del\x7f", "next\x85line", "a\u2028b", "a\u2029b",
)  # fmt: skip
SCRIPTS = (
    "Ω≈ç√∫˜µ≤≥÷", "åß∂ƒ©˙∆˚¬…æ", "œ∑´®†¥¨ˆøπ“‘", "¡™£¢∞§¶•ªº–≠", "¸˛Ç◊ı˜Â¯˘¿", "ЁЂЃЄЅІЇЈЉЊЋЌЍЎЏ",
    "٠١٢٣٤٥٦٧٨٩", "⁰⁴⁵", "₀₁₂", "ด้้้้้็็็็็้้้้้็็็็็", "田中さんにあげて下さい", "パーティーへ行かないか",
    "和製漢語", "部落格", "사회과학원 어학연구소", "찦차를 타고 온 펲시맨과 쑛다리 똠방각하",
    "社會科學院語學研究所", "울란바토르", "𠜎𠜱𠝹𠱓𠱸𠲖𠳏", "Ⱥ", "ⱥ", "ヽ༼ຈل͜ຈ༽ﾉ", "｀ｨ(´∀｀∩",
    "(╯°□°）╯︵ ┻━┻)", "😍", "👩🏽", "👨\u200d👩\u200d👧\u200d👦", "🏳️\u200d🌈", "0️⃣ 1️⃣", "🇺🇸🇷🇺🇸",
    "１２３", "ثم نفس سقطت وبالتحديد", "בְּרֵאשִׁית, בָּרָא אֱלֹהִים", "הָיְתָהtestالصفحات", "﷽", "ﷺ",
    "\u202atest\u202c", "\u202btest\u202c", "\u202etest", "\u2066test\u2069", "a\u200bb", "a\ufeffb",
    "a\xadb", "a\u2060b", "\u200ex", "x\u061c", "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤", "˙ɐnbᴉlɐ ɐuƃɐɯ",
    "Ｔｈｅ ｑｕｉｃｋ", "𝐓𝐡𝐞 𝐪𝐮𝐢𝐜𝐤", "𝕋𝕙𝕖", "⒯⒣⒠", "İ", "ı", "ẞ", "ß", "ﬁ", "Å", "Å", "é", "́",
    "\U0010ffff", "\ue000", "�", "\ufffe", "\ud800",
)  # fmt: skip
NAUGHTY = tuple(
    dict.fromkeys([
        *RESERVED, *CODE, *SCRIPTS,
        *(f"{first} {second}" for first in CODE[:20] for second in SCRIPTS[::9]),
        *(f"{second}{first}" for first in RESERVED[::6] for second in SCRIPTS[::11]),
        "a" * 255, "🦊" * 60,
    ])
)  # fmt: skip
