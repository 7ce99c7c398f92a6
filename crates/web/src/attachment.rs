//! Files: taking them in and giving them out.

use app::attachment::{Attachment, MOST_BYTES, Subject, Upload, attach, get, media::Media, prepare};
use app::error::Error;
use askama::Template;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use domain::ids::AttachmentId;
use serde::Deserialize;

use crate::account::blocking;
use crate::fail::{Answer, Fail};
use crate::gate::{Viewer, encode};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// The file and what is said of it, as `app.js` sends them: `_key`, `kind`, `caption`, `file`.
pub struct Sent {
    pub bytes: Vec<u8>,
    pub up: Upload,
}

/// Reads an upload. Other features with their own address use this too.
///
/// # Errors
/// `Invalid` when there is no file, or it is too large.
pub async fn read(mut form: Multipart) -> Result<Sent, Error> {
    let mut bytes = None;
    let mut up = Upload {
        kind: domain::case::AttachmentKind::Other,
        caption: String::new(),
        name: String::new(),
        key: String::new(),
    };
    let broken = |_| Error::field("file", "invalid-file-broken");
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "file" => {
                up.name = field.file_name().unwrap_or_default().to_owned();
                let b = field
                    .bytes()
                    .await
                    .map_err(|_| Error::field("file", "invalid-file-large"))?;
                if b.len() > MOST_BYTES {
                    return Err(Error::field("file", "invalid-file-large"));
                }
                bytes = Some(b.to_vec());
            }
            "_key" => up.key = field.text().await.map_err(broken)?,
            "kind" => up.kind = field.text().await.map_err(broken)?.parse().unwrap_or(up.kind),
            "caption" => up.caption = field.text().await.map_err(broken)?,
            _ => {}
        }
    }
    Ok(Sent {
        bytes: bytes.ok_or_else(|| Error::field("file", "invalid-file-empty"))?,
        up,
    })
}

/// What the file belongs to.
#[derive(Deserialize)]
pub struct For {
    subject: String,
    id: String,
}

#[derive(Template)]
#[template(path = "attachment/tile.html")]
struct Tile<'a> {
    p: Page,
    a: &'a Attachment,
}

/// Takes a file in and answers with its tile.
pub async fn post(State(web): State<Web>, v: Viewer, Query(q): Query<For>, form: Multipart) -> Answer {
    let subject = Subject::parse(&q.subject, &q.id).ok_or(Error::NotFound)?;
    let sent = read(form).await?;
    let desk = web.desk.clone();
    let file = blocking(move || prepare(&desk.files, sent.bytes)).await?;
    let made = web
        .write(&v.ctx()?, move |tx, ctx| attach(tx, ctx, &subject, &file, &sent.up))
        .await?;
    Ok(page(&Tile {
        p: Page::bare(&web, Some(&v), v.locale, ""),
        a: &made,
    })?)
}

/// Gives a file out: pictures and sound in the page, everything else as a download.
pub async fn file(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let row = web
        .read(&v.ctx()?, move |c, ctx| get(c, ctx, &AttachmentId::from(id.as_str())))
        .await?;
    give(&web, row).await
}

/// The bytes of a row that the caller has found visible, with headers that keep them from doing anything.
///
/// # Errors
/// `NotFound` when the bytes are gone.
pub async fn give(web: &Web, row: Attachment) -> Answer {
    let desk = web.desk.clone();
    let hash = row.file_hash.clone();
    let bytes = blocking(move || desk.files.get(&hash)).await?;
    let how = if Media::shown(&row.mime) {
        "inline"
    } else {
        "attachment"
    };
    let ascii: String = row
        .name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' })
        .collect();
    let disposition = format!("{how}; filename=\"{ascii}\"; filename*=UTF-8''{}", encode(&row.name));
    let disposition = header::HeaderValue::from_str(&disposition).map_err(|e| Fail(Error::internal(e)))?;
    let mime = header::HeaderValue::from_str(&row.mime).map_err(|e| Fail(Error::internal(e)))?;
    let quiet = header::HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'");
    let mut r = bytes.into_response();
    let h = r.headers_mut();
    h.insert(header::CONTENT_TYPE, mime);
    h.insert(header::CONTENT_DISPOSITION, disposition);
    h.insert(header::CONTENT_SECURITY_POLICY, quiet);
    // A picture of a resident's home may stay in this browser's memory for the shift, and in no shared cache.
    h.insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("private, max-age=3600"),
    );
    h.insert(
        "cross-origin-resource-policy",
        header::HeaderValue::from_static("same-origin"),
    );
    Ok(r)
}
