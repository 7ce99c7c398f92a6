//! VIS: incoming call and visitor control (来电来访控制工作程序).

use crate::html;
use crate::story;
use crate::world::{DAY, HOUR, MINUTE, Page, Person, World, clock, field};

#[test]
fn vis_1_a_caller_is_checked_against_the_archive() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.person("1-1-0101");
    desk.shown.must_say("身份核对").must_say("已与档案比对");
    assert_eq!((desk.form.get("id_name"), desk.form.get("id_unit")), ("same", "same"));
    // Another number than the archive's is seen at once.
    desk.choose("phone", story::PHONE);
    assert_eq!(desk.form.get("id_phone"), "differs");
    desk.item("楼道灯不亮")
        .choose("content", "三楼楼道的灯不亮")
        .set("place", "三楼楼道");
    let number = desk.made("send").case();
    clerk
        .case(&number)
        .must_say("姓名 一致")
        .must_say("房号 一致")
        .must_say("电话 不一致");
    // Another name as well.
    let mut desk = clerk.desk();
    desk.caller("欧阳查无", "", "1-1-0101");
    assert_eq!(desk.form.get("id_name"), "differs");
    // Nobody in the archive: not checked, and said so.
    let mut desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT);
    assert_eq!(desk.form.get("id_name"), "unknown");
    desk.shown.must_say("未选档案");
}

#[test]
fn vis_2_problem_and_help_are_recorded_by_category() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .item("停车");
    let item = desk.form.get("item").to_owned();
    assert!(item.starts_with("inquiry."), "{item}");
    desk.choose("content", "问临时停车怎么收费")
        .set("answer", "前两小时免费，之后每小时 3 元");
    let number = desk.made("answer").case();
    let case = clerk.case(&number);
    case.must_say("咨询")
        .must_say("停车")
        .must_say("问临时停车怎么收费")
        .must_say("前两小时免费，之后每小时 3 元");
    clerk.get("/cases?view=all&kind=inquiry").must_say(&number);
    clerk.get("/cases?view=all&kind=request").must_not_say(&number);
}

