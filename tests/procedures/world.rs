//! A running product of one's own for every test, on a copy of a small demo estate, and people who use it: they open pages,
//! fill in the forms that the pages offer, and read. Time moves by the test switch.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use ureq::ResponseExt;

use crate::html::{self, Form, encode};

/// The program under test.
pub fn binary() -> PathBuf {
    let given = std::env::var_os("SANSHENG_BIN").map(PathBuf::from);
    let found = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/debug/sansheng"));
    // Tests run in the folder of their crate; the name is usually given as seen from the top of the repository.
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(&found);
    let path = if found.is_absolute() || found.exists() {
        found
    } else {
        above
    };
    assert!(
        path.exists(),
        "no program at {}: build it with the feature test-switch, or set SANSHENG_BIN",
        path.display()
    );
    path
}

fn scratch() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("sansheng-procedures-{}-{n}", std::process::id()))
}

/// A demo estate of 120 households and three days, made once for all tests of the process.
fn estate() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let dir = scratch();
        let out = Command::new(binary())
            .args(["demo", "--days", "3", "--households", "120", "--data"])
            .arg(&dir)
            .env("SANSHENG_LOG", "error")
            .output()
            .expect("the program starts");
        assert!(out.status.success(), "demo: {}", String::from_utf8_lossy(&out.stderr));
        dir
    })
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
}

/// One product, running.
pub struct World {
    child: Child,
    dir: PathBuf,
    pub base: String,
}

impl Drop for World {
    fn drop(&mut self) {
        let _gone = (self.child.kill(), self.child.wait(), std::fs::remove_dir_all(&self.dir));
    }
}

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// The estate's zone is ahead of UTC by so much all the year.
const ZONE: i64 = 8 * HOUR;

impl World {
    /// A product on its own copy of the estate, at ten in the morning of the estate's next day.
    pub fn new() -> World {
        World::with(&[])
    }

