//! What is sent and what is answered, in the short writing of `schema`.

/// What is sent, and what is answered with some of its fields left out.
pub const REQUESTS: &[(&str, &str)] = &[
    (
        "NewContact",
        "channel*:channel happened_at:at? started_at:at? kind:kind? person:id? unit:id? building:id? name:text phone:text address:text \
        anonymous_reason:text? identity:Identity? summary:text external_ref:text locale:text cases:NewCase[] join:id? answer:text? \
        answer_from:id?",
    ),
    (
        "NewCase",
        "kind*:kind item:text place:text content:text importance:importance urgency:urgency scope:scope fee:Fee \
        appointment:Appointment? wanted_by:at? authority_by:at? repeat_of:id? about:id? department:id? worker:id? answer:text? \
        promise:NewPromise? referral:text? answer_from:id?",
    ),
    ("Fee", "kind*:fee_kind cents*:cents told*:bool accepted:bool?"),
    ("Appointment", "from*:at to*:at"),
    ("Identity", "name*:check unit*:check phone*:check"),
    ("Customer", "name:text phone:text address:text"),
    ("Where", "person:id? unit:id? building:id?"),
    (
        "Line",
        "what*:text kind*:line_kind quantity_milli*:int unit_cents*:cents",
    ),
    ("Answer", "question*:text answer*:text"),
    (
        "Confirmed",
        "by*:confirmed_by photo:id signature:id reason:text witness:id",
    ),
    (
        "MoveIn",
        "person:id? new:NewPerson? relation*:relation since_on:date? same:bool?",
    ),
    ("MoveOut", "until_on:date? reason*:ended vehicles:bool"),
    (
        "NewPerson",
        "name*:text gender:text? birth_year:int? id_number:text? preference:text? care_note:text? \
        external_key:text? phones:NewPhone[] unit:id?",
    ),
    ("NewPhone", "number*:text label:text confirmed:bool"),
    (
        "ContactCorrection",
        "channel:channel person:id? unit:id? name:text phone:text address:text anonymous_reason:text identity:Identity? \
        kind:kind? summary:text answer:text external_ref:text reason*:text",
    ),
    (
        "AboutCase",
        "kind*:kind item:text content:text unit:id? importance:importance? urgency:urgency? scope:scope? happened_at:at?",
    ),
    (
        "NewVisit",
        "name:text company:text reason:text plate:text people:int host:text person:id? unit:text",
    ),
    (
        "ExpectedVisit",
        "name*:text company:text reason:text plate:text people:int host:text person:id? unit:text from:at? until*:at \
        accompany:bool",
    ),
    (
        "VisitStep",
        "act*:visit_act how:host_way yes:bool note:text accompany:bool kind:step_kind number:text as_expected:bool badge:text \
        accompanied_by:text badge_back:bool reason:text reported_to:text what:text from:text text:text called_at:at? caller:text \
        name:text company:text plate:text people:int host:text person:id? unit:text",
    ),
    (
        "NewEmergency",
        "play*:text place*:text unit:id? what:text caller:text phone:text case:text drill:bool",
    ),
    (
        "NewIncident",
        "item:text title*:text buildings:text[] say*:text notice:text",
    ),
    ("IncidentChange", "buildings:text[] say:text notice:text"),
    ("IncidentEnd", "how*:text"),
    (
        "IncidentJoin",
        "channel:channel person:id? unit:id? name:text phone:text address:text anonymous_reason:text? summary:text \
        external_ref:text locale:text",
    ),
    ("IncidentTold", "told*:caller_told note:text"),
    ("MissedCallClose", "note*:text"),
    (
        "NewStandardAnswer",
        "item:text question:text question_en:text short:text short_en:text full:text full_en:text valid_from:at? valid_until:at? \
        recheck_days:int",
    ),
    (
        "StandardAnswerEdit",
        "item:text question:text question_en:text short:text short_en:text full:text full_en:text valid_from:at? valid_until:at? \
        recheck_days:int why:text",
    ),
    ("StandardAnswerCheck", ""),
    ("StandardAnswerActive", "active*:bool why*:text"),
    (
        "ProposalDecision",
        "decision*:proposal_decision reason*:text again_at:at?",
    ),
    ("ProposalTold", "how*:text"),
    (
        "NewInvestigation",
        "case*:text about*:id fault*:fault report*:text why*:text answer_by*:at",
    ),
    ("OpinionRoundClose", ""),
    ("NewCallRound", "month*:text wanted*:int"),
    (
        "CallMade",
        "result*:attempt satisfaction:satisfaction answers:Answer[] opinion:text note:text",
    ),
    ("CallSigned", "how*:signed_how file:id note:text"),
    (
        "RegisterCorrectionNew",
        "number*:text post:register_post field*:text was*:text text*:text reason*:text",
    ),
    ("NewAppointment", "at*:at with:text place*:text bring*:text"),
    (
        "AppointmentEnd",
        "act*:appointment_end verified:bool document:document number:text note:text reason:text",
    ),
    ("NewLink", "purpose*:link_purpose"),
    ("CheckIn", "ok:text[] remark:text"),
    ("NewView", "name*:text query*:text"),
    ("ImportRun", "mode*:import_mode"),
    ("NewBuilding", "code*:text name:text? floors:int? has_lift:bool?"),
    (
        "NewUnit",
        "building*:text entrance:text? room*:text floor:int? layout:text? area_cm2:int? usage_state:text? move_in_on:text? \
        preference:text? care_note:text?",
    ),
    (
        "UnitCorrection",
        "floor:int? layout:text? area_cm2:int? usage_state:text? move_in_on:text? preference:text? care_note:text? reason:text",
    ),
    (
        "NewVehicle",
        "plate*:text person:id? unit:id? brand:text? color:text? kind:text?",
    ),
    ("VehicleEnd", ""),
    (
        "NewParking",
        "lot:text code*:text kind:text? area_cm2:int? person:id? unit:id? plate:text? tenure:text? since_on:date? until_on:date?",
    ),
    ("Merge", "double*:id"),
    ("PhoneMark", "mark*:phone_mark"),
    // Who did it: answered with the fields of its case alone.
    ("By", "as*:by id:id via:text order:id name:text"),
    (
        "Correction",
        "name:text? gender:text? birth_year:text? id_number:text? preference:text? care_note:text? reason:text",
    ),
];

