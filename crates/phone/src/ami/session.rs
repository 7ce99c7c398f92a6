//! A session with Asterisk: sign in, ask for the channels that are there, then listen. No network: octets in, octets out.

use std::collections::HashMap;

use super::action::{action, answer};
use super::translator::{DIAL, Translator};
use super::{Message, Settings, SignIn, Splitter};
use crate::OpenCall;
use crate::link::{Ask, End, Outbox, Protocol, Refusal, Reply, Why, own_words};

const CHALLENGE: &str = "challenge";
const LOGIN: &str = "login";
const PING: &str = "ping";
const LIST: &str = "list";
const LIST_OTHERWISE: &str = "list-otherwise";
const SEND: &str = "send-";

/// Most requests that wait for an answer.
const MOST_WAITING: usize = 256;

pub(super) struct Session {
    settings: Settings,
    translator: Translator,
    splitter: Splitter,
    greeted: bool,
    /// Requests by their `ActionID`.
    waiting: HashMap<String, (Ask, Reply)>,
    count: u64,
}

impl Session {
    pub fn new(settings: Settings, open: &[OpenCall]) -> Session {
        let translator = Translator::new(&settings.source, settings.plan.clone(), open);
        let splitter = Splitter::default();
        Session {
            settings,
            translator,
            splitter,
            greeted: false,
            waiting: HashMap::new(),
            count: 0,
        }
    }

    fn greet(&mut self, out: &mut Outbox) {
        self.greeted = true;
        let write = match self.settings.sign_in {
            SignIn::Challenge => action("Challenge", &[("ActionID", CHALLENGE), ("AuthType", "MD5")]),
            SignIn::Plain => self.login(&[("Secret", self.settings.secret.expose())]),
        };
        out.write.extend(write);
    }

    fn login(&self, proof: &[(&str, &str)]) -> Vec<u8> {
        let mut fields = vec![("ActionID", LOGIN), ("Username", self.settings.user.as_str())];
        fields.extend(proof);
        // Nothing else is read; variables, security and the like are most of what there is.
        fields.push(("Events", "call,agent"));
        action("Login", &fields)
    }

    fn response(&mut self, message: &Message, at: i64, out: &mut Outbox) -> Result<(), End> {
        // "Goodbye" and the like are no answers to what was asked.
        let good = message.get("Response") == Some("Success");
        let words = || own_words(message.get("Message").unwrap_or_default());
        match message.get("ActionID").unwrap_or_default() {
            CHALLENGE | LOGIN if !good => return Err(End::Refused(words())),
            CHALLENGE => {
                let key = answer(
                    message.get("Challenge").unwrap_or_default(),
                    self.settings.secret.expose(),
                );
                out.write.extend(self.login(&[("AuthType", "MD5"), ("Key", &key)]));
            }
            LOGIN => {
                out.signed_in = true;
                self.translator.listing_asked();
                // The right to dial and to transfer allows this listing; the other one needs another right.
                out.write.extend(action("Status", &[("ActionID", LIST)]));
            }
            LIST if !good => out
                .write
                .extend(action("CoreShowChannels", &[("ActionID", LIST_OTHERWISE)])),
            // An account that may not ask for a sign of life gives one by saying so.
            PING => out.alive = true,
            id => {
                if let Some((ask, reply)) = self.waiting.remove(id) {
                    self.answered(&ask, good, at, out);
                    let done = if good { Ok(()) } else { Err(Refusal::Refused(words())) };
                    // Whoever asked may have given up waiting.
                    drop(reply.send(done));
                }
            }
        }
        Ok(())
    }

    fn answered(&mut self, ask: &Ask, good: bool, at: i64, out: &mut Outbox) {
        match ask {
            Ask::Originate { id, .. } if !good => out.events.extend(self.translator.not_made(id, at)),
            Ask::Transfer { call_key, target, .. } if good => {
                out.events.extend(self.translator.redirected(call_key, target, at));
            }
            _ => {}
        }
    }

    fn originate(&mut self, extension: &str, number: &str, id: &str) -> (String, Vec<u8>) {
        self.translator.expect(id, extension, number);
        let action_id = format!("{DIAL}{id}");
        let telephone = self.settings.telephone.replacen("{}", extension, 1);
        let mut fields = vec![
            ("ActionID", action_id.as_str()),
            ("Channel", telephone.as_str()),
            ("Context", self.settings.context.as_str()),
            ("Exten", number),
            ("Priority", "1"),
            ("Timeout", "30000"),
            ("Async", "true"),
            // Name of the call and of its first leg: what follows is found by it.
            ("ChannelId", id),
        ];
        if let Some(caller_id) = &self.settings.caller_id {
            fields.push(("CallerID", caller_id));
        }
        let write = action("Originate", &fields);
        (action_id, write)
    }
}

impl Protocol for Session {
    fn connected(&mut self, _: &mut Outbox) {
        self.splitter = Splitter::default();
        self.greeted = false;
    }

    fn received(&mut self, piece: &[u8], at: i64, out: &mut Outbox) -> Result<(), End> {
        let mut messages = Vec::new();
        let pushed = self.splitter.push(piece, &mut messages);
        if !self.greeted && self.splitter.has_banner() {
            self.greet(out);
        }
        for message in &messages {
            if message.get("Response").is_some() && message.get("Event").is_none() {
                self.response(message, at, out)?;
            } else {
                out.events.extend(self.translator.translate(message, at));
            }
        }
        pushed.map_err(|_| End::Lost(Why::NotThisProtocol))
    }

    fn ping(&mut self, out: &mut Outbox) {
        out.write.extend(action("Ping", &[("ActionID", PING)]));
    }

    fn ask(&mut self, ask: Ask, reply: Reply, out: &mut Outbox) {
        if self.waiting.len() >= MOST_WAITING {
            drop(reply.send(Err(Refusal::NoAnswer)));
            return;
        }
        let (action_id, write) = match &ask {
            Ask::Originate { extension, number, id } => self.originate(extension, number, id),
            Ask::Transfer {
                call_key,
                target,
                unanswered,
            } => {
                let channel = match self.translator.sendable(call_key, *unanswered) {
                    Ok(channel) => channel,
                    Err(no) => {
                        drop(reply.send(Err(no)));
                        return;
                    }
                };
                self.count = self.count.wrapping_add(1);
                let action_id = format!("{SEND}{}", self.count);
                let context = self.settings.context.as_str();
                let fields = [
                    ("ActionID", action_id.as_str()),
                    ("Channel", &channel),
                    ("Context", context),
                    ("Exten", target),
                    ("Priority", "1"),
                ];
                let write = action("Redirect", &fields);
                (action_id, write)
            }
        };
        out.write.extend(write);
        self.waiting.insert(action_id, (ask, reply));
    }

    fn lost(&mut self) {
        // Whoever waits learns that no answer will come: the sender is dropped.
        self.waiting.clear();
    }
}
