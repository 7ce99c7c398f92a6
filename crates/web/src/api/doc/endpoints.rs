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
        "view:text q:text channel:channel outcome:text worker:id from:at until:at after:text limit:int", Json("Contacts")),
    post("/api/v1/contacts", "contacts", "Register a contact and what came of it (REC-1, REC-10 to REC-15)", Some("NewContact"), Made("Registered")),
    get("/api/v1/contacts/{id}", "contacts", "One contact", "", Json("Contact")),
    post("/api/v1/contacts/{id}/files", "files", "Attach a file to a contact", Some("multipart"), Made("File")),

    get("/api/v1/cases", "cases", "Cases by view and filter", LIST, Json("Cases")),
    get("/api/v1/cases/{id}", "cases", "One case with its clocks", "", Json("Case")),
    get("/api/v1/cases/{id}/offers", "cases", "What may be done with the case now, and why not the rest", "", Json("Offers")),
    get("/api/v1/cases/{id}/timeline", "cases", "What happened to the case, newest first", "after:int limit:int", Json("Timeline")),
    get("/api/v1/cases/{id}/files", "files", "What is attached to the case", "", Json("Files")),
    post("/api/v1/cases/{id}/files", "files", "Attach a file to the case", Some("multipart"), Made("File")),
    post("/api/v1/cases/{id}/reveal", "cases", "The customer's whole number; the look is on the journal", None, Json("Revealed")),
    Endpoint { versioned: true, ..post("/api/v1/cases/{id}/{action}", "steps", "A step", None, Json("Done")) },

    get("/api/v1/orders", "cases", "Work orders by view and filter", LIST, Json("Orders")),
    get("/api/v1/orders/{number}", "cases", "One work order", "", Json("OrderLine")),
    get("/api/v1/callbacks", "cases", "Callbacks to be made, or made", "view:text after:text limit:int", Json("Callbacks")),

    get("/api/v1/find", "find", "The search box: units, people, plates, numbers, words", "q:text", Json("Hits")),

    get("/api/v1/buildings", "directory", "Buildings", "", Json("Buildings")),
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
        "StepNote" => json!({"text": "住户下午在家", "told_customer": false}),
        _ => return None,
    })
}
