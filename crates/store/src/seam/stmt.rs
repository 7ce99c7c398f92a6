//! Statements: every SQL text of the store is written in a `sql!` block, which makes a typed function of it and lists
//! it for the check that prepares all of them on both engines.

use super::conn::Conn;
use super::error::{Error, ErrorKind, Result};
use super::q::Q;
use super::row::{Column, FromRow, RowArgs};
use super::value::{Arg, SqlType};

/// The engines a statement is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Both,
    /// SQLite alone.
    Lite,
    /// PostgreSQL alone.
    Pg,
}

/// A statement as the check sees it.
pub struct Statement {
    /// `store::module::function`.
    pub name: &'static str,
    pub engine: Engine,
    pub text: Text,
    /// What the function's type says comes back; `None` for a count of changed rows.
    pub columns: Option<&'static [Column]>,
}

/// Where the text of a statement comes from.
pub enum Text {
    Fixed {
        sql: &'static str,
        params: &'static [fn() -> SqlType],
    },
    /// A statement inserting or saving a whole row: its parameters are the columns (and count as such).
    Row {
        sql: &'static str,
        columns: &'static [Column],
    },
    /// All variants of a list with optional filters.
    Dynamic(fn() -> Vec<Variant>),
}

/// One way a dynamic statement can look.
pub struct Variant {
    pub sql: String,
    pub params: Vec<SqlType>,
    /// Each optional fragment, and whether this variant has it.
    pub optional: Vec<(String, bool)>,
}

impl Variant {
    #[must_use]
    pub fn of(q: &Q<'_>) -> Variant {
        Variant {
            sql: q.sql().to_owned(),
            params: q.args().iter().map(Arg::sql_type).collect(),
            optional: q.optional().to_vec(),
        }
    }
}

