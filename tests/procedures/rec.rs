//! REC: reception procedure (客户接待操作规程).

use crate::html;
use crate::story;
use crate::world::{DAY, Desk, HOUR, MINUTE, Page, Person, World, clock};

#[test]
fn rec_1_the_desk_receives_and_the_head_supervises() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let number = story::sent(&w, &clerk);
    // What the desk took in, the head of customer service sees, and may take into her own hands.
    head.case(&number).must_say(story::NAME);
    head.get("/journal").is(200);
    assert!(head.step_form(&number, "reassign").control("department").is_some());
    // The desk supervises nobody: no journal, no waiver.
    clerk.get("/journal").is(403);
    clerk
        .get(&format!("/cases/{number}/do/waive_fee"))
        .must_say("当前岗位不能“减免费用”");
    // Who is neither does not receive.
    w.staff("waibao").get("/desk").is(403);
    w.staff("admin").get("/desk").is(403);
}

#[test]
fn rec_2_procedures_and_departments_are_one_click_from_the_desk() {
    let w = World::new();
    let clerk = w.clerk();
    let desk = clerk.get("/desk");
    let departments = clerk.get(&desk.link("部门通讯录").expect("a link to the departments"));
    departments
        .is(200)
        .must_say("工程部")
        .must_say("水、电、门窗")
        .must_say("电梯维保单位")
        .must_say("王建国");
    let handbook = clerk.get(&desk.link("规程与价目").expect("a link to the procedures"));
    handbook.is(200).must_say("首次响应");
}

#[test]
fn rec_5_a_visit_starts_with_one_key_and_takes_its_time_then() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    let visit = html::tags(&desk.shown.html)
        .into_iter()
        .find(|t| t.attr("id") == Some("channel-visit"))
        .expect("来访");
    assert_eq!(visit.attr("data-key"), Some("F10"), "one key");
    let start = visit.attr("hx-get").expect("the key takes the time").to_owned();
    let arrived = w.now();
    let fragment = clerk.fragment(&start);
    fragment.must_say(&clock(arrived));
    let came = html::controls(&fragment.html, |_, _| true);
    let at = came
        .iter()
        .find(|c| c.name == "started_at")
        .and_then(|c| c.value.clone())
        .expect("the time of arrival");
    // The visitor is received at once; the form is filled in later.
    w.wait(7 * MINUTE);
    desk.form.put("started_at", &at);
    desk.choose("channel", "visit").choose("kind", "inquiry");
    desk.shown.must_say("欢迎来到滨江翠园客服中心，请坐");
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .choose("content", "问装修押金怎么退");
    desk.set("answer", "凭收据到财务部办理");
    let made = desk.made("answer");
    let list = clerk.get("/contacts");
    let row = row_of(&list, &made.number_of_contact());
    assert!(
        row.contains(&clock(arrived)) && row.contains("来访"),
        "arrived {}: {row}",
        clock(arrived)
    );
}

/// The words of the row of a list that holds this.
pub fn row_of(list: &Page, holds: &str) -> String {
    let row = list
        .html
        .split("<tr")
        .skip(1)
        .find(|r| r.contains(holds))
        .unwrap_or_else(|| panic!("no row {holds}: {}", list.text()));
    // The last row of a table ends there, not with the page.
    let row = row.split("</tr>").next().unwrap_or_default();
    html::text(&format!("<tr{row}"))
}

#[test]
fn rec_6_an_inquiry_is_recorded_in_detail_and_answered() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .caller(story::NAME, story::PHONE, story::UNIT);
    desk.choose("content", "地下车库充电桩何时开通，能否先登记");
    desk.refused("answer").must_say("答复内容 必填");
    desk.set("answer", "预计下月 10 日开通，今天起在前台登记");
    let number = desk.made("answer").case();
    let case = clerk.case(&number);
    case.must_say("咨询")
        .must_say("地下车库充电桩何时开通，能否先登记")
        .must_say("预计下月 10 日开通，今天起在前台登记");
}

