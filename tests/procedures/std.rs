//! STD: property service standard (物业管理服务标准). Limits are those of the shipped standard.

use crate::rec::row_of;
use crate::story;
use crate::world::{DAY, HOUR, MINUTE, World, clock, field};

#[test]
fn std_1_any_report_gets_a_response_within_four_hours() {
    let w = World::new();
    let clerk = w.clerk();
    let mut numbers = Vec::new();
    for (kind, item) in [
        ("help", "反锁求助"),
        ("suggestion", ""),
        ("inquiry", ""),
        ("request", "楼道灯不亮"),
    ] {
        let mut desk = clerk.desk();
        desk.choose("kind", kind).caller(story::NAME, story::PHONE, story::UNIT);
        if !item.is_empty() {
            desk.item(item);
        }
        desk.choose("content", "请尽快处理").set("place", "户内");
        numbers.push(desk.made("record").case());
    }
    let due = format!("{} 前", clock(w.now() + 4 * HOUR));
    for number in &numbers {
        clerk.case(number).must_say("首次响应").must_say(&due).must_say("STD-1");
    }
    // One is taken up in time, the others are not.
    w.wait(3 * HOUR);
    let mut form = clerk.step_form(&numbers[3], "dispatch");
    form.pick("worker", "王建国");
    clerk.send(&form).is(200);
    w.staff("wangjianguo").done(&numbers[3], "accept", &[]);
    w.wait(HOUR + MINUTE);
    for number in &numbers[..3] {
        assert!(
            w.until(|| clerk.case(number).says("首次响应超时")),
            "{}",
            clerk.case(number).text()
        );
    }
    clerk.case(&numbers[3]).must_not_say("首次响应超时");
    let overdue = clerk.get("/cases?view=overdue");
    assert!(
        overdue.says(&numbers[0]) && !overdue.says(&numbers[3]),
        "{}",
        overdue.text()
    );
}

#[test]
fn std_2_an_urgent_repair_is_on_site_within_thirty_minutes() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let mut desk = story::report(&clerk);
        desk.choose("urgency", "urgent");
        desk.shown
            .must_say("到场")
            .must_say(&clock(w.now() + 30 * MINUTE))
            .must_say("30 分钟");
        let wang = desk.form.offer("worker", "王建国").expect("王建国");
        desk.choose("worker", &wang);
        numbers.push(desk.made("send").case());
    }
    for number in &numbers {
        worker.done(number, "accept", &[]);
    }
    w.wait(20 * MINUTE);
    worker.done(&numbers[0], "arrive", &[]).must_say("达标 20 分");
    w.wait(11 * MINUTE);
    assert!(
        w.until(|| clerk.case(&numbers[1]).says("到场超时")),
        "{}",
        clerk.case(&numbers[1]).text()
    );
    worker.done(&numbers[1], "arrive", &[]).must_say("超时完成");
    clerk.case(&numbers[0]).must_not_say("到场超时");
}

#[test]
fn std_4_a_named_person_keeps_the_archive_and_changes_keep_the_old() {
    let w = World::new();
    let manager = w.staff("jingli");
    let page = manager.get("/settings");
    page.is(200).must_say("住户档案保管人");
    let mut form = page.form("/settings");
    form.pick("archive_keeper", "李慧敏");
    manager.send(&form).is(200);
    let set = manager.get("/settings").form("/settings");
    let keeper = set
        .control("archive_keeper")
        .expect("the keeper")
        .options
        .iter()
        .find(|o| o.0 == set.get("archive_keeper"));
    assert!(keeper.is_some_and(|o| o.1.contains("李慧敏")), "{keeper:?}");
    // A change in time: the new value shows, the old one is kept with who changed it.
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.person("1-1-0101");
    let unit = desk.form.get("unit").to_owned();
    let home = clerk.get(&format!("/households/{unit}"));
    home.is(200);
    let mut form = clerk.get(&format!("/households/{unit}/do/edit")).form("/edit");
    form.set("care_note", "家有听障老人，请敲门")
        .set("reason", "住户来电告知");
    clerk.send(&form).is(200);
    let mut form = clerk.get(&format!("/households/{unit}/do/edit")).form("/edit");
    form.set("care_note", "家有听障老人，先发短信")
        .set("reason", "住户更正");
    clerk.send(&form).is(200);
    clerk
        .get(&format!("/households/{unit}"))
        .must_say("家有听障老人，先发短信");
    let changes = clerk.get(&format!("/households/{unit}/changes"));
    changes
        .must_say("家有听障老人，请敲门")
        .must_say("家有听障老人，先发短信")
        .must_say("陈晓雯")
        .must_say("住户更正");
}

