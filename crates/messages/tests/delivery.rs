//! Every adapter against a small server of its own in this process.
#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside of test functions")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use messages::{
    Address, ChannelConfig, DeliveryReport, DeliveryState, Failure, FailureCode, Message, ReportConfig, ReportRefused,
    ReportRequest, Sent, backoff, deliver, parse_report,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// 2026-11-21 10:42:00 in China.
const NOW: i64 = 1_795_228_920_000;
const PHONE: &str = "13800138000";
const SECRET: &str = "SEC-very-secret-key";

// ---------------------------------------------------------------- servers

#[derive(Debug)]
struct Seen {
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// Answers each request with the given status and body and hands over what it saw.
fn http_server(status: &'static str, reply: impl Into<String>) -> (String, Receiver<Seen>) {
    let reply = reply.into();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        reply.len()
    );
    raw_server(head + &reply)
}

fn raw_server(reply: String) -> (String, Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (tx, rx) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Some(seen) = read_request(&stream) else { continue };
            let _ = stream.write_all(reply.as_bytes());
            if tx.send(seen).is_err() {
                return;
            }
        }
    });
    (address, rx)
}

fn read_request(stream: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |l| l.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Seen {
        method,
        target,
        headers,
        body: String::from_utf8(body).unwrap(),
    })
}

/// A mail server that speaks just enough; `answers` replaces its answer to commands that start with the key.
fn smtp_server(answers: &'static [(&'static str, &'static str)]) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tx, rx) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let talk = smtp_talk(&stream, answers).unwrap_or_default();
            if tx.send(talk).is_err() {
                return;
            }
        }
    });
    (port, rx)
}

fn smtp_talk(mut stream: &TcpStream, answers: &[(&str, &str)]) -> std::io::Result<String> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut talk = String::new();
    let mut in_data = false;
    stream.write_all(b"220 mail.example ready\r\n")?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(talk);
        }
        talk.push_str(&line);
        let command = line.trim_end().to_ascii_uppercase();
        if in_data && command != "." {
            continue;
        }
        let special = answers
            .iter()
            .find(|(key, _)| command.starts_with(key))
            .map(|(_, answer)| *answer);
        let answer = special.unwrap_or(match command.as_str() {
            c if c.starts_with("EHLO") => "250-mail.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            c if c.starts_with("AUTH") => "235 ok",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        });
        in_data = command == "DATA" && answer.starts_with('3');
        stream.write_all(format!("{answer}\r\n").as_bytes())?;
        if command == "QUIT" {
            return Ok(talk);
        }
    }
}

// ---------------------------------------------------------------- helpers

fn message() -> Message {
    let params = [
        ("number", "BX-20261121-0037"),
        ("promised", "11月21日 14:42"),
        ("link", "https://example.com/f/7k2m9"),
    ];
    Message {
        id: "0199aa00000070008000000000000001".into(),
        to: PHONE.into(),
        template: "registered".into(),
        lang: "zh".into(),
        text: "您好，您反映的“厨房漏水”已登记。".into(),
        params: params.into_iter().map(|(k, v)| (k.into(), v.into())).collect(),
        at: NOW - 1_000,
    }
}

fn config(value: Value) -> ChannelConfig {
    serde_json::from_value(value).unwrap()
}

fn send(config: &ChannelConfig) -> Result<Sent, Failure> {
    send_this(config, &message())
}

fn send_this(config: &ChannelConfig, message: &Message) -> Result<Sent, Failure> {
    let result = deliver(config, message, NOW, "nonce-0123456789");
    let shown = format!(
        "{result:?} {config:?} {message:?} {}",
        result.as_ref().err().map_or(String::new(), Failure::to_string)
    );
    // An id that a gateway made is the only thing from outside that may be shown.
    for private in [PHONE, SECRET, "tok-abcdef", "厨房漏水", "resident@", "11月21日"] {
        assert!(!shown.contains(private), "{private} in {shown}");
    }
    result
}

fn failure(config: &ChannelConfig) -> (FailureCode, bool, String) {
    let failure = send(config).unwrap_err();
    (failure.code, failure.retryable, failure.detail)
}

