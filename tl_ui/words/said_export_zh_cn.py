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
    "This network takes {size} GB; one ONNX file holds at most {most}.": (
        "此网络有 {size} GB；一个 ONNX 文件最多容纳 {most} GB。"
    ),
    "Take the bundle without it, or a torch program.": "请使用不含它的打包文件，或 torch 程序。",
    "model.onnx and predict.py are not in it: {reason}": "其中没有 model.onnx 和 predict.py：{reason}",
    # as a job
    "There is no form '{to}' to take a model away in.": "没有名为 '{to}' 的导出格式。",
    "Take one of {names}.": "请选择其中之一：{names}。",
    "The export ended before it was done.": "导出未完成就结束了。",
    "Start it again.": "请重新开始。",
    "The model no longer answers as when it was measured: of '{file}' it said '{name}' {was}, and now {now}.": (
        "模型与评估时的回答不再一致：对 '{file}'，当时给 '{name}' 的概率是 {was}，现在是 {now}。"
    ),
    "Nothing is exported of it.": "不会从它导出任何文件。",
    # taken in
    "'{name}' unpacks to {size} MB; at most {limit} are taken.": "'{name}' 解压后有 {size} MB；最多接受 {limit} MB。",
    "Export a smaller network.": "请导出较小的网络。",
    # as a script
    "The run '{run}' has made no plan yet.": "训练 '{run}' 还没有制定计划。",
    "Wait until it has begun to train.": "请等它开始训练。",
    "This training cannot be written as a script, because of {names}.": "这次训练无法写成脚本，原因：{names}。",
    "Take the settings as a command line instead: --to command.": "请改为导出命令行形式的设置：--to command。",
    "The training began from '{start}', whose weights lie in a zip or are gone.": (
        "训练从 '{start}' 开始，其权重在 zip 中或已不存在。"
    ),
    "Unpack that bundle, or take the settings as a command line: --to command.": (
        "请解压该打包文件，或导出命令行形式的设置：--to command。"
    ),
    "This export is not ready.": "此导出尚未就绪。",
    "Begin it, and wait until it is.": "请开始导出，并等它完成。",
}
