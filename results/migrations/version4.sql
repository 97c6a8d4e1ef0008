-- SPDX-License-Identifier: GPL-2.0-only
--
-- How a file of version 3 looks to version 4: nobody had measured what the paper's bounds need, and
-- gradient_variance in runs.pilot was a worker's, where it is now that of the workers' mean.

CREATE TEMP VIEW v4_runs AS
SELECT id, experiment_id, variant, seed, parameters, settings, status, error, started_at,
       finished_at, host_wall_s, host_device, host_process, workers, model_size, rounds_planned,
       t_hat,
       CASE WHEN pilot IS NOT NULL THEN
         json_set(pilot, '$.worker_variance', json_extract(pilot, '$.gradient_variance'),
                  '$.gradient_variance', json_extract(pilot, '$.gradient_variance') / workers)
       END AS pilot,
       budget_unused
FROM v3_runs;

CREATE TEMP VIEW v4_rounds AS
SELECT run_id, round, start_s, compute_s, uplink_s, downlink_s, latency_s, k,
       uplink_payload_bytes, downlink_payload_bytes, paper_bits, wire_bytes, airtime_s, train_loss,
       gradient_norm, NULL AS compressor_input_norm, participants
FROM v3_rounds;

CREATE TEMP VIEW v4_theory AS
SELECT NULL AS run_id, NULL AS theorem, NULL AS k, NULL AS learning_rate, NULL AS optimal_loss,
       NULL AS alpha, NULL AS beta, NULL AS contraction, NULL AS m_or_p, NULL AS n_or_q,
       NULL AS adaptation, NULL AS adaptation_by_lemma, NULL AS final_loss, NULL AS violated
WHERE false;
