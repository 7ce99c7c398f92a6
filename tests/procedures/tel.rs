//! TEL and the hotline's share of COM, ANS and CAL: what a telephone system tells, seen from outside (电话管理, 接听电话服务标准).

use crate::story;
use crate::world::{MINUTE, Page, Person, World};

/// A telephone system that posts to us, and the telephone 1001 of the clerk.
pub struct Pbx<'a> {
    w: &'a World,
    secret: String,
    outside: Person,
}

impl<'a> Pbx<'a> {
    pub fn new(w: &'a World) -> Pbx<'a> {
        let admin = w.staff("admin");
        let mut form = admin.get("/settings/phone").form("/settings/phone");
        form.set("name", "总机").put("holds", "1").put("in_path", "1");
        let made = admin.send(&form);
        made.is(200).must_say("只显示这一次");
        let text = made.text();
        let secret = text.split("Bearer ").nth(1).and_then(|x| x.split_whitespace().next());
        let secret = secret.expect("the secret").to_owned();
        // It is shown once.
        assert!(!admin.get("/settings/phone").html.contains(&secret));
        let keeper = w.staff("xingzheng");
        let mut form = keeper.get("/hotline/telephones").form("/hotline/telephones");
        form.set("number", "1001").pick("owner", "陈晓雯").set("place", "前台");
        keeper.send(&form).is(200).must_say("1001");
        w.clerk().post("/desk/telephone", &[("extension", "1001")]).is(200);
        let outside = w.stranger();
        Pbx { w, secret, outside }
    }

    pub fn says(&self, fields: &[(&str, &str)]) -> Page {
        self.outside.post(&format!("/cti/{}", self.secret), fields)
    }

    fn tell(&self, call: &str, event: &str, more: &[(&str, &str)]) {
        let ts = format!("{}", self.w.now());
        let mut fields = vec![
            ("event", event),
            ("callId", call),
            ("direction", "in"),
            ("from", story::PHONE),
            ("to", "95001"),
            ("ts", ts.as_str()),
        ];
        fields.extend_from_slice(more);
        self.says(&fields).is(200);
    }

    pub fn rings(&self, call: &str) {
        self.tell(call, "newCall", &[]);
        self.tell(call, "ringing", &[("extension", "1001")]);
    }

    pub fn answers(&self, call: &str) {
        self.tell(call, "answer", &[("answeringNumber", "1001")]);
    }

    pub fn hangs_up(&self, call: &str, cause: &str) {
        self.tell(call, "hangup", &[("cause", cause), ("by", story::PHONE)]);
    }
}

fn rows(page: &Page) -> usize {
    page.html.matches("<tr data-row").count()
}

/// The words of the first row of a table in which these stand.
#[track_caller]
fn row_with(page: &Page, words: &str) -> String {
    let found = page
        .html
        .split("<tr")
        .skip(1)
        .map(|x| x.split("</tr>").next().unwrap_or(x));
    let mut said = found.map(|x| crate::html::text(&format!("<tr{x}")));
    said.find(|x| x.contains(words))
        .unwrap_or_else(|| panic!("no row with {words} on {}: {}", page.url, page.text()))
}

/// The cards at somebody's desk.
fn cards(clerk: &Person) -> Vec<String> {
    let page = clerk.fragment("/desk/calls");
    page.is(200);
    page.html
        .split("<section")
        .skip(1)
        .map(|x| format!("<section{x}"))
        .collect()
}

/// The id of the call whose card is the first.
#[track_caller]
fn first_call(clerk: &Person) -> String {
    let cards = cards(clerk);
    let card = cards.first().expect("a card");
    let id = card.split("id=\"call-").nth(1).and_then(|x| x.split('"').next());
    id.expect("its id").to_owned()
}

/// Where the newest call of a list stands.
trait Newest {
    fn link_to_call(&self) -> String;
}

impl Newest for Page {
    #[track_caller]
    fn link_to_call(&self) -> String {
        let at = self
            .html
            .split("<tr data-row")
            .nth(1)
            .and_then(|x| x.split("href=\"").nth(1));
        at.and_then(|x| x.split('"').next()).expect("a call").to_owned()
    }
}

fn calls(head: &Person, view: &str) -> Page {
    let page = head.get(&format!("/hotline/calls?view={view}"));
    page.is(200);
    page
}

#[test]
fn com_10_ans_1_calls_are_answered_within_three_rings_and_it_is_measured() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    // First ringing: the card stands at the desk with the clock of three rings.
    pbx.rings("c1");
    let card = clerk.fragment("/desk/calls");
    card.must_say("响铃")
        .must_say("138 **** 6688")
        .must_not_say(story::PHONE);
    assert!(card.html.contains("data-due="), "{}", card.html);
    w.wait(6_000);
    pbx.answers("c1");
    pbx.hangs_up("c1", "normalClearing");
    let met = calls(&head, "in_time");
    assert_eq!(rows(&met), 1, "{}", met.text());
    assert!(row_with(&met, "按时接听").contains("1001"));
    // Sixteen seconds are more than three rings, and a call of which no ringing is told is unknown, never met.
    pbx.rings("c2");
    w.wait(16_000);
    pbx.answers("c2");
    pbx.hangs_up("c2", "normalClearing");
    pbx.tell("c3", "newCall", &[]);
    pbx.answers("c3");
    pbx.hangs_up("c3", "normalClearing");
    let late = calls(&head, "late");
    assert_eq!(rows(&late), 1, "{}", late.text());
    assert_eq!(rows(&calls(&head, "unknown")), 1);
    head.get("/hotline")
        .must_say("达标 1")
        .must_say("超时 1")
        .must_say("无法判断 1");
}

