//! What residents say and what workers write, by item. Braces are filled from the lists below, so that two reports of the
//! same thing do not read alike. People, numbers and addresses are invented.

mod requests;

pub use requests::REQUESTS;

/// One item with its usual texts.
pub struct Words {
    pub item: &'static str,
    /// How often, relative to the others.
    pub weight: u32,
    pub place: &'static str,
    pub said: &'static [&'static str],
    pub done: &'static [&'static str],
    /// Material with its price in cents, for paid work.
    pub material: Option<(&'static str, i64)>,
}

const fn w(
    item: &'static str,
    weight: u32,
    place: &'static str,
    said: &'static [&'static str],
    done: &'static [&'static str],
    material: Option<(&'static str, i64)>,
) -> Words {
    Words {
        item,
        weight,
        place,
        said,
        done,
        material,
    }
}

/// Fillers: `{bath}`, `{when}`, `{more}`.
pub const BATH: &[&str] = &["主卫", "客卫", "次卫", "卫生间"];
pub const WHEN: &[&str] = &[
    "今天早上发现",
    "昨晚开始",
    "从前天开始",
    "刚刚发现",
    "这几天一直",
    "下班回来发现",
    "断断续续一周了",
];
pub const MORE: &[&str] = &[
    "家里有老人，麻烦快一点。",
    "白天家里没人，请下班后来。",
    "来之前先打电话。",
    "孩子在睡觉，不要按门铃。",
    "之前修过一次，又坏了。",
    "楼下邻居已经来找过了。",
    "",
    "",
    "",
    "",
];

/// Complaints.
pub const COMPLAINTS: &[Words] = &[
    w(
        "complaint.noise.neighbour",
        6,
        "户内",
        &["楼上深夜拖桌椅，{when}，根本睡不着。", "隔壁练琴到晚上十点半。"],
        &["上门劝导，邻居同意加装脚垫并在九点后停止。"],
        None,
    ),
    w(
        "complaint.noise.decoration",
        4,
        "户内",
        &["楼上中午还在电钻装修，孩子没法午睡。"],
        &["现场制止，重申装修时段，已签承诺。"],
        None,
    ),
    w(
        "complaint.parking.occupied",
        5,
        "地下车库",
        &["我的车位被别人占了，打电话也不接。"],
        &["联系车主挪车，登记警示一次。"],
        None,
    ),
    w(
        "complaint.parking.disorder",
        3,
        "道路/绿地",
        &["消防通道又停满了车，没人管。"],
        &["劝离 3 辆，加设锥桶并增加巡查。"],
        None,
    ),
    w(
        "complaint.environment.sweeping",
        3,
        "楼道",
        &["楼道好几天没人打扫，扶手一层灰。"],
        &["已补扫，调整班次并复查。"],
        None,
    ),
    w(
        "complaint.environment.refuse",
        2,
        "垃圾点",
        &["垃圾清运太晚，早上出门一股味。"],
        &["清运时间提前到六点。"],
        None,
    ),
    w(
        "complaint.order.gate",
        2,
        "门岗/围墙",
        &["门岗不登记就放外卖车进来，骑得飞快。"],
        &["门岗重新培训，加装减速带。"],
        None,
    ),
    w(
        "complaint.neighbour.leak",
        3,
        "户内",
        &["楼上漏水把我家吊顶泡坏了，一直不处理。"],
        &["组织双方协商，楼上承担修复，已签协议。"],
        None,
    ),
    w(
        "complaint.service.no_reply",
        2,
        "户内",
        &["上周反映的问题到现在没人回复。"],
        &["致歉并当天回复，明确跟进人。"],
        None,
    ),
    w(
        "complaint.works.late",
        2,
        "户内",
        &["报修三天了还没人来。"],
        &["安排当天上门修好，并核查原因。"],
        None,
    ),
    w(
        "complaint.charging.shared",
        1,
        "户内",
        &["公摊电费怎么比上个月多了一倍。"],
        &["出示分摊明细并逐项说明，业主认可。"],
        None,
    ),
    w(
        "complaint.neighbour.pets",
        1,
        "道路/绿地",
        &["有人遛狗不牵绳，吓到孩子。"],
        &["张贴提示并上门劝导。"],
        None,
    ),
];

/// Questions and their answers.
pub const INQUIRIES: &[(&str, &str, &str)] = &[
    (
        "inquiry.fees",
        "物业费怎么交，可以手机交吗？",
        "可以在公众号缴费，也可到服务中心刷卡，每季度首月出账。",
    ),
    (
        "inquiry.fees",
        "想查一下今年物业费交到几月了。",
        "已查询并告知缴费截止月份。",
    ),
    (
        "inquiry.parking",
        "地库临时停车怎么收费？",
        "首小时 5 元，之后每小时 2 元，24 小时封顶 20 元。",
    ),
    (
        "inquiry.parking",
        "月租车位还有没有？",
        "B2 层尚有余位，携带行驶证到服务中心办理。",
    ),
    (
        "inquiry.card",
        "门禁卡丢了怎么补？",
        "带身份证明到前台办理，每张工本费 15 元。",
    ),
    (
        "inquiry.decoration",
        "装修要办什么手续？",
        "填写装修申请、签承诺书、交押金，三个工作日内批复。",
    ),
    (
        "inquiry.decoration",
        "装修押金什么时候退？",
        "验收合格满三个月后退还，凭收据办理。",
    ),
    (
        "inquiry.move",
        "周末搬家要提前说吗？",
        "请提前一天到前台开放行条，预约货梯时段。",
    ),
    (
        "inquiry.outage",
        "今天停水停到几点？",
        "二次供水水箱清洗，预计 16:00 恢复，已张贴通知。",
    ),
    (
        "inquiry.repair_scope",
        "水龙头坏了物业修要钱吗？",
        "户内属有偿服务，人工 40 元，材料另计，可先看价目表。",
    ),
    (
        "inquiry.invoice",
        "物业费发票怎么开？",
        "公众号可开电子发票，纸质发票到财务窗口。",
    ),
    ("inquiry.activity", "儿童节活动怎么报名？", "前台登记，或在业主群接龙。"),
    ("inquiry.contact", "派出所社区民警电话多少？", "已告知社区警务室电话。"),
    (
        "inquiry.utilities",
        "燃气费在哪里交？",
        "支付宝或燃气营业厅，物业不代收。",
    ),
];

