"""What the core says while it reads pictures, and of the part of them that matters, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    "It changed while it was read.": "它在读取过程中发生了变化。",
    "Its header came back damaged.": "读回的文件头已损坏。",
    "Pictures are being brought into '{name}' already.": "已经有图片正在放入 '{name}'。",
    "Wait until that is done.": "请等待其完成。",
    "part is {value}, which is no rectangle within 0..1": "part 是 {value}，不是 0 到 1 之间的矩形",
}
