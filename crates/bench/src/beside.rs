//! What goes on beside the pages while they are measured: a backup, or an import of 20,000 units.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rust_xlsxwriter::Workbook;

use crate::{Args, Fallible};

/// Units of the imported workbook.
const UNITS: u32 = 20_000;

/// Which work goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    Nothing,
    Backup,
    Import,
}

/// A work under way.
pub struct Work {
    child: Child,
    begun: Instant,
    what: Beside,
    file: PathBuf,
}

impl Beside {
    pub fn words(self) -> &'static str {
        match self {
            Beside::Nothing => "",
            Beside::Backup => ", backup runs",
            Beside::Import => ", import runs",
        }
    }

    /// Starts it; nothing for nothing.
    pub fn begin(self, args: &Args, dir: &Path, size: u64) -> Fallible<Option<Work>> {
        let (sub, file) = match self {
            Beside::Nothing => return Ok(None),
            Beside::Backup => ("backup", args.dir.join(format!("{size}.tar"))),
            Beside::Import => ("import", args.dir.join("units.xlsx")),
        };
        let mut command = Command::new(&args.bin);
        command.arg(sub).arg("--data").arg(dir);
        if self == Beside::Backup {
            let _old = std::fs::remove_file(&file);
            command.arg("--to").arg(&file);
        } else {
            workbook(&file)?;
            command.arg(&file);
        }
        let child = command
            .env("SANSHENG_LOG", "error")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Some(Work {
            child,
            begun: Instant::now(),
            what: self,
            file,
        }))
    }
}

impl Work {
    /// An import is waited for; a backup of a large estate is asked to stop.
    pub fn end(mut self) -> Fallible<String> {
        let early = self.child.try_wait()?.is_some();
        if self.what == Beside::Backup && !early {
            Command::new("kill")
                .args(["-INT", &self.child.id().to_string()])
                .status()?;
        }
        let status = self.child.wait()?;
        let took = self.begun.elapsed().as_secs_f64();
        let _gone = std::fs::remove_file(&self.file);
        Ok(match self.what {
            Beside::Import if status.success() => format!("import of {UNITS} units beside the pages: {took:.1} s"),
            Beside::Import => format!("the import ended with {status}"),
            _ if early => "the backup ended before the pages did".to_owned(),
            _ => "the backup was stopped with the last page".to_owned(),
        })
    }
}

/// Units of buildings that are not there yet, each with its owner.
fn workbook(path: &Path) -> Fallible<()> {
    static TURN: AtomicU64 = AtomicU64::new(0);
    let base = 1000 + 1000 * TURN.fetch_add(1, Ordering::Relaxed) + u64::from(std::process::id() % 97) * 100_000;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("房屋与住户")?;
    for (column, heading) in ["楼栋", "单元", "房号", "姓名", "关系", "电话"].into_iter().enumerate() {
        sheet.write_string(0, u16::try_from(column)?, heading)?;
    }
    for n in 0..UNITS {
        let row = n + 1;
        let (building, door) = (base + u64::from(n / 100), n % 100);
        sheet.write_string(row, 0, building.to_string())?;
        sheet.write_string(row, 1, (1 + door / 50).to_string())?;
        sheet.write_string(row, 2, format!("{}{:02}", 1 + door % 50 / 2, 1 + door % 2))?;
        sheet.write_string(row, 3, format!("业主{n}"))?;
        sheet.write_string(row, 4, "业主")?;
        sheet.write_string(
            row,
            5,
            format!("19{:09}", (base * 1_000 + u64::from(n)) % 1_000_000_000),
        )?;
    }
    book.save(path)?;
    Ok(())
}
