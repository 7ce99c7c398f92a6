//! COM: customer communication control procedure (顾客沟通控制工作程序).

use crate::gateway;
use crate::html;
use crate::rec::row_of;
use crate::story;
use crate::world::{DAY, HOUR, MINUTE, Person, World, clock, field};

#[test]
fn com_4_opinions_by_phone_and_visit_are_registered_and_answered_in_time() {
    let w = World::new();
    let clerk = w.clerk();
    let mut made = Vec::new();
    for (channel, word, kind, content) in [
        ("phone", "来电", "suggestion", "建议增加垃圾桶"),
        ("visit", "来访", "praise", "表扬门岗帮忙提东西"),
    ] {
        let mut desk = clerk.desk();
        desk.choose("channel", channel)
            .choose("kind", kind)
            .caller(story::NAME, story::PHONE, story::UNIT)
            .choose("content", content);
        let m = desk.made("record");
        made.push((m.case(), m.number_of_contact(), word, content));
    }
    let register = clerk.get("/contacts");
    for (number, contact, word, content) in &made {
        let row = row_of(&register, contact);
        assert!(row.contains(word) && row.contains(content), "{row}");
        // It waits for its answer under a clock.
        let case = clerk.case(number);
        case.must_say(&format!("{} 前", clock(w.now() + 4 * HOUR)))
            .must_say("答复内容");
    }
    let (number, ..) = &made[0];
    clerk
        .done(number, "answer", &[("answer", "下周在北门和东门各加一只")])
        .must_say("下周在北门和东门各加一只")
        .must_say("达标");
}

#[test]
fn com_5_notices_go_out_four_ways_and_who_was_reached_is_known() {
    let (w, gateway) = gateway::with_gateway();
    let (clerk, head, worker) = (w.clerk(), w.staff("lihuimin"), w.staff("wangjianguo"));
    // The desk drafts; what is lacking is said, and the desk does not publish.
    let mut form = clerk.get("/bulletins/new").form("/bulletins");
    form.set("kind", "outage").set("title", "停水通知");
    let draft = clerk.send(&form);
    draft.is(200).must_say("草稿").must_say("由客服主任");
    let path = draft.url[w.base.len()..].to_owned();
    assert_eq!(clerk.post(&format!("{path}/publish"), &[("version", "1")]).status, 403);
    // Whoever publishes says so once more, and hears what is lacking.
    let mut publish = head.get(&path).form("/publish");
    head.send(&publish).must_refuse("勾选");
    publish.put("sure", "1");
    head.send(&publish)
        .must_refuse("正文")
        .must_refuse("对象")
        .must_refuse("至少一种发布方式");
    let mut form = clerk.get(&format!("{path}/edit")).form(&path);
    let building = form.control("buildings").expect("buildings").options[0].0.clone();
    form.set("text", "周三 9:00 至 12:00 停水，请提前储水。")
        .set("scope", "part")
        .put("buildings", &building)
        .set("boards", "大堂\n门岗")
        .put("file", "1")
        .put("message", "1")
        .set("networks", "业主群");
    clerk.send(&form).is(200);
    let mut publish = head.get(&path).form("/publish");
    publish.put("sure", "1");
    let page = head.send(&publish);
    page.is(200).must_say("已发布").must_say("应告知");
    // Board and network: where, when, by whom.
    let mut up = worker.get(&path).form("/places/0");
    up.put("act", "up");
    worker.send(&up).is(200);
    clerk.get(&path).must_say("张贴").must_say("王建国");
    let place = format!("{path}/places/0");
    assert!(
        clerk.get(&path).html.contains("id=\"address-0\""),
        "where it stands online"
    );
    clerk
        .post(&place, &[("act", "out"), ("address", "https://example.com/notice")])
        .is(200)
        .must_say("https://example.com/notice");
    // Message: one to each household with a confirmed number, through the gateway.
    let message = gateway.wait_for("bulletin", "");
    assert!(
        message.body["text"].as_str().is_some_and(|t| t.contains("停水通知")),
        "{message:?}"
    );
    let link = message.link();
    let at = link
        .find("/n/")
        .unwrap_or_else(|| panic!("no link to the notice: {message:?}"));
    assert!(
        w.until(|| !clerk.get(&path).says("发送中")),
        "{}",
        clerk.get(&path).text()
    );
    let sent = gateway.count("bulletin");
    clerk.get(&path).must_say(&format!("短信已发出 {sent} / "));
    // What fetches addresses to look through messages does not read, and staff looking do not count.
    let resident = w.resident();
    resident.get(&link[at..]).is(200);
    clerk.get(&link[at..]).is(200).must_say("停水通知");
    clerk.post(&link[at..], &[]).is(200);
    clerk.get(&path).must_say("打开链接 0 户");
    // A resident reads it, more than once, and is counted once.
    for _ in 0..2 {
        let read = resident.get(&link[at..]);
        read.is(200).must_say("停水通知").must_say("请提前储水");
        read.must_not_say("短信已发出").must_not_say("王建国");
        assert!(
            read.html.contains(&format!("hx-post=\"{}\"", &link[at..])),
            "{}",
            read.html
        );
        resident.post(&link[at..], &[]).is(200);
    }
    clerk.get(&path).must_say("打开链接 1 户");
    let seen = clerk.get(&format!("{path}/units?of=seen"));
    seen.must_say("1 户").must_say(&format!("{building}-"));
    // Paper: ticked, with who and when.
    let hand = format!("{path}/hand?building={}", html::encode(&building));
    let mut form = worker.get(&hand).form("/hand");
    let unit = form.control("ids").expect("units to hand it to").options[0].0.clone();
    form.put("ids", &unit);
    worker.send(&form).is(200).must_say("王建国");
    let row = format!("class=\"st grn\">已送达</span><b data-content>{}", "1-1-0101");
    assert_eq!(worker.get(&hand).html.matches("class=\"st grn\">已送达").count(), 1);
    assert!(worker.get(&hand).html.contains(&row));
    clerk.get(&path).must_say("书面送达 1 户");
    clerk.get(&format!("{path}/units?of=handed")).must_say("王建国");
    clerk.get(&format!("{path}/print")).is(200).must_say("请提前储水");
    clerk.get(&format!("{path}/hand/print")).is(200).must_say("签收");
    // No page shows a number.
    for page in [&path, &format!("{path}/units"), &hand] {
        let shown = head.get(page).text();
        let number = message.body["phone"].as_str().unwrap_or_default();
        assert!(
            !shown.contains(number.trim_start_matches("+86")),
            "{page} shows {number}"
        );
    }
    assert_eq!(head.get(&format!("{path}/export")).status, 200);
    // What was published is not rewritten: a correction keeps the old text, here and for the resident.
    let mut form = head.get(&path).form("/correct");
    form.set("text", "改到周四 9:00 至 12:00 停水。")
        .set("why", "自来水公司改期");
    head.send(&form)
        .is(200)
        .must_say("请提前储水")
        .must_say("自来水公司改期");
    resident
        .get(&link[at..])
        .must_say("改到周四")
        .must_not_say("请提前储水");
    // Withdrawn with a reason; the board that still hangs is not forgotten.
    head.send(&head.get(&path).form("/withdraw")).must_refuse("原因");
    let mut form = head.get(&path).form("/withdraw");
    form.set("reason", "停水取消");
    head.send(&form)
        .is(200)
        .must_say("已撤回")
        .must_say("1 处布告栏没有取下");
    resident.get(&link[at..]).must_say("已撤回").must_say("停水取消");
    assert!(w.journal_holds());
}

#[test]
fn com_11_the_register_belongs_to_the_post_and_nobody_takes_from_it() {
    let w = World::new();
    let clerk = w.clerk();
    let made = story::report(&clerk).made("record");
    let (case, contact) = (made.case(), made.number_of_contact());
    // Whoever sits at the desk next reads it.
    let colleague = w.staff("lintingting");
    colleague.case(&case).must_say("三楼楼道的灯不亮").must_say("陈晓雯");
    assert!(row_of(&colleague.get("/contacts"), &contact).contains(story::NAME));
    // No way leads to deleting, for anybody.
    for who in [&clerk, &w.staff("lihuimin"), &w.staff("zongjingli")] {
        for path in [
            format!("/cases/{case}"),
            format!("/contacts/{}", made.contact),
            "/contacts".to_owned(),
        ] {
            assert!(matches!(who.delete(&path).status, 403..=405), "DELETE {path}");
        }
        assert!(who.post(&format!("/cases/{case}/delete"), &[]).status >= 400);
    }
    // Cancelled is not gone: it stands with the reason and what it said.
    clerk
        .refused(&case, "cancel", &[("customer_told", "true")])
        .must_refuse("原因");
    clerk.done(
        &case,
        "cancel",
        &[("reason", "住户来电说已亮"), ("customer_told", "true")],
    );
    colleague
        .case(&case)
        .must_say("已取消")
        .must_say("住户来电说已亮")
        .must_say("三楼楼道的灯不亮");
    // A correction keeps what stood before.
    let other = story::report(&clerk).made("record").case();
    clerk.done(
        &other,
        "change_content",
        &[("content", "四楼楼道的灯不亮"), ("reason", "楼层听错")],
    );
    colleague
        .case(&other)
        .must_say("三楼楼道的灯不亮")
        .must_say("四楼楼道的灯不亮")
        .must_say("楼层听错");
    assert!(w.journal_holds());
}

