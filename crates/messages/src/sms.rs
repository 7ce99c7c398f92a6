//! The generic SMS gateway: fills the request from its description, signs it, reads the reply.

use crate::config::{HmacAuth, Method, SmsAuth, SmsBody, SmsHttp, TimeFormat};
use crate::http::{Call, call, provider_id, safe_code, same_value};
use crate::placeholder;
use crate::sign::{hmac_sha256, percent_encode, sha256_hex};
use crate::{Failure, FailureCode, Message, Sent};
use serde_json::{Map, Value};

pub(crate) fn deliver(sms: &SmsHttp, message: &Message, now_ms: i64, nonce: &str) -> Result<Sent, Failure> {
    check_phone(&message.to)?;
    let values = Values {
        message,
        template: template_code(sms, message)?,
        timestamp: write_time(sms.timestamp, now_ms)?,
        nonce,
    };
    let reply = call(&sms.net, request(sms, &values)?)?;
    if let Some(success) = &sms.success {
        let Some(code) = reply.pointer(&success.pointer) else {
            return Err(Failure::permanent(FailureCode::Reply, "no result code"));
        };
        if !same_value(code, &success.equals) {
            let detail = format!("code {}", safe_code(code));
            let later = success
                .retry
                .iter()
                .any(|retry| same_value(code, &Value::from(retry.as_str())));
            return Err(match later {
                true => Failure::retryable(FailureCode::RateLimited, detail),
                false => Failure::permanent(FailureCode::Rejected, detail),
            });
        }
    }
    Ok(Sent {
        provider_id: provider_id(sms.id_pointer.as_ref().and_then(|pointer| reply.pointer(pointer))),
    })
}

// Numbers are normalised on the way in; what is not a number by now goes to nobody.
fn check_phone(phone: &str) -> Result<(), Failure> {
    let digits = phone.strip_prefix('+').unwrap_or(phone);
    let usable = (5..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if usable {
        Ok(())
    } else {
        Err(Failure::permanent(FailureCode::Recipient, "not a phone number"))
    }
}

fn template_code(sms: &SmsHttp, message: &Message) -> Result<String, Failure> {
    if sms.templates.is_empty() {
        return Ok(message.template.clone());
    }
    let with_language = format!("{}.{}", message.template, message.lang);
    let code = sms
        .templates
        .get(&with_language)
        .or_else(|| sms.templates.get(&message.template));
    code.cloned()
        .ok_or_else(|| Failure::permanent(FailureCode::TemplateUnknown, message.template.clone()))
}

fn write_time(format: TimeFormat, now_ms: i64) -> Result<String, Failure> {
    match format {
        TimeFormat::Seconds => Ok(now_ms.div_euclid(1_000).to_string()),
        TimeFormat::Millis => Ok(now_ms.to_string()),
        TimeFormat::Utc => jiff::Timestamp::from_second(now_ms.div_euclid(1_000))
            .map(|t| t.to_string())
            .map_err(|_| Failure::permanent(FailureCode::Config, "time")),
    }
}

struct Values<'a> {
    message: &'a Message,
    template: String,
    timestamp: String,
    nonce: &'a str,
}

impl Values<'_> {
    fn get(&self, name: &str) -> Option<String> {
        let m = self.message;
        match name {
            "phone" => Some(m.to.clone()),
            "template" => Some(self.template.clone()),
            "text" => Some(m.text.clone()),
            "lang" => Some(m.lang.clone()),
            "id" => Some(m.id.clone()),
            "nonce" => Some(self.nonce.to_owned()),
            "timestamp" => Some(self.timestamp.clone()),
            "params" | "params_json" => Some(self.params().to_string()),
            _ => m.params.get(name.strip_prefix("params.")?).cloned(),
        }
    }

    fn params(&self) -> Value {
        self.message
            .params
            .iter()
            .map(|(k, v)| (k.clone(), Value::from(v.as_str())))
            .collect::<Map<_, _>>()
            .into()
    }
}

fn missing(name: String) -> Failure {
    // The name comes from the settings, not from the message.
    Failure::permanent(FailureCode::ParamMissing, name)
}