#[test]
fn cal_3_a_missed_call_is_called_back_once_a_number_and_clocked() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let clerk = w.clerk();
    for call in ["m1", "m2"] {
        pbx.rings(call);
        w.wait(9_000);
        pbx.hangs_up(call, "cancel");
    }
    let page = clerk.get("/hotline/missed");
    page.must_say("打来 2 次").must_not_say(story::PHONE);
    assert_eq!(page.html.matches("id=\"missed-").count(), 1, "one a number");
    // The whole number by one act that is on record.
    let shown = clerk.send(&page.form("/number"));
    shown.must_say(story::PHONE);
    w.staff("lihuimin")
        .get("/journal?kind=phone_revealed")
        .must_say("陈晓雯");
    // Without a word it was not called back; half an hour later it is late, and the head hears of it.
    let id = page.html.split("id=\"missed-").nth(1).and_then(|x| x.split('"').next());
    let id = id.expect("the number that waits");
    clerk
        .post(&format!("/hotline/missed/{id}"), &[("version", "2")])
        .must_refuse("怎样打通的");
    w.wait(31 * MINUTE);
    assert!(w.until(|| w.staff("lihuimin").get("/notices").says("没有按时回电")));
    // Only an answered call ends it.
    let ts = format!("{}", w.now());
    let out = |event: &str, more: (&str, &str)| {
        pbx.says(&[
            ("event", event),
            ("callId", "o1"),
            ("direction", "out"),
            ("from", "1001"),
            ("to", story::PHONE),
            ("ts", ts.as_str()),
            more,
        ])
        .is(200);
    };
    out("newCall", ("queue", ""));
    assert!(clerk.get("/hotline/missed").says("打来 2 次"));
    out("answer", ("answeringNumber", story::PHONE));
    let page = clerk.get("/hotline/missed");
    assert_eq!(page.html.matches("id=\"missed-").count(), 0, "{}", page.text());
    page.must_say("回电接通").must_say("超时");
}

