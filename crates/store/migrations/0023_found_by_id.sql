-- Nearly every person stands for themselves: without this condition the planner takes "merged into nobody" for a rare thing
-- and reads the whole archive by it.
DROP INDEX person_merged;
CREATE INDEX person_merged ON person (merged_into) WHERE merged_into IS NOT NULL;
