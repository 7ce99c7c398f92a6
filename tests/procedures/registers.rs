//! Registers, the month's calls and the month's opinions (COM-11 to COM-14, CSM-4, CSR-5).

use crate::story;
use crate::world::{DAY, HOUR, Page, Person, World, field};

/// Registers an opinion; returns the case's number.
fn given(clerk: &Person, kind: &str, content: &str) -> String {
    let mut desk = clerk.desk();
    desk.choose("kind", kind)
        .caller(story::NAME, story::PHONE, story::UNIT)
        .choose("content", content);
    desk.made("record").case()
}

/// The address of the first link on a page that begins so.
fn first(page: &Page, begin: &str) -> String {
    crate::html::tags(&page.html)
        .iter()
        .filter_map(|t| t.attr("href"))
        .find(|a| a.starts_with(begin) && a.len() > begin.len())
        .unwrap_or_else(|| panic!("nothing on {} begins with {begin}: {}", page.url, page.text()))
        .to_owned()
}

/// Fills in the form that a page offers for a step, and sends it.
fn step(who: &Person, at: &str, end: &str, fill: &[(&str, &str)]) -> Page {
    let page = who.get(at);
    let mut form = page.is(200).form(end);
    for (name, value) in fill {
        form.put(name, value);
    }
    who.send(&form)
}

/// The month in which an instant of the estate lies, `2026-11`, and the days until the next begins.
fn month(at: i64) -> (String, i64) {
    let today = field(at);
    let mut days = 1;
    while field(at + days * DAY)[..7] == today[..7] {
        days += 1;
    }
    (today[..7].to_owned(), days)
}

#[test]
fn com_11_each_post_has_its_register_and_a_correction_keeps_the_old_text() {
    let w = World::new();
    let clerk = w.clerk();
    let made = story::report(&clerk).made("record");
    let contact = made.number_of_contact();
    // One page leads to each; the office reads its own book.
    let all = clerk.get("/registers");
    all.is(200)
        .must_say("用户来电来访登记表")
        .must_say("与顾客沟通登记表")
        .must_say("修理回访登记")
        .must_say("客服（管理处）");
    let book = clerk.get("/registers/communication?post=customer_service");
    book.is(200)
        .must_say(&contact)
        .must_say("三楼楼道的灯不亮")
        .must_say("陈晓雯");
    book.must_not_say(story::PHONE);
    // Whoever answers for all of them has one of each post.
    let manager = w.staff("zongjingli").get("/registers");
    for (post, name) in [
        ("customer_service", "客服（管理处）"),
        ("finance", "财务"),
        ("engineering", "维修"),
        ("security", "秩序维护"),
    ] {
        let at = format!("/registers/communication?post={post}");
        assert_eq!(manager.link(name), Some(at.clone()), "{}", manager.text());
        let book = w.staff("zongjingli").get(&at);
        book.is(200);
        assert_eq!(book.says(&contact), post == "customer_service", "{post}");
    }
    // The repair post has its own, and the office's is not theirs to read.
    let worker = w.staff("wangjianguo");
    let theirs = worker.get("/registers");
    theirs.is(200).must_not_say("客服（管理处）");
    let own = "/registers/communication?post=engineering";
    assert_eq!(theirs.link("维修"), Some(own.to_owned()));
    worker.get(own).is(200).must_not_say(&contact);
    worker.get("/registers/communication?post=customer_service").is(404);
    // A correction without a reason keeps what was typed; with one it strikes the old text through.
    let register = clerk.get(&format!("/registers/contacts?q={contact}"));
    let form = first(&register, "/registers/contacts/correct");
    // The form begins with what stands there.
    let old = clerk.get(&format!("{form}&field=col-content"));
    assert_eq!(old.form("/correct").get("text"), "三楼楼道的灯不亮");
    let refused = step(
        &clerk,
        &form,
        "/correct",
        &[("field", "col-content"), ("text", "二楼楼道的灯不亮")],
    );
    refused.must_refuse("原因").must_say("二楼楼道的灯不亮");
    let fill = [
        ("field", "col-content"),
        ("text", "二楼楼道的灯不亮"),
        ("reason", "住户更正楼层"),
    ];
    let done = step(&clerk, &form, "/correct", &fill);
    done.is(200)
        .must_say("二楼楼道的灯不亮")
        .must_say("住户更正楼层")
        .must_say("陈晓雯");
    assert!(
        done.html.contains("<del") && done.says("三楼楼道的灯不亮"),
        "{}",
        done.text()
    );
    // On paper and in the file the same; taking the file is written down.
    let paper = clerk.get(&format!("/registers/contacts/print?q={contact}"));
    paper
        .is(200)
        .must_say("二楼楼道的灯不亮")
        .must_say("不得涂改、撕毁或带走");
    assert!(paper.html.contains("<del>"));
    // The number is masked on paper as it is on screen.
    paper.must_say(&story::PHONE[story::PHONE.len() - 4..]);
    paper.must_not_say(story::PHONE);
    assert_eq!(clerk.get("/registers/contacts/export").status, 403);
    let head = w.staff("lihuimin");
    let file = head.get(&format!("/registers/contacts/export?q={contact}"));
    file.is(200);
    assert!(file.header("content-type").contains("spreadsheetml"));
    head.get("/journal?kind=exported").must_say("导出列表");
    head.get("/journal?kind=register_printed")
        .must_say("打印登记簿")
        .must_say("陈晓雯");
    for (register, title) in [
        ("contacts", "用户来电来访登记表"),
        ("orders", "工作联系单登记"),
        ("complaints", "顾客来访/投诉处理单"),
        ("callbacks", "修理回访登记"),
        ("visitors", "访客登记"),
    ] {
        let path = format!("/registers/{register}");
        assert!(matches!(head.delete(&path).status, 403..=405), "DELETE {path}");
        let page = head.get(&path);
        page.is(200).must_say(title);
        // What stands on the page stands on paper, with who printed it.
        let rows = |page: &Page| page.html.matches("<tr").count();
        let paper = head.get(&format!("{path}/print?from=2000-01-01"));
        paper.is(200).must_say(title).must_say("打印：李慧敏");
        assert!(rows(&paper) >= rows(&page), "{register}: {}", paper.text());
        // Before anything was written down there is nothing.
        let none = head.get(&format!("{path}?until=2000-01-01"));
        none.is(200).must_say("没有符合条件的记录");
    }
    head.get("/registers/nothing").is(404);
    assert!(w.journal_holds());
}

