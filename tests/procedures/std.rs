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
fn std_3_a_complaint_is_met_on_site_within_an_hour_and_told_of_within_four() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let complaint = || {
        let mut desk = clerk.desk();
        desk.choose("kind", "complaint")
            .caller(story::NAME, story::PHONE, story::UNIT)
            .item("噪音")
            .choose("content", "楼上夜里吵闹")
            .set("place", "楼道");
        desk.made("record").case()
    };
    let (first, told) = (complaint(), complaint());
    clerk
        .case(&first)
        .must_say("STD-3")
        .must_say("到场")
        .must_say(&format!("{} 前", clock(w.now() + HOUR)))
        .must_say("处理情况反馈")
        .must_say(&format!("{} 前", clock(w.now() + 4 * HOUR)));
    // One customer is told how it stands, the other is not; nobody goes to either.
    w.wait(30 * MINUTE);
    clerk.done(&told, "note", &[("text", "已联系楼上住户"), ("told_customer", "1")]);
    w.wait(31 * MINUTE);
    for number in [&first, &told] {
        assert!(
            w.until(|| clerk.case(number).says("到场超时")),
            "{}",
            clerk.case(number).text()
        );
        clerk.case(number).must_not_say("处理情况反馈超时");
    }
    w.wait(3 * HOUR);
    assert!(
        w.until(|| clerk.case(&first).says("处理情况反馈超时")),
        "{}",
        clerk.case(&first).text()
    );
    clerk.case(&told).must_not_say("处理情况反馈超时");
    // Both stand in the register of breaches, for whoever looks later.
    let late = head.get("/breaches");
    late.must_say(&first).must_say(&told);
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
fn std_5_the_supervision_phone_is_public_and_promises_are_kept_and_measured() {
    let w = World::new();
    let clerk = w.clerk();
    clerk.get("/handbook/prices/print").must_say("0571-86001299");
    let promised = |content: &str| {
        let mut desk = clerk.desk();
        desk.choose("kind", "inquiry")
            .caller(story::NAME, story::PHONE, story::UNIT)
            .choose("content", content);
        desk.made("promise").case()
    };
    let (kept, broken) = (promised("会所几点开门"), promised("地下车位还有没有"));
    clerk.done(&kept, "answer", &[("answer", "上午九点")]);
    w.wait(DAY);
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let view = |name: &str| clerk.get(&format!("/promises?view={name}"));
    assert!(w.until(|| view("broken").says(&broken)), "{}", view("broken").text());
    view("broken").must_not_say(&kept);
    view("kept").must_say(&kept).must_not_say(&broken);
    // Of the promises that were due some were broken, and the share says so.
    let today = field(w.now());
    let figures = head.get(&format!(
        "/ontime?from={}&until={}",
        &field(w.now() - 2 * DAY)[..10],
        &today[..10]
    ));
    let row = row_of(&figures, "答应的回复");
    assert!(row.contains('%') && !row.contains("100.0%"), "{row}");
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

/// The holidays of a year, as they are published.
const NEXT_YEAR: &str = r#"{"year": 2027, "papers": ["https://example.org/notice"], "days": [
    {"name": "元旦", "date": "2027-01-01", "isOffDay": true}, {"name": "元旦", "date": "2027-01-02", "isOffDay": true},
    {"name": "元旦", "date": "2027-01-03", "isOffDay": true}, {"name": "元旦", "date": "2027-01-09", "isOffDay": false},
    {"name": "国庆节", "date": "2027-10-01", "isOffDay": true}, {"name": "国庆节", "date": "2027-10-02", "isOffDay": true},
    {"name": "国庆节", "date": "2027-10-03", "isOffDay": true}, {"name": "国庆节", "date": "2027-10-04", "isOffDay": true},
    {"name": "国庆节", "date": "2027-10-05", "isOffDay": true}, {"name": "国庆节", "date": "2027-10-06", "isOffDay": true},
    {"name": "国庆节", "date": "2027-10-07", "isOffDay": true}, {"name": "国庆节", "date": "2027-10-09", "isOffDay": false}]}"#;

