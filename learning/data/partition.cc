// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <boost/random/exponential_distribution.hpp>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "learning/data/dataset.h"
#include "learning/runtime/random.h"
#include "learning/table.h"
#include "learning/words.h"

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
    throw OptionError({"data.shards_per_worker", "team.workers", "data.train_samples"},
                      "data.shards_per_worker = " + std::to_string(per_worker) + " for " +
                          std::to_string(deal.workers) + " workers makes more shards than the " +
                          std::to_string(deal.labels.size()) + " training samples");
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

// A point of the simplex [workers], symmetric Dirichlet: gamma variates by their sum. Of a small
// alpha they are tiny, and where all are too small for a double only their logarithms tell who has
// most. A variate below such a bound is exp(-y / alpha) with an exponential y, and what y is beyond
// its own bound is exponential again: so new y without the bound give the same shares.
std::vector<double> dirichlet_point(Deal& deal) {
  const double alpha = deal.options.dirichlet_alpha;
  boost::random::gamma_distribution<double> gamma(alpha);
  std::vector<double> shares(deal.workers);
  for (double& share : shares) share = gamma(deal.random);
  if (*std::max_element(shares.begin(), shares.end()) < std::numeric_limits<double>::min()) {
    boost::random::exponential_distribution<double> exponential;
    for (double& share : shares) share = exponential(deal.random);
    const double least = *std::min_element(shares.begin(), shares.end());
    for (double& share : shares) share = std::exp((least - share) / alpha);
  }
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= sum;
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

// The classes of the last so many training samples by label: "class 9", "classes 8 to 9".
std::string last_classes(const DatasetShape& shape, std::int64_t samples) {
  std::vector<Label> labels = shape.train_labels;
  std::sort(labels.begin(), labels.end());
  const Label first = *(labels.end() - samples), last = labels.back();
  return first == last ? "class " + std::to_string(last)
                       : "classes " + std::to_string(first) + " to " + std::to_string(last);
}

struct Rule {
  Parts (*deal)(Deal&);
  bool is_identically_distributed;
};

const std::vector<Entry<Rule>>& table() {
  static const std::vector<Entry<Rule>> entries = {
      {"iid", "shuffled, everybody the same number", {iid, true}},
      {"dirichlet",
       "each class spread by Dirichlet shares: unlike classes and numbers",
       {dirichlet, false}},
      {"shards", "sorted by label and cut: everybody a few classes", {shards, false}},
  };
  return entries;
}

}  // namespace

std::vector<std::vector<std::int64_t>> partition(const DataOptions& options,
                                                 const std::vector<Label>& labels,
                                                 std::int64_t classes, std::int64_t workers,
                                                 std::uint64_t seed) {
  if (workers > static_cast<std::int64_t>(labels.size())) {
    throw OptionError({"team.workers", "data.train_samples", "data.partition"},
                      "team.workers = " + std::to_string(workers) + " is more than the " +
                          std::to_string(labels.size()) + " training samples (data.train_samples)");
  }
  Deal deal{options, labels, classes, workers, random_stream(seed, "partition")};
  return look_up(table(), "partition", options.partition, "data.partition").deal(deal);
}

bool is_identically_distributed(const DataOptions& options) {
  return look_up(table(), "partition", options.partition, "data.partition")
      .is_identically_distributed;
}

std::vector<std::string> partition_notes(const DataOptions& options, const DatasetShape& shape,
                                         std::int64_t workers) {
  const bool by_label = options.partition == "shards";
  if (!by_label && options.partition != "iid") return {};
  const std::int64_t pieces = by_label ? workers * options.shards_per_worker : workers;
  const std::int64_t left_out = shape.train_samples % pieces;
  if (left_out == 0) return {};
  std::string note = "data.partition = \"" + options.partition + "\" deals " +
                     std::to_string(pieces) + (by_label ? " shards of " : " parts of ") +
                     std::to_string(shape.train_samples / pieces) +
                     " samples each: " + std::to_string(left_out) + " of the " +
                     std::to_string(shape.train_samples) + " training samples are left out";
  if (by_label) note += ", all of " + last_classes(shape, left_out);
  return {note};
}

Words partitions() { return words_of(table()); }

}  // namespace gradwave::learning