#[test]
fn rec_10_without_name_unit_and_phone_nothing_is_closed() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .choose("content", "问物业费标准")
        .set("answer", "每平方米每月 2.8 元");
    desk.refused("answer").must_say("匿名的原因");
    desk.caller(story::NAME, "", "");
    let number = desk.made("answer").case();
    clerk
        .case(&number)
        .must_say("暂不能关闭")
        .must_say("房号或地址")
        .must_say("电话");
    let form = clerk.get(&format!("/cases/{number}/do/close"));
    form.must_say("房号或地址").must_say("REC-10");
    let mut form = clerk.step_form(&number, "change_customer");
    form.set("phone", story::PHONE)
        .set("address", story::UNIT)
        .set("reason", "回电补问");
    clerk.send(&form).is(200);
    clerk.done(&number, "close", &[]).must_say("已关闭");
}

#[test]
fn rec_10_an_anonymous_caller_needs_a_reason() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .choose("content", "问最近的菜场")
        .set("answer", "出南门左转三百米");
    desk.set("anonymous", "1");
    desk.refused("answer").must_say("匿名的原因");
    desk.set("anonymous_reason", "路人问路，不愿留名");
    let number = desk.made("answer").case();
    // Nobody to call back: it ends with the answer, and the reason stays.
    clerk.case(&number).must_say("路人问路，不愿留名").must_say("已关闭");
}

#[test]
fn rec_11_a_suggestion_is_thanked_for_and_the_visitor_seen_off() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.choose("channel", "visit")
        .choose("kind", "suggestion")
        .caller(story::NAME, story::PHONE, story::UNIT);
    desk.choose("content", "建议在快递柜旁加一盏灯")
        .set("answer", "感谢建议，转工程部研究，三天内答复");
    let made = desk.made("answer");
    assert!(made.case().starts_with("JY-"), "{}", made.case());
    let panel = made.panel();
    assert!(
        panel.contains("感谢您的来访") && panel.contains("请慢走") && panel.contains("还有其他可以帮您的吗"),
        "{panel}"
    );
    clerk
        .case(&made.case())
        .must_say("建议")
        .must_say("感谢建议，转工程部研究，三天内答复");
}

#[test]
fn rec_12_own_work_goes_to_a_department_and_a_vendors_to_the_vendor() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = story::report(&clerk);
    assert_eq!(desk.form.get("scope"), "own");
    assert!(
        desk.form.offer("department", "工程部").is_some() && desk.form.offer("department", "电梯维保单位").is_none()
    );
    let own = desk.made("send").case();
    clerk.case(&own).must_say("工程部").must_say("待接单");

    desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .item("电梯按钮失灵")
        .choose("content", "五楼按钮按不亮");
    desk.set("place", "99 栋 1 单元电梯");
    assert_eq!(desk.form.get("scope"), "vendor", "the item says whose work it is");
    assert!(
        desk.form.offer("department", "工程部").is_none() && desk.form.offer("department", "电梯维保单位").is_some()
    );
    let vendors = desk.made("send").case();
    clerk
        .case(&vendors)
        .must_say("电梯维保单位")
        .must_say("B 外包服务")
        .must_say("待接单");
    // The vendor's contact has it at once.
    w.staff("waibao").case(&vendors).must_say("五楼按钮按不亮");
}

#[test]
fn rec_12_what_is_outside_gets_an_apology_and_a_report_to_the_head() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .item("网络不通")
        .choose("content", "家里宽带断了两天");
    desk.set("place", "户内");
    desk.shown
        .must_say("很抱歉，这件事不在我们的服务范围内")
        .must_say("不在服务范围内：请致歉并告知负责单位");
    assert_eq!(desk.form.get("scope"), "outside");
    assert!(desk.form.control("department").is_none(), "nowhere to send it");
    let made = desk.made("send");
    assert!(made.panel().contains("向客服主任报告"), "{}", made.panel());
    let number = made.case();
    clerk.case(&number).must_say("待派单").must_say("转介的单位");
    let form = clerk.get(&format!("/cases/{number}/do/dispatch"));
    form.must_say("服务范围外的事情不派单，请上报并转介");
    // Reported to the head, with whom the resident may turn to.
    let mut form = clerk.step_form(&number, "report_outside");
    form.pick("reported_to", "李慧敏");
    let refused = clerk.send(&form);
    refused.is(422).must_say("转介");
    form.set("referral", "电信 10000")
        .set("note", "同楼三户都问过，可考虑代办");
    clerk.send(&form).is(200);
    w.staff("lihuimin")
        .case(&number)
        .must_say("李慧敏")
        .must_say("电信 10000")
        .must_say("同楼三户都问过，可考虑代办");
    clerk.done(&number, "close", &[]).must_say("已关闭");
}