/// Suggestions and the first answer to them.
pub const SUGGESTIONS: &[(&str, &str, &str)] = &[
    (
        "suggestion.facility",
        "儿童区能不能加个遮阳棚，夏天太晒了。",
        "感谢建议，已列入明年公共收益使用提案。",
    ),
    (
        "suggestion.parking",
        "建议在东门加个访客停车位。",
        "感谢建议，转秩序部现场勘察。",
    ),
    (
        "suggestion.environment",
        "建议每栋楼下放一个宠物粪便箱。",
        "感谢建议，先在 3 栋和 5 栋试点。",
    ),
    (
        "suggestion.greening",
        "中心花园可以多种点桂花。",
        "感谢建议，已转绿化列入补种计划。",
    ),
    (
        "suggestion.order",
        "晚上快递车速度太快，建议装减速带。",
        "感谢建议，已安排加装。",
    ),
];

/// Praise and the thanks for it.
pub const PRAISE: &[(&str, &str, &str)] = &[
    (
        "praise.repair",
        "王师傅修得又快又干净，还帮我把地拖了，表扬一下。",
        "感谢您的认可，已转告并计入月度表扬。",
    ),
    (
        "praise.security",
        "保安小哥帮我把东西搬到家门口，特别热心。",
        "感谢您的认可，已转告班组。",
    ),
    (
        "praise.front_desk",
        "前台小陈很耐心，解释得清楚。",
        "谢谢您，我们会继续努力。",
    ),
    (
        "praise.cleaning",
        "保洁阿姨很负责，楼道一直干净。",
        "谢谢您，已转告并表扬。",
    ),
];

/// Calls for help.
pub const HELP: &[Words] = &[
    w(
        "help.lift.trapped",
        4,
        "电梯",
        &["我被困在电梯里了，在 {floor} 楼附近，信号不好。"],
        &["维保 18 分钟到场放人，人员无碍，电梯停用检修。"],
        None,
    ),
    w(
        "help.gas.smell",
        2,
        "户内 · 厨房",
        &["厨房有燃气味，已经开窗了。"],
        &["关闭总阀，燃气公司到场更换软管，检测合格。"],
        None,
    ),
    w(
        "help.medical",
        2,
        "户内",
        &["家里老人突然晕倒，已经打了 120。"],
        &["门岗引导救护车，协助担架，家属陪同就医。"],
        None,
    ),
    w(
        "help.locked",
        3,
        "户内",
        &["孩子把自己反锁在房间里了。"],
        &["协助联系开锁，人员平安。"],
        None,
    ),
];

/// Surnames, the frequent ones more than once.
pub const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "高",
    "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "曾", "彭", "萧", "蔡", "潘", "田", "董", "袁",
    "于", "余", "叶", "蒋", "杜", "苏", "魏", "程", "吕", "丁", "沈", "任", "姚", "卢", "傅", "钟", "姜", "崔", "谭",
    "廖", "范", "汪", "陆", "金", "石", "戴", "贾", "韦", "夏", "邱", "方", "侯", "邹", "熊", "孟", "秦", "白", "江",
    "阎", "薛", "尹", "段", "雷", "黎", "史", "龙", "陶", "贺", "顾", "毛", "郝", "龚", "邵", "万", "钱", "严", "赖",
    "覃", "洪", "武", "莫", "孔", "王", "李", "张", "刘", "陈", "欧阳", "上官", "单", "仇", "查", "解",
];

/// Given names.
pub const GIVEN: &[&str] = &[
    "晓敏", "志远", "建国", "海涛", "丽华", "秀英", "伟", "芳", "娜", "敏", "静", "强", "磊", "军", "洋", "勇", "艳",
    "杰", "娟", "涛", "明", "超", "秀兰", "霞", "平", "刚", "桂英", "玉兰", "雪梅", "文博", "子轩", "雨桐", "梓涵",
    "浩然", "思远", "佳怡", "欣怡", "俊杰", "嘉豪", "天宇", "婉清", "国强", "国庆", "建华", "志强", "淑珍", "凤英",
    "红梅", "春燕", "小龙", "一鸣", "晨曦", "若曦", "永福", "金凤", "德明", "立新", "慧敏", "晓雯", "雅琴", "思琪",
    "立群", "少华", "宏伟", "美玲", "翠兰", "振宇", "博文",
];