fn hand_in(who: &crate::world::Person, text: &str) -> crate::world::Page {
    who.upload_file("/calendar/years", "2027.json", text)
}

/// A serious complaint; its number.
fn serious(clerk: &crate::world::Person) -> String {
    let mut desk = clerk.desk();
    desk.choose("kind", "complaint")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .item("噪音")
        .choose("importance", "major")
        .choose("content", "楼上夜里吵闹")
        .set("place", "楼道");
    desk.made("record").case()
}

/// The Monday 2026-12-28 at ten, or another day of the estate, from now.
fn until_day(w: &World, day: i64) {
    let target = (day * DAY) + 2 * HOUR;
    w.wait(target - w.now());
}

/// Days since 1970 of 2026-12-28 and 2027-09-29.
const LATE_DECEMBER: i64 = 20_815;
const LATE_SEPTEMBER: i64 = 21_090;

#[test]
fn std_6_an_imported_year_moves_a_provisional_deadline_and_the_holiday_counts() {
    let w = World::new();
    until_day(&w, LATE_DECEMBER);
    let (clerk, manager) = (w.clerk(), w.staff("jingli"));
    manager.get("/calendar/ask").is(200).must_say("2027");
    let number = serious(&clerk);
    // 29, 30, 31 December, 1 and 4 January, as long as nobody knows the holidays.
    clerk.case(&number).must_say("2027-01-04 17:30").must_say("暂定");
    // The explanation says so too, and names what was counted.
    clerk
        .get(&format!("/cases/{number}/clocks/finish"))
        .is(200)
        .must_say("2027-01-04 17:30")
        .must_say("暂定");
    hand_in(&manager, "[]").is(422).must_say("不是节假日文件");
    hand_in(&manager, &NEXT_YEAR.replace("2027-01-09", "2027-01-08"))
        .is(422)
        .must_say("2027-01-08")
        .must_say("不是周六或周日");
    let seen = hand_in(&manager, NEXT_YEAR);
    seen.is(200);
    let path = format!("/calendar/changes/{}", seen.url.rsplit('/').next().expect("an id"));
    assert!(
        w.until(|| manager.get(&path).says("会变动")),
        "{}",
        manager.get(&path).text()
    );
    let found = manager.get(&path);
    found
        .must_say(&number)
        .must_say("2027-01-04 17:30")
        .must_say("2027-01-05 17:30");
    // Nothing has happened yet.
    clerk.case(&number).must_say("2027-01-04 17:30");
    manager.get("/calendar/ask").must_say("2027");
    let mut form = found.form("/apply");
    manager.send(&form).is(422);
    form.set("reason", "国务院办公厅通知").put("which", "open");
    manager.send(&form).is(200);
    assert!(
        w.until(|| clerk.case(&number).says("2027-01-05 17:30")),
        "{}",
        clerk.case(&number).text()
    );
    let case = clerk.case(&number);
    case.must_not_say("暂定").must_say("元旦").must_say("国务院办公厅通知");
    assert!(!manager.get("/calendar/ask").says("2027"));
    clerk
        .get(&format!("/cases/{number}/clocks/finish"))
        .is(200)
        .must_say("元旦")
        .must_say("STD-6");
    clerk.get("/calendar/years/2027").is(200).must_say("国庆节");
    hand_in(&manager, NEXT_YEAR).is(422).must_say("没有变化");
    // Five working days over the National Day holiday: 30 September, 8, 9 (a Saturday, made up for), 11 and 12 October.
    until_day(&w, LATE_SEPTEMBER);
    let clerk = w.clerk();
    let number = serious(&clerk);
    clerk
        .case(&number)
        .must_say("2027-10-12 17:30")
        .must_say("国庆节")
        .must_say("调休上班");
    assert!(w.journal_holds());
}