#[test]
fn com_12_the_callback_of_a_repair_asks_for_quality_and_attitude_and_the_signed_paper_is_kept() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let made = {
        let mut desk = story::report(&clerk);
        let wang = desk.form.offer("worker", "王建国").expect("王建国");
        desk.choose("worker", &wang);
        desk.made("send")
    };
    let (number, order) = (made.case(), made.order());
    story::worked(&w, &worker, &number);
    // Signed on paper, with the photo of the paper.
    let case = clerk.case(&number);
    let upload = crate::html::tags(&case.html)
        .into_iter()
        .find_map(|t| t.attr("data-upload").map(str::to_owned));
    let upload = upload.expect("a place for photos on the case");
    clerk.upload(&upload, "paper_form", "com-12-paper-form-0001").is(200);
    let mut form = clerk.step_form(&number, "confirm");
    form.set("how", "paper").set("opinion", "very_satisfied");
    clerk.send(&form).is(200);
    // The head checks the paper against the record.
    w.staff("lihuimin").done(&number, "second_check", &[]);
    let form = clerk.get(&format!("/cases/{number}/do/callback"));
    form.must_say("您对处理质量满意吗")
        .must_say("您对工作人员的态度满意吗")
        .must_say("您还有什么意见或建议");
    let mut form = clerk.step_form(&number, "callback");
    form.set("result", "reached")
        .set("solved", "true")
        .set("satisfaction", "satisfied");
    form.set("q_quality", "very_satisfied")
        .set("q_attitude", "neutral")
        .set("q_opinion", "来之前先打电话");
    clerk.send(&form).is(200);
    let row = row_of(&clerk.get("/callbacks?view=all"), &number);
    assert!(row.contains("满意") && row.contains(story::NAME), "{row}");
    let paper = clerk.get(&format!("/orders/{order}/print"));
    paper
        .must_say("回访人：陈晓雯")
        .must_say("客户签字：")
        .must_say("C 级")
        .must_say("☑ 很满意");
    let answers = clerk.case(&number);
    answers.must_say("来之前先打电话").must_say("签字单照片");
}

#[test]
fn com_30_the_office_cannot_sign_for_the_customer() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let number = story::sent(&w, &clerk);
    story::worked(&w, &worker, &number);
    for who in [&clerk, &worker, &w.staff("lihuimin"), &w.staff("jingli")] {
        let form = who.step_form(&number, "confirm");
        let ways = &form.control("how").expect("ways to confirm").options;
        assert_eq!(
            ways.iter().map(|o| o.0.as_str()).collect::<Vec<_>>(),
            ["paper", "declined"],
            "no staff signs as the customer"
        );
        // Nor past the page.
        for how in ["own", "link", "code", "a", "b", "device"] {
            let mut past = form.clone();
            past.put("how", how);
            assert!(who.send(&past).status >= 400, "{how}");
        }
        let mut past = form.clone();
        past.put("how", "paper").put("photo", "");
        who.send(&past).is(422).must_say("签字纸质单的照片");
    }
    clerk.case(&number).must_say("待签字").must_say("住户签字");
    // Declined: a reason, and a witness who had no part in it.
    let mut form = clerk.step_form(&number, "confirm");
    form.set("how", "declined");
    form.pick("witness", "赵立新");
    clerk.send(&form).must_refuse("原因");
    form.set("reason", "住户说不用签").pick("witness", "王建国");
    clerk.send(&form).is(422).must_say("见证人不能是参与处理的人或记录人");
    form.pick("witness", "赵立新");
    clerk.send(&form).is(200);
    clerk.case(&number).must_say("拒签，有见证人").must_say("见证人 赵立新");
}

#[test]
fn com_30_the_customer_signs_on_the_customers_own_phone_and_staff_cannot() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let number = story::sent(&w, &clerk);
    story::worked(&w, &worker, &number);
    let link = story::resident_link(&worker, &number);
    // The worker who has the link on the own device cannot use it.
    worker.get(&link).must_say("这台设备登录过员工账号");
    let past = worker.get(&format!("{link}/sign"));
    past.must_say("请在住户本人的手机上");
    let mut form = past.form("/sign");
    form.set("typed_name", story::NAME).set("opinion", "satisfied");
    assert!(worker.send(&form).status >= 400, "staff signed for the customer");
    // Nor after signing out on it.
    worker.post("/sign-out", &[]);
    let form_out = worker.get(&format!("{link}/sign"));
    form_out.must_say("这台设备登录过员工账号");
    clerk.case(&number).must_say("待签字");
    // The customer signs what was done, by name, and the record says how it came.
    let customer = w.resident();
    customer.get(&link).is(200).must_say("签字与评价");
    let page = customer.get(&format!("{link}/sign"));
    page.is(200).must_say("更换声控开关，已亮").must_say("我确认维修已完成");
    let mut form = page.form("/sign");
    form.set("typed_name", story::NAME).set("opinion", "very_satisfied");
    customer.send(&form).is(200);
    // The worker saw the link, so it is no proof that the customer had it: kept, and checked by somebody who did not show it.
    clerk
        .case(&number)
        .must_say("待复核")
        .must_say("住户 记录住户确认")
        .must_not_say("B 级")
        .must_not_say("A 级");
}

#[test]
fn com_30_a_link_that_went_to_the_customer_alone_makes_grade_b() {
    let (w, gateway) = gateway::with_gateway();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let made = {
        let mut desk = story::report(&clerk);
        let wang = desk.form.offer("worker", "王建国").expect("王建国");
        desk.choose("worker", &wang);
        desk.made("send")
    };
    let (number, order) = (made.case(), made.order());
    story::worked(&w, &worker, &number);
    // The message goes out by itself, signed for the gateway, to the number of the record.
    let message = gateway.wait_for("done", story::PHONE);
    assert!(
        message.head.contains("x-signature:") && message.head.contains("x-timestamp:"),
        "{}",
        message.head
    );
    let link = message.link();
    assert!(link.starts_with(&w.base) && link.contains("/r/"), "{message:?}");
    assert!(
        message.body["text"].as_str().is_some_and(|t| t.contains(&link)),
        "{message:?}"
    );
    // No page of staff shows the secret, whoever looks.
    let secret = link.rsplit('/').next().unwrap_or_default().to_owned();
    for who in [&clerk, &worker, &w.staff("lihuimin"), &w.staff("admin")] {
        for page in [
            "/messages".to_owned(),
            format!("/cases/{number}/links"),
            format!("/cases/{number}"),
        ] {
            assert!(!who.get(&page).html.contains(&secret), "{page} shows the secret");
        }
    }
    // The customer opens it on the own telephone and signs what was done.
    let customer = w.resident();
    let page = customer.get(&format!("{link}/sign"));
    page.is(200).must_say("更换声控开关，已亮");
    let mut form = page.form("/sign");
    form.set("typed_name", story::NAME).set("opinion", "very_satisfied");
    customer.send(&form).is(200);
    // Grade B: the customer's own word. Nobody has to check it, and the paper says what it is worth.
    let case = clerk.case(&number);
    case.must_say("B 级").must_not_say("A 级").must_not_say("C 级");
    clerk
        .get(&format!("/cases/{number}/do/second_check"))
        .must_say("没有等待复核的签字");
    let paper = clerk.get(&format!("/orders/{order}/print"));
    paper.is(200).must_say("B 级，客户本人").must_say("☑ 很满意");
    assert!(paper.html.contains("<svg "), "the signature stands on the paper");
    // Once: the link has done its work.
    let again = customer.get(&format!("{link}/sign"));
    assert!(!again.html.contains("typed_name"), "{}", again.text());
    assert!(w.journal_holds());
}

