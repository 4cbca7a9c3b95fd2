"""Findings and the errors of bringing pictures, as the core says them, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    # findings
    "The same picture lies in {names}; one label is wrong.": "同一张图片出现在{names}中，其中一个标签是错的。",
    "The same picture lies in {sides}: the score would flatter.": "同一张图片同时在{sides}中，成绩会偏高。",
    "The same picture is there {n} times; copies stay on one side of the split.": (
        "同一张图片出现 {n} 次；这些副本会留在划分的同一侧。"
    ),
    "{n} pictures in {sides} are nearly the same: the score would flatter.": (
        "{sides}中有 {n} 张图片几乎相同，成绩会偏高。"
    ),
    "{n} pictures in {names} are nearly the same.": "{names}中有 {n} 张图片几乎相同。",
    "{n} pictures of '{name}' are nearly the same.": "'{name}' 中有 {n} 张图片几乎相同。",
    "{pictures} could not be used; the list of skipped files says why.": ("{pictures}无法使用，原因见“未使用的文件”。"),
    "No usable picture in {names}: an empty folder is no kind.": "{names}中没有可用的图片；空文件夹不算一类。",
    "'{split}' has no pictures of {names}.": "'{split}' 中没有{names}的图片。",
    "Few pictures of {names} (down to {fewest}); {enough} of each kind make a score.": (
        "{names}的图片很少（最少 {fewest} 张）；每类有 {enough} 张，成绩才有意义。"
    ),
    "Only one kind was found: '{name}'.": "只找到一类：'{name}'。",
    "Add a second one, or a folder 'other'.": "请再加一类，或加一个 'other' 文件夹。",
    "'{most}' has {pictures}, '{least}' {n}: the score leans to the big kinds.": (
        "'{most}' 有 {pictures}，'{least}' 有 {n} 张：成绩会偏向数量多的类。"
    ),
    "{pictures} below {side} pixels: a network sees little there.": "{pictures}小于 {side} 像素，网络看不出多少内容。",
    "{pictures} with more than 8 bits a colour, scaled to 8.": "{pictures}每种颜色超过 8 位，已转为 8 位。",
    "{pictures} in print colours (CMYK), turned into RGB.": "{pictures}是印刷色（CMYK），已转为 RGB。",
    "{pictures} with transparency, put on white.": "{pictures}带透明区域，已放在白底上。",
    "{pictures} with several frames or pages, of which the first was taken.": "{pictures}有多帧或多页，已取第一帧。",
    "{pictures} of another format than the name says; the content was believed.": (
        "{pictures}的格式与文件名不符，以内容为准。"
    ),
    "{pictures} turned upright, as the camera noted.": "{pictures}已按相机记录转正。",
    "{pictures} with the place of the shot inside (GPS).": "{pictures}内含拍摄地点（GPS）。",
    "No thumbnail and no model gets it, but the files keep it: take it out before you pass them on.": (
        "缩略图和模型都不含它，但文件仍保留：转交文件前请先去除。"
    ),
    "Folders lie inside folders ({examples}); each kind is named by its innermost folder.": (
        "文件夹里还有文件夹（{examples}）；以最内层文件夹为类名。"
    ),
    "Inner names that lie in several folders keep the outer name too.": (
        "在多个文件夹中重复的内层名称，会保留外层名称。"
    ),
    "The outer folders are kept as groups.": "外层文件夹作为分组保留。",
    "{names} were taken as one kind: '{name}'.": "{names} 已合并为一类：'{name}'。",
    "{n} passed over.": "已略过 {n} 个。",
    "{n} passed over in {folders}.": "已略过{folders}中的 {n} 个。",
    "{files} passed over: unsafe names, as archives of strangers have them.": (
        "已略过{files}：文件名不安全，来历不明的压缩包中常见。"
    ),
    "{files} of the same name as another one in the archive; all were kept.": (
        "压缩包中有{files}与其他文件重名，已全部保留。"
    ),
    "{names} in an unknown alphabet may look wrong, such as '{name}'.": (
        "{names}的编码未知，可能显示不正确，例如 '{name}'。"
    ),
    "{links}: what leads to a file was followed, what leads to a folder was not.": (
        "{links}：指向文件的已跟随，指向文件夹的没有。"
    ),
    # bringing a folder
    "There is no file or folder '{path}'.": "没有文件或文件夹 '{path}'。",
    "Check the path.": "请检查路径。",
    "Check the path; capitals count.": "请检查路径，注意大小写。",
    "Check it.": "请检查。",
    "Check the file.": "请检查文件。",
    "'{name}' cannot be opened ({error}).": "无法打开 '{name}'（{error}）。",
    "'{name}' cannot be read ({error}).": "无法读取 '{name}'（{error}）。",
    "'{name}' is neither a folder nor a file.": "'{name}' 既不是文件夹，也不是文件。",
    "Give a folder or a zip in which each kind has a folder of its own.": (
        "请放入文件夹或 zip，其中每类各有一个文件夹。"
    ),
    "'{name}' holds more than {n} files.": "'{name}' 中的文件超过 {n} 个。",
    "Choose a smaller folder.": "请选择小一些的文件夹。",
    "{pictures} in '{name}', and no class folder.": "'{name}' 中有{pictures}，但没有类别文件夹。",
    "No pictures ({formats}) were found in '{name}'.": "'{name}' 中没有图片（{formats}）。",
    "No pictures were found.": "没有找到图片。",
    "1 other file passed over.": "已略过 1 个其他文件。",
    "{n} other files passed over.": "已略过 {n} 个其他文件。",
    "Put each kind in a folder of its own.": "请把每类各放一个文件夹。",
    "'{name}' changed while it was read.": "读取时 '{name}' 发生了变化。",
    "Bring it in again.": "请重新放入。",
    "The disk is full; nothing was kept.": "磁盘已满，没有保存任何内容。",
    "Free some space, then bring the pictures in again.": "请腾出空间，再重新放入图片。",
    "The pictures could not be kept ({error}).": "无法保存图片（{error}）。",
    "Check the workspace's folder.": "请检查工作区文件夹。",
    "Put at least two kinds of pictures each in a folder of its own; one may be 'other'.": (
        "请至少准备两类图片，各放一个文件夹；其中一类可以是 'other'。"
    ),
    "The {folder} folder has kinds that train lacks: {names}.": "{folder}文件夹中有训练集没有的类：{names}。",
    "The {folder} folder has a kind that train lacks: {names}.": "{folder}文件夹中有训练集没有的类：{names}。",
    "Add training pictures of it, or take it out; folders are matched by their names.": (
        "请补上它的训练图片，或将它移除；文件夹按名称对应。"
    ),
    "Bringing the pictures in was stopped.": "放入图片已停止。",
    "Start again when you like.": "可随时重新开始。",
    "Reading the pictures ended unexpectedly.": "读取图片时意外中断。",
    "Bring them again; if it happens again, bring fewer at a time.": "请重新放入；若再次发生，请每次少放一些。",
    # bringing a zip
    "'{name}' has {size}; at most {limit} are taken.": "'{name}' 有 {size}，最多接收 {limit}。",
    "Send fewer or smaller pictures.": "请减少图片或缩小图片。",
    "'{name}' is one part of a split archive.": "'{name}' 是分卷压缩包的一部分。",
    "Please send one zip.": "请发送一个完整的 zip。",
    "'{name}' holds {n} files; at most {limit} are taken.": "'{name}' 有 {n} 个文件，最多接收 {limit} 个。",
    "Send fewer files.": "请减少文件数量。",
    "The upload is incomplete: please send it again.": "上传不完整，请重新发送。",
    "Please pack the folder as a zip.": "请把文件夹打包成 zip。",
    "'{name}' was refused: {what}.": "已拒绝 '{name}'：{what}。",
    "'{name}' was refused: its table of contents alone has {size}.": "已拒绝 '{name}'：仅目录就有 {size}。",
    "Zip the pictures again.": "请重新打包图片。",
    "It is built to overwhelm the program that opens it.": "它的构造会使打开它的程序不堪重负。",
    "'{name}' is empty (0 bytes).": "'{name}' 为空（0 字节）。",
    "'{name}' is {what}, not a zip.": "'{name}' 是{what}，不是 zip。",
    "'{name}' is no archive that can be read, not a zip.": "'{name}' 不是可读取的压缩包。",
    "'{name}' ends before its table of contents.": "'{name}' 不完整，缺少目录。",
    "'{name}' is cut off at its start.": "'{name}' 不完整，缺少开头。",
    "'{name}' is damaged ({error}).": "'{name}' 已损坏（{error}）。",
    "Zip the pictures and send them again.": "请重新打包图片并发送。",
    "'{name}' is protected by a password.": "'{name}' 有密码保护。",
    "Zip the folder again without a password.": "请重新打包文件夹，不设密码。",
    "'{name}' is packed with {methods}, which cannot be unpacked here.": "'{name}' 使用 {methods} 压缩，这里无法解压。",
    "Zip the folder again with the usual method (Deflate), without a password.": (
        "请用常用方式（Deflate）重新打包文件夹，不设密码。"
    ),
    "The upload was empty: 0 bytes arrived.": "上传内容为空：收到 0 字节。",
    "Choose the file again.": "请重新选择文件。",
    "The disk is full; the upload was removed.": "磁盘已满，上传内容已删除。",
    "Make room and send it again.": "请腾出空间后重新发送。",
    "The upload has {size} and the disk has {free} left.": "上传内容有 {size}，磁盘只剩 {free}。",
    "Make room ({kept} stay free for the program) and send it again.": "请腾出空间（为程序保留 {kept}），再重新发送。",
    "The file has {size} or more; at most {limit} are taken.": "文件有 {size} 或更多，最多接收 {limit}。",
    # while they are read
    "It changed while it was read.": "它在读取过程中发生了变化。",
    "Its header came back damaged.": "读回的文件头已损坏。",
    "Pictures are being brought into '{name}' already.": "已经有图片正在放入 '{name}'。",
    "Wait until that is done.": "请等待其完成。",
    "part is {value}, which is no rectangle within 0..1": "part 是 {value}，不是 0 到 1 之间的矩形",
}