#[test]
fn rec_12_a_scope_that_changes_later_takes_the_order_back_and_asks_for_the_fee_again() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = story::report(&clerk);
    let wang = desk.form.offer("worker", "王建国").expect("王建国");
    desk.choose("worker", &wang);
    let made = desk.made("send");
    let (number, order) = (made.case(), made.order());
    let worker = w.staff("wangjianguo");
    worker.done(&number, "accept", &[]);
    worker.get(&format!("/tasks/{order}")).is(200);
    // The form says what will happen, and asks for the fee of the new side.
    let form = clerk.get(&format!("/cases/{number}/do/change_scope"));
    form.must_say("已派出的联系单会收回").must_say("费用");
    let mut form = form.form("/change_scope");
    form.set("scope", "vendor")
        .set("fee_kind", "quote")
        .set("reason", "灯具在保，由外包单位处理");
    clerk.send(&form).is(200);
    let case = clerk.case(&number);
    case.must_say("待派单")
        .must_say("B 外包服务")
        .must_say("撤回派单")
        .must_say("灯具在保");
    // The worker's telephone has it no more; nothing goes to the vendor before the customer was told.
    worker
        .get(&format!("/tasks/{order}"))
        .must_say("已撤回，不用再处理")
        .must_not_say("显示完整号码")
        .must_not_say("暂停等待");
    worker.get("/tasks").must_not_say(&order);
    clerk.get(&format!("/cases/{number}/do/dispatch")).must_say("告知");
    let mut fee = clerk.step_form(&number, "change_fee");
    fee.set("fee_kind", "quote")
        .put("told", "true")
        .set("reason", "已告知由外包现场报价");
    clerk.send(&fee).is(200);
    let dispatch = clerk.step_form(&number, "dispatch");
    assert!(
        dispatch.offer("department", "工程部").is_none(),
        "a vendor's work goes to the vendor"
    );
    let mut dispatch = dispatch;
    dispatch.pick("department", "电梯维保单位");
    clerk.send(&dispatch).is(200);
    clerk.case(&number).must_say("电梯维保单位").must_say("待接单");
    assert!(w.journal_holds());
}

