//! ETQ: telephone etiquette (接打电话礼仪规范).

use crate::html;
use crate::rec::row_of;
use crate::story;
use crate::world::{HOUR, Page, World, clock, field};

#[test]
fn etq_2_name_and_unit_are_confirmed_and_the_name_used() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.person("1-1-0101");
    let surname: String = desk.form.get("name").chars().take(1).collect();
    // The greeting asks whether it is the unit, by name.
    let said = desk.shown.text();
    let greeted = said.split("话术").nth(1).unwrap_or_default().trim_start();
    assert!(
        greeted.starts_with(&surname) && greeted.contains("您好") && greeted.contains("请问是 1 栋 1 单元 0101 吗"),
        "{said}"
    );
    // So does the last word.
    desk.choose("content", "三楼楼道的灯不亮");
    let said = desk.shown.text();
    let closing = said.split("话术").nth(1).unwrap_or_default().trim_start();
    assert!(
        closing.starts_with(&surname) && closing.contains("还有其他可以帮您的吗"),
        "{said}"
    );
    // Whether it was who it should be stands on the case.
    desk.item("楼道灯不亮").set("place", "三楼楼道");
    let number = desk.made("send").case();
    clerk.case(&number).must_say("核对 姓名 一致、房号 一致");
    // A name alone, and the desk asks for the rest.
    let mut other = clerk.desk();
    other.choose("address", "1-1-0101");
    other.shown.must_say("请问您的姓名、房号和联系电话是");
}

#[test]
fn etq_4_numbers_that_are_not_asked_for_are_not_kept() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = story::report(&clerk);
    let page = clerk.get("/desk");
    page.must_say("不记录身份证号、银行卡号，输入时会提醒");
    let warns = |id: &str| {
        html::tags(&page.html)
            .into_iter()
            .any(|t| t.attr("id") == Some(id) && t.attr("data-privacy").is_some())
    };
    assert!(warns("content") && warns("answer"), "the desk warns while it is typed");
    // Public examples of an identity number and of a card number.
    desk.choose(
        "content",
        "灯不亮，身份证 11010519491231002X，退款到银行卡 4111111111111111",
    );
    let number = desk.made("send").case();
    let case = clerk.case(&number);
    case.must_say("灯不亮，身份证")
        .must_not_say("19491231002")
        .must_not_say("4111111111111111");
    w.staff("lihuimin")
        .get("/journal")
        .must_not_say("19491231002")
        .must_not_say("4111111111111111");
    // The same in every later text.
    clerk
        .done(&number, "note", &[("text", "住户又报了卡号 4111111111111111")])
        .must_not_say("4111111111111111");
    let db = std::fs::read(w.dir().join("sansheng.db")).expect("the database");
    let log = std::fs::read(w.dir().join("sansheng.db-wal")).unwrap_or_default();
    for bytes in [&db, &log] {
        assert!(!bytes.windows(11).any(|b| b == b"19491231002"), "not on disk either");
        assert!(
            !bytes.windows(16).any(|b| b == b"4111111111111111"),
            "not on disk either"
        );
    }
}

#[test]
fn etq_5_a_phone_is_masked_everywhere_and_shown_by_one_logged_act() {
    let w = World::new();
    let clerk = w.clerk();
    let made = story::report(&clerk).made("send");
    let (number, full) = (made.case(), story::PHONE);
    let spoken = "138 5712 6688";
    let places = [
        clerk.case(&number),
        clerk.get("/contacts"),
        clerk.get("/cases"),
        clerk.get("/orders"),
        clerk.get("/desk"),
        clerk.get(&format!("/cases/{number}/do/callback")),
        w.staff("lihuimin").get("/journal"),
    ];
    for page in &places {
        page.must_not_say(full).must_not_say(spoken);
    }
    clerk.case(&number).must_say("138 **** 6688");
    assert!(row_of(&clerk.get("/contacts"), &made.number_of_contact()).contains("138 **** 6688"));
    let form = clerk.case(&number).form("/reveal");
    let shown = clerk.send(&form);
    assert!(shown.text().replace(' ', "").contains(full), "{}", shown.text());
    // The head reads who looked.
    let journal = w.staff("lihuimin").get("/journal");
    journal.must_say("查看完整电话号码").must_say("陈晓雯");
}

