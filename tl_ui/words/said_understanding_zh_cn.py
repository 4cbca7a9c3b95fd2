"""What the core says of a model's answers, how sure they are and what to do next, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    # kept answers
    "This run kept no answers to its pictures: it did not reach its end, or an older Thaw made it.": (
        "这次训练没有保存对各图片的回答：它没有进行到底，或由较早版本的 Thaw 完成。"
    ),
    "Train again: a new run keeps its answers.": "请重新训练：新的训练会保存回答。",
    "The answers that this run kept ('{name}') are damaged: {what}.": "这次训练保存的回答（'{name}'）已损坏：{what}。",
    "'{name}' was written by a newer Thaw.": "'{name}' 由较新版本的 Thaw 写成。",
    # measures, and where they were measured
    "How many of all pictures it is right on; big classes count for more.": (
        "在所有图片中答对的比例；图片多的类别占比更大。"
    ),
    "How many it is right on in each class, averaged over the classes: small ones count as much.": (
        "每一类答对的比例，再对各类取平均：小类别同样重要。"
    ),
    "Between missing pictures of a class and seeing it where it is not, averaged over the classes.": (
        "兼顾漏认某一类和误认为某一类两种错误，再对各类取平均。"
    ),
    "How often a picture of a class gets a higher probability for it than one of another; 0.5 is chance.": (
        "某一类的图片在该类上的概率高于其他类图片的机会；0.5 等于碰运气。"
    ),
    "How often the right class is among its three likeliest.": "正确类别位于最可能的三个之中的比例。",
    "How surprised it is by the truth, on average; being sure and wrong costs most, and 0 is perfect.": (
        "平均而言，真相让它有多意外；自信却答错代价最大，0 为完美。"
    ),
    "How far how sure it says it is and how often it is right lie apart on average; 0 is perfect.": (
        "它说的把握与实际答对的比例平均相差多少；0 为完美。"
    ),
    "How sure it says it is and how often it is right are {error} points apart on average, in {bins} bins of equal "
    "width; chance alone makes at most {chance} of that.": (
        "它说的把握与实际答对的比例平均相差 {error} 个百分点（按等宽的 {bins} 段计算）；仅凭偶然最多造成其中 {chance}。"
    ),
    "How sure it says it is and how often it is right are {error} points apart on average, in {bins} bins of equal "
    "width; with {n} pictures, chance alone makes up to {chance}, so nothing speaks against it.": (
        "它说的把握与实际答对的比例平均相差 {error} 个百分点（按等宽的 {bins} 段计算）；在 {n} 张图片上，"
        "仅凭偶然就可达 {chance}，因此看不出问题。"
    ),
    "{right} of {pictures} right: the true rate is likely between {low} and {high} %.": (
        "{pictures} 张中答对 {right} 张：真实比例很可能在 {low}% 到 {high}% 之间。"
    ),
    "Not a single picture of it was measured, so nothing is known.": "一张这样的图片也没有评测过，因此无从得知。",
    "The class '{name}' counts as much as any and has few pictures.": "类别'{name}'与其他类同样重要，但图片很少。",
    "Measured on {n} pictures, each by a head that was fitted without it: on pictures like these.": (
        "在 {n} 张图片上评测，每张都由未见过它的分类头评判：只说明对这类图片的表现。"
    ),
    "Measured on {n} test pictures that neither training nor any choice has seen.": (
        "在 {n} 张测试图片上评测，训练和各项选择都没有用过它们。"
    ),
    "Measured on {n} pictures set aside, by which choices were made too: on pictures like these.": (
        "在留出的 {n} 张图片上评测，各项选择也参考了它们：只说明对这类图片的表现。"
    ),
    "None of them shares its {what} with a training picture.": "其中没有一张与训练图片有相同的 {what}。",
    # how sure
    "With {n} pictures to judge by, nobody can say whether the model is too sure of itself: its probabilities stay as "
    "they are.": "只有 {n} 张图片可供评判，无法判断模型是否过于自信：概率保持原样。",
    "{n} pictures are the least.": "至少需要 {n} 张图片。",
    "With {m} mistakes among {n} pictures, nobody can say how sure the model should be: its probabilities stay as they "
    "are.": "{n} 张图片中有 {m} 个错误，无法判断模型应有多大把握：概率保持原样。",
    "{n} mistakes are the least.": "至少需要 {n} 个错误。",
    "The model is surer of itself than it is right; its probabilities are made more modest (temperature {t}, fitted on "
    "{n} held-out pictures).": "模型的自信超过了实际水平；概率已调低（温度 {t}，用 {n} 张留出的图片拟合）。",
    "The model is more often right than it says; its probabilities are raised (temperature {t}, fitted on {n} held-out "
    "pictures).": "模型答对的次数多于它所说的；概率已调高（温度 {t}，用 {n} 张留出的图片拟合）。",
    "The model is about as sure of itself as it is right (temperature {t}, fitted on {n} held-out pictures).": (
        "模型的自信与实际水平大致相符（温度 {t}，用 {n} 张留出的图片拟合）。"
    ),
    # the class that must not be missed
    "Of {whole} '{name}', {missed} slipped through (likely between {low} and {high} %); of {others} others, {checked} "
    "were checked again (likely between {least} and {most} %).": (
        "{whole} 张'{name}'中漏过 {missed} 张（真实比例很可能在 {low}% 到 {high}% 之间）；其他 {others} 张中有 "
        "{checked} 张被再检查一次（很可能在 {least}% 到 {most}% 之间）。"
    ),
    "With so few '{name}' measured, that is hardly known: {n} or more of them would tell.": (
        "评测过的'{name}'太少，这个数字很不可靠：至少要有 {n} 张。"
    ),
    "There is no class '{name}' in this run.": "这次训练中没有类别'{name}'。",
    "Choose one of its classes.": "请从它的类别中选择。",
    "Among the {n} pictures that were measured, {of} are of '{name}', so nothing can be counted.": (
        "在评测过的 {n} 张图片中，'{name}'有 {of} 张，因此无法统计。"
    ),
    "Bring more pictures of both kinds.": "请为两种情况都添加更多图片。",
    # I don't know
    "With {n} pictures to judge by, nobody can say how right it is when it is sure: {least} or more would tell.": (
        "只有 {n} 张图片可供评判，无法判断它有把握时的准确程度：至少需要 {least} 张。"
    ),
    "It leaves {few} unanswered ({part} of {whole}), and is right on {right} in 100 of the others (likely between "
    "{low} and {high} %).": (
        "它对 {few} 的图片不作回答（{whole} 张中 {part} 张），其余每 100 张答对 {right} 张（真实比例很可能在 {low}% 到 "
        "{high}% 之间）。"
    ),
    # labels that look wrong
    "None of the labels of the {pictures} that were judged looks wrong.": (
        "评判过的 {pictures} 中，没有标签看起来有错。"
    ),
    "{labels} of {n} may be wrong; each was judged by a model that had not seen the picture.": (
        "{n} 个标签中有 {labels} 可能有错；每张图片都由未见过它的模型评判。"
    ),
    "Look at them: hard pictures with the right label are among them.": "请逐一查看：其中也有标签正确但难认的图片。",
    # where it looked
    "For '{name}' the model looks at the border of the pictures ({share} % of its attention over {n} pictures): it may "
    "have learned a frame, a mark or the background instead of the thing.": (
        "对于'{name}'，模型看的是图片的边缘（{n} 张图片上 {share}% 的注意力）：它学到的可能是边框、标记或背景，"
        "而不是物体本身。"
    ),
    # like the training pictures or not
    "These look like your training pictures.": "这些图片与你的训练图片相似。",
    "{share} % of these look unlike your training pictures: do not trust what it says of them.": (
        "其中 {share}% 与你的训练图片不相似：不要相信它对这些图片的回答。"
    ),
    # sturdiness
    "No change to {n} pictures made it clearly worse, as far as so many can show.": (
        "对 {n} 张图片的各种改动都没有让它明显变差（就这么多图片所能说明的而言）。"
    ),
    "It is weakest on {what}: right on {now} % of {n}, instead of {before} %.": (
        "它最不擅长的是{what}：{n} 张中答对 {now}%，原来是 {before}%。"
    ),
    "Train with augment set to {how}, which shows it such pictures.": (
        "训练时把 augment 设为 {how}，让它见到这样的图片。"
    ),
    "No variation in training shows it such pictures: bring some, if it will meet them.": (
        "训练中的变化不包括这样的图片：如果它会遇到，请添加一些。"
    ),
    # would more pictures help
    "There are too few pictures to see whether more would help.": "图片太少，看不出增加图片是否有用。",
    "They nearly always do at this size.": "这么少的时候几乎总是有用。",
    "Going from {few} to {many} pictures changed {gain} points, so more pictures would help: twice as many would bring "
    "{next} points at most.": (
        "从 {few} 张增加到 {many} 张图片，变化了 {gain} 个百分点，因此更多图片会有帮助："
        "再多一倍最多提高 {next} 个百分点。"
    ),
    "Most for '{name}' ({gain} points so far).": "对'{name}'帮助最大（目前为止 {gain} 个百分点）。",
    "Going from {few} to {many} pictures changed {gain} points: more pictures of the same kind would hardly help.": (
        "从 {few} 张增加到 {many} 张图片，变化了 {gain} 个百分点：更多同类图片几乎没有帮助。"
    ),
    "Going from {few} to {many} pictures changed {gain} points, give or take {error}: whether more would help cannot "
    "be told.": "从 {few} 张增加到 {many} 张图片，变化了 {gain} 个百分点，误差约 {error}：无法判断更多图片是否有用。",
    # what to do next
    "Look at {labels} that may be wrong: what is learned from them is wrong, too.": (
        "请查看可能有错的 {labels}标签：从错误标签学到的也是错的。"
    ),
    "It is not clearly better than always saying '{name}', so bring more pictures of every class, or other classes "
    "that can be told apart.": ("它并不明显好于总是回答'{name}'，因此请为每一类添加更多图片，或换成能够区分的类别。"),
    "Bring more pictures of '{name}': it is right on only {right} of {n} of them.": (
        "请添加更多'{name}'的图片：{n} 张中只答对 {right} 张。"
    ),
    "Bring more pictures of '{name}': not one was measured, so nothing is known of it.": (
        "请添加更多'{name}'的图片：一张也没有评测过，因此无从得知。"
    ),
    "Bring more pictures of '{name}': with {n} measured, hardly anything is known of it.": (
        "请添加更多'{name}'的图片：只评测了 {n} 张，几乎无从得知。"
    ),
    "Look at the {n} pictures of '{name}' that it took for '{other}': {count} of {wrong} mistakes.": (
        "请查看被当成'{other}'的 {n} 张'{name}'图片：占全部 {wrong} 个错误中的 {count} 个。"
    ),
    "Bring more pictures: they still make it better.": "请添加更多图片：它还在因此变好。",
    "Those of '{name}' help most.": "'{name}'的图片帮助最大。",
    "Only the head has learned so far: the preset Better lets later layers learn, too, and keeps what wins.": (
        "目前只训练了分类头：预设“更好”还会训练后面的层，并保留胜出者。"
    ),
    "Train with augment set to {how}: on {what} it is right much less often.": (
        "训练时把 augment 设为 {how}：它在{what}上答对的次数少得多。"
    ),
    "Bring {what}, if it will meet them: it is right on them much less often.": (
        "如果它会遇到{what}，请添加一些：它在这些图片上答对的次数少得多。"
    ),
    "Bring test pictures: with {n} measured, the true rate may lie far from the one shown.": (
        "请添加测试图片：只评测了 {n} 张，真实比例可能与显示的相差很远。"
    ),
    "Try it on pictures of its later life: they show what no number here can.": (
        "请用它以后会遇到的图片试一试：它们能说明这里的数字说明不了的事。"
    ),
    "If one class must not be missed, choose it and how many others may be checked again.": (
        "如果有一类不能漏掉，请选择它，以及可以再检查多少其他图片。"
    ),
    "Take it away: the bundle has proven that it answers as it does here.": (
        "带走它：模型包已经证明它的回答与这里一致。"
    ),
    # questions about a trained run
    "This run kept no answers to its pictures, and none were set aside to ask again.": (
        "这次训练没有保存对各图片的回答，也没有留出可以再问的图片。"
    ),
    "This run has no plan, so nothing can be asked of it.": "这次训练没有计划，因此无法再问它什么。",
    "None of the pictures that this run was measured on can be opened any more.": (
        "这次训练评测用的图片都已无法打开。"
    ),
    "There is no insight '{name}'.": "没有名为'{name}'的分析。",
    "Ask for one of {names}.": "请从以下选择：{names}。",
    "The model does not know the class '{name}'.": "模型不认识类别'{name}'。",
    "The answers that this run kept are of another model.": "这次训练保存的回答属于另一个模型。",
    "This run began from scratch, so there is no network that knew anything of pictures before it.": (
        "这次训练从零开始，之前没有认识图片的网络。"
    ),
    "Ask this of a run that began with pretrained weights.": "请对使用预训练权重的训练提出这个问题。",
    "The pictures of '{name}' that this run learned from are no longer in the dataset.": (
        "这次训练学过的'{name}'图片已不在数据集中。"
    ),
    # temperature and thresholds
    "'{name}' is a bundle, which stays as it was exported.": "'{name}' 是导出的模型包，内容保持导出时的样子。",
    "Change the run it is from.": "请在导出它的训练中修改。",
    "The model cannot answer like that: {problems}.": "模型不能这样回答：{problems}。",
    "Choose other values.": "请选择其他数值。",
    # two runs on the same pictures
    "Of the {pictures} that both were measured on, the first is right on {first} and the second on {second}.": (
        "在两者都评测过的 {pictures} 中，第一个答对 {first} 张，第二个答对 {second} 张。"
    ),
    "They are right and wrong on the very same pictures.": "两者答对和答错的图片完全相同。",
    "The difference may be chance: they differ on {n} of them, {first} for the first and {second} for the second "
    "(p = {p}).": "差异可能出于偶然：两者在其中 {n} 张上不同，{first} 张第一个答对，{second} 张第二个答对（p = {p}）。",
    "The first is truly better on pictures like these: chance alone makes such a difference less than 1 in 20 times "
    "(p = {p}).": "在这类图片上第一个确实更好：仅凭偶然，出现这种差异的机会不到二十分之一（p = {p}）。",
    "The second is truly better on pictures like these: chance alone makes such a difference less than 1 in 20 times "
    "(p = {p}).": "在这类图片上第二个确实更好：仅凭偶然，出现这种差异的机会不到二十分之一（p = {p}）。",
    "{pictures} with another label by now were left out.": "另有 {pictures} 如今标签已不同，未计入。",
    "The two runs were measured on different pictures, so their numbers cannot be compared one to one.": (
        "两次训练用不同的图片评测，数字不能一一比较。"
    ),
    "Train both with the same split, or bring a test split.": "请用相同的划分训练两者，或提供测试集。",
    "The two runs know other labels for the same pictures, so they cannot be compared.": (
        "两次训练对相同图片用了不同的标签，无法比较。"
    ),
    "Compare runs that learned the same kinds.": "请比较学习相同类别的训练。",
}
