//! CAL: service call handling procedure (物业服务电话接听处理工作规程).

use crate::rec::row_of;
use crate::story;
use crate::world::{DAY, HOUR, MINUTE, World, clock, field};

#[test]
fn cal_2_every_kind_of_call_goes_into_the_register() {
    let w = World::new();
    let clerk = w.clerk();
    let mut numbers = Vec::new();
    for (kind, item, content) in [
        ("inquiry", "", "问停车月卡价格"),
        ("request", "楼道灯不亮", "三楼楼道的灯不亮"),
        ("complaint", "噪音", "楼上夜里吵闹"),
        ("help", "反锁求助", "钥匙忘带，进不了门"),
    ] {
        let mut desk = clerk.desk();
        desk.choose("kind", kind).caller(story::NAME, story::PHONE, story::UNIT);
        if !item.is_empty() {
            desk.item(item);
        }
        desk.choose("content", content).set("place", "99 栋 1 单元");
        numbers.push((desk.made("record").number_of_contact(), content));
    }
    let register = clerk.get("/contacts");
    for (number, content) in numbers {
        let row = row_of(&register, &number);
        assert!(
            row.contains(content) && row.contains("来电") && row.contains(story::NAME) && row.contains("陈晓雯"),
            "{row}"
        );
    }
}

#[test]
fn cal_5_who_where_what_and_how_urgent_are_recognised_and_recorded() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .item("水管爆裂")
        .choose("content", "厨房水管爆管，水漫到客厅");
    desk.shown.must_say("系统建议紧急");
    assert_eq!(desk.form.get("urgency"), "urgent", "the words say so");
    desk.set("place", "厨房");
    let number = desk.made("send").case();
    let case = clerk.case(&number);
    case.must_say(story::NAME)
        .must_say(story::UNIT)
        .must_say("138")
        .must_say("紧急")
        .must_say("给水 / 水管爆裂");
    // Without any of it nothing is recorded.
    let empty = clerk.desk().refused("send");
    empty.must_say("内容").must_say("事项");
}

#[test]
fn cal_6_who_cannot_be_answered_at_once_hears_the_same_day() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .choose("content", "问三期交付时间");
    let asked = w.now();
    let number = desk.made("record").case();
    // A first word within four hours, the answer by the end of the day.
    clerk.case(&number).must_say(&format!("{} 前", clock(asked + 4 * HOUR)));
    let promised = clerk.done(&number, "promise", &[("what", "问开发商后回电")]);
    promised.must_say("答应：问开发商后回电").must_say("时限 当日内（REC-8");
    // An interim word to the customer stops the first clock only.
    w.wait(30 * MINUTE);
    let told = clerk.done(
        &number,
        "note",
        &[("text", "已回电：正在向开发商核实"), ("told_customer", "true")],
    );
    told.must_say("已告知住户");
    assert!(told.part("case").contains("首次响应"), "{}", told.text());
    // Nobody answers: at midnight it is late, for everybody to see.
    w.wait(14 * HOUR);
    let clerk = w.clerk();
    assert!(
        w.until(|| clerk.case(&number).says("答应的回复超时")),
        "{}",
        clerk.case(&number).text()
    );
}

