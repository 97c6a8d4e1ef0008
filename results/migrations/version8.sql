-- SPDX-License-Identifier: GPL-2.0-only
--
-- How a file of version 7 looks to version 8 (see version2.sql): every team had a server, and so one
-- model; what learning depended on was not written down.

CREATE TEMP VIEW v8_experiments AS SELECT *, NULL AS host_sources FROM v7_experiments;

CREATE TEMP VIEW v8_runs AS
SELECT *, NULL AS place, NULL AS forward_macs, NULL AS host_learning_hash, NULL AS host_learned_from FROM v7_runs;

CREATE TEMP VIEW v8_evaluations AS
SELECT *, NULL AS consensus_distance, NULL AS worst_worker_accuracy, NULL AS best_worker_accuracy
FROM v7_evaluations;