fn hmac(key: &str, message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn signed_sms(url: &str) -> Value {
    json!({
        "kind": "sms_http",
        "url": format!("{url}/send?app=desk"),
        "headers": { "Idempotency-Key": "{id}" },
        "auth": {
            "kind": "hmac_sha256", "key_id": "desk-1", "secret": SECRET,
            "signed": "{method}\n{path}\n{query}\n{timestamp}\n{nonce}\n{body_sha256}",
            "key_header": "X-Key", "signature_header": "X-Sign", "timestamp_header": "X-Time", "nonce_header": "X-Nonce",
            "prefix": "v1=",
        },
        "body": { "json": { "to": ["+86{phone}"], "tpl": "{template}", "vars": "{params}", "vars_text": "{params_json}", "n": 3 } },
        "success": { "pointer": "/code", "equals": "0", "retry": ["LIMIT"] },
        "id_pointer": "/data/id",
        "templates": { "registered": "SMS_1001", "registered.en": "SMS_1002" },
        "net": { "allow_private": true, "timeout_ms": 2_000 },
    })
}

fn plain_sms(url: &str) -> Value {
    json!({
        "kind": "sms_http", "url": url, "auth": { "kind": "header", "name": "Authorization", "value": "Bearer tok-abcdef" },
        "body": { "form": { "mobile": "{phone}", "content": "【翠湖】{text}" } },
        "net": { "allow_private": true, "timeout_ms": 2_000 },
    })
}

// ---------------------------------------------------------------- SMS

#[test]
fn a_signed_request_can_be_verified() {
    let (url, seen) = http_server("200 OK", r#"{"code":0,"data":{"id":778899}}"#);
    let sms = config(signed_sms(&url));
    sms.validate().unwrap();
    assert_eq!(
        send(&sms).unwrap(),
        Sent {
            provider_id: Some("778899".into())
        }
    );
    let request = seen.recv().unwrap();
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/send?app=desk")
    );
    let header = |name: &str| request.headers[name].as_str();
    assert_eq!(header("idempotency-key"), message().id);
    assert_eq!(
        (header("x-key"), header("x-time"), header("x-nonce")),
        ("desk-1", "1795228920", "nonce-0123456789")
    );
    let digest = hex(&Sha256::digest(request.body.as_bytes()));
    let signed = format!(
        "POST\n/send\napp=desk\n{}\n{}\n{digest}",
        header("x-time"),
        header("x-nonce")
    );
    assert_eq!(header("x-sign"), format!("v1={}", hex(&hmac(SECRET, &signed))));
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["to"], json!(["+8613800138000"]));
    assert_eq!((&body["tpl"], &body["n"]), (&json!("SMS_1001"), &json!(3)));
    assert_eq!(body["vars"], json!(message().params));
    assert_eq!(
        body["vars_text"]
            .as_str()
            .map(|t| serde_json::from_str::<Value>(t).unwrap()),
        Some(json!(message().params))
    );
}