#[test]
fn com_13_each_opinion_of_the_month_has_its_result_and_who_gave_it_hears_of_it() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let number = given(&clerk, "suggestion", "建议儿童游乐区加一张长椅");
    let (name, days) = month(w.now());
    // The month's round is there without anybody opening it.
    let rounds = clerk.get("/opinions");
    rounds.is(200).must_say(&name);
    let round = rounds.link(&name).expect("the month's round");
    let lines = clerk.get(&round);
    lines.must_say("加一张长椅").must_say("感谢提出人").must_say("识别结果");
    let at = lines
        .link("建议儿童游乐区加一张长椅")
        .or_else(|| Some(first(&lines, "/opinion-lines/")))
        .expect("a line");
    let thanked = step(&clerk, &at, "/thank", &[("how", "phone")]);
    thanked.is(200).must_say("电话 陈晓雯");
    assert!(
        !thanked.html.contains("/thank\""),
        "nobody is thanked twice: {}",
        thanked.text()
    );
    // Not adopted needs a reason; told only once there is a result.
    let no = step(&head, &at, "/identify", &[("outcome", "declined"), ("reason", "")]);
    no.must_refuse("说明或不采纳的理由");
    let yes = step(
        &head,
        &at,
        "/identify",
        &[("outcome", "adopted"), ("reason", "下周安装")],
    );
    yes.is(200).must_say("下周安装");
    assert!(yes.html.contains("<b>采纳</b>"), "{}", yes.text());
    // Who looks again begins with what stands.
    let again = clerk.get(&at);
    assert!(!again.html.contains("/identify\""), "not the desk's to say");
    let again = head.get(&at).form("/identify");
    assert_eq!((again.get("outcome"), again.get("reason")), ("adopted", "下周安装"));
    let fill = [("told_how", "phone"), ("told_note", "住户很高兴")];
    step(&clerk, &at, "/tell", &fill)
        .is(200)
        .must_say("住户很高兴")
        .must_say("电话");
    clerk.case(&number).must_say("告知提出人结果");
    head.get(&at)
        .must_say("重新识别")
        .must_say("保存后，这些要重新做：告知提出人结果");
    // It closes when the month is over and everything has its result.
    let other = given(&clerk, "praise", "表扬门岗帮忙提东西");
    head.get("/opinions").is(200);
    w.wait(days * DAY);
    // So long a session does not last.
    let head = w.staff("lihuimin");
    let open = head.get(&round);
    let refused = head.send(&open.form("/close"));
    refused.is(422).must_say("没有结果，不能结束");
    let left: Vec<String> = (crate::html::tags(&head.get(&round).html).iter())
        .filter_map(|t| t.attr("href"))
        .filter(|a| a.starts_with("/opinion-lines/") && *a != at)
        .map(str::to_owned)
        .collect();
    assert!(!left.is_empty(), "{other}");
    for at in &left {
        step(&head, at, "/thank", &[("how", "phone")]).is(200);
        let praise = head.get(at).says("已转达");
        let outcome = if praise { "passed_on" } else { "adopted" };
        step(&head, at, "/identify", &[("outcome", outcome), ("reason", "已处理")]).is(200);
        step(&head, at, "/tell", &[("told_how", "board")]).is(200);
    }
    let page = head.get(&round);
    head.send(&page.form("/close")).is(200).must_say("已结束");
    head.get(&format!("{round}/print"))
        .is(200)
        .must_say("意见识别核实记录")
        .must_say("采纳");
    assert_eq!(head.get(&format!("{round}/export")).status, 200);
    assert!(w.journal_holds());
}

