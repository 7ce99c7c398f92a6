//! People with a browser and programs with a token.

use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;

use crate::html::Page;

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .into()
}

fn header<B>(r: &Response<B>, name: &str) -> String {
    r.headers()
        .get(name)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

fn page(mut r: Response<ureq::Body>) -> Page {
    let (status, location) = (r.status().as_u16(), header(&r, "location"));
    Page {
        status,
        location,
        html: r.body_mut().read_to_string().unwrap_or_default(),
    }
}

/// Somebody with a browser of their own: cookies stay with them, redirects are shown and not followed.
pub struct Person {
    base: String,
    agent: Agent,
}

impl Person {
    /// Somebody who is not signed in.
    pub fn new(base: &str) -> Person {
        Person {
            base: base.to_owned(),
            agent: agent(),
        }
    }

    /// Signs in by the product's form.
    pub fn sign_in(&self, login: &str, password: &str) {
        let done = self.post("/sign-in", &[("login", login), ("password", password)]);
        assert_eq!(done.status, 303, "{login} does not get in: {}", done.text());
    }

    /// Opens a page.
    pub fn get(&self, path: &str) -> Page {
        page(
            self.agent
                .get(format!("{}{path}", self.base))
                .header("accept-language", "zh")
                .call()
                .expect("an answer"),
        )
    }

    /// Sends a form.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let req = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("accept-language", "zh");
        page(req.send_form(fields.iter().copied()).expect("an answer"))
    }

    /// Sends plain text.
    pub fn post_text(&self, path: &str, text: &str) -> Page {
        page(
            self.agent
                .post(format!("{}{path}", self.base))
                .send(text)
                .expect("an answer"),
        )
    }
}

/// What a program got.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub etag: String,
    pub link: String,
    pub body: Value,
}

/// A program with a token.
pub struct Program {
    base: String,
    agent: Agent,
    pub token: String,
}

impl Program {
    /// A program with this token.
    pub fn new(base: &str, token: &str) -> Program {
        Program {
            base: base.to_owned(),
            agent: agent(),
            token: token.to_owned(),
        }
    }

    fn reply(&self, path: &str, r: Result<Response<ureq::Body>, ureq::Error>) -> Reply {
        let mut r = r.unwrap_or_else(|e| panic!("{path}: {e}"));
        let (status, etag, link) = (r.status().as_u16(), header(&r, "etag"), header(&r, "link"));
        let text = r.body_mut().read_to_string().unwrap_or_default();
        Reply {
            status,
            etag,
            link,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }

    /// Asks, whatever comes back.
    pub fn try_get(&self, path: &str) -> Reply {
        let req = self
            .agent
            .get(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token));
        self.reply(path, req.call())
    }

    /// Sends, whatever comes back. `headers` such as `("idempotency-key", "1")`.
    pub fn try_post(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Reply {
        let mut req = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            req = req.header(*name, *value);
        }
        self.reply(path, req.send_json(body))
    }

    /// Asks for a file: its status, kind and bytes.
    pub fn file(&self, path: &str) -> (u16, String, Vec<u8>) {
        let req = self
            .agent
            .get(format!("{}{path}", self.base))
            .header("accept-language", "zh")
            .header("authorization", format!("Bearer {}", self.token));
        let mut r = req.call().unwrap_or_else(|e| panic!("{path}: {e}"));
        let (status, kind) = (r.status().as_u16(), header(&r, "content-type"));
        (status, kind, r.body_mut().read_to_vec().unwrap_or_default())
    }

    /// Sends a file, whatever comes back.
    pub fn send_file(&self, path: &str, name: &str, bytes: &[u8], headers: &[(&str, &str)]) -> Reply {
        let mut body = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend(bytes);
        body.extend(b"\r\n--cut--\r\n");
        let mut req = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "multipart/form-data; boundary=cut");
        for (name, value) in headers {
            req = req.header(*name, *value);
        }
        self.reply(path, req.send(&body[..]))
    }

    /// Asks for what is there.
    pub fn get(&self, path: &str) -> Value {
        let r = self.try_get(path);
        assert_eq!(r.status, 200, "GET {path}: {:#}", r.body);
        r.body
    }

    /// Does what is possible.
    pub fn post(&self, path: &str, body: Value) -> Value {
        let r = self.try_post(path, &body, &[]);
        assert!(
            (200..300).contains(&r.status),
            "POST {path} {body}: {} {:#}",
            r.status,
            r.body
        );
        r.body
    }

    /// Tries what is refused, and gives the problem's code, or the code of its first field as `field=code`.
    pub fn refused(&self, path: &str, body: Value) -> String {
        let r = self.try_post(path, &body, &[]);
        assert!(
            (400..500).contains(&r.status),
            "POST {path} is not refused: {} {:#}",
            r.status,
            r.body
        );
        match (r.body["code"].as_str(), &r.body["errors"][0]) {
            (Some(code), _) => code.to_owned(),
            (None, e) if e.is_object() => {
                format!(
                    "{}={}",
                    e["field"].as_str().unwrap_or_default(),
                    e["code"].as_str().unwrap_or_default()
                )
            }
            _ => r.status.to_string(),
        }
    }

    /// Does one step of a case, by its number.
    pub fn step(&self, case: &str, action: &str, body: Value) -> Value {
        self.post(&format!("/api/v1/cases/{case}/{action}"), body)
    }

    /// A case by its number.
    pub fn case(&self, case: &str) -> Value {
        self.get(&format!("/api/v1/cases/{case}"))
    }
}