/// What a statement's function may return: `Vec<R>` all rows, `Option<R>` none or one (more is an error), `R` exactly
/// one (none is `NotFound`), `u64` the number of changed rows, `()` nothing.
pub trait Output: Sized {
    const COLUMNS: Option<&'static [Column]>;
    fn run(conn: &mut Conn, sql: &str, args: &[Arg<'_>]) -> Result<Self>;
}

impl<R: FromRow> Output for Vec<R> {
    const COLUMNS: Option<&'static [Column]> = Some(R::COLUMNS);
    fn run(conn: &mut Conn, sql: &str, args: &[Arg<'_>]) -> Result<Self> {
        conn.sql_all(sql, args)
    }
}

impl<R: FromRow> Output for Option<R> {
    const COLUMNS: Option<&'static [Column]> = Some(R::COLUMNS);
    fn run(conn: &mut Conn, sql: &str, args: &[Arg<'_>]) -> Result<Self> {
        conn.sql_opt(sql, args)
    }
}

impl<R: FromRow> Output for R {
    const COLUMNS: Option<&'static [Column]> = Some(R::COLUMNS);
    fn run(conn: &mut Conn, sql: &str, args: &[Arg<'_>]) -> Result<Self> {
        conn.sql_opt(sql, args)?
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "no row").at(sql))
    }
}

impl Output for u64 {
    const COLUMNS: Option<&'static [Column]> = None;
    fn run(conn: &mut Conn, sql: &str, args: &[Arg<'_>]) -> Result<Self> {
        conn.sql_exec(sql, args)
    }
}

impl Output for () {
    const COLUMNS: Option<&'static [Column]> = None;
    fn run(conn: &mut Conn, sql: &str, args: &[Arg<'_>]) -> Result<Self> {
        conn.sql_exec(sql, args).map(|_| ())
    }
}

/// The row behind the reference that `insert` and `save` take.
pub trait Target {
    const COLUMNS: &'static [Column];
    const COLS: &'static str;
}

impl<R: RowArgs> Target for &R {
    const COLUMNS: &'static [Column] = R::COLUMNS;
    const COLS: &'static str = R::COLS;
}

/// Length of the joined pieces, at compile time.
pub const fn text_len(pieces: &[&str]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < pieces.len() {
        n += pieces[i].len();
        i += 1;
    }
    n
}

/// Joins pieces at compile time; `N` is their [`text_len`].
pub const fn text_join<const N: usize>(pieces: &[&str]) -> [u8; N] {
    let mut out = [0u8; N];
    let (mut n, mut i) = (0, 0);
    while i < pieces.len() {
        let piece = pieces[i].as_bytes();
        let mut k = 0;
        while k < piece.len() {
            out[n] = piece[k];
            n += 1;
            k += 1;
        }
        i += 1;
    }
    out
}

const NUMBERS: &str = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
$21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, \
$41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, \
$61, $62, $63, $64, $65, $66, $67, $68, $69, $70, $71, $72, $73, $74, $75, $76, $77, $78, $79, $80";

/// `$1, $2, … $n` for a row of `n` columns (at most 80).
#[must_use]
pub const fn numbers(n: usize) -> &'static str {
    assert!(n >= 1 && n <= 80, "a row has 1 to 80 columns");
    let digits = if n < 10 { n * 2 } else { 18 + (n - 9) * 3 };
    NUMBERS.split_at(digits + (n - 1) * 2).0
}

/// `$i` of the column of this name; a row without it does not compile.
#[must_use]
pub const fn number_of(columns: &[Column], name: &str) -> &'static str {
    let mut i = 0;
    while i < columns.len() {
        if let Some(n) = columns[i].name
            && same(n, name)
        {
            let all = numbers(i + 1);
            let start = if i == 0 { 0 } else { numbers(i).len() + 2 };
            return all.split_at(start).1;
        }
        i += 1;
    }
    panic!("`save` needs a row with the columns id and version")
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

macro_rules! text {
    ($one:literal $(,)?) => { $one };
    ($($piece:expr),+ $(,)?) => {{
        const PIECES: &[&str] = &[$($piece),+];
        const BYTES: [u8; $crate::seam::text_len(PIECES)] = $crate::seam::text_join(PIECES);
        match std::str::from_utf8(&BYTES) { Ok(text) => text, Err(_) => panic!("not UTF-8") }
    }};
}
pub(crate) use text;

/// Declares the statements of a module, once a module. See the head of [`crate::seam`].
macro_rules! sql {
    ($(
        $(#[$m:meta])* $v:vis $word:ident $([$engine:ident])? $name:ident ( $($arg:ident : $t:ty),* $(,)? ) $(-> $out:ty)? { $($body:tt)* }
    )*) => {
        $( $crate::seam::sql_fn!{ $word [
            $(#[$m])*
            #[expect(clippy::allow_attributes, reason = "not every statement has so many")]
            #[allow(clippy::too_many_arguments, reason = "a statement has as many as it has")]
            $v
        ] $name ($($arg: $t),*) ($($out)?) { $($body)* } } )*

        /// Every statement of this module, for the check.
        pub(crate) const STATEMENTS: &[$crate::seam::Statement] = &[$( $crate::seam::Statement {
            name: concat!(module_path!(), "::", stringify!($name)),
            engine: $crate::seam::sql_engine!($($engine)?),
            text: $crate::seam::sql_text!(($($t),*) { $($body)* }),
            columns: $crate::seam::sql_columns!($word ($($out)?)),
        } ),*];
    };
}

macro_rules! sql_engine {
    () => {
        $crate::seam::Engine::Both
    };
    (lite) => {
        $crate::seam::Engine::Lite
    };
    (pg) => {
        $crate::seam::Engine::Pg
    };
}

macro_rules! sql_columns {
    (each ($out:ty)) => {
        Some(<$out as $crate::seam::FromRow>::COLUMNS)
    };
    (fn ()) => {
        None
    };
    (fn ($out:ty)) => {
        <$out as $crate::seam::Output>::COLUMNS
    };
}

macro_rules! sql_text {
    (($row:ty) { insert $table:literal $($tail:literal)? }) => { $crate::seam::Text::Row {
        sql: $crate::seam::sql_insert!($row, $table, $($tail)?),
        columns: <$row as $crate::seam::Target>::COLUMNS,
    } };
    (($row:ty) { save $table:literal }) => { $crate::seam::Text::Row {
        sql: $crate::seam::sql_save!($row, $table),
        columns: <$row as $crate::seam::Target>::COLUMNS,
    } };
    (($filter:ty) { dynamic $build:path, $variants:path }) => {
        $crate::seam::Text::Dynamic(|| $variants().iter().map(|f| $crate::seam::Variant::of(&$build(f))).collect())
    };
    (($($t:ty),*) { $($piece:expr),+ $(,)? }) => { $crate::seam::Text::Fixed {
        sql: $crate::seam::text!($($piece),+),
        params: &[$(<$t as $crate::seam::Param>::sql_type),*],
    } };
}

macro_rules! sql_insert {
    ($row:ty, $table:literal, $($tail:literal)?) => {{
        const COLUMNS: &[$crate::seam::Column] = <$row as $crate::seam::Target>::COLUMNS;
        $crate::seam::text!(
            "INSERT INTO ", $table, " (", <$row as $crate::seam::Target>::COLS, ") VALUES (",
            $crate::seam::numbers(COLUMNS.len()), ")" $(, " ", $tail)?
        )
    }};
}

macro_rules! sql_save {
    ($row:ty, $table:literal) => {{
        const COLUMNS: &[$crate::seam::Column] = <$row as $crate::seam::Target>::COLUMNS;
        $crate::seam::text!(
            "UPDATE ",
            $table,
            " SET (",
            <$row as $crate::seam::Target>::COLS,
            ") = (",
            $crate::seam::numbers(COLUMNS.len()),
            ") WHERE id = ",
            $crate::seam::number_of(COLUMNS, "id"),
            " AND version + 1 = ",
            $crate::seam::number_of(COLUMNS, "version")
        )
    }};
}

macro_rules! sql_fn {
    (fn [$($head:tt)*] $name:ident ($row:ident : $t:ty) ($($out:ty)?) { insert $table:literal $($tail:literal)? }) => {
        $($head)* fn $name(conn: &mut $crate::seam::Conn, $row: $t) -> $crate::seam::Result<$crate::seam::sql_out!($($out)?)> {
            <$crate::seam::sql_out!($($out)?) as $crate::seam::Output>::run(
                conn, $crate::seam::sql_insert!($t, $table, $($tail)?), &$crate::seam::RowArgs::row_args($row))
        }
    };
    (fn [$($head:tt)*] $name:ident ($row:ident : $t:ty) ($($out:ty)?) { save $table:literal }) => {
        $($head)* fn $name(conn: &mut $crate::seam::Conn, $row: $t) -> $crate::seam::Result<$crate::seam::sql_out!($($out)?)> {
            <$crate::seam::sql_out!($($out)?) as $crate::seam::Output>::run(
                conn, $crate::seam::sql_save!($t, $table), &$crate::seam::RowArgs::row_args($row))
        }
    };
    (fn [$($head:tt)*] $name:ident ($filter:ident : $t:ty) ($out:ty) { dynamic $build:path, $variants:path }) => {
        $($head)* fn $name(conn: &mut $crate::seam::Conn, $filter: $t) -> $crate::seam::Result<$out> {
            let q = $build($filter);
            <$out as $crate::seam::Output>::run(conn, q.sql(), q.args())
        }
    };
    (fn [$($head:tt)*] $name:ident ($($arg:ident : $t:ty),*) ($($out:ty)?) { $($piece:expr),+ $(,)? }) => {
        $($head)* fn $name(conn: &mut $crate::seam::Conn $(, $arg: $t)*) -> $crate::seam::Result<$crate::seam::sql_out!($($out)?)> {
            const SQL: &str = $crate::seam::text!($($piece),+);
            <$crate::seam::sql_out!($($out)?) as $crate::seam::Output>::run(conn, SQL, &[$($crate::seam::Param::arg(&$arg)),*])
        }
    };
    (each [$($head:tt)*] $name:ident ($filter:ident : $t:ty) ($out:ty) { dynamic $build:path, $variants:path }) => {
        $($head)* fn $name<E: From<$crate::seam::Error>>(
            conn: &mut $crate::seam::Conn, $filter: $t, row: impl FnMut($out) -> Result<(), E>,
        ) -> Result<(), E> {
            let q = $build($filter);
            conn.sql_each(q.sql(), q.args(), row)
        }
    };
    (each [$($head:tt)*] $name:ident ($($arg:ident : $t:ty),*) ($out:ty) { $($piece:expr),+ $(,)? }) => {
        $($head)* fn $name<E: From<$crate::seam::Error>>(
            conn: &mut $crate::seam::Conn $(, $arg: $t)*, row: impl FnMut($out) -> Result<(), E>,
        ) -> Result<(), E> {
            const SQL: &str = $crate::seam::text!($($piece),+);
            conn.sql_each(SQL, &[$($crate::seam::Param::arg(&$arg)),*], row)
        }
    };
}

macro_rules! sql_out {
    () => {
        ()
    };
    ($out:ty) => {
        $out
    };
}
pub(crate) use {sql, sql_columns, sql_engine, sql_fn, sql_insert, sql_out, sql_save, sql_text};