#[test]
fn std_6_next_years_holidays_are_asked_for_once_until_they_are_imported() {
    let w = World::new();
    until_day(&w, LATE_DECEMBER);
    let manager = w.staff("jingli");
    let said = "请导入下一年的节假日";
    assert!(w.until(|| manager.get("/notices").says(said)));
    // Hours and days later it is still one notice, and it is for those who can load the file.
    w.wait(DAY);
    let (clerk, head, manager) = (w.clerk(), w.staff("lihuimin"), w.staff("jingli"));
    assert!(w.until(|| head.get("/notices").says(said)));
    let manager_sees = || manager.get("/notices").text().matches(said).count();
    assert_eq!(manager_sees(), 1);
    let settled = || {
        let page = manager.get("/notices");
        page.must_say("2027 年的节假日安排还没有导入");
        let one = page.html.split("<li").find(|li| li.contains(said)).map(str::to_owned);
        one.expect("the notice").contains("已办结")
    };
    assert!(!settled());
    clerk.get("/notices").must_not_say(said);
    let seen = hand_in(&manager, NEXT_YEAR);
    let path = format!("/calendar/changes/{}", seen.url.rsplit('/').next().expect("an id"));
    assert!(
        w.until(|| manager.get(&path).html.contains("/apply")),
        "{}",
        manager.get(&path).text()
    );
    let mut form = manager.get(&path).form("/apply");
    form.set("reason", "国务院办公厅通知").put("which", "new");
    manager.send(&form).is(200);
    assert!(w.until(settled));
    assert_eq!(manager_sees(), 1);
    assert!(!manager.get("/calendar/ask").says("2027"));
}

/// The response of every report, changed in a draft: found in the table, changed in its form, by the head of customer service.
fn drafted(w: &World, minutes: &str) -> String {
    let head = w.staff("lihuimin");
    let page = head.get("/standard");
    page.is(200)
        .must_say("STD-1")
        .must_say("4 小时内")
        .must_say("铃响 3 声内");
    let draft = head.send(&page.form("/standard/versions"));
    draft.is(200).must_say("草稿");
    let id = draft.url.rsplit('/').next().expect("an id").to_owned();
    // Line 1 is the response of every report (STD-1).
    let mut form = head.get(&format!("/standard/versions/{id}/line/0-0")).form("/line/0-0");
    assert_eq!(
        (form.get("code"), form.get("clause"), form.get("n")),
        ("response", "STD-1", "4")
    );
    form.set("n", minutes).set("unit", "minute");
    head.send(&form)
        .is(200)
        .must_say(&format!("{minutes} 分钟内"))
        .must_say("有改动");
    id
}

/// Checked by who drafted it and approved by the project manager, valid at once.
fn in_force(w: &World, id: &str) {
    let head = w.staff("lihuimin");
    let mut form = head.get(&format!("/standard/versions/{id}?tab=check")).form("/check");
    form.set("note", "缩短首次响应");
    head.send(&form).is(200).must_say("待批准").must_say("等待项目经理批准");
    let manager = w.staff("jingli");
    let form = manager
        .get(&format!("/standard/versions/{id}?tab=check"))
        .form("/approve");
    manager.send(&form).is(200).must_say("现行");
}

fn inquiry(clerk: &crate::world::Person) -> String {
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .caller(story::NAME, story::PHONE, story::UNIT);
    desk.choose("content", "物业费怎么交");
    desk.made("record").case()
}