#[test]
fn std_8_the_price_list_is_public_and_the_charge_is_told() {
    let w = World::new();
    let clerk = w.clerk();
    clerk
        .get("/handbook/prices")
        .is(200)
        .must_say("更换插座")
        .must_say("¥20")
        .must_say("疏通马桶")
        .must_say("¥60");
    clerk
        .get("/handbook/prices/print")
        .is(200)
        .must_say("更换插座")
        .must_say("¥20")
        .must_say("0571-86001299");
    // At the desk the charge stands beside the item, with the material.
    let mut desk = clerk.desk();
    desk.item("插座无电");
    desk.shown
        .must_say("更换插座 ¥20")
        .must_say("插座 ¥15 至 ¥40")
        .must_say("有偿");
}

#[test]
fn std_15_an_ordinary_power_fault_takes_thirty_minutes() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .item("空开跳闸")
        .choose("content", "空开推不上去")
        .set("place", "户内");
    desk.shown.must_say("完成").must_say(&clock(w.now() + 30 * MINUTE));
    let number = desk.made("send").case();
    clerk.case(&number).must_say("STD-15");
    w.wait(31 * MINUTE);
    assert!(
        w.until(|| clerk.case(&number).says("完成超时")),
        "{}",
        clerk.case(&number).text()
    );
}

#[test]
fn std_15_if_parts_must_be_bought_the_owner_is_told() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let mut desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .item("空开跳闸")
        .choose("content", "空开推不上去")
        .set("place", "户内");
    let wang = desk.form.offer("worker", "王建国").expect("王建国");
    desk.choose("worker", &wang);
    let number = desk.made("send").case();
    worker.done(&number, "accept", &[]);
    worker.done(&number, "arrive", &[]);
    w.wait(10 * MINUTE);
    let until = field(w.now() + DAY);
    let silent = worker.refused(
        &number,
        "wait",
        &[("wait_reason", "parts"), ("until", &until), ("note", "要买空开")],
    );
    silent.must_say("告知住户");
    let told = [
        ("wait_reason", "parts"),
        ("until", until.as_str()),
        ("customer_told", "true"),
        ("note", "要买空开"),
    ];
    worker
        .done(&number, "wait", &told)
        .must_say("暂停：等待配件")
        .must_say("已暂停");
    // While it waits nothing runs late.
    w.wait(2 * HOUR);
    clerk.case(&number).must_not_say("完成超时");
    worker.done(&number, "resume", &[]);
    w.wait(21 * MINUTE);
    assert!(
        w.until(|| clerk.case(&number).says("完成超时")),
        "the rest of the thirty minutes counts again"
    );
}

#[test]
fn std_16_common_lighting_takes_eight_hours_or_forty_eight() {
    let w = World::new();
    let clerk = w.clerk();
    let begun = w.now();
    let number = story::report(&clerk).made("send").case();
    clerk
        .case(&number)
        .must_say("STD-16")
        .must_say(&format!("{} 前", clock(begun + 8 * HOUR)));
    // A complex fault.
    let mut form = clerk.step_form(&number, "change_level");
    form.set("importance", "important").set("reason", "整层线路故障");
    clerk.send(&form).is(200);
    clerk.case(&number).must_say("48 小时内");
    w.wait(9 * HOUR);
    clerk.case(&number).must_not_say("完成超时");
    w.wait(40 * HOUR);
    let clerk = w.clerk();
    assert!(
        w.until(|| clerk.case(&number).says("完成超时")),
        "{}",
        clerk.case(&number).text()
    );
    let row = row_of(&clerk.get("/cases?view=overdue"), &number);
    assert!(row.contains("超时"), "{row}");
}

#[test]
fn std_6_an_ordinary_complaint_takes_eight_hours_a_serious_one_five_working_days() {
    let w = World::new();
    let clerk = w.clerk();
    let complaint = |importance: &str| {
        let mut desk = clerk.desk();
        desk.choose("kind", "complaint")
            .caller(story::NAME, story::PHONE, story::UNIT)
            .item("噪音")
            .choose("importance", importance)
            .choose("content", "楼上夜里吵闹")
            .set("place", "楼道");
        desk.made("record").case()
    };
    let ordinary = complaint("ordinary");
    clerk
        .case(&ordinary)
        .must_say("STD-6")
        .must_say(&clock(w.now() + 8 * HOUR));
    // Working days end when the office closes; the stretches say what was not counted.
    let serious = complaint("major");
    clerk
        .case(&serious)
        .must_say("STD-6")
        .must_say("5 个工作日内")
        .must_say("17:30 前");
}