#[test]
fn cal_2_what_was_on_paper_first_keeps_both_times() {
    let w = World::new();
    let clerk = w.clerk();
    let now = w.now();
    let (at, entered) = (now - 40 * MINUTE, now);
    let mut desk = story::report(&clerk);
    let wang = desk.form.offer("worker", "王建国").expect("王建国");
    desk.choose("worker", &wang);
    desk.set("happened_at", &field(at));
    let made = desk.made("send");
    let (number, order) = (made.case(), made.order());
    let both = format!("{} 补录", clock(entered));
    // The register, the contact, the case, its history and the paper: the time it happened, and the time it was entered.
    let row = row_of(&clerk.get("/contacts"), &made.number_of_contact());
    assert!(row.contains(&clock(at)) && row.contains(&both), "{row}");
    clerk
        .get(&format!("/contacts/{}", made.number_of_contact()))
        .must_say(&clock(at))
        .must_say(&clock(entered))
        .must_say("补录");
    clerk.case(&number).must_say(&both).must_say(&clock(at));
    let paper = clerk.get(&format!("/orders/{order}/print"));
    paper.must_say(&format!("{}（{both}）", clock(at)));
    // The worker's slip comes back in the afternoon: arrival and work are entered with their times, in their order.
    w.wait(2 * HOUR);
    let worker = clerk.case(&number);
    worker.must_say("待接单");
    let accepted = at + 5 * MINUTE;
    clerk.done(&number, "accept", &[("happened_at", &field(accepted))]);
    clerk
        .refused(&number, "arrive", &[("happened_at", &field(at - MINUTE))])
        .must_say("早于上一步");
    clerk.done(&number, "arrive", &[("happened_at", &field(accepted + 10 * MINUTE))]);
    let later = format!("{} 补录", clock(w.now()));
    clerk
        .case(&number)
        .must_say(&later)
        .must_say(&clock(accepted + 10 * MINUTE));
    clerk
        .get(&format!("/orders/{order}/print"))
        .must_say(&format!("{}（{later}）", clock(accepted + 10 * MINUTE)));
    // A call that is entered while it lasts has one time.
    let mut desk = story::report(&clerk);
    desk.set("happened_at", &field(w.now() - 10 * MINUTE));
    let made = desk.made("send");
    let row = row_of(&clerk.get("/contacts"), &made.number_of_contact());
    assert!(!row.contains("补录"), "{row}");
}

#[test]
fn ans_3_nobody_is_put_on_hold_unheard_and_after_twenty_seconds_a_call_back_is_offered() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    assert!(clerk.get("/desk").html.contains("data-key=\"F2\""), "one key");
    // The caller has not spoken yet.
    let early = clerk.sending_form("/desk/hold", &desk.form);
    early.must_say("来电人还没有说话");
    assert!(!early.html.contains("data-due"));
    // Said before, and clocked.
    desk.set("content", "厨房水槽堵了");
    let before = w.now();
    let page = clerk.sending_form("/desk/hold", &desk.form);
    page.must_say("您方便稍等吗");
    let due_of = |html: &str| -> i64 {
        let from = html.split("name=\"hold_due\"").nth(1).expect("the hold's end");
        let value = from.split("value=\"").nth(1).and_then(|x| x.split('"').next());
        value.expect("a value").parse().expect("an instant")
    };
    let due = due_of(&page.html);
    assert!((before + 20_000..=w.now() + 20_000).contains(&due), "{due}");
    assert!(page.html.contains(&format!("data-due=\"{due}\"")));
    assert!(page.html.contains("hx-trigger=\"due:over\""));
    // A second press does not give the caller's clock another twenty seconds.
    w.wait(5_000);
    let mut waiting = desk.form.clone();
    waiting.put("hold_due", &due.to_string());
    assert_eq!(due_of(&clerk.sending_form("/desk/hold", &waiting).html), due);
    w.wait(16_000);
    clerk
        .sending_form("/desk/hold", &waiting)
        .must_say("20 秒")
        .must_say("改为回电");
    // Over: a call back, in one press.
    let over = clerk.sending_form("/desk/hold?step=over", &desk.form);
    over.must_say("20 秒").must_say("改为回电");
    assert!(over.html.contains("/desk/promise?kind=call_back"));
    assert_eq!(clerk.sending_form("/desk/hold?step=back", &desk.form).text().trim(), "");
}

#[test]
fn cal_3_a_call_back_is_promised_with_the_number_alone_and_clocked() {
    let w = World::new();
    let clerk = w.clerk();
    let desk = clerk.desk();
    // One key: apologise, take the number, register.
    let dialog = clerk.sending_form("/desk/promise?kind=call_back", &desk.form);
    dialog
        .must_say("非常抱歉，这边有一件紧急的事要马上处理")
        .must_say("给您回电");
    let page = clerk.get("/desk");
    assert!(page.html.contains("data-key=\"Alt+B\""), "one key");
    let mut form = desk.form.clone();
    form.put("act", "call_back");
    let refused = clerk.send(&form);
    refused.is(422);
    refused.must_say("电话");
    form.put("call_phone", story::PHONE);
    let made = clerk.send(&form);
    made.is(200);
    let number = made.numbers("ZX").remove(0);
    let row = row_of(&clerk.get("/promises"), &number);
    assert!(
        row.contains("回电") && row.contains(&clock(w.now() + 30 * MINUTE)),
        "{row}"
    );
    // Half an hour later it is late.
    w.wait(31 * MINUTE);
    assert!(w.until(|| clerk.get("/promises?view=broken").says(&number)));
    clerk.done(&number, "keep_promise", &[("how", "已回电，问停车月卡")]);
    clerk.get("/promises?view=open").must_not_say(&number);
}