#[test]
fn cal_2_an_answered_call_opens_its_entry_with_time_rings_and_number() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    pbx.rings("t1");
    w.wait(7_000);
    pbx.answers("t1");
    let card = clerk.fragment("/desk/calls");
    let take = card
        .html
        .split("hx-post=\"/desk/calls/")
        .nth(1)
        .expect("the call to take");
    let id = take.split('/').next().expect("its id").to_owned();
    let desk = clerk.desk();
    let page = clerk.sending_form(&format!("/desk/calls/{id}/take"), &desk.form);
    page.is(200).must_say("第 2 声接听");
    let mut form = crate::html::Form::by_id(&page.html, "reg");
    assert_eq!(form.get("channel"), "phone");
    assert!(!form.get("started_at").is_empty());
    form.set("kind", "inquiry")
        .set("content", "问停车月卡")
        .set("address", story::UNIT);
    form.set("name", story::NAME)
        .set("answer", "到前台办理")
        .put("act", "answer");
    assert_eq!(rows(&calls(&head, "unregistered")), 1);
    clerk.send(&form).is(200);
    let row = calls(&head, "").link("查看登记").expect("the entry of the call");
    head.get(&row).must_say("问停车月卡").must_say("138 **** 6688");
    // One that was answered and not registered is seen; this one is no more.
    assert_eq!(rows(&calls(&head, "unregistered")), 0);
    pbx.rings("t2");
    pbx.answers("t2");
    assert_eq!(rows(&calls(&head, "unregistered")), 1);
}

#[test]
fn tel_6_ans_6_a_transfer_is_agreed_on_first_and_the_caller_told() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let clerk = w.clerk();
    pbx.rings("x1");
    pbx.answers("x1");
    assert!(w.until(|| clerk.fragment("/desk/calls").html.contains("/transfer\"")));
    let card = clerk.fragment("/desk/calls");
    let at = card
        .html
        .split("hx-get=\"")
        .find(|x| x.contains("/transfer\""))
        .expect("the transfer");
    let path = at.split('"').next().expect("its address").to_owned();
    let form = clerk.fragment(&path).form("/transfer");
    let mut lacking = form.clone();
    lacking.set("to", "工程部");
    clerk
        .send(&lacking)
        .must_refuse("已问过对方并得到同意")
        .must_refuse("已告诉来电人转到哪里");
    let mut whole = lacking.clone();
    whole.put("agreed", "1").put("told", "1");
    clerk.send(&whole).is(200).must_say("已记录转接");
    let call = path.split('/').nth(3).expect("the call");
    let page = w.staff("lihuimin").get(&format!("/hotline/calls/{call}"));
    page.must_say("陈晓雯 记录：对方同意，已告知");
    let line = page
        .html
        .split("记录：对方同意")
        .next()
        .and_then(|x| x.rsplit("<li").next());
    assert!(line.is_some_and(|x| x.contains("工程部")), "{}", page.text());
}

#[test]
fn tel_1_tel_2_a_telephone_has_an_owner_and_no_long_distance_by_itself() {
    let w = World::new();
    let keeper = w.staff("xingzheng");
    let mut form = keeper.get("/hotline/telephones").form("/hotline/telephones");
    form.set("number", "8002");
    keeper.send(&form).must_refuse("使用人");
    form.pick("owner", "陈晓雯").set("class", "national");
    keeper.send(&form).must_refuse("长途");
    form.set("class", "local");
    let row = row_with(&keeper.send(&form), "8002");
    assert!(row.contains("陈晓雯") && row.contains("本地"), "{row}");
    assert_eq!(w.clerk().post("/hotline/telephones", &[("number", "8003")]).status, 403);
}

#[test]
fn cti_what_is_told_wrong_is_refused_with_its_field_and_a_secret_is_needed() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let wrong = pbx.says(&[("event", "newCall"), ("from", "1"), ("to", "2"), ("direction", "in")]);
    wrong.is(422);
    assert!(wrong.html.contains("callId"), "{}", wrong.html);
    let nobody = w.stranger();
    for path in ["/cti", "/cti/a-secret-that-was-never-given-0000"] {
        assert_eq!(
            nobody.post(path, &[("event", "newCall"), ("callId", "1")]).status,
            401,
            "{path}"
        );
    }
}

