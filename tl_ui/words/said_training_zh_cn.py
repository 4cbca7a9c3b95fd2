"""What the core says of the choices of training and freezing, in simplified Chinese. Keys are its own sentences."""

from __future__ import annotations

SAID: dict[str, str] = {
    "Pictures to test with came with the others, and a head in closed form needs none set aside to be chosen by: "
    "it learns from all of the others.": (
        "图片自带测试部分，而闭式解的分类头不需要另留图片来挑选：其余图片全部用来学习。"
    ),
    "gradual is '{value}'; it wants EPOCH:STAGE with commas between, such as {example}.": (
        "gradual 是 '{value}'；格式是 轮数:阶段，用逗号分开，例如 {example}。"
    ),
    "part is '{value}'; it wants left,top,right,bottom as shares from 0 to 1, such as {example}.": (
        "part 是 '{value}'；格式是 左,上,右,下，各为 0 到 1 的比例，例如 {example}。"
    ),
    # freezing
    "gradual thaws '{stage}' in epoch {epoch}, but it trains from the start.": (
        "gradual 要在第 {epoch} 轮解冻 '{stage}'，但它从一开始就在训练。"
    ),
    "This network reads the weights of {n} layers past these layers, so LoRA leaves them out; "
    "its other layers of attention and MLP have it.": (
        "这个网络绕过 {n} 个层直接读取它们的权重，LoRA 不作用于这些层；其余的注意力层和 MLP 层都有 LoRA。"
    ),
    "gradual thaws '{stage}' twice.": "gradual 把 '{stage}' 解冻了两次。",
    "gradual thaws {stages}, after the last of the {epochs} epochs.": (
        "gradual 要解冻 {stages}，但训练只有 {epochs} 轮。"
    ),
    "lora_rank is {rank}, but LoRA is for transformers, and this network has no attention; leave it out.": (
        "lora_rank 是 {rank}，但 LoRA 用于 Transformer，此网络没有注意力层；请不要填写。"
    ),
    "lora_rank is {rank}, but no stage with attention learns; set freeze to 'none' or to an earlier stage.": (
        "lora_rank 是 {rank}，但没有带注意力层的阶段在学习；请把 freeze 设为 'none' 或更早的阶段。"
    ),
    "The batch norms of the frozen stages learn too, so those stages run at every step.": (
        "冻结阶段的批归一化也在学习，所以这些阶段每一步都要计算。"
    ),
    "Blended pictures are new at every step, so the frozen part runs at every step.": (
        "混合的图片每一步都不同，所以冻结部分每一步都要计算。"
    ),
    "This network has no batch norm.": "此网络没有批归一化。",
    "batch_norm '{value}' is not used: this network has no batch norm.": (
        "未使用 batch_norm '{value}'：此网络没有批归一化。"
    ),
    "Batch norms learn from {n} pictures at a time, in {steps} steps: so little can make the model much worse than its "
    "head alone; 'keep' is the safe choice for batch_norm.": (
        "批归一化每次只从 {n} 张图片学习，共 {steps} 步：这么少可能使模型比单独的分类头差很多；"
        "batch_norm 选 'keep' 最稳妥。"
    ),
    "Training on made the model worse: {after} of the validation pictures are right, and with the head alone "
    "it was {before}.": "继续训练使模型变差了：验证图片答对 {after}，而只用分类头时是 {before}。",
    "Freeze more of the network, take smaller or fewer steps, or choose the preset 'better', "
    "which keeps the better one of the two.": (
        "请多冻结一些网络，减小步长或减少步数，或选预设 'better'，它会保留两者中较好的一个。"
    ),
    "Batch norms that learn need more pictures; choose 'keep' for batch_norm.": (
        "学习中的批归一化需要更多图片；batch_norm 请选 'keep'。"
    ),
    "The last stage thaws in epoch {epoch}, and it is to learn, too.": "最后一个阶段在第 {epoch} 轮解冻，它也要学习。",
    "There are no validation pictures to compare on, so only the head is fitted, in closed form.": (
        "没有验证图片可供比较，所以只直接求出分类头。"
    ),
    "start is 'scratch' and {names} would never learn, "
    "but a frozen part that never learned anything helps nobody; let every stage learn.": (
        "start 是 'scratch'，而 {names} 永远不学习，但从未学习的部分冻结起来没有用处；请让每个阶段都学习。"
    ),
    "start is 'scratch' and lora_rank is {rank}, but LoRA adds to what a network has learned; leave it out.": (
        "start 是 'scratch'，lora_rank 是 {rank}，但 LoRA 是在网络已学会的内容上附加；请不要填写。"
    ),
    "{name} '{value}' is not used: the preset '{preset}' chooses what learns.": (
        "未使用 {name} '{value}'：由预设 '{preset}' 决定哪些部分学习。"
    ),
    # steps
    "layer_decay '{value}' is not used: no stage before the last one learns.": (
        "未使用 layer_decay '{value}'：最后一个阶段之前没有阶段在学习。"
    ),
    "{name} '{value}' is not used: a step of one picture has no other one to blend with.": (
        "未使用 {name} '{value}'：每步只有一张图片，没有别的图片可以混合。"
    ),
    "class_balance '{value}' changes nothing: every kind has as many pictures.": (
        "class_balance '{value}' 不起作用：各类图片一样多。"
    ),
    "patience '{value}' is not used: there are no validation pictures to judge an epoch by.": (
        "未使用 patience '{value}'：没有验证图片来评判每一轮。"
    ),
    "patience '{value}' is not used: {epochs} epochs are over before that.": (
        "未使用 patience '{value}'：{epochs} 轮在那之前就结束了。"
    ),
    # who judges
    "validation_share '{value}' is not used: every picture judges in its turn.": (
        "未使用 validation_share '{value}'：每张图片轮流用来评判。"
    ),
    "validation_share '{value}' is not used: validation pictures came with the others.": (
        "未使用 validation_share '{value}'：图片自带验证图片。"
    ),
    "measure 'folds' is not used: pictures to judge by came with the others.": (
        "未使用 measure 'folds'：图片自带用来评判的图片。"
    ),
    "repeats '{n}' says nothing here: the head is computed directly, "
    "so the same pictures give the same number with every seed.": (
        "这里 repeats '{n}' 说明不了什么：分类头直接求解，同样的图片用任何种子都得到同样的结果。"
    ),
    "momentum is {value}, but the optimizer '{optimizer}' has none; choose 'sgd' or 'rmsprop', or leave it out.": (
        "momentum 是 {value}，但优化器 '{optimizer}' 没有动量；请选 'sgd' 或 'rmsprop'，或不要填写。"
    ),
    "schedule is 'plateau', which follows validation pictures, and there are none; choose 'cosine'.": (
        "schedule 是 'plateau'，它依据验证图片，而这里没有；请选 'cosine'。"
    ),
    "head_learning_rate '{value}' is not used: the head is frozen.": (
        "未使用 head_learning_rate '{value}'：分类头是冻结的。"
    ),
    "warmup_epochs '{value}' is not used: one-cycle has a rise of its own.": (
        "未使用 warmup_epochs '{value}'：one-cycle 自带上升阶段。"
    ),
    "What LoRA adds starts from nothing, so it learns in bigger steps.": "LoRA 的附加量从零开始，所以用较大的步长。",
    "(Adagrad takes bigger ones than AdamW.)": "（Adagrad 的步长比 AdamW 大。）",
    "Each step keeps most of the one before it; the usual value for SGD.": (
        "每一步保留上一步的大部分，这是 SGD 的常用值。"
    ),
    "RMSprop scales its steps already, so none of the one before is kept.": "RMSprop 已会调整步长，不必保留上一步。",
    "The head takes the same steps as the rest: it starts from its best already.": (
        "分类头的步长与其余部分相同：它的起点已经最好。"
    ),
    "All thawed stages take steps of the same size.": "所有解冻的阶段步长相同。",
    "The weights count as they are: from nothing they move too fast for an average.": (
        "直接使用权重本身：从零开始变化太快，不宜取平均。"
    ),
    "Answers come from the average of the weights over about an epoch, so that single steps cannot shake them.": (
        "用大约一轮内权重的平均值来回答，个别步伐就不会使它动摇。"
    ),
    "The kinds have about as many pictures each, so every picture counts the same.": (
        "各类图片数量相近，所以每张图片同等重要。"
    ),
    "Pictures count the same, though one kind has {most} and another {least}: choose 'weights' or 'sampling' "
    "if the rare kinds matter as much.": (
        "每张图片同等重要，尽管有的类有 {most} 张，有的只有 {least} 张："
        "如果少的类同样重要，请选 'weights' 或 'sampling'。"
    ),
    "The head is computed directly first (linear probe); then all that is thawed learns on in small steps "
    "(fine-tuning).": "先直接求出分类头（linear probe），然后解冻的部分以小步继续学习（微调）。",
    "So what the network knows is not shaken by a head that knows nothing.": (
        "这样，网络已学会的内容不会被一无所知的分类头打乱。"
    ),
    "It may get worse for an epoch or two before it gets better.": "开始一两轮可能变差，之后会变好。",
    "Everything learns from nothing, in many steps.": "一切从零开始，分很多步学习。",
    "The memory does not hold {n} pictures at once, so each step takes {few} at a time; it still learns from "
    "{batch} together.": "内存放不下一次 {n} 张图片，所以每一步分次处理，每次 {few} 张；仍然按 {batch} 张一起学习。",
    # views of pictures
    "Pictures stay as they are, so none is flipped.": "图片保持不变，所以不翻转。",
    "Left and right are swapped at random, unless the network no longer knows the pictures then; "
    "choose 'none' for text and digits.": ("随机左右翻转，除非翻转后网络不再认识图片；文字和数字请选 'none'。"),
    "flips '{value}' is not used: augment is 'none', so pictures stay as they are.": (
        "未使用 flips '{value}'：augment 是 'none'，图片保持不变。"
    ),
    "Pictures are not blended: that needs many epochs before it helps; 0.2 is a usual strength.": (
        "不混合图片：要训练很多轮才有帮助；常用强度是 0.2。"
    ),
    "No pieces are pasted in: that needs many epochs before it helps; 1 is the usual strength.": (
        "不做拼贴：要训练很多轮才有帮助；常用强度是 1。"
    ),
    "One look at each picture answers fastest; more looks help a little and take as many times longer.": (
        "每张图片看一遍最快；多看几遍略有帮助，时间也成倍增加。"
    ),
    "test_views is {n}; pictures of this size allow {most}, or {more} with flips 'horizontal'.": (
        "test_views 是 {n}；这样的图片尺寸最多 {most}，flips 为 'horizontal' 时最多 {more}。"
    ),
    "test_views is {n}; pictures of this size allow {most}.": "test_views 是 {n}；这样的图片尺寸最多 {most}。",
    "test_views is {n}, but no picture could be set aside to measure such answers; leave it out.": (
        "test_views 是 {n}，但没有图片可以预留来测量这样的回答；请不要填写。"
    ),
    "None of these pictures can be opened.": "这些图片都无法打开。",
    "Choose others.": "请另选。",
}
