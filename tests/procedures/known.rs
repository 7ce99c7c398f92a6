//! What the desk knows: standard answers, referrals, proposals for new services and the case library, over several documents.

use crate::html;
use crate::story;
use crate::world::{DAY, Desk, Page, Person, World};

/// The head writes a standard answer; returns its address.
fn written(head: &Person, question: &str, short: &str) -> String {
    let page = head.get("/answers/new");
    let mut form = page.is(200).form("/answers");
    form.set("question", question)
        .set("short", short)
        .set("recheck_days", "30");
    let made = head.send(&form);
    made.is(200).must_say(question).must_say("有效");
    let at = made.url.find("/answers/").expect("the page of the answer");
    made.url[at..].to_owned()
}

/// Takes a standard answer over, as the key does: what comes goes into the form.
fn take(clerk: &Person, desk: &mut Desk<'_>, address: &str) -> Page {
    let id = address.rsplit('/').next().expect("an id");
    let came = clerk.sending_form(&format!("/desk/take?id={id}"), &desk.form);
    came.is(200);
    for c in html::controls(&came.html, |_, _| true) {
        desk.form.put(&c.name, c.value.as_deref().unwrap_or_default());
    }
    came
}

#[test]
fn rec_6_an_inquiry_is_answered_from_a_standard_answer() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    clerk.get("/answers/new").is(403);
    let address = written(
        &head,
        "访客车辆临停怎么收费",
        "前半小时免费，之后每小时 5 元，当天 40 元封顶。",
    );
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .choose("content", "亲戚来访，临停一天多少钱");
    desk.shown
        .must_say("访客车辆临停怎么收费")
        .must_say("前半小时免费，之后每小时 5 元，当天 40 元封顶。")
        .must_say("由李慧敏核对");
    let keyed = html::tags(&desk.shown.html)
        .into_iter()
        .any(|t| t.attr("data-key") == Some("Alt+Z") && t.attr("hx-post").is_some_and(|p| p.contains("/desk/take")));
    assert!(keyed, "one key takes it over");
    // Letters find it as well.
    let mut other = clerk.desk();
    other.choose("kind", "inquiry").choose("content", "linting");
    other.shown.must_say("访客车辆临停怎么收费");
    // Another matter is not answered by it.
    let mut other = clerk.desk();
    other.choose("kind", "inquiry").choose("content", "游泳池几点开门");
    other.shown.must_not_say("访客车辆临停怎么收费");
    take(&clerk, &mut desk, &address);
    assert_eq!(
        desk.form.get("answer"),
        "前半小时免费，之后每小时 5 元，当天 40 元封顶。"
    );
    let number = desk.made("answer").case();
    clerk
        .case(&number)
        .must_say("已关闭")
        .must_say("前半小时免费，之后每小时 5 元，当天 40 元封顶。");
    let page = head.get(&address);
    assert!(page.text().contains("使用次数 1"), "{}", page.text());
    assert!(w.journal_holds());
}

#[test]
fn com_6_an_answer_that_nobody_has_checked_for_long_says_so_and_keeps_what_it_said() {
    let w = World::new();
    let head = w.staff("lihuimin");
    let address = written(&head, "装修押金怎么退", "验收合格后凭收据退还。");
    w.wait(31 * DAY);
    // Nobody stays signed in for a month.
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry").choose("content", "装修押金什么时候退");
    desk.shown.must_say("久未核对，请先向主任确认");
    let list = head.get("/answers?view=unchecked");
    list.must_say("装修押金怎么退");
    let page = head.get(&address);
    head.send(&page.form("/check")).is(200).must_say("有效");
    let page = head.get(&address);
    let mut form = page.form(&address);
    form.set("short", "可以。请带收据。");
    head.send(&form).is(422).must_say("口头答复只能是一句话");
    let mut form = page.form(&address);
    form.set("short", "验收合格后七日内原路退还。")
        .set("why", "财务改为原路退");
    head.send(&form)
        .is(200)
        .must_say("验收合格后七日内原路退还。")
        .must_say("财务改为原路退")
        .must_say("验收合格后凭收据退还。");
}

#[test]
fn etq_3_it_is_said_that_it_takes_a_while_and_asked_whether_the_customer_waits() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry").choose("content", "装修押金能否分期退");
    let dialog = clerk.sending_form("/desk/consult", &desk.form);
    dialog.is(200).must_say("这件事我需要查一下").must_say("您方便稍等吗");
}

#[test]
fn ans_7_the_warning_stands_beside_what_is_read_out() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let address = written(
        &head,
        "邻居的联系方式能不能告诉我",
        "住户信息不能提供，我们可以代为转达。",
    );
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry").choose("content", "楼上邻居的联系方式");
    desk.shown
        .must_say("住户信息不能提供")
        .must_say("不向来电人透露其他住户的姓名、房号与电话");
    clerk.get(&address).must_say("不向来电人透露其他住户");
}