/// Takes the first call up and registers an inquiry of it.
fn registers(clerk: &Person, content: &str) -> Page {
    let id = first_call(clerk);
    let desk = clerk.desk();
    let page = clerk.sending_form(&format!("/desk/calls/{id}/take"), &desk.form);
    page.is(200);
    let mut form = crate::html::Form::by_id(&page.html, "reg");
    form.set("kind", "inquiry")
        .set("content", content)
        .set("address", story::UNIT)
        .set("name", story::NAME)
        .set("answer", "已答复")
        .put("act", "answer");
    let made = clerk.send(&form);
    made.is(200);
    made
}

#[test]
fn ans_3_ans_4_a_hold_that_the_telephone_tells_of_is_clocked_and_a_call_back_offered_in_it_counts() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let hold = |call: &str, offers: bool| {
        pbx.rings(call);
        w.wait(4_000);
        pbx.answers(call);
        w.wait(30_000);
        pbx.tell(call, "hold", &[("extension", "1001")]);
        let card = cards(&clerk).remove(0);
        assert!(card.contains("data-due="), "the twenty seconds run: {card}");
        assert!(crate::html::text(&card).contains("20 秒"), "{card}");
        w.wait(15_000);
        if offers {
            clerk.send(&clerk.fragment("/desk/calls").form("/offer")).is(200);
        }
        w.wait(10_000);
        pbx.tell(call, "unhold", &[("extension", "1001")]);
        w.wait(5_000);
        pbx.hangs_up(call, "normalClearing");
    };
    hold("h1", true);
    assert_eq!(rows(&calls(&head, "hold")), 0, "a call back was offered");
    hold("h2", false);
    let over = calls(&head, "hold");
    assert_eq!(rows(&over), 1, "{}", over.text());
    let page = head.get(&over.link_to_call());
    page.must_say("25 秒").must_say("超时");
}

#[test]
fn cal_4_who_hung_up_first_is_seen() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let head = w.staff("lihuimin");
    let call = |id: &str, by: &str| {
        pbx.rings(id);
        pbx.answers(id);
        w.wait(20_000);
        pbx.tell(id, "hangup", &[("cause", "normalClearing"), ("by", by)]);
        head.get(&calls(&head, "").link_to_call())
    };
    call("w1", "1001").must_say("我方先挂");
    call("w2", story::PHONE).must_say("对方先挂");
    call("w3", "").must_say("电话系统没有说明");
}

