//! Accounts: who may make, change and end whose, and what ends with them.

use domain::access::{Action, Role};
use domain::ids::{SiteId, StaffId};
use store::testing::for_both;

use crate::account;
use crate::error::Error;
use crate::staff::{self, NewStaff, RoleAt};
use crate::testing::{PASSWORD, World};

fn new(login: &str) -> NewStaff {
    NewStaff {
        login: login.into(),
        name: "张伟".into(),
        employee_no: login.to_uppercase(),
        ..NewStaff::default()
    }
}

fn desk_role(w: &World) -> RoleAt {
    RoleAt {
        site: w.site.clone(),
        role: Role::FrontDesk,
        department: Some(w.department("customer_service")),
    }
}

fn key(e: &Error) -> &'static str {
    match e {
        Error::Invalid(f) => f[0].key,
        Error::Refused(r) => r.rule,
        Error::Forbidden(k) => k,
        Error::NotFound => "not-found",
        Error::Conflict { .. } => "conflict",
        Error::Throttled { .. } => "throttled",
        other => panic!("{other}"),
    }
}

#[test]
fn a_first_password_is_shown_once_and_must_be_changed() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::ProjectManager);
        let made = staff::create(&w.desk, &ctx, "k1", &new(" ZhangWei "), Some(desk_role(&w))).unwrap();
        let pass = made.password.unwrap();
        assert!(crate::password::weakness(&pass, "zhangwei").is_none(), "{pass}");
        let again = staff::create(&w.desk, &ctx, "k1", &new(" ZhangWei "), Some(desk_role(&w))).unwrap();
        assert_eq!((again.id, again.password), (made.id.clone(), None));
        let taken = staff::create(&w.desk, &ctx, "k2", &new("zhangwei"), Some(desk_role(&w))).unwrap_err();
        assert!(["login-taken", "employee-no-taken"].contains(&key(&taken)), "{taken}");

        let s = account::sign_in(&w.desk, "ZHANGWEI", &pass, "192.0.2.1", "test").unwrap();
        let now = w.desk.clock.now();
        let secret = s.secret.clone();
        let session = w
            .desk
            .read_now(move |c| account::by_cookie(c, &secret, now))
            .unwrap()
            .unwrap();
        assert!(session.must_change && session.actor.roles == [Role::FrontDesk]);
        let own = crate::ctx::Ctx {
            actor: crate::ctx::Actor::Staff(session.actor),
            ..w.ctx(Role::FrontDesk)
        };
        let wrong = account::change_password(&w.desk, &own, "zhangwei", "not-it-at-all", "another-one-7").unwrap_err();
        assert_eq!(key(&wrong), "password-wrong");
        assert_eq!(
            key(&account::change_password(&w.desk, &own, "zhangwei", &pass, "zhangwei77").unwrap_err()),
            "password-too-simple"
        );
        let differ = account::change_password_twice(&w.desk, &own, "zhangwei", &pass, "another-one-7", "another-one-8")
            .unwrap_err();
        assert_eq!(key(&differ), "password-differs");
        account::change_password(&w.desk, &own, "zhangwei", &pass, "another-one-7").unwrap();
        let secret = s.secret;
        let kept = w
            .desk
            .read_now(move |c| account::by_cookie(c, &secret, now))
            .unwrap()
            .unwrap();
        assert!(!kept.must_change);
    });
}

