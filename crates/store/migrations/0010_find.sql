-- What the one search box looks up by index: units in any writing, plates by any part, and record numbers without their day.
-- Comparable writings are made by the domain; the shown ones stay as they are.
ALTER TABLE unit ADD COLUMN match_key TEXT NOT NULL DEFAULT '';
ALTER TABLE unit ADD COLUMN room_key TEXT NOT NULL DEFAULT '';
ALTER TABLE unit ADD COLUMN sort_key TEXT NOT NULL DEFAULT '';
DROP INDEX unit_building;
DROP INDEX unit_room;
CREATE UNIQUE INDEX unit_match ON unit (site_id, match_key);
CREATE INDEX unit_building_room ON unit (site_id, building, room_key);
CREATE INDEX unit_room_key ON unit (site_id, room_key);
CREATE INDEX unit_sort ON unit (site_id, sort_key);
CREATE INDEX unit_building_sort ON unit (building_id, sort_key);

ALTER TABLE building ADD COLUMN sort_key TEXT NOT NULL DEFAULT '';

ALTER TABLE vehicle ADD COLUMN short TEXT NOT NULL DEFAULT '';
ALTER TABLE vehicle ADD COLUMN tail TEXT NOT NULL DEFAULT '';
CREATE INDEX vehicle_short ON vehicle (site_id, short);
CREATE INDEX vehicle_tail ON vehicle (site_id, tail);

CREATE INDEX person_merge_kept ON person_merge (kept_id);
CREATE INDEX person_merge_merged ON person_merge (merged_id);

CREATE INDEX case_running ON cases (site_id, substr(number, 13), registered_at);
CREATE INDEX contact_running ON contact (site_id, substr(number, 13), happened_at);
CREATE INDEX work_order_running ON work_order (site_id, substr(number, 13), issued_at);