#[test]
fn com_30_a_private_window_of_the_office_makes_no_own_word() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let number = story::sent(&w, &clerk);
    story::worked(&w, &worker, &number);
    let link = story::resident_link(&worker, &number);
    // The same address and kind of browser as a session of staff, without its cookies.
    let hidden = w.stranger();
    let mut form = hidden.get(&format!("{link}/sign")).form("/sign");
    form.set("typed_name", story::NAME);
    hidden.send(&form);
    let case = clerk.case(&number);
    case.must_say("待复核").must_not_say("B 级").must_not_say("A 级");
}

#[test]
fn com_30_a_paper_signature_is_grade_c_and_checked_by_a_second_person() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let number = story::sent(&w, &clerk);
    story::worked(&w, &worker, &number);
    let case = clerk.case(&number);
    let upload = crate::html::tags(&case.html)
        .into_iter()
        .find_map(|t| t.attr("data-upload").map(str::to_owned));
    clerk
        .upload(
            &upload.expect("a place for photos"),
            "paper_form",
            "com-30-paper-form-0001",
        )
        .is(200);
    let mut form = clerk.step_form(&number, "confirm");
    form.set("how", "paper");
    clerk.send(&form).is(200).must_say("C 级").must_say("待复核");
    clerk.case(&number).must_say("签字复核");
    clerk
        .get(&format!("/cases/{number}/do/second_check"))
        .must_say("复核要由另一个人来做");
    w.staff("lihuimin")
        .done(&number, "second_check", &[])
        .must_say("已复核");
}

#[test]
fn com_30_what_was_signed_and_then_changed_is_void() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let number = story::sent(&w, &clerk);
    story::worked(&w, &worker, &number);
    story::declined(&clerk, &number);
    let mut form = worker.step_form(&number, "amend");
    form.set("done", "更换声控开关和灯泡").set("reason", "漏记灯泡");
    worker.send(&form).is(200);
    clerk
        .case(&number)
        .must_say("内容有变，原签字作废")
        .must_say("内容有变，原签字已作废");
    clerk.get(&format!("/cases/{number}/do/close")).must_say("住户签字");
}

/// Goes on duty by the account menu.
fn at_work(who: &crate::world::Person) {
    who.post("/account/duty", &[("on", "1"), ("next", "/account")]).is(200);
}

#[test]
fn com_25_what_nobody_takes_up_goes_to_the_leader_step_by_step() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let (head, cs, manager) = (w.staff("gongcheng"), w.staff("lihuimin"), w.staff("jingli"));
    for who in [&clerk, &worker, &head, &cs] {
        at_work(who);
    }
    let mut desk = story::report(&clerk);
    desk.choose("urgency", "urgent");
    let wang = desk.form.offer("worker", "王建国").expect("王建国");
    desk.choose("worker", &wang);
    let number = desk.made("send").case();
    let told = |who: &crate::world::Person, words: &str| {
        let page = who.get("/notices");
        page.text().contains(&number) && page.says(words)
    };
    // Half of the ten minutes: the worker is reminded, nobody else.
    w.wait(5 * MINUTE + 1);
    assert!(
        w.until(|| told(&worker, "接单：时限用去 50%")),
        "{}",
        worker.get("/notices").text()
    );
    assert!(!told(&head, "接单"));
    // Ten: the head of the department; twenty: customer service; thirty: the project manager.
    w.wait(5 * MINUTE + 1);
    assert!(w.until(|| told(&head, "接单：到时")), "{}", head.get("/notices").text());
    assert!(!told(&cs, "接单"));
    w.wait(10 * MINUTE);
    assert!(
        w.until(|| told(&cs, "接单：超时 10 分钟")),
        "{}",
        cs.get("/notices").text()
    );
    assert!(!told(&manager, "接单"));
    w.wait(10 * MINUTE);
    assert!(
        w.until(|| told(&manager, "接单：超时 20 分钟")),
        "{}",
        manager.get("/notices").text()
    );
    // Who was told before, and why it came here.
    let page = manager.get("/notices");
    page.must_say("因担任项目经理收到")
        .must_say("REC-9")
        .must_say("此前已通知");
    for name in ["王建国", "李慧敏"] {
        page.must_say(name);
    }
    // The story of the case says it, too; and once it is taken up, nobody is asked any more.
    clerk.case(&number).must_say("接单，超时 20 分钟");
    worker.done(&number, "accept", &[]);
    manager.get("/notices").must_say("已办结");
}

#[test]
fn com_9_nobody_on_duty_is_itself_an_alarm() {
    let w = World::new();
    let (clerk, manager) = (w.clerk(), w.staff("jingli"));
    for login in ["chenxiaowen", "wangjianguo", "gongcheng", "lihuimin", "zhaolixin"] {
        w.staff(login)
            .post("/account/duty", &[("on", "0"), ("next", "/account")])
            .is(200);
    }
    let mut desk = story::report(&clerk);
    desk.choose("urgency", "urgent");
    let wang = desk.form.offer("worker", "王建国").expect("王建国");
    desk.choose("worker", &wang);
    let number = desk.made("send").case();
    w.wait(11 * MINUTE);
    let said = || manager.get("/notices").text();
    assert!(
        w.until(|| said().contains("无人在岗") && said().contains(&number)),
        "{}",
        said()
    );
    manager.get("/notices").must_say("转给项目经理");
}

#[test]
fn com_9_no_hour_is_uncovered_unseen_and_who_is_on_duty_is_always_shown() {
    let w = World::new();
    let (manager, clerk) = (w.staff("jingli"), w.clerk());
    let day = crate::world::field(w.now())[..10].to_owned();
    // The shipped estate has a roster, and one evening of the next days without anybody: shown in red before it happens.
    manager
        .get("/roster")
        .is(200)
        .must_say("前台")
        .must_say("24 小时，至少 1 人");
    manager.get("/cases").must_say("前台").must_say("无人值班");
    // A post that must be held, and nobody on it.
    let post = story::post(&manager, "夜间值守");
    let page = manager.get("/roster");
    assert!(page.html.contains("class=\"gap\""), "the gap is drawn");
    page.must_say("夜间值守").must_say("缺岗 1 处");
    clerk
        .get("/duty")
        .must_say("夜间值守")
        .must_say("无人在岗")
        .must_say("8099");
    // The gap shrinks to what is left.
    story::shift(&manager, &post, "沈佳怡", &day, "09:30-18:00").is(200);
    let text = manager.get("/roster").text();
    assert!(text.contains("18:00"), "the gap begins when the shift ends: {text}");
    story::shift(&manager, &post, "沈佳怡", &day, "17:00-20:00")
        .is(422)
        .must_say("不能同时在两处");
    story::shift(&manager, &post, "钱雅琴", &day, "18:00-24:00").is(200);
    // Who is on duty stands on the desk's screen, with the extension, and before the check-in that it lacks.
    clerk
        .get("/desk")
        .must_say("沈佳怡")
        .must_say("夜间值守")
        .must_say("未签到");
    story::checked_in(&w.staff("xingzheng")).is(200);
    let desk = clerk.get("/desk");
    desk.must_say("沈佳怡").must_say("8099");
    assert!(w.until(|| !clerk.get("/desk").says("未签到") || clerk.get("/nav").says("沈佳怡")));
    // The whole of the company's people sees it; only the heads plan it, and a department's head the own posts.
    w.staff("menwei").get("/duty").is(200).must_say("沈佳怡");
    w.staff("wangjianguo").get("/roster/posts").is(403);
    let other = w
        .staff("gongcheng")
        .get(&format!("/roster/shifts/new?post={post}&day={day}"));
    other.is(403).must_say("只能安排本部门岗位的班次");
    // On paper and in Excel.
    manager
        .get("/roster/print")
        .is(200)
        .must_say("夜间值守")
        .must_say("沈佳怡");
    let excel = manager.get("/roster/export");
    excel.is(200);
    assert!(excel.header("content-type").contains("spreadsheetml"));
    assert!(w.journal_holds());
}

#[test]
fn com_9_a_gap_and_a_shift_without_its_person_are_told_without_anybody_looking() {
    let w = World::new();
    let manager = w.staff("jingli");
    let day = crate::world::field(w.now())[..10].to_owned();
    let post = story::post(&manager, "夜间值守");
    let notices = || manager.get("/notices").text();
    let about = |what: &str| {
        notices().contains(&format!("{what} 夜间值守")) || {
            let text = notices();
            text.contains(what) && text.contains("夜间值守：")
        }
    };
    assert!(w.until(|| about("岗位缺班")), "{}", notices());
    story::shift(&manager, &post, "沈佳怡", &day, "10:05-18:00").is(200);
    w.wait(16 * MINUTE);
    assert!(
        w.until(|| notices().contains("夜间值守：") && notices().contains("10 分钟后仍无人签到")),
        "{}",
        notices()
    );
    // Who has come is missed no more; nobody has to say so.
    story::checked_in(&w.staff("xingzheng")).is(200);
    assert!(w.until(|| notices().contains("已办结")), "{}", notices());
    assert!(w.journal_holds());
}

