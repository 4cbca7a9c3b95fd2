"""What the core says of presets, folds, seeds, learning rates and hints, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    # presets
    "The head alone is fitted, in closed form: seconds, and often nearly as good.": (
        "只拟合分类头，直接算出：只要几秒，往往也差不多一样好。"
    ),
    "The head first, then the later layers too; what is better on the validation pictures is kept.": (
        "先算分类头，再训练后面的层；在验证图片上更好的那个会被保留。"
    ),
    "The head first, then one ice line after the other; the winner on the validation pictures is kept.": (
        "先算分类头，再逐一尝试不同的冰线；在验证图片上胜出的那个会被保留。"
    ),
    "preset is '{preset}' and start is 'scratch', but a network that never learned anything has no first model "
    "to improve.": "preset 是 '{preset}'，start 是 'scratch'，但从未学过东西的网络没有可改进的第一个模型。",
    "Leave the preset out, or start from pretrained weights.": "请去掉 preset，或从预训练权重开始。",
    "One candidate is out: {problem}": "有一个候选出局：{problem}",
    "Training on brought nothing on the validation pictures, so the first model is kept: {share} of them right.": (
        "继续训练在验证图片上没有带来好处，因此保留第一个模型：其中 {share} 正确。"
    ),
    "Training on brought nothing on the validation pictures, so the first model was kept.": (
        "继续训练在验证图片上没有带来好处，因此保留了第一个模型。"
    ),
    # folds and seeds
    "measure is 'folds', which measures a head that is fitted in closed form, but more than that learns.": (
        "measure 是 'folds'，它测量直接算出的分类头，但这里学习的不只是分类头。"
    ),
    "Set measure to 'split', or let only the head learn.": "请把 measure 设为 'split'，或只让分类头学习。",
    "With {n} pictures, a few set aside would say little: each is judged by heads fitted without it, "
    "in {folds} folds, {times} times.": (
        "只有 {n} 张图片，留出几张说明不了什么：每张都由没见过它的分类头来判断，分 {folds} 折，重复 {times} 次。"
    ),
    "The final head learns from all of them.": "最终的分类头从全部图片中学习。",
    "With the seed {seed}: {problem}": "随机种子为 {seed} 时：{problem}",
    # the learning-rate test
    "Only the head learns, and it is computed directly, without steps: there is no learning rate to find.": (
        "只有分类头在学习，而且是直接算出的，没有步骤：没有学习率可找。"
    ),
    "Let more stages learn first.": "请先让更多阶段学习。",
    "The loss was lowest at {rate}; a tenth of that is at a safe distance.": (
        "损失在 {rate} 处最低；取它的十分之一，留有安全距离。"
    ),
    "The loss ran away at once, so the curve says nothing; this is what the plan chose.": (
        "损失一开始就发散，曲线说明不了什么；这是计划所选的值。"
    ),
    "The loss hardly moved at any rate, so the curve says nothing; this is what the plan chose.": (
        "损失在任何学习率下都几乎不变，曲线说明不了什么；这是计划所选的值。"
    ),
    "The first model leaves little to learn, so the loss fell at no rate; from {rate} on it rose, and a tenth of that "
    "is at a safe distance.": (
        "第一个模型已经没有多少可学的，损失没有下降；从 {rate} 起开始上升，取它的十分之一，留有安全距离。"
    ),
    # hints
    "These pictures are no longer here.": "这些图片已经不在这里了。",
    "Choose others, or bring them in again.": "请选择别的图片，或重新导入。",
    "The details are in the assistant's log.": "详细信息在助手的日志里。",
}