#[test]
fn tel_5_another_departments_telephone_is_answered_recorded_and_its_head_told() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let (clerk, keeper) = (w.clerk(), w.staff("xingzheng"));
    let mut form = keeper.get("/hotline/telephones").form("/hotline/telephones");
    form.set("number", "2001")
        .pick("owner", "王建国")
        .pick("department", "工程部");
    form.set("place", "工程部值班室");
    keeper.send(&form).is(200);
    pbx.tell("e1", "newCall", &[]);
    pbx.tell("e1", "ringing", &[("extension", "2001")]);
    // Said where it rings: whose it is and what is to be done.
    let card = crate::html::text(&cards(&clerk)[0]);
    assert!(card.contains("工程部的电话") && card.contains("替他们接听"), "{card}");
    pbx.tell("e1", "answer", &[("answeringNumber", "2001")]);
    registers(&clerk, "问水表什么时候换");
    // Who recorded it is who talked.
    let row = row_with(&calls(&w.staff("lihuimin"), "in"), "2001");
    assert!(row.contains("陈晓雯"), "{row}");
    let dept = w.staff("gongcheng");
    let told = dept.get("/notices");
    told.must_say("您部门的电话由别人代接");
    let notice = told
        .html
        .split("您部门的电话由别人代接")
        .next()
        .and_then(|x| x.rsplit("action=\"").next());
    let notice = notice
        .and_then(|x| x.split('"').next())
        .expect("where it leads")
        .to_owned();
    dept.post(&notice, &[]).is(200).must_say("问水表什么时候换");
    // Where telephones ring together, whoever answers at their own takes nobody's call.
    let heard = |page: &Page| page.text().matches("由别人代接").count();
    let before = heard(&dept.get("/notices"));
    pbx.tell("e2", "newCall", &[]);
    for extension in ["1001", "2001"] {
        pbx.tell("e2", "ringing", &[("extension", extension)]);
    }
    pbx.answers("e2");
    assert!(!crate::html::text(&cards(&clerk)[0]).contains("替他们接听"));
    registers(&clerk, "问停车月卡");
    assert_eq!(heard(&dept.get("/notices")), before);
    // Left ringing there and answered here, it was for them. The general manager hears only of what is urgent.
    w.staff("zongjingli").get("/notices").must_not_say("由别人代接");
    pbx.tell("e3", "newCall", &[]);
    pbx.tell("e3", "ringing", &[("extension", "2001")]);
    w.wait(15_000);
    pbx.tell("e3", "ringEnd", &[("extension", "2001"), ("cause", "noAnswer")]);
    pbx.tell("e3", "ringing", &[("extension", "1001")]);
    pbx.answers("e3");
    let id = first_call(&clerk);
    let page = clerk.sending_form(&format!("/desk/calls/{id}/take"), &clerk.desk().form);
    let mut form = crate::html::Form::by_id(&page.html, "reg");
    form.set("kind", "request")
        .set("item", "repair.power.light_corridor")
        .set("content", "整层停电，楼道很黑")
        .set("urgency", "urgent")
        .set("address", story::UNIT)
        .set("name", story::NAME)
        .set("place", "3 栋二楼楼道")
        .put("act", "record");
    // What the system filled in is looked at once more.
    let filled = clerk.send(&form);
    let mut form = crate::html::Form::by_id(&filled.html, "reg");
    form.put("act", "record");
    clerk.send(&form).is(200);
    assert_eq!(heard(&dept.get("/notices")), before + 1);
    w.staff("zongjingli").get("/notices").must_say("由别人代接");
}

#[test]
fn cal_2_what_was_typed_for_one_caller_comes_back_with_their_call() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let clerk = w.clerk();
    let take = |id: &str, form: &crate::html::Form| {
        let page = clerk.sending_form(&format!("/desk/calls/{id}/take"), form);
        page.is(200);
        crate::html::Form::by_id(&page.html, "reg")
    };
    pbx.rings("k1");
    pbx.answers("k1");
    let first = first_call(&clerk);
    let mut form = take(&first, &clerk.desk().form);
    form.set("content", "三楼楼道的灯不亮");
    pbx.rings("k2");
    let all = cards(&clerk);
    let ids = all
        .iter()
        .filter_map(|c| c.split("id=\"call-").nth(1)?.split('"').next());
    let second = ids.rev().find(|id| *id != first).expect("the other call").to_owned();
    let form = take(&second, &form);
    assert_eq!((form.get("call"), form.get("content")), (second.as_str(), ""));
    // Back to the first: what was typed stands there, once, and is no longer parked.
    let form = take(&first, &form);
    assert_eq!(
        (form.get("call"), form.get("content")),
        (first.as_str(), "三楼楼道的灯不亮")
    );
    assert!(!clerk.get("/desk").html.contains("/desk/resume/"), "parked no more");
}

#[test]
fn tel_7_a_call_is_kept_with_time_party_and_content() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    pbx.rings("k1");
    w.wait(4_000);
    let at = crate::world::clock(w.now());
    pbx.answers("k1");
    registers(&clerk, "街道办通知周五检查消防");
    pbx.hangs_up("k1", "normalClearing");
    let page = head.get(&calls(&head, "").link_to_call());
    page.must_say(&at).must_say("138 **** 6688").must_not_say(story::PHONE);
    let entry = page.numbers("LF").pop().expect("the entry of the call");
    head.get(&format!("/contacts/{entry}"))
        .must_say("街道办通知周五检查消防");
}

