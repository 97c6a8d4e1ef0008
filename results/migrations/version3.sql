-- SPDX-License-Identifier: GPL-2.0-only
--
-- How a file of version 2 looks to version 3 (see version2.sql): what does not exist is NULL, and
-- what only some links count is in transfers.counters, by its name.

CREATE TEMP VIEW v3_wired AS
SELECT id AS run_id FROM v2_runs WHERE json_extract(settings, '$."link.technology"') = 'wire';

CREATE TEMP VIEW v3_rounds AS
SELECT run_id, round, start_s, compute_s, uplink_s, downlink_s, latency_s, k,
       uplink_payload_bytes, downlink_payload_bytes, paper_bits, wire_bytes,
       CASE WHEN run_id NOT IN (SELECT run_id FROM v3_wired) THEN airtime_s END AS airtime_s,
       train_loss, gradient_norm, participants
FROM v2_rounds;

-- A wire has no distance and sends no frame again; a rate of 0 was that of nothing sent. The rate is
-- written as a real, with the fewest digits that read as the same number.
CREATE TEMP VIEW v3_transfers AS
SELECT run_id, round, worker, direction, k, payload_bytes, start_s, end_s,
       CASE WHEN NOT wired THEN distance_m END AS distance_m,
       retransmissions,
       CASE WHEN wired AND rate IS NULL THEN NULL
            WHEN wired THEN printf('{"phy_rate_bps":%s}', rate)
            WHEN rate IS NULL THEN printf('{"mac_retries":%d.0}', mac_retries)
            ELSE printf('{"mac_retries":%d.0,"phy_rate_bps":%s}', mac_retries, rate)
       END AS counters
FROM (
  SELECT *, run_id IN (SELECT run_id FROM v3_wired) AS wired,
         CASE WHEN phy_rate_bps = 0 THEN NULL
              WHEN CAST(printf('%!.15g', phy_rate_bps) AS REAL) = phy_rate_bps
              THEN printf('%!.15g', phy_rate_bps)
              WHEN CAST(printf('%!.16g', phy_rate_bps) AS REAL) = phy_rate_bps
              THEN printf('%!.16g', phy_rate_bps)
              ELSE printf('%!.17g', phy_rate_bps)
         END AS rate
  FROM v2_transfers
);
