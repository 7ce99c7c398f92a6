//! Stretches of work that several clauses begin from.

use crate::world::{Desk, Page, Person, World};

/// A caller who is not in the archive.
pub const NAME: &str = "周敏";
pub const PHONE: &str = "13857126688";
pub const UNIT: &str = "99-1-1201";

/// A form with a caller and a request for free work of our own department: a dripping corridor pipe.
pub fn report<'a>(clerk: &'a Person) -> Desk<'a> {
    let mut desk = clerk.desk();
    desk.caller(NAME, PHONE, UNIT)
        .item("楼道灯不亮")
        .choose("content", "三楼楼道的灯不亮");
    desk.set("place", "99 栋 1 单元三楼楼道");
    desk
}

/// Registers a free request and sends it to the demo's worker; returns its number.
pub fn sent(world: &World, clerk: &Person) -> String {
    let _unused = world;
    let mut desk = report(clerk);
    let worker = desk.form.offer("worker", "王建国").expect("the worker on duty");
    desk.choose("worker", &worker);
    desk.made("send").case()
}

/// Takes a sent case to the state where the work is done.
pub fn worked(world: &World, worker: &Person, number: &str) -> Page {
    world.wait(5 * crate::world::MINUTE);
    worker.done(number, "accept", &[]);
    worker.done(number, "arrive", &[]);
    world.wait(20 * crate::world::MINUTE);
    worker.done(
        number,
        "complete",
        &[("done", "更换声控开关，已亮"), ("no_photo_reason", "现场光线不足")],
    )
}

/// The customer declines to sign; the head of security is the witness.
pub fn declined(clerk: &Person, number: &str) -> Page {
    let mut form = clerk.step_form(number, "confirm");
    form.set("how", "declined")
        .set("reason", "住户说不用签")
        .pick("witness", "赵立新");
    let page = clerk.send(&form);
    page.is(200);
    page
}

/// Calls the customer back.
pub fn called_back(clerk: &Person, number: &str, solved: bool) -> Page {
    let (solved, how) = if solved {
        ("true", "very_satisfied")
    } else {
        ("false", "dissatisfied")
    };
    clerk.done(
        number,
        "callback",
        &[("result", "reached"), ("solved", solved), ("satisfaction", how)],
    )
}

/// The customer's secret address, as the worker hands it over.
pub fn resident_link(worker: &Person, number: &str) -> String {
    let order = worker.case(number).numbers("LX").pop().expect("the work order");
    let page = worker.post(&format!("/tasks/{order}/link"), &[]);
    page.is(200);
    let at = page
        .html
        .find("/r/")
        .unwrap_or_else(|| panic!("no link: {}", page.html));
    page.html[at..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_'))
        .collect()
}

/// A post of its own, held around the clock, made by the project manager; returns its id.
pub fn post(manager: &Person, name: &str) -> String {
    let mut form = manager.get("/roster/posts").form("/roster/posts");
    form.set("name", name)
        .pick("department", "管理处")
        .set("extension", "8099")
        .set("checklist", "台面整洁 | Desk tidy\n电话试拨正常 | Phone works");
    let page = manager.send(&form);
    page.is(200);
    let id = page.url.rsplit('/').next().unwrap_or_default().to_owned();
    assert!(page.url.contains("/roster/posts/"), "{}: {}", page.url, page.text());
    id
}

/// Puts somebody on a shift of today (`2026-11-28`, `10:30-18:30`).
pub fn shift(manager: &Person, post: &str, name: &str, day: &str, hours: &str) -> Page {
    let page = manager.get(&format!("/roster/shifts/new?post={post}&day={day}"));
    let mut form = page.form("/roster/shifts");
    form.pick("staff", name).set("pattern", "").set("hours", hours);
    manager.send(&form)
}

/// Opens the check-in that somebody is asked for and says that everything is in order.
pub fn checked_in(who: &Person) -> Page {
    let asked = who.get("/duty/asked");
    let mut form = asked.form(
        asked
            .url
            .split("/duty/")
            .nth(1)
            .and_then(|p| p.split('?').next())
            .unwrap_or("check-in"),
    );
    let all: Vec<String> = form
        .controls
        .iter()
        .filter(|c| c.name == "ok")
        .flat_map(|c| c.options.iter().map(|o| o.0.clone()))
        .collect();
    form.fields.retain(|(n, _)| n != "ok");
    form.fields.extend(all.into_iter().map(|c| ("ok".to_owned(), c)));
    who.send(&form)
}
