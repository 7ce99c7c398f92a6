//! Rows: a struct names its columns, a statement must return exactly these, in this order.

use super::error::{Result, from_pg};
use super::value::{Cell, Col, SqlType};
use crate::seam::Error;

/// One row of a result.
pub struct Row<'a>(pub(super) Inner<'a>);

pub(super) enum Inner<'a> {
    Lite(&'a rusqlite::Row<'a>),
    Pg(&'a postgres::Row),
}

impl Row<'_> {
    /// Number of columns.
    pub(crate) fn len(&self) -> usize {
        match self.0 {
            Inner::Lite(r) => r.as_ref().column_count(),
            Inner::Pg(r) => r.len(),
        }
    }

    /// The value of column `i`, from 0.
    pub fn get<T: Col>(&self, i: usize) -> Result<T> {
        match self.0 {
            Inner::Lite(r) => {
                use rusqlite::types::ValueRef;
                let cell = match r.get_ref(i).map_err(|e| Error::other(e.to_string()))? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(v) => Cell::Int(v),
                    ValueRef::Text(v) => Cell::Text(std::str::from_utf8(v).map_err(|e| Error::other(e.to_string()))?),
                    ValueRef::Blob(v) => Cell::Bytes(v),
                    ValueRef::Real(_) => return Err(Error::other("a column holds a floating-point number")),
                };
                T::read(cell)
            }
            Inner::Pg(r) => T::read(r.try_get(i).map_err(|e| from_pg(&e))?),
        }
    }
}

/// A column as the row struct declares it.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// `None` for a row of one value, whose column may have any name.
    pub name: Option<&'static str>,
    pub sql_type: fn() -> SqlType,
    pub nullable: bool,
}

/// A Rust type made from one row. Written by [`row!`](crate::seam::row); single values are rows of one column.
pub trait FromRow: Sized {
    const COLUMNS: &'static [Column];
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

/// The values of a row in the order of its columns, for `insert` and `save`.
pub trait RowArgs: FromRow {
    const COLS: &'static str;
    fn row_args(&self) -> Vec<super::value::Arg<'_>>;
}

macro_rules! column_list {
    ($first:ident $(, $rest:ident)*) => { concat!(stringify!($first) $(, ", ", stringify!($rest))*) };
}
pub(crate) use column_list;

macro_rules! scalar_row {
    ($($t:ty),*) => { $(
        impl $crate::seam::FromRow for $t {
            const COLUMNS: &'static [$crate::seam::Column] = &[$crate::seam::Column {
                name: None,
                sql_type: <$t as $crate::seam::Col>::col_type,
                nullable: <$t as $crate::seam::Col>::NULLABLE,
            }];
            fn from_row(row: &$crate::seam::Row<'_>) -> $crate::seam::Result<Self> { row.get(0) }
        }
    )* };
}
pub(crate) use scalar_row;
scalar_row!(i64, bool, String);

/// Declares a row struct. Besides reading it gives `COLS`, the list of columns for a SELECT or RETURNING, and what
/// `insert` and `save` of [`sql!`](crate::seam::sql) need.
///
/// ```ignore
/// row! {
///     /// A case as lists show it.
///     #[derive(Debug, Clone)]
///     pub struct CaseRow { pub id: CaseId, pub site_id: SiteId, pub due_at: Option<i64>, pub paused: bool }
/// }
/// ```
macro_rules! row {
    ($(#[$m:meta])* $v:vis struct $name:ident { $($(#[$fm:meta])* $fv:vis $f:ident : $t:ty),* $(,)? }) => {
        $(#[$m])* $v struct $name { $($(#[$fm])* $fv $f: $t),* }

        impl $name {
            /// The columns of this row, separated by commas.
            pub const COLS: &'static str = $crate::seam::column_list!($($f),*);
        }

        impl $crate::seam::FromRow for $name {
            const COLUMNS: &'static [$crate::seam::Column] = &[$($crate::seam::Column {
                name: Some(stringify!($f)),
                sql_type: <$t as $crate::seam::Col>::col_type,
                nullable: <$t as $crate::seam::Col>::NULLABLE,
            }),*];
            fn from_row(row: &$crate::seam::Row<'_>) -> $crate::seam::Result<Self> {
                let mut next = 0usize;
                $(let $f = { let i = next; next += 1; row.get::<$t>(i).map_err(|e| e.at(stringify!($name.$f)))? };)*
                let _ = next;
                Ok(Self { $($f),* })
            }
        }

        impl $crate::seam::RowArgs for $name {
            const COLS: &'static str = Self::COLS;
            fn row_args(&self) -> Vec<$crate::seam::Arg<'_>> {
                vec![$($crate::seam::Param::arg(&self.$f)),*]
            }
        }
    };
}
pub(crate) use row;
