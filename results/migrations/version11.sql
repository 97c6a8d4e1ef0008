-- SPDX-License-Identifier: GPL-2.0-only
--
-- How a file of version 10 looks to version 11 (see version2.sql): neither the inputs' hash, nor attempts,
-- nor the normalisation, nor what starting a run takes was recorded.

CREATE TEMP VIEW v11_runs AS
SELECT *, NULL AS host_start_s, NULL AS host_inputs_hash, NULL AS host_attempts, NULL AS host_killed, NULL AS class_counts, NULL AS data_mean,
       NULL AS data_deviation
FROM v10_runs;
