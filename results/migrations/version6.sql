-- SPDX-License-Identifier: GPL-2.0-only
--
-- How a file of version 5 looks to version 6 (see version2.sql): no scenario named files.

CREATE TEMP VIEW v6_inputs AS
SELECT NULL AS experiment_id, NULL AS name, NULL AS text WHERE FALSE;
