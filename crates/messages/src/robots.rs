//! Group robots of WeCom (企业微信) and DingTalk (钉钉). They answer 200 with an error code inside.

use crate::config::{DingTalk, WeCom};
use crate::http::{Call, call, safe_code};
use crate::sign::{Encoding, hmac_sha256};
use crate::sms::with_query;
use crate::{Failure, FailureCode, Message, Net, Sent};
use serde_json::{Value, json};
use ureq::http::Method;

/// WeCom refuses longer texts; bytes.
const WECOM_MAX: usize = 2_048;
/// DingTalk limits the whole request to 20,000 bytes.
const DINGTALK_MAX: usize = 16_000;
/// System busy; calls over the limit; too many at once.
const WECOM_LATER: [i64; 3] = [-1, 45_009, 45_033];
/// System busy; more than 20 messages a minute (two codes); calls over the limit.
const DINGTALK_LATER: [i64; 4] = [-1, 130_101, 410_100, 90_018];

pub(crate) fn wecom(robot: &WeCom, message: &Message) -> Result<Sent, Failure> {
    post(
        &robot.net,
        robot.url.expose().to_owned(),
        shorten(&message.text, WECOM_MAX),
        &WECOM_LATER,
    )
}

pub(crate) fn dingtalk(robot: &DingTalk, message: &Message, now_ms: i64) -> Result<Sent, Failure> {
    let url = match &robot.secret {
        None => robot.url.expose().to_owned(),
        Some(secret) => {
            // The key also stands in the signed text; the scheme is theirs.
            let timestamp = now_ms.to_string();
            let signed = format!("{timestamp}\n{}", secret.expose());
            let sign = Encoding::Base64.encode(&hmac_sha256(secret.expose().as_bytes(), signed.as_bytes()));
            with_query(robot.url.expose(), &[("timestamp", &timestamp), ("sign", &sign)])
        }
    };
    post(&robot.net, url, shorten(&message.text, DINGTALK_MAX), &DINGTALK_LATER)
}

fn post(net: &Net, url: String, text: String, later: &[i64]) -> Result<Sent, Failure> {
    let body = json!({ "msgtype": "text", "text": { "content": text } }).to_string();
    let headers = vec![("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned())];
    let reply = call(
        net,
        Call {
            method: Method::POST,
            url,
            headers,
            body: Some(body),
        },
    )?;
    let code = reply.pointer("/errcode").and_then(Value::as_i64);
    match code {
        Some(0) => Ok(Sent { provider_id: None }),
        Some(code) => {
            let detail = format!("code {}", safe_code(&Value::from(code)));
            Err(match later.contains(&code) {
                true => Failure::retryable(FailureCode::RateLimited, detail),
                false => Failure::permanent(FailureCode::Rejected, detail),
            })
        }
        None => Err(Failure::permanent(FailureCode::Reply, "no errcode")),
    }
}

fn shorten(text: &str, max: usize) -> String {
    const MORE: &str = "…";
    if text.len() <= max {
        return text.to_owned();
    }
    let mut end = max - MORE.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{MORE}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_end_at_a_character() {
        assert_eq!(shorten("修好了", 9), "修好了");
        assert_eq!(shorten("修好了吗", 10), "修好…");
        assert!(shorten(&"水".repeat(5_000), WECOM_MAX).len() <= WECOM_MAX);
    }
}
