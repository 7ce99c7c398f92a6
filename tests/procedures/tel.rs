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
    calls(&head, "in_time").must_say("三声内");
    // Sixteen seconds are more than three rings, and a call of which no ringing is told is unknown, never met.
    pbx.rings("c2");
    w.wait(16_000);
    pbx.answers("c2");
    pbx.hangs_up("c2", "normalClearing");
    pbx.tell("c3", "newCall", &[]);
    pbx.answers("c3");
    pbx.hangs_up("c3", "normalClearing");
    let late = calls(&head, "late");
    assert_eq!(late.html.matches("<tr data-row>").count(), 1, "{}", late.text());
    assert_eq!(calls(&head, "unknown").html.matches("<tr data-row>").count(), 1);
    head.get("/hotline").must_say("达标 1，超时 1，无法判断 1");
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
    clerk.send(&form).is(200);
    let row = calls(&head, "").link("查看登记").expect("the entry of the call");
    head.get(&row).must_say("问停车月卡").must_say("138 **** 6688");
    assert_eq!(calls(&head, "unregistered").html.matches("<tr data-row>").count(), 0);
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
    let refused = clerk.send(&lacking);
    refused
        .is(422)
        .must_say("已问过对方并得到同意")
        .must_say("已告诉来电人转到哪里");
    let mut whole = lacking.clone();
    whole.put("agreed", "1").put("told", "1");
    clerk.send(&whole).is(200).must_say("已记录转接");
    let call = path.split('/').nth(3).expect("the call");
    w.staff("lihuimin")
        .get(&format!("/hotline/calls/{call}"))
        .must_say("工程部")
        .must_say("陈晓雯");
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
    keeper.send(&form).is(200).must_say("8002").must_say("本地");
    assert_eq!(w.clerk().post("/hotline/telephones", &[("number", "8003")]).status, 403);
}

#[test]
fn tel_7_what_is_told_wrong_is_refused_with_its_field_and_a_secret_is_needed() {
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