#[test]
fn the_template_follows_the_language() {
    let (url, seen) = http_server("200 OK", r#"{"code":"0"}"#);
    let sms = config(signed_sms(&url));
    let english = Message {
        lang: "en".into(),
        ..message()
    };
    assert_eq!(send_this(&sms, &english).unwrap(), Sent { provider_id: None });
    assert!(seen.recv().unwrap().body.contains("SMS_1002"));
    let other = Message {
        template: "closed".into(),
        ..message()
    };
    let failure = send_this(&sms, &other).unwrap_err();
    assert_eq!(
        (failure.code, failure.retryable, failure.detail.as_str()),
        (FailureCode::TemplateUnknown, false, "closed")
    );
}

#[test]
fn forms_headers_and_queries() {
    let (url, seen) = http_server("200 OK", "OK");
    let mut form = plain_sms(&url);
    form["success"] = json!({ "pointer": "", "equals": "OK" });
    send(&config(form)).unwrap();
    let request = seen.recv().unwrap();
    assert_eq!(request.headers["authorization"], "Bearer tok-abcdef");
    assert!(request.headers["content-type"].starts_with("application/x-www-form-urlencoded"));
    assert!(
        request
            .body
            .starts_with("content=%E3%80%90%E7%BF%A0%E6%B9%96%E3%80%91%E6%82%A8")
            && request.body.ends_with("&mobile=13800138000")
    );

    let query = config(json!({
        "kind": "sms_http", "url": format!("{url}/s?to={{phone}}&text={{params.number}}&at={{params.promised}}"), "method": "get",
        "auth": { "kind": "query", "name": "key", "value": "tok-abcdef&x" }, "net": { "allow_private": true },
    }));
    query.validate().unwrap();
    send(&query).unwrap();
    let request = seen.recv().unwrap();
    assert_eq!(request.method, "GET");
    assert_eq!(
        request.target,
        "/s?to=13800138000&text=BX-20261121-0037&at=11%E6%9C%8821%E6%97%A5%2014%3A42&key=tok-abcdef%26x"
    );
    assert_eq!(request.body, "");

    let signed = config(json!({
        "kind": "sms_http", "url": url, "timestamp": "utc",
        "auth": { "kind": "hmac_sha256", "key_id": "k", "secret": SECRET, "encoding": "base64", "signed": "{key_id}{phone}{timestamp}" },
        "body": { "form": { "sign": "{sign}", "t": "{timestamp}" } }, "net": { "allow_private": true },
    }));
    signed.validate().unwrap();
    send(&signed).unwrap();
    let sign = STANDARD.encode(hmac(SECRET, &format!("k{PHONE}2026-11-21T02:42:00Z")));
    let escaped = sign.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    assert_eq!(
        seen.recv().unwrap().body,
        format!("sign={escaped}&t=2026-11-21T02%3A42%3A00Z")
    );
}

#[test]
fn refusals_of_the_gateway() {
    use FailureCode::{RateLimited, Rejected, Reply, Status};
    for (status, reply, expected) in [
        (
            "200 OK",
            r#"{"code":"isv.BLACK_LIST","msg":"13800138000"}"#,
            (Rejected, false, "code isv.BLACK_LIST"),
        ),
        ("200 OK", r#"{"code":"LIMIT"}"#, (RateLimited, true, "code LIMIT")),
        (
            "200 OK",
            r#"{"code":"13800138000 is bad"}"#,
            (Rejected, false, "code withheld"),
        ),
        (
            "200 OK",
            r#"{"code":"13800138000"}"#,
            (Rejected, false, "code withheld"),
        ),
        (
            "200 OK",
            r#"{"code":"SEC-very-secret-key"}"#,
            (Rejected, false, "withheld"),
        ),
        (
            "200 OK",
            r#"{"code":"BX-20261121-0037"}"#,
            (Rejected, false, "code withheld"),
        ),
        ("200 OK", r#"{"message":"fine"}"#, (Reply, false, "no result code")),
        ("200 OK", "<html>13800138000", (Reply, false, "no result code")),
        ("400 Bad Request", "13800138000", (Status, false, "HTTP 400")),
        ("401 Unauthorized", SECRET, (Status, false, "HTTP 401")),
        ("408 Request Timeout", "", (Status, true, "HTTP 408")),
        ("429 Too Many Requests", "", (RateLimited, true, "HTTP 429")),
        ("500 Internal Server Error", "", (Status, true, "HTTP 500")),
        ("503 Service Unavailable", "", (Status, true, "HTTP 503")),
    ] {
        let (url, _seen) = http_server(status, reply);
        let (code, retryable, detail) = failure(&config(signed_sms(&url)));
        assert_eq!((code, retryable, detail.as_str()), expected, "{status} {reply}");
    }
}

#[test]
fn a_huge_or_broken_reply_is_not_sent_again() {
    let (url, _seen) = http_server("200 OK", "x".repeat(300_000));
    assert_eq!(
        failure(&config(plain_sms(&url))),
        (FailureCode::Reply, false, "unreadable".into())
    );
    let (url, _seen) = raw_server("SSH-2.0-OpenSSH_9.9\r\n\r\n".into());
    assert_eq!(
        failure(&config(plain_sms(&url))),
        (FailureCode::Reply, false, "not HTTP".into())
    );
}

#[test]
fn redirects_are_not_followed() {
    let (inside, seen_inside) = http_server("200 OK", "secret of the house");
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let (url, _seen) = raw_server(format!(
            "HTTP/1.1 {status}\r\nLocation: {inside}/\r\nContent-Length: 0\r\n\r\n"
        ));
        let (code, retryable, _) = failure(&config(plain_sms(&url)));
        assert_eq!((code, retryable), (FailureCode::Redirect, false), "{status}");
    }
    assert!(seen_inside.try_recv().is_err());
}

#[test]
fn nobody_waits_for_ever() {
    // Accepts connections and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let started = Instant::now();
    let mut sms = plain_sms(&format!("http://127.0.0.1:{port}"));
    sms["net"]["timeout_ms"] = json!(200);
    assert_eq!(failure(&config(sms)), (FailureCode::Timeout, true, String::new()));
    let mut mail = mail(port);
    mail["net"]["timeout_ms"] = json!(200);
    let failure = send_this(&config(mail), &letter()).unwrap_err();
    assert_eq!((failure.code, failure.retryable), (FailureCode::Timeout, true));
    assert!(started.elapsed() < Duration::from_secs(5));
    drop(listener);
}

#[test]
fn nobody_there() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (code, retryable, _) = failure(&config(plain_sms(&format!("http://127.0.0.1:{closed}"))));
    assert_eq!((code, retryable), (FailureCode::Connect, true));
    let failure = send_this(&config(mail(closed)), &letter()).unwrap_err();
    assert_eq!((failure.code, failure.retryable), (FailureCode::Connect, true));
}

#[test]
fn tls_is_really_asked_for() {
    let (url, seen) = http_server("200 OK", "OK");
    let (code, _, _) = failure(&config(plain_sms(&url.replace("http:", "https:"))));
    assert!(
        matches!(code, FailureCode::Tls | FailureCode::Connect | FailureCode::Reply),
        "{code:?}"
    );
    assert!(seen.try_recv().is_err());
}

// ---------------------------------------------------------------- where it may go

#[test]
fn targets_inside_are_refused() {
    let (url, seen) = http_server("200 OK", "OK");
    let port = url.rsplit(':').next().unwrap().to_owned();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "2130706433",
        "0x7f.1",
        "169.254.169.254",
        "10.0.0.1",
    ] {
        let mut sms = plain_sms(&format!("http://{host}:{port}/x"));
        sms["net"] = json!({ "allow_plain": true });
        let failure = send(&config(sms)).unwrap_err();
        let refused = (failure.code, failure.retryable) == (FailureCode::TargetRefused, false);
        // A host that cannot do IPv6 or does not read odd numbers as addresses finds nothing at all.
        assert!(
            refused || (failure.code == FailureCode::Connect && host.starts_with(['[', '2', '0'])),
            "{host}: {failure}"
        );
    }
    assert!(seen.try_recv().is_err());
    for robot in ["wecom", "dingtalk"] {
        let robot = config(json!({ "kind": robot, "url": "https://127.0.0.1/robot?key=tok-abcdef" }));
        assert_eq!(failure(&robot), (FailureCode::TargetRefused, false, String::new()));
    }
    let mut mail = mail(port.parse().unwrap());
    mail["net"] = json!({ "allow_plain": true });
    assert_eq!(
        send_this(&config(mail), &letter()).unwrap_err().code,
        FailureCode::TargetRefused
    );
}