#[test]
fn com_25_a_report_that_is_entered_late_tells_the_highest_step_only() {
    let w = World::new();
    let clerk = w.clerk();
    let (cs, manager) = (w.staff("lihuimin"), w.staff("jingli"));
    for who in [&clerk, &cs] {
        at_work(who);
    }
    let mut desk = story::report(&clerk);
    desk.choose("urgency", "urgent");
    desk.set("happened_at", &crate::world::field(w.now() - 180 * MINUTE));
    let number = desk.made("send").case();
    let told = || manager.get("/notices");
    assert!(
        w.until(|| told().text().contains(&number) && told().says("补录：登记时已过此时刻")),
        "{}",
        told().text()
    );
    // The story of the case has the steps below it, which nobody was told of.
    clerk.case(&number).must_say("登记前已过，未另行通知");
    // Opening the case reads what was told about it.
    let unread = |who: &crate::world::Person| who.get("/notices").text();
    assert!(!unread(&manager).contains("没有未读的提醒"));
    manager.case(&number);
    let html = manager.get("/notices").html;
    let new = html
        .split("<li")
        .filter(|li| li.contains("new") && li.contains(&number))
        .count();
    assert_eq!(new, 0, "{html}");
}

#[test]
fn com_9_a_swap_is_asked_agreed_approved_and_kept() {
    let w = World::new();
    let (manager, head) = (w.staff("jingli"), w.staff("lihuimin"));
    let (asker, other) = (w.staff("xingzheng"), w.staff("caiwu"));
    let day = |n: i64| crate::world::field(w.now() + n * DAY)[..10].to_owned();
    let post = story::post(&manager, "夜间值守");
    story::shift(&manager, &post, "沈佳怡", &day(2), "08:00-16:00").is(200);
    story::shift(&manager, &post, "钱雅琴", &day(3), "08:00-16:00").is(200);
    let mut form = asker.get("/shifts").form("/roster/swaps");
    form.pick("shift", "08:00–16:00")
        .pick("other_shift", "钱雅琴")
        .set("reason", "家长会");
    asker.send(&form).is(200).must_say("待对方同意");
    // Nobody approves before the other has agreed, and nobody but the head.
    assert!(!head.get("/roster/swaps").says("批准") || !head.get("/roster/swaps").html.contains("value=\"approve\""));
    let page = other.get("/shifts");
    page.must_say("待对方同意");
    // The colleague is told, and after the answer the head; each until it is answered.
    other.get("/notices").must_say("同事请您换班").must_not_say("已办结");
    let swap = html::tags(&page.html)
        .into_iter()
        .find_map(|t| {
            t.attr("action")
                .filter(|a| a.starts_with("/roster/swaps/"))
                .map(str::to_owned)
        })
        .expect("the swap");
    let answer = |who: &crate::world::Person, step: &str, version: &str| {
        who.post(&swap, &[("step", step), ("version", version)])
    };
    answer(&asker, "agree", "1")
        .is(422)
        .must_say("只有被请求的同事可以答复");
    answer(&other, "agree", "1").is(200);
    other.get("/notices").must_say("已办结");
    head.get("/notices").must_say("换班待审批");
    answer(&other, "approve", "2").is(422);
    answer(&head, "approve", "2").is(200).must_say("已批准");
    // The shifts have changed hands, and the history is there.
    other.get("/shifts").must_say("08:00–16:00");
    head.get("/roster/swaps")
        .must_say("沈佳怡")
        .must_say("钱雅琴")
        .must_say("家长会");
}

#[test]
fn com_11_a_key_that_was_lent_stays_on_the_record_of_the_post() {
    let w = World::new();
    let clerk = w.clerk();
    let mut form = clerk.get("/duty/keys").form("/duty/keys");
    form.set("key_name", "配电房").set("lent_to", "供电公司王工");
    clerk.send(&form).is(200).must_say("配电房");
    // The next one at the post sees it, nobody can delete it, and the return stays on record.
    let next = w.staff("lintingting");
    let out = next.get("/duty/keys");
    out.must_say("供电公司王工");
    assert!(!out.says("删除"));
    let back = html::tags(&out.html)
        .into_iter()
        .filter_map(|t| {
            t.attr("action")
                .filter(|a| a.starts_with("/duty/keys/"))
                .map(str::to_owned)
        })
        .find(|a| {
            let row = out
                .html
                .split("<tr")
                .find(|r| r.contains(a.as_str()))
                .unwrap_or_default();
            row.contains("配电房") && row.contains("供电公司王工")
        })
        .expect("the key can come back");
    next.post(&back, &[("version", "1")]).is(200);
    clerk.get("/duty/keys").must_say("配电房").must_say("林婷婷");
    clerk.get("/duty/hand-overs").is(200);
}

/// A complaint with the worker of the demo, whose finish is due in eight hours.
fn complaint(clerk: &Person) -> String {
    let mut desk = clerk.desk();
    desk.choose("kind", "complaint")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .item("噪音")
        .choose("content", "楼上装修夜里施工");
    let worker = desk.form.offer("worker", "王建国");
    if let Some(worker) = worker {
        desk.choose("worker", &worker);
    }
    desk.made("send").case()
}

#[test]
fn com_32_more_time_is_told_in_advance_and_the_customers_agreement_is_recorded() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let number = complaint(&clerk);
    let due = w.now() + 8 * HOUR;
    // Not without a reason, a later time and how the customer was told.
    let mut form = clerk.step_form(&number, "ask_extension");
    form.pick("clock", "完成")
        .set("to", &field(due - HOUR))
        .set("reason", "等物业巡查取证");
    form.set("told_how", "link");
    clerk.send(&form).is(422);
    form.set("to", &field(due + 2 * HOUR));
    clerk.send(&form).is(200);
    head.get("/extensions").must_say(&number).must_say("等客户同意");
    head.get("/desk").must_say("个延期申请等审批");
    // The customer reads it on the own page in plain words, and agrees there.
    let links = clerk.case(&number).link_to("/links");
    let made = clerk.post(&links, &[("purpose", "track")]);
    let at = made
        .html
        .find("/r/")
        .unwrap_or_else(|| panic!("no link: {}", made.text()));
    let link: String = made.html[at..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_'))
        .collect();
    let resident = w.resident();
    let page = resident.get(&link);
    page.must_say("我们想请您多给一些时间").must_say("等物业巡查取证");
    let mut form = page.form("/extension");
    form.put("answer", "yes");
    resident.send(&form).must_say("已记下您的同意");
    resident.get(&link).must_not_say("我们想请您多给一些时间");
    // Who asked does not approve; the head does, and only then the limit moves.
    clerk
        .get(&format!("/cases/{number}/do/approve_extension"))
        .must_say("当前岗位不能");
    head.done(&number, "approve_extension", &[("approve", "true")])
        .must_say("已延期");
    w.wait(due + MINUTE - w.now());
    clerk.case(&number).must_not_say("完成超时");
    w.wait(2 * HOUR);
    assert!(
        w.until(|| clerk.case(&number).says("完成超时")),
        "{}",
        clerk.case(&number).text()
    );
    assert!(w.journal_holds());
}

