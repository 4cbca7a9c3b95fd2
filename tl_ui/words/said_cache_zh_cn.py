"""What the core says of prepared pictures and features kept on the disk, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    "The disk of '{folder}' has {free} GB free; the prepared pictures need {needed} GB.": (
        "'{folder}' 所在的磁盘剩余 {free} GB，准备好的图片需要 {needed} GB。"
    ),
    "Free some space, choose another workspace with --workspace, or use fewer pictures.": (
        "请腾出一些空间，用 --workspace 选择另一个工作区，或减少图片。"
    ),
    "The disk of '{folder}' is full: {reason}.": "'{folder}' 所在的磁盘已满：{reason}。",
    "Free some space, or choose another workspace with --workspace; then start again.": (
        "请腾出一些空间，或用 --workspace 选择另一个工作区，然后重新开始。"
    ),
    "What is kept in '{folder}' is damaged and could not be made again.": (
        "'{folder}' 中保存的内容已损坏，无法重新生成。"
    ),
    "Delete that folder and start again; if it comes back, check the disk.": (
        "请删除该文件夹后重新开始；如果再次出现，请检查磁盘。"
    ),
    "What was kept of '{name}' is damaged, and the picture cannot be used any more: {reason}": (
        "为 '{name}' 保存的内容已损坏，而该图片已无法使用：{reason}"
    ),
    "Start again: it is left out then.": "请重新开始，届时会略过它。",
    "{name} is '{value}', which is no number of gigabytes.": "{name} 为 '{value}'，不是有效的 GB 数。",
    "Give a number such as 20, or 0.5.": "请填写数字，例如 20 或 0.5。",
    "{size} GB, as chosen.": "{size} GB，按所选。",
    "{size} GB: a quarter of what is free on the disk or already used for it.": (
        "{size} GB：磁盘剩余空间与已用于此的空间之和的四分之一。"
    ),
}
