//! What would come of a contact if it were registered now: limits, price, earlier cases of the same kind. Nothing is
//! written; the limits come from the rules themselves.

use domain::case::{Command, Customer, Fee, Kind, Register, Where, decide};
use domain::clock::{Clock, ClockCode};
use domain::ids::{CaseId, UnitId};
use domain::price_list::Price;
use domain::refusal::Refusal;
use store::case::Similar;
use store::seam::Conn;

use super::{NewCase, NewContact};
use crate::case;
use crate::ctx::Ctx;
use crate::error::Res;

/// A limit that would run.
#[derive(Debug, Clone)]
pub struct Limit {
    pub code: ClockCode,
    /// As it would run: from it comes the explanation of the due time.
    pub clock: Clock,
    pub due_at: i64,
    /// From the report to the limit.
    pub in_ms: i64,
}

/// The limits that the case would have (STD-1, 2, 15, 16), first due first; or the rule that is in the way.
///
/// # Errors
/// `NotFound` when the site is gone.
pub fn limits(c: &mut Conn, ctx: &Ctx, n: &NewContact, k: &NewCase) -> Res<Result<Vec<Limit>, Refusal>> {
    let reckons = case::Reckons::of(c, ctx)?;
    let filled = |t: &str| {
        if t.trim().is_empty() {
            "-".to_owned()
        } else {
            t.to_owned()
        }
    };
    // What is not filled in yet stands as a dash: limits depend on none of it.
    let register = Register {
        case: CaseId::from("preview"),
        number: "-".to_owned(),
        kind: k.kind,
        channel: n.channel,
        item: filled(&k.item),
        place: filled(&k.place),
        content: "-".to_owned(),
        importance: k.importance,
        urgency: k.urgency,
        scope: k.scope,
        fee: Fee::FREE,
        customer: Customer {
            name: "-".to_owned(),
            ..Customer::default()
        },
        located: Where::default(),
        identity: None,
        anonymous_reason: None,
        appointment: k.appointment,
        wanted_by: k.wanted_by,
        authority_by: k.authority_by,
        repeat_of: None,
        contact: None,
        first_asked: None,
        about: None,
        happened_at: n.at().filter(|at| *at <= ctx.now),
    };
    let register = Command::Register(Box::new(register));
    let events = match decide(None, &register, &ctx.who(), &reckons.env(ctx)) {
        Ok(e) => e,
        Err(r) => return Ok(Err(r)),
    };
    let mut state = None;
    for e in &events {
        domain::case::advance(&mut state, e, &reckons.calendars);
    }
    let from = n.at().unwrap_or(ctx.now);
    let mut limits: Vec<Limit> = state
        .iter()
        .flat_map(|s| s.clocks.iter())
        .filter_map(|k| {
            k.due_at(ctx.now)
                .or_else(|| k.view(ctx.now).due_at)
                .map(|due_at| Limit {
                    code: k.code,
                    clock: k.clone(),
                    due_at,
                    in_ms: due_at - from,
                })
        })
        .collect();
    limits.sort_by_key(|l| l.due_at);
    Ok(Ok(limits))
}

/// Lines of the public price list for an item (REC-13, STD-8).
pub fn prices<'a>(ctx: &'a Ctx, item: &str) -> Vec<&'a Price> {
    if item.is_empty() {
        Vec::new()
    } else {
        ctx.book.prices.lookup(item)
    }
}

/// The price of a line for a quantity and material beside it, in cents. Saturates rather than wraps.
pub fn price(ctx: &Ctx, code: &str, quantity: i64, material_cents: i64) -> i64 {
    let labour = ctx.book.prices.price(code).map_or(0, |p| p.labour_cents);
    labour
        .saturating_mul(quantity.clamp(1, 1000))
        .saturating_add(material_cents.max(0))
}

/// A repeat is the same unit and item within 90 days.
pub const REPEAT_MS: i64 = 90 * 86_400_000;

/// Earlier cases of the same unit and item, newest first, as far as the viewer sees them.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn similar(c: &mut Conn, ctx: &Ctx, unit: &UnitId, item: &str) -> Res<Vec<Similar>> {
    if item.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = store::case::similar(c, unit, item, ctx.now - REPEAT_MS, 10)?;
    found.retain(|s| case::get(c, ctx, &s.id).is_ok());
    Ok(found)
}

/// Whether a kind goes out as a work order at once, as a rule.
pub fn goes_out(kind: Kind) -> bool {
    matches!(kind, Kind::Request | Kind::Complaint | Kind::Help)
}

/// What the words and the item suggest. The desk may always choose otherwise.
#[derive(Debug, Clone)]
pub struct Suggested {
    pub level: Option<domain::text::Suggestion>,
    pub scope: domain::case::Scope,
    pub fee: domain::case::FeeKind,
    /// Code of the department.
    pub department: String,
    /// Where it usually is, in both languages.
    pub place: Option<(String, String)>,
}

/// What is suggested for an item and the words of a report.
pub fn suggest(ctx: &Ctx, kind: Kind, item: &str, content: &str) -> Suggested {
    let found = ctx.book.taxonomy.item(item);
    let place = found.and_then(|i| i.places.first()).and_then(|code| {
        ctx.book
            .taxonomy
            .places
            .iter()
            .find(|p| p.code == *code)
            .map(|p| (p.zh.clone(), p.en.clone()))
    });
    let line = prices(ctx, item).first().map(|p| p.fee);
    Suggested {
        level: domain::text::suggest_level(kind, content, found),
        scope: found.map_or(domain::case::Scope::Own, |i| i.scope),
        fee: match found.map(|i| i.fee) {
            // The list decides; an item that costs nothing by the taxonomy costs nothing.
            Some(domain::case::FeeKind::Free) | None => domain::case::FeeKind::Free,
            Some(own) => line.filter(|f| *f == own).unwrap_or(own),
        },
        department: found.map_or_else(String::new, |i| i.department.clone()),
        place,
    }
}