#[test]
fn com_14_quality_checks_the_handling_and_not_who_handled_it() {
    let w = World::new();
    let (clerk, head, quality) = (w.clerk(), w.staff("lihuimin"), w.staff("zhiguan"));
    given(&clerk, "suggestion", "建议车库加一盏灯");
    let round = clerk
        .get("/opinions")
        .link(&month(w.now()).0)
        .expect("the month's round");
    let at = clerk.get(&round).link("车库加一盏灯").expect("the opinion");
    step(&clerk, &at, "/thank", &[("how", "phone")]).is(200);
    step(&head, &at, "/identify", &[("outcome", "adopted"), ("reason", "已安排")]).is(200);
    step(&clerk, &at, "/tell", &[("told_how", "phone")]).is(200);
    assert_eq!(
        head.post(&format!("{at}/check"), &[("version", "4"), ("good", "true")])
            .status,
        403
    );
    let no = step(&quality, &at, "/check", &[("good", "false"), ("check_note", "")]);
    no.must_refuse("必填");
    let bad = step(
        &quality,
        &at,
        "/check",
        &[("good", "false"), ("check_note", "灯还没有装")],
    );
    bad.is(200)
        .must_say("要重新处理")
        .must_say("灯还没有装")
        .must_say("按核查意见重新处理");
    step(
        &head,
        &at,
        "/identify",
        &[("outcome", "adopted"), ("reason", "已经装好")],
    )
    .is(200);
    step(&clerk, &at, "/tell", &[("told_how", "visit")]).is(200);
    step(&quality, &at, "/check", &[("good", "true")])
        .is(200)
        .must_say("处理属实");
}

#[test]
fn csm_4_a_months_sample_is_drawn_once_and_com_12_who_does_not_sign_has_a_reason() {
    let w = World::new();
    let head = w.staff("lihuimin");
    let (name, days) = month(w.now());
    let page = head.get("/calls");
    page.is(200);
    let mut form = page.form("/calls/draw");
    form.set("month", &name).set("wanted", "6");
    head.send(&form).must_refuse("还没有过完");
    w.wait(days * DAY);
    let head = w.staff("lihuimin");
    let page = head.get("/calls");
    page.must_say(&format!("{name} 还没有抽样"));
    let mut form = page.form("/calls/draw");
    form.set("month", &name).set("wanted", "6");
    // It is drawn once only: who draws reads first what will happen.
    let asked = head.send(&form);
    asked.is(200).must_say("抽后不能重抽");
    head.get("/calls").must_say(&format!("{name} 还没有抽样"));
    let sure = asked.form("/calls/draw");
    let round = head.send(&sure);
    round
        .is(200)
        .must_say("种子")
        .must_say("名单指纹")
        .must_say("还没有接通的")
        .must_not_say("还没有样本");
    // The same form sent twice leads to the same sample; another one does not draw again.
    assert_eq!(head.send(&sure).url, round.url);
    head.send(&form).must_refuse("已经抽过样，不能重抽");
    let mut forced = head.get("/calls").form("/calls/draw");
    forced.put("month", &name).put("wanted", "6").put("sure", "1");
    head.send(&forced).must_refuse("已经抽过样，不能重抽");
    // Script and questions stand at the call.
    let at = first(&round, "/call-lines/");
    let call = head.get(&at);
    call.is(200).must_say("做个回访").must_say("您对工作人员的态度满意吗");
    let lacking = step(&head, &at, "/call", &[("result", "reached"), ("note", "记下的话")]);
    lacking.must_refuse("请选择一项");
    assert!(lacking.html.contains("记下的话"), "what was typed stays");
    let fill = [
        ("result", "reached"),
        ("satisfaction", "satisfied"),
        ("q_attitude", "satisfied"),
        ("opinion", "再快一点"),
    ];
    step(&head, &at, "/call", &fill)
        .is(200)
        .must_say("再快一点")
        .must_say("满意");
    // A rate is never bare: sample and interval stand beside it.
    let back = head.get(&round.url);
    back.must_say("100%（1/1，95% 区间 21%–100%）");
    let paper = head.get(&format!("{}/print", round.url));
    paper
        .is(200)
        .must_say("修理回访记录")
        .must_say("住户签字")
        .must_say("再快一点");
    // COM-12: the signature is a form that was taken in, or the reason why there is none.
    let unsigned = step(&head, &at, "/sign", &[("how", "declined")]);
    unsigned.must_refuse("必填");
    let signed = step(
        &head,
        &at,
        "/sign",
        &[("how", "declined"), ("signed_note", "住户出差，电话确认")],
    );
    signed.is(200).must_say("不愿签字").must_say("住户出差");
    head.get(&format!("{}/print", round.url)).must_say("不愿签字");
    assert!(w.journal_holds());
}

