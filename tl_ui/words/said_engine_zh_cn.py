"""What the core says of the engine that runs what is frozen, in simplified Chinese. Keys are its own sentences."""

from __future__ import annotations

SAID: dict[str, str] = {
    "PyTorch computes what is frozen: nothing else is as fast on a graphics card.": (
        "冻结部分由 PyTorch 计算：在显卡上没有比它更快的。"
    ),
    "PyTorch computes what is frozen: OpenVINO, which is faster on many processors, is not installed.": (
        "冻结部分由 PyTorch 计算：在许多处理器上更快的 OpenVINO 没有安装。"
    ),
    "PyTorch computes what is frozen: it is done with these pictures before something faster is found.": (
        "冻结部分由 PyTorch 计算：这些图片很快就算完，不必再找更快的办法。"
    ),
    "PyTorch computes what is frozen: OpenVINO cannot run this network ({why}).": (
        "冻结部分由 PyTorch 计算：OpenVINO 无法运行这个网络（{why}）。"
    ),
    "PyTorch computes what is frozen: OpenVINO's features differ from PyTorch's by {off}, more than {allowed}.": (
        "冻结部分由 PyTorch 计算：OpenVINO 的特征与 PyTorch 相差 {off}，超过允许的 {allowed}。"
    ),
    "{engine} computes what is frozen: {speed} pictures a second here, {other} {slower}.": (
        "冻结部分由 {engine} 计算：在这台电脑上每秒 {speed} 张图片，{other} 为 {slower} 张。"
    ),
    "{engine} is not used after all: it is not installed any more.": "最终没有使用 {engine}：它已不再安装。",
    "{engine} is not used after all: its features differ from PyTorch's by {off}.": (
        "最终没有使用 {engine}：它的特征与 PyTorch 相差 {off}。"
    ),
    "{engine} is not used after all: {why}.": "最终没有使用 {engine}：{why}。",
}
