//! Attachments: photos, voice notes, pictures of chats, papers. A file is checked and written before the transaction that
//! attaches it; who sees what it is attached to sees the file.

pub mod media;

use domain::access::Action;
use domain::case::{AttachmentKind, Command};
use domain::ids::{AttachmentId, CaseId, ContactId, FileId};
use serde_json::json;
use store::attachment as db;
pub use store::attachment::Attachment;
use store::db::Tx;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::files::Files;
use crate::{case, contact, journal};
use media::Media;

/// Largest file, in bytes.
pub const MOST_BYTES: usize = 15 * 1024 * 1024;
/// Most files on one case, contact or form.
const MOST_FILES: i64 = 60;

/// What a file is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Case(CaseId),
    Contact(ContactId),
    /// A form that is still being filled in, by its key: seen by who fills it in, adopted when it is registered.
    Form(String),
}

impl Subject {
    /// The code kept in the row.
    pub fn kind(&self) -> &'static str {
        match self {
            Subject::Case(_) => "case",
            Subject::Contact(_) => "contact",
            Subject::Form(_) => "form",
        }
    }

    /// The id kept in the row.
    pub fn id(&self) -> &str {
        match self {
            Subject::Case(id) => id.as_str(),
            Subject::Contact(id) => id.as_str(),
            Subject::Form(key) => key,
        }
    }

    /// What a row or a request names; none for an unknown kind.
    pub fn parse(kind: &str, id: &str) -> Option<Subject> {
        match kind {
            "case" => Some(Subject::Case(id.into())),
            "contact" => Some(Subject::Contact(id.into())),
            "form" if !id.is_empty() && id.len() <= 100 => Some(Subject::Form(id.to_owned())),
            _ => None,
        }
    }
}

/// A file that lies beside the database already and only waits for its row.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub hash: String,
    pub media: Media,
    pub size: i64,
}

/// What is said of an upload.
#[derive(Debug, Clone)]
pub struct Upload {
    pub kind: AttachmentKind,
    pub caption: String,
    /// The file's name on the sender's machine.
    pub name: String,
    /// The same key twice is one file.
    pub key: String,
}

/// Checks a file, takes place and camera out of it, and stores its bytes. Slow: never from an async thread, and before the
/// transaction.
///
/// # Errors
/// `Invalid` for an empty, too large or unknown file; `Unavailable` when the disk is full.
pub fn prepare(files: &Files, bytes: Vec<u8>) -> Res<Prepared> {
    if bytes.is_empty() {
        return Err(Error::field("file", "invalid-file-empty"));
    }
    if bytes.len() > MOST_BYTES {
        return Err(Error::field("file", "invalid-file-large"));
    }
    let media = Media::of(&bytes).ok_or_else(|| Error::field("file", "invalid-file-type"))?;
    let bytes = media::stripped(media, bytes);
    let size = i64::try_from(bytes.len()).map_err(Error::internal)?;
    Ok(Prepared {
        hash: files.put(&bytes)?,
        media,
        size,
    })
}

/// Attaches a prepared file. A repeat with the same key gives the file of the first time.
///
/// # Errors
/// `NotFound` when the subject is not visible, `Invalid` when there are too many, the `Refused` of a rule.
pub fn attach(tx: &mut Tx, ctx: &Ctx, subject: &Subject, file: &Prepared, up: &Upload) -> Res<Attachment> {
    visible(tx, ctx, subject, None)?;
    let key = if up.key.is_empty() {
        ctx.ids.hex(16)
    } else {
        up.key.chars().take(100).collect()
    };
    if let Some(old) = db::by_key(tx, subject.kind(), subject.id(), &key)? {
        return if old.file_hash == file.hash {
            Ok(old)
        } else {
            Err(Error::field("_key", "idempotency-key-reused"))
        };
    }
    if db::count(tx, subject.kind(), subject.id())? >= MOST_FILES {
        return Err(Error::field("file", "invalid-files-many"));
    }
    let (actor_kind, actor_id) = ctx.actor_ref();
    let row = Attachment {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        subject_kind: subject.kind().to_owned(),
        subject_id: subject.id().to_owned(),
        file_hash: file.hash.clone(),
        name: clean_name(&up.name, file.media),
        label: up.kind.as_str().to_owned(),
        mime: file.media.mime().to_owned(),
        size: file.size,
        actor_kind: actor_kind.to_owned(),
        actor_id,
        upload_key: key,
        created_at: ctx.now,
        withdrawn_at: None,
    };
    db::file_put(tx, &file.hash, file.size, &row.mime, ctx.now)?;
    db::insert(tx, &row)?;
    tell(tx, ctx, subject, &row, up.kind, &up.caption)?;
    Ok(row)
}

