-- SPDX-License-Identifier: GPL-2.0-only
--
-- gradwave's results, version 11 (PRAGMA user_version). One file holds any number of experiments.
-- What has changed since a version is in migrations/.
--
-- Times are simulated seconds, counted from the start of a run's round 0, unless the column's name
-- begins with host_ or ends with _at. Those columns, and experiments.host, are of the machine that
-- ran; all else is reproducible: same scenario, same seed, same rows. Bytes are bytes, bits are
-- bits, and a NULL is something that does not exist, never zero.

PRAGMA application_id = 0x67726477;  -- "grdw"
PRAGMA user_version = 11;

-- One scenario file, run once.
CREATE TABLE experiments (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  scenario TEXT NOT NULL,          -- the file as it was read, overrides as comments at its end
  scenario_hash TEXT NOT NULL,     -- of that text: 64-bit FNV-1a, hexadecimal
  gradwave_version TEXT NOT NULL,
  ns3_version TEXT NOT NULL,
  torch_version TEXT NOT NULL,
  host TEXT NOT NULL,              -- name of the machine
  host_sources TEXT,               -- hash of the program's sources; NULL in files of before
  host_first_run INTEGER,          -- the number that its run of place 0 has, or is to have; likewise
  created_at TEXT NOT NULL         -- UTC, ISO 8601
) STRICT;

-- The files that an experiment's scenario names: walks, floor plans, traces. Data sets are not among
-- them. A stored run reads them here.
CREATE TABLE inputs (
  experiment_id INTEGER NOT NULL REFERENCES experiments(id),
  name TEXT NOT NULL,              -- as the scenario has it
  text TEXT NOT NULL,
  PRIMARY KEY (experiment_id, name)
) STRICT, WITHOUT ROWID;

-- One variant under one seed at one point of the sweep.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  experiment_id INTEGER NOT NULL REFERENCES experiments(id),
  variant TEXT NOT NULL,
  seed INTEGER NOT NULL,
  parameters TEXT NOT NULL CHECK (json_valid(parameters)),  -- object of the swept values
  settings TEXT NOT NULL CHECK (json_valid(settings)),      -- object of every setting
  status TEXT NOT NULL DEFAULT 'running'
    CHECK (status IN ('running', 'complete', 'failed', 'interrupted', 'diverged')),
                                   -- interrupted: stopped, killed, or the disk was full: the same command
                                   -- runs it again
  error TEXT,                      -- why it is not complete
  started_at TEXT NOT NULL,
  finished_at TEXT,
  host_wall_s REAL,                -- what the run took on this machine
  host_start_s REAL,               -- from its start by the campaign to the end of its process, less the two below:
                                   -- what a run costs however few rounds it has; NULL in files of before
  host_learning_s REAL,            -- of that, the learner (with rows, checkpoints and whatever else is not ns-3, where
                                   -- it does not run ahead in a thread of its own, beside the next); NULL: it
                                   -- repeated another run's learning
  host_network_s REAL,             -- and the packets, in ns-3
  host_events INTEGER,             -- of ns-3
  host_peak_bytes INTEGER,         -- memory, resident, at most, what it shares with other runs included
  host_file_bytes INTEGER,         -- that its rows took in this file, whole pages
  host_forecast TEXT CHECK (host_forecast IS NULL OR json_valid(host_forecast)),
                                   -- of these and host_start_s before it began: see view forecasts; NULL in files of before,
                                   -- and of a run that went on from a checkpoint
  host_device TEXT,                -- what it learned on: cpu, cuda:0
  host_process TEXT,               -- who runs it: machine, boot, process, start of the process,
                                   -- namespace of processes
  workers INTEGER NOT NULL,        -- M
  model_size INTEGER NOT NULL,     -- d
  rounds_planned INTEGER NOT NULL, -- T
  t_hat INTEGER,                   -- of an adaptive schedule, given or estimated
  pilot TEXT CHECK (pilot IS NULL OR json_valid(pilot)),  -- object: what a pilot measured (below)
  forward_macs REAL,               -- multiply-adds of one sample's forward pass
  budget_unused INTEGER,           -- entries of k T that whole k_t leave over
  place INTEGER,                   -- among the runs of its scenario, from 0; NULL in files of before
  host_learning_hash TEXT,         -- of all that the learning depends on: settings, seed, data, code,
                                   -- LibTorch, device; runs that have the same learn the same. NULL: it depends on
                                   -- the network as well
  network_hash TEXT,               -- where network.fidelity is sampled, of all that the network depends on: runs
                                   -- that have the same are drawn from the same rounds
  host_learned_from TEXT,          -- the run whose learning it repeats, "3", or "3 of FILE"; NULL: none,
                                   -- it has learned itself
  host_inputs_hash TEXT,           -- of the data set and the network's file, when the run was planned; a run
                                   -- that reads other bytes fails. NULL: not known
  host_attempts INTEGER,           -- how often it was started; NULL in files of before
  host_killed INTEGER,             -- of these, how often its process died (by a signal of the kernel, say) and
                                   -- it is to be tried again, or after the second time is not; NULL: never
  class_counts TEXT CHECK (class_counts IS NULL OR json_valid(class_counts)),  -- array [M][classes] of
                                   -- training samples; view worker_samples
  data_mean TEXT CHECK (data_mean IS NULL OR json_valid(data_mean)),
                                   -- normalisation: a pixel p enters the model as (p / 255 - mean) / deviation;
                                   -- array of one number per channel; NULL: not recorded
  data_deviation TEXT CHECK (data_deviation IS NULL OR json_valid(data_deviation))
) STRICT;
-- runs.pilot: rounds; initial_loss F(w_0); smoothness L; convexity mu; worker_variance, of a worker's
-- gradient about their mean; gradient_variance sigma^2, of that mean (Eq. 12); squared_gradient G^2;
-- t_hat, which Lemma 3 or 8 of Ruan et al. 2023 gives. How each is measured, learning/compression/
-- pilot_run.h says. NULL without a pilot, or where it diverged.
CREATE INDEX runs_by_experiment ON runs(experiment_id);
CREATE INDEX runs_by_learning ON runs(host_learning_hash) WHERE host_learning_hash IS NOT NULL;

