"""What is said of photos that are tried and of what a person tells, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    "There is not one picture among these {files} files.": "这 {files} 个文件里没有一张图片。",
    "Choose pictures (JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF), or a folder or zip of them.": (
        "请选择图片（JPEG、PNG、WebP、GIF、BMP、TIFF 或 AVIF），或装有它们的文件夹或 zip。"
    ),
    "The answers to these photos cannot be read ({error}).": "无法读取对这些照片的回答（{error}）。",
    "Bring the photos again.": "请重新放入照片。",
    "What was asked in '{name}' is damaged ({error}).": "'{name}' 中的请求已损坏（{error}）。",
    "These photos are being looked at just now.": "这些照片正在被查看。",
    "Stop it first, then drop them.": "请先停止，然后再收起。",
    "Looking at the photos ended unexpectedly.": "查看照片的过程意外结束了。",
    "Bring them again; if it happens again, bring fewer.": "请重新放入；如果再次发生，请少放一些。",
    "The pictures that this model learned from are not here any more.": "这个模型学过的图片已经不在了。",
    "Bring them on the Pictures tab, and train again.": "请在“图片”页放入它们，然后重新训练。",
    "These photos are not here any more.": "这些照片已经不在了。",
    "Bring them again.": "请重新放入。",
    "The photos have not been looked at yet.": "这些照片还没有查看完。",
    "This picture is among yours already: '{path}', as '{label}'.": (
        "这张图片已经在你的图片里：'{path}'，属于 '{label}'。"
    ),
    "Correct it on the Pictures tab where its kind is wrong.": "如果类别不对，请在“图片”页更正。",
    "This picture is nearly the same as '{path}', which measures the model.": (
        "这张图片和 '{path}' 几乎相同，而后者用来衡量模型。"
    ),
    "It stays out: a model must not learn from what it is measured with.": (
        "它不会被加入：模型不能从用来衡量它的图片中学习。"
    ),
    # the report
    "Wait until it has finished.": "请等它完成。",
    "There is nothing to report yet: this training has no result.": "还没有可以报告的内容：这次训练没有结果。",
    # models that are brought
    "{most} models are open already.": "已打开 {most} 个模型。",
    "Close one first.": "请先关闭一个。",
    "This model is not open here any more.": "这个模型已不再打开。",
    "Drop its bundle again.": "请重新放入它的打包文件。",
}