/// What is answered.
pub const ANSWERS: &[(&str, &str)] = &[
    ("Registered", "id:id number:text cases:Numbered[]"),
    ("Numbered", "id:id number:text"),
    (
        "Visit",
        "id:id number:text state:visit_state name:text company:text reason:text plate:text people:int host:text person:id? \
        unit:id? place:text arrived_at:at? expected_from:at? expected_until:at? pass_code:text? host_asked_at:at? host_due_at:at? \
        host_silent:bool host_answer:bool? host_answered_at:at? host_answered_by:host_way? document:document? document_tail:text \
        as_expected:bool? accompany:bool accompanied_by:text badge:text badge_out:bool in_at:at? inside_until:at? overdue:bool \
        left_at:at? end_note:text reported_to:text alarms:VisitAlarm[] police:VisitPolice[] help:text? erased_at:at? \
        may:visit_act[] version:int",
    ),
    (
        "VisitAlarm",
        "kind:alarm what:text at:at instruction:text instructed_by:text instructed_at:at?",
    ),
    ("VisitPolice", "called_at:at caller:text number:text what:text"),
    ("VisitLink", "id:id url:text expires_at:at"),
    (
        "FaceToFace",
        "id:id contact:text name:text at:at with:id place:text bring:text state:appointment_state verified:bool? \
        document:document? tail:text note:text made_at:at ended_at:at? version:int",
    ),
    (
        "Play",
        "code:text class:emergency_class clause:text name:DayName major:bool calls:call_post[] steps:PlayStep[]",
    ),
    (
        "PlayStep",
        "code:text name:DayName must:bool note:bool within_s:int? clause:text?",
    ),
    (
        "EmergencyLine",
        "id:id number:text case:id? drill:bool play:text class:emergency_class state:emergency_state owner:id opened_at:at \
        place:text ended_at:at? closed_at:at? missing:Missing[] version:int",
    ),
    (
        "Emergency",
        "id:id number:text case:id? drill:bool play:text class:emergency_class major:bool state:emergency_state owner:id \
        opened_at:at opened_by:By place:text phone:text caller:text what:text calls:EmergencyCall[] steps:EmergencyStep[] \
        log:EmergencyLogLine[] ended_at:at? ended_how:text report:text? reported_at:at? meeting:EmergencyMeeting? \
        improvements:Improvement[] closed_at:at? missing:Missing[] leads:bool version:int",
    ),
    (
        "EmergencyCall",
        "no:int post:call_post line:id[] turn:id? called_at:at due_at:at? confirmed_by:id? confirmed_at:at? exhausted:bool",
    ),
    (
        "EmergencyStep",
        "code:text name:DayName must:bool note:bool due_at:at? late:bool done_at:at? done_by:id? skipped:bool text:text",
    ),
    (
        "EmergencyLogLine",
        "at:at by:By kind:text about:text staff:id? text:text",
    ),
    ("EmergencyMeeting", "held_at:at present:id[] analysis:text"),
    (
        "Improvement",
        "no:int owner:id due_at:at what:text late:bool done_at:at? done_by:id? how:text",
    ),
    (
        "IncidentLine",
        "id:id number:text item:text title:text buildings:text[] say:text notice:text state:incident_state opened_at:at \
        opened_by:id ended_at:at? ended_how:text closed_at:at? version:int",
    ),
    (
        "Incident",
        "id:id number:text item:text title:text buildings:text[] say:text notice:text state:incident_state opened_at:at \
        opened_by:id ended_at:at? ended_how:text closed_at:at? before:SaidBefore[] callers:IncidentCaller[] waiting:int? \
        version:int",
    ),
    ("SaidBefore", "at:at say:text"),
    (
        "IncidentCaller",
        "id:id case:id case_number:text name:text phone:text place:text joined_at:at attempts:int last_at:at? told:text \
        told_at:at? version:int",
    ),
    (
        "StandardAnswer",
        "id:id item:text question:text question_en:text short:text short_en:text full:text full_en:text valid_from:at? \
        valid_until:at? recheck_days:int standing:standing checked_at:at checked_by:id check_due_at:at used:int used_at:at? \
        created_at:at updated_at:at version:int",
    ),
    (
        "StandardAnswerWhole",
        "id:id item:text question:text question_en:text short:text short_en:text full:text full_en:text valid_from:at? \
        valid_until:at? recheck_days:int standing:standing checked_at:at checked_by:id check_due_at:at used:int used_at:at? \
        created_at:at updated_at:at versions:StandardAnswerVersion[] version:int",
    ),
    (
        "StandardAnswerVersion",
        "version:int at:at staff:id why:text item:text question:text question_en:text short:text short_en:text full:text \
        full_en:text valid_from:at? valid_until:at? recheck_days:int",
    ),
    (
        "Referral",
        "id:id kind:referral_kind name:text name_en:text phone:text hours:text hours_en:text helps:text helps_en:text active:bool \
        version:int",
    ),
    (
        "Lesson",
        "id:id kind:kind title:text item:text situation:text worked:text clause:text tags:text active:bool withdrawn_why:text \
        kept_at:at kept_by:id updated_at:at version:int",
    ),
    (
        "Proposal",
        "id:id case:id case_number:text title:text item:text asked_at:at asked_by:id? reported_to:id state:proposal_state \
        decision:proposal_decision? reason:text again_at:at? decided_at:at? decided_by:id? told_at:at? told_by:id? told_how:text \
        version:int",
    ),
    (
        "InvestigationLine",
        "id:id case:id case_number:text about:id fault:fault report:text why:text opened_by:id opened_at:at answer_by:at \
        stage:investigation_stage answer:text answered_at:at? outcome:investigation_outcome? reason:text decided_by:id? \
        decided_at:at? objection:text objected_at:at? review:text reviewed_by:id? reviewed_at:at? recorded:bool version:int",
    ),
    (
        "Investigation",
        "id:id case:id case_number:text about:id fault:fault report:text why:text opened_by:id opened_at:at answer_by:at \
        stage:investigation_stage answer:text answered_at:at? outcome:investigation_outcome? reason:text decided_by:id? \
        decided_at:at? objection:text objected_at:at? review:text reviewed_by:id? reviewed_at:at? recorded:bool object_until:at? \
        may:text[] version:int",
    ),
    (
        "OpinionRound",
        "id:id month:text due_at:at opened_at:at closed_at:at? closed_by:id? over:bool overdue:bool lacking:int unchecked:int \
        lines:Opinion[] version:int",
    ),
    (
        "Opinion",
        "id:id round:id case:id case_number:text kind:kind title:text given_at:at thanked_at:at? thanked_by:id? \
        thanked_how:tell_how? outcome:opinion_outcome? reason:text doer:id? do_by:at? identified_at:at? identified_by:id? \
        done_at:at? done_by:id? done_note:text told_at:at? told_by:id? told_how:tell_how? told_note:text checked_at:at? \
        checked_by:id? good:bool? check_note:text missing:Missing[] version:int",
    ),
    (
        "PhoneCallLine",
        "id:id direction:call_direction state:phone_state number:text extension:text staff:id? at:at ringing_at:at? \
        answered_at:at? ended_at:at? ring:ring_verdict wait:ring_verdict hold:hold_verdict missed:bool contact:id?",
    ),
    (
        "PhoneCall",
        "id:id direction:call_direction state:phone_state number:text extension:text queue:text? staff:id? at:at ringing_at:at? \
        answered_at:at? ended_at:at? clock:call_clock ringing_ms:int? wait_ms:int? talk_ms:int? hold_ms:int rings:int? \
        ring:ring_verdict wait:ring_verdict hold:hold_verdict missed:bool abandoned:abandoned? hung_up_first:hung_up_first? \
        cause:call_cause? stub:bool swept:bool time_lost:bool contact:id? offered_at:at[] legs:PhoneLeg[] holds:PhoneHold[] \
        transfers:PhoneTransfer[] handed_on:HandedOn[] events:PhoneEvent[] version:int",
    ),
    (
        "PhoneLeg",
        "extension:text offered_at:at? ringing_at:at? answered_at:at? ended_at:at? cause:call_cause?",
    ),
    (
        "PhoneHold",
        "from_at:at to_at:at? extension:text length_ms:int? offered:bool verdict:hold_verdict",
    ),
    ("PhoneTransfer", "at:at extension:text target:text mode:transfer_mode?"),
    ("HandedOn", "at:at by:id to:text agreed:bool told:bool"),
    (
        "PhoneEvent",
        "kind:call_kind at:at at_source:at? extension:text queue:text? target:text mode:transfer_mode? cause:call_cause? \
        by_outside:bool?",
    ),
    (
        "CallFigures",
        "day:date from_at:at until_at:at all:CallSums hours:CallHour[] people:CallPerson[] to_call_back:int",
    ),
    (
        "CallSums",
        "calls:int met:int breached:int unknown:int gave_up:int open:int in_rings:Share mean_wait_ms:int? p90_wait_ms:int? \
        wait_met:int wait_breached:int missed:int called_back:int abandoned:int abandoned_short:int longest_hold_ms:int \
        hold_breaches:int holds_unknown:int screened:int swept:int",
    ),
    ("CallHour", "hour:int sums:CallSums"),
    ("CallPerson", "staff:id sums:CallSums"),
    (
        "MissedCall",
        "id:id number:text calls:int first_at:at last_at:at due_at:at open:bool late:bool done_at:at? done_by:id? done_call:id? \
        how:missed_how? note:text version:int",
    ),
    ("CallRounds", "items:CallRoundLine[] next:text? missing:text? pool:int"),
    (
        "CallRoundLine",
        "id:id month:text wanted:int pool:int seed:text pool_hash:text drawn_at:at drawn_by:id? tally:CallTally version:int",
    ),
    (
        "CallRound",
        "id:id month:text wanted:int pool:int seed:text pool_hash:text drawn_at:at drawn_by:id? tally:CallTally \
        after:CallbackTally calls:MonthlyCall[] version:int",
    ),
    (
        "CallTally",
        "drawn:int open:int reached:Share refused:int unreachable:int satisfied:Share quality:Share attitude:Share signed:Share",
    ),
    (
        "CallbackTally",
        "made:int satisfied:Share open:int refused:int unreachable:int spared:int",
    ),
    ("Share", "of:int hits:int"),
    (
        "MonthlyCall",
        "id:id no:int case:id case_number:text kind:kind title:text place:text name:text department:id? worker:id? \
        state:call_state attempts:CallAttempt[] satisfaction:satisfaction? answers:Answer[] opinion:text called_at:at? \
        called_by:id? signed:signed_how? signature:id? signed_note:text signed_at:at? signed_by:id? version:int",
    ),
    ("CallAttempt", "at:at by:id? result:attempt note:text"),
    ("RegisterEntry", "id:id number:text fields:RegisterField[]"),
    (
        "RegisterField",
        "field:text name:text text:text correctable:bool corrections:RegisterCorrection[]",
    ),
    ("RegisterCorrection", "was:text text:text reason:text staff:id at:at"),
    ("RevealedCallers", "callers:CallerPhone[]"),
    ("CallerPhone", "id:id phone:text"),
    ("AppointmentMade", "id:id verification:verification"),
    ("Done", "id:id number:text status:status version:int"),
    (
        "CaseLine",
        "id:id number:text kind:kind item:text title:text urgency:urgency status:status open:bool place:text name:text \
        department:id? worker:id? first_asked:id? registered_at:at due_at:at? due_clock:text paused:bool breached:bool \
        fee_kind:fee_kind fee_cents:cents? reopened:int done_at:at? closed_at:at? satisfaction:satisfaction? version:int",
    ),
    (
        "OrderLine",
        "id:id number:text case:id kind:kind item:text title:text place:text urgency:urgency department:id? worker:id? \
        status:text open:bool fee_kind:fee_kind fee_cents:cents? due_at:at? due_clock:text paused:bool breached:bool \
        issued_at:at done_at:at?",
    ),
    (
        "CallbackLine",
        "id:id case:id case_number:text title:text place:text name:text kind:kind status:text open:bool due_at:at? \
        next_try_at:at? attempts:int created_at:at closed_at:at? satisfaction:satisfaction? solved:bool?",
    ),
    (
        "Case",
        "id:id number:text old_numbers:text[] kind:kind channel:channel status:status item:text place:text content:text \
        title:text importance:importance urgency:urgency scope:scope fee:Fee customer:Customer located:Where \
        identity:Identity? anonymous:bool anonymous_reason:text? appointment:Appointment? wanted_by:at? authority_by:at? \
        repeat_of:id? contacts:id[] first_asked:id? standard:text happened_at:at registered_at:at registered_by:By \
        last_step_at:at cycle:int round_started_at:at orders:Order[] quotes:Quote[] waiting:Waiting? work:WorkDone[] \
        answer:text? confirmations:Confirmation[] payments:Payment[] waivers:Waiver[] callbacks:Callback[] \
        promises:Promise[] extensions:Extension[] excuses:Excuse[] excuse_requests:ExcuseRequest[] outside:OutsideReport? attachments:Attachment[] clocks:Clock[] climbed:Climbed[] did:id[] reopened:int rework:int \
        returned:int urged:int closed_at:at? cancelled_at:at? end_reason:text? complaint:any due_at:at? open:bool accepted_cents:cents? \
        charged_cents:cents owed_cents:cents content_hash:text entered_late:bool version:int",
    ),
    (
        "Order",
        "id:id number:text cycle:int status:order_status department:id worker:id? to_vendor:bool issued_at:at issued_by:By \
        accepted_at:at? arrived_at:at? ended_at:at? end_reason:text?",
    ),
    (
        "Quote",
        "id:id lines:Line[] total_cents:cents at:at by:By accepted:bool? answered_at:at? grade:grade? how:consent? \
        superseded:bool",
    ),
    (
        "Waiting",
        "reason:wait_reason since:at until:at customer_told:bool note:text back_to:status",
    ),
    (
        "WorkDone",
        "cycle:int order:id? done:text lines:Line[] charge_cents:cents photos:id[] no_photo_reason:text? worker:id? at:at",
    ),
    (
        "Confirmation",
        "id:id cycle:int grade:grade content_hash:text at:at by:By signature:id? paper:id? witness:id? reason:text \
        opinion:satisfaction? comment:text checked_by:id? checked_at:at? void_at:at?",
    ),
    (
        "Payment",
        "method:pay_method amount_cents:cents receipt:text? at:at by:By void:VoidPayment?",
    ),
    ("VoidPayment", "reason:text at:at by:By"),
    ("Waiver", "amount_cents:cents reason:text at:at by:By"),
    (
        "Callback",
        "id:id cycle:int planned_at:at? assignee:id? attempts:Attempt[] end:callback_end? ended_at:at?",
    ),
    (
        "Attempt",
        "at:at by:By result:attempt satisfaction:satisfaction? solved:bool? again_at:at? answers:Answer[] note:text",
    ),
    (
        "Promise",
        "no:int what:text at:at by:By kept_at:at? how:text? kind:promised reported_to:id[] interim_at:at? kept_by:By?",
    ),
    (
        "Extension",
        "id:id code:clock cycle:int due_at:at? to:at reason:text told:told approver:role at:at by:By agreement:Agreement? \
        decision:Decision? state:extension_state ended_at:at?",
    ),
    ("Agreement", "agreed:bool grade:grade how:consent note:text at:at by:By"),
    ("Decision", "approved:bool note:text at:at by:By"),
    ("Excuse", "code:clock cycle:int text:text at:at by:By"),
    (
        "ExcuseRequest",
        "code:clock cycle:int reason:excuse text:text approver:role at:at by:By decision:Decision?",
    ),
    ("NewPromise", "kind:promised what*:text by:at?"),
    ("OutsideReport", "reported_to:id referral:text note:text at:at"),
    (
        "Attachment",
        "id:id file:id kind:attachment_kind caption:text at:at by:By",
    ),
    (
        "Clock",
        "code:clock clause:text cycle:int state:clock_state due_at:at? left_ms:int? limit_ms:int? bound_by:bound? met_at:at? \
        breached_at:at? breach_reason:breach? excused:bool excuse:excuse? extended_from:at? provisional:bool explain:Stretch[]",
    ),
    ("Climbed", "code:clock cycle:int step:text"),
    (
        "Stretch",
        "from:at to:at kind:stretch reason:wait_reason? names:DayName[] first_day:bool",
    ),
    ("DayName", "zh:text en:text"),
    ("Offers", "version:int items:Offer[]"),
    ("Offer", "action:action allowed:bool refusal:Refusal?"),
    ("Refusal", "code:text message:text clause:text? missing:Missing[]"),
    ("Missing", "code:text message:text"),
    (
        "Suggestion",
        "urgency:urgency scope:scope fee_kind:fee_kind department:id? prices:any limits:SuggestedLimit[] similar:Earlier[]",
    ),
    ("SuggestedLimit", "clock:clock due_at:at in_ms:int"),
    (
        "Earlier",
        "id:id number:text title:text status:status open:bool registered_at:at closed_at:at?",
    ),
    (
        "Link",
        "id:id purpose:link_purpose order:id? state:link_state shown_to:id? created_at:at expires_at:at used_at:at? \
        withdrawn_at:at? opened:int may_withdraw:bool",
    ),
    ("MadeLink", "id:id purpose:link_purpose expires_at:at url:text?"),
    (
        "Message",
        "id:id case:id? channel:text to:text template:text locale:text text:text state:message_state attempts:int \
        failure:text next_at:at? created_at:at sent_at:at? delivered_at:at? can_go_again:bool",
    ),
    (
        "Notice",
        "id:id kind:text level:text text:text why:text case:id? number:text? title:text? place:text? page:text? clock:clock? step:text? \
        reached_at:at raised_at:at late:bool entered_late:bool read_at:at? settled_at:at?",
    ),
    ("View", "id:id list:text name:text query:text"),
    (
        "ImportLine",
        "id:id number:int file:text state:import_state mode:import_mode? staff:id? created_at:at finished_at:at? \
        progress:int total:int counts:ImportCounts",
    ),
    (
        "Import",
        "id:id number:int file:text state:import_state mode:import_mode? staff:id? created_at:at finished_at:at? \
        progress:int total:int counts:ImportCounts problem:Missing? sheets:ImportSheet[] placeholders:int version:int",
    ),
    (
        "ImportCounts",
        "buildings:ImportCount units:ImportCount people:ImportCount occupancies:ImportCount vehicles:ImportCount \
        parking_places:ImportCount refused_rows:int warnings:int",
    ),
    ("ImportCount", "created:int updated:int unchanged:int refused:int"),
    (
        "ImportSheet",
        "name:text kind:text heading_row:int? data_rows:int skipped_rows:int ignored:ImportColumn[]",
    ),
    ("ImportColumn", "column:text heading:text"),
    (
        "ImportRow",
        "sheet:text row:int column:text? heading:text? kind:text? label:text code:text? message:text? changes:FieldChange[]",
    ),
    ("FieldChange", "field:text old:text new:text"),
    (
        "Change",
        "at:at kind:text by:text person:text changes:FieldChange[] reason:text",
    ),
    ("Upsert", "id:id done:upsert"),
    ("VehicleEnded", "unit:id?"),
    ("MergeMade", "id:id double:id name:text at:at by:text"),
    ("Revealed", "phone:text"),
    ("RevealedId", "id_number:text"),
    (
        "Contact",
        "id:id number:text channel:channel happened_at:at recorded_at:at staff:id? department:id? person:id? unit:id? \
        name:text phone:text address:text anonymous_reason:text identity:Identity? kind:text summary:text answer:text \
        outcome:text external_ref:text locale:text entered_late:bool version:int",
    ),
    (
        "TimelineEntry",
        "seq:int at:at recorded_at:at entered_late:bool actor_kind:text actor:text via:text subject_kind:text subject:text \
        case:id? kind:text body:any",
    ),
    (
        "JournalEntry",
        "seq:int at:at recorded_at:at entered_late:bool actor_kind:text actor:text via:text subject_kind:text subject:text \
        case:id? kind:text body:any ip:text? hash:text",
    ),
    (
        "Building",
        "id:id code:text name:text floors:int? has_lift:bool? version:int",
    ),
    (
        "Unit",
        "id:id building_id:id building:text entrance:text room:text code:text floor:int? layout:text area_cm2:int? usage:text \
        move_in_on:text? preference:text care_note:text version:int",
    ),
    ("UnitLine", "unit:Unit people:Lives[] open_cases:int"),
    ("Lives", "id:id name:text relation:text"),
    (
        "Household",
        "unit:Unit people:Person[] former:Person[] vehicles:Vehicle[] parking:Parking[] contacts:Contact[] \
        cases:CaseLine[] open:CaseLine[] open_building:CaseLine[] version:int",
    ),
    (
        "Person",
        "id:id name:text gender:text birth_year:int? age:int? id_number:text preference:text care_note:text phones:Phone[] \
        occupancies:Occupancy[] version:int",
    ),
    ("Phone", "position:int number:text label:text confirmed:bool wrong:bool"),
    (
        "Occupancy",
        "id:id unit:id code:text relation:text since_on:text? until_on:text? ended_reason:text version:int",
    ),
    (
        "PersonPage",
        "person:Person vehicles:Vehicle[] parking:Parking[] contacts:Contact[] cases:CaseLine[] merges:MergeMade[] version:int",
    ),
    (
        "Vehicle",
        "id:id plate:text person:id? unit:id? brand:text color:text kind:text ended_at:at? version:int",
    ),
    (
        "Parking",
        "id:id lot:text code:text kind:text area_cm2:int? person:id? unit:id? plate:text tenure:text since_on:text? \
        until_on:text? version:int",
    ),
    ("MovedIn", "person:id"),
    ("MovedOut", "unit:id"),
    ("Changed", "changed:bool"),
    (
        "Department",
        "id:id code:text kind:text name:text name_en:text phone:text duties:text duties_en:text active:bool version:int",
    ),
    (
        "Worker",
        "id:id name:text name_en:text role:role department:id? on_duty_since:at? jobs:int",
    ),
    (
        "Me",
        "id:id login:text name:text name_en:text roles:role[] department:id? site:id zone:text sites:Site[] scopes:text[] now:at",
    ),
    ("Site", "id:id name:text name_en:text"),
    (
        "Hit",
        "kind:hit id:id label:text detail:text more:text code:text score:int unit:id?",
    ),
    (
        "File",
        "id:id subject_kind:text subject:id kind:attachment_kind name:text mime:text size:int sha256:text created_at:at",
    ),
    (
        "PostNow",
        "id:id name:text name_en:text extension:text department:id? always:bool on:ShiftNow[] next:ShiftNow[] gaps:RosterGap[]",
    ),
    (
        "ShiftNow",
        "id:id staff:id name:text name_en:text from_at:at to_at:at checked_in_at:at? attendance:attendance",
    ),
    ("RosterGap", "from_at:at to_at:at present:int needed:int"),
    (
        "RosterShift",
        "id:id post:id staff:id name:text name_en:text from_at:at to_at:at checked_in_at:at? late_ms:int? ended_at:at? \
        attendance:attendance version:int",
    ),
    ("CheckedIn", "late_ms:int"),
    ("Standard", "version:text callback:CallbackRule rules:Rule[]"),
    ("CallbackRule", "attempts:int spacing_ms:int"),
    (
        "Rule",
        "kind:kind importance:importance urgency:urgency clocks:ClockRule[]",
    ),
    (
        "ClockRule",
        "code:clock limit:Limit clause:text pausable:wait_reason[] max_pause_ms:int?",
    ),
    ("Limit", "unit:limit_unit n:int"),
    (
        "Taxonomy",
        "version:text places:any trades:any complaint_groups:any items:any",
    ),
    ("Prices", "version:text prices:any"),
    ("Scripts", "version:text scripts:any questions:any satisfaction:any"),
];