#[test]
fn rec_12_what_a_vendor_typed_survives_a_reload() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .item("电梯按钮失灵")
        .choose("content", "五楼按钮按不亮");
    desk.set("place", "99 栋 1 单元电梯");
    let number = desk.made("send").case();
    // The secret of the order, as the desk hands it over.
    let links = clerk.fragment(&{
        let case = clerk.case(&number);
        let at = case.html.find("/links\"").expect("the links of the case");
        let start = case.html[..at].rfind('"').map_or(0, |i| i + 1);
        case.html[start..at + 6].to_owned()
    });
    let mut make = links.form("/links");
    make.put("purpose", "vendor");
    let page = clerk.send(&make);
    let at = page.html.find("/v/").expect("the vendor's address");
    let link: String = page.html[at..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_'))
        .collect();
    let vendor = w.resident();
    let screen = vendor.get(&format!("{link}?do=return"));
    screen.is(200);
    let draft = html::tags(&screen.html)
        .into_iter()
        .find_map(|t| t.attr("data-draft-url").map(str::to_owned))
        .expect("the form is kept while it is typed");
    assert_eq!(draft, format!("{link}/drafts/return"));
    let kept = vendor.put_json(
        &draft,
        r#"{"at": 1, "fields": {"_key": "k-1", "reason": "按钮面板要订货"}}"#,
    );
    kept.is(204);
    // Another browser, days later, with the same link.
    w.wait(2 * DAY);
    w.resident()
        .get(&format!("{link}?do=return"))
        .must_say("按钮面板要订货");
    // A note as well, and it is gone once it was sent.
    let note = format!("{link}/drafts/note");
    vendor
        .put_json(&note, r#"{"at": 1, "fields": {"_key": "k-2", "note": "明早八点到"}}"#)
        .is(204);
    let order = vendor.get(&link);
    order.must_say("明早八点到");
    let mut form = order.form("/note");
    form.set("note", "明早八点到").put("_key", "k-2");
    vendor.send(&form).is(200);
    assert!(!vendor.get(&link).part("note").contains("明早八点到"));
    // A late save of the form that was sent does not bring it back.
    vendor
        .put_json(&note, r#"{"at": 2, "fields": {"_key": "k-2", "note": "明早八点到"}}"#)
        .is(410);
    // Nobody keeps anything without the secret, or where there is no such form.
    vendor
        .put_json("/v/nothing-like-this-secret/drafts/return", r#"{"fields": {}}"#)
        .is(404);
    vendor
        .put_json(&format!("{link}/drafts/pay"), r#"{"fields": {}}"#)
        .is(404);
}

#[test]
fn rec_13_a_paid_job_waits_for_the_customers_yes() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .item("插座无电")
        .choose("content", "客厅插座没有电")
        .set("place", "客厅");
    // The price list decides, and says what to say.
    assert_eq!(desk.form.get("fee"), "paid");
    desk.shown.must_say("这项属于有偿服务").must_say("¥20");
    let refused = desk.refused("send");
    refused.must_say("告知收费").must_say("住户同意收费").must_say("REC-13");
    desk.choose("told", "1");
    desk.refused("send").must_say("住户同意收费");
    desk.choose("accepted", "1");
    let number = desk.made("send").case();
    clerk
        .case(&number)
        .must_say("待接单")
        .must_say("有偿")
        .must_say("住户已同意")
        .must_say("¥20");
}

#[test]
fn rec_13_nor_is_it_sent_later_without_the_yes() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .item("插座无电")
        .choose("content", "客厅插座没有电")
        .set("place", "客厅");
    let number = desk.made("record").case();
    clerk
        .get(&format!("/cases/{number}/do/dispatch"))
        .must_say("收费还没有经住户同意")
        .must_say("住户同意收费");
    // Nor past the page.
    let past = clerk.post(
        &format!("/cases/{number}/dispatch"),
        &[("department", "x"), ("_key", "rec-13-past-the-page-0001")],
    );
    assert!(past.status >= 400, "{}", past.text());
    clerk.case(&number).must_say("待派单");
    // A customer who says no gets no worker.
    let mut form = clerk.step_form(&number, "change_fee");
    form.set("fee_kind", "paid")
        .set("amount", "20")
        .set("told", "true")
        .set("accepted", "false")
        .set("reason", "住户嫌贵");
    clerk.send(&form).is(200);
    clerk
        .get(&format!("/cases/{number}/do/dispatch"))
        .must_say("住户不同意这个收费");
    let mut form = clerk.step_form(&number, "change_fee");
    form.set("fee_kind", "paid")
        .set("amount", "20")
        .set("told", "true")
        .set("accepted", "true")
        .set("reason", "住户改主意");
    clerk.send(&form).is(200);
    assert!(clerk.step_form(&number, "dispatch").control("department").is_some());
}

#[test]
fn rec_14_a_price_set_on_site_is_told_before_and_accepted_before_the_work() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let mut desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .item("线路老化检修")
        .choose("content", "次卧线路发热")
        .set("place", "次卧");
    assert_eq!(desk.form.get("fee"), "quote");
    desk.shown
        .must_say("师傅会先报价，您同意后再动工")
        .must_say("已告知由师傅现场报价");
    desk.refused("send").must_say("告知现场报价");
    desk.choose("told", "1");
    let wang = desk.form.offer("worker", "王建国").expect("王建国");
    desk.choose("worker", &wang);
    let number = desk.made("send").case();
    worker.done(&number, "accept", &[]);
    worker.done(&number, "arrive", &[]);
    let done = [("done", "更换次卧回路"), ("no_photo_reason", "墙内线路")];
    worker
        .get(&format!("/cases/{number}/do/complete"))
        .must_say("价格还没定，请先报价");

    let mut quote = worker.step_form(&number, "quote");
    quote.fields.retain(|(n, _)| !n.starts_with("line_"));
    for (name, value) in [
        ("line_what", "更换回路"),
        ("line_kind", "labour"),
        ("line_quantity", "1"),
        ("line_price", "180"),
    ] {
        quote.fields.push((name.into(), value.into()));
    }
    worker.send(&quote).is(200).must_say("¥180");
    worker
        .get(&format!("/cases/{number}/do/complete"))
        .must_say("报价在等住户答复");
    let mut yes = worker.step_form(&number, "consent_quote");
    yes.set("consent_how", "spoken").set("note", "好的，180 就 180");
    worker.send(&yes).is(200);
    worker.done(&number, "complete", &done).must_say("待收 ¥180");
    // Done, but not free to close before it is paid.
    clerk.case(&number).must_say("收款或减免");
}

#[test]
fn rec_15_a_work_order_is_issued_filled_in_and_sent_at_once() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .item("插座无电")
        .choose("content", "客厅插座没有电")
        .set("place", "客厅");
    desk.choose("told", "1").choose("accepted", "1");
    let wang = desk.form.offer("worker", "王建国").expect("王建国");
    desk.choose("worker", &wang);
    let at = w.now();
    let made = desk.made("send");
    let paper = clerk.get(
        &made
            .page
            .link("打印联系单")
            .expect("the order can be printed where it was made"),
    );
    paper
        .is(200)
        .must_say(&made.order())
        .must_say(story::NAME)
        .must_say("99 栋 1 单元 1201");
    paper
        .must_say("客厅插座没有电")
        .must_say("☑ 有偿")
        .must_say("¥20")
        .must_say("工程部")
        .must_say("王建国");
    paper.must_say("受理时已告知并同意").must_say(&clock(at));
    // The worker has it already.
    w.staff("wangjianguo").get("/orders").must_say(&made.order());
}

