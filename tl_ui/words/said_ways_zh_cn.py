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
    "{names} in an alphabet that the archive does not tell, read as {alphabet}: {kinds}.": (
        "压缩包没有注明{names}的编码，已按 {alphabet} 读取：{kinds}。"
    ),
    # tables
    "Give a folder or a zip in which each kind has a folder of its own, or a CSV of paths and labels.": (
        "请放入文件夹或 zip，其中每类各有一个文件夹；或放入路径和标签的 CSV。"
    ),
    "Put each kind in a folder of its own, or put a table labels.csv with the columns path and label beside them.": (
        "请把每类各放一个文件夹，或在旁边放一个表格 labels.csv，含 path 和 label 两列。"
    ),
    "'{name}' cannot be read.": "无法读取 '{name}'。",
    "'{name}' is {what}, not a table.": "'{name}' 是{what}，不是表格。",
    "Save the table as CSV with the columns path and label.": "请把表格存为 CSV，含 path 和 label 两列。",
    "The table '{name}' has more than {size}.": "表格 '{name}' 超过 {size}。",
    "Split it, or leave columns out.": "请拆分表格，或去掉一些列。",
    "The table '{name}' has more than {n} rows.": "表格 '{name}' 超过 {n} 行。",
    "Split it in smaller ones.": "请拆成小一些的表格。",
    "Line {n} of the table '{name}' cannot be read ({error}).": "无法读取表格 '{name}' 的第 {n} 行（{error}）。",
    "The table '{name}' is empty.": "表格 '{name}' 是空的。",
    "The table '{name}' cannot be read.": "无法读取表格 '{name}'。",
    "The table '{name}' has no column of paths that name pictures here.": ("表格 '{name}' 没有指向这里图片的路径列。"),
    "The table '{name}' has no column of labels.": "表格 '{name}' 没有标签列。",
    "Name a column '{word}'; the table has {names}.": "请把一列命名为 '{word}'；表格现有{names}。",
    "No row of '{name}' gives a label to a file that is there.": "'{name}' 中没有一行给现有文件写了标签。",
    "Write paths that start at the table's folder, or bring the pictures beside it.": (
        "路径请从表格所在的文件夹写起，或把图片放到表格旁边。"
    ),
    "{rows} of '{name}' passed over: {reason}.": "已略过 '{name}' 中的{rows}：{reason}。",
    "{rows} of '{name}' without a file that is there.": "'{name}' 中有{rows}没有对应的文件。",
    "{pictures} without a row in '{name}', passed over.": "'{name}' 中没有对应的行，已略过{pictures}。",
    "{pictures} with several labels in '{name}', passed over.": "'{name}' 中有多个标签，已略过{pictures}。",
    "The splits {names} in '{name}' mean none of train, val and test, and were not used.": (
        "'{name}' 中的划分{names}不是训练、验证或测试，未使用。"
    ),
    "Its row in the table has no label.": "它在表格中的行没有标签。",
    "Write one, or take the row out.": "请写上标签，或删去这一行。",
    "The table has no row for it.": "表格中没有它的行。",
    "Write one to use it.": "写上一行即可使用。",
    "The table gives it several labels: {names}.": "表格给了它多个标签：{names}。",
    "In the table '{name}' the column '{column}' was taken as the label.": "表格 '{name}' 中以 '{column}' 列为标签。",
    "In the table '{name}' the column number {n} was taken as the label.": "表格 '{name}' 中以第 {n} 列为标签。",
    "The kinds were read from the table {names}.": "类别取自表格{names}。",
    "The names of the folders were not used.": "未使用文件夹的名称。",
    "'{name}' does not start with the columns {columns}.": "'{name}' 的首行不是这些列：{columns}。",
    "Bring a split.csv.": "请放入 split.csv。",
    "Line {n} of '{name}' is no split row: {cells}.": "'{name}' 的第 {n} 行不是划分行：{cells}。",
    "It needs {n} columns, and a split of {splits}.": "需要 {n} 列，划分须为 {splits} 之一。",
    "Choose another file.": "请选择另一个文件。",
    "'{path}' is not in the split.": "'{path}' 不在划分中。",
    "'{path}' has changed since the split was made.": "'{path}' 在划分之后被改动过。",
    "Make a new split.": "请重新划分。",
    # boxes
    "'{name}' is a {kind} set: boxes around things in pictures, and no kinds.": (
        "'{name}' 是 {kind} 数据集：标的是图片中物体的框，没有类别。"
    ),
    "Thaw tells whole pictures apart.": "Thaw 区分的是整张图片。",
    "Cut the things out, and put the pieces of each kind in a folder of its own.": (
        "请把物体裁剪出来，每类各放一个文件夹。"
    ),
    "Boxes of a {kind} set lie beside the pictures; they were not used, the folders give the kinds.": (
        "图片旁边有 {kind} 数据集的框；未使用，类别取自文件夹。"
    ),
    # several at once
    "'{one}' and '{other}' hold the same files.": "'{one}' 和 '{other}' 包含相同的文件。",
    "Give each one once.": "请每个只给一次。",
    "The folders lie on different drives.": "这些文件夹在不同的磁盘上。",
    "Copy them to one drive, or zip one of them.": "请复制到同一磁盘，或把其中一个打包成 zip。",
    "Together they hold {files}; at most {most} are taken.": "合计有{files}，最多接收 {most} 个。",
    "Send fewer.": "请减少数量。",
    "Nothing was given.": "没有给出任何内容。",
    "Give a folder, a zip or a table.": "请给出文件夹、zip 或表格。",
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
