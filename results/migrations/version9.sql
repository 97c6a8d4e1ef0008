-- SPDX-License-Identifier: GPL-2.0-only
--
-- How a file of version 8 looks to version 9 (see version2.sql): every packet was simulated, and how
-- many entries an update has stood with its messages alone.

CREATE TEMP VIEW v9_runs AS SELECT *, NULL AS network_hash FROM v8_runs;

CREATE TEMP VIEW v9_rounds AS
SELECT *, 'packet' AS fidelity, NULL AS time_error_s, NULL AS time_low_s, NULL AS time_high_s,
       (SELECT k FROM v8_transfers WHERE v8_transfers.run_id = v8_rounds.run_id AND
        v8_transfers.round = v8_rounds.round AND content = 'update' LIMIT 1) AS update_k
FROM v8_rounds;

CREATE TEMP VIEW v9_transfers AS SELECT *, 0 AS drawn FROM v8_transfers;

CREATE TEMP VIEW v9_evaluations AS
SELECT *, NULL AS time_error_s, NULL AS time_low_s, NULL AS time_high_s FROM v8_evaluations;
