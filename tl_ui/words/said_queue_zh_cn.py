"""What the queue, stopping and the faults of workers say, in simplified Chinese. Keys are the core's own sentences."""

from __future__ import annotations

SAID: dict[str, str] = {
    "The run '{run}' is under way already.": "训练 '{run}' 已在进行中。",
    "The queue of trainings does not answer.": "训练队列没有响应。",
    "Wait a moment and try again.": "请稍等片刻再试。",
    "Its worker was started {n} times and ended each time before it could begin.": (
        "它的工作进程启动了 {n} 次，每次都在开始前结束。"
    ),
    "The log of the run says more; then train again.": "详情见这次训练的日志；之后请重新训练。",
    "The training '{name}' is under way.": "训练 '{name}' 正在进行。",
    "Stop it first; then delete it.": "请先停止它，再删除。",
    "The training '{name}' begins with the model of this one.": "训练 '{name}' 以这次训练的模型为起点。",
    "Wait until it has ended, or cancel it; then delete this one.": "请等它结束或取消它，然后再删除这一个。",
}
