// SPDX-License-Identifier: GPL-2.0-only
#include "learning/words.h"
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> data_settings() {
  return {
      {"data.dataset", FIELD(learning.data.dataset), "what is learned", words(learning::datasets),
       kLearning},
      {"data.folder", FIELD(learning.data.folder),
       "holds mnist/ and the like; empty: the environment variable GRADWAVE_DATA", any(), kLearning,
       unless("data.dataset", {"procedural", "folder"}), "data.path"},
      {"data.path", FIELD(learning.data.path),
       "where the data set's own files are, whatever their folder is called; empty: in data.folder",
       any(), kLearning, unless("data.dataset", {"procedural"}), "data.folder"},
      {"data.side", FIELD(learning.data.side),
       "height and width that images are resized to; 0: all have one size", range(0, 4096),
       kLearning, when("data.dataset", {"folder"})},
      {"data.train_samples", FIELD(learning.data.train_samples),
       "use the first so many training samples; 0: all", range(0, 1e9), kLearning},
      {"data.test_samples", FIELD(learning.data.test_samples),
       "use the first so many test samples; 0: all", range(0, 1e9), kLearning},
      {"data.augmentation", FIELD(learning.data.augmentation),
       "how training images are varied each time they are seen", words(learning::augmentations),
       kLearning},
      {"data.partition", FIELD(learning.data.partition), "how samples are dealt to the workers",
       words(learning::partitions), kLearning},
      {"data.dirichlet_alpha", FIELD(learning.data.dirichlet_alpha),
       "small makes the workers' classes unlike, large alike", range(1e-3, 1e6), kLearning,
       when("data.partition", {"dirichlet"})},
      {"data.shards_per_worker", FIELD(learning.data.shards_per_worker),
       "label-sorted pieces that each worker gets", range(1, 1e6), kLearning,
       when("data.partition", {"shards"})},
  };
}

}  // namespace gradwave