#[test]
fn etq_7_what_residents_are_sent_is_plain() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let number = story::sent(&w, &clerk);
    story::worked(&w, &worker, &number);
    let link = story::resident_link(&worker, &number);
    let resident = w.resident();
    let sign = resident.get(&link);
    let track = resident.get(&format!("{link}?to=track"));
    track.is(200).must_say("已安排人员");
    let both = Page {
        html: format!("{}{}", sign.html, track.html),
        ..sign.clone()
    };
    for jargon in [
        "工单",
        "派单",
        "SLA",
        "闭环",
        "回访",
        "时限",
        "首问",
        "case",
        "ticket",
        "联系单",
    ] {
        both.must_not_say(jargon);
    }
    both.must_say("您");
}

#[test]
fn etq_6_who_cannot_be_verified_by_phone_comes_in_person() {
    let w = World::new();
    let clerk = w.clerk();
    let made = story::report(&clerk).made("send");
    let contact = made.number_of_contact();
    clerk.get(&format!("/contacts/{contact}")).must_say("身份核实 未要求");
    // When, with whom, where, what to bring.
    let page = clerk.get(&format!("/contacts/{contact}/appointments"));
    let at = w.now() + 2 * HOUR;
    let mut form = page.form("/appointments");
    form.set("at", &field(at - 3 * HOUR))
        .set("place", "客服中心")
        .set("bring", "身份证原件");
    clerk.send(&form).is(422).must_say("请填今后的时间");
    form.set("at", &field(at)).pick("with", "李慧敏").set("bring", "");
    clerk.send(&form).is(422).must_say("必填");
    form.set("bring", "身份证原件、房产证");
    clerk.send(&form).is(200).must_say("等待面谈");
    clerk
        .get("/appointments")
        .must_say(&contact)
        .must_say(&clock(at))
        .must_say("李慧敏")
        .must_say("身份证原件、房产证");
    let head = w.staff("lihuimin");
    head.get("/notices").must_say("安排您接待约见");
    // Nobody has failed to come before the time.
    let ends = |outcome: &str, number: &str, note: &str| {
        let page = head.get("/appointments");
        let at = page.html.find("action=\"/appointments/").expect("an open appointment") + 8;
        let action = page.html[at..].split('"').next().unwrap_or_default().to_owned();
        let mut form = page.form(&action);
        form.set("outcome", outcome)
            .set("document", "id_card")
            .set("number", number)
            .set("note", note);
        head.send(&form)
    };
    ends("no_show", "", "").is(422).must_say("还没到");
    w.wait(2 * HOUR);
    head.get("/appointments").must_say("已到时间");
    // Kept: of the document its kind and the last four characters; the contact says how its identity stands.
    ends("verified", "", "").is(422).must_say("证件号码末四位");
    ends("verified", "11010519491231002X", "本人到场")
        .is(200)
        .must_say("身份已核实")
        .must_say("002X");
    clerk
        .get(&format!("/contacts/{contact}"))
        .must_say("身份核实 已核实")
        .must_not_say("19491231");
    // Another who did not come.
    let mut form = clerk
        .get(&format!("/contacts/{contact}/appointments"))
        .form("/appointments");
    form.set("at", &field(w.now() + HOUR))
        .pick("with", "李慧敏")
        .set("place", "客服中心")
        .set("bring", "身份证");
    clerk.send(&form).is(200);
    w.wait(HOUR);
    ends("no_show", "", "电话未接").is(200);
    clerk.get(&format!("/contacts/{contact}")).must_say("身份核实 未到场");
    let journal = head.get("/journal");
    journal.must_say("客户约见未到场").must_not_say("19491231");
}
