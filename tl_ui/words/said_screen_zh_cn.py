"""What the server says when something asked of it cannot be done, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    "A fault in the program: this should not have happened, and it is not your doing.": (
        "程序错误：本不该发生，这不是你的问题。"
    ),
    "Try again; if it happens again, report it with the lines that the program printed.": (
        "请重试；若再次发生，请连同程序输出的内容一起反馈。"
    ),
    # pictures
    "There is no such set of pictures.": "没有这组图片。",
    "Choose one from the list on the Pictures tab.": "请在“图片”页的列表中选择。",
    "These pictures cannot be used yet; the state of their import is '{state}'.": (
        "这些图片还不能使用，导入状态是 '{state}'。"
    ),
    "Wait until it has finished, or bring them again.": "请等待完成，或重新放入。",
    "'{name}' is no dataset.": "'{name}' 不是数据集。",
    "Choose one from the list.": "请从列表中选择。",
    "There is no such picture.": "没有这张图片。",
    "Reload the page.": "请刷新页面。",
    "A training ('{name}') is using these pictures.": "训练（'{name}'）正在使用这些图片。",
    "Stop it, or wait until it has finished; then delete them.": "请停止训练或等待完成，再删除图片。",
    "This server takes no typed paths.": "此服务器不接受输入的路径。",
    "Drop a zip on the Pictures tab instead.": "请在“图片”页放入 zip。",
    "No folder was named.": "没有指定文件夹。",
    "Type the path of a folder or a zip, or drop a zip.": "请输入文件夹或 zip 的路径，或拖入 zip。",
    "'{path}' does not start at the root.": "'{path}' 不是完整路径。",
    "Type the whole path, as /home/ana/pictures.": "请输入完整路径，例如 /home/ana/pictures。",
    "There is nothing at '{path}'.": "'{path}' 处没有任何内容。",
    "There are no pictures to learn from.": "没有可学习的图片。",
    "Bring pictures on the first tab.": "请先在第一页放入图片。",
    "There is no sample '{name}'.": "没有示例 '{name}'。",
    "The samples are: {names}.": "示例有：{names}。",
    "The sample '{name}' could not be drawn: {error}": "无法生成示例 '{name}'：{error}",
    "Try again, or bring pictures of your own.": "请重试，或放入自己的图片。",
    "There is no complete dataset in '{name}'.": "'{name}' 中没有完整的数据集。",
    "Bring the pictures in.": "请放入图片。",
    "The dataset '{name}' was made by a newer version of Thaw.": "数据集 '{name}' 由更新版本的 Thaw 生成。",
    "Update Thaw.": "请更新 Thaw。",
    "The dataset '{name}' is damaged: {file} ({error}).": "数据集 '{name}' 已损坏：{file}（{error}）。",
    "Delete this dataset and bring the pictures in again.": "请删除此数据集，再重新放入图片。",
    # runs and their models
    "There is no such training.": "没有这次训练。",
    "Start one on the Train tab.": "请在“训练”页开始一次。",
    "This training has no model yet.": "这次训练还没有模型。",
    "Wait until its first model is ready, or train again.": "请等待第一个模型就绪，或重新训练。",
    "There is no model in '{path}'.": "'{path}' 中没有模型。",
    "Train first, or choose another run.": "请先训练，或选择其他训练。",
    "The worker of '{name}' did not end.": "'{name}' 的训练进程没有结束。",
    "Restart the computer, or end it by hand.": "请重启电脑，或手动结束它。",
    "Stop it where it was started.": "请在启动它的地方停止。",
    "The checkpoint '{name}' cannot be read: {error}.": "无法读取检查点 '{name}'：{error}。",
    "Start the run again.": "请重新开始训练。",
    "The assistant gave no answer to '{question}' within {seconds} s and was ended.": (
        "辅助进程在 {seconds} 秒内没有回答 '{question}'，已被结束。"
    ),
    "Try again; the next question starts a new one.": "请重试，下次提问会启动新的进程。",
    # weights that a person brings, and what the page asks of a network
    "'{name}' is no weights file that can be used here.": "'{name}' 不是这里能用的权重文件。",
    "Bring a file that ends in {endings}.": "请放入以 {endings} 结尾的文件。",
    "The weights file is not here any more.": "权重文件已不在这里。",
    "Bring it again on the Network tab.": "请在“网络”页重新放入。",
    "The page's settings could not be read.": "无法读取页面上的设置。",
    # a picture to try
    "This picture cannot be used.": "无法使用这张图片。",
    "'{name}' cannot be used.": "无法使用 '{name}'。",
    "Choose another picture.": "请选择其他图片。",
    # the connection
    "This browser sent no cookie, so its pictures cannot be told from other people's.": (
        "此浏览器没有发送 cookie，无法与他人的图片区分。"
    ),
    "Allow cookies for this page and reload it.": "请允许此页面使用 cookie，然后刷新。",
    "There is no file '{name}' here.": "这里没有文件 '{name}'。",
    "There is nothing under way by this name.": "没有以此名称进行的任务。",
    "Go back to Thaw's own page.": "请返回 Thaw 的页面。",
    # uploads and corrections
    "At most {most} files are taken at a time.": "一次最多接收 {most} 个文件。",
    "{n} uploads are under way already.": "已有 {n} 个上传正在进行。",
    "Finish or stop one of them first.": "请先完成或停止其中一个。",
    "These files are too large together.": "这些文件加起来太大。",
    "Bring the others afterwards.": "其余的请之后再放入。",
    "This upload is not known here.": "这里没有这次上传。",
    "Begin it again.": "请重新开始。",
    "Nothing was sent.": "没有发送任何内容。",
    "Choose pictures, a folder or a zip again.": "请重新选择图片、文件夹或 zip。",
    "The request holds no JSON object.": "请求中没有 JSON 对象。",
    "Reload the page and try again.": "请重新载入页面再试。",
    "These pictures are being corrected just now.": "这些图片正在修改中。",
    "A correction names up to {most} pictures by their paths.": "一次修改最多按路径指定 {most} 张图片。",
    "Choose fewer at a time.": "请一次少选一些。",
    "'{action}' is no correction.": "'{action}' 不是一种修改。",
    "There are no pictures to divide yet.": "还没有可以划分的图片。",
    "Add pictures first.": "请先添加图片。",
    "'{text}' is no part of a picture; {error}.": "'{text}' 不是图片的一部分；{error}。",
}
