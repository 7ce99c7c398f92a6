## What staff are told
notice-title = Notices
notice-hint = Reminders and escalations of time limits, each sent once. They settle by themselves when the matter is done.
notice-bell = Notices, none unread
notice-bell-n = { $n ->
    [one] Notices, 1 unread
   *[other] Notices, {$n} unread
 }
notice-unread = Unread
notice-read = Read
notice-read-all = Mark all as read
notice-mark-read = Mark as read
notice-mark-unread = Mark as unread
notice-more = Older ones
notice-empty = No notices. Cases that near or pass their time limits are told here, step by step.
notice-none-unread = Nothing unread
notice-open = Open
notice-put-away = Put away for now; it stays in the notices
notice-seen = Got it
notice-late = Late by {$time}: the product had stopped, or the clock was moved
notice-done = Settled {$time}
notice-due = due {$time}
notice-why = You hold the post: {$post}
notice-why-instead = {$lacking}: passed on to the {$post}
notice-why-comma = {"; "}
notice-rung-head = {$clock}: {$step}
notice-head-lacking = {$title}: {$lacking}
notice-before-head = { $n ->
    [one] Told once before
   *[other] Told {$n} times before
 }
notice-before = {$time} {$step}: {$name} (unread)
notice-before-read = {$time} {$step}: {$name} (read)
notice-rung = Time limit
notice-nobody_on_duty = Nobody on duty
notice_why-rung = A time limit has come to one of its steps
notice_why-nobody_on_duty = A case escalates and nobody of the post in charge is at work. Call somebody in, or reassign it.
notice-roster_gap = Post not held
notice-roster_missing = Nobody has checked in
notice-swap_asked = A colleague asks you to swap
notice-swap_agreed = Swap waits for approval
notice-hand_over_waits = Hand-over waits for you
notice-hand_over_objected = Hand-over not accepted
notice-calendar_year = Next year’s holidays are missing
notice_why-roster_gap = {$post}: {$lack} short from {$from} to {$until}. Put somebody on the shift.
notice_why-roster_missing = {$post}: ten minutes into the shift of {$from} nobody has checked in. Call the person on shift, or find a replacement.
notice_why-swap_asked = {$post}: the shift of {$from}. Say whether you agree.
notice_why-swap_agreed = {$post}: the shift of {$from}. Both agree; approve it or refuse it.
notice_why-hand_over_waits = {$post}: hand-over {$number}. Check in, compare and accept it; until then the shift before stays on duty.
notice_why-hand_over_objected = {$post}: hand-over {$number}. The next shift objects; check it and hand over again.
notice_why-calendar_year = The holidays of {$year} are not loaded yet: every due time in that year is provisional. Load the file under Calendars once it is published.
notice-entered-late = Entered late: this moment had passed when it was registered
event-part-rung-passed = {$what} ({$clock}, {$step}): had passed before it was registered, nobody told of it by itself
notice_level-note = For information
notice_level-warning = Reminder
notice_level-escalation = Escalation
notice_level-urgent = Urgent
rung-warning = Reminder
rung-escalation = Escalation
post-in_charge = worker in charge
post-first_asked = first-asked person
post-front_desk = front desk
post-dept_head = head of department
post-cs_head = head of customer service
post-project_manager = project manager
post-quality = quality department
post-company_leader = company leader in charge
post-general_manager = general manager
lack-vacant = nobody holds the post {$post}
lack-off_duty = {$post} not on duty
ladder-percent = {$n}% of the time used
ladder-due = due
ladder-before = {$time} before due
ladder-after = overdue by {$time}
ladder-minute = {$n} min
ladder-hour = {$n} h
ladder-day = { $n ->
    [one] 1 day
   *[other] {$n} days
 }
ladder-working-minute = {$n} working min
ladder-working-hour = {$n} working h
ladder-line = {$step}: {$what} to {$posts}
event-rung_reached = {$what} ({$clock}, {$step}): {$people} told
event-part-late = late, should have come {$time}
event-part-clause = by {$clause}
event-notice_raised = Notice raised
subject-notice = Notice
template-staff_notice = Notice
template-staff_notice_case = Time limit
staff-notice = {$level}: {$what}. See “Notices” in the product.
staff-notice_case = {$level}: {$number} {$clock}, {$what}. See “Notices” in the product.
