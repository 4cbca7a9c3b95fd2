"""What the core says of plans and trainings, in simplified Chinese. Keys are its own sentences."""

from __future__ import annotations

SAID: dict[str, str] = {
    # the plan's reasons
    "The frozen stages are {share} of the work; with unchanged pictures they run only once.": (
        "冻结部分占计算量的 {share}；图片不变，只需计算一次。"
    ),
    "With {n} pictures the network sees enough variety.": "有 {n} 张图片，变化已经足够。",
    "With {n} pictures, slightly different crops of each keep it from learning by heart.": (
        "有 {n} 张图片，每张略微不同的裁剪可防止死记硬背。"
    ),
    "Small groups, so that {n} pictures still make enough steps in an epoch.": (
        "每批较小，使 {n} 张图片在一轮中仍有足够的步数。"
    ),
    "Steps of {n} pictures keep this machine busy without filling its memory.": (
        "每步 {n} 张图片，既充分利用这台机器，又不占满内存。"
    ),
    "Every picture is seen {epochs} times: {seen} looks in all, enough for {n} pictures.": (
        "每张图片看 {epochs} 遍，共 {seen} 次，对 {n} 张图片足够。"
    ),
    "Starting from nothing allows big steps.": "从零开始，可以用大步长。",
    "Small steps, so that what the network already knows is kept.": "用小步长，保留网络已学会的内容。",
    "Transformers forget quickly, so the steps are very small.": "Transformer 容易遗忘，所以步长很小。",
    "(SGD takes bigger ones than AdamW.)": "（SGD 的步长比 AdamW 大。）",
    "The head is fitted in closed form to the labels as they are.": "分类头按原标签直接求解。",
    "A little doubt about every label softens the harm of a wrong one.": "对每个标签略存怀疑，可减轻错误标签的影响。",
    "There are no steps to warm up for.": "没有训练步骤，无需预热。",
    "The first steps are small, so that the head's good start is not shaken.": (
        "最初几步较小，以免破坏分类头的良好起点。"
    ),
    "It runs to the end: stopping early takes {needed}.": "一直训练到结束：提前停止需要{needed}。",
    "It stops when {n} epochs in a row bring nothing better on the validation pictures.": (
        "如果连续 {n} 轮在验证图片上没有进步，就停止。"
    ),
    "Only the head learns, from features that are computed once for each unchanged picture.": (
        "只有分类头学习，图片不变，每张的特征只计算一次。"
    ),
    "{field} '{value}' is not used: the head is computed directly, without steps.": (
        "未使用 {field} '{value}'：分类头直接求解，没有训练步骤。"
    ),
    "{device} computes 16-bit numbers (bf16) several times faster.": "{device} 计算 16 位数（bf16）要快好几倍。",
    "{device} computes 32-bit numbers best.": "{device} 最适合计算 32 位数。",
    "Measured on the test pictures that you brought; training never sees them.": (
        "用你带来的测试图片测量，训练时从不使用它们。"
    ),
    "Measured on pictures that were set aside; training never learns from them.": (
        "用预留的图片测量，训练时从不学习它们。"
    ),
    "No picture could be set aside: each is judged by a head that was fitted without it.": (
        "没有图片可以预留：每张都由没学过它的分类头来判断。"
    ),
    "Only the head learns, so the best head is computed directly instead of in many steps.": (
        "只有分类头学习，所以直接求出最佳分类头，不必分很多步。"
    ),
    "The best epoch is kept: {n} validation pictures can tell which it is.": (
        "保留最好的一轮：{n} 张验证图片足以判断是哪一轮。"
    ),
    "The last epoch is kept: too few validation pictures to tell which one is best.": (
        "保留最后一轮：验证图片太少，无法判断哪一轮最好。"
    ),
    "The network's running averages follow your pictures, since it starts from nothing.": (
        "网络从零开始，所以其滑动平均随你的图片更新。"
    ),
    "The network's running averages stay as they came: a few pictures would make them worse.": (
        "网络的滑动平均保持原样：少量图片只会使它变差。"
    ),
    "This network cannot be cut, so its frozen part runs at every step.": "此网络无法切分，冻结部分每一步都要计算。",
    "AdamW is steady over many kinds of network and of pictures.": "AdamW 对多种网络和图片都很稳定。",
    "Big steps first and ever smaller ones settle best.": "先大步，再逐渐变小，效果最好。",
    "A light pull on the weights towards zero; the usual value.": "把权重轻轻拉向零，取常用值。",
    "One odd batch cannot throw the network off course.": "避免个别异常批次使网络偏离方向。",
    # warnings
    "Mirrored, only {mirrored} of the pictures were still recognised, instead of {plain}: "
    "which way round they are matters, so training does not mirror them.": (
        "镜像后只有 {mirrored} 的图片仍能识别，原来是 {plain}：方向很重要，所以训练时不做镜像。"
    ),
    "'{path}' is left out: {reason}": "已略过 '{path}'：{reason}",
    "it can no longer be read ({error}).": "已无法读取（{error}）。",
    "it has changed since it was brought in.": "放入之后被改动过。",
    "{n} more pictures are left out for such reasons.": "因类似原因另外略过 {n} 张图片。",
    "Fewer than 5 training pictures of {names}: do not expect much of that yet.": (
        "{names}的训练图片不足 5 张：暂时不要期望太高。"
    ),
    "'{most}' has {n} training pictures, '{least}' only {few}.": (
        "'{most}' 有 {n} 张训练图片，'{least}' 只有 {few} 张。"
    ),
    "Damaged lines of the journal that were left out: {n}.": "日志中有 {n} 行已损坏，已略过。",
    # a training that cannot go on
    "No training picture of {names} can be read any more.": "{names}的训练图片已全部无法读取。",
    "No {split} picture can be read any more.": "{split}图片已全部无法读取。",
    "Bring the pictures in again.": "请重新放入图片。",
    "There is no picture to fit a head to.": "没有可用于训练的图片。",
    "Bring pictures of at least two kinds.": "请至少放入两类图片。",
    "The network's features hold values that are not finite, so no head can be fitted to them.": (
        "网络的特征中有非有限数值，无法求解分类头。"
    ),
    "Choose another backbone, or start from pretrained weights.": "请选择其他网络，或从预训练权重开始。",
    "The loss became {value} in step {step} of {steps}: "
    "with the learning rate {rate} the weights grew without bound.": (
        "第 {step} 步（共 {steps} 步）损失变为 {value}：学习率 {rate} 使权重无限增大。"
    ),
    "The validation loss became {value} after {steps} steps with the learning rate {rate}.": (
        "学习率为 {rate}，{steps} 步后验证损失变为 {value}。"
    ),
    "Choose a smaller learning rate, for example {rate}.": "请选择更小的学习率，例如 {rate}。",
    "No picture could be set aside, so nothing can measure a fine-tuning; freeze all.": (
        "没有图片可以预留，无法测量微调的效果；请全部冻结。"
    ),
    "start is 'scratch' and freeze is '{freeze}', "
    "but a frozen part that never learned anything helps nobody; set freeze to 'none'.": (
        "start 是 'scratch'，freeze 是 '{freeze}'，但从未学习的部分冻结起来没有用处；请把 freeze 设为 'none'。"
    ),
    "warmup_epochs is {warmup}, more than the {epochs} epochs of the run.": (
        "warmup_epochs 是 {warmup}，超过训练的 {epochs} 轮。"
    ),
    "There is only one class, '{name}'; telling apart takes two.": "只有一类 '{name}'；要区分至少需要两类。",
    "The disk is full.": "磁盘已满。",
    "The disk is full ('{path}').": "磁盘已满（'{path}'）。",
    "Free some space, then start again.": "请腾出空间，再重新开始。",
    "The memory did not suffice.": "内存不足。",
    "Choose a smaller batch size or picture size, or freeze more of the network, then start again.": (
        "请减小批大小或图片尺寸，或多冻结一些网络，再重新开始。"
    ),
    "A fault in the program ended it ({what}).": "程序错误使它中止（{what}）。",
    "The details are in worker.log in the run's folder; please report them.": (
        "详情见训练文件夹中的 worker.log，请反馈给我们。"
    ),
    "The run did not answer Stop in time and was ended by force.": "训练没有及时响应停止，已强制结束。",
    "A model that was saved before is still there; otherwise train again.": "之前保存的模型仍在；否则请重新训练。",
    # a choice that does not fit
    "{field} is '{value}', which is no whole number.": "{field} 是 '{value}'，不是整数。",
    "{field} is '{value}', which is no number.": "{field} 是 '{value}'，不是数字。",
    "{field} is {value}; it goes from {low} to {high}.": "{field} 是 {value}，范围是 {low} 到 {high}。",
    "{field} is '{value}'; it is one of {choices}.": "{field} 是 '{value}'，只能是 {choices} 之一。",
    "{field} is '{name}', which is no stage of this network.": "{field} 是 '{name}'，此网络没有这个阶段。",
    "Did you mean '{name}'?": "你是想说 '{name}' 吗？",
    "There are: {names}.": "可选：{names}。",
    "freeze is '{freeze}' and train_stages is '{stages}'; give one of the two.": (
        "freeze 是 '{freeze}'，train_stages 是 '{stages}'；请只给其中一个。"
    ),
    "The job in '{path}' is under way already.": "'{path}' 中的任务已在进行。",
    "'{name}' asks for '{kind}', which this version does not know.": "'{name}' 需要 '{kind}'，此版本不认识。",
    "from is '{offset}', which is no offset.": "from 是 '{offset}'，不是位置。",
    "Use the 'next' of the answer before.": "请用上一次回答中的 'next'。",
    "The worker of '{name}' cannot be ended from here: its process number belongs to another program, "
    "or it runs on another computer.": "无法从这里结束 '{name}' 的训练进程：进程号属于其他程序，或它在另一台电脑上。",
}
