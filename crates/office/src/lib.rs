//! Office documents in and out: workbooks that people fill in, lists that people take away, QR codes for paper.
//!
//! Everything here works on bytes and plain structs. It knows no database and no rule of the service desk: it reads
//! rows, recognises columns by their headings and keeps positions, so that a refused value can be pointed at.
//!
//! - [`estate`] reads an estate workbook (our template, or the HC community workbook).
//! - [`template`] makes the template that people download.
//! - [`marked`] gives refused rows back as a workbook that can be corrected and imported again.
//! - [`sheet`] exports lists to Excel and CSV, formula-safe and with a watermark line.
//! - [`qr`] draws QR codes as SVG.

pub mod estate;
mod headings;
pub mod marked;
mod problem;
pub mod qr;
pub mod sheet;
pub mod template;
mod template_text;
mod text;
mod workbook;

use serde::{Deserialize, Serialize};

pub use headings::{Field, SheetKind};
pub use problem::{FileProblem, FoundHeadings, RowProblem, code, column_letters};
pub use workbook::Limits;

/// The language of a document that is made here. Documents of both languages can be imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Simplified Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}
