//! Keeping the house tidy: what has served its time goes, in small slices so that nobody waits for the writer.

use crate::seam::{Conn, Result, row, sql};

row! {
    /// Stored files and their bytes.
    #[derive(Debug, Clone)]
    pub struct Files { pub n: i64, pub bytes: i64 }
}

sql! {
    /// Remembered answers older than `before`; at most `limit` at a time. The number removed.
    pub fn answers(before: i64, limit: i64) -> u64 {
        "DELETE FROM idempotency WHERE (actor, idem_key) IN \
         (SELECT actor, idem_key FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT $2)"
    }
    /// Sign-in failures last seen before `before`.
    pub fn failures(before: i64, limit: i64) -> u64 {
        "DELETE FROM sign_in_failure WHERE bucket IN (SELECT bucket FROM sign_in_failure WHERE last_at < $1 LIMIT $2)"
    }
    /// Sessions that ended before `before`: revoked, run out, or not used since.
    pub fn sessions(before: i64, limit: i64) -> u64 {
        "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE revoked_at < $1 OR expires_at < $1 LIMIT $2)"
    }
    /// Drafts nobody has touched since `before`.
    pub fn drafts(before: i64, limit: i64) -> u64 {
        "DELETE FROM draft WHERE (staff_id, site_id, kind, subject) IN \
         (SELECT staff_id, site_id, kind, subject FROM draft WHERE updated_at < $1 LIMIT $2)"
    }
    /// The same of who works by a link.
    pub fn link_drafts(before: i64, limit: i64) -> u64 {
        "DELETE FROM link_draft WHERE (link_id, kind) IN \
         (SELECT link_id, kind FROM link_draft WHERE updated_at < $1 ORDER BY updated_at LIMIT $2)"
    }
    pub fn files() -> Files { "SELECT count(*) AS n, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes FROM file" }
    /// Hash of every stored file.
    pub fn file_hashes() -> Vec<String> { "SELECT hash FROM file ORDER BY hash" }
    /// Sites whose head is not their last journal entry.
    pub fn broken_heads() -> Vec<String> {
        "SELECT h.site_id FROM site_head h WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.site_id = h.site_id \
         AND j.seq = h.seq AND j.hash = h.hash) \
         OR EXISTS (SELECT 1 FROM journal j WHERE j.site_id = h.site_id AND j.seq > h.seq) ORDER BY h.site_id"
    }
    /// When the newest of the sites' last entries was written.
    pub fn last_recorded() -> Option<i64> {
        "SELECT j.recorded_at FROM site_head h JOIN journal j ON j.site_id = h.site_id AND j.seq = h.seq \
         ORDER BY j.recorded_at DESC LIMIT 1"
    }
    /// Messages that should have gone before `before`.
    pub fn backlog(before: i64) -> i64 {
        "SELECT count(*) AS n FROM message WHERE next_at IS NOT NULL AND next_at < $1"
    }
    fn[lite] bytes_lite() -> i64 {
        "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()"
    }
    fn[pg] bytes_pg() -> i64 { "SELECT pg_database_size(current_database()) AS bytes" }
}

/// Bytes of the whole database.
pub fn database_bytes(conn: &mut Conn) -> Result<i64> {
    if conn.is_lite() {
        bytes_lite(conn)
    } else {
        bytes_pg(conn)
    }
}