#[test]
fn nobody_manages_who_is_mightier() {
    for_both(|db| {
        let w = World::new(db);
        for (who, may) in [
            (Role::ProjectManager, true),
            (Role::Administration, true),
            (Role::CsHead, false),
            (Role::FrontDesk, false),
        ] {
            let ctx = w.ctx(who);
            let target = w.staff(Role::Worker);
            let done = staff::reset_password(&w.desk, &ctx, &target);
            assert_eq!(done.is_ok(), may, "{who}");
        }
        let pm = w.ctx(Role::ProjectManager);
        for role in [Role::Sysadmin, Role::GeneralManager, Role::Quality] {
            let refused = staff::reset_password(&w.desk, &pm, &w.staff(role)).unwrap_err();
            assert_eq!(key(&refused), "forbidden-mightier", "{role}");
            let (id, r) = (
                w.staff(Role::FrontDesk),
                RoleAt {
                    site: w.site.clone(),
                    role,
                    department: None,
                },
            );
            let refused = w
                .desk
                .write_now(&pm, move |tx, ctx| staff::grant(tx, ctx, &id, &r))
                .unwrap_err();
            assert_eq!(key(&refused), "forbidden-mightier", "{role}");
        }
        // One's own account does not become mightier either.
        let (id, r) = (
            w.staff(Role::ProjectManager),
            RoleAt {
                site: w.site.clone(),
                role: Role::Sysadmin,
                department: None,
            },
        );
        assert!(
            w.desk
                .write_now(&pm, move |tx, ctx| staff::grant(tx, ctx, &id, &r))
                .is_err()
        );
        let (id, r) = (
            w.staff(Role::FrontDesk),
            RoleAt {
                site: SiteId::from("elsewhere"),
                role: Role::Worker,
                department: None,
            },
        );
        let elsewhere = w
            .desk
            .write_now(&pm, move |tx, ctx| staff::grant(tx, ctx, &id, &r))
            .unwrap_err();
        assert_eq!(key(&elsewhere), "forbidden-staff-elsewhere");
        // Vendors' contacts belong to vendors, and nobody else does.
        for (role, department) in [(Role::Vendor, "engineering"), (Role::Worker, "lift_vendor")] {
            let id = w.staff(Role::FrontDesk);
            let r = RoleAt {
                site: w.site.clone(),
                role,
                department: Some(w.department(department)),
            };
            let mixed = w
                .desk
                .write_now(&pm, move |tx, ctx| staff::grant(tx, ctx, &id, &r))
                .unwrap_err();
            assert_eq!(key(&mixed), "vendor-department", "{role}");
        }
    });
}

#[test]
fn the_last_administrator_stays() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::Sysadmin);
        let (me, site) = (w.staff(Role::Sysadmin), w.site.clone());
        let (id, s) = (me.clone(), site.clone());
        let last = w
            .desk
            .write_now(&ctx, move |tx, ctx| staff::withdraw(tx, ctx, &id, &s, Role::Sysadmin))
            .unwrap_err();
        assert_eq!(key(&last), "refuse-last-administrator");
        let id = me.clone();
        let own = w
            .desk
            .write_now(&ctx, move |tx, ctx| staff::deactivate(tx, ctx, &id, 1))
            .unwrap_err();
        assert_eq!(key(&own), "refuse-own-account");
        let (second, r) = (
            w.staff(Role::Quality),
            RoleAt {
                site: site.clone(),
                role: Role::Sysadmin,
                department: None,
            },
        );
        let id = second.clone();
        w.desk
            .write_now(&ctx, move |tx, ctx| staff::grant(tx, ctx, &id, &r))
            .unwrap();
        let s = site.clone();
        w.desk
            .write_now(&ctx, move |tx, ctx| staff::withdraw(tx, ctx, &me, &s, Role::Sysadmin))
            .unwrap();
    });
}