#[test]
fn cal_8_what_is_outside_is_not_answered_without_a_referral() {
    let w = World::new();
    let clerk = w.clerk();
    clerk.get("/referrals").is(200).must_say("95598").must_say("12345");
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .choose("content", "家里宽带断了两天，问怎么报修")
        .choose("scope", "outside");
    desk.shown.must_say("可转介").must_say("中国电信 10000");
    desk.set("answer", "宽带由运营商负责");
    desk.refused("answer").must_say("转介的单位");
    desk.set("referral", "中国电信 10000（24 小时）");
    let made = desk.made("answer");
    assert!(made.panel().contains("中国电信 10000"), "{}", made.panel());
    clerk.case(&made.case()).must_say("已关闭").must_say("中国电信 10000");
}

#[test]
fn rec_12_what_nobody_offers_is_decided_by_the_head_and_told_to_the_customer() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let mut desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .item("网络不通")
        .choose("content", "能否代为照看宠物三天");
    desk.set("place", "户内").set("referral", "便民服务 12345");
    let number = desk.made("send").case();
    head.get("/notices").must_say("有客户要求了目前没有的服务");
    let list = head.get("/proposals");
    list.must_say("能否代为照看宠物三天")
        .must_say(&number)
        .must_say("待决定");
    let address = list.link("能否代为照看宠物三天").expect("the proposal");
    let page = clerk.get(&address);
    page.is(200);
    assert!(!page.html.contains("/decide"), "the desk does not decide");
    let page = head.get(&address);
    let mut form = page.form("/decide");
    form.set("decision", "develop");
    head.send(&form).is(422).must_say("原因");
    form.set("reason", "三户提出过，与社区宠物店合作");
    head.send(&form).is(200).must_say("开办").must_say("待告知");
    let mut form = clerk.get(&address).form("/tell");
    form.set("how", "电话告知，住户表示感谢");
    clerk
        .send(&form)
        .is(200)
        .must_say("已告知")
        .must_say("电话告知，住户表示感谢");
    head.get("/proposals").must_not_say("能否代为照看宠物三天");
    assert!(w.journal_holds());
}

#[test]
fn dir_22_a_closed_case_becomes_a_lesson_that_names_nobody_and_is_proposed() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .choose("content", "周敏 99-1-1201 家宠物狗走失，电话 13857126688");
    desk.set("answer", "调监控确认从西门离开，半小时内找回");
    let number = desk.made("answer").case();
    let case = head.case(&number);
    let form = head.get(&case.link("收入案例库").expect("the way into the library"));
    form.is(200).must_say("已自动去掉");
    let mut draft = form.form("/lesson");
    for name in ["周敏", "99-1-1201", "13857126688"] {
        assert!(
            !draft.get("situation").contains(name),
            "{name}: {}",
            draft.get("situation")
        );
    }
    // A person looks at it; what still names somebody is not kept.
    draft
        .set("title", "宠物走失先看监控")
        .set("worked", "周女士到监控室一起看");
    head.send(&draft).is(422).must_say("还能认出人").must_say("周女士");
    draft
        .set("worked", "请住户到监控室一起看，西门岗配合")
        .set("clause", "民法典 1245 条")
        .set("tags", "宠物 监控");
    let kept = head.send(&draft);
    kept.is(200).must_say("宠物走失先看监控").must_say("民法典 1245 条");
    head.case(&number).must_say("查看案例");
    head.get("/lessons?q=chongwu").must_say("宠物走失先看监控");
    // Proposed while a similar case is registered.
    let mut desk = clerk.desk();
    desk.choose("kind", "help").choose("content", "宠物走失，求帮忙找");
    desk.shown.must_say("类似案例").must_say("宠物走失先看监控");
    let mut other = clerk.desk();
    other.choose("content", "厨房水龙头滴水");
    other.shown.must_not_say("宠物走失先看监控");
    let address = kept.url[kept.url.find("/lessons/").expect("its address")..].to_owned();
    clerk.get(&format!("{address}/print")).is(200).must_say("不含住户信息");
    let mut form = head.get(&address).form("/active");
    form.set("why", "做法已改").put("active", "0");
    head.send(&form).is(200).must_say("已撤下");
    head.get("/lessons").must_not_say("宠物走失先看监控");
}

#[test]
fn how_it_works_is_shown_from_the_rules() {
    let w = World::new();
    let clerk = w.clerk();
    clerk.get("/handbook/processes").is(200).must_say("服务请求（报修）");
    let page = clerk.get("/handbook/processes/case-request");
    page.is(200).must_say("派单").must_say("待接单").must_say("处理人");
    assert!(page.html.contains("<svg class=\"process\""));
    clerk.get("/handbook/processes/nothing").is(404);
}
