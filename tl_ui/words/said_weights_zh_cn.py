"""What the core says of a person's own weights and of what a run begins with, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    "'{name}' cannot be read as a plain table of tensors. Thaw opens nothing else.": (
        "无法把 '{name}' 作为单纯的张量表来读取。Thaw 不打开其他内容。"
    ),
    "The head of '{file}' answers {n} other classes and was left out.": "'{file}' 的分类头对应 {n} 个其他类，未使用。",
    "'{file}' has no head; yours begins at random.": "'{file}' 没有分类头，新的分类头从随机值开始。",
    "The weights in '{file}' do not fit '{name}': {differences}.": "'{file}' 中的权重与 '{name}' 不符：{differences}。",
    "Choose the network that they were made with, and its picture size.": "请选择生成这些权重的网络及其图片尺寸。",
    "'{file}' is no plain table of tensors: it asks to run '{code}'.": (
        "'{file}' 不是普通的张量表：它要求运行 '{code}'。"
    ),
    "Thaw opens no such file.": "Thaw 不会打开这种文件。",
    "Save it as .safetensors, or only its state_dict with torch.save.": (
        "请另存为 .safetensors，或用 torch.save 只保存它的 state_dict。"
    ),
    "'{file}' holds no tensors.": "'{file}' 里没有张量。",
    "Save or download it again, best as .safetensors.": "请重新保存或下载，最好用 .safetensors。",
    "'{file}' is no weights file that Thaw reads.": "'{file}' 不是 Thaw 能读取的权重文件。",
    "Another network was chosen while the file came.": "文件传送期间选择了另一个网络。",
    "Bring it again for this one.": "请为当前网络重新放入。",
    "Check its permissions.": "请检查其权限。",
    "Give one of {endings}.": "请使用 {endings} 之一。",
    "There is no weights file '{path}'.": "没有权重文件 '{path}'。",
    "The weights file '{file}' is empty.": "权重文件 '{file}' 是空的。",
    "'{file}' has {n} GB; no network has more than {most}.": "'{file}' 有 {n} GB，没有网络超过 {most}。",
    "The tensors were taken from '{wrapper}' in '{file}'.": "张量取自 '{file}' 中的 '{wrapper}'。",
    "'{file}' holds a {kind} in place of a table of tensors.": "'{file}' 里是 {kind}，而不是张量表。",
    "'{name}' in '{file}' is no tensor and was left out.": "'{file}' 中的 '{name}' 不是张量，未使用。",
    "'{prefix}' before every name was left out.": "每个名称前的 '{prefix}' 已去掉。",
    "The weights file '{file}' is damaged ({reason}).": "权重文件 '{file}' 已损坏（{reason}）。",
    "backbone is '{name}', but the run to start from has '{other}'.": (
        "backbone 是 '{name}'，但起始的运行用的是 '{other}'。"
    ),
    "Leave the backbone out.": "请不要设置 backbone。",
    "There is no run or model '{name}' to start from.": "没有可作为起点的运行或模型 '{name}'。",
    "Use start 'pretrained' or 'scratch', or a run's identifier, a model's folder or a bundle.": (
        "start 可用 'pretrained' 或 'scratch'，也可以是运行的标识、模型的文件夹或模型包。"
    ),
    "It was stopped while the weights were fetched, so there is no model yet.": "下载权重时被停止，所以还没有模型。",
    "Start it again: the download goes on where it was stopped.": "请重新开始：下载会从停止处继续。",
    "weights names a file and start is '{value}': only one can be begun with.": (
        "weights 指定了文件，而 start 是 '{value}'：只能从其中一个开始。"
    ),
    "Leave one of them out.": "请去掉其中一个。",
}
