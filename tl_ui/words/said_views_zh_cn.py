"""What the core says of varied views that are kept and of threads, in simplified Chinese. Keys are its sentences."""

from __future__ import annotations

SAID: dict[str, str] = {
    "One thread: there is one core for this program.": "一个线程：本程序只有一个核心可用。",
    "{n} threads, one for each core that this program may use.": "{n} 个线程，本程序可用的每个核心一个。",
    "{n} threads: other programs are busy, too, but fewer threads are no faster just now.": (
        "{n} 个线程：其他程序也很忙，但现在减少线程不会更快。"
    ),
    "Threads: {n} of {cores} possible ones, because other programs keep the cores busy and so it is {times} times "
    "as fast just now.": "线程数：{cores} 个中的 {n} 个，因为其他程序占用着核心，现在这样快 {times} 倍。",
    "Kept views are slightly different crops of each picture.": "保存的变化是每张图片略有不同的裁剪。",
    "Every epoch has new views: a graphics card runs the frozen stages fast enough.": (
        "每一轮都用新的变化：显卡计算冻结阶段足够快。"
    ),
    "Every epoch has new views: the frozen stages are only {share} of the work.": (
        "每一轮都用新的变化：冻结阶段只占计算量的 {share}。"
    ),
    "Every epoch has new views: the disk has no room for {size} GB, which each kept view would take.": (
        "每一轮都用新的变化：每保存一种变化要 {size} GB，磁盘放不下。"
    ),
    "{n} views of every picture take turns, so that the frozen stages run {times} times a picture "
    "in {epochs} epochs.": (
        "每张图片的 {n} 种变化轮流使用，所以在 {epochs} 轮中，冻结阶段对每张图片只计算 {times} 次。"
    ),
    "cached_views '{value}' is not used: augment is 'none', so pictures stay as they are.": (
        "未使用 cached_views '{value}'：augment 是 'none'，图片保持不变。"
    ),
    "The first stage learns, so the frozen stages behind it run at every step.": (
        "第一个阶段要学习，所以它后面的冻结阶段每一步都要计算。"
    ),
    "The frozen stages run at every step: what they say of all pictures would take {size} GB, "
    "and {room} GB may be kept (--cache-gb).": (
        "冻结阶段每一步都要计算：保存它们对全部图片的结果需要 {size} GB，而允许保存 {room} GB（--cache-gb）。"
    ),
    "cached_views '{value}' becomes {n}: each kept view takes {size} GB, and {room} GB may be kept (--cache-gb).": (
        "cached_views '{value}' 改为 {n}：每保存一种变化要 {size} GB，而允许保存 {room} GB（--cache-gb）。"
    ),
    "cached_views '{value}' is not used: no frozen part is kept.": (
        "未使用 cached_views '{value}'：没有可以保存的冻结部分。"
    ),
}
