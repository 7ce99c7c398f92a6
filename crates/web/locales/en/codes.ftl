## Kinds of a case
kind-inquiry = Inquiry
kind-request = Request
kind-complaint = Complaint
kind-help = Call for help
kind-suggestion = Suggestion
kind-praise = Praise

## Where a case stands
state-registered = Registered
state-dispatched = Dispatched
state-accepted = Accepted
state-on_site = On site
state-waiting = Waiting
state-done = Done
state-confirmed = Confirmed
state-closed = Closed
state-cancelled = Cancelled

## States a work order has beside the case's
state-issued = Issued
state-returned = Returned
state-taken_back = Taken back
order-issued = Issued
order-accepted = Accepted
order-returned = Returned
order-taken_back = Taken back
order-done = Done
order-cancelled = Cancelled

## Levels
urgency-normal = Normal
urgency-urgent = Urgent
urgency-emergency = Emergency
importance-ordinary = Ordinary
importance-important = Important
importance-major = Major

## Whose work, and the price
scope-own = A: own service
scope-vendor = B: outsourced
scope-outside = C: outside our service
fee-free = Free
fee-paid = Paid
fee-quote = Quoted on site
pay-cash = Cash
pay-transfer = Transfer
pay-code = Payment code
line-labour = Labour
line-material = Material

## How a contact came in and what came of it
channel-phone = Phone
channel-visit = Visit
channel-online = Online
channel-email = Email
channel-letter = Letter
channel-hotline_12345 = 12345 hotline
channel-round = Found on a round
outcome-open = Open
outcome-answered = Answered
outcome-case = Case opened
outcome-joined = Joined to a case
outcome-none = Nothing to do
check-same = Matches
check-differs = Differs
check-unknown = Not checked

## The customer's word
grade-a = Grade A: by code
grade-b = Grade B: by own link
grade-c = Grade C: on paper, noted or by a link staff showed, to be checked
grade-declined = Declined before a witness
grade_short-a = Grade A
grade_short-b = Grade B
grade_short-c = Grade C
grade_short-declined = Declined
consent-own = By the customer
consent-phone = On the phone
consent-spoken = Spoken on site
consent-paper = Signed on paper
satisfaction-very_satisfied = Very satisfied
satisfaction-satisfied = Satisfied
satisfaction-neutral = Neutral
satisfaction-dissatisfied = Dissatisfied
solved-true = Solved
solved-false = Not solved

## Callbacks
attempt-reached = Reached
attempt-no_answer = No answer
attempt-refused = Does not want a call
attempt-wrong_number = Wrong number
attempt-later = Another time
callback-open = To be made
callback-solved = Solved
callback-not_solved = Not solved
callback-refused = Declined
callback-unreachable = Not reached
callback-dropped = Dropped
reopen-not_solved = The customer says it is not solved
reopen-fault = Staff found a fault
reopen-other = Other

## Files
attachment-photo_before = Photo before
attachment-photo_after = Photo after
attachment-paper_form = Signed form
attachment-voice = Voice note
attachment-chat = Chat screenshot
attachment-other = Other file

## Clocks
clock-response = First response
clock-on_site = On site
clock-feedback = Progress told
clock-finish = Finish
clock-callback = Callback
clock-promise = Promised reply
clock-assign = Dispatch
clock-accept = Acceptance
clock_state-not_started = Not started
clock_state-running = Running
clock_state-near = Nearly due
clock_state-overdue = Overdue
clock_state-paused = Paused
clock_state-met = Met
clock_state-breached_done = Done late
clock_state-cancelled = Cancelled
wait-parts = Waiting for parts
wait-customer_time = Customer's time
wait-vendor = Waiting for the vendor
wait-weather = Weather
wait-third_party = Third party
wait-other = Other
breach-time = Time ran out
breach-change = A change moved the limit into the past
breach-entered_late = Already past when entered
bound-customer = The customer's time
bound-authority = The authority's time
stretch-counted = Counted
stretch-closed = Closed
stretch-paused = Paused
because-kind = Kind changed
because-level = Level changed
because-item = Item changed
because-appointment = Appointment changed

## Relation to a unit
relation-owner = Owner
relation-co_owner = Co-owner
relation-family = Family
relation-tenant = Tenant
relation-contact = Contact
relation-helper = Helper

## How a record was made, and how somebody proved to be the customer
via-web = Web
via-api = API
via-link = Resident's link
via-cli = Command line
via-timer = Timer
via-code = Code
via-shown = Link shown by staff
via-shared = Link on a device or network that staff use
via-demo = Demo data
via-import = Import
via-setup = Set-up
via-outbox = Messages
via-gate = Sign-in check
via-house = Housekeeping
reach-never = Never
reach-own = Own
reach-department = Department
reach-site = Site
reach-all = All sites
link-track = Progress
link-confirm = Confirmation
link-vendor = Vendor's order
message-queued = Queued
message-sent = Sent
message-delivered = Delivered
message-failed = Failed
message-no_channel = No channel configured

## Actions
action-register_contact = Register a contact
action-view_contacts = View contacts
action-register_case = Register a case
action-view_case = View cases
action-view_directory = View the directory
action-edit_directory = Edit the directory
action-merge_persons = Merge people
action-reveal_phone = Reveal a phone number
action-dispatch = Dispatch
action-take_back = Take back
action-reassign = Reassign
action-accept = Accept
action-return_order = Return
action-hand_over = Hand over
action-arrive = Arrive
action-quote = Quote
action-consent_quote = Note consent
action-refuse_quote = Note refusal
action-wait = Wait
action-resume = Resume
action-complete = Complete
action-amend = Correct the work record
action-confirm = Customer's confirmation
action-second_check = Second check
action-record_payment = Record a payment
action-waive_fee = Waive the fee
action-schedule_callback = Schedule the callback
action-callback = Record a callback
action-give_up_callback = End as unreachable
action-close = Close
action-reopen = Reopen
action-cancel = Cancel case
action-urge = Urge
action-note = Note
action-promise = Promise a reply
action-keep_promise = Keep a promise
action-answer = Answer
action-report_outside = Report and refer
action-change_kind = Change the kind
action-change_level = Change the level
action-change_fee = Change the fee
action-change_scope = Change the scope
action-change_item = Change the item
action-change_place = Change the place
action-change_content = Change the content
action-change_customer = Change the customer
action-change_appointment = Change the appointment
action-join_contact = Join a contact
action-attach = Attach a file
action-check_clocks = Check the clocks
action-send_link = Send a link
action-withdraw_link = Withdraw the link
action-print_order = Print the order
action-resend_message = Resend a message
action-import = Import
action-export = Export
action-view_reports = View reports
action-read_journal = Read the journal
action-manage_staff = Manage staff
action-manage_site = Manage the site
action-manage_standard = Manage the standard
action-settings = Settings
action-backup = Back up
action-api_tokens = API tokens
action-void_payment = Void a payment
news-urged = Resident urges
news-message = Resident wrote
news-photo = Resident sent a photo
news-quote_yes = Quote accepted
news-quote_no = Quote refused
news-not_solved = Resident: not solved
news-connect = Worker asks for a call
