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
    # why a run was lost
    "Its process ended before it had begun.": "它的进程在开始之前就结束了。",
    "Train again; the log may say more.": "请重新训练；日志中可能有更多信息。",
    "The computer was switched off or restarted while it trained.": "训练期间电脑被关闭或重启了。",
    "It ran out of memory at {n} GB: the system ended it.": "内存用到 {n} GB 时不足，系统结束了它。",
    "Choose a smaller batch size or picture size, freeze more of the network, or close other programs.": (
        "请选择更小的批量或图片尺寸，冻结更多网络，或关闭其他程序。"
    ),
    "It was ended while it waited for room on the disk.": "它在等待磁盘空间时被结束了。",
    "Free some space, then go on with it.": "请腾出一些空间，然后继续它。",
    "Its process ended without a word: somebody or something ended it, or it crashed.": (
        "它的进程没有留下任何信息就结束了：被人或程序结束，或者崩溃了。"
    ),
    "Go on with it, or train again.": "请继续它，或重新训练。",
    "This system cannot ask a process where it is.": "这个系统无法询问进程运行到哪里。",
    "Look at the last lines of the log.": "请看日志的最后几行。",
    "Locks on files do not hold in the workspace '{root}'; it may lie on a network drive.": (
        "工作区 '{root}' 中的文件锁不起作用，它可能在网络驱动器上。"
    ),
    "Choose a folder on a disk of this computer with --workspace.": "请用 --workspace 选择本机磁盘上的文件夹。",
    "The disk is full: no training can begin.": "磁盘已满，无法开始训练。",
    "Free some space, then try again.": "请腾出一些空间后重试。",
    "The workspace '{root}' cannot be used: {reason} ('{file}').": "工作区 '{root}' 无法使用：{reason}（'{file}'）。",
    "Choose another folder with --workspace or THAW_WORKSPACE, or put its permissions right.": (
        "请用 --workspace 或 THAW_WORKSPACE 选择另一个文件夹，或修正它的权限。"
    ),
    "{n} runs cannot be compared.": "{n} 次训练无法比较。",
    "Choose {few} to {most} different ones.": "请选择 {few} 到 {most} 次不同的训练。",
}
