## Kinds of a case
kind-inquiry = 咨询
kind-request = 报修
kind-complaint = 投诉
kind-help = 求助
kind-suggestion = 建议
kind-praise = 表扬

## Where a case stands
state-registered = 待派单
state-dispatched = 待接单
state-accepted = 已接单
state-on_site = 处理中
state-waiting = 等待中
state-done = 待确认
state-confirmed = 已确认
state-closed = 已关闭
state-cancelled = 已取消

## States a work order has beside the case's
state-issued = 待接单
state-returned = 已退回
state-taken_back = 已撤回
order-issued = 待接单
order-accepted = 已接单
order-returned = 已退回
order-taken_back = 已撤回
order-done = 已完成
order-cancelled = 已取消

## Levels
urgency-normal = 普通
urgency-urgent = 紧急
urgency-emergency = 应急
importance-ordinary = 一般
importance-important = 重要
importance-major = 重大

## Whose work, and the price
scope-own = A 自有服务
scope-vendor = B 外包服务
scope-outside = C 服务范围外
fee-free = 无偿
fee-paid = 有偿
fee-quote = 现场报价
pay-cash = 现金
pay-transfer = 转账
pay-code = 扫码
line-labour = 人工
line-material = 材料

## How a contact came in and what came of it
channel-phone = 来电
channel-visit = 来访
channel-online = 线上
channel-email = 邮件
channel-letter = 来信
channel-hotline_12345 = 12345 转办
channel-round = 巡查发现
outcome-open = 待处理
outcome-answered = 当场答复
outcome-case = 已立事件
outcome-joined = 并入事件
outcome-none = 无需处理
check-same = 一致
check-differs = 不一致
check-unknown = 未核对

## The customer's word
grade-a = A 级：验证码确认
grade-b = B 级：本人链接确认
grade-c = C 级：纸面、代记或员工出示的链接，需复核
grade-declined = 拒签，有见证人
grade_short-a = A 级
grade_short-b = B 级
grade_short-c = C 级
grade_short-declined = 拒签
consent-own = 本人确认
consent-phone = 电话告知
consent-spoken = 当面口头
consent-paper = 纸面签字
satisfaction-very_satisfied = 很满意
satisfaction-satisfied = 满意
satisfaction-neutral = 一般
satisfaction-dissatisfied = 不满意
solved-true = 已解决
solved-false = 未解决

## Callbacks
attempt-reached = 已接通
attempt-no_answer = 无人接听
attempt-refused = 不愿接受回访
attempt-wrong_number = 号码有误
attempt-later = 改约时间
callback-open = 待回访
callback-solved = 已解决
callback-not_solved = 未解决
callback-refused = 住户谢绝
callback-unreachable = 多次未联系上
callback-dropped = 已作废
reopen-not_solved = 住户反映未解决
reopen-fault = 自查发现问题
reopen-other = 其他

## Files
attachment-photo_before = 处理前照片
attachment-photo_after = 完工照片
attachment-paper_form = 签字单照片
attachment-voice = 录音
attachment-chat = 聊天截图
attachment-other = 其他附件

## Clocks
clock-response = 首次响应
clock-on_site = 到场
clock-feedback = 处理情况反馈
clock-finish = 完成
clock-callback = 完工回访
clock-promise = 答应的回复
clock-assign = 派单
clock-accept = 接单
clock_state-not_started = 未开始
clock_state-running = 进行中
clock_state-near = 即将到时
clock_state-overdue = 已超时
clock_state-paused = 已暂停
clock_state-met = 达标
clock_state-breached_done = 超时完成
clock_state-cancelled = 已取消
wait-parts = 等待配件
wait-customer_time = 等住户时间
wait-vendor = 等外包单位
wait-weather = 天气原因
wait-third_party = 等第三方
wait-other = 其他
breach-time = 到时未完成
breach-change = 更改后时限已过
breach-entered_late = 补录时已超时
bound-customer = 住户要求的时间
bound-authority = 主管单位要求的时间
stretch-counted = 计时
stretch-closed = 非工作
stretch-paused = 暂停
because-kind = 改类别
because-level = 改等级
because-item = 改事项
because-appointment = 改预约

## Relation to a unit
relation-owner = 业主
relation-co_owner = 共有人
relation-family = 家属
relation-tenant = 租户
relation-contact = 联系人
relation-helper = 帮工

## How a record was made, and how somebody proved to be the customer
via-web = 网页
via-api = 接口
via-link = 住户链接
via-cli = 命令行
via-timer = 计时器
via-code = 验证码
via-shown = 员工出示的链接
via-shared = 与员工同一设备或网络的链接
via-demo = 演示数据
via-import = 导入
via-setup = 首次设置
via-outbox = 消息发送
via-gate = 登录检查
via-house = 定期清理
reach-never = 无权限
reach-own = 本人负责
reach-department = 本部门
reach-site = 本小区
reach-all = 全公司
link-track = 进度查看
link-confirm = 确认签字
link-vendor = 外包派工
message-queued = 待发送
message-sent = 已发送
message-delivered = 已送达
message-failed = 发送失败
message-no_channel = 未设置渠道

## Actions
action-register_contact = 登记来电来访
action-view_contacts = 查看来电来访
action-register_case = 登记事件
action-view_case = 查看事件
action-view_directory = 查看住户档案
action-edit_directory = 修改住户档案
action-merge_persons = 合并人员
action-reveal_phone = 显示完整电话
action-dispatch = 派单
action-take_back = 撤回派单
action-reassign = 改派
action-accept = 接单
action-return_order = 退回
action-hand_over = 转交
action-arrive = 到场
action-quote = 报价
action-consent_quote = 记录同意报价
action-refuse_quote = 记录不同意报价
action-wait = 暂停等待
action-resume = 恢复处理
action-complete = 完成
action-amend = 更正完工记录
action-confirm = 住户确认
action-second_check = 复核签字
action-record_payment = 记录收款
action-waive_fee = 减免费用
action-schedule_callback = 安排回访
action-callback = 登记回访
action-give_up_callback = 结束回访（联系不上）
action-close = 关闭事件
action-reopen = 重新打开
action-cancel = 取消事件
action-urge = 催办
action-note = 记录沟通
action-promise = 答应回复
action-keep_promise = 兑现答复
action-answer = 答复
action-report_outside = 上报与转介
action-change_kind = 改类别
action-change_level = 改等级
action-change_fee = 改收费
action-change_scope = 改服务归属
action-change_item = 改事项
action-change_place = 改位置
action-change_content = 改内容
action-change_customer = 改住户信息
action-change_appointment = 改预约
action-join_contact = 并入来电来访
action-attach = 添加附件
action-check_clocks = 检查时限
action-send_link = 发送链接
action-withdraw_link = 撤销链接
action-print_order = 打印联系单
action-resend_message = 重发消息
action-import = 导入资料
action-export = 导出
action-view_reports = 查看报表
action-read_journal = 查看留痕
action-manage_staff = 管理人员账号
action-manage_site = 管理小区设置
action-manage_standard = 管理服务标准
action-settings = 系统设置
action-backup = 备份
action-api_tokens = 接口令牌
action-void_payment = 作废收款
news-urged = 业主催办
news-message = 业主留言
news-photo = 业主传照片
news-quote_yes = 业主同意报价
news-quote_no = 业主不同意报价
news-not_solved = 业主说没解决
news-connect = 师傅请接通电话