-- The graph of a mesh, each time its routes were looked at. Nodes are the workers and the server, if
-- there is one.
CREATE TABLE topologies (
  run_id INTEGER NOT NULL REFERENCES runs(id),
  time_s REAL NOT NULL,
  changed INTEGER NOT NULL,        -- 1: routes were laid anew; without a server, links came or went
  links INTEGER NOT NULL,
  components INTEGER NOT NULL,     -- 1: everybody reaches everybody
  connectivity REAL NOT NULL,      -- algebraic: second smallest eigenvalue of the Laplacian, each link 1
  PRIMARY KEY (run_id, time_s)
) STRICT, WITHOUT ROWID;

-- Each worker's route to the server then; without one parent to bottleneck_s are NULL.
CREATE TABLE routes (
  run_id INTEGER NOT NULL,
  time_s REAL NOT NULL,
  worker INTEGER NOT NULL,
  parent INTEGER,                  -- next hop; NULL: the server, or there is no route
  hops INTEGER,                    -- NULL: there is no route
  cost_s REAL,                     -- expected airtime of a packet over all hops
  bottleneck_from INTEGER,         -- the hop that costs most
  bottleneck_to INTEGER,           -- NULL: the server
  bottleneck_s REAL,
  betweenness REAL NOT NULL,       -- share of the pairs of other nodes whose cheapest path is through it
  component INTEGER NOT NULL,      -- 0: the server's, or worker 0's
  PRIMARY KEY (run_id, time_s, worker),
  FOREIGN KEY (run_id, time_s) REFERENCES topologies(run_id, time_s)
) STRICT, WITHOUT ROWID;

