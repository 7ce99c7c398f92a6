# 接口：给程序看的说明
api-unknown-list = 没有这个列表
api-unknown-field = 没有这个字段
api-wrong-type = 类型不对，应为：{ $detail }
api-unknown-code = 不是已知的代码，可用：{ $detail }
api-json = 无法读取：{ $detail }
api-version = 应为看到的版本号，例如 "7"
api-limit = 每页 1 到 { $most } 行
api-flag = 请填 1 或 0
api-cursor = 不是列表给出的翻页位置