#[test]
fn an_ended_account_opens_nothing_and_keeps_what_it_held() {
    for_both(|db| {
        let w = World::new(db);
        let admin = w.ctx(Role::Sysadmin);
        let id = w.staff(Role::Worker);
        let made = super::case::registered(&w);
        let s = account::sign_in(&w.desk, "worker", PASSWORD, "192.0.2.1", "phone").unwrap();
        let worker = w.ctx(Role::Worker);
        w.desk
            .write_now(&worker, |tx, ctx| account::set_duty(tx, ctx, true))
            .unwrap();
        let (x, y) = (id.clone(), id.clone());
        let stale = w
            .desk
            .write_now(&admin, move |tx, ctx| staff::deactivate(tx, ctx, &x, 9))
            .unwrap_err();
        assert_eq!(key(&stale), "conflict");
        w.desk
            .write_now(&admin, move |tx, ctx| staff::deactivate(tx, ctx, &y, 1))
            .unwrap();
        let (secret, now) = (s.secret, w.desk.clock.now());
        assert!(
            w.desk
                .read_now(move |c| account::by_cookie(c, &secret, now))
                .unwrap()
                .is_none()
        );
        assert_eq!(
            key(&account::sign_in(&w.desk, "worker", PASSWORD, "192.0.2.1", "phone")
                .err()
                .unwrap()),
            "sign-in-wrong"
        );
        let (ctx, x) = (admin.clone(), id.clone());
        let detail = w.desk.read_now(move |c| staff::get(c, &ctx, &x)).unwrap();
        assert_eq!(detail.held.iter().map(|h| h.id.clone()).collect::<Vec<_>>(), [made]);
        let (site, x) = (w.site.clone(), id.clone());
        let duty = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::staff::duty_since(c, &x, &site)?))
            .unwrap();
        assert_eq!(duty, None);
        w.desk
            .write_now(&admin, move |tx, ctx| staff::activate(tx, ctx, &id, 2))
            .unwrap();
        account::sign_in(&w.desk, "worker", PASSWORD, "192.0.2.1", "phone").unwrap();
    });
}

#[test]
fn failures_make_one_wait_and_lock_nobody_out() {
    for_both(|db| {
        let w = World::new(db);
        let attempt = |login: &str, pass: &str, ip: &str| account::sign_in(&w.desk, login, pass, ip, "t").map(|_| ());
        for _ in 0..5 {
            assert_eq!(
                key(&attempt("worker", "wrong-wrong", "192.0.2.9").unwrap_err()),
                "sign-in-wrong"
            );
        }
        let Err(Error::Throttled { seconds }) = attempt("worker", PASSWORD, "192.0.2.9") else {
            panic!("no wait")
        };
        assert!((1..=2).contains(&seconds), "{seconds}");
        // The same person from elsewhere, and others from the same place, go on.
        attempt("worker", PASSWORD, "192.0.2.10").unwrap();
        attempt("front_desk", PASSWORD, "192.0.2.9").unwrap();
        w.wait(seconds * 1000);
        attempt("worker", PASSWORD, "192.0.2.9").unwrap();
        // An unknown login is refused in the same words.
        assert_eq!(
            key(&attempt("nobody", "wrong-wrong", "192.0.2.9").unwrap_err()),
            "sign-in-wrong"
        );
    });
}