#[test]
fn com_32_after_the_limit_there_is_only_an_excuse_beside_the_breach() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let number = complaint(&clerk);
    let mut form = clerk.step_form(&number, "ask_extension");
    form.pick("clock", "完成")
        .set("to", &field(w.now() + 10 * HOUR))
        .set("reason", "人手不足");
    form.set("told_how", "phone");
    clerk.send(&form).is(200);
    w.wait(8 * HOUR + MINUTE);
    assert!(
        w.until(|| clerk.case(&number).says("完成超时")),
        "{}",
        clerk.case(&number).text()
    );
    clerk.get("/extensions?view=lapsed").must_say(&number);
    clerk
        .get(&format!("/cases/{number}/do/ask_extension"))
        .must_say("不能再延期");
    // The desk asks for it; the head, who had no part in it, refuses it once and then approves. Until then it is no excuse.
    let ask = || {
        let mut form = clerk.step_form(&number, "ask_excuse");
        form.pick("clock", "完成")
            .set("excuse_reason", "customer")
            .set("text", "住户三次改约");
        clerk.send(&form)
    };
    ask().is(200).must_say("免责待批").must_say("待客服主任审批");
    assert!(w.until(|| head.get("/notices").says("有免责申请等您审批")));
    head.get("/breaches?view=asked&clock=finish").must_say(&number);
    head.get("/breaches?view=unexcused&clock=finish").must_say(&number);
    head.get("/breaches?view=excused&clock=finish").must_not_say(&number);
    let form = clerk.step_form(&number, "ask_excuse");
    assert!(form.offer("clock", "完成").is_none(), "it waits already");
    let fields = [("clock", "finish:0"), ("approve", "true")];
    let refused = clerk.post(&format!("/cases/{number}/decide_excuse"), &fields);
    assert!((400..500).contains(&refused.status), "{}", refused.text());
    let decide = |approve: &str, note: &str| {
        let mut form = head.step_form(&number, "decide_excuse");
        form.set("approve", approve).set("note", note);
        head.send(&form)
    };
    decide("false", "").is(422);
    decide("false", "请附改约记录")
        .is(200)
        .must_say("免责未批准")
        .must_say("请附改约记录");
    clerk.case(&number).must_not_say("超时登记免责");
    ask().is(200);
    decide("true", "").is(200).must_say("已批准免责");
    let case = clerk.case(&number);
    case.must_say("免责：客户原因").must_say("完成超时");
    // In every list the breach stays, the excuse beside it.
    let late = head.get("/breaches?view=late&clock=finish");
    let row = row_of(&late, &number);
    assert!(row.contains("超时未办") && row.contains("客户原因"), "{row}");
    head.get("/breaches?view=unexcused&clock=finish").must_not_say(&number);
    let sheet = head.get("/export/breaches?view=late&clock=finish");
    sheet.is(200);
    assert!(sheet.header("content-disposition").contains("breaches-"));
}

/// A complaint of an item, recorded without an order; its number.
fn complained(clerk: &Person, item: &str, content: &str) -> String {
    let mut desk = clerk.desk();
    desk.choose("kind", "complaint")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .item(item)
        .choose("content", content);
    desk.set("place", "99 栋 1 单元");
    desk.made("record").case()
}

const VALID: [(&str, &str); 2] = [("valid", "true"), ("reason", "现场属实")];

/// Judged valid as it was taken down, and with the office.
fn with_the_office(clerk: &Person, number: &str) {
    clerk.done(number, "judge_complaint", &VALID);
    clerk.done(
        number,
        "route_complaint",
        &[("received", "office"), ("route_to", "project_office")],
    );
}

/// Found out and with a proposal, by word of mouth.
fn proposed(clerk: &Person, number: &str) {
    clerk.done(number, "record_finding", &[("text", "楼上夜里装修")]);
    clerk.done(number, "propose_answer", &[("text", "停工并约谈")]);
}

fn answered(clerk: &Person, number: &str) {
    clerk.done(number, "answer", &[("answer", "已停工，今后只在白天施工")]);
}

/// From the customer's word to the measure.
fn learned(w: &World, clerk: &Person, number: &str) {
    clerk.done(
        number,
        "record_response",
        &[("response", "true"), ("told_how", "phone")],
    );
    clerk.done(
        number,
        "note_opinion",
        &[
            ("opinion", "satisfied"),
            ("thanked", "true"),
            ("hopes", "希望夜里多巡一次"),
        ],
    );
    clerk.done(number, "record_cause", &[("text", "夜间巡查没有装修登记")]);
    measure(w, clerk, number, "preventive", "");
}

fn measure(w: &World, clerk: &Person, number: &str, kind: &str, facts: &str) {
    let mut form = clerk.step_form(number, "set_measure");
    form.set("measure_kind", kind)
        .set("facts", facts)
        .set("text", "夜间加巡装修户")
        .pick("owner", "赵立新")
        .set("due_at", &field(w.now() + 5 * DAY));
    clerk.send(&form).is(200);
}

#[test]
fn com_17_the_desk_is_told_how_to_take_a_complaint_and_the_named_person_does_not_see_it() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("gongcheng"));
    let mut desk = clerk.desk();
    desk.choose("kind", "complaint")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .item("服务态度");
    desk.shown.must_say("先安抚").must_say("质管部受理");
    desk.choose("content", "工程部周师傅态度恶劣");
    let zhou = desk.form.offer("about", "周斌").expect("周斌");
    // Quality looks into it and takes no orders: one would go to customer service.
    let office = desk.form.offer("department", "客户服务部").expect("客户服务部");
    assert!(desk.form.fields.contains(&("department".to_owned(), office)));
    // An order could go to him, but not once it is about him.
    let engineering = desk.form.offer("department", "工程部").expect("工程部");
    desk.choose("department", &engineering);
    desk.form.offer("worker", "周斌").expect("周斌 is of 工程部");
    desk.choose("about", &zhou);
    assert_eq!(desk.form.offer("worker", "周斌"), None);
    let made = desk.made("record");
    let (number, contact) = (made.case(), made.number_of_contact());
    // Everybody else at the desk sees it; the person does not, by no way.
    clerk.case(&number).must_say("对 周斌 保密");
    let mut order = clerk.step_form(&number, "dispatch");
    order.pick("department", "工程部");
    assert_eq!(order.offer("worker", "周斌"), None);
    order.offer("worker", "王建国").expect("王建国");
    order.put("worker", &zhou);
    clerk.send(&order).must_say("不能派给本人处理");
    for path in [
        format!("/cases/{number}"),
        format!("/cases/{number}/do/judge_complaint"),
        format!("/cases/{number}/links"),
        format!("/cases/{number}/print/complaint"),
        format!("/contacts/{}", made.contact),
    ] {
        assert_eq!(head.get(&path).status, 404, "{path}");
    }
    for path in [
        "/cases?view=all",
        "/contacts",
        "/callbacks?view=all",
        "/desk",
        "/find?q=态度恶劣",
        "/notices",
        "/tasks",
    ] {
        let page = head.get(path);
        page.must_not_say(&number)
            .must_not_say(&contact)
            .must_not_say("态度恶劣");
    }
    assert!(row_of(&clerk.get("/cases?view=all"), &number).contains("态度恶劣"));
    // Not even of somebody who sees everything at the site: the project manager sees this one, and not the one about himself.
    let manager = w.staff("jingli");
    assert!(row_of(&manager.get("/cases?view=all"), &number).contains("态度恶劣"));
    let mut desk = clerk.desk();
    desk.choose("kind", "complaint")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .item("服务态度")
        .choose("content", "何经理推诿不办");
    let he = desk.form.offer("about", "何立群").expect("何立群");
    desk.choose("about", &he);
    let own = desk.made("record").case();
    assert_eq!(manager.get(&format!("/cases/{own}")).status, 404);
    for path in [
        "/cases?view=all",
        "/contacts",
        "/find?q=推诿不办",
        "/notices",
        "/breaches?view=late",
        "/export/cases?view=all",
    ] {
        manager.get(path).must_not_say(&own).must_not_say("推诿不办");
    }
    assert_eq!(w.staff("lihuimin").get(&format!("/cases/{own}")).status, 200);
    // Against a head it is the company leader's, whatever it was called (COM-21).
    clerk
        .done(&number, "judge_complaint", &VALID)
        .must_say("针对管理处经理或部门负责人");
    let form = clerk.get(&format!("/cases/{number}/do/route_complaint"));
    form.must_say("针对经理或负责人的归公司分管领导");
    assert!(w.journal_holds());
}

#[test]
fn com_18_to_20_each_goes_to_its_department_and_elsewhere_only_with_a_reason() {
    let w = World::new();
    let clerk = w.clerk();
    for (item, nature, to, why) in [
        ("服务态度", "attitude", "quality", "服务态度和服务质量归质管部"),
        ("维修质量差", "civil_works", "engineering", "土建、装修、设备归工程部"),
        ("停车收费", "charging", "finance", "收费归财务部"),
        ("噪音", "other", "security", "习惯做法，条款未规定"),
    ] {
        let number = complained(&clerk, item, "反映情况");
        // Not judged: nowhere.
        clerk
            .get(&format!("/cases/{number}/do/route_complaint"))
            .must_say("先判定投诉是否有效");
        let mut form = clerk.step_form(&number, "judge_complaint");
        form.set("valid", "true").set("nature", nature).set("reason", "属实");
        clerk.send(&form).is(200);
        clerk.get(&format!("/cases/{number}/do/route_complaint")).must_say(why);
        clerk
            .refused(
                &number,
                "route_complaint",
                &[("received", "company"), ("route_to", "greening")],
            )
            .must_refuse("原因");
        let page = clerk.done(&number, "route_complaint", &[("received", "company"), ("route_to", to)]);
        page.must_say(why);
        // Sending it on needs a reason, which stays to be read.
        clerk
            .done(
                &number,
                "route_complaint",
                &[
                    ("received", "company"),
                    ("route_to", "administration"),
                    ("reason", "涉及合同"),
                ],
            )
            .must_say("改送原因：涉及合同");
    }
}

