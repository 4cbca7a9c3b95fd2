"""The words of a hosted demo: how long things stay, each person's share, erasing it, in simplified Chinese."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "app.promise_hosted": "公开演示：请勿上传私密图片，{n} 小时后全部删除。",
    "mine.kept": "演示中的图片和训练会在 {n} 小时后消失：请下载您的结果。",
    "mine.queue": "有 {n} 次训练在排队。",
    "mine.queue_free": "没有训练在排队。",
    "mine.near": "即将用完：{what}。",
    "mine.title": "您在演示中的份额",
    "mine.pictures": "图片 {used} / {most} 张",
    "mine.upload": "24 小时内已上传 {used} / {most} MB",
    "mine.disk": "磁盘 {used} / {most} MB",
    "mine.runs": "进行或等待的训练 {used} / {most} 次",
    "mine.training": "24 小时内训练 {used} / {most} 分钟",
    "mine.predictions": "本分钟试用图片 {used} / {most} 张",
    "mine.erase": "立即清除我的全部内容",
    "mine.sure": "立即清除您的全部图片、训练和模型？此操作无法撤销。",
}
