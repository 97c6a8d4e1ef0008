-- SPDX-License-Identifier: GPL-2.0-only
--
-- How a file of version 9 looks to version 10 (see version2.sql): nobody had measured what a run costs.

CREATE TEMP VIEW v10_experiments AS SELECT *, NULL AS host_first_run FROM v9_experiments;

CREATE TEMP VIEW v10_runs AS
SELECT *, NULL AS host_learning_s, NULL AS host_network_s, NULL AS host_events, NULL AS host_peak_bytes,
       NULL AS host_file_bytes, NULL AS host_forecast
FROM v9_runs;