#[test]
fn rec_22_the_form_keeps_its_number_and_version() {
    let w = World::new();
    let clerk = w.clerk();
    let order = story::report(&clerk).made("send").order();
    for page in [
        clerk.get(&format!("/orders/{order}/print")),
        clerk.get("/print/orders/blank"),
    ] {
        page.is(200)
            .must_say("工作联系单")
            .must_say("表单编号：QP-08-07-F001")
            .must_say("版本：");
        let text = page.text();
        let version = text
            .split("版本：")
            .nth(1)
            .and_then(|t| t.split_whitespace().next())
            .unwrap_or_default();
        assert!(
            version.contains('/') || version.chars().any(|c| c.is_ascii_digit()),
            "version “{version}”"
        );
    }
    // A day later it is the same form.
    w.wait(DAY + HOUR);
    w.clerk()
        .get(&format!("/orders/{order}/print"))
        .must_say("QP-08-07-F001");
}

#[test]
fn rec_4_who_begins_a_shift_checks_in_ten_minutes_before_with_the_checklist() {
    let w = World::new();
    let (manager, head) = (w.staff("jingli"), w.staff("lihuimin"));
    let day = crate::world::field(w.now())[..10].to_owned();
    let post = story::post(&manager, "总台");
    story::shift(&manager, &post, "沈佳怡", &day, "10:30-18:30").is(200);
    // Signing in within the hour before the shift, the person is asked.
    let who = w.stranger();
    let login = [("login", "xingzheng"), ("password", "sansheng-demo"), ("next", "/")];
    let asked = who.post("/sign-in", &login);
    assert!(asked.url.contains("/duty/check-in/"), "{}: {}", asked.url, asked.text());
    asked
        .must_say("应在 10:20 前到岗")
        .must_say("台面整洁")
        .must_say("电话试拨正常");
    // Something left open needs a word.
    let form = asked.form(
        asked
            .url
            .split("/duty/")
            .nth(1)
            .and_then(|p| p.split('?').next())
            .unwrap_or_default(),
    );
    who.send(&form).is(422).must_say("有 2 项检查没打勾");
    // 10:20 passes: the head sees it at once, wherever she is.
    w.wait(21 * MINUTE);
    for page in ["/desk", "/duty/banner"] {
        head.get(page).must_say("总台 沈佳怡 10:30 的班未签到");
    }
    // 10:25: five minutes late, measured against ten minutes before.
    w.wait(4 * MINUTE);
    story::checked_in(&who).is(200);
    head.get("/duty/banner").must_not_say("沈佳怡 10:30");
    let late = head.get("/duty/check-ins?view=late");
    let row = row_of(&late, "10:30–18:30");
    assert!(
        row.contains("沈佳怡") && row.contains("10:20") && row.contains("10:25") && row.contains(" 5 "),
        "{row}"
    );
    let excel = head.get("/duty/check-ins/export?view=late");
    excel.is(200);
    assert!(excel.header("content-type").contains("spreadsheetml"));
    // One's own line is one's own; others' are not for everybody.
    assert!(who.get("/duty/check-ins").says("总台"));
    // A colleague's lateness is not for everybody.
    w.clerk().get("/duty/check-ins").must_not_say("10:30–18:30");
    // With it the person is on duty.
    who.get("/account").must_say("起在岗");
    assert!(w.journal_holds());
}

