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
    "'{name}' has {n} kinds; at most {most} are taken.": "'{name}' 有 {n} 类，最多接收 {most} 类。",
    "Bring fewer kinds, or join some.": "请减少类别，或合并一些类别。",
    # changes by a person
    "The changes to the dataset '{name}' are damaged: {file} ({error}).": (
        "数据集 '{name}' 的修改记录已损坏：{file}（{error}）。"
    ),
    "The pictures added to '{name}' are damaged: {file} ({error}).": (
        "添加到 '{name}' 的图片已损坏：{file}（{error}）。"
    ),
    "Undo the change, and add them again.": "请撤销这次修改，再重新添加。",
    "{pictures} moved to '{label}'.": "{pictures}已移到 '{label}'。",
    "{pictures} left out.": "已排除{pictures}。",
    "{pictures} brought back.": "已恢复{pictures}。",
    "'{old}' renamed to '{new}'.": "'{old}' 已改名为 '{new}'。",
    "The split of {pictures} set.": "已设定{pictures}的划分。",
    "{pictures} added to {labels}.": "已将{pictures}添加到{labels}。",
    "Left out by you.": "由你排除。",
    "Left out by you: {why}.": "由你排除：{why}。",
    "The same picture is there already: '{path}'.": "同一张图片已经在：'{path}'。",
    "Not among these pictures: {paths}.": "这些图片中没有：{paths}。",
    "Reload the list of pictures.": "请重新载入图片列表。",
    "Reload the list of changes.": "请重新载入修改列表。",
    "No picture was chosen.": "没有选择图片。",
    "Choose one or more.": "请至少选择一张。",
    "'{path}' is not left out.": "'{path}' 没有被排除。",
    "There is no kind '{name}'.": "没有 '{name}' 这一类。",
    "There is no change to undo.": "没有可撤销的修改。",
    "There is no change to redo.": "没有可重做的修改。",
    "Another change to these pictures is under way.": "正在对这些图片进行另一项修改。",
    "Wait a little, then try again.": "请稍候再试。",
    "That makes {n} kinds; at most {most} are taken.": "这样会有 {n} 类，最多接收 {most} 类。",
    "Use fewer.": "请减少类别。",
    "A kind needs a name.": "类别需要名称。",
    "Type a word for it.": "请输入一个词。",
    "The name '{name}' is longer than {n} bytes.": "名称 '{name}' 超过 {n} 字节。",
    "Type a shorter one.": "请输入短一些的名称。",
    "None of the {rows} fits a picture of this dataset.": "{rows}中没有一行与此数据集的图片相符。",
    "Bring the split of this dataset.": "请放入此数据集的划分。",
    "{rows} of the split fit no picture here, and were passed over.": "划分中有{rows}与这里的图片不符，已略过。",
    "{rows} of the split were matched by name alone: the pictures are others now.": (
        "划分中有{rows}仅按名称对应：图片内容已经不同。"
    ),
    "{pictures} without a row in the split that was brought keep their side.": (
        "{pictures}在放入的划分中没有对应的行，保持原来的一侧。"
    ),
}
