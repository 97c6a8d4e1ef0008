-- SPDX-License-Identifier: GPL-2.0-only
--
-- How a file of version 6 looks to version 7 (see version2.sql): nobody was left out, so that a worker
-- had one message a round each way, and none was lost.

CREATE TEMP VIEW v7_transfers AS
SELECT *,
       row_number() OVER (PARTITION BY run_id, round ORDER BY direction DESC, end_s, worker) - 1
         AS message,
       CASE direction WHEN 'uplink' THEN 'gradient' ELSE 'update' END AS content
FROM v6_transfers;