#[test]
fn rec_21_a_hand_over_cannot_drop_an_open_emergency() {
    let w = World::new();
    let (manager, clerk) = (w.staff("jingli"), w.clerk());
    let day = crate::world::field(w.now())[..10].to_owned();
    let post = story::post(&manager, "总台");
    story::shift(&manager, &post, "沈佳怡", &day, "10:05-12:00").is(200);
    story::shift(&manager, &post, "钱雅琴", &day, "12:00-18:00").is(200);
    let (giver, next) = (w.staff("xingzheng"), w.staff("caiwu"));
    story::checked_in(&giver).is(200);
    let mut desk = clerk.desk();
    desk.choose("kind", "help")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .item("反锁求助")
        .choose("content", "老人被反锁在屋里，煤气灶开着");
    desk.set("place", story::UNIT);
    let number = desk.made("send").case();
    w.wait(110 * MINUTE);
    // What is open stands in the form; without an owner on the incoming shift it is refused.
    let path = giver
        .get("/shifts")
        .link("交班")
        .expect("the own shift can be handed over");
    let form_of = |page: &Page| page.form(path.trim_start_matches("/duty/"));
    let page = giver.get(&path);
    page.is(200).must_say(&number).must_say("钱雅琴");
    let mut form = form_of(&page);
    form.set("note", "120 未到，家属在赶来");
    let refused = giver.send(&form);
    refused
        .is(422)
        .must_say("没有下一班的负责人")
        .must_say(&number)
        .must_say("REC-21");
    // Who leaves is no choice; who comes is.
    let owners: Vec<String> = form
        .names()
        .iter()
        .filter(|n| n.starts_with("owner-"))
        .map(|n| (*n).to_owned())
        .collect();
    assert!(!owners.is_empty());
    assert!(form.offer(&owners[0], "沈佳怡").is_none());
    for owner in &owners {
        form.pick(owner, "钱雅琴");
    }
    let given = giver.send(&form);
    given.is(200).must_say("待接班").must_say("120 未到");
    let address = given.url[w.base.len()..].to_owned();
    clerk.case(&number).must_say("交接班时指定当班负责人");
    // Still on duty until the next shift accepts, which it does after its own check-in.
    giver.get("/account").must_say("起在岗");
    let version = [("version", "1"), ("accept", "1")];
    next.post(&format!("{address}/answer"), &version)
        .is(422)
        .must_say("请先签到");
    w.wait(5 * MINUTE);
    story::checked_in(&next).is(200);
    next.get("/duty").must_say("等待接班");
    clerk
        .post(&format!("{address}/answer"), &version)
        .is(422)
        .must_say("下一班的人");
    let objection = [("version", "1"), ("accept", "0"), ("reason", "少一把钥匙")];
    next.post(&format!("{address}/answer"), &objection)
        .is(200)
        .must_say("有异议");
    w.staff("lihuimin").get("/duty/banner").must_say("接班人有异议");
    // Handed over once more, accepted: the shift before goes home.
    let mut again = form_of(&giver.get(&path));
    for owner in &owners {
        again.pick(owner, "钱雅琴");
    }
    again.set("note", "钥匙已补登");
    let given = giver.send(&again);
    let address = given.url[w.base.len()..].to_owned();
    next.post(&format!("{address}/answer"), &version)
        .is(200)
        .must_say("已接班");
    giver.get("/account").must_not_say("起在岗");
    next.get(&format!("{address}/print"))
        .is(200)
        .must_say("交接班记录")
        .must_say(&number);
    let list = w.staff("menwei").get("/duty/hand-overs");
    list.must_say("已接班").must_say("已重交");
    assert!(w.journal_holds());
}

