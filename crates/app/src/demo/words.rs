//! What residents say and what workers write, by item. Braces are filled from the lists below, so that two reports of the
//! same thing do not read alike. People, numbers and addresses are invented.

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

/// Service requests.
pub const REQUESTS: &[Words] = &[
    w(
        "repair.water.leak_bathroom",
        9,
        "户内 · {bath}",
        &[
            "{bath}洗手台下方漏水，{when}，地面有积水。{more}",
            "{bath}马桶后面的水管接头滴水，用盆接着。{more}",
            "{bath}淋浴花洒根部渗水，墙面湿了一片。{more}",
        ],
        &[
            "角阀阀芯断裂，更换 DN15 角阀 1 个，通水试压 10 分钟无渗漏。",
            "软管接头老化，更换进水软管 1 根，试水正常。",
            "接头生料带老化，重新缠绕紧固，观察无渗漏。",
        ],
        Some(("DN15 角阀", 3500)),
    ),
    w(
        "repair.water.leak_kitchen",
        5,
        "户内 · 厨房",
        &[
            "厨房水槽下面漏水，柜子里都泡了，{when}。{more}",
            "净水器接口一直滴水，{when}。{more}",
        ],
        &[
            "水槽下水软管脱落，重新安装并打胶，试水正常。",
            "净水器三通开裂，更换三通 1 个。",
        ],
        Some(("三通接头", 1800)),
    ),
    w(
        "repair.water.pressure",
        3,
        "户内 · 厨房",
        &["水压很小，热水器打不着火，{when}。{more}"],
        &["清洗水表前过滤网，水压恢复。"],
        None,
    ),
    w(
        "repair.water.hot",
        2,
        "户内 · {bath}",
        &["热水忽冷忽热，{when}。{more}"],
        &["混水阀阀芯堵塞，清洗后恢复。"],
        None,
    ),
    w(
        "repair.water.tap_drip",
        5,
        "户内 · 厨房",
        &[
            "厨房龙头关不紧，一直滴水，{when}。{more}",
            "{bath}的龙头拧不动了。{more}",
        ],
        &["更换龙头阀芯 1 个，关闭严密。"],
        Some(("龙头阀芯", 2500)),
    ),
    w(
        "repair.drain.toilet",
        7,
        "户内 · {bath}",
        &[
            "马桶堵了，水下不去，{when}。{more}",
            "{bath}马桶下水很慢，咕噜咕噜响。{more}",
        ],
        &[
            "疏通机疏通，取出异物，冲水正常。",
            "气压疏通后排水通畅，已提醒勿投湿巾。",
        ],
        None,
    ),
    w(
        "repair.drain.floor",
        5,
        "户内 · {bath}",
        &[
            "{bath}地漏堵了，洗澡积水。{more}",
            "阳台地漏排水慢，洗衣机一排水就溢出来。{more}",
        ],
        &["清理地漏毛发，疏通支管，排水通畅。"],
        None,
    ),
    w(
        "repair.drain.backflow",
        3,
        "户内 · 厨房",
        &[
            "厨房下水返水，脏水从水槽冒上来，{when}。{more}",
            "一楼卫生间返水，满地都是。{more}",
        ],
        &["主管道油垢堵塞，机械疏通并清理检查口，返水消除。"],
        None,
    ),
    w(
        "repair.drain.smell",
        3,
        "户内 · {bath}",
        &["{bath}地漏返味，{when}。{more}"],
        &["更换防臭地漏芯，注水观察无异味。"],
        None,
    ),
    w(
        "repair.power.trip",
        6,
        "户内 · 入户电箱",
        &[
            "空开跳闸，推上去又跳，全屋没电，{when}。{more}",
            "一开空调就跳闸。{more}",
        ],
        &[
            "厨房插座回路漏电，更换插座 1 个，送电正常。",
            "空开老化，更换 32A 空开 1 个。",
        ],
        None,
    ),
    w(
        "repair.power.light_corridor",
        10,
        "楼道 · {floor} 层",
        &[
            "{floor} 楼楼道灯不亮，晚上看不见。",
            "楼道声控灯一直闪。",
            "电梯厅的灯坏了两个。",
        ],
        &["更换 LED 灯泡 1 只，照明正常。", "更换声控开关 1 个。"],
        None,
    ),
    w(
        "repair.power.light_road",
        3,
        "道路/绿地",
        &["楼下路灯不亮，{when}，老人走路不安全。"],
        &["路灯驱动电源损坏，已更换。"],
        None,
    ),
    w(
        "repair.power.socket",
        3,
        "户内 · 卧室",
        &["卧室插座没电，{when}。{more}", "客厅插座松动打火。{more}"],
        &["更换五孔插座 1 个，测试正常。"],
        Some(("五孔插座", 1800)),
    ),
    w(
        "repair.power.light_home",
        3,
        "户内 · 客厅",
        &["客厅顶灯不亮，疑似驱动坏了。{more}"],
        &["更换灯具驱动 1 个。"],
        Some(("灯具驱动", 3000)),
    ),
    w(
        "repair.lowv.gate",
        5,
        "楼道 · 单元门",
        &["单元门禁刷不开，{when}。", "单元门关不上，一直敞着。"],
        &["更换门禁读头，测试正常。", "调整闭门器和锁舌。"],
        None,
    ),
    w(
        "repair.lowv.video",
        4,
        "户内 · 玄关",
        &["可视对讲没有画面，只有声音。{more}", "对讲响了开不了门。{more}"],
        &["更换室内机电源模块，通话开锁正常。"],
        None,
    ),
    w(
        "repair.lowv.barrier",
        2,
        "门岗/围墙",
        &["东门道闸抬不起来，堵了一排车。", "道闸识别不了我的车牌。"],
        &["重启控制器并校准地感，通行正常。"],
        None,
    ),
    w(
        "repair.lift.noise",
        3,
        "电梯",
        &["电梯运行有异响，{when}，坐着害怕。"],
        &["导靴磨损，更换并润滑，运行平稳。"],
        None,
    ),
    w(
        "repair.lift.stopped",
        3,
        "电梯",
        &["电梯停了，门口显示故障，{when}。", "两台电梯坏了一台，早高峰等很久。"],
        &["门机故障复位，更换门触点，试运行 30 分钟正常。"],
        None,
    ),
    w(
        "repair.lift.button",
        2,
        "电梯",
        &["轿厢按钮按下去没反应。"],
        &["更换按钮模块 1 个。"],
        None,
    ),
    w(
        "repair.wall.ceiling",
        4,
        "户内 · {bath}",
        &["{bath}顶板渗水，吊顶有水渍，像是楼上漏的，{when}。{more}"],
        &["查明楼上淋浴房防水失效，协调楼上停用并修补，观察 48 小时无渗漏。"],
        None,
    ),
    w(
        "repair.wall.exterior",
        3,
        "外墙/屋面",
        &[
            "下雨后卧室外墙渗水，墙纸都发霉了。{more}",
            "飘窗上沿渗水，雨大就滴。{more}",
        ],
        &["外墙裂缝打胶修补，已淋水试验。"],
        None,
    ),
    w(
        "repair.wall.garage",
        2,
        "地下车库",
        &["车库顶上滴水，滴到我车上了。"],
        &["加装导流槽，安排防水注浆。"],
        None,
    ),
    w(
        "repair.door.home_lock",
        3,
        "户内 · 入户门",
        &["入户门锁打不开，钥匙转不动。{more}", "智能锁没电了打不开门。{more}"],
        &["润滑锁芯并调整门框，开关顺畅。"],
        None,
    ),
    w(
        "repair.door.sliding",
        2,
        "户内 · 阳台",
        &["阳台推拉门拉不动了，滑轮坏了。{more}"],
        &["更换滑轮 2 个，推拉顺畅。"],
        Some(("推拉门滑轮", 6000)),
    ),
    w(
        "repair.fire.exit_light",
        1,
        "楼道 · {floor} 层",
        &["安全出口指示灯不亮。"],
        &["更换应急灯电池。"],
        None,
    ),
    w(
        "repair.facility.play",
        1,
        "儿童/健身场地",
        &["滑梯有一块塑料裂开了，怕划伤孩子。"],
        &["拆除破损件并围挡，更换配件。"],
        None,
    ),
    w(
        "repair.facility.manhole",
        1,
        "道路/绿地",
        &["门口井盖松动，车子压过去咣当响。"],
        &["加装橡胶垫，井盖平稳。"],
        None,
    ),
    w(
        "repair.cleaning.corridor",
        4,
        "楼道 · {floor} 层",
        &["{floor} 楼楼道很脏，有人倒了汤汁。", "楼道纸箱堆了好几天没人收。"],
        &["已清扫拖洗，并提醒住户。"],
        None,
    ),
    w(
        "repair.cleaning.refuse",
        3,
        "垃圾点",
        &["垃圾桶满了没人清，味道很大。"],
        &["已联系清运，桶点冲洗消杀。"],
        None,
    ),
    w(
        "repair.cleaning.bulky",
        2,
        "楼道 · {floor} 层",
        &["家里有个旧沙发要扔，请帮忙清运。{more}"],
        &["大件已清运。"],
        None,
    ),
    w(
        "repair.pest.roach",
        2,
        "户内 · 厨房",
        &["厨房好多蟑螂，楼道里也有，能不能消杀。{more}"],
        &["公区投放胶饵，入户消杀 1 次。"],
        None,
    ),
    w(
        "repair.greening.branch",
        1,
        "道路/绿地",
        &["窗前的树枝挡光，打到玻璃了。"],
        &["已修剪超高枝条。"],
        None,
    ),
    w(
        "repair.special.lamp",
        2,
        "户内 · 餐厅",
        &["想请师傅装个吊灯，灯已经买好了。{more}"],
        &["安装吊灯 1 套，测试正常。"],
        None,
    ),
    w(
        "repair.special.tap",
        3,
        "户内 · {bath}",
        &["想换个新龙头，龙头自己买好了。{more}"],
        &["更换龙头 1 个，试水无渗漏。"],
        None,
    ),
    w(
        "repair.special.ac_clean",
        1,
        "户内 · 卧室",
        &["预约空调清洗，两台挂机。{more}"],
        &["清洗挂机 2 台，出风正常。"],
        None,
    ),
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
