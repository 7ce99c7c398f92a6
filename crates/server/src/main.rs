//! The one binary `sansheng`: it serves, imports, backs up and checks. Each subcommand has a file of its own.

#[macro_use]
mod out;

mod archive;
mod backup;
mod calendar;
mod clock;
mod demo;
mod doctor;
mod figures;
mod import;
mod journal;
mod outbox;
mod restore;
mod serve;
mod standard;
mod telephone;
mod user;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// 三声 Sansheng: the service desk of a residential property company.
#[derive(Parser)]
#[command(name = "sansheng", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Where the data is.
#[derive(clap::Args, Clone)]
pub struct Place {
    /// Folder of the data: files, and the database unless --database names another.
    #[arg(long, value_name = "DIR", env = "SANSHENG_DATA")]
    data: PathBuf,
    /// postgres://… for several replicas; otherwise SQLite in the data folder.
    #[arg(long, value_name = "URL", env = "SANSHENG_DATABASE")]
    database: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the product.
    Serve(serve::Args),
    /// Write everything into one file while the desk works.
    Backup(backup::Args),
    /// Put a backup back into an empty place, of either database, and prove that it is the same.
    Restore(restore::Args),
    /// Look whether everything is in order.
    Doctor(doctor::Args),
    /// Accounts, for who is locked out.
    #[command(subcommand)]
    User(user::Command),
    /// Make a demo estate in an empty place.
    Demo(demo::Args),
    /// Import an estate from an Excel workbook.
    Import(import::Args),
    /// The journal of what happened.
    #[command(subcommand)]
    Journal(journal::Command),
    /// Figures on time, made anew.
    #[command(subcommand)]
    Figures(figures::Command),
    /// Worked examples of time limits: checked, explained.
    #[command(subcommand)]
    Clock(clock::Command),
    /// Working calendars: the years' holidays listed and imported.
    #[command(subcommand)]
    Calendar(calendar::Command),
    /// The service standard as a file: checked, written out, taken in.
    #[command(subcommand)]
    Standard(standard::Command),
}

/// Long work beside a running desk takes the processor only when the desk leaves it. Called before any thread is made.
fn after_the_desk() {
    if let Err(e) = rustix::process::nice(19) {
        tracing::debug!(error = %e, "the priority stays as it is");
    }
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("SANSHENG_LOG").unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    let command = Cli::parse().command;
    if matches!(command, Command::Import(_) | Command::Backup(_) | Command::Journal(_)) {
        after_the_desk();
    }
    let done = match command {
        Command::Serve(args) => serve::run(args),
        Command::Backup(args) => backup::run(args),
        Command::Restore(args) => restore::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::User(command) => user::run(command),
        Command::Demo(args) => demo::run(args),
        Command::Import(args) => import::run(args),
        Command::Journal(command) => journal::run(command),
        Command::Figures(command) => figures::run(command),
        Command::Calendar(command) => calendar::run(command),
        Command::Clock(command) => clock::run(command),
        Command::Standard(command) => standard::run(command),
    };
    match done {
        Ok(code) => code,
        Err(e) => {
            eprintln!("sansheng: {e}");
            ExitCode::FAILURE
        }
    }
}