#[test]
fn std_1_a_changed_standard_counts_for_new_cases_and_open_ones_keep_theirs() {
    let w = World::new();
    let clerk = w.clerk();
    let old = inquiry(&clerk);
    let was = format!("{} 前", clock(w.now() + 4 * HOUR));
    clerk.case(&old).must_say(&was);
    let id = drafted(&w, "90");
    // Nobody but the project manager approves, and a draft counts for nothing.
    let new = inquiry(&clerk);
    clerk.case(&new).must_say(&was);
    let head = w.staff("lihuimin");
    assert_eq!(
        head.post(&format!("/standard/versions/{id}/approve"), &[("version", "2")])
            .status,
        403
    );
    clerk.get(&format!("/standard/versions/{id}")).is(404);
    in_force(&w, &id);
    let begun = w.now();
    let now = inquiry(&clerk);
    clerk
        .case(&now)
        .must_say(&format!("{} 前", clock(begun + 90 * MINUTE)))
        .must_say("2026-2");
    clerk.case(&old).must_say(&was).must_say("2026-1");
    // Everybody reads it, in both languages, with what the clauses say.
    clerk.get("/standard").is(200).must_say("90 分钟内").must_say("2026-2");
    clerk.get("/handbook").is(200).must_say("90 分钟内");
    w.wait(91 * MINUTE);
    assert!(
        w.until(|| clerk.case(&now).says("首次响应超时")),
        "{}",
        clerk.case(&now).text()
    );
    clerk.case(&old).must_not_say("首次响应超时");
}

#[test]
fn std_1_a_longer_limit_needs_a_reason_and_a_later_version_comes_by_itself() {
    let w = World::new();
    let (clerk, head, manager) = (w.clerk(), w.staff("lihuimin"), w.staff("jingli"));
    let id = drafted(&w, "300");
    let page = head.get(&format!("/standard/versions/{id}?tab=check"));
    page.must_say("偏离条款").must_say("STD-1").must_say("300 分钟内");
    let refused = head.send(&page.form("/check"));
    refused.is(422).must_say("说明理由");
    let mut form = refused.form("/check");
    form.set("reason", "夜间人手不足");
    head.send(&form).is(200).must_say("夜间人手不足");
    let mut form = manager
        .get(&format!("/standard/versions/{id}?tab=check"))
        .form("/approve");
    form.set("valid_from", &field(w.now() + HOUR));
    manager.send(&form).is(200).must_say("已批准，待生效");
    clerk.get("/standard").must_say("4 小时内").must_not_say("300 分钟内");
    w.wait(61 * MINUTE);
    clerk.get("/standard").must_say("300 分钟内").must_say("现行");
    let number = inquiry(&clerk);
    clerk
        .case(&number)
        .must_say(&format!("{} 前", clock(w.now() + 300 * MINUTE)));
}

#[test]
fn std_1_applying_it_to_open_cases_moves_due_times_and_is_on_record() {
    let w = World::new();
    let (clerk, manager) = (w.clerk(), w.staff("jingli"));
    let (begun, old) = (w.now(), inquiry(&clerk));
    let id = drafted(&w, "90");
    in_force(&w, &id);
    // What would change is said first, case by case.
    let page = manager.get(&format!("/standard/versions/{id}?tab=open"));
    let started = manager.send(&page.form("/compare"));
    let job = started.url.clone();
    let path = format!("/standard/jobs/{}", job.rsplit('/').next().expect("an id"));
    assert!(
        w.until(|| manager.get(&path).says("件会变")),
        "{}",
        manager.get(&path).text()
    );
    let found = manager.get(&path);
    found
        .must_say(&old)
        .must_say(&clock(begun + 4 * HOUR))
        .must_say(&clock(begun + 90 * MINUTE));
    clerk.case(&old).must_say(&format!("{} 前", clock(begun + 4 * HOUR)));
    // Without a reason nothing happens.
    let mut form = found.form("/standard/apply");
    form.put("which", "all");
    manager.send(&form).is(422);
    form.set("reason", "业委会同意")
        .put("_key", "second")
        .put("which", "all");
    let applied = manager.send(&form);
    applied.is(200).must_say("业委会同意");
    assert!(
        w.until(|| clerk.case(&old).says(&format!("{} 前", clock(begun + 90 * MINUTE)))),
        "{}",
        clerk.case(&old).text()
    );
    clerk
        .case(&old)
        .must_say("重新适用服务标准：2026-1 → 2026-2")
        .must_say("业委会同意")
        .must_say("2026-2");
    assert!(w.journal_holds());
    w.wait(91 * MINUTE - (w.now() - begun));
    assert!(
        w.until(|| clerk.case(&old).says("首次响应超时")),
        "{}",
        clerk.case(&old).text()
    );
}