#[test]
fn addresses_that_cannot_work_are_refused_when_saved_and_when_sent() {
    for (url, problem) in [
        ("http://sms.example.com/send", "https needed"),
        ("https://user:tok-abcdef@sms.example.com/", "password in address"),
        ("ftp://sms.example.com/", "scheme"),
        ("file:///etc/passwd", "address"),
        ("/send", "address"),
        ("", "address"),
    ] {
        let mut sms = plain_sms(url);
        sms["net"] = json!({});
        let sms = config(sms);
        assert_eq!(sms.validate().unwrap_err().problem, problem, "{url}");
        assert_eq!(failure(&sms), (FailureCode::Config, false, problem.into()), "{url}");
    }
}

#[test]
fn settings_are_checked() {
    let good = "https://sms.example.com/send";
    let wrong = |change: &dyn Fn(&mut Value), field: &str, problem: &str| {
        let mut sms = signed_sms(good);
        change(&mut sms);
        let error = config(sms).validate().unwrap_err();
        assert_eq!((error.field, error.problem.as_str()), (field, problem));
    };
    config(signed_sms(good)).validate().unwrap();
    wrong(
        &|s| s["url"] = json!("https://{phone}.example.com/"),
        "url",
        "placeholder in the host",
    );
    wrong(
        &|s| s["body"]["json"]["x"] = json!([{ "y": "{phon}" }]),
        "body",
        "unknown placeholder {phon}",
    );
    wrong(
        &|s| s["headers"]["X"] = json!("{body}"),
        "headers",
        "unknown placeholder {body}",
    );
    wrong(
        &|s| s["body"]["json"]["x"] = json!("{sign}"),
        "auth.signed",
        "a signature cannot cover itself",
    );
    wrong(
        &|s| s["auth"]["signed"] = json!("{sign}"),
        "auth.signed",
        "unknown placeholder {sign}",
    );
    wrong(
        &|s| s["auth"]["signature_header"] = Value::Null,
        "auth",
        "the signature is sent nowhere",
    );
    wrong(&|s| s["auth"]["secret"] = json!(""), "auth.secret", "missing");
    wrong(
        &|s| s["auth"] = json!({ "kind": "header", "name": "", "value": "x" }),
        "auth",
        "name or value missing",
    );
    wrong(&|s| s["method"] = json!("get"), "body", "not with get");
    wrong(&|s| s["id_pointer"] = json!("id"), "success", "not a JSON pointer");
    assert!(serde_json::from_value::<ChannelConfig>(json!({ "kind": "wecom", "url": good, "typo": 1 })).is_err());
    // What is stored is read back as it was, secrets included.
    for value in [
        signed_sms(good),
        plain_sms(good),
        mail(25),
        json!({ "kind": "log_only" }),
    ] {
        let first = config(value);
        assert_eq!(config(serde_json::to_value(&first).unwrap()), first);
    }
}

