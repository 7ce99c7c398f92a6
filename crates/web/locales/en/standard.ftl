nav-standard = Service standard
standard-title = Service standard
standard-in-force = In force
standard-versions = Versions
standard-simulate = Simulation
standard-print = Print
standard-download = Download JSON
standard-draft-from-force = Draft from the one in force
standard-draft-from = Draft from this version
standard-version-name = Version
standard-version-n = Service standard {$label}
standard-origin = Origin
standard-shipped = Shipped with the product
standard-shipped-n = {$label} · shipped with the product
standard-created = Drafted
standard-edited = Last change
standard-checked = Sent for approval
standard-approved = Approved
standard-valid-from = Valid from
standard-dropped = Dropped
standard-note = Note
standard-reason = Reason for the departures
standard-based-on = Drafted from
standard-coming = in force from {$time}
standard-state-draft = Draft
standard-state-checked = Waits for approval
standard-state-coming = Approved, to come
standard-state-in_force = In force
standard-state-retired = Retired
standard-state-dropped = Dropped
standard-upload = A file as a new draft
standard-upload-do = Upload
standard-upload-hint = A downloaded JSON can be changed and brought back; existing versions stay as they are.
standard-file = JSON file
standard-replace = Replace the draft by a file
standard-replace-hint = Can be undone.
standard-file-large = The file is too large: 400 KB at most
standard-file-unread = The file could not be read; choose it again
standard-file-broken = The file is no service standard: {$why}
standard-lines = Lines
standard-rows-n = {$n} lines
standard-no = No.
standard-kinds = Kind
standard-importance = Importance
standard-urgency = Urgency
standard-items = Item
standard-calendar = Calendar
standard-reopen = When reopened
standard-change = Change
standard-change-n = Change line {$n}
standard-change-limit = Change: {$name}
standard-any = any
standard-never = never
standard-differs = changed
standard-wins = Where several lines fit a case the most specific one counts: the item first, then the number of criteria.
standard-limits = Other limits
standard-limits-sub = Limits that are no clocks of a case
standard-what = What
standard-own = our own figure
standard-more = For all cases
standard-callback = Callback without an answer
standard-callback-is = may be given up after {$n} attempts, at least {$minutes} minutes apart
standard-wait-days = Longest wait
standard-days = { $n ->
    [one] {$n} day
   *[other] {$n} days
}
standard-add-line = Add a line
standard-edit-line = Change a line
standard-edit-limit = Change a limit
standard-edit-head = Change what holds for all
standard-for-whom = For which cases
standard-any-hint = Nothing chosen in a group means any.
standard-the-clock = The limit
standard-unit = Unit
standard-day-hint = 0 natural days means by 24:00 of the same day.
standard-calendar-none = No calendar
standard-calendar-hint = Only working time, working days and months are read in a calendar.
standard-calendar-needed = This unit needs a calendar
standard-calendar-needless = This unit runs round the clock: no calendar
standard-clause-hint = The id of a clause, or a rule of your own.
standard-most = Longest pause
standard-most-hint = Empty means no limit; what is longer counts again.
standard-number = Enter a whole number
standard-remove = Delete this line
standard-remove-hint = Takes this line out of the draft; can be undone.
standard-name-hint = A case remembers the version it was registered under, so a name is used once at a site.
standard-attempts = 1 to 20
standard-attempts-label = Attempts without an answer
standard-spacing = Least time between two
standard-wait = 1 to 366 days
standard-wait-hint = Days, 1 to 366
standard-shipped-is = The shipped standard says: {$limit}
standard-own-hint = The clause names no length: choose your own.
standard-parts = Parts of the version
standard-check = Check and send
standard-found = What was found
standard-found-none = Nothing is wrong, and no clause is departed from.
standard-grave = Kind
standard-grave-error = Must change
standard-grave-departure = Departure
standard-grave-note = Note
standard-place = Where
standard-place-row = Line {$n} ({$whom})
standard-whole = The whole version
standard-all-of = {$group} (all)
standard-items-more = {$items} and more, {$n} in all
standard-pause-most = {$reasons}, {$most} at most
standard-may-pause = may pause: {$reasons}
standard-send = Send for approval
standard-send-do = Send for approval
standard-errors-first = { $n ->
    [one] One error has to be put right first.
   *[other] {$n} errors have to be put right first.
}
standard-reason-hint = { $n ->
    [one] One limit is wider than its clause: say why.
   *[other] {$n} limits are wider than their clauses: say why.
}
standard-reason-needed = There are departures from clauses: say why
standard-note-hint = What this version changes and why; whoever approves it and all staff will read it.
standard-approve = Approval
standard-approve-do = Approve
standard-valid-hint = Empty means at once; a later time is possible.
standard-open-keep = Open cases keep their standard; it can be applied to them afterwards.
standard-waits = Waits for the project manager.
standard-give-back = Give back
standard-give-back-why = What is to be changed
standard-drop = Drop the draft
standard-drop-hint = This draft is not needed any more.
standard-call-off = Call off
standard-call-off-hint = It is not in force yet and can be called off.
standard-from-past = It cannot be valid from a time that is past
standard-from-far = At most a year ahead
standard-from-taken = Another version is valid from this very time; choose another
standard-undo = Undo: {$what}
standard-step-added = line added
standard-step-changed = line changed
standard-step-removed = line deleted
standard-step-limit = other limit changed
standard-step-head = what holds for all changed
standard-step-file = file uploaded
standard-diff = Differences
standard-diff-with = Differences from {$label}
standard-diff-none = No differences.
standard-mark = Change
standard-mark-added = Added
standard-mark-removed = Removed
standard-mark-changed = Changed
standard-before = Before
standard-after = After
standard-open-cases = Open cases
standard-compare = Compare with the open cases
standard-compare-what = Reckons case by case what would change if the open cases followed this version. Nothing is changed.
standard-jobs = Comparisons and applications
standard-simulations = Simulations
standard-begun = Begun
standard-job-title = Service standard
standard-job-running = Running
standard-job-stopped = Stopped
standard-job-done = Done
standard-job-failed = Not finished
standard-job-kind-compare = Comparison with the open cases
standard-job-kind-apply = Application to open cases
standard-job-kind-simulate = Simulation
standard-job-at = {$n} of {$of} cases
standard-job-leave = You may leave this page; the work goes on.
standard-job-halted = Stopped at {$n} of {$of}; what is done stays
standard-job-broke = It did not come to its end. Try again.
standard-stop = Stop
standard-stopping = Stopping …
standard-go-on = Go on
standard-taken-over = Another process goes on with this work
standard-would-change = { $n ->
    [one] {$n} of {$looked} open cases would change
   *[other] {$n} of {$looked} open cases would change
}
standard-none-would = None of {$looked} open cases would change
standard-did-change = {$n} of {$looked} cases follow the new standard
standard-late-at-once = { $n ->
    [one] One limit is past at once
   *[other] {$n} limits are past at once
}
standard-failed-n = {$n} cases were being worked on and stay as they were; apply once more
standard-by-department = By department
standard-by-item = By item
standard-by-clock = By step
standard-cases = Cases
standard-clocks = Limits
standard-clocks-n = {$n} limits
standard-late-then = Past at once
standard-apply = Apply to open cases
standard-apply-hint = The limits of each case are reckoned anew by the standard in force, on record at the case; breaches stay.
standard-apply-reason = Reason for applying it:
standard-apply-all = { $n ->
    [one] Apply to this case
   *[other] Apply to all {$n} cases
}
standard-apply-chosen = Apply to the chosen ones
standard-none-chosen = Choose cases in the list first
standard-list = List
standard-list-empty = Nothing here.
standard-all-rows = Show all
standard-choose = Choose {$number}
standard-choose-all = Choose all of this page
standard-due-now = Due now
standard-due-then = Due then
standard-due-was = Due as it was
standard-due-would = Due under it
standard-met = Met at
standard-who = Department · worker
standard-late = late
standard-late-was = Late as it was
standard-late-would = Late under it
standard-late-before = Late as recorded
standard-late-after = Late under it
standard-late-newly = Newly late
standard-late-no_longer = No longer late
standard-newly = Newly late
standard-no-longer = No longer late
standard-newly-n = {$n} newly late
standard-no-longer-n = {$n} no longer late
standard-as-recorded = under the standard of that time
standard-under = under {$label}
standard-difference = Difference
standard-difference-d = newly / no longer late
standard-no-department = No department
standard-no-item = No item
standard-first-page = First page
standard-next-page = Next page
standard-range = registered {$from} to {$until}
standard-range-label = Registered
standard-range-order = The end is before the beginning
standard-range-long = Two years at most
standard-simulate-new = A new simulation
standard-simulate-what = Past cases with their real steps are run once more under the chosen standard: who would have been late, how many people on duty each hour would have needed. No record is changed.
standard-simulate-of = Under which version
standard-simulate-do = Start
standard-registered-from = Registered from
standard-registered-until = Registered until
standard-plot-departments = Limits passed by department: as recorded and under the standard
standard-plot-items = Limits passed by item: as recorded and under the standard
standard-bar-before = {$name}: {$n} late as recorded
standard-bar-after = {$name}: {$n} late under the standard
standard-people = People needed each hour
standard-people-label = People at work at the same time in each hour of the day: as done and as needed under the standard
standard-people-done = At work as done
standard-people-wanted = Needed under it
standard-people-none = No work on site in this range can be counted.
standard-people-inputs = From {$jobs} finished work orders over {$days} days.
standard-people-left-out = {$n} more lack the time of accepting, arriving or finishing and are left out.
standard-people-formula = Formula: each order is one person from accepting to done, less waiting. Where arrival or finishing is later than the standard's limit, the whole stretch is moved earlier until it is just in time, not before it was known. Of each hour the most at the same time is taken, and of that the number that suffices on nine days out of ten.
standard-people-limits = Not counted: two people at one job, ways back, breaks, work without an order, trades. The result is a lower bound.
standard-hour = Hour
standard-mean-done = Mean as done
standard-mean-wanted = Mean needed
standard-highest = Worst day
standard-hour-done = {$hour}: {$n} as done
standard-hour-wanted = {$hour}: {$n} needed
calendar-office = Office hours
calendar-desk = Desk hours
calendar-round = Round the clock
calendar-natural = Natural days
reopen_mode-new_cycle = Begins anew
reopen_mode-continue = Goes on
standard-unit-minute = minutes
standard-unit-hour = hours
standard-unit-natural_day = natural days
standard-unit-working_minute = working minutes
standard-unit-working_hour = working hours
standard-unit-working_day = working days
standard-unit-month = months
standard-unit-second = seconds
standard-unit-ring = rings
standard-unit-at_once = at once (seconds allowed)
standard-unit-customer = the customer's time
standard-span-ring = within {$n} rings
standard-span-second = { $n ->
    [one] {$n} second
   *[other] {$n} seconds
}
standard-span-minute = { $n ->
    [one] {$n} minute
   *[other] {$n} minutes
}
standard-span-hour = { $n ->
    [one] {$n} hour
   *[other] {$n} hours
}
standard-span-natural_day = { $n ->
    [one] {$n} natural day
   *[other] {$n} natural days
}
standard-span-working_day = { $n ->
    [one] {$n} working day
   *[other] {$n} working days
}
standard-span-month = { $n ->
    [one] {$n} month
   *[other] {$n} months
}
standard-span-at_once = at once ({$n} s)
standard-span-at_once-min = at once ({$n} min)
standard-span-customer = the time the customer asks for
standard-limit-answer_call = Answering a call
standard-limit-hold = Call on hold
standard-limit-consult_visitor = A visitor waits for a consultation
standard-limit-consult_caller = A caller waits for a consultation
standard-limit-call_back = A promised call back
standard-limit-report = Reporting what could not be answered
standard-limit-first_answer = First answer
standard-limit-order_sent = Work order sent to the department
standard-limit-help_medical = Medical help: 120 called, security sent
standard-limit-help_security = Security help: head of security and manager told
standard-limit-help_engineering = Engineering help: team leader, security and manager told
standard-limit-emergency_passed = Emergency passed to the centre
standard-limit-parts_told = Owner told that parts must be bought
standard-limit-host_answer = The host's answer
standard-limit-follow_urgent = Follow-up of urgent cases
standard-limit-opinions_verified = Opinions verified and answered
standard-limit-records_filed = Records to the quality department
standard-limit-customer_time = Solved within the customer's time
standard-limit-submission_urged = Submitted requests urged
standard-limit-finding_fixed = Findings put right
standard-limit-check_in = At the post before the shift
standard-limit-customers_known = New customers known
standard-found-version-empty = The version has no name
standard-found-version-taken = The name {$version} is used already
standard-found-attempts = Attempts must be 1 to 20
standard-found-running = Only minutes or hours
standard-found-year = A year at most
standard-found-wait-days = The longest wait must be 1 to 366 days
standard-found-no-clocks = This line sets no limit
standard-found-empty-item = An item is empty
standard-found-length = The limit of “{$clock}” must be more than nothing and at most a year
standard-found-clause-empty = “{$clock}” names no clause
standard-found-day-paused = “{$clock}” is in natural days and cannot be paused
standard-found-calendar-unknown = “{$clock}” names a calendar that does not exist
standard-found-calendar-needless = “{$clock}” runs round the clock and takes no calendar
standard-found-calendar-needed = “{$clock}” is in working time and needs a calendar
standard-found-calendar-empty = The calendar of “{$clock}” has no working time at all
standard-found-clock-twice = “{$clock}” is set twice in this line
standard-found-same-cases = Speaks for exactly the same cases as line {$other} and sets the same limit
standard-found-no-promise = No limit for a promised reply: {$kind}, {$importance} ({$clause})
standard-found-reopen-day = “{$clock}” is in natural days and cannot go on after reopening
standard-found-reopen-own = “{$clock}” begins anew with every round
standard-found-limit-twice = This limit is named twice
standard-found-limit-missing = This limit is missing ({$clause})
standard-found-limit-length = Must be more than nothing and at most a year
standard-found-limit-clause = Names no clause
standard-found-uncovered = No limit for “{$clock}”; {$clause} asks for {$was} ({$n} combinations)
standard-found-never-wins = “{$clock}” never counts: another line always wins
standard-found-longer = “{$clock}” is {$now}; {$clause} asks for {$was}
standard-found-pause-added = “{$clock}” may pause for more than the shipped standard allows ({$clause})
standard-found-limit-longer = Is {$now}; {$clause} asks for {$was}
standard-found-clause-unknown = {$clause}, the source of “{$clock}”, is no clause of the procedures
standard-found-item-unknown = No item begins with {$item}
refuse-standard-not-draft = This version is no draft any more; begin a new draft from it
refuse-standard-nothing-to-undo = There is nothing to undo
refuse-standard-errors = { $n ->
    [one] One error has to be put right first
   *[other] {$n} errors have to be put right first
}
refuse-standard-not-checked = This version does not wait for approval
refuse-standard-own = Whoever drafted, changed or sent it cannot approve it; somebody else has to
refuse-standard-running = The standard is being applied already; wait, or stop it first
refuse-standard-not-stopped = It was not stopped, so it cannot go on
action-approve_standard = Approve the service standard
action-reapply_standard = Apply the service standard to open cases
action-simulate_standard = Simulate the service standard
because-standard = Standard applied anew
subject-standard = Service standard
handbook-to-standard = The standard and its versions
invalid-date = This is no date
event-standard_reapplied = service standard applied anew: {$old} → {$new}
event-standard_drafted = drafted a service standard
event-standard_uploaded = uploaded a draft of the service standard
event-standard_edited = changed a draft of the service standard
event-standard_undone = took back a change of the draft
event-standard_checked = sent a service standard for approval
event-standard_given_back = gave a draft of the service standard back
event-standard_approved = approved a service standard
event-standard_dropped = dropped a draft of the service standard
event-standard_called_off = called off a service standard that was to come
event-standard_compared = compared a service standard with the open cases
event-standard_simulated = simulated a service standard
event-standard_apply_started = began to apply the service standard to open cases
event-standard_applied = the service standard was applied to open cases
via-standard = Service standard work
cli-standard-checked = {$rows} lines: {$errors} errors, {$departures} departures
cli-standard-imported = Taken in as draft {$label}; check it and send it for approval under “Service standard”
standard-by = Grouped
standard-name = Name
standard-everybody = Everybody
standard-export-figures = Figures as Excel
standard-export-hours = People as Excel