#[test]
fn std_1_past_cases_are_run_under_a_draft_before_it_is_published() {
    let w = World::new();
    let quality = w.staff("zhiguan");
    let id = drafted(&w, "5");
    let mut form = quality
        .get(&format!("/standard/simulate?of={id}"))
        .form("/standard/simulate");
    let day = |at: i64| field(at)[..10].to_owned();
    form.set("from", &day(w.now() - 10 * DAY)).set("until", &day(w.now()));
    let started = quality.send(&form);
    let path = format!("/standard/jobs/{}", started.url.rsplit('/').next().expect("an id"));
    assert!(
        w.until(|| quality.get(&path).says("每小时需要的人数")),
        "{}",
        quality.get(&path).text()
    );
    let page = quality.get(&path);
    page.must_say("按此标准超时")
        .must_say("工程")
        .must_say("算法：每张单从接单到完工");
    let sheet = quality.get(&format!("{path}/export?late=newly"));
    assert!(
        sheet.header("content-type").contains("spreadsheetml"),
        "{:?}",
        sheet.headers
    );
    // The desk neither simulates nor drafts.
    let clerk = w.clerk();
    assert_eq!(
        (clerk.get("/standard/simulate").status, clerk.get(&path).status),
        (403, 403)
    );
    assert_eq!(clerk.post("/standard/versions", &[]).status, 403);
}

/// A page's rows that show a running due time and no way to its explanation.
fn unexplained(page: &crate::world::Page) -> Vec<String> {
    let parts: Vec<&str> = page.html.split(" data-due=\"").skip(1).collect();
    let rows = parts.iter().map(|part| {
        let end = ["</tr>", "</li>"]
            .iter()
            .filter_map(|t| part.find(t))
            .min()
            .unwrap_or(part.len());
        &part[..end]
    });
    rows.filter(|row| !row.contains("whylink") && !row.contains("<details"))
        .map(|row| row.chars().take(300).collect())
        .collect()
}

#[test]
fn std_1_every_due_time_on_screen_leads_to_its_explanation() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    // Before anything is registered: the preview says why.
    let mut desk = story::report(&clerk);
    desk.choose("urgency", "urgent");
    let preview = desk.shown.html.matches("whynow").count();
    assert!(preview >= 2, "{preview} explanations in the preview");
    desk.shown.must_say("为什么").must_say("STD-2");
    let made = desk.made("send");
    let (number, contact) = (made.case(), made.number_of_contact());
    assert!(
        made.page.html.contains(&format!("/cases/{number}/clocks/next")),
        "{}",
        made.page.text()
    );
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .choose("content", "问三期交付时间");
    let asked = desk.made("promise").case();
    for (path, least) in [
        ("/desk", 1),
        ("/cases?view=open", 2),
        ("/orders?view=open", 1),
        ("/promises?view=open", 1),
        ("/callbacks?view=open", 0),
        (&*format!("/cases/{number}"), 1),
        (&*format!("/contacts/{contact}"), 1),
    ] {
        let page = head.get(path);
        page.is(200);
        let shown = page.html.matches(" data-due=\"").count();
        assert!(shown >= least, "{path} shows {shown} due times");
        let without = unexplained(&page);
        assert!(without.is_empty(), "{path}: {without:#?}");
        // What it leads to is there.
        for link in page.html.split("class=\"whylink\"").skip(1).take(5) {
            let href = link
                .split("href=\"")
                .nth(1)
                .and_then(|h| h.split('"').next())
                .expect("an address");
            head.get(href).is(200).must_say("时限").must_not_say("没有这个时限");
        }
    }
    let case = clerk.case(&asked);
    assert!(case.html.contains("/clocks/promise-1"), "{}", case.text());
    // Due times that have passed, in the register of breaches.
    w.wait(2 * HOUR);
    assert!(w.until(|| head.get("/breaches?view=late&clock=on_site").says(&number)));
    let rows = head.get("/breaches?view=late&clock=on_site");
    assert!(rows.html.contains("/clocks/on_site-0"), "{}", rows.text());
}

