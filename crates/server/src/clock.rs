//! `sansheng clock`: worked examples of time limits, checked and explained. Whoever doubts a due time writes it down as a case.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use domain::time::check::{self, CheckFile, Ready};
use domain::time::{FIRST_DAY, REASON_ENDED, State, Stretch, StretchKind};
use jiff::Timestamp;

/// What to do with a file of worked examples.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Compare every case of a file with the engine; ends with code 1 if one differs.
    Check(Check),
    /// Show the reckoning of one case: every counted, paused and closed stretch.
    Explain(Explain),
}

/// Options of `clock check`.
#[derive(clap::Args)]
pub struct Check {
    /// The file: calendars and cases as JSON.
    #[arg(value_name = "FILE.json")]
    pub file: PathBuf,
}

/// Options of `clock explain`.
#[derive(clap::Args)]
pub struct Explain {
    /// The file that has the case.
    #[arg(long, value_name = "FILE.json")]
    pub file: PathBuf,
    /// Id of the case; all of them where absent.
    #[arg(long = "case", value_name = "ID")]
    pub id: Option<String>,
    /// Language of the explanation.
    #[arg(long, value_enum, default_value = "zh")]
    pub lang: Lang,
}

/// Languages of the explanation.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Lang {
    Zh,
    En,
}

/// Does it.
pub fn run(command: Command) -> Result<ExitCode, String> {
    match command {
        Command::Check(args) => Ok(check(&read(&args.file)?)),
        Command::Explain(args) => explain(&args),
    }
}

fn read(path: &Path) -> Result<CheckFile, String> {
    let named = |why: String| format!("{}: {why}", path.display());
    let text = std::fs::read_to_string(path).map_err(|e| named(e.to_string()))?;
    check::read(&text).map_err(|e| named(e.to_string()))
}

/// All at once; a reader who has seen enough (`| head`) is no reason to fail.
fn print(text: &str) {
    let _nobody_reads = std::io::stdout().lock().write_all(text.as_bytes());
}

fn check(file: &CheckFile) -> ExitCode {
    let results = file.run_all();
    let mut out = String::new();
    for d in results.iter().flatten() {
        let _infallible = writeln!(out, "{}: {}: wanted {}, got {}", d.case, d.field, d.wanted, d.got);
    }
    let differ = results.iter().filter(|list| !list.is_empty()).count();
    let _infallible = writeln!(out, "{} cases, {differ} differ", file.len());
    print(&out);
    ExitCode::from(u8::from(differ > 0))
}

fn explain(args: &Explain) -> Result<ExitCode, String> {
    let file = read(&args.file)?;
    let ids = args.id.clone().map_or_else(|| file.ids(), |id| vec![id]);
    let mut parts = Vec::with_capacity(ids.len());
    for id in &ids {
        match file.ready(id) {
            Ok(ready) => parts.push(reckoning(&ready, args.lang)),
            // One of many that cannot be read does not hide the others.
            Err(why) if ids.len() > 1 => parts.push(format!("{id}: {why}\n")),
            Err(why) => return Err(why),
        }
    }
    print(&parts.join("\n"));
    Ok(ExitCode::SUCCESS)
}

/// The text of one reckoning.
fn reckoning(ready: &Ready, lang: Lang) -> String {
    let pick = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
    let mut out = format!("{}  {}\n", ready.id, ready.description);
    let mut line = |name: &str, value: String| out.push_str(&format!("  {name}{}{value}\n", pick("：", ": ")));
    let time = |at: i64| local(at, ready);
    let view = match ready.deadline.view(ready.now) {
        Ok(view) => view,
        Err(_) => {
            line(
                pick("无法计算", "cannot be reckoned"),
                pick("日历中没有足够的工作时间", "the calendar never has enough working time").to_owned(),
            );
            return out;
        }
    };
    if let Some(start) = view.start {
        line(pick("起算", "starts"), time(start));
    }
    line(pick("查看时间", "looked at"), time(ready.now));
    line(pick("状态", "state"), state(view.state, lang).to_owned());
    match (view.due_at, view.due_if_resumed) {
        (Some(due), _) => {
            let provisional = view.figures.is_some_and(|f| f.provisional);
            let note = pick(
                "（暂定：该年节假日尚未公布）",
                " (provisional: that year's holidays are not published yet)",
            );
            line(pick("到期", "due"), time(due) + if provisional { note } else { "" });
        }
        (None, Some(due)) => line(pick("若现在恢复，到期", "due if resumed now"), time(due)),
        (None, None) => {}
    }
    if let Some(breach) = view.breach {
        let why = cause(breach.cause.as_str(), lang);
        line(
            pick("超时", "breached"),
            format!("{}{}{why}", time(breach.at), pick("，", ", ")),
        );
    }
    if let Some(figures) = view.figures {
        line(pick("已计", "counted"), length(figures.elapsed, lang));
        line(pick("暂停", "paused"), length(figures.paused, lang));
        if let Some(left) = figures.remaining {
            let name = if left < 0 {
                pick("超出", "over by")
            } else {
                pick("剩余", "left")
            };
            line(name, length(left.abs(), lang));
        }
    }
    for past in &view.past {
        let span = format!("{} – {}", time(past.start), time(past.ended_at));
        let result = if past.breach.is_some() {
            pick("超时", "breached")
        } else {
            pick("按时", "in time")
        };
        line(
            pick("此前一轮", "earlier round"),
            format!("{span}{}{result}", pick("，", ", ")),
        );
    }
    for stretch in ready.deadline.explain(ready.now) {
        out.push_str(&stretch_line(&stretch, ready, lang));
    }
    out
}