#[test]
fn bad_receivers_and_missing_values() {
    let (url, seen) = http_server("200 OK", "OK");
    let sms = config(plain_sms(&url));
    for to in ["", "138", "1380013800a", "13800138000\r\nX: y", "138 0013 8000"] {
        let failure = send_this(
            &sms,
            &Message {
                to: to.into(),
                ..message()
            },
        )
        .unwrap_err();
        assert_eq!((failure.code, failure.retryable), (FailureCode::Recipient, false));
    }
    let mut with_param = plain_sms(&url);
    with_param["body"]["form"]["c"] = json!("{params.code}");
    assert_eq!(
        failure(&config(with_param)),
        (FailureCode::ParamMissing, false, "params.code".into())
    );
    let mut with_header = plain_sms(&url);
    with_header["headers"] = json!({ "X-Name": "{params.number}" });
    let split = Message {
        params: [("number".into(), "1\r\nX-Evil: 1".into())].into(),
        ..message()
    };
    assert_eq!(
        send_this(&config(with_header), &split).unwrap_err().code,
        FailureCode::Config
    );
    assert!(seen.try_recv().is_err());
}

#[test]
fn an_expired_code_is_not_sent() {
    let (url, seen) = http_server("200 OK", "OK");
    let sms = config(plain_sms(&url));
    let code = |age_min: i64| Message {
        template: "code".into(),
        at: NOW - age_min * 60_000,
        ..message()
    };
    assert!(send_this(&sms, &code(9)).is_ok());
    let failure = send_this(&sms, &code(11)).unwrap_err();
    assert_eq!((failure.code, failure.retryable), (FailureCode::Stale, false));
    assert_eq!(seen.try_iter().count(), 1);
}

// ---------------------------------------------------------------- robots