#[test]
fn com_21_compensation_is_the_leaders_and_com_25_done_as_instructed() {
    let w = World::new();
    let (clerk, leader) = (w.clerk(), w.staff("fenguan"));
    let number = complained(&clerk, "噪音", "要求赔偿装修损坏的吊顶");
    let mut form = clerk.step_form(&number, "judge_complaint");
    form.set("valid", "true")
        .set("nature", "compensation")
        .set("reason", "属实");
    clerk.send(&form).is(200);
    clerk
        .done(
            &number,
            "route_complaint",
            &[("received", "office"), ("route_to", "leader")],
        )
        .must_say("索赔归公司分管领导");
    proposed(&clerk, &number);
    clerk
        .get(&format!("/cases/{number}/do/answer"))
        .must_say("还不能答复客户")
        .must_say("领导指示");
    clerk
        .get(&format!("/cases/{number}/do/instruct_complaint"))
        .must_say("当前岗位不能");
    // The leader is told, until there is an instruction.
    leader.get("/notices").must_say("有投诉等您指示").must_say(&number);
    leader.done(&number, "instruct_complaint", &[("text", "按发票赔付，三日内付清")]);
    clerk
        .get(&format!("/cases/{number}/do/answer"))
        .must_say("指示的落实情况");
    clerk.done(&number, "carry_out", &[("text", "已赔付并签收")]);
    answered(&clerk, &number);
    clerk.case(&number).must_say("按发票赔付").must_say("已赔付并签收");
    // What a department cannot solve goes the same way, and is not closed before.
    let other = complained(&clerk, "噪音", "广场舞扰民");
    with_the_office(&clerk, &other);
    clerk.done(&other, "raise_complaint", &[("reason", "需街道协调")]);
    clerk.get(&format!("/cases/{other}/do/close")).must_say("领导指示");
    clerk
        .get(&format!("/cases/{other}/do/raise_complaint"))
        .must_say("已经上报领导");
    assert!(w.journal_holds());
}

#[test]
fn com_22_a_letter_goes_out_only_after_the_leader_agrees() {
    let w = World::new();
    let (clerk, leader, manager) = (w.clerk(), w.staff("fenguan"), w.staff("jingli"));
    let number = complained(&clerk, "噪音", "来信投诉夜间施工");
    with_the_office(&clerk, &number);
    clerk.done(&number, "record_finding", &[("text", "楼上夜里装修")]);
    clerk.done(&number, "propose_answer", &[("text", "致歉并说明"), ("letter", "true")]);
    clerk
        .get(&format!("/cases/{number}/do/answer"))
        .must_say("领导对书面答复的同意");
    manager
        .get(&format!("/cases/{number}/do/agree_letter"))
        .must_say("当前岗位不能");
    leader
        .refused(&number, "agree_letter", &[("approve", "false")])
        .must_refuse("原因");
    leader.done(
        &number,
        "agree_letter",
        &[("approve", "false"), ("note", "补充整改时间")],
    );
    clerk.get(&format!("/cases/{number}/do/answer")).must_say("处理意见");
    clerk.done(
        &number,
        "propose_answer",
        &[("text", "致歉并说明，周五前整改"), ("letter", "true")],
    );
    leader.done(&number, "agree_letter", &[("approve", "true")]);
    answered(&clerk, &number);
}

#[test]
fn com_1_talks_before_during_and_after_service_are_collected_and_analysed() {
    let w = World::new();
    let (clerk, worker, head) = (w.clerk(), w.staff("wangjianguo"), w.staff("lihuimin"));
    assert_eq!(
        worker.get("/registers/analysis").status,
        403,
        "figures are not for who repairs"
    );
    assert_eq!(
        w.staff("gongcheng").get("/registers/analysis").status,
        403,
        "talks belong to no one department"
    );
    let figure = |part: &str, row: &str| -> Vec<i64> {
        let page = head.get("/registers/analysis");
        page.is(200);
        let part = html::part(&page.html, part).unwrap_or_default();
        let found = part
            .split("<tr")
            .find(|r| html::text(&format!("<tr{r}")).starts_with(row));
        let cells = found.unwrap_or_default().split("<td").skip(1);
        cells
            .filter_map(|cell| html::text(&format!("<td{cell}")).trim().parse().ok())
            .collect()
    };
    let before = figure("before", "来电");
    let dark_light = "强电 / 楼道灯不亮";
    let dark_before = figure("about", dark_light).first().copied().unwrap_or(0);
    // Before: a call that becomes a case, one that is answered on the spot.
    let number = story::sent(&w, &clerk);
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry");
    desk.caller(story::NAME, story::PHONE, story::UNIT)
        .choose("content", "问装修押金怎么退");
    desk.set("answer", "凭收据到财务部办理");
    desk.made("answer");
    let now = figure("before", "来电");
    let grown: Vec<i64> = now
        .iter()
        .zip(before.iter().chain(std::iter::repeat(&0)))
        .map(|(now, before)| now - before)
        .collect();
    assert_eq!(grown, [2, 1, 1, 0, 0], "all, answered, a case, no need, open");
    // During: the same household asks after it, and the call joins the case.
    let dark = || {
        let mut desk = clerk.desk();
        desk.person("1-1-0101")
            .item("楼道灯不亮")
            .choose("content", "三楼楼道的灯不亮");
        desk.set("place", "1 栋 1 单元三楼楼道");
        desk
    };
    let mut first = dark();
    let crew = first.form.offer("worker", "王建国").expect("the worker on duty");
    first.choose("worker", &crew);
    first.made("send");
    let again = dark();
    let join = again
        .shown
        .html
        .split("value=\"join:")
        .nth(1)
        .expect("the open case is offered");
    let id = join.split('"').next().expect("its id");
    again.press(&format!("join:{id}")).is(200);
    assert_eq!(figure("during", "来电").first(), Some(&1));
    // After: the work is done, and the customer says how it was.
    let called = figure("after", "已解决").first().copied().unwrap_or(0);
    story::worked(&w, &worker, &number);
    story::declined(&clerk, &number);
    story::called_back(&clerk, &number, true);
    assert_eq!(figure("after", "已解决").first(), Some(&(called + 1)));
    // Analysed: what it was about, each figure with its list, and as a file.
    let page = head.get("/registers/analysis");
    page.must_say("前一时段");
    // Two more now, beside how many there were in the time before.
    let about = figure("about", dark_light);
    let [n, before, change] = about[..] else {
        panic!("{about:?} of {}", page.part("about"));
    };
    assert_eq!((n, change), (dark_before + 2, n - before));
    let list = page.link_to("channel=phone&outcome=joined");
    head.get(&list).must_say("1-1-0101");
    let file = head.get(&page.link("导出 Excel").expect("the file"));
    assert!(file.header("content-type").contains("spreadsheetml"));
    head.get("/journal").must_say("导出");
}

#[test]
fn com_23_supporting_departments_have_their_parts_and_none_is_left_open() {
    let w = World::new();
    let (clerk, engineering) = (w.clerk(), w.staff("gongcheng"));
    let number = complained(&clerk, "噪音", "水泵房噪音");
    with_the_office(&clerk, &number);
    let mut form = clerk.step_form(&number, "add_part");
    form.pick("department", "工程部")
        .set("what", "测噪声并垫减震")
        .set("due_at", &field(w.now() + 4 * HOUR));
    clerk.send(&form).is(200);
    // Its head hears of the part, and again when it is late; so does the head of customer service.
    let head = w.staff("lihuimin");
    let told = |who: &Person, words: &str| {
        let page = who.get("/notices");
        page.says(words) && page.says(&number)
    };
    assert!(told(&engineering, "请协办投诉") && !told(&head, "投诉协办超时"));
    w.wait(4 * HOUR + MINUTE);
    assert!(
        w.until(|| told(&head, "投诉协办超时")),
        "{}",
        head.get("/notices").text()
    );
    assert!(told(&engineering, "投诉协办超时"));
    clerk.case(&number).must_say("第 1 项协办超过时限");
    proposed(&clerk, &number);
    clerk
        .get(&format!("/cases/{number}/do/answer"))
        .must_say("协办部门的部分");
    // The supporting department sees it for its part.
    engineering
        .done(&number, "finish_part", &[("result", "加装减震垫，噪声降到 45 分贝")])
        .must_say("45 分贝");
    answered(&clerk, &number);
}