#[test]
fn tel_10_whether_a_telephone_is_manned_rings_or_talks_is_seen() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let state = || {
        let board = head.get("/hotline");
        let line = board.html.split("<b class=\"num\" data-content>1001</b>").nth(1);
        crate::html::text(line.and_then(|x| x.split("</li>").next()).expect("the telephone"))
    };
    assert!(state().contains("空闲"), "{}", state());
    pbx.rings("s1");
    assert!(state().contains("响铃"), "{}", state());
    pbx.answers("s1");
    assert!(state().contains("通话"), "{}", state());
    pbx.hangs_up("s1", "normalClearing");
    // Nobody is at it any more.
    clerk.post("/desk/telephone", &[("extension", "")]).is(200);
    assert!(state().contains("无人"), "{}", state());
}

#[test]
fn ans_5_a_call_that_was_pressed_away_is_seen() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let head = w.staff("lihuimin");
    pbx.rings("p1");
    w.wait(3_000);
    pbx.tell("p1", "ringEnd", &[("extension", "1001"), ("cause", "rejected")]);
    head.get("/hotline").must_say("拒接 1");
}

#[test]
fn ans_8_an_answered_call_ends_with_the_last_question() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let clerk = w.clerk();
    pbx.rings("q1");
    pbx.answers("q1");
    registers(&clerk, "问停车月卡").must_say("请问还有其他可以帮您的吗？感谢您的来电");
}

#[test]
fn etq_1_the_greeting_stands_on_the_card_while_it_rings_whatever_is_being_typed() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let clerk = w.clerk();
    pbx.rings("g1");
    let card = crate::html::text(&cards(&clerk)[0]);
    let greetings = [
        "早上好，滨江翠园客服中心陈晓雯为您服务，请问有什么可以帮您？",
        "Good morning, Riverside Court property office, Chen Xiaowen speaking. How may I help you?",
    ];
    for greeting in greetings {
        assert!(card.contains(greeting), "{card}");
    }
    pbx.answers("g1");
    assert!(!crate::html::text(&cards(&clerk)[0]).contains(greetings[0]));
}

#[test]
fn etq_5_a_callers_number_is_never_shown_as_a_telephone_of_the_house() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let head = w.staff("lihuimin");
    // A system that names the caller's number where an extension is expected.
    pbx.tell("n1", "newCall", &[]);
    pbx.tell("n1", "ringing", &[("extension", story::PHONE)]);
    pbx.tell("n1", "answer", &[("answeringNumber", story::PHONE)]);
    pbx.hangs_up("n1", "normalClearing");
    let list = calls(&head, "");
    list.must_not_say(story::PHONE);
    head.get(&list.link_to_call()).must_not_say(story::PHONE);
}

#[test]
fn com_10_how_many_people_the_telephone_needs_stands_beside_the_roster() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    for n in 0..10 {
        let call = format!("f{n}");
        pbx.rings(&call);
        w.wait(5_000);
        pbx.answers(&call);
        w.wait(120_000);
        pbx.hangs_up(&call, "normalClearing");
    }
    w.wait(crate::world::DAY);
    let head = w.staff("lihuimin");
    let page = head.get("/hotline/staffing?weeks=1");
    page.is(200)
        .must_say("共 10 个来电")
        .must_say("量自 10 次通话")
        .must_say("95 % 的来电在15 秒内接起")
        .must_say("Erlang C");
    // Ten calls an hour of two and a half minutes are 0.42 erlangs: two people answer 93.9 % in time, three 99 %.
    let row = row_with(&page, "10:00");
    assert!(row.contains("3 /"), "{row}");
    page.must_say("A = 0.42").must_say("少一人时 93.9 %");
    head.get("/hotline/staffing?weeks=99").must_refuse("请填 1 到 12 周");
    assert_eq!(w.staff("wangjianguo").get("/hotline/staffing").status, 403);
}