/// The desk's form asks whom with its own dialog; returns what the panel shows then.
fn consult(clerk: &Person, desk: &Desk<'_>, to: &str, what: &str) -> Page {
    let dialog = clerk.sending_form("/desk/consult", &desk.form);
    dialog.is(200);
    let mut form = desk.form.clone();
    let choice = html::controls(&dialog.html, |_, _| true)
        .into_iter()
        .find(|c| c.name == "consult_to")
        .and_then(|c| c.options.into_iter().find(|(_, label)| label.contains(to)))
        .unwrap_or_else(|| panic!("nobody {to} to ask: {}", dialog.text()));
    form.put("consult_to", &choice.0);
    form.put("consult_what", what);
    let panel = clerk.sending_form("/consults", &form);
    panel.is(200);
    panel
}

#[test]
fn rec_7_a_caller_waits_one_minute_for_a_consultation_and_a_visitor_two() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    head.post("/account/duty", &[("on", "1"), ("next", "/account")]).is(200);
    for (channel, limit) in [("phone", MINUTE), ("visit", 2 * MINUTE)] {
        let mut desk = clerk.desk();
        desk.choose("channel", channel)
            .choose("kind", "inquiry")
            .caller(story::NAME, story::PHONE, story::UNIT)
            .choose("content", "装修押金能否分期退");
        let panel = consult(&clerk, &desk, "李慧敏", "装修押金能否分期退？");
        panel.must_say("装修押金能否分期退？").must_not_say("等候时限已过");
        // Whom it reaches sees it at once, with the same clock.
        let asked = head.fragment("/consults/asked");
        asked
            .must_say("有人请示您")
            .must_say("装修押金能否分期退？")
            .must_say("陈晓雯");
        let own = format!("/consults/mine?key={}", desk.form.get("_key"));
        // The limit itself is in time; a second later its passing is visible at the desk, with what to do now.
        w.wait(limit - 5_000);
        clerk.fragment(&own).must_not_say("等候时限已过");
        w.wait(6_000);
        clerk
            .fragment(&own)
            .must_say("等候时限已过")
            .must_say("抱歉，这个问题我需要核实后才能准确答复您")
            .must_say("登记并答应回复");
        // A late answer is taken, and is late.
        let form = asked.form("/answer");
        let mut form = form.clone();
        form.put("answer", "不能分期，验收后一次退");
        form.put("act", "answer");
        head.send(&form).is(200);
        clerk
            .fragment(&own)
            .must_say("不能分期，验收后一次退")
            .must_say("超过等候时限");
        // It is part of the record: the case shows it, the register of breaches counts it.
        desk.set("answer", "验收后一次退");
        let number = desk.made("answer").case();
        let case = clerk.case(&number);
        case.must_say("装修押金能否分期退？")
            .must_say("不能分期，验收后一次退")
            .must_say("李慧敏");
        clerk.fragment(&own).must_not_say("装修押金能否分期退？");
        let late = head.get("/breaches?view=late&clock=consult");
        assert!(row_of(&late, &number).contains("超时办结"), "{}", late.text());
    }
    assert!(w.journal_holds());
}

#[test]
fn rec_7_nobody_on_duty_is_said_and_a_promise_offered() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    head.post("/account/duty", &[("on", "0"), ("next", "/account")]).is(200);
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry").choose("content", "能否减免停车费");
    let panel = consult(&clerk, &desk, "客服主任", "能否减免停车费？");
    panel.must_say("现在无人在岗").must_say("登记并答应回复");
    head.fragment("/consults/asked").must_not_say("能否减免停车费");
}