#[test]
fn cal_6_an_interim_answer_on_the_same_day_is_a_clock_of_its_own() {
    let w = World::new();
    let clerk = w.clerk();
    let mut numbers = Vec::new();
    for content in ["外墙何时维修", "电梯何时更换"] {
        let mut desk = clerk.desk();
        desk.choose("kind", "inquiry")
            .caller(story::NAME, story::PHONE, story::UNIT)
            .choose("content", content)
            .choose("importance", "important");
        numbers.push(desk.made("promise").case());
    }
    let case = clerk.case(&numbers[0]);
    case.must_say("首次答复").must_say("今天24:00前");
    let told = clerk.done(&numbers[0], "interim_answer", &[("text", "已报维修基金审批")]);
    told.must_say("已报维修基金审批").must_say("已先告知进展");
    // The other hears nothing today: that is a breach; the answer itself is due later.
    w.wait(14 * HOUR);
    let clerk = w.clerk();
    assert!(
        w.until(|| clerk.case(&numbers[1]).says("首次答复超时")),
        "{}",
        clerk.case(&numbers[1]).text()
    );
    clerk.case(&numbers[0]).must_not_say("首次答复超时");
    w.wait(DAY);
    let clerk = w.clerk();
    clerk.case(&numbers[1]).must_not_say("答应的回复超时");
}

#[test]
fn cal_10_the_office_follows_up_by_urgency_and_calls_back() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let sent = |urgency: &str| {
        let mut desk = story::report(&clerk);
        desk.choose("urgency", urgency);
        let wang = desk.form.offer("worker", "王建国").expect("王建国");
        desk.choose("worker", &wang);
        desk.made("send").case()
    };
    let (normal, urgent) = (sent("normal"), sent("urgent"));
    // What is urgent is followed up after five minutes, the ordinary not yet.
    w.wait(5 * MINUTE + 1);
    let told = || worker.get("/notices").text();
    assert!(w.until(|| told().contains(&urgent)), "{}", told());
    assert!(!told().contains(&normal), "{}", told());
    // When it is done, both are called back within a day.
    for number in [&normal, &urgent] {
        story::worked(&w, &worker, number);
    }
    let list = clerk.get("/callbacks");
    list.must_say(&normal).must_say(&urgent);
}

#[test]
fn cal_1_what_the_desk_takes_down_is_passed_on_and_what_stays_lying_reaches_the_head() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let mut desk = story::report(&clerk);
    desk.choose("urgency", "urgent");
    let number = desk.made("record").case();
    // Received, recorded and recognised, and nobody has it: the desk hears of it, and the head of the office.
    clerk.case(&number).must_say("陈晓雯").must_say("待派单");
    w.wait(4 * MINUTE);
    assert!(!head.get("/notices").says(&number), "it is not late yet");
    w.wait(MINUTE + 1);
    assert!(
        w.until(|| clerk.get("/notices").says(&number)),
        "{}",
        clerk.get("/notices").text()
    );
    assert!(
        w.until(|| head.get("/notices").says(&number)),
        "{}",
        head.get("/notices").text()
    );
    let mut form = clerk.step_form(&number, "dispatch");
    form.pick("department", "工程部").pick("worker", "王建国");
    clerk.send(&form).is(200);
    w.staff("wangjianguo").get("/tasks").must_say("三楼楼道的灯不亮");
    assert!(w.journal_holds());
}

#[test]
fn cal_4_a_call_to_a_customer_opens_with_a_greeting_and_ends_with_thanks() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let number = story::sent(&w, &clerk);
    story::worked(&w, &worker, &number);
    story::declined(&clerk, &number);
    // The words stand where the call is noted, with the customer's and the caller's names in them.
    w.staff("xuwei")
        .get(&format!("/cases/{number}/do/callback"))
        .must_say("接通后先说")
        .must_say("我是滨江翠园客服中心的徐薇")
        .must_say("等对方先挂")
        .must_say("感谢您的反馈");
    // A call that comes in ends with thanks as well.
    let mut desk = story::report(&clerk);
    desk.choose("channel", "phone");
    desk.shown.must_say("感谢您的来电");
}
