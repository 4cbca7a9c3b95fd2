"""What the core says of a model's answers, how sure they are and what to do next, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    # kept answers
    "This run kept no answers to its pictures: an older Thaw made it.": (
        "这次训练没有保存对各图片的回答：它由较早版本的 Thaw 完成。"
    ),
    "Train again: a new run keeps its answers.": "请重新训练：新的训练会保存回答。",
    "The answers that this run kept ('{name}') are damaged: {what}.": "这次训练保存的回答（'{name}'）已损坏：{what}。",
    "'{name}' was written by a newer Thaw.": "'{name}' 由较新版本的 Thaw 写成。",
    # temperature and thresholds
    "'{name}' is a bundle, which stays as it was exported.": "'{name}' 是导出的模型包，内容保持导出时的样子。",
    "Change the run it is from.": "请在导出它的训练中修改。",
    "The model cannot answer like that: {problems}.": "模型不能这样回答：{problems}。",
    "Choose other values.": "请选择其他数值。",
    # two runs on the same pictures
    "Of the {pictures} that both were measured on, the first is right on {first} and the second on {second}.": (
        "在两者都评测过的 {pictures} 中，第一个答对 {first} 张，第二个答对 {second} 张。"
    ),
    "They are right and wrong on the very same pictures.": "两者答对和答错的图片完全相同。",
    "The difference may be chance: they differ on {n} of them, {first} for the first and {second} for the second "
    "(p = {p}).": "差异可能出于偶然：两者在其中 {n} 张上不同，{first} 张第一个答对，{second} 张第二个答对（p = {p}）。",
    "The first is truly better on pictures like these: chance alone makes such a difference less than 1 in 20 times "
    "(p = {p}).": "在这类图片上第一个确实更好：仅凭偶然，出现这种差异的机会不到二十分之一（p = {p}）。",
    "The second is truly better on pictures like these: chance alone makes such a difference less than 1 in 20 times "
    "(p = {p}).": "在这类图片上第二个确实更好：仅凭偶然，出现这种差异的机会不到二十分之一（p = {p}）。",
    "{pictures} with another label by now were left out.": "另有 {pictures} 如今标签已不同，未计入。",
    "The two runs were measured on different pictures, so their numbers cannot be compared one to one.": (
        "两次训练用不同的图片评测，数字不能一一比较。"
    ),
    "Train both with the same split, or bring a test split.": "请用相同的划分训练两者，或提供测试集。",
    "The two runs know other labels for the same pictures, so they cannot be compared.": (
        "两次训练对相同图片用了不同的标签，无法比较。"
    ),
    "Compare runs that learned the same kinds.": "请比较学习相同类别的训练。",
}
