"""What the core says of heads in closed form, in simplified Chinese. Keys are its own sentences."""

from __future__ import annotations

SAID: dict[str, str] = {
    "All {count} pictures belong together, so none can be judged by a head that never saw them.": (
        "全部 {count} 张图片属于同一组，因此没有一张能由未见过它们的分类头来评判。"
    ),
    "Bring pictures of other days or places, or set group_by to none.": (
        "请添加其他日期或地点的图片，或将 group_by 设为 none。"
    ),
}