-- latency_s = compute_s + uplink_s + downlink_s. Without a server (mesh.aggregation = "gossip") all
-- that workers send each other is uplink, with what they waited before until all were connected
-- (mesh.unreached), and the next round begins when everybody is done.
CREATE TABLE rounds (
  run_id INTEGER NOT NULL REFERENCES runs(id),
  round INTEGER NOT NULL,          -- t, from 0
  start_s REAL NOT NULL,
  compute_s REAL NOT NULL,         -- of the slowest worker
  uplink_s REAL NOT NULL,          -- from then until the last gradient has arrived
  downlink_s REAL NOT NULL,        -- from then until the last update has arrived; and at first, until
                                   -- those who were away have the model
  latency_s REAL NOT NULL,
  k INTEGER NOT NULL,              -- k_t, entries that each worker sends; without a server to each
                                   -- neighbour who has heard all that was before
  uplink_payload_bytes INTEGER NOT NULL,    -- encoded gradients (or differences), all workers, lost
                                   -- ones too
  downlink_payload_bytes INTEGER NOT NULL,  -- encoded updates and models, likewise
  paper_bits REAL NOT NULL,        -- as Ruan et al. 2023 count the uplink: M k_t (32 + log2 d), or
                                   -- 32 M d uncompressed; M: who sent a gradient, also if it was lost;
                                   -- without a server, of the entries of all messages
  wire_bytes INTEGER NOT NULL,     -- all that went over any medium: headers, acknowledgements,
                                   -- retransmissions
  airtime_s REAL,                  -- the radio channel in use; NULL on a wire
  train_loss REAL,                 -- mean cross-entropy of the workers' batches at w_t, nats; without a
                                   -- server at each worker's own weights, as
  gradient_norm REAL,              -- of the mean gradient at w_t, before compression
  compressor_input_norm REAL,      -- of the mean of what the workers compress: m_t + eta grad with
                                   -- error compensation (Eq. 23), else the gradient; NULL with
                                   -- momentum correction, without a server, and in files of before
  participants INTEGER NOT NULL,   -- workers whose gradient was applied
  update_k INTEGER,                -- entries in the update; NULL: there was none
  fidelity TEXT NOT NULL CHECK (fidelity IN ('packet', 'settling', 'drawn')),
                                   -- packet: simulated packet by packet; settling: likewise, but too
                                   -- soon after the start, or rounds that were drawn, to conclude anything;
                                   -- drawn: from others (network.fidelity = "sampled")
  time_error_s REAL,               -- by which drawing may have made start_s + latency_s wrong about what
                                   -- is to be expected of such a run: the wider side of its
                                   -- interval at network.confidence; NULL, as the next two, where every packet
                                   -- was to be simulated
  time_low_s REAL,                 -- an interval of what it would be in this run, had every packet been
  time_high_s REAL,                -- simulated: also by chance, as any two such runs differ
  PRIMARY KEY (run_id, round)
) STRICT, WITHOUT ROWID;

-- One message: a worker's gradient (uplink) or the server's update to it (downlink); without a server,
-- what a worker sends to a neighbour.
CREATE TABLE transfers (
  run_id INTEGER NOT NULL REFERENCES runs(id),
  round INTEGER NOT NULL,
  message INTEGER NOT NULL,        -- within its round, from 0, in the order of their ends
  worker INTEGER NOT NULL,         -- from 0
  direction TEXT NOT NULL CHECK (direction IN ('uplink', 'downlink')),
  drawn INTEGER NOT NULL,          -- 1: its times and counters are, from others (rounds.fidelity); of these,
                                   -- parts of the latency are stretched to its own
  peer INTEGER,                    -- worker at the other end: a relay, or the neighbour who receives;
                                   -- NULL: the server
  content TEXT NOT NULL,           -- gradient; update; model: all weights, for who missed an update;
                                   -- difference: what a neighbour has not heard of the sender's model
  k INTEGER NOT NULL,              -- entries in it
  payload_bytes INTEGER NOT NULL,  -- encoded = handed to the socket = received; of a lost one, encoded
  start_s REAL NOT NULL,           -- handed to the socket; or was to be, where there was no route
  end_s REAL,                      -- last byte at the receiving application; NULL: it was lost, one of
                                   -- its ends having no route (or link) any more
  distance_m REAL,                 -- robot to the other end of its link, at end_s or when it was lost; NULL on a
                                   -- wire
  retransmissions INTEGER NOT NULL,  -- TCP segments sent again since the message before it arrived
                                   -- the same way: its own, and late ones of that message
  -- Object of what the link technology counted for this message, {"mac_retries": 3.0, ...}, all
  -- numbers reals; a name that ends in _s is a part of the latency in seconds. NULL: it counted
  -- nothing. The view transfer_counters has one row a number.
  counters TEXT CHECK (counters IS NULL OR json_valid(counters)),
  PRIMARY KEY (run_id, round, message)
) STRICT, WITHOUT ROWID;

