"""What the core says when a model is taken away, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    # the self-test
    "It is not offered, since it would answer otherwise than the model you know.": (
        "不提供该文件，因为它的回答会与您所见的模型不同。"
    ),
    "The other forms may be right.": "其他格式可能没有问题。",
    "{what} failed its check: {n} of {total} pictures were read.": "{what} 未通过检查：{total} 张图片中只读出 {n} 张。",
    "{what} failed its check: it names other classes than the run.": "{what} 未通过检查：它的类别与训练时不同。",
    "{what} failed its check: on picture {n} of {total} it gives '{name}' {own}, the run {wanted}.": (
        "{what} 未通过检查：第 {n} 张图片（共 {total} 张）上，它给 '{name}' 的概率是 {own}，训练结果给出 {wanted}。"
    ),
    "{what} failed its check: it gave no answer in time.": "{what} 未通过检查：没有及时回答。",
    "{what} failed its check: what it printed is no answer.": "{what} 未通过检查：它输出的内容不是回答。",
    "{what} failed its check: it does not open in a fresh process ({reason}).": (
        "{what} 未通过检查：在新的进程中打不开（{reason}）。"
    ),
    # what cannot be made
    "The network '{name}' cannot be written as one graph ({reason}).": "网络 '{name}' 无法写成一张计算图（{reason}）。",
    "The weights themselves can still be taken away: choose the bundle.": "权重本身仍可带走：请选择完整打包文件。",
    "An ONNX file needs {names}, which are not installed.": "生成 ONNX 文件需要 {names}，但尚未安装。",
    "Install what requirements.txt lists, then export again.": "请安装 requirements.txt 中列出的软件包，然后重新导出。",
    "This network cannot be written as ONNX ({reason}).": "此网络无法写成 ONNX（{reason}）。",
    "This network cannot be written as ONNX.": "此网络无法写成 ONNX。",
    "The other forms can still be taken away.": "仍可用其他格式带走。",
    "This network takes {size} GB; one ONNX file holds at most 2.": "此网络有 {size} GB；一个 ONNX 文件最多容纳 2 GB。",
    "Take the bundle without it, or a torch program.": "请使用不含它的打包文件，或 torch 程序。",
    "model.onnx and predict.py are not in it: {reason}": "其中没有 model.onnx 和 predict.py：{reason}",
    # as a job
    "There is no form '{to}' to take a model away in.": "没有名为 '{to}' 的导出格式。",
    "Take one of {names}.": "请选择其中之一：{names}。",
    "The export ended before it was done.": "导出未完成就结束了。",
    "Start it again.": "请重新开始。",
}