#[test]
fn com_26_to_31_from_the_answer_to_the_file_in_order_and_by_the_right_people() {
    let w = World::new();
    let (clerk, quality) = (w.clerk(), w.staff("zhiguan"));
    let number = complained(&clerk, "噪音", "楼上夜里装修");
    clerk.get(&format!("/cases/{number}/do/close")).must_say("判定是否有效");
    with_the_office(&clerk, &number);
    proposed(&clerk, &number);
    answered(&clerk, &number);
    let done_at = w.now();
    clerk
        .get(&format!("/cases/{number}/do/note_opinion"))
        .must_say("先记录客户对答复的意见");
    clerk
        .get(&format!("/cases/{number}/do/set_measure"))
        .must_say("先分析原因");
    quality
        .get(&format!("/cases/{number}/do/verify_complaint"))
        .must_say("还不能核实")
        .must_say("预防措施");
    clerk.done(
        &number,
        "record_response",
        &[("response", "true"), ("told_how", "visit")],
    );
    clerk
        .refused(&number, "note_opinion", &[("opinion", "satisfied")])
        .must_say("致谢");
    clerk.done(
        &number,
        "note_opinion",
        &[
            ("opinion", "satisfied"),
            ("thanked", "true"),
            ("hopes", "希望夜里多巡一次"),
        ],
    );
    clerk.done(&number, "record_cause", &[("text", "夜间巡查没有装修登记")]);
    measure(&w, &clerk, &number, "preventive", "");
    // Whoever had a part in it does not verify it, and only quality files it.
    clerk
        .get(&format!("/cases/{number}/do/verify_complaint"))
        .must_say("当前岗位不能");
    // The case says so beside the next step, and who can.
    clerk.case(&number).must_say("可以办理的：质管、公司分管领导、总经理");
    let close = clerk.get(&format!("/cases/{number}/do/close"));
    close.must_say("质管部核实").must_say("资料归档");
    quality.done(
        &number,
        "verify_complaint",
        &[("effective", "true"), ("note", "电话核实，住户认可")],
    );
    // Three natural days, until 24:00 (COM-27).
    let day = field(done_at + 3 * DAY)[5..10].to_owned();
    let due = clerk.get(&format!("/cases/{number}/clocks/filing"));
    due.is(200).must_say("COM-27");
    assert!(
        due.says(&field(done_at + 4 * DAY)[5..10]) || due.says(&day),
        "{}",
        due.text()
    );
    quality.done(&number, "file_complaint", &[]);
    w.staff("lihuimin").done(
        &number,
        "callback",
        &[("result", "reached"), ("solved", "true"), ("satisfaction", "satisfied")],
    );
    clerk.done(&number, "close", &[]).must_say("已关闭");
    // On paper: both sides, with what the customer hopes on the back.
    let paper = clerk.get(&format!("/cases/{number}/print/complaint"));
    paper
        .is(200)
        .must_say("顾客来访/投诉处理单")
        .must_say("背面")
        .must_say("希望夜里多巡一次")
        .must_say("停工并约谈");
    clerk
        .get(&format!("/cases/{number}/print/preventive"))
        .is(200)
        .must_say("预防措施报告")
        .must_say("赵立新");
    assert!(w.journal_holds());
}

#[test]
fn com_27_filed_too_late_is_a_breach() {
    let w = World::new();
    let clerk = w.clerk();
    let number = complained(&clerk, "噪音", "楼上夜里装修");
    with_the_office(&clerk, &number);
    proposed(&clerk, &number);
    answered(&clerk, &number);
    learned(&w, &clerk, &number);
    w.wait(4 * DAY);
    let (clerk, quality) = (w.clerk(), w.staff("zhiguan"));
    assert!(
        w.until(|| clerk.case(&number).says("资料归档超时")),
        "{}",
        clerk.case(&number).text()
    );
    quality.done(&number, "verify_complaint", &[("effective", "true"), ("note", "属实")]);
    quality.done(&number, "file_complaint", &[]);
    quality.get("/breaches?view=late&clock=filing").must_say(&number);
}

#[test]
fn com_28_not_valid_is_told_and_judged_anew_by_somebody_else() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let number = complained(&clerk, "噪音", "隔壁小区施工");
    clerk
        .refused(
            &number,
            "judge_complaint",
            &[("valid", "false"), ("reason", "不在本小区")],
        )
        .must_say("告知");
    clerk.done(
        &number,
        "judge_complaint",
        &[("valid", "false"), ("reason", "不在本小区"), ("told_how", "phone")],
    );
    clerk.done(&number, "appeal_complaint", &[("reason", "声音来自本小区水泵房")]);
    clerk
        .get(&format!("/cases/{number}/do/judge_complaint"))
        .must_say("原判定人不能重新判定");
    head.done(&number, "judge_complaint", &VALID).must_say("有效");
    clerk.case(&number).must_say("客户不认可：声音来自本小区水泵房");
}

#[test]
fn com_29_what_the_company_passes_down_the_office_handles_itself_first() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.choose("channel", "hotline_12345")
        .choose("kind", "complaint")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .item("噪音")
        .choose("content", "市民热线转办：夜间施工")
        .set("external_ref", "12345-2026-0099")
        .set("authority_by", &field(w.now() + 2 * DAY));
    let made = desk.made("record");
    let number = made.case();
    assert!(row_of(&clerk.get("/contacts"), &made.number_of_contact()).contains("夜间施工"));
    clerk.done(&number, "judge_complaint", &VALID);
    clerk
        .done(
            &number,
            "route_complaint",
            &[("received", "passed_down"), ("route_to", "project_office")],
        )
        .must_say("管理处能处理的先自行处理");
    // Sent on without having tried needs a reason.
    clerk
        .refused(
            &number,
            "route_complaint",
            &[("received", "passed_down"), ("route_to", "quality")],
        )
        .must_refuse("原因");
}

#[test]
fn com_30_a_customer_who_does_not_accept_goes_to_the_leader() {
    let w = World::new();
    let (clerk, leader) = (w.clerk(), w.staff("fenguan"));
    let number = complained(&clerk, "噪音", "楼上夜里装修");
    with_the_office(&clerk, &number);
    proposed(&clerk, &number);
    answered(&clerk, &number);
    clerk
        .refused(
            &number,
            "record_response",
            &[("response", "false"), ("told_how", "phone")],
        )
        .must_refuse("原因");
    clerk
        .done(
            &number,
            "record_response",
            &[("response", "false"), ("told_how", "phone"), ("note", "还在施工")],
        )
        .must_say("客户不认可答复")
        .must_say("待派单");
    leader.done(&number, "instruct_complaint", &[("text", "经理当面处理")]);
    clerk.done(&number, "carry_out", &[("text", "经理已上门")]);
    clerk.done(&number, "propose_answer", &[("text", "每晚巡查并回报")]);
    answered(&clerk, &number);
}

#[test]
fn com_31_a_major_complaint_has_both_reports_and_a_recurrence_reopens_the_prevention() {
    let w = World::new();
    let (clerk, quality) = (w.clerk(), w.staff("zhiguan"));
    let number = complained(&clerk, "噪音", "楼上夜里装修");
    let mut form = clerk.step_form(&number, "judge_complaint");
    form.set("valid", "true")
        .set("importance", "major")
        .set("reason", "多户反映");
    clerk.send(&form).is(200);
    clerk.done(
        &number,
        "route_complaint",
        &[("received", "office"), ("route_to", "project_office")],
    );
    proposed(&clerk, &number);
    answered(&clerk, &number);
    clerk.done(
        &number,
        "record_response",
        &[("response", "true"), ("told_how", "phone")],
    );
    clerk.done(&number, "note_opinion", &[("opinion", "neutral"), ("thanked", "true")]);
    clerk.done(&number, "record_cause", &[("text", "无装修登记")]);
    let close = clerk.get(&format!("/cases/{number}/do/close"));
    close.must_say("纠正措施报告").must_say("预防措施报告");
    let mut form = clerk.step_form(&number, "set_measure");
    form.set("measure_kind", "corrective")
        .set("facts", "")
        .set("text", "补登记")
        .pick("owner", "赵立新")
        .set("due_at", &field(w.now() + DAY));
    clerk.send(&form).is(422).must_say("不符合的事实");
    measure(&w, &clerk, &number, "corrective", "五户未登记");
    measure(&w, &clerk, &number, "preventive", "五户未登记");
    quality.done(&number, "verify_complaint", &[("effective", "true"), ("note", "属实")]);
    quality.done(&number, "file_complaint", &[]);
    w.staff("lihuimin").done(
        &number,
        "callback",
        &[("result", "reached"), ("solved", "true"), ("satisfaction", "neutral")],
    );
    clerk.done(&number, "close", &[]);
    clerk
        .get(&format!("/cases/{number}/print/corrective"))
        .must_say("纠正措施报告")
        .must_say("五户未登记");
    // The same at the same place comes up again within a month.
    w.wait(10 * DAY);
    complained(&w.clerk(), "噪音", "楼上又在夜里装修");
    w.wait(21 * DAY);
    let clerk = w.clerk();
    assert!(
        w.until(|| clerk.case(&number).says("再次发生 1 起")),
        "{}",
        clerk.case(&number).text()
    );
    clerk.case(&number).must_say("预防措施须重新制定");
    measure(&w, &clerk, &number, "preventive", "登记未落实");
    let quality = w.staff("zhiguan");
    quality.done(
        &number,
        "verify_complaint",
        &[("effective", "true"), ("note", "已落实")],
    );
    clerk.case(&number).must_not_say("预防措施须重新制定");
    assert!(w.journal_holds());
}