-- The model (without a server, the mean of the workers' models) on the test set after so many rounds
-- (round 0: the initial weights), with what all
-- workers together had sent by then: the sums over rounds 0 .. round - 1, so that no question about
-- accuracy per bit has to add up rounds.
CREATE TABLE evaluations (
  run_id INTEGER NOT NULL REFERENCES runs(id),
  round INTEGER NOT NULL,
  time_s REAL NOT NULL,
  accuracy REAL,                   -- 0 to 1
  loss REAL,                       -- mean cross-entropy, nats
  uplink_bits INTEGER NOT NULL,    -- payload
  downlink_bits INTEGER NOT NULL,  -- payload
  paper_bits REAL NOT NULL,
  consensus_distance REAL,         -- of the workers' models from their mean, root mean square; these
                                   -- three are NULL with a server
  worst_worker_accuracy REAL,      -- of a worker's own model, 0 to 1
  best_worker_accuracy REAL,
  time_error_s REAL,               -- of time_s, as in rounds
  time_low_s REAL,
  time_high_s REAL,
  PRIMARY KEY (run_id, round)
) STRICT, WITHOUT ROWID;

-- A complete run held against the bound of Ruan et al. 2023 on F(w_T) - F*: Theorem 1 (Eq. 14), or
-- Theorem 2 (Eq. 29) with error compensation. learning/compression/bound.h has the formulas and says
-- how they are read. No row where there was no pilot, or with momentum correction.
CREATE TABLE theory (
  run_id INTEGER PRIMARY KEY REFERENCES runs(id),
  theorem INTEGER NOT NULL CHECK (theorem IN (1, 2)),
  k INTEGER NOT NULL,              -- the mean of k_t, K / T
  learning_rate REAL NOT NULL,     -- eta
  optimal_loss REAL NOT NULL,      -- F*, as the scenario assumes it
  alpha REAL NOT NULL,             -- A_t = alpha / t + beta, of Lemma 2 or 7
  beta REAL NOT NULL,
  contraction REAL NOT NULL,       -- 1 - B; B_t = B^(T-1-t)
  m_or_p REAL,                     -- M(k) of Theorem 1, P of Theorem 2 (infinite where mu = 0)
  n_or_q REAL,                     -- N(k) or Q(k)
  adaptation REAL,                 -- what n_t = k_t - k take off the bound, by the measured norms
  adaptation_by_lemma REAL,        -- and by A_t B_t (Eq. 22, 37)
  final_loss REAL,                 -- F(w_T), over the samples over which the pilot had F(w_0)
  violated TEXT NOT NULL CHECK (json_valid(violated))  -- array of sentences: which assumptions do
                                   -- not hold of this run; the bound need not hold then
) STRICT;

-- The swept values, one row per run and swept key: key "link.technology", value 'wifi'. A value keeps
-- its type; a list is its JSON text. Runs that nothing is swept over have no row.
CREATE VIEW run_parameters AS
SELECT runs.id AS run_id, key, value FROM runs, json_each(parameters);

-- Training samples of each worker by class, one row each.
CREATE VIEW worker_samples AS
SELECT runs.id AS run_id, workers_json.key AS worker, classes_json.key AS class,
       classes_json.value AS samples
FROM runs, json_each(class_counts) AS workers_json, json_each(workers_json.value) AS classes_json;

-- The numbers in transfers.counters, one row each.
CREATE VIEW transfer_counters AS
SELECT run_id, round, message, worker, direction, key AS counter, CAST(value AS REAL) AS value
FROM transfers, json_each(counters);

-- What limited each transfer: the part of its latency in which it spent most, as its technology
-- splits it: 5G (channel-models/nr/nr.h), Wi-Fi and a wire.
CREATE VIEW transfer_limits AS
WITH parts(part, limited_by) AS (
  VALUES ('access_s', 'access'),           -- nobody knew yet that there was something to send
         ('grant_s', 'grant'),             -- known, and its slot was still to come
         ('air_s', 'air'),                 -- sent with all that it could use
         ('blocks_s', 'resource blocks'),  -- sent, and more of them would have been faster
         ('power_s', 'power'),             -- sent, and more of it would have been faster
         ('harq_s', 'HARQ'),               -- what was lost had to be sent again
         ('handover_s', 'handover'),       -- another station, and until served by it
         ('core_s', 'core'),               -- processing, and the wire to the server
         ('queue_s', 'queue'),             -- Wi-Fi: behind frames to others
         ('retransmission_s', 'frame retransmission'),  -- Wi-Fi: frames that did not arrive
         ('contention_s', 'contention'),   -- Wi-Fi: until the channel is free and the backoff over
         ('acknowledgement_s', 'acknowledgement'),      -- Wi-Fi: of its frames
         ('backhaul_s', 'backhaul'),       -- Wi-Fi: the wire behind the access point
         ('airtime_s', 'air'),             -- mesh, and Wi-Fi before version 11: frames
         ('waiting_s', 'channel and TCP'), -- mesh, and Wi-Fi before version 11: everything else
         ('sending_s', 'rate'),            -- a wire's
         ('delay_s', 'delay'),             -- a wire's
         ('window_s', 'congestion window') -- nothing was there to be sent: TCP waited
)
SELECT run_id, round, message, worker, direction, limited_by, max(value) AS limited_s,
       sum(value) AS parts_s
FROM transfer_counters JOIN parts ON part = counter
GROUP BY run_id, round, message;

-- One row an evaluation, with all that a plot needs; bits are of payload, up and down.
CREATE VIEW progress AS
SELECT run_id, experiment_id, experiments.name AS experiment, variant, seed, parameters, status,
       round, time_s, uplink_bits + downlink_bits AS bits, uplink_bits, downlink_bits, paper_bits,
       accuracy, loss, consensus_distance, worst_worker_accuracy, best_worker_accuracy, time_error_s, time_low_s,
       time_high_s
FROM evaluations
JOIN runs ON runs.id = run_id
JOIN experiments ON experiments.id = experiment_id;

-- One row a run, of what it has reached so far.
CREATE VIEW run_summary AS
SELECT runs.id AS run_id, experiment_id, experiments.name AS experiment, variant, seed, parameters,
       status, error,
       last.accuracy, last.loss, best.best_accuracy,
       totals.time_s, totals.rounds, rounds_planned,
       totals.mean_latency_s, totals.uplink_bits, totals.downlink_bits,
       totals.uplink_bits + totals.downlink_bits AS bits, totals.paper_bits, totals.wire_bits,
       totals.airtime_s, workers, model_size, t_hat, host_wall_s, totals.rounds_drawn,
       ended.time_error_s, ended.time_low_s, ended.time_high_s
FROM runs
JOIN experiments ON experiments.id = experiment_id
LEFT JOIN (
  SELECT run_id, max(start_s + latency_s) AS time_s, count(*) AS rounds,
         avg(latency_s) AS mean_latency_s, sum(8 * uplink_payload_bytes) AS uplink_bits,
         sum(8 * downlink_payload_bytes) AS downlink_bits, sum(paper_bits) AS paper_bits,
         sum(8 * wire_bytes) AS wire_bits, sum(airtime_s) AS airtime_s,
         sum(fidelity = 'drawn') AS rounds_drawn, max(round) AS last_round
  FROM rounds GROUP BY run_id
) totals ON totals.run_id = runs.id
LEFT JOIN rounds ended ON ended.run_id = runs.id AND ended.round = totals.last_round
LEFT JOIN (
  SELECT run_id, accuracy, loss, max(round) FROM evaluations GROUP BY run_id
) last ON last.run_id = runs.id
LEFT JOIN (
  SELECT run_id, max(accuracy) AS best_accuracy FROM evaluations GROUP BY run_id
) best ON best.run_id = runs.id;

-- One row a run of table theory: its bound with the run's k_t and with a fixed k, and what it bounds.
CREATE VIEW bounds AS
SELECT theory.run_id, experiment_id, experiments.name AS experiment, variant, seed, parameters,
       theorem,
       m_or_p + n_or_q AS bound_of_fixed_k,
       m_or_p + n_or_q - adaptation AS bound,
       m_or_p + n_or_q - adaptation_by_lemma AS bound_by_lemma,
       final_loss - optimal_loss AS reached,      -- F(w_T) - F*
       final_loss, last.loss AS test_loss,
       json_array_length(violated) AS violations, violated
FROM theory
JOIN runs ON runs.id = theory.run_id
JOIN experiments ON experiments.id = experiment_id
LEFT JOIN (
  SELECT run_id, loss, max(round) FROM evaluations GROUP BY run_id
) last ON last.run_id = theory.run_id;

-- What a run was expected to cost, and what it did; one row a quantity: start_s, learning_s, network_s,
-- events, peak_bytes, file_bytes (runs.host_*). by_rule: of its settings alone; forecast: after those runs
-- that were in the file before it; error: forecast / measured - 1.
CREATE VIEW forecasts AS
WITH costs AS (
  SELECT runs.id AS run_id, experiment_id, variant, seed, parameters, status, settings, key AS quantity,
         value ->> 'by_rule' AS by_rule, value ->> 'forecast' AS forecast,
         CASE key WHEN 'start_s' THEN host_start_s WHEN 'learning_s' THEN host_learning_s WHEN 'network_s' THEN host_network_s
                  WHEN 'events' THEN host_events WHEN 'peak_bytes' THEN host_peak_bytes
                  WHEN 'file_bytes' THEN host_file_bytes END AS measured
  FROM runs, json_each(host_forecast)
)
SELECT run_id, experiment_id, variant, seed, parameters, status, quantity, by_rule, forecast, measured,
       forecast / nullif(measured, 0) - 1 AS error, settings
FROM costs;

-- For each run and each target 0.01, 0.02, ..., 0.99: what the first evaluation that reached it had
-- cost. A run that did not reach it is censored: time_s, bits and rounds are NULL, reached is 0 and
-- censored_at_s says how long it had tried.
CREATE VIEW time_to_accuracy AS
WITH RECURSIVE
  grid(percent) AS (SELECT 1 UNION ALL SELECT percent + 1 FROM grid WHERE percent < 99),
  -- Whole percents of each evaluation (0.29 is 28.999999999999996 % to a processor), and the most
  -- that the run had before it.
  steps AS (
    SELECT *, max(percent) OVER (PARTITION BY run_id ORDER BY round
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM (SELECT *, CAST(100 * accuracy + 1e-9 AS INTEGER) AS percent FROM evaluations)
  ),
  reached AS MATERIALIZED (
    SELECT steps.*, grid.percent AS target_percent
    FROM steps JOIN grid ON grid.percent BETWEEN coalesce(before, 0) + 1 AND steps.percent
    WHERE steps.percent > coalesce(before, 0)
  ),
  ended AS MATERIALIZED (
    SELECT id AS run_id, (SELECT start_s + latency_s FROM rounds WHERE run_id = runs.id
                          ORDER BY round DESC LIMIT 1) AS time_s
    FROM runs
  )
SELECT runs.id AS run_id, experiment_id, variant, seed, parameters, status,
       grid.percent / 100.0 AS target,
       reached.time_s, uplink_bits + downlink_bits AS bits, uplink_bits, downlink_bits, paper_bits,
       reached.round AS rounds,
       reached.run_id IS NOT NULL AS reached,
       CASE WHEN reached.run_id IS NULL THEN coalesce(ended.time_s, 0) END AS censored_at_s,
       reached.time_error_s, reached.time_low_s, reached.time_high_s
FROM runs JOIN ended ON ended.run_id = runs.id CROSS JOIN grid
LEFT JOIN reached ON reached.run_id = runs.id AND reached.target_percent = grid.percent;
