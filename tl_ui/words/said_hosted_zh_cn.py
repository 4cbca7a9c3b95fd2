"""What a hosted server says about who may come and how much each may use, in simplified Chinese."""

from __future__ import annotations

SAID: dict[str, str] = {
    # who may come
    "This page asks for a name and a password.": "此页面需要用户名和密码。",
    "Reload the page, and log in as you were told.": "请刷新页面，并按告知的方式登录。",
    "Line {n} of '{file}' is no name with a password.": "'{file}' 第 {n} 行不是用户名和密码。",
    "The file of passwords '{file}' cannot be read ({error}).": "无法读取密码文件 '{file}'（{error}）。",
    "The file of passwords '{file}' names nobody.": "密码文件 '{file}' 中没有任何用户。",
    "'{name}' is no name for a login.": "'{name}' 不能用作登录名。",
    "Use up to 60 letters, digits, dots, hyphens and @.": "请使用不超过 60 个字母、数字、点、连字符和 @。",
    "The password has {n} characters.": "密码只有 {n} 个字符。",
    "Take {n} or more.": "请使用至少 {n} 个字符。",
    "The key '{path}' is being made by another program.": "另一个程序正在生成密钥 '{path}'。",
    "Start again in a moment.": "请稍后再启动。",
    "The key '{path}' is damaged: it has {n} bytes, not {m}.": "密钥 '{path}' 已损坏：长度为 {n} 字节，应为 {m}。",
    "Put the right one back, or delete it: then everybody who comes is new here.": (
        "请放回正确的密钥，或将其删除：删除后所有来访者都会被视为新用户。"
    ),
    # erasing
    "This is your own computer, and nothing is erased here at once.": "这是您自己的电脑，不会一次清除全部内容。",
    "Delete the sets.": "请逐组删除。",
    "Nothing was erased: the request does not say that you are sure.": "未清除任何内容：请求中没有确认。",
    # the demo
    "This belongs to the demo, which all share, and stays as it is.": "这属于大家共用的演示，保持不变。",
    "Bring pictures of your own: what you make of them is yours to change.": (
        "请放入自己的图片：用它们做出的一切都可以由您修改。"
    ),
    # quotas
    "Quotas hold where Thaw is hosted for strangers.": "配额只在公开托管时有效。",
    "Add --hosted, or leave --quota out.": "请加上 --hosted，或去掉 --quota。",
    "{name} is {value}; it goes from 1 to {most}.": "{name} 为 {value}，范围是 1 到 {most}。",
    "This demo is full: {n} people are using it.": "演示已满：有 {n} 人正在使用。",
    "Come back later; what is old is erased every few minutes.": "请稍后再来；旧内容每隔几分钟就会清除。",
    "{n} uploads are under way on this demo.": "演示上有 {n} 个上传正在进行。",
    "Try again in a minute.": "请一分钟后再试。",
    "You have sent {n} MB in 24 hours, which is what each person may here.": (
        "您在 24 小时内已上传 {n} MB，这是这里每个人的上限。"
    ),
    "Come back tomorrow, or run Thaw on your own computer, where nothing is limited.": (
        "请明天再来，或在自己的电脑上运行 Thaw，那里没有限制。"
    ),
    "That would be {n} pictures; each person may have {m} here.": "这样将有 {n} 张图片；这里每个人最多 {m} 张。",
    "Bring fewer, or delete a set that you no longer need.": "请减少图片，或删除不再需要的一组。",
    "You have {n} sets of pictures, which is what each person may here.": "您有 {n} 组图片，这是这里每个人的上限。",
    "Another set of your pictures is being read just now.": "您的另一组图片正在读取。",
    "Wait until it is done.": "请等待完成。",
    "{n} sets of pictures are being read on this demo just now.": "演示上正在读取 {n} 组图片。",
    "{n} trainings of yours run or wait; each person may have {m} here.": (
        "您有 {n} 次训练正在进行或等待；这里每个人最多 {m} 次。"
    ),
    "Wait for one to end, or stop one.": "请等待其中一次结束，或停止一次。",
    "Your trainings have taken {n} minutes in 24 hours, which is what each person may here.": (
        "您的训练在 24 小时内已用 {n} 分钟，这是这里每个人的上限。"
    ),
    "{n} trainings are waiting on this demo already.": "演示上已有 {n} 次训练在等待。",
    "You have tried {n} pictures within a minute, which is the limit here.": (
        "您在一分钟内已试用 {n} 张图片，这是这里的上限。"
    ),
    "All people together have tried {n} pictures within a minute, which is the limit here.": (
        "所有人在一分钟内共试用了 {n} 张图片，这是这里的上限。"
    ),
    "Your pictures and models take {n} MB, which is what each person may here.": (
        "您的图片和模型占用 {n} MB，这是这里每个人的上限。"
    ),
    "Delete a set of pictures that you no longer need.": "请删除不再需要的一组图片。",
    "This demo's disk is full.": "演示的磁盘已满。",
}
