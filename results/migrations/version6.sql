-- SPDX-License-Identifier: GPL-2.0-only
--
-- How a file of version 5 looks to version 6 (see version2.sql): no scenario named files, and no robot
-- relayed.

CREATE TEMP VIEW v6_inputs AS
SELECT NULL AS experiment_id, NULL AS name, NULL AS text WHERE FALSE;

CREATE TEMP VIEW v6_transfers AS SELECT *, NULL AS peer FROM v5_transfers;

CREATE TEMP VIEW v6_topologies AS
SELECT NULL AS run_id, NULL AS time_s, NULL AS changed, NULL AS links, NULL AS components,
       NULL AS connectivity
WHERE FALSE;

CREATE TEMP VIEW v6_routes AS
SELECT NULL AS run_id, NULL AS time_s, NULL AS worker, NULL AS parent, NULL AS hops, NULL AS cost_s,
       NULL AS bottleneck_from, NULL AS bottleneck_to, NULL AS bottleneck_s, NULL AS betweenness,
       NULL AS component
WHERE FALSE;
