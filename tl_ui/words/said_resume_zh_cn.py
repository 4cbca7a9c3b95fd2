"""What is said of runs that go on and of their checkpoints, in simplified Chinese. Keys are the core's sentences."""

from __future__ import annotations

SAID: dict[str, str] = {
    # from where it goes on
    "There is no checkpoint yet, so the run begins anew.": "还没有检查点，因此训练从头开始。",
    "The last checkpoint is damaged.": "最后一个检查点已损坏。",
    "It goes on from the one before, in epoch {epoch}.": "训练从前一个检查点继续，处于第 {epoch} 轮。",
    "It goes on to {epochs} epochs in all, {done} of them done; the learning rate starts again at {rate} and falls "
    "along a cosine to the end.": (
        "将继续训练到总共 {epochs} 轮，其中 {done} 轮已完成；学习率从 {rate} 重新开始，沿余弦曲线下降到结束。"
    ),
    "It goes on to {epochs} epochs in all, {done} of them done; the learning rate stays as it was.": (
        "将继续训练到总共 {epochs} 轮，其中 {done} 轮已完成；学习率保持不变。"
    ),
    "What was kept of the pictures had to be computed again and came out a little different, so the run is no longer "
    "exactly what it would have been without the interruption.": (
        "图片的保存结果不得不重新计算，且略有不同，因此这次训练与未中断时不再完全相同。"
    ),
    "It was begun on {device} and goes on on {other}, so it is no longer exactly what it would have been without the "
    "interruption.": "训练在 {device} 上开始，在 {other} 上继续，因此与未中断时不再完全相同。",
    "It was begun with {threads} threads and goes on with {others}, so it is no longer exactly what it would have been "
    "without the interruption.": "训练以 {threads} 个线程开始，以 {others} 个线程继续，因此与未中断时不再完全相同。",
    "It was begun with PyTorch {version} and goes on with {other}, so it is no longer exactly what it would have been "
    "without the interruption.": "训练用 PyTorch {version} 开始，用 {other} 继续，因此与未中断时不再完全相同。",
    "A checkpoint could not be written ({error}), so after a breakdown the run would go on from an earlier one.": (
        "无法写入检查点（{error}），因此如果中断，训练将从更早的检查点继续。"
    ),
    # why it cannot go on so
    "Only a single training of layers can have more epochs.": "只有单次的层训练才能增加轮数。",
    "The run '{run}' is no single training of layers, so it can have no more epochs.": (
        "训练 '{run}' 不是单次的层训练，因此不能增加轮数。"
    ),
    "Train again, with the freezing and the epochs that you want.": "请用想要的冻结方式和轮数重新训练。",
    "The run '{run}' has finished.": "训练 '{run}' 已经完成。",
    "Say how many more epochs it shall have.": "请说明还要训练多少轮。",
    "Stop it first.": "请先停止它。",
    "There is nothing to go on from.": "没有可以继续的起点。",
    "The run '{run}' has kept no checkpoint.": "训练 '{run}' 没有保存检查点。",
    "There is no checkpoint at the end of epoch {epoch}.": "第 {epoch} 轮结束处没有检查点。",
    "Kept are those of the best epoch and of the last ones: {epochs}.": "保存的是最佳轮和最后几轮的检查点：{epochs}。",
    "No end of an epoch is kept.": "没有保存任何一轮结束时的检查点。",
    "epochs and more are both given.": "epochs 和 more 同时给出了。",
    "Give the epochs in all, or how many more.": "请给出总轮数，或者增加的轮数。",
    "{done} epochs are done already, so {total} in all leave nothing to train.": (
        "已完成 {done} 轮，因此总共 {total} 轮就没有可训练的了。"
    ),
    "Ask for more epochs.": "请要求更多轮数。",
    "epochs would be {epochs}; it goes from 1 to {most}.": "轮数将为 {epochs}；范围是 1 到 {most}。",
    "'{file}' of the run cannot be read ({error}), so nobody knows how it was to go on.": (
        "无法读取这次训练的 '{file}'（{error}），因此无法知道该如何继续。"
    ),
    "'{file}' of the run cannot be read ({error}).": "无法读取这次训练的 '{file}'（{error}）。",
    "The run does not say what it was to do.": "这次训练没有说明要做什么。",
    "Train again.": "请重新训练。",
    "'{file}' cannot be read: {error}.": "无法读取 '{file}'：{error}。",
    "Ask once more to go on.": "请再次要求继续。",
    # the pictures
    "The pictures of the run '{run}' are gone.": "训练 '{run}' 的图片已不存在。",
    "Bring the pictures in again and train again.": "请重新导入图片并重新训练。",
    "The pictures are not those that the run learned from.": "图片与这次训练所用的不一致。",
    "Gone: {names}.": "已不存在：{names}。",
    "Replaced: {names}.": "已被替换：{names}。",
    "Of another kind now: {names}.": "类别已改变：{names}。",
    "Gone or replaced: {names}.": "已不存在或被替换：{names}。",
    "Bring them back as they were, or train again with the pictures as they are now: that is a new run.": (
        "请把它们恢复原样，或者用现在的图片重新训练：那将是一次新的训练。"
    ),
    "The run tells {kinds} apart, and the pictures are now sorted into {others}.": (
        "这次训练区分 {kinds}，而图片现在分为 {others}。"
    ),
    "Train again: with other kinds it is another model.": "请重新训练：类别不同，就是另一个模型。",
}