#[test]
fn vis_10_calls_visits_and_people_are_confidential() {
    let w = World::new();
    let clerk = w.clerk();
    let made = story::report(&clerk).made("send");
    let number = made.case();
    // Nobody outside.
    let stranger = w.stranger();
    for path in [
        format!("/cases/{number}"),
        "/contacts".into(),
        "/desk".into(),
        "/find?q=1-1".into(),
        "/journal".into(),
        "/households".into(),
    ] {
        let page = stranger.get(&path);
        page.must_not_say(story::NAME);
        assert!(page.url.contains("/sign-in"), "{path} led to {}", page.url);
    }
    assert_ne!(stranger.get("/r/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status, 200);
    // Nor who has no part in it: the administrator of the machine, another department's worker, another vendor.
    w.staff("admin")
        .get(&format!("/cases/{number}"))
        .is(403)
        .must_not_say(story::NAME);
    w.staff("admin").get("/contacts").is(403);
    for login in ["baojie02", "waibao", "zhixu02"] {
        let who = w.staff(login);
        who.get(&format!("/cases/{number}")).is(404).must_not_say(story::NAME);
        who.get("/cases?view=all").must_not_say(&number);
    }
    // What was shown is left in no cache.
    assert!(clerk.case(&number).header("cache-control").contains("no-store"));
}

// Visitors. The forms are those that the pages offer.

/// A visitor at the desk; returns the id of the record.
fn begun(clerk: &Person) -> String {
    let form = clerk.get("/visits").form("/visits");
    let page = clerk.send(&form);
    page.is(200);
    let id = page.url.rsplit('/').next().unwrap_or_default();
    id.split('?').next().unwrap_or_default().to_owned()
}

/// Fills in the form of a step and sends it, at the desk or at the gate.
#[track_caller]
fn does_at(who: &Person, place: &str, id: &str, act: &str, fill: &[(&str, &str)]) -> Page {
    let page = who.get(&format!("{place}/{id}"));
    page.is(200);
    let mut form = match act {
        // These buttons send the form of the particulars: what was typed and not saved goes along.
        "ask_host" | "link" => {
            assert!(
                page.html.contains(&format!("formaction=\"{place}/{id}/{act}\"")),
                "no button"
            );
            let mut form = page.form(&format!("{id}/describe"));
            form.action = format!("{place}/{id}/{act}");
            form.put("how", "phone");
            form
        }
        _ => page.form(&format!("{id}/{act}")),
    };
    for (name, value) in fill {
        if *name == "answer" || (act == "leave" && *name == "badge_back") {
            form.put(name, value);
        } else {
            form.set(name, value);
        }
    }
    who.send(&form)
}

#[track_caller]
fn does(who: &Person, id: &str, act: &str, fill: &[(&str, &str)]) -> Page {
    let page = does_at(who, "/visits", id, act, fill);
    page.is(200);
    page
}

#[track_caller]
fn refused(who: &Person, id: &str, act: &str, fill: &[(&str, &str)], why: &str) {
    does_at(who, "/visits", id, act, fill).is(422).must_say(why);
}

const VISITOR: &str = "司马何明远";

/// A visitor whose particulars are filled in.
fn described(clerk: &Person) -> String {
    let id = begun(clerk);
    let fill = [
        ("name", VISITOR),
        ("host", story::NAME),
        ("unit", "1-1-0101"),
        ("reason", "送家具"),
        ("plate", "浙A66Q88"),
        ("people", "2"),
    ];
    does(clerk, &id, "describe", &fill);
    id
}

fn checked(clerk: &Person, id: &str, as_expected: &str) {
    let fill = [
        ("kind", "id_card"),
        ("number", "11010519491231002X"),
        ("as_expected", as_expected),
    ];
    does(clerk, id, "check_document", &fill);
}

fn agreed(clerk: &Person, id: &str) {
    does(clerk, id, "ask_host", &[]);
    does(clerk, id, "host_answer", &[("how", "phone"), ("answer", "yes")]);
}

/// A visitor who is inside, with a badge.
fn inside(clerk: &Person, badge: &str) -> String {
    let id = described(clerk);
    checked(clerk, &id, "yes");
    agreed(clerk, &id);
    does(clerk, &id, "enter", &[("badge", badge)]).must_say("已放行");
    id
}

/// The secret address that a page shows.
fn address(page: &Page) -> String {
    let at = page
        .html
        .find("/h/")
        .unwrap_or_else(|| panic!("no address: {}", page.text()));
    page.html[at..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_'))
        .collect()
}

#[test]
fn rec_5_a_visitors_record_begins_with_one_key_and_takes_its_arrival_time() {
    let w = World::new();
    let clerk = w.clerk();
    // The key stands on the desk's page and on the visitors' own.
    for page in ["/desk", "/visits"] {
        let tags = html::tags(&clerk.get(page).html);
        assert!(
            tags.iter()
                .any(|t| t.name == "button" && t.attr("data-key") == Some("F8")),
            "{page}"
        );
    }
    let now = w.now();
    let form = clerk.get("/desk").form("/visits");
    let page = clerk.send(&form);
    page.is(200).must_say("已记下到访时间").must_say(&clock(now));
    w.wait(7 * MINUTE);
    let id = page
        .url
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .split('?')
        .next()
        .unwrap_or_default()
        .to_owned();
    // What is filled in later does not move it.
    does(&clerk, &id, "describe", &[("name", VISITOR)]).must_say(&clock(now));
    clerk.get("/visits").must_say(VISITOR).must_say("在前台等候");
}

#[test]
fn vis_3_a_visitor_is_registered_wears_a_badge_and_gives_it_back() {
    let w = World::new();
    let (clerk, guard) = (w.clerk(), w.staff("zhixu02"));
    let id = begun(&clerk);
    checked(&clerk, &id, "yes");
    does(&clerk, &id, "host_answer", &[("how", "phone"), ("answer", "yes")]);
    // Nobody comes in without name, reason, host and unit, nor without a badge.
    let bare = does_at(&clerk, "/visits", &id, "enter", &[("badge", "A1")]);
    bare.is(422)
        .must_say("来访人姓名")
        .must_say("事由")
        .must_say("被访人")
        .must_say("VIS-3");
    does_at(&clerk, "/visits", &id, "describe", &[("unit", "1-1-9999")])
        .is(422)
        .must_say("没有这个房号");
    // What is lacking is named, and no more than that.
    let page = does(&clerk, &id, "describe", &[("name", VISITOR), ("reason", "面试")]);
    page.must_say("填写被访人、被访房号或部门").must_not_say("填写来访人");
    let fill = [
        ("name", VISITOR),
        ("host", "管理处王经理"),
        ("unit", "管理处"),
        ("reason", "面试"),
    ];
    does(&clerk, &id, "describe", &fill);
    refused(&clerk, &id, "enter", &[], "访客证号");
    clerk.get(&format!("/visits/{id}")).must_say("请提醒访客佩戴访客证");
    does(&clerk, &id, "enter", &[("badge", "a1")]).must_say("访客证 A1");
    // A badge is out once; who is inside stands on the board, for the guard too.
    let other = described(&clerk);
    checked(&clerk, &other, "yes");
    agreed(&clerk, &other);
    refused(&clerk, &other, "enter", &[("badge", "A1")], "还没有交还");
    guard.get("/gate").must_say(VISITOR).must_say("A1");
    // Too long inside is told, and stands out.
    w.wait(13 * HOUR);
    let clerk = w.clerk();
    assert!(
        w.until(|| clerk.get("/visits").says("1 人超时未离开")),
        "nobody is told"
    );
    clerk.get("/notices").must_say("访客超时未离开");
    // Left without the badge: why, and it stays on the list until it is back.
    let page = clerk.get(&format!("/visits/{id}"));
    let mut form = page.form(&format!("{id}/leave"));
    form.put("badge_back", "0");
    clerk.send(&form).is(422).must_say("访客证没有交还的原因");
    form.put("badge_back", "0").put("note", "证掉在车里");
    clerk.send(&form).is(200).must_say("已离开");
    clerk.get("/visits").must_say("未交还的访客证").must_say("A1");
    does(&clerk, &id, "badge_back", &[]);
    clerk.get("/visits").must_not_say("未交还的访客证");
    // A correction keeps the old value.
    does(&clerk, &id, "describe", &[("reason", "来面试保洁岗位")]);
    let page = clerk.get(&format!("/visits/{id}"));
    assert!(
        page.html.contains("class=\"was\" data-content>面试<"),
        "{}",
        page.text()
    );
    // The register: found by name and state, on paper, and as a file whose taking is logged.
    let query = format!("q={}&state=left", html::encode(VISITOR));
    clerk
        .get(&format!("/visits/register?{query}"))
        .must_say("来面试保洁岗位")
        .must_say("尾号 002X");
    clerk.get("/visits/register?state=expected").must_not_say(VISITOR);
    clerk
        .get(&format!("/visits/print?{query}"))
        .must_say("访客登记")
        .must_say("来面试保洁岗位");
    clerk.get(&format!("/visits/export?{query}")).is(403);
    let head = w.staff("lihuimin");
    let file = head.get(&format!("/visits/export?{query}"));
    assert!(file.status == 200 && file.header("content-type").contains("spreadsheet"));
    head.get("/journal").must_say("导出");
}

#[test]
fn vis_4_the_document_is_checked_and_no_more_is_kept_than_needed() {
    let w = World::new();
    let clerk = w.clerk();
    let id = described(&clerk);
    does(&clerk, &id, "host_answer", &[("how", "phone"), ("answer", "yes")]);
    refused(&clerk, &id, "enter", &[("badge", "B1")], "还没有核对证件");
    // A number that cannot be one is said so; of the right one four characters are kept.
    let wrong = [
        ("kind", "id_card"),
        ("number", "110105194912310021"),
        ("as_expected", "yes"),
    ];
    refused(&clerk, &id, "check_document", &wrong, "身份证号码有误");
    w.wait(MINUTE);
    checked(&clerk, &id, "no");
    clerk
        .get(&format!("/visits/{id}"))
        .must_say("尾号 002X")
        .must_not_say("19491231");
    for name in ["sansheng.db", "sansheng.db-wal"] {
        let bytes = std::fs::read(w.dir().join(name)).unwrap_or_default();
        assert!(!bytes.windows(11).any(|b| b == b"19491231002"), "{name}");
    }
    // Not the one whom the host expects: not without the host's yes to this one.
    refused(&clerk, &id, "enter", &[("badge", "B1")], "来人与被访人所说不符");
    w.wait(MINUTE);
    agreed(&clerk, &id);
    does(&clerk, &id, "enter", &[("badge", "B1")]);
    does(&clerk, &id, "leave", &[("badge_back", "1")]);
    let number = clerk
        .get(&format!("/visits/{id}"))
        .numbers("FK")
        .pop()
        .expect("a number");
    // The register corrects the name; the old one stays to be read.
    let mut form = clerk
        .get(&format!("/registers/visitors/correct?number={number}&id={id}"))
        .form("/correct");
    form.set("field", "col-name")
        .set("text", "何晓明")
        .set("reason", "证件上是何晓明");
    clerk.send(&form).is(200).must_say("何晓明").must_say(VISITOR);
    let books = ["/registers/visitors", "/registers/visitors/print"];
    for book in books {
        clerk.get(book).must_say("何晓明").must_say("证件上是何晓明");
    }
    // After the set time who it was is gone; that there was a visit, and the chain, stay.
    w.wait(91 * DAY);
    let clerk = w.clerk();
    assert!(
        w.until(|| clerk.get(&format!("/visits/{id}")).says("个人信息已删除")),
        "nothing is deleted: {}",
        clerk.get(&format!("/visits/{id}")).text()
    );
    let page = clerk.get(&format!("/visits/{number}"));
    page.must_not_say(VISITOR)
        .must_not_say("送家具")
        .must_not_say("002X")
        .must_say("1-1-0101");
    clerk.get("/visits/register").must_say(&number).must_not_say(VISITOR);
    // Neither name comes back by the correction, on the page, on paper or in the journal; nor is there anything to correct.
    for book in books {
        clerk
            .get(book)
            .must_say(&number)
            .must_not_say("何晓明")
            .must_not_say(VISITOR);
    }
    clerk.send(&form).is(422).must_say("姓名已经删除");
    w.staff("lihuimin")
        .get("/journal?kind=register_corrected")
        .must_say("更正登记")
        .must_not_say("何晓明")
        .must_not_say(VISITOR);
    w.staff("lihuimin")
        .get(&format!("/journal/visit/{id}"))
        .must_not_say(VISITOR)
        .must_say("按期删除访客的个人信息");
    assert!(w.journal_holds(), "the chain is whole");
}

#[test]
fn vis_5_the_host_is_asked_and_a_refusal_is_respected() {
    let w = World::new();
    let (clerk, host) = (w.clerk(), w.resident());
    let id = described(&clerk);
    checked(&clerk, &id, "yes");
    refused(&clerk, &id, "enter", &[("badge", "C1")], "被访人还没有同意");
    // Asked by phone: the clock runs, and a host who does not answer is told of.
    let at = w.now();
    does(&clerk, &id, "ask_host", &[]).must_say(&format!("{} 已联系被访人，等待答复", clock(at)));
    w.wait(5 * MINUTE + 1000);
    assert!(
        w.until(|| clerk.get(&format!("/visits/{id}")).says("到时未答复")),
        "no limit"
    );
    assert!(w.until(|| clerk.get("/notices").says("被访人未答复")), "nobody is told");
    // No: on record with its time, and nobody lets the visitor in.
    w.wait(MINUTE);
    let at = w.now();
    does(
        &clerk,
        &id,
        "host_answer",
        &[("how", "phone"), ("answer", "no"), ("note", "不认识")],
    )
    .must_say(&format!("被访人不同意（电话，{}）", clock(at)))
    .must_say("不认识");
    refused(&clerk, &id, "enter", &[("badge", "C1")], "被访人不同意来访，不能放行");
    assert!(
        !clerk.get(&format!("/visits/{id}")).html.contains("/ask_host\""),
        "asked again all the same"
    );
    clerk
        .post(&format!("/visits/{id}/ask_host"), &[("how", "phone")])
        .is(422);
    clerk
        .post(
            &format!("/visits/{id}/host_answer"),
            &[("how", "phone"), ("answer", "yes")],
        )
        .is(422)
        .must_say("现在同意的原因");
    does(&clerk, &id, "turn_away", &[("reason", "被访人不同意")]).must_say("未放行");
    refused_over(&clerk, &id);

    // Asked by a link: the host's own hand, and no other's.
    let id = described(&clerk);
    checked(&clerk, &id, "yes");
    let page = does(&clerk, &id, "link", &[]);
    let link = address(&page);
    let staff = clerk.get(&link);
    assert!(!staff.html.contains("/answer\""), "staff do not answer for the host");
    clerk.post(&format!("{link}/answer"), &[("answer", "yes")]).is(403);
    refused(&clerk, &id, "enter", &[("badge", "C1")], "被访人还没有同意");
    let mine = host.get(&link);
    mine.must_say("可以让对方进来吗")
        .must_say(VISITOR)
        .must_say("送家具")
        .must_not_say("002X");
    let mut form = mine.form("/answer");
    form.put("answer", "yes");
    let at = w.now();
    host.send(&form).is(200).must_say("被访人同意");
    clerk
        .get(&format!("/visits/{id}"))
        .must_say(&format!("被访人同意（链接，{}）", clock(at)));
    clerk.get("/notices").must_say("被访人已答复");
    // The host may think otherwise until the visitor is in.
    w.wait(MINUTE);
    let mut form = host.get(&link).form("/answer");
    form.put("answer", "no");
    host.send(&form).is(200);
    refused(&clerk, &id, "enter", &[("badge", "C1")], "被访人不同意来访");
    w.wait(MINUTE);
    let mut form = host.get(&link).form("/answer");
    form.put("answer", "yes");
    host.send(&form).is(200);
    does(&clerk, &id, "enter", &[("badge", "C1")]);
    host.get(&link).must_say("不用再答复");
    w.wait(25 * HOUR);
    host.get(&link).is(410);
}

#[track_caller]
#[test]
fn vis_5_whoever_is_asked_is_named_and_what_was_typed_is_saved_with_the_asking() {
    let w = World::new();
    let clerk = w.clerk();
    let id = begun(&clerk);
    // Nobody is asked about nobody, and no address is made.
    for act in ["ask_host", "link"] {
        let page = does_at(&clerk, "/visits", &id, act, &[("reason", "送家具")]);
        page.is(422)
            .must_say("来访人姓名")
            .must_say("被访人或房号")
            .must_say("VIS-5");
        assert!(!page.html.contains("/h/"), "an address was made");
        // What was typed stands in the form again.
        assert_eq!(page.form(&format!("{id}/describe")).get("reason"), "送家具");
    }
    // A unit that is not there is said, and nobody is asked.
    let fill = [("name", VISITOR), ("unit", "1-1-9999")];
    let page = does_at(&clerk, "/visits", &id, "link", &fill);
    page.is(422).must_say("没有这个房号");
    assert_eq!(page.form(&format!("{id}/describe")).get("name"), VISITOR);
    // Typed and not saved, then asked: both are done.
    let fill = [
        ("name", VISITOR),
        ("host", story::NAME),
        ("unit", "1-1-0101"),
        ("reason", "送家具"),
    ];
    let page = does(&clerk, &id, "link", &fill);
    let _ = address(&page);
    page.must_say("等待答复").must_say(VISITOR);
    let form = clerk.get(&format!("/visits/{id}")).form(&format!("{id}/describe"));
    assert_eq!((form.get("name"), form.get("reason")), (VISITOR, "送家具"));
    // Another step takes it along too (the page's script adds it), and an alarm is not held up by it.
    let mut form = clerk
        .get(&format!("/visits/{id}"))
        .form(&format!("{id}/check_document"));
    let seen = clerk
        .get(&format!("/visits/{id}"))
        .form(&format!("{id}/describe"))
        .get("seen")
        .to_owned();
    let typed = [
        ("d.seen", seen.as_str()),
        ("d.name", VISITOR),
        ("d.host", story::NAME),
        ("d.unit", "1-1-0101"),
        ("d.reason", "送冰箱"),
        ("d.people", "1"),
    ];
    for (name, value) in typed {
        form.put(name, value);
    }
    form.set("kind", "id_card")
        .set("number", "002X")
        .set("as_expected", "yes");
    clerk.send(&form).is(200).must_say("尾号 002X").must_say("送冰箱");
    let mut form = clerk.get(&format!("/visits/{id}")).form(&format!("{id}/alarm"));
    for (name, value) in [("d.seen", "-"), ("d.name", VISITOR), ("d.unit", "1-1-9999")] {
        form.put(name, value);
    }
    form.set("kind", "danger").set("what", "身上带刀");
    clerk.send(&form).is(200).must_say("身上带刀");
}

fn refused_over(clerk: &Person, id: &str) {
    clerk
        .post(&format!("/visits/{id}/enter"), &[("badge", "Z9")])
        .is(422)
        .must_say("这次来访已结束");
}

#[test]
fn vis_5_an_expected_visitor_comes_in_by_a_code_once_and_in_time() {
    let w = World::new();
    let (clerk, guard, host) = (w.clerk(), w.staff("zhixu02"), w.resident());
    // The household announces by its own link.
    let mut form = clerk.get("/visits").form("/visits/invite");
    form.set("unit", "1-1-0101").set("host", story::NAME);
    let link = address(&clerk.send(&form));
    let announce = |name: &str, from: i64, until: i64| {
        let mut form = host.get(&link).form("/announce");
        form.set("name", name).set("plate", "浙A66Q88").set("reason", "做客");
        form.set("from", &field(from)).set("until", &field(until));
        host.send(&form)
    };
    let now = w.now();
    announce(VISITOR, now, now - HOUR).is(422).must_say("结束时间");
    let page = announce(VISITOR, now + HOUR, now + 3 * HOUR);
    page.is(200).must_say("等待到访");
    let code = |page: &Page| -> String {
        let at = page.html.find("id=\"code-").expect("a code");
        let text: String = page.html[at..]
            .split('>')
            .nth(1)
            .unwrap_or_default()
            .split('<')
            .next()
            .unwrap_or_default()
            .into();
        text.replace(' ', "")
    };
    let first = code(&page);
    assert!(first.len() == 8 && first.bytes().all(|b| b.is_ascii_digit()), "{first}");
    // At the gate the code leads to the visit in one step; too early it opens nothing.
    let found = guard.get(&format!("/gate?code={first}"));
    found.is(200).must_say(VISITOR).must_say("1-1-0101");
    let id = found.url.rsplit('/').next().unwrap_or_default().to_owned();
    does_at(&guard, "/gate", &id, "arrive", &[])
        .is(422)
        .must_say("现在还早");
    w.wait(HOUR + MINUTE);
    does_at(&guard, "/gate", &id, "arrive", &[]).is(200);
    // Used once: the same code finds nobody any more.
    guard
        .get(&format!("/gate?code={first}"))
        .is(404)
        .must_say("这个通行码无效");
    // The host has agreed beforehand; the document is looked at all the same.
    does_at(&guard, "/gate", &id, "enter", &[("badge", "G1")])
        .is(422)
        .must_say("核对证件");
    let fill = [("kind", "id_card"), ("number", "002X"), ("as_expected", "yes")];
    does_at(&guard, "/gate", &id, "check_document", &fill).is(200);
    does_at(&guard, "/gate", &id, "enter", &[("badge", "G1")])
        .is(200)
        .must_say("在内");
    host.get(&link).must_say("已进入");
    // Another is taken back, another is not used in time.
    let now = w.now();
    let second = code(&announce("王二", now, now + HOUR));
    let mut form = host.get(&link).form("/withdraw");
    assert!(!form.get("visit").is_empty());
    form.fields.retain(|(n, _)| n != "_");
    host.send(&form).is(200);
    guard.get(&format!("/gate?code={second}")).is(404);
    let third = code(&announce("赵三", now, now + HOUR));
    guard.get(&format!("/gate?code={third}")).is(200);
    w.wait(HOUR + MINUTE);
    assert!(
        w.until(|| guard.get(&format!("/gate?code={third}")).status == 404),
        "good for ever"
    );
    // What was announced is in the journal, the code is not.
    w.staff("lihuimin")
        .get(&format!("/journal/visit/{id}"))
        .must_say("登记预约访客")
        .must_not_say(&first);
    // The desk announces for a host who calls.
    let now = w.now();
    let mut form = clerk.get("/visits/expect").form("/visits/expect");
    form.set("name", "李四")
        .set("host", story::NAME)
        .set("unit", "1-1-0101");
    form.set("from", &field(now)).set("until", &field(now + 2 * HOUR));
    clerk.send(&form).is(200).must_say("通行码");
    clerk.get("/visits").must_say("李四");
}

#[test]
fn vis_6_a_visitor_is_accompanied_if_the_host_wants_it() {
    let w = World::new();
    let clerk = w.clerk();
    let id = described(&clerk);
    checked(&clerk, &id, "yes");
    let fill = [("how", "phone"), ("accompany", "1"), ("answer", "yes")];
    does(&clerk, &id, "host_answer", &fill).must_say("被访人要求有人陪同");
    refused(&clerk, &id, "enter", &[("badge", "D1")], "请填写陪同人");
    does(&clerk, &id, "enter", &[("badge", "D1"), ("accompanied_by", "马军")]).must_say("陪同人 马军");
    does(&clerk, &id, "accompany", &[("accompanied_by", "胡勇")]).must_say("陪同人 胡勇");
}

#[test]
fn vis_7_danger_is_reported_to_security_at_once_and_its_instructions_are_followed() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("zhaolixin"));
    let id = described(&clerk);
    checked(&clerk, &id, "yes");
    agreed(&clerk, &id);
    refused(&clerk, &id, "alarm", &[("kind", "danger"), ("what", " ")], "情况");
    does(&clerk, &id, "alarm", &[("kind", "danger"), ("what", "包里有刀")]).must_say("等待指示");
    let told = head.get("/notices");
    // Who reports it, what it is and where the visitor wanted to: whoever runs there need not open a page first.
    told.must_say("门岗报告危险或犯罪迹象")
        .must_say("陈晓雯")
        .must_say("报告危险：包里有刀")
        .must_say("1-1-0101");
    clerk.get(&format!("/visits/{id}")).must_say("没有指示前不能放行");
    // Nobody is let in before security says what to do; what it says is on record.
    refused(
        &clerk,
        &id,
        "enter",
        &[("badge", "E1")],
        "在秩序维护部给出指示前不能放行",
    );
    let at = w.now();
    does(
        &head,
        &id,
        "instruct",
        &[("from", "赵立新"), ("text", "刀具寄存后放行")],
    );
    clerk
        .get(&format!("/visits/{id}"))
        .must_say("赵立新 · 刀具寄存后放行")
        .must_say(&clock(at));
    does(&clerk, &id, "enter", &[("badge", "E1")]);
    // Of somebody who is inside nobody says that they may not be let in; the lists mark them until security has spoken, and after.
    does(&clerk, &id, "alarm", &[("kind", "crime"), ("what", "撬自行车锁")])
        .must_say("访客已在内")
        .must_not_say("没有指示前不能放行");
    let guard = w.staff("zhixu02");
    for (who, list) in [(&clerk, "/visits"), (&guard, "/gate")] {
        who.get(list).must_say("犯罪迹象");
    }
    does(&clerk, &id, "leave", &[("badge_back", "1")]).must_not_say("访客已在内");
    // What was said goes with what says who came.
    w.wait(91 * DAY);
    let clerk = w.clerk();
    assert!(
        w.until(|| clerk.get(&format!("/visits/{id}")).says("个人信息已删除")),
        "nothing is deleted"
    );
    w.staff("zhaolixin").get("/notices").must_not_say("撬自行车锁");
}

#[test]
fn vis_8_for_serious_misconduct_reception_is_refused_with_reason_and_report() {
    let w = World::new();
    let clerk = w.clerk();
    let id = described(&clerk);
    refused(
        &clerk,
        &id,
        "refuse_reception",
        &[("reason", "辱骂前台"), ("reported_to", "")],
        "已报告秩序维护部的谁",
    );
    refused(
        &clerk,
        &id,
        "refuse_reception",
        &[("reason", ""), ("reported_to", "赵立新")],
        "原因",
    );
    let fill = [("reason", "辱骂并推搡前台人员"), ("reported_to", "赵立新")];
    does(&clerk, &id, "refuse_reception", &fill)
        .must_say("未放行")
        .must_say("辱骂并推搡前台人员")
        .must_say("赵立新");
    refused_over(&clerk, &id);
    clerk.get("/visits/register?state=turned_away").must_say(VISITOR);
}

#[test]
fn vis_9_a_call_to_the_police_is_on_record() {
    let w = World::new();
    let clerk = w.clerk();
    let id = described(&clerk);
    does(&clerk, &id, "alarm", &[("kind", "crime"), ("what", "撬锁被发现")]);
    let at = w.now();
    let ahead = [
        ("called_at", field(at + HOUR)),
        ("caller", "陈晓雯".into()),
        ("what", "撬锁".into()),
    ];
    let ahead: Vec<(&str, &str)> = ahead.iter().map(|(n, v)| (*n, v.as_str())).collect();
    refused(&clerk, &id, "police", &ahead, "不能晚于现在");
    refused(&clerk, &id, "police", &[("what", "撬锁")], "报警人");
    let fill = [
        ("caller", "陈晓雯"),
        ("police_number", "110-0457"),
        ("what", "有人撬锁"),
    ];
    does(&clerk, &id, "police", &fill)
        .must_say("已报警")
        .must_say(&clock(at))
        .must_say("陈晓雯")
        .must_say("110-0457");
    // One press makes a call for help of it, with what is known filled in, once.
    let page = clerk.send(&clerk.get(&format!("/visits/{id}")).form(&format!("{id}/help")));
    page.is(200)
        .must_say("撬锁被发现")
        .must_say("盗抢侵入")
        .must_say("应急");
    let number = page.numbers("QZ").pop().expect("a call for help");
    clerk.get(&format!("/visits/{id}")).must_say(&number);
    clerk
        .post(&format!("/visits/{id}/help"), &[])
        .is(422)
        .must_say("已登记过求助事件");
}

#[test]
fn vis_10_visits_are_confidential() {
    let w = World::new();
    let clerk = w.clerk();
    let id = inside(&clerk, "F1");
    let paths = [
        "/visits".to_owned(),
        "/visits/register".to_owned(),
        format!("/visits/{id}"),
    ];
    for path in &paths {
        let page = w.stranger().get(path);
        assert!(page.url.contains("/sign-in"), "{path} led to {}", page.url);
        page.must_not_say(VISITOR);
        for login in ["wangjianguo", "waibao", "admin"] {
            w.staff(login).get(path).is(403).must_not_say(VISITOR);
        }
    }
    assert_ne!(w.resident().get("/h/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status, 200);
    assert!(clerk.get(&paths[2]).header("cache-control").contains("no-store"));
    // What was read of a document, the words and the names are nobody's in the journal's chain: the erasable table has them.
    w.staff("lihuimin").get("/journal").must_say("登记访客到访");
    assert!(w.journal_holds());
}