#[test]
fn csm_4_who_cannot_be_reached_is_tried_on_two_days_and_counted_apart() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let (name, days) = month(w.now());
    let number = story::sent(&w, &clerk);
    story::worked(&w, &worker, &number);
    story::declined(&clerk, &number);
    let missed = || w.clerk().done(&number, "callback", &[("result", "no_answer")]);
    missed().must_say("未接通 1/3 次");
    for _ in 0..2 {
        w.wait(2 * HOUR + 1);
        missed();
    }
    // Three that count, but on one day: it goes on.
    w.clerk().case(&number).must_say("未接通 3/3 次");
    w.wait(20 * HOUR);
    missed().must_say("多次未联系上");
    w.clerk().done(&number, "close", &[]).must_say("已关闭");
    // In the month's figures they stand apart: no answer is neither good nor bad.
    w.wait(days * DAY);
    let head = w.staff("lihuimin");
    let mut form = head.get("/calls").form("/calls/draw");
    form.set("month", &name).set("wanted", "1");
    let round = head.send(&head.send(&form).form("/calls/draw"));
    round.is(200).must_say("当月单件回访").must_say("联系不上 1");
}

#[test]
fn the_other_language_leads_to_no_other_site() {
    let w = World::new();
    let head = w.staff("lihuimin");
    let asked = "/registers/orders?q=%E7%81%AF&from=2026-01-01";
    let mut form = head.get(asked).form("/locale");
    form.put("lang", "en");
    let english = head.send(&form);
    english.is(200).must_say("Register of work orders");
    for elsewhere in ["//evil.example/", "https://evil.example/", "/\\evil.example"] {
        let mut form = form.clone();
        form.put("next", elsewhere);
        let led = head.send(&form);
        // Home, which for the head is the desk.
        assert!(led.url.ends_with("/desk"), "{}", led.url);
    }
}

#[test]
fn csr_5_each_complaint_is_called_back_unless_the_standard_departs_from_the_clause() {
    let w = World::new();
    let head = w.staff("lihuimin");
    let draft = head.send(&head.get("/standard").form("/standard/versions"));
    let id = draft
        .url
        .rsplit('/')
        .next()
        .expect("an id")
        .split('?')
        .next()
        .expect("an id")
        .to_owned();
    let mut form = head.get(&format!("/standard/versions/{id}/head")).form("/head");
    form.set("ask_complaint", "sample").set("percent_complaint", "0");
    head.send(&form).is(422).must_say("1 到 99 之间");
    form.set("percent_complaint", "30");
    head.send(&form).is(200).must_say("投诉抽 30% 回访");
    let page = head.get(&format!("/standard/versions/{id}?tab=check"));
    let checked = head.send(&page.form("/check"));
    let said = format!(
        "{} {}",
        checked.text(),
        head.get(&format!("/standard/versions/{id}?tab=check")).text()
    );
    assert!(said.contains("投诉不是全部回访；CSR-5 要求每件都回访"), "{said}");
}