/// Fills address, headers and body; the signature is known only then, so it is made from the parts that do not hold it.
fn request(sms: &SmsHttp, values: &Values<'_>) -> Result<Call, Failure> {
    match &sms.auth {
        SmsAuth::HmacSha256(hmac) => {
            // If `{sign}` stands in address or body, the settings forbid `{query}` and `{body}` in what is signed.
            let unsigned = fill_request(sms, values, "")?;
            let sign = signature(hmac, sms, values, &unsigned)?;
            let mut filled = fill_request(sms, values, &sign)?;
            let headers = [
                (&hmac.key_header, hmac.key_id.as_str()),
                (&hmac.timestamp_header, values.timestamp.as_str()),
                (&hmac.nonce_header, values.nonce),
                (&hmac.signature_header, sign.as_str()),
            ];
            for (name, value) in headers {
                filled
                    .headers
                    .extend(name.iter().map(|name| (name.clone(), value.to_owned())));
            }
            Ok(filled)
        }
        SmsAuth::None => fill_request(sms, values, ""),
        SmsAuth::Header { name, value } => {
            let mut filled = fill_request(sms, values, "")?;
            filled.headers.push((name.clone(), value.expose().to_owned()));
            Ok(filled)
        }
        SmsAuth::Query { name, value } => {
            let mut filled = fill_request(sms, values, "")?;
            filled.url = with_query(&filled.url, &[(name, value.expose())]);
            Ok(filled)
        }
    }
}

/// Adds parameters to an address that may or may not have some.
pub(crate) fn with_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let mut url = url.to_owned();
    for (name, value) in pairs {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&percent_encode(name));
        url.push('=');
        url.push_str(&percent_encode(value));
    }
    url
}

fn signature(hmac: &HmacAuth, sms: &SmsHttp, values: &Values<'_>, unsigned: &Call) -> Result<String, Failure> {
    let after_scheme = unsigned.url.split_once("://").map_or("", |(_, rest)| rest);
    let target = after_scheme.find(['/', '?']).map_or("/", |i| &after_scheme[i..]);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let body = unsigned.body.as_deref().unwrap_or("");
    let signed = placeholder::fill(
        &hmac.signed,
        |name| match name {
            "method" => Some(method(sms.method).to_string()),
            "path" => Some(if path.is_empty() { "/" } else { path }.to_owned()),
            "query" => Some(query.to_owned()),
            "key_id" => Some(hmac.key_id.clone()),
            "body" => Some(body.to_owned()),
            "body_sha256" => Some(sha256_hex(body.as_bytes())),
            _ => values.get(name),
        },
        |v| v,
    )
    .map_err(missing)?;
    let bytes = hmac_sha256(hmac.secret.expose().as_bytes(), signed.as_bytes());
    Ok(format!("{}{}", hmac.prefix, hmac.encoding.encode(&bytes)))
}

fn method(method: Method) -> ureq::http::Method {
    match method {
        Method::Get => ureq::http::Method::GET,
        Method::Post => ureq::http::Method::POST,
    }
}

fn fill_request(sms: &SmsHttp, values: &Values<'_>, sign: &str) -> Result<Call, Failure> {
    let get = |name: &str| {
        if name == "sign" {
            Some(sign.to_owned())
        } else {
            values.get(name)
        }
    };
    let plain = |text: &str| placeholder::fill(text, get, |v| v).map_err(missing);
    let url = placeholder::fill(sms.url.expose(), get, |v| percent_encode(&v)).map_err(missing)?;
    let mut headers = Vec::new();
    for (name, value) in &sms.headers {
        headers.push((name.clone(), plain(value)?));
    }
    let (content_type, body) = match &sms.body {
        SmsBody::Empty => (None, String::new()),
        SmsBody::Json(template) => (
            Some("application/json; charset=utf-8"),
            fill_json(template, &plain, values)?.to_string(),
        ),
        SmsBody::Form(fields) => {
            let mut pairs = Vec::new();
            for (name, value) in fields {
                pairs.push(format!("{}={}", percent_encode(name), percent_encode(&plain(value)?)));
            }
            (
                Some("application/x-www-form-urlencoded; charset=utf-8"),
                pairs.join("&"),
            )
        }
    };
    let own_type = sms.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type"));
    headers.extend(
        content_type
            .filter(|_| !own_type)
            .map(|kind| ("Content-Type".to_owned(), kind.to_owned())),
    );
    Ok(Call {
        method: method(sms.method),
        url,
        headers,
        body: (sms.method == Method::Post).then_some(body),
    })
}

fn fill_json(
    template: &Value,
    plain: &impl Fn(&str) -> Result<String, Failure>,
    values: &Values<'_>,
) -> Result<Value, Failure> {
    Ok(match template {
        Value::String(text) if text == "{params}" => values.params(),
        Value::String(text) => Value::String(plain(text)?),
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| fill_json(item, plain, values))
                .collect::<Result<_, _>>()?,
        ),
        Value::Object(fields) => {
            let filled = fields
                .iter()
                .map(|(k, v)| Ok((k.clone(), fill_json(v, plain, values)?)));
            Value::Object(filled.collect::<Result<_, Failure>>()?)
        }
        other => other.clone(),
    })
}
