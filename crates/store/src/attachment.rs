//! Files that were attached to something: photos, voice notes, pictures of chats. The bytes lie beside the database under
//! their hash; a row here says whose they are.

use domain::ids::{AttachmentId, SiteId};

use crate::seam::{row, sql};

row! {
    /// An attached file.
    #[derive(Debug, Clone)]
    pub struct Attachment {
        pub id: AttachmentId, pub site_id: SiteId, pub subject_kind: String, pub subject_id: String,
        pub file_hash: String, pub name: String, pub label: String, pub mime: String, pub size: i64,
        pub actor_kind: String, pub actor_id: String, pub upload_key: String, pub created_at: i64,
        pub withdrawn_at: Option<i64>,
    }
}

sql! {
    /// Counts a file once, however often it is attached.
    pub fn file_put(hash: &str, size: i64, mime: &str, now: i64) {
        "INSERT INTO file (hash, size, mime, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING"
    }
    pub fn insert(row: &Attachment) { insert "attachment" }
    pub fn get(site: &SiteId, id: &AttachmentId) -> Option<Attachment> {
        "SELECT ", Attachment::COLS, " FROM attachment WHERE site_id = $1 AND id = $2"
    }
    /// The file that an upload with this key made before.
    pub fn by_key(kind: &str, id: &str, upload_key: &str) -> Option<Attachment> {
        "SELECT ", Attachment::COLS, " FROM attachment WHERE subject_kind = $1 AND subject_id = $2 AND upload_key = $3"
    }
    /// What is attached to something, oldest first.
    pub fn of(site: &SiteId, kind: &str, id: &str) -> Vec<Attachment> {
        "SELECT ", Attachment::COLS, " FROM attachment WHERE site_id = $1 AND subject_kind = $2 AND subject_id = $3 \
         AND withdrawn_at IS NULL ORDER BY created_at, id LIMIT 200"
    }
    pub fn count(kind: &str, id: &str) -> i64 {
        "SELECT count(*) AS n FROM attachment WHERE subject_kind = $1 AND subject_id = $2 AND withdrawn_at IS NULL"
    }
    /// Moves a file from a form that is being filled in to what came of it.
    pub fn adopt(id: &AttachmentId, kind: &str, subject: &str) {
        "UPDATE attachment SET subject_kind = $2, subject_id = $3 WHERE id = $1"
    }
    pub fn withdraw(id: &AttachmentId, now: i64) -> u64 {
        "UPDATE attachment SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL"
    }
}
