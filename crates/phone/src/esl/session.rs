//! A session with FreeSWITCH: let in, choose the events, ask for the channels that are there, then listen. No network: octets in,
//! octets out.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use super::command::{self, LIST, PING, SUBSCRIBE};
use super::translator::{Report, Translator};
use super::{Frame, Framer, Settings};
use crate::OpenCall;
use crate::link::{Ask, End, Outbox, Protocol, Refusal, Reply, Why, own_words};

/// The prefixes of the names of jobs; the id of the call or a number follows.
const DIAL: &str = "dial-";
const SEND: &str = "send-";

/// Most commands and jobs that wait for an answer.
const MOST_WAITING: usize = 256;

/// Commands are answered in the order in which they were sent.
enum Awaited {
    Auth,
    Subscribe,
    List,
    Ping,
    /// The answer says only that the job was taken.
    Dial {
        id: String,
        reply: Reply,
    },
    Send {
        job: String,
    },
}

pub(super) struct Session {
    settings: Settings,
    translator: Translator,
    framer: Framer,
    awaited: VecDeque<Awaited>,
    /// Transfers whose job is running, by its name: call, target and who asked.
    jobs: HashMap<String, (String, String, Reply)>,
    count: u64,
}

impl Session {
    pub fn new(settings: Settings, open: &[OpenCall]) -> Session {
        let profiles = settings.outside_profiles.clone();
        let translator = Translator::new(&settings.source, settings.plan.clone(), profiles, open);
        let framer = Framer::default();
        Session {
            settings,
            translator,
            framer,
            awaited: VecDeque::new(),
            jobs: HashMap::new(),
            count: 0,
        }
    }

    fn send(&mut self, command: &str, awaited: Awaited, out: &mut Outbox) {
        out.write.extend_from_slice(command.as_bytes());
        self.awaited.push_back(awaited);
    }

    fn frame(&mut self, frame: &Frame, at: i64, out: &mut Outbox) -> Result<(), End> {
        match frame.get("Content-Type").unwrap_or_default() {
            "auth/request" => self.send(&command::auth(self.settings.password.expose()), Awaited::Auth, out),
            "command/reply" => self.answer(frame.get("Reply-Text").unwrap_or_default(), &[], at, out)?,
            "api/response" => self.answer("", &frame.body, at, out)?,
            "text/event-json" => {
                if let Some(report) = Report::read(&frame.body) {
                    self.report(&report, at, out);
                }
            }
            "text/rude-rejection" => return Err(End::Refused(own_words(&String::from_utf8_lossy(&frame.body)))),
            "text/disconnect-notice" => return Err(End::Lost(Why::Closed)),
            _ => {}
        }
        Ok(())
    }

    fn answer(&mut self, text: &str, body: &[u8], at: i64, out: &mut Outbox) -> Result<(), End> {
        let good = text.starts_with("+OK");
        match self.awaited.pop_front() {
            Some(Awaited::Auth | Awaited::Subscribe) if !good => return Err(End::Refused(own_words(text))),
            Some(Awaited::Auth) => self.send(SUBSCRIBE, Awaited::Subscribe, out),
            Some(Awaited::Subscribe) => {
                out.signed_in = true;
                self.translator.listing_asked();
                self.send(LIST, Awaited::List, out);
            }
            Some(Awaited::List) => {
                // One that may not ask for the listing gets an error: nothing is known to be gone.
                if let Ok(list @ Value::Object(_)) = serde_json::from_slice(body) {
                    out.events.extend(self.translator.listed(&list, at));
                }
            }
            Some(Awaited::Ping) => out.alive = true,
            Some(Awaited::Dial { id, reply }) => {
                if !good {
                    out.events.extend(self.translator.not_made(&id, None, at));
                }
                // Whoever asked may have given up waiting.
                drop(reply.send(if good {
                    Ok(())
                } else {
                    Err(Refusal::Refused(own_words(text)))
                }));
            }
            Some(Awaited::Send { job }) if !good => {
                if let Some((_, _, reply)) = self.jobs.remove(&job) {
                    drop(reply.send(Err(Refusal::Refused(own_words(text)))));
                }
            }
            Some(Awaited::Send { .. }) | None => {}
        }
        Ok(())
    }

    fn report(&mut self, report: &Report, at: i64, out: &mut Outbox) {
        if report.get("Event-Name") != Some("BACKGROUND_JOB") {
            out.events.extend(self.translator.translate(report, at));
            return;
        }
        let job = report.get("Job-UUID").unwrap_or_default();
        let result = report.get("_body").unwrap_or_default().trim();
        if let Some(id) = job.strip_prefix(DIAL) {
            if let Some(cause) = result.strip_prefix("-ERR") {
                out.events.extend(self.translator.not_made(id, Some(cause.trim()), at));
            }
        } else if let Some((call, target, reply)) = self.jobs.remove(job) {
            let good = result.starts_with("+OK");
            if good {
                out.events.extend(self.translator.sent_on(&call, &target, at));
            }
            drop(reply.send(if good {
                Ok(())
            } else {
                Err(Refusal::Refused(own_words(result)))
            }));
        }
    }
}

impl Protocol for Session {
    fn connected(&mut self, _: &mut Outbox) {
        self.framer = Framer::default();
    }

    fn received(&mut self, piece: &[u8], at: i64, out: &mut Outbox) -> Result<(), End> {
        let mut frames = Vec::new();
        let pushed = self.framer.push(piece, &mut frames);
        for frame in &frames {
            self.frame(frame, at, out)?;
        }
        pushed.map_err(|_| End::Lost(Why::NotThisProtocol))
    }

    fn ping(&mut self, out: &mut Outbox) {
        self.send(PING, Awaited::Ping, out);
    }

    fn ask(&mut self, ask: Ask, reply: Reply, out: &mut Outbox) {
        if self.awaited.len() >= MOST_WAITING || self.jobs.len() >= MOST_WAITING {
            drop(reply.send(Err(Refusal::NoAnswer)));
            return;
        }
        match ask {
            Ask::Originate { extension, number, id } => {
                self.translator.expect(&id, &extension, &number);
                let command = command::originate(&self.settings, &extension, &number, &id, &format!("{DIAL}{id}"));
                self.send(&command, Awaited::Dial { id, reply }, out);
            }
            Ask::Transfer {
                call_key,
                target,
                unanswered,
            } => {
                let leg = self.translator.sendable(&call_key, unanswered);
                let leg = match leg.and_then(|leg| {
                    if crate::is_word(&leg, 160) {
                        Ok(leg)
                    } else {
                        Err(Refusal::NoSuchCall)
                    }
                }) {
                    Ok(leg) => leg,
                    Err(no) => {
                        drop(reply.send(Err(no)));
                        return;
                    }
                };
                self.count = self.count.wrapping_add(1);
                let job = format!("{SEND}{}", self.count);
                let command = command::transfer(&self.settings, &leg, &target, &job);
                self.jobs.insert(job.clone(), (call_key, target, reply));
                self.send(&command, Awaited::Send { job }, out);
            }
        }
    }

    fn lost(&mut self) {
        // Whoever waits learns that no answer will come: the senders are dropped.
        self.awaited.clear();
        self.jobs.clear();
    }
}
