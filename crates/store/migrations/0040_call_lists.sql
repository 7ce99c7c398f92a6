-- Each way to look at the list of calls has its order as an index; a number's last calls are found with their place in it.
DROP INDEX phone_call_number;
CREATE INDEX phone_call_number ON phone_call (site_id, number, at, id);
CREATE INDEX phone_call_unregistered ON phone_call (site_id, at, id)
  WHERE contact_id IS NULL AND answered_at IS NOT NULL AND direction = 'in';
CREATE INDEX phone_call_direction ON phone_call (site_id, direction, at, id);
CREATE INDEX phone_call_ring ON phone_call (site_id, ring, at, id);
CREATE INDEX phone_call_wait ON phone_call (site_id, wait, at, id);
CREATE INDEX phone_call_hold ON phone_call (site_id, hold, at, id);
CREATE INDEX phone_call_staff ON phone_call (site_id, staff_id, at, id);
CREATE INDEX phone_call_extension ON phone_call (site_id, extension, at, id);
