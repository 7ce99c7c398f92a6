//! The outbox: messages to residents and staff, written with what they are about and delivered after the commit.

use domain::ids::{CaseId, MessageId, SiteId};

use crate::seam::{Q, row, sql};

row! {
    /// A message. `next_at` is when it is due; none once nothing more is to be tried.
    #[derive(Debug, Clone)]
    pub struct Message {
        pub id: MessageId, pub site_id: SiteId, pub case_id: Option<CaseId>, pub channel: String,
        pub recipient: String, pub template: String, pub locale: String, pub params: String, pub body: String,
        pub state: String, pub attempts: i64, pub next_at: Option<i64>, pub provider_id: String, pub failure: String,
        pub created_at: i64, pub sent_at: Option<i64>, pub delivered_at: Option<i64>,
    }
}

/// What the list may be narrowed by. Newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub site: String,
    pub states: Vec<String>,
    pub from: Option<i64>,
    /// `(created_at, id)` of the last row of the page before.
    pub before: Option<(i64, String)>,
    pub limit: i64,
}

impl Filter {
    fn variants() -> Vec<Filter> {
        let full = Filter {
            site: "s".into(),
            states: vec!["failed".into()],
            from: Some(0),
            before: Some((1, "x".into())),
            limit: 1,
        };
        vec![
            Filter {
                limit: 1,
                ..Default::default()
            },
            full,
        ]
    }
}

pub(crate) fn list_q(f: &Filter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(Message::COLS, &[])
        .push("FROM message WHERE site_id = ?", &[&f.site])
        .one_of("AND state", &f.states)
        .opt("AND created_at >= ?", f.from.as_ref())
        .opt2("AND (created_at, id) < (?, ?)", f.before.as_ref())
        .push("ORDER BY created_at DESC, id DESC LIMIT ?", &[&f.limit])
}

sql! {
    pub fn insert(row: &Message) { insert "message" }
    pub fn get(id: &MessageId) -> Option<Message> { "SELECT ", Message::COLS, " FROM message WHERE id = $1" }
    pub fn list(f: &Filter) -> Vec<Message> { dynamic list_q, Filter::variants }
    pub fn of_case(case: &CaseId) -> Vec<Message> {
        "SELECT ", Message::COLS, " FROM message WHERE case_id = $1 ORDER BY created_at DESC, id DESC LIMIT 50"
    }
    /// What is due, oldest first.
    pub fn due(now: i64, limit: i64) -> Vec<MessageId> {
        "SELECT id FROM message WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at, id LIMIT $2"
    }
    /// Takes a due message until `lease`: 1 for whoever was first, 0 for everybody else.
    pub fn take(id: &MessageId, now: i64, lease: i64) -> u64 {
        "UPDATE message SET next_at = $3, attempts = attempts + 1 WHERE id = $1 AND next_at IS NOT NULL \
         AND next_at <= $2 AND state = 'queued'"
    }
    /// The channel took it. A late answer to an attempt that was given up counts too: it did go out.
    pub fn sent(id: &MessageId, now: i64, provider: &str, body: &str) -> u64 {
        "UPDATE message SET state = 'sent', sent_at = $2, provider_id = $3, body = $4, next_at = NULL, failure = '' \
         WHERE id = $1 AND state = 'queued'"
    }
    /// The attempt failed; again at `next`, or never. Only the attempt that holds the message says so.
    pub fn failed(id: &MessageId, attempt: i64, state: &str, next: Option<i64>, failure: &str) -> u64 {
        "UPDATE message SET state = $3, next_at = $4, failure = $5 WHERE id = $1 AND attempts = $2 AND state = 'queued'"
    }
    pub fn by_provider(site: &SiteId, provider: &str) -> Option<MessageId> {
        "SELECT id FROM message WHERE provider_id = $2 AND site_id = $1 ORDER BY created_at DESC LIMIT 1"
    }
    pub fn delivered(id: &MessageId, at: i64) -> u64 {
        "UPDATE message SET state = 'delivered', delivered_at = $2, failure = '' WHERE id = $1 AND state IN ('sent', 'failed')"
    }
    pub fn undelivered(id: &MessageId, failure: &str) -> u64 {
        "UPDATE message SET state = 'failed', failure = $2 WHERE id = $1 AND state = 'sent'"
    }
    /// Puts a message that reached nobody back into the queue.
    pub fn again(id: &MessageId, channel: &str, now: i64) -> u64 {
        "UPDATE message SET state = 'queued', channel = $2, attempts = 0, next_at = $3, failure = '', provider_id = '' \
         WHERE id = $1 AND state IN ('failed', 'no_channel')"
    }
    /// Takes back what was written at this very instant about the registering.
    pub fn drop_registered(case: &CaseId, now: i64) -> u64 {
        "DELETE FROM message WHERE case_id = $1 AND template = 'registered' AND state = 'queued' AND created_at = $2 \
         AND attempts = 0"
    }
    /// Takes back what has lost its purpose before it went out.
    pub fn take_back(id: &MessageId) { "DELETE FROM message WHERE id = $1 AND state = 'queued'" }
    /// How many messages of a template a case got since an instant.
    pub fn count_since(case: &CaseId, template: &str, since: i64) -> i64 {
        "SELECT count(*) AS n FROM message WHERE case_id = $1 AND template = $2 AND created_at > $3"
    }
}