#[test]
fn rec_8_a_promise_needs_name_unit_and_phone_and_is_due_by_the_level_at_midnight() {
    let w = World::new();
    let clerk = w.clerk();
    for (name, phone, unit, lacks) in [
        ("", story::PHONE, story::UNIT, "姓名"),
        (story::NAME, "", story::UNIT, "电话"),
        (story::NAME, story::PHONE, "", "房号"),
    ] {
        let mut desk = clerk.desk();
        desk.choose("kind", "inquiry")
            .caller(name, phone, unit)
            .choose("content", "三期何时交付");
        desk.refused("promise")
            .must_say("没有姓名、房号和电话，不能答应回复")
            .must_say(lacks)
            .must_say("REC-8");
    }
    let midnight = |days: i64| {
        let now = w.now();
        let day = (now + 8 * HOUR).div_euclid(DAY) * DAY - 8 * HOUR;
        day + (days + 1) * DAY
    };
    for (importance, days, spoken) in [
        ("ordinary", 0, "今天24:00前答复您"),
        ("important", 2, "24:00前答复您"),
        ("major", 3, "24:00前答复您"),
    ] {
        let mut desk = clerk.desk();
        desk.choose("kind", "inquiry")
            .caller(story::NAME, story::PHONE, story::UNIT)
            .choose("content", "三期何时交付")
            .choose("importance", importance);
        // The dialog fills in the limit and the sentence to say.
        clerk
            .sending_form("/desk/promise?kind=reply", &desk.form)
            .must_say(spoken);
        let made = desk.made("promise");
        assert!(made.panel().contains(spoken), "{}", made.panel());
        let number = made.case();
        let list = clerk.get("/promises?view=open");
        let row = row_of(&list, &number);
        // Spoken of as the end of the day: the 24:00 of the day that the level allows.
        let day = crate::world::field(midnight(days) - MINUTE);
        let said = match days {
            0 => "今天24:00前".to_owned(),
            _ => format!("{}日24:00前", day[8..10].trim_start_matches('0')),
        };
        assert!(row.contains(&said) && row.contains("陈晓雯"), "{said}: {row}");
    }
    // The customer's own time may be earlier, not later.
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .choose("content", "三期何时交付");
    desk.form.put("promise_by", &crate::world::field(midnight(0) + HOUR));
    desk.refused("promise").must_say("最晚只能答应到");
    desk.form.put("promise_by", &crate::world::field(w.now() + HOUR));
    let number = desk.made("promise").case();
    let due = clock(w.now() + HOUR);
    assert!(row_of(&clerk.get("/promises"), &number).contains(&due));
}

#[test]
fn rec_9_the_question_reaches_the_superior_and_the_leader_may_answer() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .choose("content", "楼下餐馆油烟能否处理");
    let number = desk.made("promise").case();
    clerk.case(&number).must_say("已上报 李慧敏");
    head.get("/desk?tab=promises")
        .must_say("上报给您")
        .must_say("楼下餐馆油烟");
    // Not kept, the case is not closed; kept by the leader, the answer is the promise's.
    clerk.get(&format!("/cases/{number}/do/close")).must_say("答应的回复");
    head.done(&number, "answer", &[("answer", "已约城管周五到场")]);
    clerk.get("/promises?view=kept").must_say("楼下餐馆油烟");
    let row = row_of(&clerk.get("/promises?view=kept"), &number);
    assert!(row.contains("李慧敏"), "{row}");
    head.get("/desk?tab=promises").must_not_say("楼下餐馆油烟");
    // Nobody answers the next one: it is broken at midnight, for all to see, and stays so when it is kept late.
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .choose("content", "健身房何时开放");
    let number = desk.made("promise").case();
    w.wait(15 * HOUR);
    let clerk = w.clerk();
    assert!(w.until(|| clerk.get("/promises?view=broken").says("健身房")));
    clerk.done(&number, "keep_promise", &[("how", "电话致歉并答复")]);
    clerk.get("/promises?view=broken").must_say("健身房");
    clerk.get("/breaches?clock=promise").must_say(&number);
}
