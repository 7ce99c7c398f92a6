//! The check of all statements, for the test that runs it on both engines and for the doctor: every text is prepared, and parameters, column
//! names and types are compared with the Rust side. A renamed, swapped or forgotten column fails here, not at the desk.

use crate::seam::{Column, Conn, Engine, Error, SqlType, Statement, Text, sql_type_of};

/// Words of one engine, or that do not scale.
const FORBIDDEN: [&str; 8] = [
    "OFFSET",
    "ILIKE",
    "NOW",
    "CURRENT_TIMESTAMP",
    "RANDOM",
    "IFNULL",
    "STRFTIME",
    "DATETIME",
];

/// Everything that is wrong with the statements, one line each. Needs a connection with the full schema.
pub fn problems(conn: &mut Conn) -> Vec<String> {
    problems_of(conn, crate::statements())
}

pub(crate) fn problems_of<'a>(conn: &mut Conn, statements: impl Iterator<Item = &'a Statement>) -> Vec<String> {
    let mut out = Vec::new();
    for s in statements {
        let here = match s.engine {
            Engine::Both => true,
            Engine::Lite => conn.is_lite(),
            Engine::Pg => !conn.is_lite(),
        };
        if !here {
            continue;
        }
        match &s.text {
            Text::Fixed { sql, params } => {
                let params: Vec<SqlType> = params.iter().map(|p| p()).collect();
                one(conn, s, sql, &params, &mut out);
            }
            Text::Row { sql, columns } => {
                let params: Vec<SqlType> = columns.iter().map(|c| (c.sql_type)()).collect();
                one(conn, s, sql, &params, &mut out);
            }
            Text::Dynamic(variants) => {
                let variants = variants();
                for v in &variants {
                    one(conn, s, &v.sql, &v.params, &mut out);
                    for (fragment, _) in &v.optional {
                        for want in [true, false] {
                            let seen = variants.iter().any(|v| v.optional.contains(&(fragment.clone(), want)));
                            let with = if want { "with" } else { "without" };
                            if !seen {
                                out.push(format!("{}: no variant {with} `{fragment}`", s.name));
                            }
                        }
                    }
                }
                if variants.is_empty() {
                    out.push(format!("{}: no variants", s.name));
                }
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

fn one(conn: &mut Conn, s: &Statement, sql: &str, params: &[SqlType], out: &mut Vec<String>) {
    let mut say = |text: String| out.push(format!("{}: {text}", s.name));
    let words = sql.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    for w in words {
        if s.engine == Engine::Both && FORBIDDEN.contains(&w.to_ascii_uppercase().as_str()) {
            say(format!("{w} is not of the common dialect"));
        }
    }
    // In a savepoint: PostgreSQL would refuse to look at another statement after one that is wrong.
    let prepared = conn.tx(|c| {
        let found = if c.is_lite() {
            lite(c, sql, params.len())
        } else {
            pg(c, sql, params)
        };
        found.map_err(Error::other)
    });
    let found = prepared.map_err(|e| e.source.map_or_else(|| "not prepared".to_owned(), |s| s.to_string()));
    match found {
        Ok(found) => {
            let mut wrong = found.problems;
            wrong.extend(columns(s.columns, &found.columns, sql));
            for text in wrong {
                say(text);
            }
        }
        Err(e) => say(e),
    }
}

struct Prepared {
    columns: Vec<Found>,
    problems: Vec<String>,
}

struct Found {
    name: String,
    /// `Err` names a type the seam does not carry; `Ok(None)` is unknown (SQLite).
    sql_type: Result<Option<SqlType>, String>,
    nullable: bool,
}

fn columns(want: Option<&[Column]>, found: &[Found], sql: &str) -> Vec<String> {
    let mut out = Vec::new();
    let Some(want) = want else {
        if !found.is_empty() {
            out.push("returns rows, the function none".to_owned());
        }
        return out;
    };
    if want.len() != found.len() {
        out.push(format!("{} columns, the row has {}", found.len(), want.len()));
        return out;
    }
    for (w, f) in want.iter().zip(found) {
        if w.name.is_some_and(|n| n != f.name) {
            out.push(format!("column {} where the row has {}", f.name, w.name.unwrap_or("")));
        }
        match &f.sql_type {
            Ok(Some(t)) if *t != (w.sql_type)() => {
                out.push(format!("column {} is {t:?}, the row has {:?}", f.name, (w.sql_type)()));
            }
            Ok(_) => {}
            Err(t) => out.push(format!("column {} is {t}: cast it", f.name)),
        }
        // The text may see to it itself.
        let excluded = sql.contains(&format!("{} IS NOT NULL", f.name));
        if f.nullable && !w.nullable && !excluded {
            out.push(format!("column {} may be NULL, the row's is no Option", f.name));
        }
    }
    out
}

fn lite(conn: &Conn, sql: &str, params: usize) -> Result<Prepared, String> {
    let c = conn.as_lite().ok_or("not SQLite")?;
    let statement = c.prepare(sql).map_err(|e| e.to_string())?;
    let mut problems = Vec::new();
    let mut used = vec![false; params];
    for i in 1..=statement.parameter_count() {
        let name = statement.parameter_name(i).unwrap_or("?");
        let number = name
            .strip_prefix('$')
            .and_then(|n| n.parse::<usize>().ok())
            .filter(|n| (1..=params).contains(n));
        match number {
            Some(n) => used[n - 1] = true,
            None => problems.push(format!("parameter {name}, the function has {params}")),
        }
    }
    for i in used.iter().enumerate().filter(|(_, u)| !**u).map(|(i, _)| i) {
        problems.push(format!("parameter ${} is not used", i + 1));
    }
    let columns = statement
        .column_names()
        .map(|n| Found {
            name: n.to_owned(),
            sql_type: Ok(None),
            nullable: false,
        })
        .collect();
    Ok(Prepared { columns, problems })
}

fn pg(conn: &mut Conn, sql: &str, params: &[SqlType]) -> Result<Prepared, String> {
    let c = conn.as_pg().ok_or("not PostgreSQL")?;
    let statement = c.prepare(sql).map_err(|e| crate::seam::pg_failure(&e).to_string())?;
    let mut problems = Vec::new();
    if statement.params().len() != params.len() {
        problems.push(format!(
            "{} parameters, the function has {}",
            statement.params().len(),
            params.len()
        ));
    }
    for (i, (t, want)) in statement.params().iter().zip(params).enumerate() {
        if sql_type_of(t) != Some(*want) {
            problems.push(format!("parameter ${} is {t}, the function has {want:?}", i + 1));
        }
    }
    let mut columns = Vec::new();
    for col in statement.columns() {
        // A column that comes straight from a table may be NULL if the table says so.
        let nullable = match (col.table_oid(), col.column_id()) {
            (Some(table), Some(n)) => c
                .query_opt(
                    "SELECT NOT attnotnull FROM pg_attribute WHERE attrelid = $1 AND attnum = $2",
                    &[&table, &n],
                )
                .map_err(|e| e.to_string())?
                .is_some_and(|r| r.get(0)),
            _ => false,
        };
        columns.push(Found {
            name: col.name().to_owned(),
            sql_type: sql_type_of(col.type_())
                .map(Some)
                .ok_or_else(|| col.type_().to_string()),
            nullable,
        });
    }
    Ok(Prepared { columns, problems })
}