#[test]
fn sessions_tokens_and_their_scopes() {
    for_both(|db| {
        let w = World::new(db);
        let here = account::sign_in(&w.desk, "front_desk", PASSWORD, "192.0.2.1", "desk").unwrap();
        let phone = account::sign_in(&w.desk, "front_desk", PASSWORD, "192.0.2.2", "phone").unwrap();
        let session = |secret: &str| {
            let (s, now) = (secret.to_owned(), w.desk.clock.now());
            w.desk.read_now(move |c| account::by_cookie(c, &s, now)).unwrap()
        };
        let actor = session(&here.secret).unwrap().actor;
        let ctx = crate::ctx::Ctx {
            actor: crate::ctx::Actor::Staff(actor),
            ..w.ctx(Role::FrontDesk)
        };
        assert_eq!(w.desk.write_now(&ctx, account::end_other_sessions).unwrap(), 1);
        assert!(session(&phone.secret).is_none() && session(&here.secret).is_some());

        let token = account::NewToken {
            name: "报表".into(),
            scopes: vec!["cases:read".into()],
            days: 30,
        };
        let bad = account::NewToken {
            scopes: vec!["cases:admin".into()],
            ..token.clone()
        };
        assert_eq!(
            key(&w
                .desk
                .write_now(&ctx, move |tx, ctx| account::token_new(tx, ctx, "", &bad))
                .unwrap_err()),
            "token-scopes"
        );
        let t = token.clone();
        let secret = w
            .desk
            .write_now(&ctx, move |tx, ctx| account::token_new(tx, ctx, "k", &t))
            .unwrap()
            .unwrap();
        assert_eq!(
            w.desk
                .write_now(&ctx, move |tx, ctx| account::token_new(tx, ctx, "k", &token))
                .unwrap(),
            None
        );
        let by_token = |now: i64| {
            let s = secret.clone();
            w.desk.read_now(move |c| account::by_token(c, &s, now)).unwrap()
        };
        let actor = by_token(w.desk.clock.now()).unwrap().actor;
        let through = crate::ctx::Ctx {
            actor: crate::ctx::Actor::Staff(actor),
            ..w.ctx(Role::FrontDesk)
        };
        assert!(through.need(Action::ViewCase).is_ok());
        assert!(through.need(Action::RegisterCase).is_err() && through.need(Action::ViewDirectory).is_err());
        let made = super::case::registered(&w);
        let cmd = domain::case::Command::TakeBack {
            reason: "派错部门".into(),
        };
        let refused = w
            .desk
            .write_now(&through, move |tx, ctx| crate::case::act(tx, ctx, &made, None, &cmd))
            .unwrap_err();
        assert_eq!(key(&refused), "forbidden-scope");
        assert!(by_token(w.desk.clock.now() + 31 * 86_400_000).is_none());
        let mine = {
            let ctx = ctx.clone();
            w.desk.read_now(move |c| account::mine(c, &ctx)).unwrap()
        };
        let id = mine.tokens[0].id.clone();
        let (other, x) = (w.ctx(Role::CsHead), id.clone());
        assert_eq!(
            key(&w
                .desk
                .write_now(&other, move |tx, ctx| account::token_revoke(tx, ctx, &x))
                .unwrap_err()),
            "not-found"
        );
        w.desk
            .write_now(&ctx, move |tx, ctx| account::token_revoke(tx, ctx, &id))
            .unwrap();
        assert!(by_token(w.desk.clock.now()).is_none());
    });
}

#[test]
fn a_locked_out_administrator_is_rescued_from_the_machine() {
    for_both(|db| {
        let w = World::new(db);
        let issued = staff::rescue(&w.desk, "SYSADMIN").unwrap();
        let s = account::sign_in(&w.desk, "sysadmin", &issued.password.unwrap(), "192.0.2.1", "t").unwrap();
        let now = w.desk.clock.now();
        assert!(
            w.desk
                .read_now(move |c| account::by_cookie(c, &s.secret, now))
                .unwrap()
                .unwrap()
                .must_change
        );
        assert!(matches!(staff::rescue(&w.desk, "nobody"), Err(Error::NotFound)));
        assert!(
            store::journal::verify(&w.desk.db, crate::journal::COMPANY)
                .unwrap()
                .first_broken
                .is_none()
        );
    });
}

#[test]
fn departments_close_only_when_nothing_lies_with_them() {
    for_both(|db| {
        let w = World::new(db);
        let _case = super::case::registered(&w);
        let pm = w.ctx(Role::ProjectManager);
        let id = w.department("engineering");
        let full = w
            .desk
            .write_now(&pm, move |tx, ctx| {
                crate::department::set_active(tx, ctx, &id, 1, false)
            })
            .unwrap_err();
        assert_eq!(key(&full), "refuse-department-open");
        let id = w.department("greening");
        w.desk
            .write_now(&pm, move |tx, ctx| {
                crate::department::set_active(tx, ctx, &id, 1, false)
            })
            .unwrap();
        let ctx = w.ctx(Role::FrontDesk);
        let all = w
            .desk
            .read_now(move |c| crate::department::directory(c, &ctx, false))
            .unwrap();
        assert!(all.iter().all(|e| e.department.code != "greening"));
        let engineering = all.iter().find(|e| e.department.code == "engineering").unwrap();
        assert_eq!(
            (engineering.open, engineering.members.len(), engineering.on_duty()),
            (1, 2, 0)
        );
        let facts = crate::department::Facts {
            kind: "vendor".into(),
            name: "蓝天保洁".into(),
            ..Default::default()
        };
        let (f, desk) = (facts.clone(), w.ctx(Role::FrontDesk));
        assert!(
            w.desk
                .write_now(&desk, move |tx, ctx| crate::department::add(tx, ctx, "", &f))
                .is_err()
        );
        let f = facts.clone();
        w.desk
            .write_now(&pm, move |tx, ctx| crate::department::add(tx, ctx, "", &f))
            .unwrap();
        assert_eq!(
            key(&w
                .desk
                .write_now(&pm, move |tx, ctx| crate::department::add(tx, ctx, "", &facts))
                .unwrap_err()),
            "department-name-taken"
        );
    });
}