    /// As [`World::new`], served with more options.
    pub fn with(options: &[&str]) -> World {
        let dir = scratch();
        copy(estate(), &dir);
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|l| l.local_addr())
            .expect("a free port")
            .port();
        let base = format!("http://127.0.0.1:{port}");
        let mut child = Command::new(binary())
            .args([
                "serve",
                "--lock-after",
                "0",
                "--listen",
                &format!("127.0.0.1:{port}"),
                "--data",
            ])
            .arg(&dir)
            .args(options)
            .env("SANSHENG_LOG", "error")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let since = Instant::now();
        loop {
            let line = lines.next().and_then(Result::ok).expect("the program became ready");
            if line.contains("is ready at") {
                break;
            }
            assert!(
                since.elapsed() < Duration::from_secs(60),
                "the program did not become ready"
            );
        }
        // Whatever else it prints is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let world = World { child, dir, base };
        let now = world.now();
        let ten = (now + ZONE).div_euclid(DAY) * DAY + DAY + 10 * HOUR - ZONE;
        world.wait(ten - now);
        world
    }

    /// Moves the clock forward; returns the new time in unix milliseconds.
    pub fn wait(&self, ms: i64) -> i64 {
        let agent = ureq::agent();
        let sent = agent
            .post(format!("{}/_test/clock", self.base))
            .send(ms.to_string().as_str());
        let text = sent
            .expect("the test switch")
            .body_mut()
            .read_to_string()
            .expect("a time");
        text.trim().parse().expect("a time")
    }

    pub fn now(&self) -> i64 {
        self.wait(0)
    }

    /// Waits until the timers have seen the new time and `seen` holds.
    pub fn until(&self, mut seen: impl FnMut() -> bool) -> bool {
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(30) {
            if seen() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(150));
        }
        false
    }

    /// Somebody with an account of the demo.
    pub fn staff(&self, login: &str) -> Person {
        let person = self.stranger();
        let page = person.post(
            "/sign-in",
            &[("login", login), ("password", "sansheng-demo"), ("next", "/account")],
        );
        assert!(
            !page.url.contains("/sign-in"),
            "{login} could not sign in: {}",
            page.text()
        );
        person
    }

    /// The clerk at the front desk.
    pub fn clerk(&self) -> Person {
        self.staff("chenxiaowen")
    }

    /// Somebody who is not signed in, at a computer of the office.
    pub fn stranger(&self) -> Person {
        self.browser("Mozilla/5.0 (X11; Linux x86_64) Desk/1")
    }

    /// A resident with a telephone of their own.
    pub fn resident(&self) -> Person {
        self.browser("Mozilla/5.0 (Linux; Android 15; Mobile) Phone/1")
    }

    fn browser(&self, kind: &str) -> Person {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .accept_encoding("identity")
            .user_agent(kind)
            .build();
        Person {
            agent: ureq::Agent::new_with_config(config),
            base: self.base.clone(),
        }
    }

    /// The journal of every site, checked from the command line.
    pub fn journal_holds(&self) -> bool {
        let out = Command::new(binary())
            .args(["journal", "verify", "--data"])
            .arg(&self.dir)
            .output()
            .expect("the program starts");
        out.status.success()
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// Hours and minutes in the estate's zone: `14:05`.
pub fn clock(at: i64) -> String {
    let minutes = (at + ZONE).rem_euclid(DAY) / MINUTE;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// An instant as the browser sends it from a field for date and time.
pub fn field(at: i64) -> String {
    let days = (at + ZONE).div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let doe = days.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{}", clock(at))
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: u16,
    pub url: String,
    pub html: String,
    pub headers: Vec<(String, String)>,
}

impl Page {
    pub fn text(&self) -> String {
        html::text(&self.html)
    }

    /// Whether a person reads this on the page.
    pub fn says(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    #[track_caller]
    pub fn must_say(&self, words: &str) -> &Page {
        assert!(
            self.says(words),
            "{} ({}) does not say “{words}”: {}",
            self.url,
            self.status,
            self.text()
        );
        self
    }

    #[track_caller]
    pub fn must_not_say(&self, words: &str) -> &Page {
        assert!(!self.says(words), "{} says “{words}”: {}", self.url, self.text());
        self
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Page {
        assert_eq!(self.status, status, "{}: {}", self.url, self.text());
        self
    }

    /// Why what was sent was refused: the words above the forms and under their fields, not those of the labels.
    pub fn reasons(&self) -> String {
        let begins = ["role=\"alert\"", "class=\"err\""];
        let parts = begins.iter().flat_map(|begin| self.html.split(begin).skip(1));
        let said = parts.map(|part| {
            let from = part.find('>').map_or(0, |i| i + 1);
            let ends = ["</div>", "</p>"].iter().filter_map(|end| part[from..].find(end));
            let end = ends.min().map_or(part.len(), |i| from + i);
            html::text(&part[from..end])
        });
        said.collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    pub fn must_refuse(&self, words: &str) -> &Page {
        self.is(422);
        assert!(
            self.reasons().contains(words),
            "{} is not refused for “{words}”: {}",
            self.url,
            self.reasons()
        );
        self
    }

    /// The words of one part of the page.
    #[track_caller]
    pub fn part(&self, id: &str) -> String {
        html::text(html::part(&self.html, id).unwrap_or_else(|| panic!("no #{id} on {}: {}", self.url, self.text())))
    }

    pub fn form(&self, end: &str) -> Form {
        Form::to(&self.html, end)
    }

    /// Where the first link with these words leads.
    pub fn link(&self, words: &str) -> Option<String> {
        let (mut from, mut like) = (0, None);
        while let Some(i) = self.html[from..].find("<a ") {
            let at = from + i;
            let end = self.html[at..].find("</a>").map_or(self.html.len(), |e| at + e);
            let one = &self.html[at..end];
            let said = html::text(one);
            let address = || html::tags(one).first().and_then(|t| t.attr("href").map(str::to_owned));
            if said.trim() == words {
                return address();
            }
            if like.is_none() && said.contains(words) {
                like = address();
            }
            from = end;
        }
        like
    }

    /// The first address of the page that ends so.
    #[track_caller]
    pub fn link_to(&self, end: &str) -> String {
        let tags = html::tags(&self.html);
        let found = tags
            .iter()
            .flat_map(|t| [t.attr("href"), t.attr("hx-get")])
            .flatten()
            .find(|a| a.ends_with(end));
        found
            .unwrap_or_else(|| panic!("nothing on {} leads to {end}", self.url))
            .to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map_or("", |(_, v)| v.as_str())
    }

    /// The numbers of this series (`BX`, `LF`, …) that stand on the page, in order, each once.
    pub fn numbers(&self, series: &str) -> Vec<String> {
        let text = self.text();
        let mut found: Vec<String> = Vec::new();
        for (i, _) in text.match_indices(&format!("{series}-")) {
            let number: String = text[i..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
                .collect();
            if number.len() >= series.len() + 14 && !found.contains(&number) {
                found.push(number);
            }
        }
        found
    }
}

/// Somebody with a browser.
pub struct Person {
    agent: ureq::Agent,
    base: String,
}

impl Person {
    fn page(&self, sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Page {
        let mut r = sent.expect("an answer");
        let headers = r
            .headers()
            .iter()
            .map(|(n, v)| {
                (
                    n.as_str().to_owned(),
                    String::from_utf8_lossy(v.as_bytes()).into_owned(),
                )
            })
            .collect();
        let url = r.get_uri().to_string();
        let status = r.status().as_u16();
        let bytes = r.body_mut().read_to_vec().expect("a body");
        Page {
            status,
            url,
            html: String::from_utf8_lossy(&bytes).into_owned(),
            headers,
        }
    }

    fn address(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        }
    }

    pub fn get(&self, path: &str) -> Page {
        self.page(
            self.agent
                .get(self.address(path))
                .header("accept-language", "zh-CN")
                .call(),
        )
    }

    /// A fragment that the page asks for by itself.
    pub fn fragment(&self, path: &str) -> Page {
        self.page(self.agent.get(self.address(path)).header("hx-request", "true").call())
    }

    fn sending(&self, path: &str, body: &str, htmx: bool) -> Page {
        let mut r = self
            .agent
            .post(self.address(path))
            .header("origin", &self.base)
            .header("accept-language", "zh-CN")
            .header("content-type", "application/x-www-form-urlencoded");
        if htmx {
            r = r.header("hx-request", "true");
        }
        self.page(r.send(body))
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let fields: Vec<(String, String)> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        self.sending(path, &html::body(&fields), false)
    }

    pub fn send(&self, form: &Form) -> Page {
        self.sending(&form.action, &html::body(&form.fields), false)
    }

    /// Sends the fields of a form elsewhere, as a part of the page does by itself.
    pub fn sending_form(&self, path: &str, form: &Form) -> Page {
        self.sending(path, &html::body(&form.fields), true)
    }

    /// Sends JSON, as a page's script does for a draft.
    pub fn put_json(&self, path: &str, body: &str) -> Page {
        let r = self
            .agent
            .put(self.address(path))
            .header("origin", &self.base)
            .header("content-type", "application/json");
        self.page(r.send(body))
    }

    pub fn delete(&self, path: &str) -> Page {
        self.page(
            self.agent
                .delete(self.address(path))
                .header("origin", &self.base)
                .call(),
        )
    }

    /// Uploads a small picture; returns the answer's words.
    pub fn upload(&self, path: &str, kind: &str, key: &str) -> Page {
        let mut body = Vec::new();
        for (name, value) in [("kind", kind), ("_key", key)] {
            body.extend(format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        body.extend(b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"form.png\"\r\nContent-Type: image/png\r\n\r\n");
        body.extend(PICTURE);
        body.extend(b"\r\n--cut--\r\n");
        let r = self
            .agent
            .post(self.address(path))
            .header("origin", &self.base)
            .header("content-type", "multipart/form-data; boundary=cut");
        self.page(r.send(&body[..]))
    }

    /// Hands in a file by a form whose field is `file`.
    pub fn upload_file(&self, path: &str, name: &str, text: &str) -> Page {
        let body = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/json\r\n\r\n{text}\r\n--cut--\r\n"
        );
        let r = self
            .agent
            .post(self.address(path))
            .header("origin", &self.base)
            .header("content-type", "multipart/form-data; boundary=cut");
        self.page(r.send(body.as_bytes()))
    }

    /// The form of a step, as it is offered.
    pub fn step_form(&self, number: &str, action: &str) -> Form {
        let page = self.get(&format!("/cases/{number}/do/{action}"));
        page.is(200);
        page.form(&format!("/{action}"))
    }

    /// Fills in the form of a step and sends it.
    #[track_caller]
    pub fn step(&self, number: &str, action: &str, fill: &[(&str, &str)]) -> Page {
        let mut form = self.step_form(number, action);
        for (name, value) in fill {
            form.set(name, value);
        }
        self.send(&form)
    }

    /// As [`Person::step`], which must succeed; returns the case's page.
    #[track_caller]
    pub fn done(&self, number: &str, action: &str, fill: &[(&str, &str)]) -> Page {
        let page = self.step(number, action, fill);
        page.is(200);
        assert!(
            !page.url.contains("/do/") && !page.url.ends_with(action),
            "{action}: {} {}",
            page.url,
            page.text()
        );
        page
    }

    /// As [`Person::step`], which must be refused; returns the form with the reason.
    #[track_caller]
    pub fn refused(&self, number: &str, action: &str, fill: &[(&str, &str)]) -> Page {
        let page = self.step(number, action, fill);
        page.is(422);
        page
    }

    pub fn case(&self, number: &str) -> Page {
        let page = self.get(&format!("/cases/{number}"));
        page.is(200);
        page
    }

    pub fn desk(&self) -> Desk<'_> {
        Desk::open(self)
    }
}

/// A picture of one pixel.
const PICTURE: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 0x49,
    0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x64, 0xf8, 0xcf, 0x50, 0x0f, 0x00, 0x03, 0x86, 0x01, 0x80, 0x5a, 0x34, 0x7d,
    0x6b, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// The parts of the desk's form that are asked for again after a choice.
const TERMS: &[&str] = &[
    "level_set",
    "urgency",
    "importance",
    "fee",
    "told",
    "accepted",
    "price",
    "quantity",
    "material",
    "scope",
    "department",
    "worker",
    "appoint",
    "from",
    "to",
];

/// The front desk's form as a clerk works on it: a choice asks for what follows from it, as the page itself does.
pub struct Desk<'a> {
    who: &'a Person,
    pub form: Form,
    /// What the page showed last: the whole of it, then the parts after each choice.
    pub shown: Page,
}

impl<'a> Desk<'a> {
    pub fn open(who: &'a Person) -> Desk<'a> {
        Desk::at(who, "/desk")
    }

    pub fn at(who: &'a Person, path: &str) -> Desk<'a> {
        let page = who.get(path);
        page.is(200);
        Desk {
            who,
            form: Form::by_id(&page.html, "reg"),
            shown: page,
        }
    }

    /// Fills in a field that asks for nothing.
    #[track_caller]
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.form.set(name, value);
        self
    }

    /// Fills in a field and lets the page ask for what follows.
    #[track_caller]
    pub fn choose(&mut self, name: &str, value: &str) -> &mut Self {
        self.form.set(name, value);
        let changed = if matches!(name, "name" | "phone" | "address") {
            "who"
        } else {
            name
        };
        self.ask(changed)
    }

    #[track_caller]
    pub fn ask(&mut self, changed: &str) -> &mut Self {
        let path = format!("/desk/changed?changed={changed}");
        let page = self.who.sending(&path, &html::body(&self.form.fields), true);
        page.is(200);
        // What came: the whole lower part, and whatever else changed with it.
        let came = html::controls(&page.html, |_, _| true);
        let again = |n: &str| TERMS.contains(&n) || came.iter().any(|c| c.name == n);
        self.form.fields.retain(|(n, _)| !again(n));
        self.form.controls.retain(|c| !again(&c.name));
        self.form
            .fields
            .extend(came.iter().filter_map(|c| Some((c.name.clone(), c.value.clone()?))));
        self.form.controls.extend(came);
        self.shown = page;
        self
    }

    /// Chooses an item that the box finds for what is typed.
    #[track_caller]
    pub fn item(&mut self, typed: &str) -> &mut Self {
        let kind = self.form.get("kind").to_owned();
        let found = self
            .who
            .fragment(&format!("/desk/items?kind={kind}&item_text={}", encode(typed)));
        let first = html::tags(&found.html)
            .into_iter()
            .find_map(|t| t.attr("data-value").map(str::to_owned));
        let code = first.unwrap_or_else(|| panic!("no item for {typed}: {}", found.text()));
        self.form.set("item_text", typed);
        self.choose("item", &code)
    }

    /// Chooses the first person that the box finds.
    #[track_caller]
    pub fn person(&mut self, typed: &str) -> &mut Self {
        let found = self.who.fragment(&format!("/desk/look?who={}", encode(typed)));
        let all = html::tags(&found.html);
        let one = all
            .iter()
            .filter_map(|t| t.attr("data-value"))
            .find(|v| !v.ends_with(':'));
        let pick = one
            .unwrap_or_else(|| panic!("nobody for {typed}: {}", found.text()))
            .to_owned();
        self.form.set("who", typed);
        self.choose("pick", &pick)
    }

    /// Name, phone and unit of somebody who is not in the archive.
    #[track_caller]
    pub fn caller(&mut self, name: &str, phone: &str, address: &str) -> &mut Self {
        self.set("name", name).set("phone", phone).choose("address", address)
    }

    /// Sends the form with one of its buttons.
    #[track_caller]
    pub fn press(&self, act: &str) -> Page {
        let offered = html::tags(&self.who.get("/desk").html);
        let button = offered
            .iter()
            .any(|t| t.name == "button" && t.attr("name") == Some("act") && t.attr("value") == Some(act));
        assert!(button || act.starts_with("join:"), "the desk has no button {act}");
        let mut form = self.form.clone();
        form.put("act", act);
        self.who.send(&form)
    }

    /// As [`Desk::press`], which must succeed; returns what was made.
    #[track_caller]
    pub fn made(&self, act: &str) -> Made {
        let page = self.press(act);
        page.is(200);
        assert!(page.url.contains("made="), "{}: {}", page.url, page.text());
        Made {
            contact: page.url.rsplit("made=").next().unwrap_or_default().to_owned(),
            page,
        }
    }

    /// As [`Desk::press`], which must be refused.
    #[track_caller]
    pub fn refused(&self, act: &str) -> Page {
        let page = self.press(act);
        page.is(422);
        page
    }
}

/// What the desk made of a form.
pub struct Made {
    pub contact: String,
    pub page: Page,
}

impl Made {
    /// The panel that shows it.
    pub fn panel(&self) -> String {
        let at = self
            .page
            .html
            .find("alert grn made")
            .expect("the panel of what was made");
        let start = self.page.html[..at].rfind('<').unwrap_or(at);
        let end = self.page.html[at..]
            .find("<div class=\"f\">")
            .map_or(self.page.html.len(), |e| at + e);
        html::text(&self.page.html[start..end])
    }

    fn number(&self, series: &[&str]) -> String {
        let panel = Page {
            html: self.panel(),
            ..self.page.clone()
        };
        let found = series.iter().find_map(|s| panel.numbers(s).into_iter().next());
        found.unwrap_or_else(|| panic!("no number of {series:?} in: {}", panel.html))
    }

    pub fn case(&self) -> String {
        self.number(&["BX", "ZX", "TS", "QZ", "JY", "BY"])
    }

    pub fn order(&self) -> String {
        self.number(&["LX"])
    }

    pub fn number_of_contact(&self) -> String {
        self.number(&["LF"])
    }
}
