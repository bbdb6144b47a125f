-- It was a keyed hash of a file's name, size and hash: whoever has the key and a restored row could have confirmed a file
-- that he knows. Nothing reads or fills it any more; it stays, empty, for code from before this. The table is written anew:
-- a column that is only taken out of sight stays in the rows.
ALTER TABLE evidence
  DROP COLUMN body_digest,
  ADD COLUMN body_digest BINARY(32) NOT NULL DEFAULT '' AFTER request_key,
  FORCE;