#[test]
fn com_24_a_report_counts_against_somebody_only_as_the_outcome_of_an_investigation_they_could_answer() {
    let w = World::new();
    let clerk = w.clerk();
    let (head, worker) = (w.staff("lihuimin"), w.staff("wangjianguo"));
    let (quality, leader) = (w.staff("zhiguan"), w.staff("fenguan"));
    let number = story::sent(&w, &clerk);
    story::worked(&w, &worker, &number);
    // It is opened where the report stands; not by whoever likes.
    let way = head.case(&number).link("提出核查").expect("a way from the case");
    worker.get(&way).is(403);
    let mut form = head.get(&way).form("/investigations");
    assert_eq!(form.get("case"), number);
    form.pick("about", "王建国")
        .set("fault", "untrue")
        .set("report", "更换声控开关，已亮")
        .set("why", "住户来电说没有人来过");
    // Time to answer is not left out.
    let proposed = form.get("answer_by").to_owned();
    form.set("answer_by", &field(w.now() + DAY));
    head.send(&form)
        .is(422)
        .must_say("至少 3 天")
        .must_say("住户来电说没有人来过");
    form.set("answer_by", &proposed);
    let page = head.send(&form);
    page.is(200).must_say("等本人说明").must_not_say("记入个人记录");
    let path = page.url[w.base.len()..].to_owned();
    // The person sees what is said; a colleague does not see that there is anything.
    worker
        .get("/notices")
        .must_say("您的一份报告被提出核查，请说明")
        .must_say(&number);
    worker.get("/account").must_say("关于我的报告核查");
    worker.get("/investigations").must_say(&number);
    worker.get(&path).is(200).must_say("住户来电说没有人来过");
    let colleague = w.staff("sunhaitao");
    colleague.get(&path).is(404);
    colleague.get("/investigations").must_not_say(&number);
    colleague.get("/investigations?view=recorded").is(403);
    clerk.case(&number).must_not_say("核查报告");
    // Unheard nothing is decided, by nobody who is involved ever.
    let decide = |who: &Person, outcome: &str| {
        let version = html::tags(&who.get(&path).html)
            .iter()
            .find(|t| t.attr("name") == Some("version"))
            .and_then(|t| t.attr("value").map(str::to_owned))
            .unwrap_or_else(|| "1".to_owned());
        let fields = [
            ("version", version.as_str()),
            ("outcome", outcome),
            ("reason", "对照门禁记录和照片时间"),
        ];
        who.post(&format!("{path}/decide"), &fields)
    };
    assert!(!quality.get(&path).html.contains(&format!("{path}/decide")));
    decide(&quality, "untrue").is(422).must_say("本人还没有说明");
    decide(&worker, "unfounded").is(403);
    let mut answer = worker.get(&path).form("/answer");
    answer.set("text", "门牌看错，去了 2 单元");
    worker.send(&answer).is(200).must_say("门牌看错，去了 2 单元");
    // A second press of what is on an old page overwrites nothing.
    worker.send(&answer).is(409);
    quality.get("/notices").must_say("报告核查等您作出结果");
    decide(&head, "untrue").is(403);
    decide(&quality, "").is(422).must_say("请选择一项");
    decide(&quality, "untrue")
        .is(200)
        .must_say("严重失实")
        .must_say("记入个人记录");
    quality.get("/investigations?view=recorded").must_say(&number);
    // The person objects once; the leader, who had no part in it, has the last word.
    worker.get("/notices").must_say("报告核查已有结果");
    let mut object = worker.get(&path).form("/object");
    object.set("text", "当天照片可以证明去了错的单元，不是没去");
    worker.send(&object).is(200).must_say("等领导复核");
    leader.get("/notices").must_say("报告核查有申诉");
    let mut review = leader.get(&path).form("/review");
    review.set("uphold", "0").set("reason", "属认错门牌，不是失实");
    leader.send(&review).is(200).must_say("复核撤销");
    quality.get("/investigations?view=recorded").must_not_say(&number);
    worker.get(&path).must_say("属认错门牌，不是失实");
    worker
        .get(&format!("{path}/print"))
        .is(200)
        .must_say("内部报告核查表")
        .must_say("门牌看错，去了 2 单元");
    assert!(w.journal_holds());
}

#[test]
fn com_24_without_an_answer_it_is_decided_when_the_time_is_over_and_a_hidden_complaint_stays_hidden() {
    let w = World::new();
    let clerk = w.clerk();
    let head = w.staff("lihuimin");
    let mut desk = clerk.desk();
    desk.choose("kind", "complaint")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .item("服务态度")
        .choose("content", "工程部周师傅态度恶劣");
    let zhou = desk.form.offer("about", "周斌").expect("周斌");
    desk.choose("about", &zhou);
    let number = desk.made("record").case();
    let open = |name: &str| {
        let mut form = head
            .get(&format!("/investigations/new?case={number}"))
            .form("/investigations");
        form.pick("about", name)
            .set("fault", "late")
            .set("report", "当天没有报告")
            .set("why", "三天后才报");
        head.send(&form)
    };
    open("周斌").is(422).must_say("对此人保密");
    let page = open("王建国");
    let path = page.is(200).url[w.base.len()..].to_owned();
    // Not by this way either: neither the check, nor the list, nor the journal shows the complaint to whom it is about.
    let zhou = w.staff("gongcheng");
    zhou.get(&path).is(404);
    zhou.get("/investigations").must_not_say(&number);
    // Nobody has answered: when the time is over, whoever decides hears of it.
    assert!(!w.staff("zhiguan").get("/notices").says("报告核查等您作出结果"));
    w.wait(4 * DAY);
    let told = || w.staff("zhiguan").get("/notices");
    assert!(w.until(|| told().says("报告核查等您作出结果")), "{}", told().text());
    let quality = w.staff("zhiguan");
    let mut form = quality.get(&path).form("/decide");
    form.set("outcome", "minor").set("reason", "首次，谈话提醒");
    quality
        .send(&form)
        .is(200)
        .must_say("情节轻微")
        .must_not_say("记入个人记录");
    quality.get("/investigations?view=recorded").must_not_say(&number);
    let worker = w.staff("wangjianguo");
    assert!(
        !worker.get(&path).html.contains(&format!("{path}/object")),
        "nothing to object to"
    );
}

#[test]
fn com_18_where_no_clause_says_the_site_says_where_complaints_go() {
    let w = World::new();
    let (clerk, manager) = (w.clerk(), w.staff("jingli"));
    clerk.get("/settings/complaint-routes").is(403);
    let mut form = manager
        .get("/settings/complaint-routes")
        .form("/settings/complaint-routes");
    assert_eq!(form.get("to_noise"), "security");
    form.set("to_noise", "customer_service");
    manager.send(&form).is(422).must_say("必填");
    form.set("why", "邻里噪音由客服先调解");
    manager
        .send(&form)
        .is(200)
        .must_say("邻里噪音由客服先调解")
        .must_say("何立群")
        .must_say("习惯做法");
    let number = complained(&clerk, "噪音", "楼上夜里吵");
    let mut judge = clerk.step_form(&number, "judge_complaint");
    judge.set("valid", "true").set("nature", "other").set("reason", "属实");
    clerk.send(&judge).is(200);
    clerk
        .done(
            &number,
            "route_complaint",
            &[("received", "company"), ("route_to", "customer_service")],
        )
        .must_say("习惯做法，条款未规定");
    // The head of the department hears of it.
    w.staff("lihuimin")
        .get("/notices")
        .must_say("投诉送到您部门")
        .must_say(&number);
    let other = complained(&clerk, "噪音", "楼下夜里吵");
    let mut judge = clerk.step_form(&other, "judge_complaint");
    judge.set("valid", "true").set("nature", "other").set("reason", "属实");
    clerk.send(&judge).is(200);
    clerk
        .refused(
            &other,
            "route_complaint",
            &[("received", "company"), ("route_to", "security")],
        )
        .must_refuse("原因");
    assert!(w.journal_holds());
}