#[test]
fn std_15_who_is_told_when_is_changed_step_by_step_in_a_draft() {
    let w = World::new();
    let head = w.staff("lihuimin");
    let draft = head.send(&head.get("/standard").form("/standard/versions"));
    let id = draft.url.rsplit('/').next().expect("an id").to_owned();
    let ladder = |of: &str| format!("/standard/versions/{id}/ladder/{of}");
    let common = head.get(&ladder("common"));
    common.is(200).must_say("时限用去 80%").must_say("承办人");
    // A new step of the ladder that all lines share.
    let mut form = head.get(&(ladder("common") + "/new")).form("/ladder/common/new");
    form.set("when", "before").set("n", "15").set("unit", "minute");
    form.set("kind", "warning").set("habit", "1");
    let refused = head.send(&form);
    refused.is(422).must_say("请至少选一个岗位");
    form.fields.push(("to".to_owned(), "cs_head".to_owned()));
    form.fields.push(("to".to_owned(), "dept_head".to_owned()));
    let saved = head.send(&form);
    saved.is(200).must_say("到时前 15 分钟").must_say("客服主任");
    head.get(&format!("/standard/versions/{id}")).must_say("到时前 15 分钟");
    head.get(&format!("/standard/versions/{id}?tab=diff"))
        .must_say("到时前 15 分钟");
    // The same time twice, or no clause and no habit, is refused as in the file.
    assert_eq!(head.send(&form).status, 409, "it was changed since the form was opened");
    let mut form = head.get(&(ladder("common") + "/new")).form("/ladder/common/new");
    form.set("when", "before")
        .set("n", "15")
        .set("unit", "minute")
        .set("kind", "warning");
    form.fields.push(("to".to_owned(), "cs_head".to_owned()));
    head.send(&form).is(422).must_say("已有同一时刻的步骤");
    // One line gets its own: the others stay.
    let own = head.get(&ladder("0-0"));
    own.must_say("通用阶梯").must_say("到时前 15 分钟");
    let remove = own.form("/0/remove");
    let after = head.send(&remove);
    after.is(200).must_not_say("时限用去 80%");
    head.get(&ladder("common")).must_say("时限用去 80%");
    // Undone, one by one.
    for _ in 0..2 {
        let page = head.get(&format!("/standard/versions/{id}"));
        head.send(&page.form("/undo")).is(200);
    }
    head.get(&ladder("0-0"))
        .must_say("时限用去 80%")
        .must_not_say("到时前 15 分钟");
    let clerk = w.clerk();
    assert_eq!(clerk.get(&ladder("common")).status, 403);
}

#[test]
fn std_6_a_comparison_that_is_done_is_neither_stopped_nor_gone_on_with_and_only_by_who_may() {
    let w = World::new();
    let manager = w.staff("jingli");
    let seen = hand_in(&manager, NEXT_YEAR);
    let id = seen.url.rsplit('/').next().expect("an id").to_owned();
    // Small work is done before anybody could stop it: going on says what is so.
    let path = format!("/calendar/changes/{id}");
    assert!(w.until(|| manager.get(&path).html.contains("/apply")));
    let again = manager.post(&format!("{path}/go-on"), &[]);
    again.is(422);
    manager.post(&format!("{path}/stop"), &[]).is(200);
    assert_eq!(w.clerk().post(&format!("{path}/stop"), &[]).status, 403);
}
