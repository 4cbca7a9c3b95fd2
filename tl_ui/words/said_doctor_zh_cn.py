"""What the doctor, the groups and the splits say, in simplified Chinese."""

from __future__ import annotations

_REST = "，其他类几乎没有：网络可能学会这一点，而不是主体。"
_OTHERS = ", and hardly any others: a network may learn that instead of the subject."

_OWN = "，几乎全部图片如此，其他类几乎没有：网络可能学会这一点，而不是主体。"
_THEIR_OWN = (
    ", shared by nearly all their pictures and hardly any others: a network may learn that instead of the subject."
)

# Why the doctor's buttons leave pictures out: said by themselves, and at the end of "Left out by you: ..."
WHYS: dict[str, str] = {
    "a copy": "副本",
    "also in the test": "测试集里也有",
    "also in validation": "验证集里也有",
    "tiny": "太小",
    "blank": "空白",
    "dark": "太暗",
    "bright": "太亮",
    "shape": "太细长",
    "outlier": "与同类不同",
}

SAID: dict[str, str] = {
    **WHYS,
    # findings
    "All {n} pictures are the same one: there is nothing to tell apart.": (
        "全部 {n} 张图片是同一张，没有可区分的内容。"
    ),
    "{n} of the {total} pictures in '{split}' ({percent} %) have a copy in train, exact or nearly: "
    "a score measured there flatters.": (
        "'{split}' 的 {total} 张图片中有 {n} 张（{percent} %）在训练集中有相同或几乎相同的图片，"
        "在那里测得的成绩会偏高。"
    ),
    "{pictures} of one plain colour, or nearly: there is hardly anything to learn from.": (
        "{pictures}只有或几乎只有一种颜色，学不到多少内容。"
    ),
    "{pictures} so dark that hardly anything shows.": "{pictures}太暗，几乎看不到内容。",
    "{pictures} so bright that hardly anything shows.": "{pictures}太亮，几乎看不到内容。",
    "{pictures} over {times} times as long as wide: the network sees the middle square.": (
        "{pictures}的长是宽的 {times} 倍以上，网络只看到中间的正方形。"
    ),
    "{pictures} of about {side} pixels with fine marks that are gone at the {input} pixels a network usually sees.": (
        "{pictures}约 {side} 像素，其中的细小痕迹在网络通常看到的 {input} 像素下会消失。"
    ),
    "If such marks matter, choose an image size of {larger}.": "如果这些痕迹重要，请把图片尺寸设为 {larger}。",
    f"Nearly all pictures of {{names}} are grey{_OTHERS}": f"{{names}}的图片几乎全是灰度图{_REST}",
    f"Nearly all pictures of {{names}} are in colour{_OTHERS}": f"{{names}}的图片几乎全是彩色图{_REST}",
    f"Nearly all pictures of {{names}} are cut out on a transparent ground{_OTHERS}": (
        f"{{names}}的图片几乎全是透明底抠图{_REST}"
    ),
    f"Nearly all pictures of {{names}} have the same size{_OTHERS}": f"{{names}}的图片几乎全是同一尺寸{_REST}",
    f"Nearly all pictures of {{names}} are of the same file format{_OTHERS}": (
        f"{{names}}的图片几乎全是同一文件格式{_REST}"
    ),
    f"Nearly all pictures of {{names}} were taken with the same camera{_OTHERS}": (
        f"{{names}}的图片几乎全用同一台相机拍摄{_REST}"
    ),
    f"Nearly all pictures of {{names}} were taken on the same day{_OTHERS}": (
        f"{{names}}的图片几乎全在同一天拍摄{_REST}"
    ),
    f"Nearly all pictures of {{names}} look the same in the top left corner{_OTHERS}": (
        f"{{names}}的图片左上角几乎都一样{_REST}"
    ),
    f"Nearly all pictures of {{names}} look the same in the top right corner{_OTHERS}": (
        f"{{names}}的图片右上角几乎都一样{_REST}"
    ),
    f"Nearly all pictures of {{names}} look the same in the bottom left corner{_OTHERS}": (
        f"{{names}}的图片左下角几乎都一样{_REST}"
    ),
    f"Nearly all pictures of {{names}} look the same in the bottom right corner{_OTHERS}": (
        f"{{names}}的图片右下角几乎都一样{_REST}"
    ),
    f"{{names}} each have a size of their own{_THEIR_OWN}": f"{{names}}各有自己的尺寸{_OWN}",
    f"{{names}} each have a file format of their own{_THEIR_OWN}": f"{{names}}各有自己的文件格式{_OWN}",
    f"{{names}} each have a camera of their own{_THEIR_OWN}": f"{{names}}各有自己的相机{_OWN}",
    f"{{names}} each have a day of their own{_THEIR_OWN}": f"{{names}}各有自己的拍摄日期{_OWN}",
    f"{{names}} each have a top left corner of their own{_THEIR_OWN}": f"{{names}}各有自己的左上角{_OWN}",
    f"{{names}} each have a top right corner of their own{_THEIR_OWN}": f"{{names}}各有自己的右上角{_OWN}",
    f"{{names}} each have a bottom left corner of their own{_THEIR_OWN}": f"{{names}}各有自己的左下角{_OWN}",
    f"{{names}} each have a bottom right corner of their own{_THEIR_OWN}": f"{{names}}各有自己的右下角{_OWN}",
    "{pictures} unlike all others of the same kind, as the network '{name}' sees them: "
    "a wrong label, or a rare sight.": "网络 '{name}' 认为{pictures}与同类都不同：可能标签有误，或很少见。",
    "{n} pictures of {names} are nearly the same to the network '{network}'.": (
        "网络 '{network}' 认为{names}中有 {n} 张图片几乎相同。"
    ),
    "{n} pictures in {sides} are nearly the same to the network '{network}'.": (
        "网络 '{network}' 认为{sides}中有 {n} 张图片几乎相同。"
    ),
    # groups, splits and what the number means
    "The table names {n} groups, such as {examples}.": "表格给出 {n} 个组，例如{examples}。",
    "The outer folders make {n} groups, such as {examples}.": "外层文件夹构成 {n} 个组，例如{examples}。",
    "{n} cameras took the pictures, such as {examples}.": "图片由 {n} 台相机拍摄，例如{examples}。",
    "The pictures were taken on {n} days, such as {examples}.": "图片在 {n} 天里拍摄，例如{examples}。",
    "The file names make {n} groups, such as {examples}.": "文件名构成 {n} 个组，例如{examples}。",
    "Nothing says which pictures belong to one place or day, so the number is for pictures like these; "
    "new places may score lower.": (
        "没有信息说明哪些图片属于同一地点或同一天，因此成绩只适用于类似的图片；在新地点可能更低。"
    ),
    "No groups are kept whole, so the number is for pictures like these; new places may score lower.": (
        "没有整组留出，因此成绩只适用于类似的图片；在新地点可能更低。"
    ),
    "All pictures of {names} are nearly the same or of one burst: any that judge flatter the number.": (
        "{names}的图片全都几乎相同或属于同一次连拍：用其中任何一张评判都会使成绩偏高。"
    ),
    "No group is known of {pictures}: each is taken for one by itself, so the number may flatter a little.": (
        "{pictures}不知道属于哪一组：每张单独算一组，因此成绩可能略微偏高。"
    ),
    "{groups} groups lie on both sides of the split that came with the pictures, for example around {path}: "
    "the number is for places like these.": (
        "随图片带来的划分中，有 {groups} 个组同时出现在两侧，例如 {path} 所在的组：成绩只适用于类似的地点。"
    ),
    "1 group lies on both sides of the split that came with the pictures, for example around {path}: "
    "the number is for places like these.": (
        "随图片带来的划分中，有 1 个组同时出现在两侧，例如 {path} 所在的组：成绩只适用于类似的地点。"
    ),
    "All pictures of {names} are one group: none could be set aside, so the score says nothing of that.": (
        "{names}的图片都属于一个组，无法留出，因此成绩不能说明它。"
    ),
    "All pictures of {names} are one group: where they judge, nothing of their kind was learned.": (
        "{names}的图片都属于一个组：用它们评判时，网络没有学过这一类。"
    ),
    "Whole groups were set aside, and so {part} % of the pictures instead of {wanted} %.": (
        "留出的是整组图片，因此占 {part} %，而不是 {wanted} %。"
    ),
    "Bring other pictures.": "请换一些图片。",
}
