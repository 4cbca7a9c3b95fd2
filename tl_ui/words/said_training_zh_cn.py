"""What the core says of the choices of training and freezing, in simplified Chinese. Keys are its own sentences."""

from __future__ import annotations

SAID: dict[str, str] = {
    "{field} is '{value}', which this version cannot do yet; leave it out.": (
        "{field} 是 '{value}'，此版本还做不到；请不要填写。"
    ),
    "gradual is '{value}'; it wants EPOCH:STAGE with commas between, such as {example}.": (
        "gradual 是 '{value}'；格式是 轮数:阶段，用逗号分开，例如 {example}。"
    ),
    "part is '{value}'; it wants left,top,right,bottom as shares from 0 to 1, such as {example}.": (
        "part 是 '{value}'；格式是 左,上,右,下，各为 0 到 1 的比例，例如 {example}。"
    ),
}