/// Writes down that something got a file.
fn tell(tx: &mut Tx, ctx: &Ctx, subject: &Subject, row: &Attachment, kind: AttachmentKind, caption: &str) -> Res<()> {
    match subject {
        Subject::Case(id) => {
            let cmd = Command::Attach {
                attachment: row.id.clone(),
                file: FileId::from(row.id.as_str()),
                kind,
                caption: caption.trim().to_owned(),
            };
            case::act(tx, ctx, id, None, &cmd)?;
        }
        Subject::Contact(id) => {
            let body = json!({"attachment": row.id, "kind": kind, "mime": row.mime, "size": row.size, "caption": caption.trim()});
            journal::now(tx, ctx, "contact", id.as_str(), "attached", body, &["caption"]);
        }
        Subject::Form(_) => {}
    }
    Ok(())
}

/// Gives the files of a form to what was registered by it.
///
/// # Errors
/// The `Refused` of a rule.
pub fn adopt(tx: &mut Tx, ctx: &Ctx, form: &str, subject: &Subject) -> Res<()> {
    if form.is_empty() {
        return Ok(());
    }
    let (_, me) = ctx.actor_ref();
    for row in db::of(tx, &ctx.site, "form", form)? {
        if row.actor_id != me {
            continue;
        }
        db::adopt(tx, &row.id, subject.kind(), subject.id())?;
        let kind = row.label.parse().unwrap_or(AttachmentKind::Other);
        tell(tx, ctx, subject, &row, kind, "")?;
    }
    Ok(())
}

/// What is attached to something the actor sees.
///
/// # Errors
/// `NotFound`.
pub fn list(c: &mut Conn, ctx: &Ctx, subject: &Subject) -> Res<Vec<Attachment>> {
    visible(c, ctx, subject, None)?;
    let (_, me) = ctx.actor_ref();
    let mut rows = db::of(c, &ctx.site, subject.kind(), subject.id())?;
    rows.retain(|r| !matches!(subject, Subject::Form(_)) || r.actor_id == me);
    Ok(rows)
}

/// One file, if what it is attached to is visible to the actor.
///
/// # Errors
/// `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &AttachmentId) -> Res<Attachment> {
    let row = db::get(c, &ctx.site, id)?
        .filter(|r| r.withdrawn_at.is_none())
        .ok_or(Error::NotFound)?;
    let subject = Subject::parse(&row.subject_kind, &row.subject_id).ok_or(Error::NotFound)?;
    visible(c, ctx, &subject, Some(&row))?;
    Ok(row)
}

fn visible(c: &mut Conn, ctx: &Ctx, subject: &Subject, row: Option<&Attachment>) -> Res<()> {
    match subject {
        Subject::Case(id) => case::get(c, ctx, id).map(|_| ()),
        Subject::Contact(id) => contact::get(c, ctx, id).map(|_| ()),
        Subject::Form(_) => {
            ctx.need(Action::RegisterContact)?;
            let (_, me) = ctx.actor_ref();
            if row.is_none_or(|r| r.actor_id == me) {
                Ok(())
            } else {
                Err(Error::NotFound)
            }
        }
    }
}

/// A name that is only a name, with the ending that belongs to what the file is.
fn clean_name(name: &str, media: Media) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let stem: String = stem
        .chars()
        .filter(|c| !c.is_control() && !"\"<>:|?*;".contains(*c))
        .take(60)
        .collect();
    let stem = if stem.trim().is_empty() { "file" } else { stem.trim() };
    format!("{stem}.{}", media.ending())
}
