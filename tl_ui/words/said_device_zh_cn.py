"""What the core says of pictures in a graphics card's memory, in simplified Chinese. Keys are its own sentences."""

from __future__ import annotations

SAID: dict[str, str] = {
    "All pictures lie in the graphics card's memory: {needed} GB of the {free} GB that are free there.": (
        "所有图片都放在显卡内存中：占用其中空闲的 {free} GB 里的 {needed} GB。"
    ),
    "Pictures are copied to the graphics card step by step: together they would take {needed} GB of the {free} GB "
    "that are free there.": "图片分步复制到显卡：全部放入需要 {needed} GB，而显卡上空闲 {free} GB。",
    "The graphics card's memory no longer has room for all pictures, so they are copied there step by step.": (
        "显卡内存已放不下所有图片，因此改为分步复制。"
    ),
}
