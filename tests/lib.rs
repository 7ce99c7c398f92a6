//! Black-box harness: the built program in a place of its own, an estate set up through its own pages, people who use it by
//! browser and programs that use it by token, and time that is moved. Nothing here knows the inside of the product.
//!
//! ```no_run
//! let w = blackbox::World::start();
//! let desk = w.program("front_desk");
//! let made = desk.post("/api/v1/contacts", serde_json::json!({"channel": "phone"}));
//! w.wait_hours(4);
//! let page = w.sign_in("cs_head").get("/cases?view=overdue");
//! assert!(page.text().contains("漏水"));
//! ```

#![expect(clippy::expect_used, reason = "a test whose ground cannot be laid has failed")]

mod html;
mod http;
mod pg;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

pub use html::Page;
pub use http::{Person, Program, Reply};

/// The password of everybody in a world after the first sign-in.
pub const PASSWORD: &str = "correct-horse-7";

/// Every scope of a token.
const AREAS: [&str; 7] = [
    "contacts",
    "cases",
    "directory",
    "messages",
    "reports",
    "journal",
    "company",
];

/// Who works where: role, code of the department.
const STAFF: &[(&str, &str)] = &[
    ("front_desk", "customer_service"),
    ("worker", "engineering"),
    ("dept_head", "engineering"),
    ("guard", "security"),
    ("security_head", "security"),
    ("project_manager", ""),
    ("quality", "quality"),
    ("finance", "finance"),
    ("administration", "administration"),
    ("company_leader", ""),
    ("general_manager", ""),
    ("vendor", "lift_vendor"),
];

/// Which database the program runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The program and its estate. Stopped and removed when this goes.
pub struct World {
    pub base: String,
    dir: PathBuf,
    child: Child,
    lines: Receiver<String>,
    admin: Person,
    made: Mutex<BTreeMap<String, String>>,
    // After the child in order, so that the program is gone before its database.
    _database: Option<pg::Database>,
}

/// Runs a test on both engines.
pub fn on_both(test: impl Fn(&World)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        eprintln!("on {engine:?}");
        test(&World::start_on(engine));
    }
}

fn binary() -> PathBuf {
    let path = std::env::var("SANSHENG_BIN")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../target/debug/sansheng").to_owned());
    let path = PathBuf::from(path);
    assert!(
        path.exists(),
        "{} is not there: cargo build -p server --features test-switch, or name the program in SANSHENG_BIN",
        path.display()
    );
    path
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|l| l.local_addr())
        .expect("a free port")
        .port()
}

/// Starts the program; what it prints comes line by line.
fn serve(dir: &Path, base: &str, database: Option<&pg::Database>) -> (Child, Receiver<String>) {
    let mut command = Command::new(binary());
    command.arg("serve").arg("--data").arg(dir.join("data"));
    command.args(["--listen", base.trim_start_matches("http://")]);
    if let Some(d) = database {
        command.args(["--database", &d.url]);
    }
    let log = fs::File::options()
        .create(true)
        .append(true)
        .open(dir.join("log"))
        .expect("a log file");
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("the program starts");
    let (send, lines) = channel();
    let out = child.stdout.take().expect("an output");
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    (child, lines)
}

fn ready(lines: &Receiver<String>) {
    loop {
        match lines.recv_timeout(Duration::from_secs(60)) {
            Ok(line) if line.contains("is ready at") => return,
            Ok(_) => {}
            Err(e) => panic!("the program does not come up: {e}"),
        }
    }
}

/// Moves the clock of a program; negative: back. Gives its time, unix milliseconds.
fn move_clock(base: &str, ms: i64) -> i64 {
    let done = Person::new(base).post_text("/_test/clock", &ms.to_string());
    assert_eq!(
        done.status, 200,
        "the program has no test switch: build it with --features test-switch"
    );
    done.html.trim().parse().expect("a time")
}

/// One more process of the program on a world's database. Killed when this goes.
pub struct Replica {
    pub base: String,
    dir: PathBuf,
    child: Child,
}

impl Replica {
    /// Moves this process's clock; negative: back. Gives its time.
    pub fn shift(&self, ms: i64) -> i64 {
        move_clock(&self.base, ms)
    }