#[test]
fn dingtalk_signs_as_documented() {
    let (url, seen) = http_server("200 OK", r#"{"errcode":0,"errmsg":"ok"}"#);
    let robot = config(json!({
        "kind": "dingtalk", "url": format!("{url}/robot/send?access_token=tok-abcdef"), "secret": SECRET, "net": { "allow_private": true },
    }));
    robot.validate().unwrap();
    send(&robot).unwrap();
    let request = seen.recv().unwrap();
    let sign = STANDARD.encode(hmac(SECRET, &format!("{NOW}\n{SECRET}")));
    let escaped = sign.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    assert_eq!(
        request.target,
        format!("/robot/send?access_token=tok-abcdef&timestamp={NOW}&sign={escaped}")
    );
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(
        body,
        json!({ "msgtype": "text", "text": { "content": message().text } })
    );
}

#[test]
fn robots_say_no_with_200() {
    use FailureCode::{RateLimited, Rejected, Reply, Status};
    for (kind, status, reply, expected) in [
        (
            "wecom",
            "200 OK",
            r#"{"errcode":93000,"errmsg":"invalid webhook url tok-abcdef"}"#,
            (Rejected, false, "code 93000"),
        ),
        (
            "wecom",
            "200 OK",
            r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#,
            (RateLimited, true, "code 45009"),
        ),
        ("wecom", "200 OK", r#"{"errcode":-1}"#, (RateLimited, true, "code -1")),
        ("wecom", "200 OK", "{}", (Reply, false, "no errcode")),
        (
            "dingtalk",
            "200 OK",
            r#"{"errcode":310000,"errmsg":"sign not match"}"#,
            (Rejected, false, "code 310000"),
        ),
        (
            "dingtalk",
            "200 OK",
            r#"{"errcode":130101,"errmsg":"send too fast"}"#,
            (RateLimited, true, "code 130101"),
        ),
        (
            "dingtalk",
            "200 OK",
            r#"{"errcode":410100}"#,
            (RateLimited, true, "code 410100"),
        ),
        ("dingtalk", "502 Bad Gateway", "tok-abcdef", (Status, true, "HTTP 502")),
    ] {
        let (url, seen) = http_server(status, reply);
        let robot = config(
            json!({ "kind": kind, "url": format!("{url}/send?key=tok-abcdef"), "net": { "allow_private": true } }),
        );
        let (code, retryable, detail) = failure(&robot);
        assert_eq!((code, retryable, detail.as_str()), expected, "{kind} {reply}");
        assert_eq!(seen.recv().unwrap().target, "/send?key=tok-abcdef");
    }
    let (url, _seen) = http_server("200 OK", r#"{"errcode":0}"#);
    let robot = config(json!({ "kind": "wecom", "url": url, "net": { "allow_private": true } }));
    assert_eq!(send(&robot), Ok(Sent { provider_id: None }));
    assert_eq!((robot.kind(), robot.address()), ("wecom", Address::Group));
}

#[test]
fn without_a_channel_nothing_is_sent() {
    assert_eq!(
        failure(&ChannelConfig::default()),
        (FailureCode::NoChannel, false, String::new())
    );
}

// ---------------------------------------------------------------- e-mail

fn mail(port: u16) -> Value {
    json!({
        "kind": "email", "host": "127.0.0.1", "port": port, "tls": "none", "user": "desk", "password": SECRET,
        "from": "翠湖花园客户服务 <service@example.com>", "net": { "allow_private": true, "timeout_ms": 2_000 },
    })
}

fn letter() -> Message {
    Message {
        to: "resident@example.org".into(),
        ..message()
    }
}

#[test]
fn a_letter_arrives() {
    let (port, seen) = smtp_server(&[]);
    let config = config(mail(port));
    config.validate().unwrap();
    let sent = send_this(&config, &letter()).unwrap();
    let id = format!("<{}@example.com>", message().id);
    assert_eq!(sent.provider_id.as_deref(), Some(id.as_str()));
    let talk = seen.recv().unwrap();
    let login = STANDARD.encode(format!("\0desk\0{SECRET}"));
    for line in [
        "EHLO example.com",
        &format!("AUTH PLAIN {login}"),
        "MAIL FROM:<service@example.com>",
        "RCPT TO:<resident@example.org>",
        &format!("Message-ID: {id}"),
        "Date: Sat, 21 Nov 2026 02:42:00 +0000",
        "To: resident@example.org",
    ] {
        assert!(talk.contains(line), "{line} in {talk}");
    }
    let subject = STANDARD.encode("我们已收到您反映的事项");
    assert!(talk.replace("\r\n ", "").contains(&subject), "{talk}");
    let body = talk
        .split("\r\n\r\n")
        .nth(1)
        .unwrap()
        .split("\r\n.\r\n")
        .next()
        .unwrap()
        .replace("\r\n", "");
    assert_eq!(
        String::from_utf8(STANDARD.decode(body).unwrap()).unwrap(),
        message().text
    );
}

#[test]
fn refusals_of_the_mail_server() {
    use FailureCode::{Recipient, Rejected, Status};
    let cases: [(&'static [(&str, &str)], _); 4] = [
        (
            &[("RCPT", "550 no mailbox resident@example.org here")],
            (Rejected, false, "SMTP 550"),
        ),
        (
            &[("RCPT", "451 greylisted resident@example.org")],
            (Status, true, "SMTP 451"),
        ),
        (
            &[("AUTH", "535 bad password SEC-very-secret-key")],
            (Rejected, false, "SMTP 535"),
        ),
        (&[(".", "452 disk full")], (Status, true, "SMTP 452")),
    ];
    for (answers, expected) in cases {
        let (port, _seen) = smtp_server(answers);
        let failure = send_this(&config(mail(port)), &letter()).unwrap_err();
        assert_eq!((failure.code, failure.retryable, failure.detail.as_str()), expected);
    }
    let (port, seen) = smtp_server(&[]);
    for to in [
        "",
        "nobody",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, c@d.example",
    ] {
        let failure = send_this(
            &config(mail(port)),
            &Message {
                to: to.into(),
                ..message()
            },
        )
        .unwrap_err();
        assert_eq!((failure.code, failure.retryable), (Recipient, false), "{to}");
    }
    assert!(seen.try_recv().is_err());
}

#[test]
fn encryption_is_never_dropped() {
    let (port, seen) = smtp_server(&[]);
    let mut start_tls = mail(port);
    start_tls["tls"] = json!("start_tls");
    let failure = send_this(&config(start_tls), &letter()).unwrap_err();
    assert!(!failure.retryable, "{failure}");
    let talk = seen.recv().unwrap();
    assert!(!talk.contains("AUTH") && !talk.contains("MAIL"), "{talk}");
    let mut plain = mail(port);
    plain["net"] = json!({});
    let plain = config(plain);
    assert_eq!(plain.validate().unwrap_err().field, "tls");
    assert_eq!(send_this(&plain, &letter()).unwrap_err().code, FailureCode::Config);
}

// ---------------------------------------------------------------- delivery reports

fn report_config(auth: Value) -> ReportConfig {
    serde_json::from_value(json!({
        "auth": auth, "list_pointer": "/reports", "id_pointer": "/sid", "status_pointer": "/state",
        "delivered": ["DELIVRD", "0"], "pending": ["SENT"], "reason_pointer": "/reason", "at_pointer": "/at", "at": "china",
    }))
    .unwrap()
}

fn signed_report() -> ReportConfig {
    report_config(json!({
        "kind": "hmac_sha256", "secret": SECRET, "signature_header": "X-Signature", "prefix": "sha256=", "signed": "{timestamp}.{body}",
        "timestamp_header": "X-Timestamp",
    }))
}

const REPORT: &str = r#"{"reports":[
    {"sid":"a1","state":"DELIVRD","at":"2026-11-21 10:41:00","mobile":"13800138000"},
    {"sid":2,"state":0},
    {"sid":"a3","state":"UNDELIV","reason":"MK:0012"},
    {"sid":"a4","state":"EXPIRED 13800138000"},
    {"sid":"a5","state":"SENT"},
    {"state":"DELIVRD"}
]}"#;

fn report(
    config: &ReportConfig,
    body: &str,
    signature: &str,
    timestamp: &str,
) -> Result<Vec<DeliveryReport>, ReportRefused> {
    let headers = [("x-timestamp", timestamp), ("x-signature", signature)];
    let result = parse_report(
        config,
        &ReportRequest {
            headers: &headers,
            query: "",
            body: body.as_bytes(),
        },
        NOW,
    );
    assert!(!format!("{result:?} {config:?}").contains(PHONE) && !format!("{config:?}").contains(SECRET));
    result
}

#[test]
fn a_genuine_report_is_read() {
    let signature = format!("sha256={}", hex(&hmac(SECRET, &format!("1795228900.{REPORT}"))));
    let of = |id: &str, state, at| DeliveryReport {
        provider_id: id.into(),
        state,
        at,
    };
    assert_eq!(
        report(&signed_report(), REPORT, &signature, "1795228900"),
        Ok(vec![
            of("a1", DeliveryState::Delivered, NOW - 60_000),
            of("2", DeliveryState::Delivered, NOW),
            of("a3", DeliveryState::Failed("MK:0012".into()), NOW),
            of("a4", DeliveryState::Failed("withheld".into()), NOW),
        ])
    );
}

#[test]
fn a_false_report_is_refused() {
    let sign =
        |key: &str, timestamp: &str, body: &str| format!("sha256={}", hex(&hmac(key, &format!("{timestamp}.{body}"))));
    let config = signed_report();
    let good = sign(SECRET, "1795228900", REPORT);
    let refused = Err(ReportRefused::NotGenuine);
    assert_eq!(
        report(&config, REPORT, &sign("other", "1795228900", REPORT), "1795228900"),
        refused
    );
    assert_eq!(
        report(&config, &REPORT.replace("a1", "a9"), &good, "1795228900"),
        refused
    );
    assert_eq!(
        report(&config, REPORT, &good, "1795228901"),
        refused,
        "the time is signed too"
    );
    assert_eq!(report(&config, REPORT, &good[..good.len() - 2], "1795228900"), refused);
    assert_eq!(report(&config, REPORT, "", "1795228900"), refused);
    assert_eq!(report(&config, REPORT, "sha256=", "1795228900"), refused);
    let old = sign(SECRET, "1795228000", REPORT);
    assert_eq!(report(&config, REPORT, &old, "1795228000"), Err(ReportRefused::Stale));
    let none = parse_report(
        &config,
        &ReportRequest {
            headers: &[],
            query: "",
            body: b"{}",
        },
        NOW,
    );
    assert_eq!(none, refused);
    for (body, expected) in [
        ("not json", ReportRefused::NotUnderstood),
        ("{}", ReportRefused::NotUnderstood),
        (r#"{"reports":[{}]}"#, ReportRefused::NotUnderstood),
    ] {
        assert_eq!(
            report(&config, body, &sign(SECRET, "1795228900", body), "1795228900"),
            Err(expected),
            "{body}"
        );
    }
    let huge = " ".repeat(2_000_000);
    assert_eq!(report(&config, &huge, "", "1"), Err(ReportRefused::TooLarge));
}

#[test]
fn reports_by_token_and_form() {
    let token = "a-long-enough-token";
    let by_header = report_config(json!({ "kind": "header", "name": "X-Token", "value": token }));
    let empty = br#"{"reports":[]}"#;
    let ask = |config: &ReportConfig, headers: &[(&str, &str)], query: &str, body: &[u8]| {
        parse_report(config, &ReportRequest { headers, query, body }, NOW)
    };
    assert_eq!(ask(&by_header, &[("x-token", token)], "", empty), Ok(vec![]));
    assert_eq!(
        ask(&by_header, &[("x-token", "a-long-enough-tokem")], "", empty),
        Err(ReportRefused::NotGenuine)
    );
    assert_eq!(
        ask(&by_header, &[], "X-Token=a-long-enough-token", empty),
        Err(ReportRefused::NotGenuine)
    );
    let unset = report_config(json!({ "kind": "header", "name": "X-Token", "value": "" }));
    assert_eq!(
        ask(&unset, &[("x-token", "")], "", empty),
        Err(ReportRefused::NotGenuine),
        "an empty secret opens nothing"
    );

    let mut by_query = report_config(json!({ "kind": "query", "name": "t", "value": token }));
    by_query.body = messages::ReportBody::Form;
    by_query.list_pointer = String::new();
    let form = b"sid=a1&state=DELIVRD&at=2026-11-21+10%3A41%3A00";
    let expected = DeliveryReport {
        provider_id: "a1".into(),
        state: DeliveryState::Delivered,
        at: NOW - 60_000,
    };
    assert_eq!(
        ask(&by_query, &[], "x=1&t=a-long-enough-token", form),
        Ok(vec![expected])
    );
    assert_eq!(ask(&by_query, &[], "t=", form), Err(ReportRefused::NotGenuine));
}

#[test]
fn report_settings_are_checked() {
    let check = |report: &ReportConfig| {
        let mut sms = signed_sms("https://sms.example.com/send");
        sms["report"] = serde_json::to_value(report).unwrap();
        config(sms).validate()
    };
    check(&signed_report()).unwrap();
    let short = report_config(json!({ "kind": "query", "name": "t", "value": "short" }));
    assert_eq!(
        check(&short).unwrap_err().problem,
        "the token needs a name and 16 characters"
    );
    let unsigned_time = report_config(json!({
        "kind": "hmac_sha256", "secret": SECRET, "signature_header": "X", "signed": "{body}", "timestamp_header": "T",
    }));
    assert!(check(&unsigned_time).unwrap_err().problem.starts_with("a signed time"));
    let nothing =
        report_config(json!({ "kind": "hmac_sha256", "secret": SECRET, "signature_header": "X", "signed": "x" }));
    assert!(check(&nothing).is_err());
}

#[test]
fn the_waits_grow_and_end() {
    let waits: Vec<_> = (0..8).map(backoff).collect();
    let expected = [0, 30_000, 120_000, 600_000, 3_600_000, 21_600_000].map(Some);
    assert_eq!(waits, [expected.as_slice(), &[None, None]].concat());
}
