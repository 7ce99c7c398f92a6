//! What each address does, for the document. The guard, and with it the scope, stands in the route table.

use serde_json::{Value, json};

/// What is answered.
#[derive(Clone, Copy)]
pub enum Give {
    Json(&'static str),
    Made(&'static str),
    Bytes,
    Document,
}

use Give::{Bytes, Document, Json, Made};

/// One line of the document.
pub struct Endpoint {
    pub method: &'static str,
    pub path: &'static str,
    pub tag: &'static str,
    pub summary: &'static str,
    /// Query in the short writing of `schema`.
    pub query: &'static str,
    /// Schema of the body, or `multipart`.
    pub request: Option<&'static str>,
    pub give: Give,
    /// Takes If-Match.
    pub versioned: bool,
    /// Needs no token.
    pub open: bool,
}

const fn get(
    path: &'static str,
    tag: &'static str,
    summary: &'static str,
    query: &'static str,
    give: Give,
) -> Endpoint {
    Endpoint {
        method: "GET",
        path,
        tag,
        summary,
        query,
        request: None,
        give,
        versioned: false,
        open: false,
    }
}

const fn post(
    path: &'static str,
    tag: &'static str,
    summary: &'static str,
    request: Option<&'static str>,
    give: Give,
) -> Endpoint {
    Endpoint {
        method: "POST",
        path,
        tag,
        summary,
        query: "",
        request,
        give,
        versioned: false,
        open: false,
    }
}

const LIST: &str = "view:text q:text kind:kind state:text department:id worker:id urgency:urgency building:text from:at until:at \
    after:text limit:int";

/// Every route under /api/.
#[rustfmt::skip]
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint { open: true, ..get("/api/openapi.json", "document", "This document", "", Document) },
    get("/api/v1/me", "site", "Who the token acts for, at which site, with which scopes", "", Json("Me")),

    get("/api/v1/contacts", "contacts", "The register of what came in, newest first (CAL-2)",
        "view:text q:text channel:channel outcome:text worker:id unit:id from:at until:at after:text limit:int", Json("Contacts")),
    post("/api/v1/contacts", "contacts", "Register a contact and what came of it (REC-1, REC-10 to REC-15)", Some("NewContact"), Made("Registered")),
    get("/api/v1/contacts/{id}", "contacts", "One contact", "", Json("Contact")),
    Endpoint { versioned: true, ..post("/api/v1/contacts/{id}/correct", "contacts", "Correct a contact: what is sent is to stand, what is left out stays; the old values stay on the journal (COM-11)", Some("ContactCorrection"), Json("Contact")) },
    get("/api/v1/contacts/{id}/cases", "contacts", "The cases that a contact led to or was joined to", "", Json("Cases")),
    post("/api/v1/contacts/{id}/cases", "contacts", "One more case of a contact, or a case out of one that was only answered", Some("NewCase"), Made("Registered")),
    get("/api/v1/contacts/{id}/files", "files", "What is attached to the contact", "", Json("Files")),
    post("/api/v1/suggestions", "contacts", "What the desk would be told before it registers this: level, scope, department, prices, limits, earlier cases of the same unit and item. Nothing is written", Some("AboutCase"), Json("Suggestion")),
    post("/api/v1/contacts/{id}/files", "files", "Attach a file to a contact", Some("multipart"), Made("File")),

    get("/api/v1/cases", "cases", "Cases by view and filter", LIST, Json("Cases")),
    get("/api/v1/cases/{id}", "cases", "One case with its clocks", "", Json("Case")),
    get("/api/v1/cases/{id}/offers", "cases", "What may be done with the case now, and why not the rest", "", Json("Offers")),
    get("/api/v1/cases/{id}/timeline", "cases", "What happened to the case, newest first", "after:int limit:int", Json("Timeline")),
    get("/api/v1/cases/{id}/files", "files", "What is attached to the case", "", Json("Files")),
    post("/api/v1/cases/{id}/files", "files", "Attach a file to the case", Some("multipart"), Made("File")),
    post("/api/v1/cases/{id}/reveal", "cases", "The customer's whole number; the look is on the journal", None, Json("Revealed")),
    get("/api/v1/cases/{id}/links", "links", "The secret links of a case, newest first; their addresses are kept nowhere", "", Json("Links")),
    post("/api/v1/cases/{id}/links", "links", "Make a link for the customer (track, confirm) or for the vendor of the order in hand (REC-12, COM-30). A link that staff or their programs have seen makes no signature of grade A or B", Some("NewLink"), Made("MadeLink")),
    post("/api/v1/cases/{id}/links/{link}/withdraw", "links", "Withdraw a link: it stops at once", None, Json("Changed")),
    get("/api/v1/cases/{id}/messages", "messages", "What was sent about the case", "", Json("Messages")),
    get("/api/v1/cases/{id}/signature/{confirmation}", "files", "The drawing of a signature, as SVG", "", Bytes),
    Endpoint { versioned: true, ..post("/api/v1/cases/{id}/{action}", "steps", "A step", None, Json("Done")) },

    get("/api/v1/orders", "cases", "Work orders by view and filter", LIST, Json("Orders")),
    get("/api/v1/orders/{number}", "cases", "One work order", "", Json("OrderLine")),
    get("/api/v1/orders/{number}/print", "cases", "The work order as one page to print (REC-15, REC-22): HTML with the form's number and version", "", Bytes),
    get("/api/v1/callbacks", "cases", "Callbacks to be made, or made", "view:text q:text kind:kind department:id clerk:id from:at until:at after:text limit:int", Json("Callbacks")),

    get("/api/v1/visits", "visits", "The register of visitors, newest first (VIS-3)", "state:visit_state q:text from:at until:at after:text limit:int", Json("Visits")),
    post("/api/v1/visits", "visits", "A visitor is here: the record begins and takes its arrival time now; everything else may follow (REC-5)", Some("NewVisit"), Made("Visit")),
    get("/api/v1/visits/now", "visits", "Who is inside, the overdue first; who waits; who is expected; who left without giving the badge back", "", Json("Visits")),
    post("/api/v1/visits/expected", "visits", "An announced visitor with a pass code for the gate", Some("ExpectedVisit"), Made("Visit")),
    get("/api/v1/visits/{id}", "visits", "One visit, by id or number", "", Json("Visit")),
    Endpoint { versioned: true, ..post("/api/v1/visits/{id}/steps", "visits", "A step: ask the host, note the answer, check the document, let in, see out, call security or the police (VIS-3 to VIS-9). Of a document's number only the last characters are kept", Some("VisitStep"), Json("Visit")) },
    post("/api/v1/visits/{id}/link", "visits", "Ask the host by a secret address that you pass on (VIS-5)", None, Made("VisitLink")),
    get("/api/v1/passes/{code}", "visits", "The expected visitor whose pass code this is", "", Json("Visit")),
    get("/api/v1/appointments", "visits", "Appointments to come, then those of the last thirty days (ETQ-6)", "", Json("FaceToFaces")),
    post("/api/v1/contacts/{id}/appointments", "visits", "A face-to-face appointment with whoever a contact was (ETQ-6)", Some("NewAppointment"), Made("AppointmentMade")),
    Endpoint { versioned: true, ..post("/api/v1/appointments/{id}/end", "visits", "What came of an appointment: the customer came and showed a document, did not come, or it was cancelled", Some("AppointmentEnd"), Json("AppointmentMade")) },

    get("/api/v1/emergencies", "emergencies", "Emergencies, or drills (drills=1), newest first (REC-17 to REC-21)", "drills:text after:text limit:int", Json("Emergencies")),
    post("/api/v1/emergencies", "emergencies", "Open an emergency or a drill by its playbook: the call tree is called, the checklist runs. Without a case a call for help is registered with it, which needs contacts:write too (REC-17)", Some("NewEmergency"), Made("Emergency")),
    get("/api/v1/emergencies/plays", "emergencies", "The playbooks: codes, who is called, what is done by when", "", Json("Plays")),
    get("/api/v1/emergencies/{id}", "emergencies", "One emergency with its calls, checklist, log, owner and what follows it; `missing`: what is lacking before it can be closed (DIR-14)", "", Json("Emergency")),
    post("/api/v1/emergencies/{id}/reveal", "emergencies", "The caller's whole number while it runs; the look is on the journal", None, Json("Revealed")),
    Endpoint { versioned: true, ..post("/api/v1/emergencies/{id}/{act}", "emergencies", "A step", None, Json("Emergency")) },

    get("/api/v1/incidents", "incidents", "Mass incidents, newest first", "after:text limit:int", Json("Incidents")),
    post("/api/v1/incidents", "incidents", "Open one: which buildings, and what callers are told", Some("NewIncident"), Made("Incident")),
    get("/api/v1/incidents/{id}", "incidents", "One incident, with who called about it for whoever calls them back", "", Json("Incident")),
    Endpoint { versioned: true, ..post("/api/v1/incidents/{id}/change", "incidents", "Callers are told something else from now on; what is left out stays", Some("IncidentChange"), Json("Incident")) },
    post("/api/v1/incidents/{id}/join", "incidents", "Join somebody who called: a contact with a case of its own, which needs contacts:write too", Some("IncidentJoin"), Made("Registered")),
    post("/api/v1/incidents/{id}/reveal", "incidents", "The whole numbers of those who are to be called back, once it is over; the look is on the journal", None, Json("RevealedCallers")),
    Endpoint { versioned: true, ..post("/api/v1/incidents/{id}/callers/{caller}", "incidents", "What came of calling somebody back: told and over, not over there, no answer. The version is the caller's", Some("IncidentTold"), Json("Incident")) },
    Endpoint { versioned: true, ..post("/api/v1/incidents/{id}/end", "incidents", "It is over: everybody who called is to be told, in these words", Some("IncidentEnd"), Json("Incident")) },

    get("/api/v1/answers", "answers", "Standard answers, longest unchecked first; with words those that answer them, best first (REC-6, COM-6). view: in_use (when left out), unchecked, withdrawn", "view:text q:text after:text", Json("StandardAnswers")),
    post("/api/v1/answers", "answers", "Write a standard answer: a question, and one sentence that is spoken", Some("NewStandardAnswer"), Made("StandardAnswerWhole")),
    get("/api/v1/answers/{id}", "answers", "One standard answer with what it said before", "", Json("StandardAnswerWhole")),
    Endpoint { versioned: true, ..post("/api/v1/answers/{id}", "answers", "Change it: what is left out stays, what it said before is kept. Whoever changes it has looked at it", Some("StandardAnswerEdit"), Json("StandardAnswerWhole")) },
    Endpoint { versioned: true, ..post("/api/v1/answers/{id}/check", "answers", "It was looked at and is still right", Some("StandardAnswerCheck"), Json("StandardAnswerWhole")) },
    Endpoint { versioned: true, ..post("/api/v1/answers/{id}/active", "answers", "Take it out of use, or bring it back, with a reason", Some("StandardAnswerActive"), Json("StandardAnswerWhole")) },
    get("/api/v1/referrals", "answers", "Who helps with what is not our service (CAL-8); all=1: with those that are off the list", "all:text", Json("Referrals")),
    get("/api/v1/lessons", "answers", "The case library, newest first; with words those that fit, best first (DIR-22). withdrawn=1: those that were taken out", "q:text item:text withdrawn:text after:text", Json("Lessons")),
    get("/api/v1/lessons/{id}", "answers", "One lesson", "", Json("Lesson")),

    get("/api/v1/proposals", "proposals", "Proposals for new services (REC-12). view: open (when left out), decided, again, all", "view:text after:text", Json("Proposals")),
    get("/api/v1/proposals/{id}", "proposals", "One proposal", "", Json("Proposal")),
    Endpoint { versioned: true, ..post("/api/v1/proposals/{id}/decide", "proposals", "Decide whether the service is developed, with a reason; later: with when it is looked at again", Some("ProposalDecision"), Json("Proposal")) },
    Endpoint { versioned: true, ..post("/api/v1/proposals/{id}/tell", "proposals", "The customer was told of the decision", Some("ProposalTold"), Json("Proposal")) },

    get("/api/v1/investigations", "investigations", "Whether internal reports were true (COM-24), newest first. view: open, recorded, mine, asked, all; left out: open for who sees all, else mine", "view:text after:text", Json("Investigations")),
    post("/api/v1/investigations", "investigations", "Have a report looked into: the person is told at once and has at least three days to answer", Some("NewInvestigation"), Made("Investigation")),
    get("/api/v1/investigations/{id}", "investigations", "One of them, for whom it is about, who opened it and who sees all; `may`: the steps that are yours now", "", Json("Investigation")),
    Endpoint { versioned: true, ..post("/api/v1/investigations/{id}/{act}", "investigations", "A step", None, Json("Investigation")) },

    get("/api/v1/opinions", "opinions", "The months' rounds of suggestions and praise with their opinions, newest first (COM-13)", "", Json("Opinions")),
    get("/api/v1/opinions/{id}", "opinions", "One opinion with what it lacks", "", Json("Opinion")),
    Endpoint { versioned: true, ..post("/api/v1/opinions/{id}/{act}", "opinions", "A step", None, Json("Opinion")) },
    Endpoint { versioned: true, ..post("/api/v1/opinion-rounds/{id}/close", "opinions", "Close a round whose month is over and in which each opinion has its result", Some("OpinionRoundClose"), Json("OpinionRound")) },

    get("/api/v1/call-rounds", "calls", "The months' satisfaction calls, newest first (CSM-4); `missing`: the month that waits for its sample, `pool`: how many cases it has", "", Json("CallRounds")),
    post("/api/v1/call-rounds", "calls", "Draw a month's sample by lot, once", Some("NewCallRound"), Made("CallRound")),
    get("/api/v1/call-rounds/{id}", "calls", "A month's list with its calls and what they say, never without how many they say it of", "", Json("CallRound")),
    Endpoint { versioned: true, ..post("/api/v1/call-rounds/{id}/calls/{call}", "calls", "What came of a call, by somebody who did none of the work (COM-12)", Some("CallMade"), Json("MonthlyCall")) },
    Endpoint { versioned: true, ..post("/api/v1/call-rounds/{id}/calls/{call}/sign", "calls", "The record was signed on paper (file: one of the case's paper forms), or the customer declined to, with the reason (COM-12)", Some("CallSigned"), Json("MonthlyCall")) },

    get("/api/v1/calls", "hotline", "Telephone calls, newest first (COM-10, ANS-1); what is named beside a view narrows it further. ring, wait and hold are as of the last report", super::super::call::NARROWS, Json("PhoneCalls")),
    get("/api/v1/calls/figures", "hotline", "A day's figures (today when left out) of all calls, by hour and by who answered: met, breached and unknown side by side, waits, holds, missed and called back", "day:date", Json("CallFigures")),
    get("/api/v1/calls/{id}", "hotline", "One call: what is known, every telephone's part, holds, transfers, what is said of ring, wait and hold, and each report as it came. Instants are by our clock, lengths by the clock that `clock` names", "", Json("PhoneCall")),
    get("/api/v1/missed-calls", "hotline", "Numbers to be called back, the most urgent first (CAL-3); done=1: those that were, newest first", "done:text after:text limit:int", Json("MissedCalls")),
    get("/api/v1/missed-calls/{id}", "hotline", "One number to be called back", "", Json("MissedCall")),
    Endpoint { versioned: true, ..post("/api/v1/missed-calls/{id}/close", "hotline", "It was called back on a telephone of which nothing is told, and answered; a call that the telephone system tells closes it by itself", Some("MissedCallClose"), Json("MissedCall")) },
    post("/api/v1/missed-calls/{id}/reveal", "hotline", "The whole number; the look is on the journal. Needs contacts:read too", None, Json("Revealed")),

    get("/api/v1/registers/{register}", "registers", "A range of a register as its form has it, newest first (COM-11); that it was taken is on the journal. Registers: contacts, communication (with post), orders, complaints, visitors, callbacks", "post:register_post q:text from:at until:at after:text limit:int", Json("Register")),
    post("/api/v1/registers/{register}/{id}/corrections", "registers", "Correct a field of an entry: what stood there (`was`) stays to be read. Who has read something else is refused (409)", Some("RegisterCorrectionNew"), Made("RegisterEntry")),

    get("/api/v1/export/{list}", "lists", "A list (cases, orders, contacts, callbacks) as an Excel file with its watermark line; that it was taken is on the journal",
        "view:text q:text kind:kind state:text department:id worker:id urgency:urgency channel:channel outcome:text clerk:id from:at until:at", Bytes),
    get("/api/v1/views/{list}", "lists", "The saved views of the token's owner", "", Json("Views")),
    post("/api/v1/views/{list}", "lists", "Save a view; one of the same name is replaced", Some("NewView"), Json("Views")),
    post("/api/v1/views/{list}/{id}/remove", "lists", "Remove a view", None, Json("Views")),

    get("/api/v1/messages", "messages", "The outbox, newest first: what went out, what arrived, what failed and why", "state:message_state from:at after:text limit:int", Json("Messages")),
    post("/api/v1/messages/{id}/again", "messages", "Send again what reached nobody", None, Json("Message")),

    get("/api/v1/imports", "imports", "The latest imports of the estate", "", Json("Imports")),
    post("/api/v1/imports", "imports", "Send a workbook (our template, or an HC community workbook as it is). It is looked at; ask for the import until its state is ready or failed", Some("workbook"), Made("Import")),
    get("/api/v1/imports/template/{lang}", "imports", "Our own workbook, empty, in zh or en", "", Bytes),
    get("/api/v1/imports/{id}", "imports", "One import: what it would do or has done, and how far it is", "", Json("Import")),
    get("/api/v1/imports/{id}/rows", "imports", "The rows of one of its lists: refused (when left out), created, changed, warnings; at most a thousand of each", "list:text after:int limit:int", Json("ImportRows")),
    get("/api/v1/imports/{id}/refused.xlsx", "imports", "The refused rows as a marked workbook, to be corrected and sent again", "", Bytes),
    post("/api/v1/imports/{id}/run", "imports", "Write it: all or nothing, or the good rows; goes on with one that was stopped", Some("ImportRun"), Json("Import")),
    post("/api/v1/imports/{id}/stop", "imports", "Ask for a stop. What is written stays; it can go on later", None, Json("Import")),

    get("/api/v1/notices", "notices", "What the token's owner was told, the unread first, newest first", "after:text", Json("Notices")),
    post("/api/v1/notices/{id}/read", "notices", "Mark a notice as read; opening its case on a page does the same", None, Json("Notice")),

    get("/api/v1/roster/now", "roster", "Who holds each post now, who comes next, and what lacks in the next days (COM-9)", "", Json("PostsNow")),
    get("/api/v1/roster/shifts", "roster", "The shifts that meet a stretch of time of at most 62 days, in order; a week from now where nothing is asked for", "from:at until:at post:id", Json("RosterShifts")),
    post("/api/v1/roster/shifts/{id}/check-in", "roster", "Check in to one's own shift, from two hours before it begins; ok: codes of the opening checklist that are in order, remark: needed where something is not (REC-4). Needs company:write", Some("CheckIn"), Json("CheckedIn")),

    get("/api/v1/find", "find", "The search box: units, people, plates, numbers, words", "q:text", Json("Hits")),

    get("/api/v1/buildings", "directory", "Buildings", "", Json("Buildings")),
    post("/api/v1/buildings", "directory", "Make a building or bring it up to date; found by its code", Some("NewBuilding"), Json("Upsert")),
    post("/api/v1/units", "directory", "Make a unit or bring it up to date; found by its code in any writing", Some("NewUnit"), Json("Upsert")),
    Endpoint { versioned: true, ..post("/api/v1/units/{id}/correct", "directory", "Correct what is known of a unit; the old values stay on the journal (STD-4, CSR-4)", Some("UnitCorrection"), Json("Household")) },
    get("/api/v1/units/{id}/changes", "directory", "What was changed about a unit and its people", "", Json("Changes")),
    post("/api/v1/vehicles", "directory", "Make a vehicle or bring it up to date; found by its plate", Some("NewVehicle"), Json("Upsert")),
    Endpoint { versioned: true, ..post("/api/v1/vehicles/{id}/end", "directory", "A vehicle is gone for good; its past stays", Some("VehicleEnd"), Json("VehicleEnded")) },
    post("/api/v1/parking", "directory", "Make a parking place or bring it up to date; found by lot and code", Some("NewParking"), Json("Upsert")),
    get("/api/v1/people", "directory", "People that the words stand for: name, pinyin, initials, four digits or more of a number", "q:text limit:int", Json("Hits")),
    post("/api/v1/people", "directory", "Make a person, whoever else has the same name", Some("NewPerson"), Made("PersonPage")),
    get("/api/v1/people/{id}/doubles", "directory", "People who may be the same as this one", "", Json("People")),
    post("/api/v1/people/{id}/merge", "directory", "Put two records of one person together: this one stands for both", Some("Merge"), Json("PersonPage")),
    post("/api/v1/people/{id}/merges/{merge}/undo", "directory", "Take two records apart again: what the merger moved goes back", None, Json("PersonPage")),
    get("/api/v1/units", "directory", "Units, or those that the words stand for", "building:id q:text after:text limit:int", Json("Units")),
    get("/api/v1/units/{id}", "directory", "A unit with its household", "", Json("Household")),
    post("/api/v1/units/{id}/move-in", "directory", "Somebody moves in", Some("MoveIn"), Made("MovedIn")),
    post("/api/v1/units/{id}/change-of-tenant", "directory", "The tenant changes", Some("MoveIn"), Made("MovedIn")),
    Endpoint { versioned: true, ..post("/api/v1/occupancies/{id}/end", "directory", "Somebody moves out", Some("MoveOut"), Json("MovedOut")) },
    get("/api/v1/people/{id}", "directory", "A person", "", Json("PersonPage")),
    Endpoint { versioned: true, ..post("/api/v1/people/{id}/correct", "directory", "Correct a person; the old values stay on the journal", Some("Correction"), Json("PersonPage")) },
    post("/api/v1/people/{id}/phones", "directory", "Add a number", Some("NewPhone"), Json("Changed")),
    post("/api/v1/people/{id}/phones/{position}/mark", "directory", "Mark a number as confirmed or wrong", Some("PhoneMark"), Json("Changed")),
    post("/api/v1/people/{id}/phones/{position}/reveal", "directory", "A whole number; the look is on the journal", None, Json("Revealed")),
    post("/api/v1/people/{id}/id-number/reveal", "directory", "A whole identity number; the look is on the journal", None, Json("RevealedId")),

    get("/api/v1/departments", "site", "Departments, vendors and outside services", "", Json("Departments")),
    get("/api/v1/workers", "site", "Who can be given work, who is on duty, how much each holds", "", Json("Workers")),
    get("/api/v1/taxonomy", "books", "Items, places, trades", "", Json("Taxonomy")),
    get("/api/v1/prices", "books", "The price list", "", Json("Prices")),
    get("/api/v1/standard", "books", "The limits of the service standard", "", Json("Standard")),
    get("/api/v1/scripts", "books", "What is said, and what is asked when calling back", "", Json("Scripts")),
    get("/api/v1/journal", "journal", "What happened at the site after a number, oldest first", "after:int limit:int", Json("Journal")),
    get("/api/v1/files/{id}", "files", "The bytes of a file", "", Bytes),
];

/// Examples of the main flow: registering with dispatch, accepting, done, confirmed on paper, called back.
pub fn example(schema: &str) -> Option<Value> {
    Some(match schema {
        "NewContact" => json!({
            "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201",
            "identity": {"name": "same", "unit": "same", "phone": "same"},
            "cases": [{
                "kind": "request", "item": "repair.water.leak_kitchen", "place": "kitchen", "content": "厨房水管漏水，地面有积水",
                "urgency": "urgent", "fee": {"kind": "quote", "cents": 0, "told": true},
            }],
        }),
        "StepDispatch" => {
            json!({"department": "0198c0de000070008000000000000001", "worker": "0198c0de000070008000000000000002"})
        }
        "StepAccept" | "StepArrive" | "StepClose" => json!({}),
        "StepQuote" => json!({"lines": [
            {"what": "人工", "kind": "labour", "quantity_milli": 1000, "unit_cents": 4000},
            {"what": "软管", "kind": "material", "quantity_milli": 1000, "unit_cents": 2500},
        ]}),
        "StepConsentQuote" => {
            json!({"quote": "0198c0de000070008000000000000003", "how": "spoken", "note": "现场当面同意"})
        }
        "StepComplete" => json!({"done": "更换软管，试水不漏", "no_photo_reason": "住户不同意拍照"}),
        "StepConfirm" => json!({
            "content_hash": "3f6c…", "how": {"by": "paper", "photo": "0198c0de000070008000000000000004"}, "opinion": "satisfied",
        }),
        "StepRecordPayment" => json!({"method": "code", "amount_cents": 6500, "receipt": "00123"}),
        "StepCallback" => json!({"result": "reached", "solved": true, "satisfaction": "very_satisfied"}),
        "NewLink" => json!({"purpose": "track"}),
        "NewEmergency" => {
            json!({"play": "lift", "place": "3 栋 2 单元电梯", "what": "两人被困", "caller": "周敏", "phone": "13800001234"})
        }
        "EmergencyTick" => json!({"step": "call_120", "note": ""}),
        "NewIncident" => json!({"title": "停电", "buildings": ["3"], "say": "3 栋停电，正在抢修，预计 18:00 恢复"}),
        "NewStandardAnswer" => json!({
            "question": "访客车辆临停怎么收费", "short": "前半小时免费，之后每小时 5 元，当天 40 元封顶。", "recheck_days": 90,
        }),
        "ProposalDecision" => json!({"decision": "develop", "reason": "三户有同样需要"}),
        "InvestigationDecision" => json!({"outcome": "minor", "reason": "记录不全，已补"}),
        "OpinionResult" => json!({"outcome": "adopted", "reason": "已加装扶手"}),
        "NewCallRound" => json!({"month": "2026-10", "wanted": 20}),
        "CallMade" => json!({
            "result": "reached", "satisfaction": "satisfied", "answers": [{"question": "quality", "answer": "satisfied"}],
        }),
        "MissedCallClose" => json!({"note": "用手机回电，已说明"}),
        "RegisterCorrectionNew" => json!({
            "number": "LF-20261121-0001", "field": "col-content", "was": "三楼楼道的灯不亮", "text": "二楼楼道的灯不亮", "reason": "住户更正楼层",
        }),
        "NewVisit" => json!({"name": "何明", "reason": "送货", "host": "周敏", "unit": "3-1-1201"}),
        "VisitStep" => json!({"act": "check_document", "kind": "id_card", "number": "002X", "as_expected": true}),
        "ImportRun" => json!({"mode": "good_rows"}),
        "NewView" => json!({"name": "今日到期", "query": "?view=soon&kind=request"}),
        "NewUnit" => json!({"building": "3", "entrance": "1", "room": "1201", "floor": 12, "area_cm2": 1_286_000}),
        "NewPerson" => json!({"name": "周敏", "phones": [{"number": "13800001234", "confirmed": true}]}),
        "NewVehicle" => json!({"plate": "浙A12345", "brand": "比亚迪", "color": "白"}),
        "NewParking" => json!({"lot": "地下一层", "code": "B1-023", "tenure": "rented"}),
        "AboutCase" => {
            json!({"kind": "request", "item": "repair.water.leak_kitchen", "content": "厨房水管漏水，地面有积水"})
        }
        "StepNote" => json!({"text": "住户下午在家", "told_customer": false}),
        _ => return None,
    })
}
