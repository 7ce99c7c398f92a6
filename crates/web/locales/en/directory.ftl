## The list
directory-building-n = Building {$code}
directory-all-buildings = All buildings
directory-search = Find a unit or a resident
directory-people = Residents
directory-open-cases = Open
directory-nobody = Nobody registered
directory-n-open = { $n ->
    [one] {$n} case
   *[other] {$n} cases
}
directory-no-units = No units yet. Import them, or add them one by one.
directory-next-page = Next page
directory-back = Back
directory-list-separator = {", "}

## A household
directory-unit = Unit
directory-person = Personal record
directory-n-people = { $n ->
    [one] {$n} person
   *[other] {$n} people
}
directory-age = aged {$n}
directory-moved-in = moved in {$date}
directory-unknown = Not recorded
directory-none = None
directory-no-phone = No phone
directory-nobody-yet = Nobody is registered here yet. Use “Move-in”
directory-former = Moved out: {$n}
directory-more-for = More for {$name}
directory-register = Register contact
directory-open-now = Open now
directory-open-none = Nothing is open in this unit
directory-open-building = Open in the building
directory-recent-cases = Recent cases
directory-recent-contacts = Recent contacts
directory-all = All
directory-whole = Whole archive
directory-no-cases = No cases
directory-no-contacts = No contacts
directory-wheels = Vehicles
directory-wheels-short = Vehicles
directory-no-wheels = No vehicles or parking places
directory-vehicle-gone = Gone
directory-other-contact = Other contact
directory-open-archive = Household
directory-changes = Changes
directory-changes-show = Show changes
directory-no-changes = No changes
directory-phones = Phones
directory-lives = Units
directory-lives-nowhere = No unit
directory-merged = Merged duplicates
directory-take-apart = Take apart
directory-privacy-before = Check who is calling before reading anything out.
directory-privacy-third-party = Never tell a caller the name, unit or phone number of other residents.
directory-reveal-logged = Show (logged)
directory-revealed = Full number
directory-revealed-hint = This look is on the journal. Use the number only to reach this person.
directory-phone-confirmed = Confirmed
directory-phone-wrong = Wrong number
directory-phone-menu = Marks of {$number}
directory-phone-mark-confirmed = Mark as confirmed
directory-phone-mark-wrong = Mark as wrong
directory-phone-unmark = Remove the mark
directory-person-none = Not in the archive; a new record will be made

## What is done
directory-do-new = New unit
directory-do-edit = Edit unit
directory-do-move-in = Move-in
directory-do-tenant = Change tenant
directory-do-vehicle = Add vehicle
directory-do-parking = Add parking
directory-do-correct = Correct
directory-do-phone = Add phone
directory-do-move-out = Move-out
directory-do-merge = Merge duplicate
directory-done-new = Add unit
directory-done-edit = Save
directory-done-move-in = Record move-in
directory-done-tenant = Change tenant
directory-done-vehicle = Add vehicle
directory-done-parking = Add parking
directory-done-correct = Save correction
directory-done-phone = Add phone
directory-done-move-out = Record move-out
directory-done-merge = Merge records
directory-merge-warning = The chosen record becomes part of this one: phones, units, vehicles and parking places move here. It can be taken apart again.

## Fields
directory-field-unit = Unit
directory-field-building = Building
directory-field-entrance = Entrance
directory-field-room = Room
directory-field-floor = Floor
directory-field-layout = Layout
directory-field-area = Area (㎡)
directory-field-area_cm2 = Area
directory-field-usage_state = Use
directory-field-move_in_on = Moved in
directory-field-preference = Preferences
directory-field-care_note = Care
directory-field-reason = Reason
directory-field-name = Name
directory-field-number = Phone
directory-field-gender = Gender
directory-field-relation = Relation to the unit
directory-field-since_on = From
directory-field-until_on = Until
directory-field-plate = Plate
directory-field-brand = Make
directory-field-color = Colour
directory-field-person = Driver
directory-field-lot = Garage
directory-field-code = Place
directory-field-tenure = Held as
directory-field-birth_year = Year of birth
directory-field-id_number = ID number
directory-field-clear_id = Remove the recorded ID number
directory-field-label = Label
directory-field-confirmed = Confirmed with the person
directory-field-occupancy = Unit
directory-field-vehicles = The person's vehicles leave too
directory-field-double = Possible duplicates
directory-field-who = Or find another record
directory-field-external_key = Key of the former system
directory-room-hint = As on the door, for example building 3, entrance 1, room 1201.
directory-month-hint = A month or a date, for example 2021-06.
directory-preference-hint = For example: call first, do not ring the bell.
directory-care-hint = For example: elderly person at home. No ID or card numbers.
directory-reason-hint = The journal keeps what was there before.
directory-name-hint = Choose somebody of the archive while typing; otherwise a new record is made.
directory-tenant-hint = The new tenant's first day; today if empty. The old tenancy ends on the same day.
directory-id-hint = Recorded: {$now}. Leave empty to keep it.
directory-label-hint = For example: own, spouse, office.
directory-until-hint = The last day; today if empty.
directory-merge-hint = By name, initials or the last four digits of a phone.

## What is refused
directory-room-unclear = This is not readable as a unit; fill in building, entrance and room
directory-no-numbers = Do not record ID or card numbers
directory-area-range = The area is a number with at most two decimals
directory-floor-range = The floor is a number from -9 to 200
directory-year-range = The year of birth has four digits
directory-id-wrong = This ID number is not right, please check
directory-too-many-phones = Too many phones; clear wrong ones first
directory-until-before-since = The end is before the beginning
directory-until-future = The end cannot be after today
directory-choose-person = Choose the record to merge
directory-too-long = Too long
directory-date-form = Not a date; write it like 2026-11-21
directory-phone-form = Not a phone number; give a mobile, or a landline with its area code
directory-plate-form = Not a plate
directory-merge-same = A record cannot be merged with itself
directory-merge-already = One of the records is merged already
directory-merge-later-first = Take the later merge apart first

## Codes
directory-gender-female = Female
directory-gender-male = Male
usage-own_use = Own use
usage-let = Let
usage-vacant = Vacant
usage-fitting_out = Fitting out
usage-unsold = Unsold
usage-business = Business
ended-moved_out = moved out
ended-sold = sold
ended-lease_ended = lease ended
ended-died = deceased
ended-mistake = entered by mistake
tenure-owned = Owned
tenure-rented = Rented

## What was done to the archive
archive-unit_created = unit added
archive-unit_corrected = unit edited
archive-moved_in = moved in
archive-moved_out = moved out
archive-occupancy_changed = move-in date corrected
archive-person_created = record made
archive-person_corrected = record corrected
archive-phone_added = phone added
archive-phone_changed = phone changed
archive-phone_confirmed = phone confirmed
archive-phone_marked_wrong = phone marked as wrong
archive-phone_unmarked = phone mark removed
archive-phone_revealed = looked at the full number
archive-id_number_revealed = looked at the full ID number
archive-persons_merged = duplicates merged
archive-persons_taken_apart = merge taken apart
