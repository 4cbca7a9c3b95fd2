"""What the screen says of uploads and corrections of pictures, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
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
