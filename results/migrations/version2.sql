-- SPDX-License-Identifier: GPL-2.0-only
--
-- How a file of version 1 looks to version 2. Each v1_TABLE is a table as version 1 had it; a v2_
-- view says what changed, and what has none here did not (results/migrate.h).

-- What learned was not written down.
CREATE TEMP VIEW v2_runs AS SELECT *, NULL AS host_device FROM v1_runs;

-- The first files of version 1 had no sums in their evaluations: where v1_evaluations has no such
-- column, its name means that of `absent`, and the rounds are added up.
CREATE TEMP VIEW v2_evaluations AS
SELECT run_id, round, time_s, accuracy, loss,
       coalesce(had_uplink_bits,
                (SELECT sum(8 * uplink_payload_bytes) FROM v1_rounds r
                 WHERE r.run_id = e.run_id AND r.round < e.round), 0) AS uplink_bits,
       coalesce(had_downlink_bits,
                (SELECT sum(8 * downlink_payload_bytes) FROM v1_rounds r
                 WHERE r.run_id = e.run_id AND r.round < e.round), 0) AS downlink_bits,
       coalesce(had_paper_bits,
                (SELECT sum(paper_bits) FROM v1_rounds r
                 WHERE r.run_id = e.run_id AND r.round < e.round), 0.0) AS paper_bits
FROM (
  SELECT same.*,
         (SELECT uplink_bits FROM v1_evaluations o
          WHERE o.run_id = same.run_id AND o.round = same.round) AS had_uplink_bits,
         (SELECT downlink_bits FROM v1_evaluations o
          WHERE o.run_id = same.run_id AND o.round = same.round) AS had_downlink_bits,
         (SELECT paper_bits FROM v1_evaluations o
          WHERE o.run_id = same.run_id AND o.round = same.round) AS had_paper_bits
  FROM v1_evaluations same,
       (SELECT NULL AS uplink_bits, NULL AS downlink_bits, NULL AS paper_bits) absent
) e;
