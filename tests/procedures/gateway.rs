//! A gateway for text messages of a test's own: takes what the product sends over HTTP, as a provider would.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{Person, World};

/// The gateway and what it was given.
pub struct Gateway {
    url: String,
    seen: Arc<Mutex<Vec<Sent>>>,
}

/// One message as it came in.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Lines of the head, in lower case.
    pub head: String,
    pub body: Value,
}

impl Sent {
    /// The secret address that stands in the message.
    pub fn link(&self) -> String {
        self.body["params"]["link"].as_str().unwrap_or_default().to_owned()
    }
}

fn take(stream: &TcpStream) -> Option<Sent> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(n) = line.strip_prefix("content-length:") {
            length = n.trim().parse().ok()?;
        }
        head.push_str(&line);
        head.push('\n');
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = serde_json::from_slice(&body).ok()?;
    Some(Sent { head, body })
}

impl Gateway {
    /// A gateway that takes everything.
    pub fn open() -> Gateway {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/send", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            for (n, stream) in listener.incoming().flatten().enumerate() {
                let Some(sent) = take(&stream) else { continue };
                kept.lock().expect("nobody panicked").push(sent);
                let reply = json!({"code": 0, "id": format!("m-{n}")}).to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    reply.len()
                );
                let _sent = (&stream).write_all((head + &reply).as_bytes());
            }
        });
        Gateway { url, seen }
    }

    /// Sets it up as the site's channel, by the administrator's page.
    pub fn set_up(&self, admin: &Person) {
        let page = admin.get("/settings/channels");
        page.is(200).must_say("短信");
        let channel = json!({
            "kind": "sms_http", "url": self.url,
            "auth": {
                "kind": "hmac_sha256", "key_id": "K", "secret": "", "key_header": "X-Key-Id",
                "signature_header": "X-Signature", "timestamp_header": "X-Timestamp", "nonce_header": "X-Nonce",
            },
            "body": {"json": {"phone": "{phone}", "template": "{template}", "text": "{text}", "params": "{params}"}},
            "success": {"pointer": "/code", "equals": 0}, "id_pointer": "/id", "templates": {},
            "net": {"allow_private": true},
        });
        let mut form = page.form("/sms");
        form.put("url", &self.url)
            .put("key_id", "K")
            .put("secret", "a-secret-of-the-gateway")
            .put("json", &channel.to_string());
        let saved = admin.send(&form);
        saved.is(200);
        assert!(saved.url.contains("said=saved"), "{}: {}", saved.url, saved.text());
    }

    /// How many messages of a template came in.
    pub fn count(&self, template: &str) -> usize {
        let seen = self.seen.lock().expect("nobody panicked");
        seen.iter().filter(|s| s.body["template"] == template).count()
    }

    /// Waits for a message of a template to a number.
    pub fn wait_for(&self, template: &str, phone: &str) -> Sent {
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(30) {
            let seen = self.seen.lock().expect("nobody panicked");
            let found = seen.iter().find(|s| {
                s.body["template"] == template && s.body["phone"].as_str().is_some_and(|p| p.ends_with(phone))
            });
            if let Some(found) = found {
                return found.clone();
            }
            drop(seen);
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!(
            "no message {template} to {phone}: {:#?}",
            self.seen.lock().expect("nobody panicked")
        );
    }
}

/// A product whose messages go out by a gateway of the test's own.
pub fn with_gateway() -> (World, Gateway) {
    let (w, gateway) = (World::new(), Gateway::open());
    gateway.set_up(&w.staff("admin"));
    (w, gateway)
}
