"""What the core says of the ways in (folders, file names, tables, archives) and of changes, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    # folders and file names
    "No class folders: the kinds were read from the file names ({names}).": (
        "没有类别文件夹：类别取自文件名（{names}）。"
    ),
    "Its name does not tell its kind, as the names beside it do.": "它的文件名没有像旁边的文件那样写明类别。",
    "Its folder's name shows nothing, so it can name no kind.": "它的文件夹名称没有可见的字符，不能作为类名。",
    "Rename the folder.": "请重命名文件夹。",
    "{names} look the same and are different names ({letters}); rename one if they are one kind.": (
        "{names}看起来一样，却是不同的名称（{letters}）；若是同一类，请重命名其中一个。"
    ),
    # changes by a person
    "The changes to the dataset '{name}' are damaged: {file} ({error}).": "数据集 '{name}' 的修改记录已损坏：{file}（{error}）。",
}
