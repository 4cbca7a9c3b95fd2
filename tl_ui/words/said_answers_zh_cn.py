"""What the Results tab and its routes say of answers, curves and questions, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    "There are no such pictures.": "没有这样的图片。",
    "There is no point {at} on this curve.": "曲线上没有第 {at} 个点。",
    "There is no class {at} in this run.": "这次训练中没有第 {at} 个类别。",
    "'{value}' is no place on a curve.": "'{value}' 不是曲线上的位置。",
    "No class was chosen.": "没有选择类别。",
    "'{name}' is no question.": "'{name}' 不是可以提出的问题。",
    "Bring more pictures to measure with.": "请添加更多用于测量的图片。",
}
