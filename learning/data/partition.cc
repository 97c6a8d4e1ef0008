// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <numeric>
#include <stdexcept>
#include <string>

#include "learning/data/dataset.h"
#include "learning/learner.h"
#include "learning/runtime/random.h"
#include "learning/table.h"

namespace gradwave::learning {
namespace {

using Parts = std::vector<std::vector<std::int64_t>>;

struct Deal {
  const DataOptions& options;
  const std::vector<Label>& labels;
  std::int64_t classes, workers;
  Random random;
};

void shuffle(std::vector<std::int64_t>& samples, Random& random) {
  for (std::size_t i = samples.size(); i > 1; --i) {
    boost::random::uniform_int_distribution<std::size_t> below(0, i - 1);
    std::swap(samples[i - 1], samples[below(random)]);
  }
}

std::vector<std::int64_t> all_samples(const Deal& deal) {
  std::vector<std::int64_t> samples(deal.labels.size());
  std::iota(samples.begin(), samples.end(), 0);
  return samples;
}

// Pieces of one length; what does not divide stays out.
Parts cut(const std::vector<std::int64_t>& samples, std::int64_t pieces) {
  const auto length = static_cast<std::int64_t>(samples.size()) / pieces;
  Parts parts;
  for (std::int64_t i = 0; i < pieces; ++i) {
    parts.emplace_back(samples.begin() + i * length, samples.begin() + (i + 1) * length);
  }
  return parts;
}

Parts iid(Deal& deal) {
  std::vector<std::int64_t> samples = all_samples(deal);
  shuffle(samples, deal.random);
  return cut(samples, deal.workers);
}

// McMahan et al. 2017: sort by label, cut into shards, deal each worker so many at random.
Parts shards(Deal& deal) {
  const std::int64_t per_worker = deal.options.shards_per_worker;
  const std::int64_t count = deal.workers * per_worker;
  if (count > static_cast<std::int64_t>(deal.labels.size())) {
    throw std::invalid_argument("data.shards_per_worker = " + std::to_string(per_worker) + " for " +
                                std::to_string(deal.workers) + " workers makes more " +
                                "shards than the " + std::to_string(deal.labels.size()) +
                                " training samples");
  }
  std::vector<std::int64_t> samples = all_samples(deal);
  std::stable_sort(samples.begin(), samples.end(),
                   [&](std::int64_t a, std::int64_t b) { return deal.labels[a] < deal.labels[b]; });
  const Parts pieces = cut(samples, count);
  std::vector<std::int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  shuffle(order, deal.random);
  Parts parts(deal.workers);
  for (std::int64_t i = 0; i < count; ++i) {
    std::vector<std::int64_t>& part = parts[i / per_worker];
    const std::vector<std::int64_t>& piece = pieces[order[i]];
    part.insert(part.end(), piece.begin(), piece.end());
  }
  return parts;
}

// A point of the simplex [workers], symmetric Dirichlet.
std::vector<double> dirichlet_point(Deal& deal) {
  boost::random::gamma_distribution<double> gamma(deal.options.dirichlet_alpha);
  std::vector<double> shares(deal.workers);
  for (double& share : shares) share = gamma(deal.random);
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share = sum > 0 ? share / sum : 1.0 / deal.workers;
  return shares;
}

// Who came away with nothing takes one sample of whoever has most.
void feed_the_empty(Parts& parts) {
  for (auto& part : parts) {
    if (!part.empty()) continue;
    auto& richest = *std::max_element(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
      return a.size() < b.size();
    });
    part.push_back(richest.back());
    richest.pop_back();
  }
}

// Hsu et al. 2019: each class is spread over the workers by shares of their own.
Parts dirichlet(Deal& deal) {
  Parts by_class(deal.classes);
  for (const std::int64_t sample : all_samples(deal))
    by_class[deal.labels[sample]].push_back(sample);
  Parts parts(deal.workers);
  for (auto& samples : by_class) {
    shuffle(samples, deal.random);
    const std::vector<double> shares = dirichlet_point(deal);
    double share_before = 0;
    std::size_t begin = 0;
    for (std::int64_t worker = 0; worker < deal.workers; ++worker) {
      share_before += shares[worker];
      const std::size_t end =
          worker + 1 == deal.workers
              ? samples.size()
              : std::min(samples.size(), static_cast<std::size_t>(
                                             share_before * static_cast<double>(samples.size())));
      parts[worker].insert(parts[worker].end(), samples.begin() + begin, samples.begin() + end);
      begin = end;
    }
  }
  feed_the_empty(parts);
  return parts;
}

using Rule = Parts (*)(Deal&);

const std::vector<Entry<Rule>>& table() {
  static const std::vector<Entry<Rule>> entries = {
      {"iid", "shuffled, everybody the same number", iid},
      {"dirichlet", "each class spread by Dirichlet shares: unlike classes and numbers", dirichlet},
      {"shards", "sorted by label and cut: everybody a few classes", shards},
  };
  return entries;
}

}  // namespace

std::vector<std::vector<std::int64_t>> partition(const DataOptions& options,
                                                 const std::vector<Label>& labels,
                                                 std::int64_t classes, std::int64_t workers,
                                                 std::uint64_t seed) {
  if (workers > static_cast<std::int64_t>(labels.size())) {
    throw std::invalid_argument("team.workers = " + std::to_string(workers) + " is more than the " +
                                std::to_string(labels.size()) +
                                " training samples (data.train_samples)");
  }
  Deal deal{options, labels, classes, workers, random_stream(seed, "partition")};
  return look_up(table(), "partition", options.partition)(deal);
}

Words partitions() { return words_of(table()); }

}  // namespace gradwave::learning