fn stretch_line(stretch: &Stretch, ready: &Ready, lang: Lang) -> String {
    let kind = match (stretch.kind, lang) {
        (StretchKind::Counted, Lang::Zh) => "计时",
        (StretchKind::Paused, Lang::Zh) => "暂停",
        (StretchKind::Closed, Lang::Zh) => "非工作时间",
        (StretchKind::Counted, Lang::En) => "counted",
        (StretchKind::Paused, Lang::En) => "paused ",
        (StretchKind::Closed, Lang::En) => "closed ",
    };
    let why: Vec<&str> = stretch
        .why
        .iter()
        .filter(|w| !w.is_empty())
        .map(|w| reason(w, lang))
        .collect();
    let why = match (why.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::Zh) => format!("（{}）", why.join("、")),
        (false, Lang::En) => format!(" ({})", why.join(", ")),
    };
    let (from, to) = (local(stretch.from, ready), local(stretch.to, ready));
    format!(
        "    {kind}  {from} – {to}  {}{why}\n",
        length(stretch.to - stretch.from, lang)
    )
}

/// A reason of a pause that the product itself gives; others are shown as they were written.
fn reason(code: &str, lang: Lang) -> &str {
    match (code, lang) {
        (REASON_ENDED, Lang::Zh) => "已完成，后重开",
        (REASON_ENDED, Lang::En) => "done, reopened later",
        (FIRST_DAY, Lang::Zh) => "起算当日不计",
        (FIRST_DAY, Lang::En) => "the day it began does not count",
        _ => code,
    }
}

fn local(at: i64, ready: &Ready) -> String {
    match Timestamp::from_millisecond(at) {
        Ok(stamp) => {
            let form = if at % 60_000 == 0 {
                "%Y-%m-%d %H:%M %:z"
            } else {
                "%Y-%m-%d %H:%M:%S %:z"
            };
            stamp.to_zoned(ready.hours.zone().clone()).strftime(form).to_string()
        }
        Err(_) => at.to_string(),
    }
}

fn length(ms: i64, lang: Lang) -> String {
    let seconds = ms / 1_000;
    let parts = [
        (seconds / 3_600, "小时", "h"),
        (seconds / 60 % 60, "分", "min"),
        (seconds % 60, "秒", "s"),
    ];
    let shown: Vec<String> = parts
        .iter()
        .filter(|(n, _, _)| *n != 0)
        .map(|(n, zh, en)| {
            if lang == Lang::Zh {
                format!("{n}{zh}")
            } else {
                format!("{n} {en}")
            }
        })
        .collect();
    match (shown.is_empty(), lang) {
        (true, Lang::Zh) => "0分".to_owned(),
        (true, Lang::En) => "0 min".to_owned(),
        (false, Lang::Zh) => shown.concat(),
        (false, Lang::En) => shown.join(" "),
    }
}

fn state(state: State, lang: Lang) -> &'static str {
    let (zh, en) = match state {
        State::NotStarted => ("未开始", "not started"),
        State::Idle => ("无待答消息", "no message waits"),
        State::Running => ("计时中", "running"),
        State::Paused => ("已暂停", "paused"),
        State::BreachedOpen => ("已超时，未完成", "breached, open"),
        State::Met => ("按时完成", "met"),
        State::BreachedDone => ("超时完成", "breached, done"),
        State::Cancelled => ("已取消", "cancelled"),
        State::Abandoned => ("来电人挂断", "the caller hung up"),
    };
    if lang == Lang::Zh { zh } else { en }
}

fn cause(code: &str, lang: Lang) -> &'static str {
    let (zh, en) = match code {
        "time" => ("时间已到", "time ran out"),
        "priority_change" => ("级别变更", "the level changed"),
        "policy_change" => ("重新适用标准", "the standard was re-applied"),
        "calendar_change" => ("日历变更", "the calendar changed"),
        "merge" => ("并入更早的事件", "an older duplicate was merged"),
        "start_corrected" => ("更正起算时间", "the start was corrected"),
        _ => ("补录时已过期", "it was past when it was registered"),
    };
    if lang == Lang::Zh { zh } else { en }
}
