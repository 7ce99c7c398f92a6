-- The order of a list's pages is the order of an index, its last key included: households by their sort key.
DROP INDEX unit_sort;
CREATE INDEX unit_sort ON unit (site_id, sort_key, id);
DROP INDEX unit_building_sort;
CREATE INDEX unit_building_sort ON unit (building_id, sort_key, id);

-- Filters that often find nothing at all must not walk through everything to say so.
CREATE INDEX message_state ON message (site_id, state, created_at, id);
CREATE INDEX work_order_state_time ON work_order (site_id, state, issued_at, id);
CREATE INDEX case_breached_time ON cases (site_id, registered_at, id) WHERE breached;
CREATE INDEX contact_channel_time ON contact (site_id, channel, happened_at, id);
