"""Why a file was not used, as the core says it, in simplified Chinese. Keys are the core's own sentences."""

from __future__ import annotations

SAID: dict[str, str] = {
    # where it lies
    "It lies outside the class folders.": "它在类别文件夹之外。",
    "Put it in the folder of its kind.": "请放入所属类别的文件夹。",
    "It lies beside the class folders of its split.": "它在所属划分中，但不在类别文件夹里。",
    "It lies beside the train and test folders, not in one.": "它在训练和测试文件夹旁边，而不在其中。",
    "It is a link that leads nowhere.": "这个链接没有指向任何文件。",
    "It is a link to a folder; links to folders are not followed.": "这是指向文件夹的链接，不会跟随。",
    "Copy the folder itself.": "请复制文件夹本身。",
    "It is no ordinary file.": "它不是普通文件。",
    "It lies more than {depth} folders deep.": "它所在的文件夹超过 {depth} 层。",
    "The folder cannot be read ({error}).": "无法读取此文件夹（{error}）。",
    # whether it can be opened
    "The file is gone.": "文件已不存在。",
    "There is no permission to read it.": "没有读取它的权限。",
    "It cannot be read ({error}).": "无法读取（{error}）。",
    "It has {size}; at most {limit} are read.": "文件大小为 {size}，最多读取 {limit}。",
    "It has more than {size}.": "文件超过 {size}。",
    "It is empty (0 bytes).": "文件为空（0 字节）。",
    # what it is
    "It is {what}, not a picture.": "这是{what}，不是图片。",
    "It is not a picture that can be read (JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF).": (
        "它不是可读取的图片（JPEG、PNG、WebP、GIF、BMP、TIFF、AVIF）。"
    ),
    "It is {what}, which cannot be read.": "这是{what}，无法读取。",
    "Save it as PNG or usual JPEG.": "请另存为 PNG 或普通 JPEG。",
    "Export it as JPEG.": "请导出为 JPEG。",
    "Export it as PNG.": "请导出为 PNG。",
    "Export its pages as PNG.": "请将各页导出为 PNG。",
    "Export it as PNG or JPEG.": "请导出为 PNG 或 JPEG。",
    "Export it as JPEG, or set the camera to Most Compatible.": "请导出为 JPEG，或把相机设为“兼容性最佳”。",
    "Save it as PNG or JPEG.": "请另存为 PNG 或 JPEG。",
    "Archives inside are not opened; unpack it first.": "不会打开内层压缩包，请先解压。",
    # its pixels
    "Its header is damaged ({error}).": "文件头已损坏（{error}）。",
    "It is {width} x {height} pixels, too small to show anything.": "只有 {width} x {height} 像素，太小，看不出内容。",
    "It is {width} x {height} pixels, too thin a strip to be a picture.": "{width} x {height} 像素，太细长，不像图片。",
    "It has more pixels than are read: {millions} million in all, {side} on a side.": (
        "像素过多：总数最多 {millions} 百万，每边最多 {side}。"
    ),
    "Make it smaller.": "请缩小后再放入。",
    "Its pixels are damaged or cut off ({error}).": "像素数据已损坏或不完整（{error}）。",
    "Its colours cannot be read ({error}).": "无法读取颜色（{error}）。",
    "Its pixels came back damaged.": "返回的像素数据已损坏。",
    "Send it again.": "请重新发送。",
    "It is damaged ({error}).": "文件已损坏（{error}）。",
    "It needs more memory than a picture may.": "它需要的内存超过一张图片的上限。",
    "It crashed the picture reader, or needed more memory than a picture may.": (
        "它使图片读取程序崩溃，或需要的内存超过上限。"
    ),
    "Reading it took longer than {seconds} seconds.": "读取时间超过 {seconds} 秒。",
    "Reading was stopped.": "读取已停止。",
    "The file has changed since the pictures were brought in.": "放入图片之后，这个文件被改动过。",
    "Bring them in again.": "请重新放入。",
    # in an archive
    "It is damaged inside the archive ({error}).": "它在压缩包内已损坏（{error}）。",
    "Zip it again.": "请重新打包。",
    "It has no name.": "它没有名称。",
    "Zip the folder again.": "请重新打包文件夹。",
    "Its name holds a NUL character.": "文件名含有空字符（NUL）。",
    "Rename it.": "请重命名。",
    "Its name is an absolute path, which could point outside the archive.": "文件名是绝对路径，可能指向压缩包之外。",
    "Its name leads outside the archive ('..').": "文件名指向压缩包之外（'..'）。",
    "It is a link; links inside archives are not followed.": "这是链接，不会跟随压缩包内的链接。",
    "Put the file itself in.": "请放入文件本身。",
    "It is protected by a password.": "它有密码保护。",
    "Its name is longer than {limit} bytes.": "文件名超过 {limit} 字节。",
}