    /// Ends the process at once, as a lost machine would.
    pub fn kill(&mut self) {
        let _gone = (self.child.kill(), self.child.wait());
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.kill();
        let _removed = fs::remove_dir_all(&self.dir);
    }
}

impl World {
    /// A new estate on SQLite.
    pub fn start() -> World {
        World::start_on(Engine::Sqlite)
    }

    /// A new estate on an engine: started, set up, the first administrator signed in.
    pub fn start_on(engine: Engine) -> World {
        let n = NUMBER.fetch_add(1, Ordering::SeqCst);
        let dir = std::env::temp_dir().join(format!("sansheng-box-{}-{n}", std::process::id()));
        fs::create_dir_all(&dir).expect("a directory");
        let database = (engine == Engine::Postgres).then(|| pg::Database::new(n));
        let base = format!("http://127.0.0.1:{}", free_port());
        let (child, lines) = serve(&dir, &base, database.as_ref());
        let admin = Person::new(&base);
        let mut w = World {
            base,
            dir,
            child,
            lines,
            admin,
            made: Mutex::default(),
            _database: database,
        };
        w.set_up();
        w
    }

    /// What the program has written to its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }

    fn set_up(&mut self) {
        let code = loop {
            match self.lines.recv_timeout(Duration::from_secs(30)) {
                Ok(line) => {
                    if let Some((_, code)) = line.split_once("set-up code: ") {
                        break code.trim().to_owned();
                    }
                }
                Err(e) => panic!("the program does not come up ({e}):\n{}", self.log()),
            }
        };
        let form = [
            ("code", code.as_str()),
            ("company", "恒泽物业"),
            ("company_en", "Hengze"),
            ("site", "滨江翠园"),
            ("site_en", "Riverside Court"),
            ("hotline", "0571-86001200"),
            ("name", "管理员"),
            ("login", "admin"),
            ("password", PASSWORD),
        ];
        let done = self.admin.post("/set-up", &form);
        assert_eq!(done.status, 303, "set-up: {}", done.text());
        self.admin.sign_in("admin", PASSWORD);
    }

    /// The first administrator, who is also the head of customer service.
    pub fn admin(&self) -> &Person {
        &self.admin
    }

    /// The login of the person with a role, whose account is made by the administrator when it is first asked for.
    fn login(&self, role: &str) -> String {
        if matches!(role, "sysadmin" | "cs_head") {
            return "admin".to_owned();
        }
        let mut made = self.made.lock().expect("nobody panicked");
        if let Some(login) = made.get(role) {
            return login.clone();
        }
        let login = role.replace('_', "-");
        let department = STAFF
            .iter()
            .find(|(r, _)| *r == role)
            .unwrap_or_else(|| panic!("no role {role}"))
            .1;
        let id = if department.is_empty() {
            String::new()
        } else {
            self.department(department)
        };
        let form = self.admin.get("/staff/new");
        let places = form.options("place");
        let fits = |p: &&String| {
            if id.is_empty() {
                !p.contains('|')
            } else {
                p.ends_with(&format!("|{id}"))
            }
        };
        let place = places
            .iter()
            .find(fits)
            .unwrap_or_else(|| panic!("no place for {role} in {places:?}"))
            .clone();
        let key = form.value("_key");
        let fields = [
            ("_key", key.as_str()),
            ("login", &login),
            ("name", &format!("员工{}", made.len() + 1)),
            ("role", role),
            ("place", &place),
        ];
        let page = self.admin.post("/staff", &fields);
        assert_eq!(page.status, 200, "an account for {role}: {}", page.text());
        let first = page.by_id("issued");
        let person = Person::new(&self.base);
        person.sign_in(&login, &first);
        let change = [("old", first.as_str()), ("new", PASSWORD), ("again", PASSWORD)];
        let done = person.post("/account/password", &change);
        assert_eq!(done.status, 303, "the first password of {role}: {}", done.text());
        made.insert(role.to_owned(), login.clone());
        login
    }

    /// Somebody with a role, signed in in a browser of their own.
    pub fn sign_in(&self, role: &str) -> Person {
        let login = self.login(role);
        let person = Person::new(&self.base);
        person.sign_in(&login, PASSWORD);
        person
    }