#[test]
fn a_site_has_a_keeper_of_its_archive() {
    for_both(|db| {
        let w = World::new(db);
        let pm = w.ctx(Role::ProjectManager);
        let facts = crate::site::Facts {
            name: "滨江翠园".into(),
            center_name: "客服中心".into(),
            hotline: "0571-1".into(),
            zone: "Asia/Shanghai".into(),
            archive_keeper: w.staff(Role::CsHead).as_str().to_owned(),
            ..Default::default()
        };
        let bad = crate::site::Facts {
            zone: "Mars/Base".into(),
            archive_keeper: "nobody".into(),
            ..facts.clone()
        };
        let Err(Error::Invalid(f)) = w
            .desk
            .write_now(&pm, move |tx, ctx| crate::site::edit(tx, ctx, 1, &bad))
        else {
            panic!()
        };
        assert_eq!(
            f.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(),
            ["zone", "archive_keeper"]
        );
        w.desk
            .write_now(&pm, move |tx, ctx| crate::site::edit(tx, ctx, 1, &facts))
            .unwrap();
        let ctx = pm.clone();
        let got = w.desk.read_now(move |c| crate::site::get(c, &ctx)).unwrap();
        assert_eq!(got.archive_keeper.map(|k| k.id), Some(w.staff(Role::CsHead)));
        let new = crate::site::NewSite {
            name: "新城".into(),
            hotline: "1".into(),
            ..Default::default()
        };
        let n = new.clone();
        assert!(
            w.desk
                .write_now(&pm, move |tx, ctx| crate::site::add(tx, ctx, "", &n))
                .is_err()
        );
        w.desk
            .write_now(&w.ctx(Role::Sysadmin), move |tx, ctx| {
                crate::site::add(tx, ctx, "", &new)
            })
            .unwrap();
    });
}

#[test]
fn what_has_served_its_time_goes() {
    for_both(|db| {
        let w = World::new(db);
        let _failed = account::sign_in(&w.desk, "worker", "wrong-wrong", "192.0.2.9", "t");
        account::sign_in(&w.desk, "front_desk", PASSWORD, "192.0.2.9", "t").unwrap();
        staff::create(&w.desk, &w.ctx(Role::Sysadmin), "k", &new("someone"), None).unwrap();
        assert_eq!(crate::house::tidy(&w.desk).unwrap(), crate::house::Removed::default());
        w.wait(crate::house::FAILURES + 1);
        assert_eq!(crate::house::tidy(&w.desk).unwrap().failures, 2);
        w.wait(31 * 86_400_000);
        assert_eq!(crate::house::tidy(&w.desk).unwrap().answers, 1);
        w.wait(120 * 86_400_000);
        assert_eq!(crate::house::tidy(&w.desk).unwrap().sessions, 1);
        let id = StaffId::from("nobody");
        let ctx = w.ctx(Role::Sysadmin);
        assert!(matches!(
            w.desk.read_now(move |c| staff::get(c, &ctx, &id)),
            Err(Error::NotFound)
        ));
    });
}