/// Lists, and what they hold.
pub const LISTS: &[(&str, &str)] = &[
    ("Visits", "Visit"),
    ("Plays", "Play"),
    ("Emergencies", "EmergencyLine"),
    ("Incidents", "IncidentLine"),
    ("StandardAnswers", "StandardAnswer"),
    ("Referrals", "Referral"),
    ("Lessons", "Lesson"),
    ("Proposals", "Proposal"),
    ("Investigations", "InvestigationLine"),
    ("Opinions", "OpinionRound"),
    ("PhoneCalls", "PhoneCallLine"),
    ("MissedCalls", "MissedCall"),
    ("Register", "RegisterEntry"),
    ("FaceToFaces", "FaceToFace"),
    ("Cases", "CaseLine"),
    ("Orders", "OrderLine"),
    ("Callbacks", "CallbackLine"),
    ("Contacts", "Contact"),
    ("Timeline", "TimelineEntry"),
    ("Journal", "JournalEntry"),
    ("Buildings", "Building"),
    ("Units", "UnitLine"),
    ("Departments", "Department"),
    ("Workers", "Worker"),
    ("Hits", "Hit"),
    ("Files", "File"),
    ("Links", "Link"),
    ("Messages", "Message"),
    ("Views", "View"),
    ("Notices", "Notice"),
    ("PostsNow", "PostNow"),
    ("RosterShifts", "RosterShift"),
    ("Imports", "ImportLine"),
    ("ImportRows", "ImportRow"),
    ("Changes", "Change"),
    ("People", "Person"),
];