    /// A program that acts for somebody with a role, with every scope.
    pub fn program(&self, role: &str) -> Program {
        self.program_with(role, &AREAS.map(|a| format!("{a}:write")))
    }

    /// A program with some scopes: `cases:read`.
    pub fn program_with(&self, role: &str, scopes: &[String]) -> Program {
        let person = self.sign_in(role);
        let key = person.get("/account").value("_key");
        let mut fields = vec![
            ("_key".to_owned(), key),
            ("name".to_owned(), "test".to_owned()),
            ("days".to_owned(), "30".to_owned()),
        ];
        fields.extend(scopes.iter().filter_map(|s| {
            let (area, right) = s.split_once(':')?;
            Some((format!("area_{area}"), right.to_owned()))
        }));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let page = person.post("/account/tokens", &fields);
        assert_eq!(page.status, 200, "a token for {role}: {}", page.text());
        Program::new(&self.base, &page.by_id("made-token"))
    }

    /// The id of a department by its code.
    pub fn department(&self, code: &str) -> String {
        let all = self.admin_program().get("/api/v1/departments");
        let found = all["items"]
            .as_array()
            .and_then(|l| l.iter().find(|d| d["code"] == code).cloned());
        let found = found.unwrap_or_else(|| panic!("no department {code} in {all}"));
        found["id"].as_str().unwrap_or_default().to_owned()
    }

    fn admin_program(&self) -> Program {
        static TOKENS: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
        if let Some(token) = TOKENS.lock().expect("nobody panicked").get(&self.base) {
            return Program::new(&self.base, token);
        }
        let program = self.program("cs_head");
        TOKENS
            .lock()
            .expect("nobody panicked")
            .insert(self.base.clone(), program.token.clone());
        program
    }

    /// The id of the person with a role.
    pub fn staff(&self, role: &str) -> String {
        self.program(role).get("/api/v1/me")["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Moves the program's clock forward.
    pub fn wait(&self, time: Duration) {
        self.shift(i64::try_from(time.as_millis()).expect("a span"));
    }

    /// Moves the program's clock; negative: back. Gives its time, unix milliseconds.
    pub fn shift(&self, ms: i64) -> i64 {
        move_clock(&self.base, ms)
    }

    /// Ends the program at once, as a power cut would.
    pub fn kill(&mut self) {
        let _gone = (self.child.kill(), self.child.wait());
    }

    /// Starts the program again on the same data and address. Its clock is the host's again.
    pub fn restart(&mut self) {
        self.kill();
        (self.child, self.lines) = serve(&self.dir, &self.base, self._database.as_ref());
        ready(&self.lines);
    }

    /// One more process over the same database (PostgreSQL).
    pub fn replica(&self) -> Replica {
        let n = NUMBER.fetch_add(1, Ordering::SeqCst);
        let dir = std::env::temp_dir().join(format!("sansheng-box-{}-{n}", std::process::id()));
        fs::create_dir_all(&dir).expect("a directory");
        let base = format!("http://127.0.0.1:{}", free_port());
        let (child, lines) = serve(&dir, &base, self._database.as_ref());
        ready(&lines);
        Replica { base, dir, child }
    }

    /// Processor time that the program has used so far, in hundredths of a second.
    pub fn busy(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let after = stat.rsplit(')').next().unwrap_or_default().to_owned();
        let fields: Vec<u64> = after.split_whitespace().map(|f| f.parse().unwrap_or(0)).collect();
        fields.get(11).copied().unwrap_or(0) + fields.get(12).copied().unwrap_or(0)
    }

    /// Moves the program's clock forward by hours.
    pub fn wait_hours(&self, hours: u64) {
        self.wait(Duration::from_secs(hours * 3600));
    }

    /// Runs another command of the program on the same data, after `serve` has been told to stop. Gives its output.
    pub fn command(&self, args: &[&str]) -> std::process::Output {
        let mut c = Command::new(binary());
        c.args(args).arg("--data").arg(self.dir.join("data"));
        if let Some(d) = &self._database {
            c.args(["--database", &d.url]);
        }
        c.output().expect("the program runs")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the program's log:\n{}", self.log());
        }
        let _gone = (self.child.kill(), self.child.wait());
        let _removed = fs::remove_dir_all(&self.dir);
    }
}
